//! Versions of the calendar: one after the other, of two that start from the same one wins, and not for ever.

use prahari_domain::ids::UserId;
use prahari_domain::time::Timestamp;
use prahari_store::{CalendarOrigin, KEPT_CALENDARS, NewCalendar, StoreError};

use crate::support::TestStore;

fn calendar(document: &str) -> NewCalendar {
    NewCalendar {
        origin: CalendarOrigin::Operator,
        as_of: "2026-12-12".parse().unwrap(),
        known_through: "2027-12-31".parse().unwrap(),
        document: document.to_owned(),
        at: Timestamp(7),
    }
}

#[tokio::test]
async fn a_version_follows_the_one_it_was_made_against() {
    let test = TestStore::new();
    let (system, user) = (test.store.system(), test.store.user(UserId(3)));
    assert_eq!(system.newest_calendar().await.unwrap(), None);
    assert_eq!(system.add_shipped_calendar(0, calendar("{}")).await.unwrap(), 1);
    assert_eq!(user.add_calendar(1, calendar("[2]")).await.unwrap(), 2);
    let late = user.add_calendar(1, calendar("[3]")).await;
    assert!(matches!(late, Err(StoreError::CalendarChanged { expected: 1, current: 2 })), "{late:?}");
    let (row, document) = system.newest_calendar().await.unwrap().unwrap();
    assert_eq!((row.version, row.imported_by, document.as_str()), (2, Some(UserId(3)), "[2]"));
    assert_eq!(system.calendar(1).await.unwrap().unwrap().1, "{}");
    assert_eq!(system.calendar(9).await.unwrap(), None);
    assert!(test.store.health().is_ok(), "a refusal stops nothing");
}

#[tokio::test]
async fn only_the_newest_versions_are_kept() {
    let test = TestStore::new();
    let system = test.store.system();
    for version in 0..KEPT_CALENDARS + 3 {
        system.add_shipped_calendar(version, calendar("{}")).await.unwrap();
    }
    let kept: Vec<u64> = system.calendars().await.unwrap().iter().map(|row| row.version).collect();
    assert_eq!(
        (kept.len() as u64, kept[0], kept.last().copied()),
        (KEPT_CALENDARS, KEPT_CALENDARS + 3, Some(4))
    );
}
