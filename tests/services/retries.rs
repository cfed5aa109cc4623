//! A run that ends as `unavailable` is tried again as its task's manifest says, live as in a simulation, and each slot has
//! one outcome.

use std::sync::Arc;

use prahari_app::daemon::Daemon;
use prahari_app::grants::Allowance;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_schedule::{Rule, Schedule};
use prahari_store::{Expectation, SlotOutcome, SlotRow};

use super::accounts::change;
use super::waits::decided;
use crate::support::living::{Living, accounted_for, closed};
use crate::support::waiting::until_some;
use crate::support::{
    ADMIN, MONDAY, TUESDAY, TestHost, allowance, at, run, runs, slot, start_services, stop,
};

const ANALYSIS: Task = Task::literal("analysis");
const BUYING: Task = Task::literal("buy_orders");

/// Waits until the slot of a task says that it is tried again at an instant.
async fn tried_again(daemon: &Daemon, instant: Timestamp) -> SlotRow {
    until_some("the slot to be tried again", async || {
        daemon.store.flush().await.unwrap();
        let scan = slot(daemon, ADMIN, MONDAY, ANALYSIS).await;
        (scan.retry_at == Some(instant)).then_some(scan)
    })
    .await
}

/// A daemon on a clock that is moved by hand whose market was down at the analysis of 16:00.
async fn failed_once(house: &TestHost) -> Living {
    house.market.set_down(true);
    let living = Living::at_work(house, at(MONDAY, "15:58"), &[]).await;
    living.pass_until(at(MONDAY, "16:00")).await;
    let scan = tried_again(&living.daemon, at(MONDAY, "16:05")).await;
    assert_eq!((scan.outcome, scan.attempts), (None, 1));
    living
}

/// When the runs of a task began, by the admin's clock.
async fn begun(daemon: &Daemon, task: Task) -> Vec<Timestamp> {
    let mut begun: Vec<_> = runs(daemon, ADMIN, task).await.iter().map(|run| run.started_at).collect();
    begun.sort_unstable();
    begun
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_analysis_without_a_market_is_tried_again_and_buying_waits_for_it() {
    let house = TestHost::new(1);
    let living = failed_once(&house).await;
    living.hand.pass_until(at(MONDAY, "16:05"));
    let scan = tried_again(&living.daemon, at(MONDAY, "16:20")).await;
    assert_eq!((scan.outcome, scan.attempts), (None, 2));
    assert!(scan.reason.starts_with("attempt 2: unavailable: "), "{scan:?}");
    assert!(scan.reason.ends_with("; tried again at 16:20:00"), "{scan:?}");
    until_some("buying to wait", async || {
        living.daemon.store.flush().await.unwrap();
        let buys = slot(&living.daemon, ADMIN, MONDAY, BUYING).await;
        (buys.reason == "waits for analysis, until 17:30 at the latest").then_some(())
    })
    .await;
    house.market.set_down(false);
    living.hand.pass_until(at(MONDAY, "16:20"));
    let scan = decided(&living.daemon, ADMIN, ANALYSIS).await;
    assert_eq!((scan.outcome, scan.attempts, scan.retry_at), (Some(SlotOutcome::Ran), 3, None), "{scan:?}");
    assert!(scan.reason.starts_with("attempt 3: "), "{scan:?}");
    let buys = decided(&living.daemon, ADMIN, BUYING).await;
    assert_eq!((buys.outcome, buys.free_at), (Some(SlotOutcome::Ran), Some(at(MONDAY, "16:20"))), "{buys:?}");
    assert_eq!(
        begun(&living.daemon, ANALYSIS).await,
        ["16:00", "16:05", "16:20"].map(|time| at(MONDAY, time))
    );
    living.end().await;
}

#[tokio::test]
async fn a_simulated_day_tries_again_at_the_same_instants_and_gives_up_after_the_last() {
    let house = TestHost::new(1);
    let daemon = house.start(at(MONDAY, "15:50")).await;
    start_services(&daemon).await;
    house.market.set_down(true);
    run(&daemon, at(TUESDAY, "00:00")).await;
    accounted_for(&daemon, ADMIN).await;
    let scan = slot(&daemon, ADMIN, MONDAY, ANALYSIS).await;
    assert_eq!(
        (scan.outcome, scan.attempts, scan.retry_at),
        (Some(SlotOutcome::Failed), 4, None),
        "{scan:?}"
    );
    assert!(scan.reason.starts_with("attempt 4: unavailable: "), "{scan:?}");
    let four = ["16:00", "16:05", "16:20", "17:05"].map(|time| at(MONDAY, time));
    assert_eq!(begun(&daemon, ANALYSIS).await, four);
    assert_eq!(begun(&daemon, BUYING).await, [at(MONDAY, "17:05")], "it waited for the last attempt");
    stop(daemon).await;
}

#[tokio::test]
async fn a_market_that_comes_back_lets_a_simulated_day_go_on_as_the_living_one() {
    let house = TestHost::new(1);
    let daemon = house.start(at(MONDAY, "15:50")).await;
    start_services(&daemon).await;
    house.market.set_down(true);
    // Each of these is a scheduler of its own, which finds the slot and when it is tried again.
    run(&daemon, at(MONDAY, "16:03")).await;
    run(&daemon, at(MONDAY, "16:10")).await;
    house.market.set_down(false);
    run(&daemon, at(TUESDAY, "00:00")).await;
    let scan = slot(&daemon, ADMIN, MONDAY, ANALYSIS).await;
    assert_eq!((scan.outcome, scan.attempts), (Some(SlotOutcome::Ran), 3), "{scan:?}");
    let thrice = ["16:00", "16:05", "16:20"].map(|time| at(MONDAY, time));
    assert_eq!(begun(&daemon, ANALYSIS).await, thrice);
    stop(daemon).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_between_two_attempts_loses_neither_the_slot_nor_its_time() {
    let mut house = TestHost::new(1);
    let living = failed_once(&house).await;
    living.hand.pass_until(at(MONDAY, "16:03"));
    let living = living.kill(&mut house).await;
    house.market.set_down(false);
    living.hand.pass_until(at(MONDAY, "16:04"));
    assert_eq!(tried_again(&living.daemon, at(MONDAY, "16:05")).await.attempts, 1);
    living.hand.pass_until(at(MONDAY, "16:05"));
    let scan = decided(&living.daemon, ADMIN, ANALYSIS).await;
    assert_eq!((scan.outcome, scan.attempts), (Some(SlotOutcome::Ran), 2), "{scan:?}");
    let twice = ["16:00", "16:05"].map(|time| at(MONDAY, time));
    assert_eq!(begun(&living.daemon, ANALYSIS).await, twice);
    living.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slot_whose_service_is_stopped_between_two_attempts_is_skipped_with_that_reason() {
    let house = TestHost::new(1);
    let living = failed_once(&house).await;
    living.daemon.services.stop_service(ADMIN).await.unwrap();
    living.hand.pass_until(at(MONDAY, "16:05"));
    let scan = decided(&living.daemon, ADMIN, ANALYSIS).await;
    let reason = "the service of this user was stopped";
    assert_eq!((scan.outcome, scan.reason.as_str()), (Some(SlotOutcome::Skipped), reason));
    living.hand.set(at(TUESDAY, "00:01"));
    closed(&living.daemon).await;
    accounted_for(&living.daemon, ADMIN).await;
    living.end().await;
}

/// What becomes of the analysis of a simulated Monday without a market.
async fn without_a_market(prepare: impl AsyncFn(&Arc<Daemon>)) -> SlotRow {
    let house = TestHost::new(1);
    let daemon = house.start(at(MONDAY, "15:50")).await;
    prepare(&daemon).await;
    start_services(&daemon).await;
    house.market.set_down(true);
    run(&daemon, at(TUESDAY, "00:00")).await;
    let scan = slot(&daemon, ADMIN, MONDAY, ANALYSIS).await;
    stop(daemon).await;
    scan
}

#[tokio::test]
async fn nothing_is_tried_again_after_the_hours_of_the_task() {
    let evening = async |daemon: &Arc<Daemon>| {
        let time = chrono::NaiveTime::parse_from_str("19:50", "%H:%M").unwrap();
        change(daemon, vec![Schedule::of(ANALYSIS, Rule::At { time })]).await;
    };
    let scan = without_a_market(evening).await;
    // 20:10 would be after 20:00.
    assert_eq!((scan.outcome, scan.attempts), (Some(SlotOutcome::Failed), 2), "{scan:?}");
}

#[tokio::test]
async fn a_task_that_an_operator_lets_trade_is_not_tried_again() {
    let trading = async |daemon: &Arc<Daemon>| {
        let mut wider = Allowance { orders_per_day: Some(1), ..allowance(ANALYSIS) };
        wider.capabilities.insert("broker-trade".to_owned());
        daemon.grants.allow((None, ANALYSIS), wider, ADMIN, daemon.clock.now()).await.unwrap();
    };
    let scan = without_a_market(trading).await;
    assert_eq!((scan.outcome, scan.attempts), (Some(SlotOutcome::Failed), 1), "{scan:?}");
    assert!(scan.reason.starts_with("unavailable: "), "{scan:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_watchdog_owes_a_slot_from_its_last_attempt_on() {
    let house = TestHost::new(1);
    let living = failed_once(&house).await;
    let (due_at, system) = (at(MONDAY, "16:00"), living.daemon.store.system());
    for (free_until, unseen) in [("16:04", Vec::new()), ("16:05", vec![ADMIN])] {
        let expected = Expectation {
            task: ANALYSIS,
            shared: true,
            due_at,
            until: due_at,
            owed: due_at,
            tick: None,
            schedule_version: living.daemon.schedules.current().version,
            free_until: at(MONDAY, free_until),
        };
        assert_eq!(system.unseen(expected).await.unwrap(), unseen, "{free_until}");
    }
    living.end().await;
}
