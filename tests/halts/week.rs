//! Days in which one user, or many at once, have a fault that a user, a module or a file can cause: the others
//! trade as without it.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests; clippy exempts only the tests themselves"
)]

use std::collections::BTreeMap;
use std::sync::Arc;

use prahari_app::daemon::Daemon;
use prahari_domain::ids::UserId;
use prahari_domain::time::Timestamp;

use super::troubles::Trouble;
use crate::journal;
use crate::support::{FRIDAY, MONDAY, TUESDAY, TestHost, at, heavy, run, start_services, stop};

/// Who has which fault.
type Troubled = [(UserId, Trouble)];

/// Journals, one line for each entry, by user.
pub type Journals = BTreeMap<UserId, Vec<String>>;

/// How many users there are, and when their days end, which begin on Friday at 15:50.
#[derive(Debug, Clone, Copy)]
pub struct Extent {
    /// The first of them is the admin.
    pub users: u32,
    /// On Monday or later.
    pub end: Timestamp,
}

impl Extent {
    /// A week of twenty users in the long form.
    pub fn or_a_week(users: u32, end: Timestamp) -> Self {
        if heavy() { Self { users: 20, end: at("2025-03-15", "00:00") } } else { Self { users, end } }
    }

    /// When the days begin.
    pub fn begin() -> Timestamp {
        at(FRIDAY, "15:50")
    }
}

/// Lets time pass; users who do so restart their service every ten minutes.
async fn pass(daemon: &Arc<Daemon>, from: Timestamp, until: Timestamp, troubled: &Troubled) {
    let restarts: Vec<UserId> =
        troubled.iter().filter(|(_, trouble)| *trouble == Trouble::Restarts).map(|(user, _)| *user).collect();
    let mut instant = from;
    while instant < until {
        instant = instant.plus_minutes(if restarts.is_empty() { 24 * 60 } else { 10 }).min(until);
        run(daemon, instant).await;
        for user in &restarts {
            daemon.services.restart_service(*user).await.unwrap();
        }
    }
}

/// The journals of the users who have no fault.
async fn days(extent: Extent, troubled: &Troubled) -> Journals {
    let house = TestHost::new(extent.users);
    let daemon = house.start(Extent::begin()).await;
    for (user, trouble) in troubled {
        trouble.plant_before_services(&house, &daemon, *user).await;
    }
    start_services(&daemon).await;
    pass(&daemon, Extent::begin(), at(MONDAY, "08:00"), troubled).await;
    stop(daemon).await;
    for (user, trouble) in troubled {
        trouble.plant_in_rows(&house, *user).await;
    }
    let daemon = house.start(at(MONDAY, "08:00")).await;
    pass(&daemon, at(MONDAY, "08:00"), extent.end, troubled).await;
    for (user, trouble) in troubled {
        trouble.is_told(&daemon, *user).await;
    }
    assert!(daemon.store.health().is_ok());
    let sound =
        (1..=u64::from(extent.users)).map(UserId).filter(|user| troubled.iter().all(|(it, _)| it != user));
    let journals = journals(&daemon, sound).await;
    stop(daemon).await;
    journals
}

/// The journals of these users.
pub async fn journals(daemon: &Daemon, users: impl Iterator<Item = UserId>) -> Journals {
    let mut journals = Journals::new();
    for user in users {
        journals.insert(user, journal(daemon, user).await);
    }
    journals
}

/// The journals of these users are the same, and say something.
pub fn are_the_same(with: &Journals, without: &Journals, what: &str) {
    for (user, journal) in with {
        assert!(journal.len() > 4, "user {user} trades");
        assert_eq!(Some(journal), without.get(user), "user {user} beside one with {what}");
    }
    let bytes: usize = with.values().flatten().map(String::len).sum();
    println!("{what}: the journals of {} other users are the same, {bytes} bytes", with.len());
}

#[tokio::test]
async fn each_fault_of_one_user_in_turn_changes_no_byte_in_the_journals_of_the_others() {
    let extent = Extent::or_a_week(3, at(MONDAY, "09:40"));
    let without = days(extent, &[]).await;
    for trouble in Trouble::ALL {
        let with = days(extent, &[(UserId(2), trouble)]).await;
        assert_eq!(with.len() + 1, without.len(), "all others");
        are_the_same(&with, &without, &format!("{trouble:?}"));
    }
}

#[tokio::test]
async fn the_faults_of_many_users_at_once_change_no_byte_in_the_journals_of_the_others() {
    let troubled: Vec<_> = (2..).map(UserId).zip(Trouble::ALL).collect();
    let extent = Extent::or_a_week(u32::try_from(troubled.len()).unwrap() + 3, at(TUESDAY, "00:00"));
    let without = days(extent, &[]).await;
    let with = days(extent, &troubled).await;
    assert_eq!(with.len() + troubled.len(), without.len());
    are_the_same(&with, &without, "every fault");
}
