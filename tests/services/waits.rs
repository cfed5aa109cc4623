//! Slots that wait for other tasks of their day: live and simulated days see the same, and whatever happens
//! meanwhile, each slot has one outcome.

use std::sync::Arc;

use prahari_app::daemon::Daemon;
use prahari_app::watchdog::Watchdog;
use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_schedule::{After, Rule, Schedule, Then};
use prahari_store::{DecisionRow, SlotOutcome, SlotRow};

use super::accounts::change;
use crate::support::living::{Living, accounted_for, closed};
use crate::support::waiting::until_some;
use crate::support::{
    ADMIN, MONDAY, OTHER, TUESDAY, TestHost, at, defaults, end_of, guests, run, runs, slot, start_services,
    stop,
};

fn time(text: &str) -> chrono::NaiveTime {
    chrono::NaiveTime::parse_from_str(text, "%H:%M").unwrap()
}

/// A task at a time, after others until the latest.
fn waiting(task: Task, due: &str, tasks: &[Task], latest: &str, then: Then) -> Schedule {
    let after = After { tasks: tasks.to_vec(), latest: time(latest), then };
    Schedule { after: Some(after), ..Schedule::of(task, Rule::At { time: time(due) }) }
}

/// Buying two minutes after the scan has begun.
fn early_buying(then: Then) -> Schedule {
    waiting(Task::literal("buy_orders"), "16:02", &[Task::literal("analysis")], "17:30", then)
}

/// A daemon that goes on while work is done, on a day on which the analysis is under way and not answered, until an
/// instant.
async fn scanning(house: &TestHost, buying: Schedule, until: &str) -> Living {
    house.market.set_held(true);
    let living = Living::begin(house, at(MONDAY, "15:58")).await;
    change(&living.daemon, vec![buying]).await;
    start_services(&living.daemon).await;
    living.hand.pass_until(at(MONDAY, "16:00"));
    house.market.asked().await;
    living.pass_until(at(MONDAY, until)).await;
    living
}

/// Waits until a slot of Monday has its outcome.
pub async fn decided(daemon: &Daemon, user: UserId, task: Task) -> SlotRow {
    until_some("the outcome of a slot", async || {
        daemon.store.flush().await.unwrap();
        let slot = slot(daemon, user, MONDAY, task).await;
        slot.outcome.is_some().then_some(slot)
    })
    .await
}

/// Waits until the buying slot of the admin is set aside.
async fn set_aside(daemon: &Daemon) -> SlotRow {
    until_some("the slot to wait", async || {
        daemon.store.flush().await.unwrap();
        let buys = slot(daemon, ADMIN, MONDAY, Task::literal("buy_orders")).await;
        buys.free_at.is_some().then_some(buys)
    })
    .await
}

/// What the buying of a user decided, of which its one run is asked.
async fn bought(daemon: &Daemon, user: UserId) -> Vec<DecisionRow> {
    let runs = runs(daemon, user, Task::literal("buy_orders")).await;
    assert_eq!(runs.len(), 1, "{runs:?}");
    daemon.store.user(user).decisions_of(runs[0].id).await.unwrap()
}

/// What both users' buying decides in a simulated Monday.
async fn simulated(buying: Schedule) -> [Vec<DecisionRow>; 2] {
    let house = TestHost::new(2);
    let daemon = house.start(at(MONDAY, "15:58")).await;
    change(&daemon, vec![buying]).await;
    start_services(&daemon).await;
    run(&daemon, at(TUESDAY, "00:00")).await;
    let decided = [bought(&daemon, ADMIN).await, bought(&daemon, OTHER).await];
    stop(daemon).await;
    decided
}

/// The same of a Monday on which the analysis takes four minutes, and how the buying slot ended.
async fn lived(buying: Schedule) -> ([Vec<DecisionRow>; 2], SlotRow) {
    let house = TestHost::new(2);
    let living = scanning(&house, buying, "16:02").await;
    living.hand.pass_until(at(MONDAY, "16:04"));
    living.daemon.store.flush().await.unwrap();
    house.market.let_go();
    decided(&living.daemon, ADMIN, Task::literal("analysis")).await;
    let buys = decided(&living.daemon, ADMIN, Task::literal("buy_orders")).await;
    decided(&living.daemon, OTHER, Task::literal("buy_orders")).await;
    let decided = [bought(&living.daemon, ADMIN).await, bought(&living.daemon, OTHER).await];
    living.end().await;
    (decided, buys)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn live_and_simulated_buying_see_the_same_signals_when_the_analysis_takes_four_minutes() {
    let simulated = simulated(early_buying(Then::Run)).await;
    assert!(simulated.iter().all(|decided| !decided.is_empty()), "there is something to buy");
    let (live, buys) = lived(early_buying(Then::Run)).await;
    assert_eq!(live, simulated);
    assert_eq!((buys.outcome, buys.free_at), (Some(SlotOutcome::Ran), Some(at(MONDAY, "16:04"))), "{buys:?}");
    assert!(buys.reason.starts_with("waited 120 s for analysis; "), "{buys:?}");
    // It is the wait that makes them the same.
    let (blind, _) = lived(Schedule { after: None, ..early_buying(Then::Run) }).await;
    assert_ne!(blind, simulated);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_analysis_has_the_slot_skipped_where_the_rule_says_so() {
    let house = TestHost::new(1);
    let living = scanning(&house, early_buying(Then::Skip), "16:02").await;
    let buys = set_aside(&living.daemon).await;
    let waits = "waits for analysis, until 17:30 at the latest";
    assert_eq!((buys.reason.as_str(), buys.outcome, buys.attempts), (waits, None, 0));
    living.hand.pass_until(at(MONDAY, "17:30"));
    let buys = decided(&living.daemon, ADMIN, Task::literal("buy_orders")).await;
    let skipped = (Some(SlotOutcome::Skipped), "analysis had not ended at 17:30");
    assert_eq!((buys.outcome, buys.reason.as_str()), skipped);
    assert_eq!(runs(&living.daemon, ADMIN, Task::literal("buy_orders")).await.len(), 0);
    house.market.let_go();
    living.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slot_that_waits_when_the_daemon_is_killed_waits_on_in_the_next_one_and_runs_once() {
    let mut house = TestHost::new(1);
    let living = scanning(&house, early_buying(Then::Run), "16:02").await;
    set_aside(&living.daemon).await;
    living.hand.pass_until(at(MONDAY, "16:10"));
    let living = living.kill(&mut house).await;
    house.market.asked().await;
    assert_eq!(set_aside(&living.daemon).await.outcome, None);
    living.hand.pass_until(at(MONDAY, "16:20"));
    house.market.let_go();
    let buys = decided(&living.daemon, ADMIN, Task::literal("buy_orders")).await;
    // Ten minutes later than the window of the task, counted from when it was due.
    assert_eq!((buys.outcome, buys.attempts), (Some(SlotOutcome::Ran), 1), "{buys:?}");
    assert_eq!(slot(&living.daemon, ADMIN, MONDAY, Task::literal("analysis")).await.attempts, 2);
    living.hand.set(at(TUESDAY, "00:01"));
    closed(&living.daemon).await;
    accounted_for(&living.daemon, ADMIN).await;
    living.end().await;
}

/// What becomes of the buying slot of the admin when something happens while it waits.
async fn disturbed(act: impl AsyncFn(&Arc<Daemon>)) -> (SlotRow, usize) {
    let house = TestHost::new(2);
    let living = scanning(&house, early_buying(Then::Run), "16:02").await;
    set_aside(&living.daemon).await;
    act(&living.daemon).await;
    living.hand.pass_until(at(MONDAY, "16:04"));
    house.market.let_go();
    let buys = decided(&living.daemon, ADMIN, Task::literal("buy_orders")).await;
    living.hand.set(at(TUESDAY, "00:01"));
    closed(&living.daemon).await;
    accounted_for(&living.daemon, ADMIN).await;
    accounted_for(&living.daemon, OTHER).await;
    let runs = runs(&living.daemon, ADMIN, Task::literal("buy_orders")).await.len();
    living.end().await;
    (buys, runs)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slot_whose_service_is_stopped_while_it_waits_is_skipped_with_that_reason() {
    let stopped = async |daemon: &Arc<Daemon>| daemon.services.stop_service(ADMIN).await.map(drop).unwrap();
    let (buys, runs) = disturbed(stopped).await;
    let reason = "the service of this user was stopped";
    assert_eq!((buys.outcome, buys.reason.as_str(), runs), (Some(SlotOutcome::Skipped), reason, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slot_runs_once_though_the_schedules_change_and_the_analysis_is_turned_off_while_it_waits() {
    let changed = async |daemon: &Arc<Daemon>| {
        let analysis =
            defaults().into_iter().find(|schedule| schedule.task == Task::literal("analysis")).unwrap();
        let off = Schedule { enabled: false, ..analysis };
        change(daemon, vec![Schedule { after: None, ..early_buying(Then::Run) }, off]).await;
        daemon.services.restart_service(ADMIN).await.unwrap();
    };
    let (buys, runs) = disturbed(changed).await;
    assert_eq!((buys.outcome, buys.attempts, runs), (Some(SlotOutcome::Ran), 1, 1), "{buys:?}");
    assert!(buys.reason.starts_with("waited 120 s for analysis; "), "{buys:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_watchdog_waits_as_long_as_the_slot() {
    let house = TestHost::new(1);
    let living = scanning(&house, early_buying(Then::Run), "16:02").await;
    set_aside(&living.daemon).await;
    let mut watchdog = Watchdog::new(&living.daemon.maintenance);
    living.hand.pass_until(at(MONDAY, "16:40"));
    let raised = watchdog.check(&living.daemon.maintenance).await.unwrap();
    assert_eq!(raised, [], "it waits");
    // Nobody lets it go: the scheduler is gone.
    let daemon = living.daemon.clone();
    let hand = living.hand.clone();
    living.abandon().await;
    hand.pass_until(at(MONDAY, "17:37"));
    assert_eq!(watchdog.check(&daemon.maintenance).await.unwrap(), []);
    hand.pass_until(at(MONDAY, "17:39"));
    let raised = watchdog.check(&daemon.maintenance).await.unwrap();
    let about: Vec<_> = raised.iter().map(|alert| (alert.task, alert.due_at)).collect();
    assert_eq!(about, [(Task::literal("buy_orders"), at(MONDAY, "16:02"))]);
}

/// A simulated Monday by these schedules, with other modules in the places of some tasks.
async fn simulate(changes: Vec<Schedule>, own: &[(Task, &[u8])]) -> Arc<Daemon> {
    let house = TestHost::new(1);
    let daemon = house.start_with(at(MONDAY, "08:50"), own).await;
    change(&daemon, changes).await;
    start_services(&daemon).await;
    run(&daemon, at(TUESDAY, "00:00")).await;
    accounted_for(&daemon, ADMIN).await;
    daemon
}

#[tokio::test]
async fn at_one_instant_dependencies_come_first_and_then_the_order_of_the_tasks() {
    let at_four = |task| Schedule::of(task, Rule::At { time: time("16:00") });
    let buys_last =
        waiting(Task::literal("buy_orders"), "16:00", &[Task::literal("eod_cleanup")], "17:00", Then::Skip);
    for (buying, first) in [
        (at_four(Task::literal("buy_orders")), Task::literal("buy_orders")),
        (buys_last, Task::literal("eod_cleanup")),
    ] {
        let daemon = simulate(vec![buying, at_four(Task::literal("eod_cleanup"))], &[]).await;
        let [buys, closes] = [Task::literal("buy_orders"), Task::literal("eod_cleanup")]
            .map(|task| runs(&daemon, ADMIN, task));
        let (buys, closes) = (buys.await, closes.await);
        assert_eq!((buys.len(), closes.len()), (1, 1));
        let bought_first = buys[0].id < closes[0].id;
        assert_eq!(bought_first, first == Task::literal("buy_orders"));
        assert_eq!(end_of(&daemon, ADMIN, MONDAY, Task::literal("buy_orders")).await.0, SlotOutcome::Ran);
        stop(daemon).await;
    }
}

#[tokio::test]
async fn a_slot_waits_for_the_end_of_a_continuous_one_or_until_the_latest() {
    for (latest, then, outcome, start, reason) in [
        ("17:00", Then::Skip, SlotOutcome::Ran, Some("15:30"), "waited 12600 s for sell_monitor; "),
        (
            "14:00",
            Then::Run,
            SlotOutcome::Ran,
            Some("14:00"),
            "sell_monitor had not ended at 14:00, so it ran on",
        ),
        ("14:00", Then::Skip, SlotOutcome::Skipped, None, "sell_monitor had not ended at 14:00"),
    ] {
        let noon =
            waiting(Task::literal("buy_orders"), "12:00", &[Task::literal("sell_monitor")], latest, then);
        let daemon = simulate(vec![noon], &[]).await;
        let (ended, told) = end_of(&daemon, ADMIN, MONDAY, Task::literal("buy_orders")).await;
        assert_eq!(ended, outcome, "{told}");
        assert!(told.starts_with(reason), "{told}");
        let started: Vec<_> = runs(&daemon, ADMIN, Task::literal("buy_orders"))
            .await
            .iter()
            .map(|run| run.started_at)
            .collect();
        assert_eq!(started, Vec::from_iter(start.map(|start| at(MONDAY, start))));
        stop(daemon).await;
    }
}

#[tokio::test]
async fn a_task_that_fails_or_has_no_slot_holds_nobody_up() {
    let traps = guests::traps();
    let failing = simulate(Vec::new(), &[(Task::literal("analysis"), &traps)]).await;
    assert_eq!(end_of(&failing, ADMIN, MONDAY, Task::literal("analysis")).await.0, SlotOutcome::Failed);
    let buys = slot(&failing, ADMIN, MONDAY, Task::literal("buy_orders")).await;
    assert_eq!((buys.outcome, buys.free_at), (Some(SlotOutcome::Ran), None));
    stop(failing).await;
    // One that is due later, and one that is not due at all.
    let early =
        waiting(Task::literal("buy_orders"), "12:00", &[Task::literal("analysis")], "17:30", Then::Skip);
    let daemon = simulate(vec![early], &[]).await;
    let buys = slot(&daemon, ADMIN, MONDAY, Task::literal("buy_orders")).await;
    assert_eq!((buys.outcome, buys.free_at), (Some(SlotOutcome::Ran), None));
    stop(daemon).await;
}
