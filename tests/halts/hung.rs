//! A user whose broker never answers, on a clock with deadlines: the others trade as in a simulation in which it does.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests; clippy exempts only the tests themselves"
)]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use prahari_app::daemon::Daemon;
use prahari_app::shutdown::Stop;
use prahari_domain::ids::UserId;
use prahari_domain::time::Timestamp;
use prahari_store::SlotKind;

use super::week::{Extent, Journals, are_the_same, journals};
use crate::support::{MONDAY, TestHost, at, heavy, run, start_services, stop};

/// Whose calls hang.
const SILENT: UserId = UserId(2);

fn sound(extent: Extent) -> impl Iterator<Item = UserId> {
    (1..=u64::from(extent.users)).map(UserId).filter(|user| *user != SILENT)
}

/// A simulation in which the broker answers everybody: every instant at which anything was due, and the journals.
async fn simulated(extent: Extent) -> (Vec<Timestamp>, Journals) {
    let house = TestHost::new(extent.users);
    let daemon = house.start(Extent::begin()).await;
    let instants = Arc::new(Mutex::new(Vec::new()));
    let seen = instants.clone();
    daemon.cursor.observe(move |instant| seen.lock().unwrap().push(instant));
    start_services(&daemon).await;
    run(&daemon, extent.end).await;
    let journals = journals(&daemon, sound(extent)).await;
    stop(daemon).await;
    (std::mem::take(&mut *instants.lock().unwrap()), journals)
}

/// Waits until everything that is due by now is done for those whose broker answers.
async fn done(daemon: &Daemon, extent: Extent, instant: Timestamp) {
    let doing = async {
        while daemon.cursor.reached() < instant {
            tokio::task::yield_now().await;
        }
        for user in sound(extent) {
            while daemon.users.find(user).unwrap().backlog.is_at_work()
                || !has_outcomes(daemon, user, instant).await
            {
                tokio::task::yield_now().await;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), doing).await.expect("it is done in time");
}

/// What a shared run holds back is not handed out yet, so that nobody is at work, and has no outcome.
async fn has_outcomes(daemon: &Daemon, user: UserId, instant: Timestamp) -> bool {
    daemon.store.flush().await.unwrap();
    let slots = daemon.store.user(user).slots(instant.ist_day()).await.unwrap();
    let mut due = slots.iter().filter(|slot| slot.kind != SlotKind::Continuous && slot.due_at <= instant);
    due.all(|slot| slot.outcome.is_some())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hung_calls_of_one_user_change_no_byte_in_the_journals_of_the_others() {
    let end = if heavy() { at("2025-03-15", "00:00") } else { at(MONDAY, "09:30") };
    let extent = Extent { users: if heavy() { 20 } else { 3 }, end };
    let (instants, without) = simulated(extent).await;

    let house = TestHost::new(extent.users);
    let (daemon, hand) = house.start_manual(Extent::begin(), &[]).await;
    start_services(&daemon).await;
    house.silent.lock().unwrap().insert(SILENT);
    let scheduler = tokio::spawn({
        let daemon = daemon.clone();
        async move { daemon.scheduler().run(None).await }
    });
    for instant in instants {
        hand.pass_until(instant);
        done(&daemon, extent, instant).await;
    }
    are_the_same(&journals(&daemon, sound(extent)).await, &without, "calls that hang");
    assert!(daemon.store.health().is_ok());
    daemon.shutdown.begin(Stop::Asked("the end of the test".to_owned()));
    scheduler.abort();
    let _cancelled = scheduler.await;
    stop(daemon).await;
}
