//! Users whose broker never answers, beside others whose broker does.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests; clippy exempts only the tests themselves"
)]

use std::sync::Arc;
use std::time::Duration;

use prahari_app::brokers::Brokers;
use prahari_app::clock::{Clock, Stopwatch};
use prahari_app::daemon::Daemon;
use prahari_app::shutdown::Stop;
use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_store::{Durability, HaltCode, SlotOutcome, Store};
use tokio::sync::Notify;

use crate::support::live_broker::{LIVE, LiveBroker, LiveBrokerage};
use crate::support::waiting::until;
use crate::support::{MONDAY, TUESDAY, TestHost, at, day, runs, stop};

/// As many as are served at once.
const SILENT: u64 = 64;

/// They come after the others.
const HEALTHY: [UserId; 2] = [UserId(SILENT + 1), UserId(SILENT + 2)];

const SPEED: u32 = 120;

/// What a healthy user may be later whatever it was without the others, since a machine has moments of its own.
const IGNORED_MS: i64 = 20;

/// Lives through the first minutes of a session on a clock that runs, in which the broker never answers for some users.
async fn first_minutes(house: &TestHost, silent: impl Iterator<Item = u64>) -> Arc<Daemon> {
    house.ran(at(MONDAY, "09:10"), at(MONDAY, "09:13")).await;
    house.silent.lock().unwrap().extend(silent.map(UserId));
    let daemon = house.start_on(Clock::scaled(at(MONDAY, "09:13:30"), SPEED), &[]).await;
    let reached = Arc::new(Notify::new());
    let (end, notify) = (at(MONDAY, "09:20"), reached.clone());
    daemon.cursor.observe(move |instant| {
        if instant >= end {
            notify.notify_one();
        }
    });
    let mut scheduler = daemon.scheduler();
    let scheduled = tokio::spawn(async move { scheduler.run(None).await });
    tokio::time::timeout(Duration::from_secs(30), reached.notified()).await.expect("the clock runs");
    daemon.shutdown.begin(Stop::Asked("the end of the test".to_owned()));
    scheduled.abort();
    daemon.store.flush().await.unwrap();
    daemon
}

/// How late the ticks of the healthy users began, in real milliseconds, the least first. Every tick was one in time.
async fn lateness(daemon: &Daemon) -> Vec<i64> {
    let mut late = Vec::new();
    for user in HEALTHY {
        let ticks = runs(daemon, user, Task::literal("sell_monitor")).await;
        let ticks: Vec<_> = ticks.iter().filter(|run| run.slot_due.unwrap() < at(MONDAY, "09:20")).collect();
        assert_eq!(ticks.len(), 5, "from 09:15 to 09:19: {ticks:?}");
        late.extend(ticks.iter().map(|run| run.started_at.millis_since(run.slot_due.unwrap())));
    }
    late.sort_unstable();
    late.iter().map(|millis| millis / i64::from(SPEED)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn users_whose_broker_hangs_hold_up_nobody_else_and_what_they_miss_is_noted() {
    let house = TestHost::new(u32::try_from(SILENT).unwrap() + 2);
    let daemon = first_minutes(&house, std::iter::empty()).await;
    let without = lateness(&daemon).await;
    stop(daemon).await;

    let house = TestHost::new(u32::try_from(SILENT).unwrap() + 2);
    let daemon = first_minutes(&house, 1..=SILENT).await;
    let with = lateness(&daemon).await;
    let (median_with, median_without) = (with[with.len() / 2], without[without.len() / 2]);
    let ratio = median_with as f64 / median_without.max(1) as f64;
    println!(
        "late by {without:?} ms, and beside {SILENT} users whose broker hangs by {with:?} ms: {ratio:.2} times"
    );
    assert!(median_with <= (2 * median_without).max(median_without + IGNORED_MS), "{without:?} {with:?}");
    for user in (1..=SILENT).map(UserId) {
        let ticks =
            daemon.store.user(user).ticks(Task::literal("sell_monitor"), at(MONDAY, "09:15")).await.unwrap();
        let missed = ticks.iter().filter(|tick| tick.at < at(MONDAY, "09:20"));
        let reason = "what was due at 2025-03-10 09:13:00.000 was still being done for this user";
        let noted = missed.filter(|tick| tick.outcome == SlotOutcome::Missed && tick.reason == reason);
        assert_eq!(noted.count(), 5, "user {user}: {ticks:?}");
    }
    stop(daemon).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_start_waits_once_for_all_brokers_that_give_no_link_and_halts_whose_they_are() {
    let broker = Arc::new(LiveBroker::default());
    let mut house = TestHost::new(u32::try_from(SILENT).unwrap() + 2);
    house.brokers = Brokers::default().with(LIVE, Arc::new(LiveBrokerage(broker.clone())));
    stop(house.start(at(MONDAY, "08:00")).await).await;
    let store = Store::open(house.database(), Durability::Off).unwrap();
    for user in (1..=SILENT).map(UserId) {
        broker.set_silent(user, true);
        store.user(user).save_broker(LIVE.to_owned()).await.unwrap();
    }
    store.close().await.unwrap();
    let stopwatch = Stopwatch::start();
    let (daemon, _hand) = house.start_manual(at(MONDAY, "09:00"), &[]).await;
    let took = stopwatch.elapsed();
    println!("started in {took:.1?} with {SILENT} users whose broker gives no link");
    assert!(took < Duration::from_secs(20), "one after the other takes 128 s: {took:?}");
    for user in (1..=SILENT).map(UserId) {
        let halt = daemon.users.find(user).unwrap().halts.of_user().unwrap();
        assert_eq!(halt.code, HaltCode::AccountUnusable);
    }
    for user in HEALTHY {
        assert_eq!(daemon.users.find(user).unwrap().halts.of_user(), None);
    }
    stop(daemon).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn users_whose_broker_hangs_do_not_delay_the_close_of_the_day_of_others() {
    let house = TestHost::new(u32::try_from(SILENT).unwrap() + 2);
    let (daemon, hand) = house.start_manual(at(MONDAY, "23:59"), &[]).await;
    house.silent.lock().unwrap().extend((1..=SILENT).map(UserId));
    let scheduler = tokio::spawn({
        let daemon = daemon.clone();
        async move { daemon.scheduler().run(None).await }
    });
    hand.pass_until(at(TUESDAY, "00:00"));
    let stopwatch = Stopwatch::start();
    until("the date of the healthy users to be closed", async || {
        daemon.store.flush().await.unwrap();
        for user in HEALTHY {
            if daemon.store.user(user).last_closed_date().await.unwrap() != Some(day(MONDAY)) {
                return false;
            }
        }
        true
    })
    .await;
    let took = stopwatch.elapsed();
    println!("closed in {took:.1?} behind {SILENT} users whose broker hangs");
    assert!(took < Duration::from_secs(20), "two at a time take 320 s: {took:?}");
    daemon.shutdown.begin(Stop::Asked("the end of the test".to_owned()));
    scheduler.abort();
    let _cancelled = scheduler.await;
    stop(daemon).await;
}
