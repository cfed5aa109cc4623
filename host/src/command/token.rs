//! `prahari token`: API tokens, made by log-in at a running daemon or on the machine of one that is stopped.

use std::path::Path;
use std::process::ExitCode;

use prahari_app::accounts::{AccountError, PreparedToken, TokenRequest};
use prahari_app::clock::Clock;
use prahari_secrets::Token;
use prahari_store::{Durability, NewAudit, Store, TokenScope};
use serde::Deserialize;
use serde_json::json;

use super::on_runtime;
use super::remote::Person;
use crate::cli::{AsPerson, ScopeName, TokenCommand, TokenOptions};
use crate::exit::{Failure, print_document, say};

/// Does what a command says, and tells what became of it.
pub fn token(options: TokenOptions) -> Result<ExitCode, Failure> {
    let TokenOptions { person, command } = options;
    match command {
        TokenCommand::New { name, scope, days, db: Some(db) } => {
            return on_runtime(async move { new_in(&db, &person, NewToken { name, scope, days }).await });
        }
        TokenCommand::New { name, scope, days, db: None } => {
            let body =
                json!({ "name": name, "scope": TokenScope::from(scope).name(), "expires_in_days": days });
            let person = Person::log_in(&person)?;
            person.remote.show("POST", "/auth/tokens", Some(body), |made: Made| say!("{}", made.token))?;
        }
        TokenCommand::List => {
            let person = Person::log_in(&person)?;
            person.remote.show("GET", "/auth/tokens", None, |tokens: Tokens| tokens.print())?;
        }
        TokenCommand::Revoke { id } => {
            let person = Person::log_in(&person)?;
            let done = format!("token {id} is revoked");
            person.remote.done("DELETE", &format!("/auth/tokens/{id}"), None, &done)?;
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

/// Makes a token in a database that no daemon uses, for which nobody logs in.
async fn new_in(db: &Path, person: &AsPerson, new: NewToken) -> Result<(), Failure> {
    for (flag, is_given) in
        [("--password-file", person.password_file.is_some()), ("--code", person.code.is_some())]
    {
        if is_given {
            return Err(Failure::input(format!("{flag} is for a log-in, and with --db there is none")));
        }
    }
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
    if !user.active {
        return Err(Failure::input(format!("{login} is not active")));
    }
    let (now, scope) = (Clock::System.now(), TokenScope::from(new.scope));
    let entry = NewAudit {
        at: now,
        user: None,
        via: "command line".to_owned(),
        action: "token.create".to_owned(),
        resource: format!("user {}", user.id),
        details: json!({ "name": new.name, "scope": scope.name() }).to_string(),
        address: String::new(),
    };
    let request = TokenRequest { name: new.name, scope, expires_in_days: new.days, session: None };
    let refused = |error: AccountError| match error {
        AccountError::Store(error) => Failure::work(error),
        error => Failure::input(format!("{login}: {error}")),
    };
    let prepared = PreparedToken::new(store, (user.id, user.role), request, now).await.map_err(refused)?;
    store.system().append_audit(entry).await.map_err(Failure::work)?;
    Ok(prepared.save(store).await.map_err(refused)?.token)
}

impl From<ScopeName> for TokenScope {
    fn from(name: ScopeName) -> Self {
        match name {
            ScopeName::Read => Self::Read,
            ScopeName::Control => Self::Control,
            ScopeName::Admin => Self::Admin,
        }
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
