//! Alerts: one for a condition as long as it lasts, of a user or of the installation.

use prahari_domain::ids::UserId;
use prahari_domain::time::Timestamp;
use prahari_store::{AlertCode, AlertFilter, HaltCode, NewAlert, NewHalt};

use crate::support::TestStore;

const EVERY: AlertFilter = AlertFilter { open: None, before: None, limit: 10 };

fn condition(user: Option<UserId>, subject: &str) -> NewAlert {
    let detail = "something is wrong".to_owned();
    NewAlert { code: AlertCode::UserHalted, user, subject: subject.to_owned(), detail }
}

#[tokio::test]
async fn a_condition_has_one_open_alert_and_a_new_one_when_it_comes_again() {
    let test = TestStore::new();
    let system = test.store.system();
    let first = system.raise_alert(condition(None, "a"), Timestamp(1)).await.unwrap().unwrap();
    assert_eq!(system.raise_alert(condition(None, "a"), Timestamp(2)).await.unwrap(), None);
    assert!(system.raise_alert(condition(None, "b"), Timestamp(2)).await.unwrap().is_some());
    assert!(system.raise_alert(condition(Some(UserId(1)), "a"), Timestamp(2)).await.unwrap().is_some());
    let key = (AlertCode::UserHalted, None, "a".to_owned());
    let cleared =
        system.clear_alert(key.clone(), "it is over".to_owned(), Timestamp(3)).await.unwrap().unwrap();
    assert_eq!((cleared.id, cleared.resolved_at), (first.id, Some(Timestamp(3))));
    assert_eq!(system.clear_alert(key, "again".to_owned(), Timestamp(4)).await.unwrap(), None);
    assert!(system.raise_alert(condition(None, "a"), Timestamp(5)).await.unwrap().is_some());
    let open: Vec<_> = system.open_installation_alerts(10).await.unwrap();
    assert_eq!(open.iter().map(|alert| alert.subject.as_str()).collect::<Vec<_>>(), ["b", "a"]);
    assert_eq!(system.alerts(EVERY).await.unwrap().len(), 4);
}

#[tokio::test]
async fn an_open_alert_can_say_something_else_and_one_that_is_over_cannot() {
    let test = TestStore::new();
    let system = test.store.system();
    let told = |detail: &str| NewAlert { detail: detail.to_owned(), ..condition(Some(UserId(1)), "a") };
    assert_eq!(system.reword_alert(told("two are gone")).await.unwrap(), None, "there is none");
    let raised = system.raise_alert(told("one is gone"), Timestamp(1)).await.unwrap().unwrap();
    let reworded = system.reword_alert(told("two are gone")).await.unwrap().unwrap();
    assert_eq!((reworded.id, reworded.raised_at), (raised.id, Timestamp(1)));
    assert_eq!(system.reword_alert(told("two are gone")).await.unwrap(), None, "it says so already");
    let other = NewAlert { user: Some(UserId(2)), ..told("three are gone") };
    assert_eq!(system.reword_alert(other).await.unwrap(), None, "it is another user's");
    assert_eq!(test.store.user(UserId(1)).alerts(EVERY).await.unwrap()[0].detail, "two are gone");
    let key = (AlertCode::UserHalted, Some(UserId(1)), "a".to_owned());
    system.clear_alert(key, "it is over".to_owned(), Timestamp(2)).await.unwrap().unwrap();
    assert_eq!(system.reword_alert(told("one is gone")).await.unwrap(), None);
}

#[tokio::test]
async fn a_user_sees_and_settles_their_own_alerts_only() {
    let test = TestStore::new();
    let system = test.store.system();
    let whole = system.raise_alert(condition(None, ""), Timestamp(1)).await.unwrap().unwrap();
    let own = system.raise_alert(condition(Some(UserId(1)), ""), Timestamp(1)).await.unwrap().unwrap();
    for alert in [&whole, &own] {
        let other = test.store.user(UserId(2));
        assert!(
            !other.resolve_alert(alert.id, UserId(2), Timestamp(2), "not mine".to_owned()).await.unwrap()
        );
    }
    assert_eq!(test.store.user(UserId(1)).alerts(EVERY).await.unwrap(), std::slice::from_ref(&own));
    assert_eq!(test.store.user(UserId(2)).alerts(EVERY).await.unwrap(), []);
    assert_eq!(test.store.user(UserId(1)).find_alert(own.id).await.unwrap().as_ref(), Some(&own));
    assert_eq!(test.store.user(UserId(2)).find_alert(own.id).await.unwrap(), None);
    assert_eq!(test.store.user(UserId(1)).find_alert(whole.id).await.unwrap(), None, "it is nobody's own");
    assert_eq!(system.find_installation_alert(whole.id).await.unwrap(), Some(whole.clone()));
    assert_eq!(system.find_installation_alert(own.id).await.unwrap(), None);
    system.resolve_installation_alert(own.id, UserId(9), Timestamp(2), "not whole".to_owned()).await.unwrap();
    system.resolve_installation_alert(whole.id, UserId(9), Timestamp(2), "seen".to_owned()).await.unwrap();
    let open = AlertFilter { open: Some(true), ..EVERY };
    assert_eq!(system.alerts(open).await.unwrap(), [own]);
}

#[tokio::test]
async fn a_halt_is_found_by_the_user_whose_it_is_and_by_whoever_may_see_all() {
    let test = TestStore::new();
    let (own, other) = (test.store.user(UserId(1)), test.store.user(UserId(2)));
    let reason = "a setting cannot be read".to_owned();
    let halt = NewHalt { symbol: None, code: HaltCode::SettingsDamaged, reason, since: Timestamp(1) };
    assert!(own.halt(halt).await.unwrap());
    let [row] = own.open_halts().await.unwrap().try_into().unwrap();
    assert_eq!(own.find_halt(row.id).await.unwrap().as_ref(), Some(&row));
    assert_eq!(other.find_halt(row.id).await.unwrap(), None);
    assert!(!other.lift_halt(row.id, UserId(2), Timestamp(2), "mine".to_owned()).await.unwrap());
    assert_eq!(test.store.system().find_halt(row.id).await.unwrap(), Some(row));
}
