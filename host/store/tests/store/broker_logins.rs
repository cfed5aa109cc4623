//! Logins at brokers: what a start goes on from, and how long a session is kept.

use prahari_domain::ids::UserId;
use prahari_domain::time::{Day, Timestamp};
use prahari_store::{BrokerLoginsRow, CredentialsRow, KEPT_LOGIN_DAYS, Sealed, SessionChange, UserScope};
use rusqlite::Connection;

use crate::support::{TestStore, day};

const BROKER: &str = "kotak-neo";

pub fn logins(of: Day) -> BrokerLoginsRow {
    BrokerLoginsRow {
        day: of,
        tried: 3,
        succeeded: 1,
        failed: 2,
        forgiven: 1,
        doubted: true,
        refusals: 2,
        fruitless: 1,
        begun_at: Some(Timestamp(5)),
        blocked: Some((Timestamp(6), "refused 3 times".to_owned())),
        cooling: Some((Timestamp(7), "Invalid MPIN".to_owned())),
        last_success: Some(Timestamp(4)),
        last_step: Some(59_786_380),
    }
}

fn keep(of: Day, sealed: u8) -> SessionChange {
    SessionChange::Keep { day: of, sealed: vec![sealed] }
}

async fn sealed(user: &UserScope, of: Day) -> Option<Vec<u8>> {
    user.broker_session(BROKER, of).await.unwrap()
}

#[tokio::test]
async fn a_start_goes_on_from_the_newest_date_and_its_session() {
    let test = TestStore::new();
    let (monday, tuesday) = (day("2025-03-10"), day("2025-03-11"));
    let user = test.store.user(UserId(1));
    assert_eq!(user.broker_logins(BROKER).await.unwrap(), None);
    let before = BrokerLoginsRow { blocked: None, cooling: None, begun_at: None, ..logins(monday) };
    user.save_broker_logins(BROKER, before.clone(), SessionChange::Same).await.unwrap();
    user.save_broker_logins(BROKER, logins(tuesday), keep(tuesday, 9)).await.unwrap();
    let test = test.reopen().await;
    let user = test.store.user(UserId(1));
    assert_eq!(user.broker_logins(BROKER).await.unwrap(), Some(logins(tuesday)));
    assert_eq!(user.broker_logins("another").await.unwrap(), None);
    // The clock was set back: what is written now is what holds.
    user.save_broker_logins(BROKER, before.clone(), SessionChange::Same).await.unwrap();
    assert_eq!(user.broker_logins(BROKER).await.unwrap(), Some(before));
}

#[tokio::test]
async fn a_session_goes_with_its_date_with_the_credentials_and_when_it_is_removed() {
    let test = TestStore::new();
    let (monday, tuesday) = (day("2025-03-10"), day("2025-03-11"));
    let (user, system) = (test.store.user(UserId(1)), test.store.system());
    let begin = async || user.save_broker_logins(BROKER, logins(monday), keep(monday, 9)).await.unwrap();
    begin().await;
    user.save_broker_logins(BROKER, logins(monday), SessionChange::Same).await.unwrap();
    assert_eq!((sealed(&user, monday).await, sealed(&user, tuesday).await), (Some(vec![9]), None));
    user.save_broker_logins(BROKER, logins(monday), SessionChange::Remove).await.unwrap();
    assert_eq!(sealed(&user, monday).await, None);
    begin().await;
    user.save_broker_logins(BROKER, logins(tuesday), SessionChange::Same).await.unwrap();
    assert_eq!(sealed(&user, monday).await, None);
    begin().await;
    assert_eq!(system.remove_broker_sessions_except(monday).await.unwrap(), 0);
    assert_eq!(system.remove_broker_sessions_except(tuesday).await.unwrap(), 1);
    let credentials = || CredentialsRow {
        broker: BROKER.to_owned(),
        sealed: vec![1],
        fields: vec![],
        updated_at: Timestamp(1),
    };
    begin().await;
    user.save_credentials(credentials()).await.unwrap();
    assert_eq!(sealed(&user, monday).await, None);
    begin().await;
    assert!(user.delete_credentials().await.unwrap());
    assert_eq!(sealed(&user, monday).await, None);
}

#[tokio::test]
async fn a_session_is_sealed_anew_and_given_up_with_everything_that_is_sealed() {
    let test = TestStore::new();
    let (monday, system) = (day("2025-03-10"), test.store.system());
    let user = test.store.user(UserId(1));
    user.save_broker_logins(BROKER, logins(monday), keep(monday, 9)).await.unwrap();
    let reseal = |of: UserId, purpose: Sealed, _: &[u8]| {
        assert_eq!((of, purpose), (UserId(1), Sealed::BrokerSession));
        Ok(vec![8])
    };
    assert_eq!(system.reseal(reseal).await.unwrap(), 1);
    assert_eq!(sealed(&user, monday).await, Some(vec![8]));
    assert_eq!(system.delete_sealed(|_| false).await.unwrap(), 1);
    assert_eq!(sealed(&user, monday).await, None);
    assert!(user.broker_logins(BROKER).await.unwrap().is_some(), "the counts stay");
}

#[tokio::test]
async fn a_month_of_dates_is_kept() {
    let test = TestStore::new();
    let user = test.store.user(UserId(1));
    let first = day("2025-03-01");
    for of in first.iter_days().take(40) {
        user.save_broker_logins(BROKER, logins(of), SessionChange::Same).await.unwrap();
    }
    let other = test.store.user(UserId(2));
    other.save_broker_logins(BROKER, logins(first), SessionChange::Same).await.unwrap();
    test.store.flush().await.unwrap();
    let database = Connection::open(test.folder.path().join("prahari.db")).unwrap();
    let count = |user: u32| -> u32 {
        let sql = "SELECT count(*) FROM broker_logins WHERE user_id = ?1";
        database.query_row(sql, [user], |row| row.get(0)).unwrap()
    };
    assert_eq!((count(1), count(2)), (KEPT_LOGIN_DAYS, 1));
}
