//! What may be used once, who is let in, and the chain of the audit log.

use prahari_domain::ids::UserId;
use prahari_domain::money::Paise;
use prahari_domain::time::Timestamp;
use prahari_store::{
    AuditFilter, AuditOutcome, CredentialsRow, KeptAccess, NewApiToken, NewAudit, NewLink, NewSession,
    NewUser, Role, Sealed, Store, StoreError, TokenScope, verify_audit,
};

use crate::support::TestStore;

fn now() -> Timestamp {
    Timestamp(1_000)
}

fn link(byte: u8) -> NewLink {
    NewLink { hash: [byte; 32], now: now(), expires_at: Timestamp(2_000), made_by: None }
}

fn named(name: &str, role: Role) -> NewUser {
    NewUser {
        name: name.to_owned(),
        role,
        capital: Paise(1),
        strategy: "{}".to_owned(),
        limits: "{}".to_owned(),
        created_at: now(),
    }
}

fn entry(action: &str) -> NewAudit {
    NewAudit {
        at: now(),
        user: Some(UserId(1)),
        via: "session 1".to_owned(),
        action: action.to_owned(),
        resource: "user 2".to_owned(),
        details: "{}".to_owned(),
        address: "192.0.2.1".to_owned(),
    }
}

async fn with_admin(store: &Store) -> UserId {
    let system = store.system();
    system.create_setup_link(link(1)).await.unwrap();
    let admin = named("admin", Role::Admin);
    system.use_setup_link([1; 32], now(), admin, "hash".to_owned()).await.unwrap()
}

#[tokio::test]
async fn a_set_up_link_makes_one_admin_however_many_use_it_at_once() {
    let TestStore { store, folder: _folder } = TestStore::new();
    let system = store.system();
    assert!(system.needs_set_up().await.unwrap());
    system.create_setup_link(link(1)).await.unwrap();
    let mut made = 0;
    for n in 0..8 {
        let new = named(&format!("admin{n}"), Role::Admin);
        match system.use_setup_link([1; 32], now(), new, "hash".to_owned()).await {
            Ok(_) => made += 1,
            Err(StoreError::LinkUnusable) => {}
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!((made, system.users().await.unwrap().len()), (1, 1));
    assert!(!system.needs_set_up().await.unwrap());
}

#[tokio::test]
async fn a_link_is_over_after_its_time_and_a_newer_one_ends_it() {
    let TestStore { store, folder: _folder } = TestStore::new();
    let system = store.system();
    system.create_setup_link(link(1)).await.unwrap();
    assert!(!system.is_setup_link([1; 32], Timestamp(2_000)).await.unwrap());
    system.create_setup_link(link(2)).await.unwrap();
    assert!(!system.is_setup_link([1; 32], now()).await.unwrap());
    assert!(system.is_setup_link([2; 32], now()).await.unwrap());
    assert_eq!(system.password_link([2; 32], now()).await.unwrap(), None);
}

#[tokio::test]
async fn the_last_admin_who_can_log_in_stays() {
    let TestStore { store, folder: _folder } = TestStore::new();
    let admin = with_admin(&store).await;
    store.system().create_user(named("other", Role::Admin)).await.unwrap();
    let refused = store.user(admin).set_access(Role::User, true, now()).await.unwrap_err();
    assert!(matches!(refused, StoreError::LastAdmin { .. }), "{refused}");
    store.user(UserId(2)).set_password("hash".to_owned(), now(), KeptAccess::default()).await.unwrap();
    store.user(admin).set_access(Role::Admin, false, now()).await.unwrap();
}

#[tokio::test]
async fn somebody_who_is_not_active_has_no_session_and_begins_none() {
    let TestStore { store, folder: _folder } = TestStore::new();
    with_admin(&store).await;
    let id = store.system().create_user(named("user", Role::User)).await.unwrap();
    let new = |byte| NewSession {
        hash: [byte; 32],
        now: now(),
        expires_at: Timestamp(9_000),
        address: String::new(),
        agent: String::new(),
        password: None,
    };
    let scope = store.user(id);
    assert_eq!(scope.open_session(new(7)).await.unwrap(), Some(1));
    scope.set_access(Role::User, false, now()).await.unwrap();
    assert_eq!(store.system().find_session([7; 32]).await.unwrap(), None);
    assert_eq!(scope.open_session(new(8)).await.unwrap(), None);
}

#[tokio::test]
async fn what_a_session_makes_does_not_come_after_its_end() {
    let TestStore { store, folder: _folder } = TestStore::new();
    let admin = with_admin(&store).await;
    let id = store.system().create_user(named("user", Role::User)).await.unwrap();
    let (scope, of_admin) = (store.user(id), store.user(admin));
    let begin = |byte, password: Option<&str>| NewSession {
        hash: [byte; 32],
        now: now(),
        expires_at: Timestamp(9_000),
        address: String::new(),
        agent: String::new(),
        password: password.map(ToOwned::to_owned),
    };
    scope.set_password("old".to_owned(), now(), KeptAccess::default()).await.unwrap();
    let session = scope.open_session(begin(7, Some("old"))).await.unwrap();
    let maker = of_admin.open_session(begin(8, None)).await.unwrap().unwrap();
    scope.set_password("new".to_owned(), now(), KeptAccess::default()).await.unwrap();
    of_admin.end_session(maker).await.unwrap();
    // Each was allowed a moment ago.
    assert_eq!(scope.open_session(begin(9, Some("old"))).await.unwrap(), None);
    let token = NewApiToken {
        hash: [1; 32],
        name: "script".to_owned(),
        scope: TokenScope::Read,
        now: now(),
        expires_at: None,
        session,
    };
    assert_eq!(scope.create_api_token(token).await.unwrap(), None);
    let kept = KeptAccess { session, tokens: Vec::new() };
    assert!(!scope.set_password("third".to_owned(), now(), kept).await.unwrap());
    let link = NewLink { made_by: Some((admin, maker)), ..link(2) };
    assert!(!scope.create_password_link(link, false).await.unwrap());
    assert_eq!(store.system().password_link([2; 32], now()).await.unwrap(), None);
}

#[tokio::test]
async fn a_code_is_used_once() {
    let TestStore { store, folder: _folder } = TestStore::new();
    let admin = store.user(with_admin(&store).await);
    admin.begin_totp(vec![1]).await.unwrap();
    assert!(!admin.enable_totp(vec![2], 100, Vec::new()).await.unwrap());
    assert!(admin.enable_totp(vec![1], 100, vec![[5; 32], [6; 32]]).await.unwrap());
    assert!(!admin.use_totp_step(100).await.unwrap());
    assert!(admin.use_totp_step(101).await.unwrap());
    assert!(!admin.use_totp_step(101).await.unwrap());
    assert!(admin.use_recovery_code([5; 32], now()).await.unwrap());
    assert!(!admin.use_recovery_code([5; 32], now()).await.unwrap());
    assert_eq!(admin.recovery_codes_left().await.unwrap(), 1);
}

#[tokio::test]
async fn sealing_anew_is_all_or_nothing() {
    let TestStore { store, folder: _folder } = TestStore::new();
    let admin = store.user(with_admin(&store).await);
    let row = CredentialsRow {
        broker: "kotak-neo".to_owned(),
        sealed: vec![1],
        fields: vec!["mpin".to_owned()],
        updated_at: now(),
    };
    admin.save_credentials(row).await.unwrap();
    admin.begin_totp(vec![2]).await.unwrap();
    let system = store.system();
    let failing = system.reseal(|_, purpose, _| match purpose {
        Sealed::BrokerCredentials => Ok(vec![9]),
        Sealed::BrokerSession | Sealed::Totp | Sealed::Channel | Sealed::Carrier => {
            Err("it does not open".to_owned())
        }
    });
    assert!(matches!(failing.await.unwrap_err(), StoreError::Unsealable { .. }));
    assert_eq!(admin.credentials().await.unwrap().unwrap().sealed, [1]);
    assert_eq!(store.system().reseal(|_, _, old| Ok([old, &[0]].concat())).await.unwrap(), 2);
    assert_eq!(admin.credentials().await.unwrap().unwrap().sealed, [1, 0]);
    assert_eq!(admin.log_in().await.unwrap().totp_pending.unwrap(), [2, 0]);
}

#[tokio::test]
async fn the_audit_log_is_a_chain_that_shows_every_change() {
    for (change, id) in [
        ("UPDATE audit SET details = '[]' WHERE id = 3", 3),
        ("UPDATE audit SET user_id = 2 WHERE id = 1", 1),
        ("UPDATE audit SET hash = previous WHERE id = 2", 2),
        ("DELETE FROM audit WHERE id = 2", 2),
        ("DELETE FROM audit WHERE id = 5", 5),
    ] {
        let TestStore { store, folder } = TestStore::new();
        let path = folder.path().join("prahari.db");
        for n in 1..=5 {
            assert_eq!(store.system().append_audit(entry("user.change")).await.unwrap(), n);
        }
        store.close().await.unwrap();
        let check = verify_audit(&path).unwrap();
        assert_eq!((check.entries, check.broken), (5, None));
        let conn = rusqlite::Connection::open(&path).unwrap();
        assert!(conn.execute(change, []).unwrap_err().to_string().contains("an audit entry cannot be"));
        conn.execute_batch("DROP TRIGGER audit_is_not_changed; DROP TRIGGER audit_is_not_deleted").unwrap();
        conn.execute(change, []).unwrap();
        drop(conn);
        assert_eq!(verify_audit(&path).unwrap().broken.unwrap().0, id, "{change}");
    }
}

#[tokio::test]
async fn the_outcome_of_an_entry_stands_beside_it_and_a_changed_one_shows() {
    for change in [
        "UPDATE audit_outcomes SET status = 204 WHERE entry = 2",
        "UPDATE audit_outcomes SET code = '' WHERE entry = 2",
        "UPDATE audit_outcomes SET entry = 1 WHERE entry = 2",
    ] {
        let TestStore { store, folder } = TestStore::new();
        let path = folder.path().join("prahari.db");
        for _ in 1..=2 {
            store.system().append_audit(entry("user.change")).await.unwrap();
        }
        let refused = AuditOutcome { status: 409, code: "name_taken".to_owned() };
        store.system().end_audit(2, refused.clone()).await.unwrap();
        let done = AuditOutcome { status: 204, code: String::new() };
        store.system().end_audit(2, done).await.unwrap();
        let filter = AuditFilter {
            user: None,
            action: None,
            since: None,
            until: None,
            resource: None,
            before: None,
            limit: 9,
        };
        let found: Vec<_> =
            store.system().audit(filter).await.unwrap().into_iter().map(|row| row.outcome).collect();
        assert_eq!(found, [Some(refused), None], "the first one stays");
        store.close().await.unwrap();
        assert_eq!(verify_audit(&path).unwrap().broken, None);
        let conn = rusqlite::Connection::open(&path).unwrap();
        assert!(conn.execute(change, []).unwrap_err().to_string().contains("cannot be changed"));
        conn.execute_batch("DROP TRIGGER audit_outcome_is_not_changed").unwrap();
        conn.execute(change, []).unwrap();
        drop(conn);
        let broken = verify_audit(&path).unwrap().broken.unwrap();
        assert_eq!(broken.1, "its outcome is not what was written", "{change}");
    }
}

#[tokio::test]
async fn the_audit_log_is_read_by_user_and_group_newest_first() {
    let TestStore { store, folder: _folder } = TestStore::new();
    for action in ["user.create", "user.change", "users.other", "token.create"] {
        store.system().append_audit(entry(action)).await.unwrap();
    }
    let filter = AuditFilter {
        user: Some(UserId(1)),
        action: Some("user".to_owned()),
        since: None,
        until: None,
        resource: None,
        before: None,
        limit: 9,
    };
    let found = store.system().audit(filter.clone()).await.unwrap();
    assert_eq!(found.iter().map(|row| row.id).collect::<Vec<_>>(), [2, 1]);
    let older = AuditFilter { before: Some(2), ..filter.clone() };
    assert_eq!(store.system().audit(older).await.unwrap().len(), 1);
    assert!(store.system().audit(AuditFilter { user: Some(UserId(2)), ..filter }).await.unwrap().is_empty());
}
