#![allow(clippy::unwrap_used, reason = "helpers of tests; clippy exempts only the tests themselves")]

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use prahari_domain::ids::UserId;
use prahari_domain::money::Paise;
use prahari_domain::time::Timestamp;
use prahari_secrets::{Cost, Key, KeyRing, Secret, Token};
use prahari_store::{Durability, NewUser, Store};
use tempfile::TempDir;
use tokio::sync::Notify;

use super::*;
use crate::audit::{AuditFilter, Change};
use crate::inbox::Inbox;

const START: Timestamp = Timestamp(1_790_000_000_000);
const HOUR_MS: i64 = 3_600_000;
const PASSWORD: &str = "a password of the tests";

/// One user, `asha`, who has a password.
struct World {
    accounts: Accounts,
    clock: Clock,
    store: Store,
    asha: UserId,
    _folder: TempDir,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path().join("prahari.db"), Durability::Off).unwrap();
        let clock = Clock::at(START);
        let vault = Arc::new(Vault::new(KeyRing::new(Key::generate().unwrap(), Vec::new())));
        let settings = AccountSettings { clock: clock.clone(), cost: Cost::ForTestsOnly };
        let events = Arc::new(EventBus::new(clock.clone()));
        let accounts = Accounts::new(store.clone(), events, vault, settings).unwrap();
        let new = NewUser {
            name: "asha".to_owned(),
            role: Role::Admin,
            capital: Paise(100_000),
            strategy: "{}".to_owned(),
            limits: "{}".to_owned(),
            created_at: START,
        };
        let asha = accounts.create_user(new).await.unwrap();
        accounts.give_password(asha, PASSWORD.to_owned()).await.unwrap();
        Self { accounts, clock, store, asha, _folder: folder }
    }

    async fn log_in(&self, name: &str, password: &str) -> Result<Token, AccountError> {
        let (name, password) = (name.to_owned(), Secret::new(password.to_owned()));
        let attempt = LogInAttempt { name, password, code: None };
        self.accounts.log_in(&attempt, &peer(1)).await.map(|begun| begun.token)
    }

    async fn token(&self, name: &str, scope: TokenScope, session: u64) -> Result<CreatedToken, AccountError> {
        let request =
            TokenRequest { name: name.to_owned(), scope, expires_in_days: Some(1), session: Some(session) };
        let prepared = self.accounts.prepare_token((self.asha, Role::Admin), request).await?;
        self.accounts.add_token(prepared).await
    }

    async fn pass_to(&self, instant: Timestamp) {
        self.clock.wait_until(instant, &Notify::new()).await;
    }

    async fn session(&self, token: &Token) -> Option<u64> {
        let holder = self.accounts.by_session(token.hash()).await.unwrap()?;
        match holder.via {
            Via::Session(session) => Some(session),
            Via::Token(_) => None,
        }
    }
}

fn peer(last: u8) -> Peer {
    Peer { address: IpAddr::V4(Ipv4Addr::new(192, 0, 2, last)), agent: "a test".to_owned() }
}

#[tokio::test]
async fn a_session_ends_when_nobody_uses_it_and_after_a_week_however_much_it_is_used() {
    let world = World::new().await;
    let idle = world.log_in("asha", PASSWORD).await.unwrap();
    let used = world.log_in("asha", PASSWORD).await.unwrap();
    for hours in (11..7 * 24).step_by(11) {
        world.pass_to(START.plus_millis(hours * HOUR_MS)).await;
        assert!(world.session(&used).await.is_some(), "after {hours} hours");
        world.store.flush().await.unwrap();
    }
    assert!(world.session(&idle).await.is_none());
    world.pass_to(START.plus_millis(SESSION_MS)).await;
    assert!(world.session(&used).await.is_none());
    assert!(world.accounts.sessions(world.asha).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_unknown_name_and_a_wrong_password_are_told_alike_and_then_have_to_wait() {
    let world = World::new().await;
    let wrong = world.log_in("asha", "another password").await.err().unwrap().to_string();
    assert_eq!(wrong, world.log_in("nobody", PASSWORD).await.err().unwrap().to_string());
    for _ in 0..4 {
        assert!(world.log_in("asha", "another password").await.is_err());
    }
    let refused = world.log_in("asha", PASSWORD).await.err().unwrap();
    assert!(matches!(refused, AccountError::TooManyAttempts { retry_after_s: 30 }), "{refused}");
    world.pass_to(START.plus_millis(30_000)).await;
    world.log_in("asha", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn a_token_has_the_rights_of_its_scope_and_ends() {
    let world = World::new().await;
    let begun = world.log_in("asha", PASSWORD).await.unwrap();
    let session = world.session(&begun).await.unwrap();
    let read = world.token("reads", TokenScope::Read, session).await.unwrap().token.hash();
    let control = world.token("controls", TokenScope::Control, session).await.unwrap();
    let refused = world.accounts.by_token(read, true).await.unwrap_err();
    assert!(matches!(refused, AccountError::ReadOnlyToken), "{refused}");
    assert!(world.accounts.by_token(read, false).await.unwrap().is_some());
    let holder = world.accounts.by_token(control.token.hash(), true).await.unwrap().unwrap();
    assert_eq!((holder.role, holder.via), (Role::User, Via::Token(control.id)));
    world.accounts.revoke_token(world.asha, control.id).await.unwrap();
    assert!(world.accounts.by_token(control.token.hash(), true).await.unwrap().is_none());
    world.pass_to(START.plus_millis(24 * HOUR_MS)).await;
    assert!(world.accounts.by_token(read, false).await.unwrap().is_none());
}

#[tokio::test]
async fn what_cannot_be_a_token_is_refused_wherever_it_is_asked_for() {
    let world = World::new().await;
    let refused = |name: &str, scope, expires_in_days| {
        let request = TokenRequest { name: name.to_owned(), scope, expires_in_days, session: None };
        let (store, user) = (&world.store, (world.asha, Role::User));
        async move { PreparedToken::new(store, user, request, START).await.err().map(|error| error.to_string()) }
    };
    let long = "n".repeat(LONGEST_TOKEN_NAME + 1);
    for name in ["", long.as_str()] {
        let why = refused(name, TokenScope::Read, None).await;
        assert_eq!(why.as_deref(), Some("name: 1 to 64 characters"));
    }
    let why = refused("a\nb", TokenScope::Read, None).await;
    assert_eq!(why.as_deref(), Some("name: it has a character that cannot be seen, or a line break"));
    for days in [0, MOST_TOKEN_DAYS + 1] {
        let why = refused("script", TokenScope::Read, Some(days)).await;
        assert_eq!(why.as_deref(), Some("expires_in_days: 1 to 3650"));
    }
    let why = refused("script", TokenScope::Admin, None).await;
    assert_eq!(why.as_deref(), Some("only an admin may make a token of the scope admin"));
    assert_eq!(refused("script", TokenScope::Control, Some(MOST_TOKEN_DAYS)).await, None);
}

#[tokio::test]
async fn a_user_has_fifty_tokens_at_most_and_no_two_of_a_name() {
    let world = World::new().await;
    let begun = world.log_in("asha", PASSWORD).await.unwrap();
    let session = world.session(&begun).await.unwrap();
    for n in 0..MOST_TOKENS {
        world.token(&format!("number {n}"), TokenScope::Read, session).await.unwrap();
    }
    let refused = world.token("one more", TokenScope::Read, session).await.err().unwrap();
    assert!(matches!(refused, AccountError::TooManyTokens), "{refused}");
    world.accounts.revoke_token(world.asha, 1).await.unwrap();
    let refused = world.token("number 7", TokenScope::Read, session).await.err().unwrap();
    assert!(matches!(refused, AccountError::TokenNameTaken), "{refused}");
    world.token("one more", TokenScope::Read, session).await.unwrap();
    world.accounts.end_session(world.asha, session).await.unwrap();
    world.accounts.revoke_token(world.asha, 2).await.unwrap();
    let refused = world.token("late", TokenScope::Read, session).await.err().unwrap();
    assert!(matches!(refused, AccountError::SessionEnded), "{refused}");
}

#[tokio::test]
async fn another_password_ends_the_other_sessions_and_all_tokens_that_are_not_named() {
    let world = World::new().await;
    let other = world.log_in("asha", PASSWORD).await.unwrap();
    let begun = world.log_in("asha", PASSWORD).await.unwrap();
    let session = world.session(&begun).await.unwrap();
    let kept = world.token("kept", TokenScope::Read, session).await.unwrap().token.hash();
    let ended = world.token("ended", TokenScope::Read, session).await.unwrap().token.hash();
    let passwords = (Secret::new(PASSWORD.to_owned()), Secret::new("correct horse battery".to_owned()));
    let prepare = async |names: &[&str]| {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        let user = (world.asha, "asha");
        let passwords = (&passwords.0, &passwords.1);
        world.accounts.prepare_password(user, passwords, (session, names), &peer(1)).await
    };
    let refused = prepare(&["kept", "of nobody"]).await.err().unwrap();
    assert_eq!(refused.to_string(), "keep_tokens[1]: you have no API token of this name");
    let same = (&passwords.0, &passwords.0);
    let refused =
        world.accounts.prepare_password((world.asha, "asha"), same, (session, vec![]), &peer(1)).await;
    let sentence = "this password cannot be used: it is the one that you have now";
    assert_eq!(refused.err().unwrap().to_string(), sentence);
    assert!(world.accounts.by_token(ended, false).await.unwrap().is_some());
    let prepared = prepare(&["kept"]).await.unwrap();
    world.accounts.change_password(world.asha, prepared).await.unwrap();
    assert_eq!((world.session(&other).await, world.session(&begun).await), (None, Some(session)));
    assert!(world.accounts.by_token(kept, false).await.unwrap().is_some());
    assert!(world.accounts.by_token(ended, false).await.unwrap().is_none());
}

#[tokio::test]
async fn what_is_about_to_change_is_in_the_audit_log_with_who_and_from_where() {
    let world = World::new().await;
    let change = Change {
        user: Some(world.asha),
        via: "session 7".to_owned(),
        action: "user.change",
        resource: "user 3".to_owned(),
        details: serde_json::json!({ "active": false }),
        address: Some(peer(9).address),
    };
    world.accounts.audit().append(change).await.unwrap();
    let filter = |action: &str| AuditFilter {
        user: None,
        action: Some(action.to_owned()),
        since: None,
        until: None,
        resource: None,
        before: None,
        limit: 10,
    };
    let entries = world.accounts.audit().entries(filter("user")).await.unwrap();
    let [entry] = &entries[..] else { unreachable!("{entries:?}") };
    assert_eq!((entry.id, entry.at, entry.user), (1, START, Some(world.asha)));
    assert_eq!((entry.details["active"].clone(), entry.address.as_str()), (false.into(), "192.0.2.9"));
    assert!(world.accounts.audit().entries(filter("token")).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_message_of_somebody_else_cannot_be_marked_as_read() {
    let world = World::new().await;
    let inbox =
        Inbox::new(world.store.clone(), world.clock.clone(), Arc::new(EventBus::new(world.clock.clone())));
    assert!(!inbox.mark_read(world.asha, 1).await.unwrap());
    assert_eq!(inbox.mark_all_read(world.asha).await.unwrap(), 0);
}
