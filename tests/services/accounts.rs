//! Every slot of a day that ends has its outcome and the true reason, and every tick its account.

use std::sync::Arc;

use prahari_app::daemon::Daemon;
use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_schedule::{Rule, Schedule};
use prahari_store::{INTERRUPTED, RunStart, RunTrigger, ServiceKind, SlotOutcome};

use crate::support::living::{Living, accounted_for, closed};
use crate::support::{
    ADMIN, MONDAY, OTHER, TUESDAY, TestHost, at, end_of, guests, run, runs, slot, start_services, stop,
};

/// Saves one change of the schedules as the admin.
pub async fn change(daemon: &Daemon, wanted: Vec<Schedule>) -> u64 {
    let (version, now) = (daemon.schedules.current().version, daemon.clock.now());
    let calendar = daemon.trading.calendar.current();
    daemon.schedules.change(ADMIN, version, wanted, &calendar, now).await.unwrap().version
}

pub fn each_minute(start: &str, end: &str) -> Schedule {
    let time = |text: &str| chrono::NaiveTime::parse_from_str(text, "%H:%M").unwrap();
    Schedule::of(Task::literal("sell_monitor"), Rule::EachMinute { start: time(start), end: time(end) })
}

/// A daemon that stops at 11:00, 25 minutes after something happened to the other user; and the one that is started
/// then.
async fn restarted_after<A>(house: &TestHost, act: A) -> Arc<Daemon>
where
    A: AsyncFn(&Daemon),
{
    let daemon = house.start(at(MONDAY, "08:50")).await;
    start_services(&daemon).await;
    run(&daemon, at(MONDAY, "10:35")).await;
    act(&daemon).await;
    run(&daemon, at(MONDAY, "11:00")).await;
    stop(daemon).await;
    house.start(at(MONDAY, "11:00")).await
}

#[tokio::test]
async fn the_slots_of_a_service_that_was_off_at_a_restart_are_skipped_with_that_reason() {
    let house = TestHost::new(2);
    let daemon = restarted_after(&house, async |daemon: &Daemon| {
        daemon.services.stop_service(OTHER).await.unwrap();
    })
    .await;
    run(&daemon, at(TUESDAY, "00:00")).await;
    let all = accounted_for(&daemon, OTHER).await;
    assert_eq!(all.iter().filter(|slot| slot.outcome.is_none()).count(), 0);
    let (outcome, reason) = end_of(&daemon, OTHER, MONDAY, Task::literal("sell_monitor")).await;
    // 09:15 to 10:34.
    let sentence = "80 of 375 ticks ran, 0 failed, 295 skipped (the service of this user was stopped)";
    assert_eq!((outcome, reason.as_str()), (SlotOutcome::Ran, sentence));
    let (outcome, reason) = end_of(&daemon, OTHER, MONDAY, Task::literal("buy_orders")).await;
    assert_eq!((outcome, reason.as_str()), (SlotOutcome::Skipped, "the service of this user was stopped"));
    accounted_for(&daemon, ADMIN).await;
    assert_eq!(end_of(&daemon, ADMIN, MONDAY, Task::literal("buy_orders")).await.0, SlotOutcome::Ran);
}

#[tokio::test]
async fn the_slots_of_an_inactive_user_are_skipped_with_that_reason_also_after_a_restart() {
    let house = TestHost::new(2);
    let daemon = restarted_after(&house, async |daemon: &Daemon| {
        daemon.users_admin.deactivate_user(OTHER, daemon.clock.now()).await.unwrap();
    })
    .await;
    run(&daemon, at(TUESDAY, "00:00")).await;
    accounted_for(&daemon, OTHER).await;
    let (outcome, reason) = end_of(&daemon, OTHER, MONDAY, Task::literal("eod_cleanup")).await;
    assert_eq!((outcome, reason.as_str()), (SlotOutcome::Skipped, "the user is not active"));
}

#[tokio::test]
async fn the_slots_of_an_individual_service_that_a_restart_ended_say_so() {
    let house = TestHost::new(2);
    let daemon = restarted_after(&house, async |daemon: &Daemon| {
        daemon.services.stop_service(OTHER).await.unwrap();
    })
    .await;
    daemon.services.start_individual(OTHER, Task::literal("sell_monitor")).await.unwrap();
    run(&daemon, at(MONDAY, "11:10")).await;
    stop(daemon).await;
    let daemon = house.start(at(MONDAY, "11:10")).await;
    run(&daemon, at(TUESDAY, "00:00")).await;
    accounted_for(&daemon, OTHER).await;
    let sentence = "90 of 375 ticks ran, 0 failed, 285 skipped (the service of this user was stopped: 25; the individual service of this user was stopped: the daemon was restarted: 260)";
    assert_eq!(end_of(&daemon, OTHER, MONDAY, Task::literal("sell_monitor")).await.1, sentence);
}

#[tokio::test]
async fn slots_of_schedules_by_which_nobody_runs_any_more_fall_due_all_the_same() {
    let house = TestHost::new(2);
    let daemon = restarted_after(&house, async |daemon: &Daemon| {
        daemon.services.stop_service(OTHER).await.unwrap();
        change(daemon, vec![each_minute("10:00", "15:00")]).await;
        daemon.services.restart_service(ADMIN).await.unwrap();
    })
    .await;
    // By the newest version the last tick is at 14:59; the other user's slot ends at 15:30.
    run(&daemon, at(MONDAY, "15:31")).await;
    let left = slot(&daemon, OTHER, MONDAY, Task::literal("sell_monitor")).await;
    assert_eq!((left.outcome, left.ticks_skipped), (Some(SlotOutcome::Ran), 295), "{left:?}");
    run(&daemon, at(TUESDAY, "00:00")).await;
    accounted_for(&daemon, OTHER).await;
    accounted_for(&daemon, ADMIN).await;
}

#[tokio::test]
async fn a_slot_that_was_withdrawn_does_not_run_though_somebody_else_has_one_then() {
    let house = TestHost::new(2);
    let daemon = house.start(at(MONDAY, "15:50")).await;
    start_services(&daemon).await;
    run(&daemon, at(MONDAY, "15:55")).await;
    let at_five = Rule::At { time: chrono::NaiveTime::from_hms_opt(17, 0, 0).unwrap() };
    let later = Schedule::of(Task::literal("buy_orders"), at_five);
    change(&daemon, vec![later]).await;
    daemon.services.restart_service(OTHER).await.unwrap();
    run(&daemon, at(TUESDAY, "00:00")).await;
    for (user, time) in [(ADMIN, "16:05"), (OTHER, "17:00")] {
        let due: Vec<_> =
            runs(&daemon, user, Task::literal("buy_orders")).await.iter().map(|run| run.slot_due).collect();
        assert_eq!(due, [Some(at(MONDAY, time))], "user {user}");
        accounted_for(&daemon, user).await;
    }
    stop(daemon).await;
}

#[tokio::test]
async fn what_a_day_left_open_when_the_process_ended_gets_a_reason_that_is_true() {
    let house = TestHost::new(1);
    let daemon = house.start(at(MONDAY, "08:50")).await;
    start_services(&daemon).await;
    run(&daemon, at(MONDAY, "09:20")).await;
    // As a process leaves it that ends between two days, with a run under way.
    let scope = daemon.store.user(ADMIN);
    let id = daemon.store.system().next_run_id();
    let start = RunStart {
        id,
        task: Task::literal("sell_monitor"),
        slot_due: Some(at(MONDAY, "09:20")),
        trigger: RunTrigger::Scheduled,
        service: Some(ServiceKind::Unified),
        module_hash: String::new(),
        started_at: at(MONDAY, "09:20"),
        attempt: 1,
        cause: None,
    };
    scope.start_run(start).await.unwrap();
    daemon.store.system().save_cursor(at(TUESDAY, "00:00")).await.unwrap();
    stop(daemon).await;
    let daemon = house.start(at(TUESDAY, "08:00")).await;
    daemon.store.flush().await.unwrap();
    accounted_for(&daemon, ADMIN).await;
    let sentence = "5 of 375 ticks ran, 0 failed, 370 missed (it had no account when the daemon ended)";
    assert_eq!(end_of(&daemon, ADMIN, MONDAY, Task::literal("sell_monitor")).await.1, sentence);
    let buys = end_of(&daemon, ADMIN, MONDAY, Task::literal("buy_orders")).await;
    assert_eq!(buys, (SlotOutcome::Missed, "it had not been started when the daemon ended".to_owned()));
    let run = daemon.store.user(ADMIN).find_run(id).await.unwrap().unwrap();
    assert_eq!(run.outcome.as_deref(), Some(INTERRUPTED));
}

#[tokio::test]
async fn a_run_that_a_kill_interrupted_does_not_end_before_it_began() {
    let house = TestHost::new(1);
    let daemon = house.start(at(MONDAY, "15:50")).await;
    start_services(&daemon).await;
    house.market.set_held(true);
    let running = daemon.clone();
    let scheduler = tokio::spawn(async move { running.scheduler().run(Some(at(MONDAY, "17:00"))).await });
    house.market.asked().await;
    scheduler.abort();
    assert!(scheduler.await.unwrap_err().is_cancelled());
    daemon.store.flush().await.unwrap();
    stop(daemon).await;
    house.market.set_held(false);
    // A clock that is not the system's goes on at the last instant that was done, before the run began.
    let daemon = house.start(at(MONDAY, "15:59")).await;
    let interrupted = runs(&daemon, ADMIN, Task::literal("analysis")).await.remove(0);
    assert_eq!(interrupted.outcome.as_deref(), Some(INTERRUPTED));
    assert_eq!(interrupted.finished_at, Some(interrupted.started_at));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ticks_that_back_up_on_a_real_clock_are_missed_with_a_reason_and_none_vanishes() {
    let house = TestHost::new(3);
    let living = Living::at_work(&house, at(MONDAY, "09:10"), &[]).await;
    living.pass_until(at(MONDAY, "09:20")).await;
    // Stopped for an hour while time passes, as by SIGSTOP; then a jump.
    living.pass_until(at(MONDAY, "10:20")).await;
    living.hand.set(at(MONDAY, "11:20"));
    living.handed_out(at(MONDAY, "11:20")).await;
    living.hand.set(at(TUESDAY, "00:01"));
    closed(&living.daemon).await;
    for user in [ADMIN, OTHER, UserId(3)] {
        accounted_for(&living.daemon, user).await;
        let monitor = slot(&living.daemon, user, MONDAY, Task::literal("sell_monitor")).await;
        let scope = living.daemon.store.user(user);
        let ticks = scope.ticks(Task::literal("sell_monitor"), monitor.due_at).await.unwrap();
        assert_eq!(
            u32::try_from(ticks.len()).unwrap(),
            monitor.ticks_expected - monitor.ticks_ran,
            "{monitor:?}"
        );
        let mut at: Vec<_> = ticks.iter().map(|tick| tick.at).collect();
        at.dedup();
        assert_eq!(at.len(), ticks.len(), "each once");
        // Work was in the way, of this user or of others, until the clock jumped.
        let jumped = |reason: &str| reason == "the clock had jumped over it";
        let held_up = |reason: &str| {
            reason == "what was due before it took too long"
                || reason.ends_with(" was still being done for this user")
        };
        assert!(ticks.iter().all(|tick| jumped(&tick.reason) || held_up(&tick.reason)), "{ticks:?}");
        assert!(
            ticks.iter().any(|tick| jumped(&tick.reason)) && ticks.iter().any(|tick| held_up(&tick.reason))
        );
    }
    living.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_ends_on_the_next_day_gives_its_slot_the_outcome() {
    let house = TestHost::new(1);
    let module = guests::asks_for_universe();
    house.market.set_held(true);
    let living = Living::at_work(&house, at(MONDAY, "15:58"), &[(Task::literal("analysis"), &module)]).await;
    living.hand.pass_until(at(MONDAY, "16:00"));
    house.market.asked().await;
    living.hand.pass_until(at(TUESDAY, "00:01"));
    living.handed_out(at(TUESDAY, "00:00")).await;
    house.market.let_go();
    closed(&living.daemon).await;
    let analysis = slot(&living.daemon, ADMIN, MONDAY, Task::literal("analysis")).await;
    assert_eq!(analysis.outcome, Some(SlotOutcome::Ran), "{analysis:?}");
    assert!(analysis.run.is_some());
    accounted_for(&living.daemon, ADMIN).await;
    living.end().await;
}
