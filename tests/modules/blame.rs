//! Whom a failing run speaks against: what one user's own allowance causes counts against nobody else.

use prahari_app::daemon::Daemon;
use prahari_app::grants::Allowance;
use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_store::{NotificationFilter, SlotOutcome};

use crate::support::{
    ADMIN, MONDAY, OTHER, TUESDAY, TestHost, at, component, end_of, guests, run, runs, slot, start_services,
    stop,
};
use crate::{activate, upload, version_of};

const TASK: Task = Task::literal("sell_monitor");
const THIRD: UserId = UserId(3);

/// The built-in component of the task as another version.
fn same_again() -> Vec<u8> {
    [component(TASK), &[0, 6, 5, b'a', b'g', b'a', b'i', b'n']].concat()
}

async fn narrow(daemon: &Daemon, user: UserId, change: impl FnOnce(&mut Allowance)) {
    let mut allowance = crate::support::allowance(TASK);
    change(&mut allowance);
    daemon.grants.allow((Some(user), TASK), allowance, ADMIN, daemon.clock.now()).await.unwrap();
}

async fn quarantined(daemon: &Daemon) -> bool {
    daemon.store.system().modules().await.unwrap().iter().any(|row| row.quarantined_at.is_some())
}

async fn messages(daemon: &Daemon, user: UserId) -> Vec<(String, String)> {
    daemon.store.flush().await.unwrap();
    let kept = daemon.store.user(user).notifications(NotificationFilter::default()).await.unwrap();
    kept.into_iter().map(|kept| (kept.row.title, kept.row.body)).collect()
}

#[tokio::test]
async fn a_limit_of_one_users_own_holds_back_that_user_and_the_version_stays_for_the_others() {
    let house = TestHost::new(3);
    let daemon = house.start(at(MONDAY, "09:00")).await;
    start_services(&daemon).await;
    upload(&daemon, TASK, &same_again()).await;
    activate(&daemon, TASK, 2).await.unwrap();
    narrow(&daemon, OTHER, |allowance| allowance.memory_bytes = 1 << 16).await;
    run(&daemon, at(MONDAY, "12:00")).await;
    let own = slot(&daemon, OTHER, MONDAY, TASK).await;
    assert!(own.ticks_ran == 0 && (3..20).contains(&own.ticks_failed), "{own:?}");
    let ticks = daemon.store.user(OTHER).ticks(TASK, own.due_at).await.unwrap();
    let reason = "3 runs in a row failed at a limit of this user's own allowance, memory_bytes 65536 where others have 67108864: the run asked for more memory than it may have; it is tried again at ";
    let skipped = |tick: &&prahari_store::TickRow| tick.outcome == SlotOutcome::Skipped;
    let first = ticks.iter().find(skipped).unwrap();
    assert!(first.reason.starts_with(reason), "{}", first.reason);
    let mut told = messages(&daemon, OTHER).await;
    told.retain(|(title, _)| title == "sell_monitor is held back");
    assert_eq!(told.len(), 1, "once: {told:?}");
    assert!(!quarantined(&daemon).await && version_of(&daemon, ADMIN, TASK) == 2);
    // With another allowance it runs at the next tick.
    daemon.grants.forget((Some(OTHER), TASK)).await.unwrap();
    run(&daemon, at(TUESDAY, "00:00")).await;
    let after = runs(&daemon, OTHER, TASK).await;
    assert!(after.iter().any(|run| run.slot_due == Some(at(MONDAY, "12:00"))), "{:?}", after.last());
    for user in [ADMIN, THIRD] {
        let (outcome, reason) = end_of(&daemon, user, MONDAY, TASK).await;
        assert_eq!((outcome, reason.as_str()), (SlotOutcome::Ran, "375 of 375 ticks ran, 0 failed"));
        assert!(!messages(&daemon, user).await.iter().any(|(title, _)| title.contains("held back")));
    }
    stop(daemon).await;
}

/// Users whose runs trap because they are not granted what the module wants, all others' runs going well.
async fn with_users_who_trap(trapping: &[UserId]) -> bool {
    let house = TestHost::new(3);
    let daemon = house.start(at(MONDAY, "09:00")).await;
    start_services(&daemon).await;
    upload(&daemon, TASK, &guests::traps_without_holdings()).await;
    activate(&daemon, TASK, 2).await.unwrap();
    for user in trapping {
        narrow(&daemon, *user, |allowance| assert!(allowance.capabilities.remove("broker-read"))).await;
    }
    run(&daemon, at(MONDAY, "09:30")).await;
    let quarantined = quarantined(&daemon).await;
    stop(daemon).await;
    quarantined
}

#[tokio::test]
async fn a_fault_under_an_allowance_of_ones_own_counts_for_everybody_when_several_users_see_it() {
    assert!(!with_users_who_trap(&[OTHER]).await);
    assert!(with_users_who_trap(&[OTHER, THIRD]).await);
}

#[tokio::test]
async fn the_fault_of_a_version_counts_though_the_only_user_has_a_wider_allowance_of_their_own() {
    let house = TestHost::new(1);
    let daemon = house.start(at(MONDAY, "09:00")).await;
    start_services(&daemon).await;
    upload(&daemon, TASK, &guests::traps()).await;
    activate(&daemon, TASK, 2).await.unwrap();
    narrow(&daemon, ADMIN, |allowance| allowance.cpu_ms *= 2).await;
    run(&daemon, at(MONDAY, "09:30")).await;
    assert!(quarantined(&daemon).await);
    assert_eq!(version_of(&daemon, ADMIN, TASK), 1);
    stop(daemon).await;
}
