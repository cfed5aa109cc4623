//! `prahari token`: API tokens, made by log-in at a running daemon or on the machine of one that is stopped.

use std::path::Path;
use std::process::ExitCode;

use prahari_app::accounts::MOST_TOKENS;
use prahari_app::clock::Clock;
use prahari_domain::text::is_plain;
use prahari_secrets::Token;
use prahari_store::{Durability, NewApiToken, NewAudit, Role, Store, TokenScope, UserRow};
use serde::Deserialize;
use serde_json::json;

use super::on_runtime;
use super::remote::Person;
use crate::cli::{AsPerson, ScopeName, TokenCommand, TokenOptions};
use crate::exit::{Failure, print_document, say};

/// Most characters of a token's name, as over HTTP.
const LONGEST_NAME: usize = 64;

const DAY_MS: i64 = 24 * 3_600_000;

/// Does what a command says, and tells what became of it.
pub fn token(options: TokenOptions) -> Result<ExitCode, Failure> {
    let TokenOptions { person, command } = options;
    match command {
        TokenCommand::New { name, scope, days, db: Some(db) } => {
            return on_runtime(async move { new_in(&db, &person, NewToken { name, scope, days }).await });
        }
        TokenCommand::New { name, scope, days, db: None } => {
            let body = json!({ "name": name, "scope": scope.name(), "expires_in_days": days });
            let person = Person::log_in(&person)?;
            person.remote.show("POST", "/auth/tokens", Some(body), |made: Made| say!("{}", made.token))?;
        }
        TokenCommand::List => {
            let person = Person::log_in(&person)?;
            person.remote.show("GET", "/auth/tokens", None, |tokens: Tokens| tokens.print())?;
        }
        TokenCommand::Revoke { id } => {
            let person = Person::log_in(&person)?;
            person.remote.tell("DELETE", &format!("/auth/tokens/{id}"), None)?;
            say!("token {id} is revoked");
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// A token that is wanted.
struct NewToken {
    name: String,
    scope: ScopeName,
    days: Option<u32>,
}

/// Makes a token in a database that no daemon uses.
async fn new_in(db: &Path, person: &AsPerson, new: NewToken) -> Result<(), Failure> {
    if !db.is_file() {
        return Err(Failure::input(format!("there is no database {}", db.display())));
    }
    let in_use =
        "a running daemon makes one by log-in: `prahari token new` with --url and --login, without --db";
    let store = Store::open(db, Durability::Full).map_err(|error| match error {
        prahari_store::StoreError::InUse { .. } => Failure::input(format!("{error}; {in_use}")),
        error => Failure::input(error),
    })?;
    let made = make(&store, &person.login, new).await;
    let closed = store.close().await.map_err(Failure::work);
    let token = made?;
    closed?;
    if person.json {
        print_document(&json!({ "token": token.expose() }).to_string());
    } else {
        say!("{}", token.expose());
    }
    Ok(())
}

async fn make(store: &Store, login: &str, new: NewToken) -> Result<Token, Failure> {
    let users = store.system().users().await.map_err(Failure::work)?;
    let user = users.iter().find(|user| user.name == login);
    let user = user.ok_or_else(|| Failure::input(format!("there is no user {login:?} in this database")))?;
    let tokens = store.user(user.id).api_tokens().await.map_err(Failure::work)?;
    let unrevoked: Vec<_> = tokens.iter().filter(|token| token.revoked_at.is_none()).collect();
    if unrevoked.len() >= MOST_TOKENS {
        return Err(Failure::input(format!("{login} has {MOST_TOKENS} tokens already; revoke one first")));
    }
    if unrevoked.iter().any(|token| token.name == new.name) {
        return Err(Failure::input(format!("{login} has a token of the name {:?} already", new.name)));
    }
    let (scope, now) = (checked(&new, user)?, Clock::System.now());
    let entry = NewAudit {
        at: now,
        user: None,
        via: "command line".to_owned(),
        action: "token.create".to_owned(),
        resource: format!("user {}", user.id),
        details: json!({ "name": new.name, "scope": scope.name() }).to_string(),
        address: String::new(),
    };
    store.system().append_audit(entry).await.map_err(Failure::work)?;
    let token = Token::generate().map_err(Failure::work)?;
    let row = NewApiToken {
        hash: *token.hash().as_bytes(),
        name: new.name,
        scope,
        now,
        expires_at: new.days.map(|days| now.plus_millis(i64::from(days) * DAY_MS)),
        session: None,
    };
    let made = store.user(user.id).create_api_token(row).await.map_err(Failure::work)?;
    made.ok_or_else(|| Failure::work("the token could not be made"))?;
    Ok(token)
}

/// Returns the scope of a token that the user may have.
fn checked(new: &NewToken, user: &UserRow) -> Result<TokenScope, Failure> {
    if !(1..=LONGEST_NAME).contains(&new.name.chars().count()) || !is_plain(&new.name) {
        return Err(Failure::input(format!(
            "the name of a token has 1 to {LONGEST_NAME} visible characters"
        )));
    }
    if !user.active {
        return Err(Failure::input(format!("{} is not active", user.name)));
    }
    match new.scope {
        ScopeName::Read => Ok(TokenScope::Read),
        ScopeName::Control => Ok(TokenScope::Control),
        ScopeName::Admin if user.role == Role::Admin => Ok(TokenScope::Admin),
        ScopeName::Admin => Err(Failure::input("only an admin may have a token of the scope admin")),
    }
}

/// A token that was made.
#[derive(Deserialize)]
struct Made {
    token: String,
}

/// A user's tokens.
#[derive(Deserialize)]
struct Tokens {
    items: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    id: u64,
    name: String,
    scope: String,
    expires_at: Option<String>,
    revoked_at: Option<String>,
}

impl Tokens {
    fn print(&self) {
        for Listed { id, name, scope, expires_at, revoked_at } in &self.items {
            let end = match (revoked_at, expires_at) {
                (Some(at), _) => format!(", revoked at {at}"),
                (None, Some(at)) => format!(", until {at}"),
                (None, None) => String::new(),
            };
            say!("{id} {name}: {scope}{end}");
        }
    }
}
