//! Services: started and stopped by many at once, single runs, the watchdog, and what a restart makes of all that.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "services/accounts.rs"]
mod accounts;
#[path = "services/clocks.rs"]
mod clocks;
#[path = "services/doubtful.rs"]
mod doubtful;
#[path = "services/interleavings.rs"]
mod interleavings;
#[path = "services/killed.rs"]
mod killed;
#[path = "services/lanes.rs"]
mod lanes;
#[path = "services/metrics.rs"]
mod metrics;
#[path = "services/price_runs.rs"]
mod price_runs;
#[path = "services/restarts.rs"]
mod restarts;
#[path = "services/retries.rs"]
mod retries;
#[path = "services/routes.rs"]
mod routes;
#[path = "support/serving.rs"]
mod serving;
#[path = "services/stop.rs"]
mod stopped;
#[path = "support/daemon.rs"]
mod support;
#[path = "services/waits.rs"]
mod waits;

use std::sync::Arc;

use prahari_app::daemon::Daemon;
use prahari_app::error::AppError;
use prahari_app::maintenance::Retention;
use prahari_app::runs::RUN_ONCE_WINDOW_MS;
use prahari_app::runs::recordings::find_recording;
use prahari_app::watchdog::Watchdog;
use prahari_domain::ids::UserId;
use prahari_domain::money::Paise;
use prahari_domain::signals::{SignalDraft, SignalKind, SignalScope};
use prahari_domain::tasks::Task;
use prahari_domain::time::{Timestamp, day_number};
use prahari_runtime::HostReply;
use prahari_store::{
    AlertFilter, AlertRow, INTERRUPTED, NotificationFilter, RunTrigger, ServiceLogFilter, ServiceRow,
    SlotOutcome, UserScope,
};
use support::{
    ADMIN, FRIDAY, MONDAY, OTHER, SATURDAY, TUESDAY, TestHost, at, day, end_of, run, runs, slots,
    start_services, stop,
};

/// Moves the daemon's virtual clock.
async fn move_to(daemon: &Daemon, instant: Timestamp) {
    daemon.clock.wait_until(instant, &tokio::sync::Notify::new()).await;
}

async fn notifications(daemon: &Daemon, user: UserId) -> Vec<String> {
    daemon.store.flush().await.unwrap();
    let kept = daemon.store.user(user).notifications(NotificationFilter::default()).await.unwrap();
    kept.into_iter().map(|kept| kept.row.title).collect()
}

async fn alerts(daemon: &Daemon, user: UserId) -> Vec<AlertRow> {
    daemon.store.user(user).alerts(AlertFilter { open: None, before: None, limit: 100 }).await.unwrap()
}

fn finding() -> SignalDraft {
    SignalDraft {
        symbol: "TCS".parse().unwrap(),
        kind: SignalKind::Buy,
        last_close: Paise(100),
        rsi: 20.0,
        ema9: Paise(100),
        ema200: Paise(90),
        average_volume: 1_000_000,
        strength_score: 20.0,
        backtest_score: 50.0,
        combined_score: 50.0,
        priority_score: 50.0,
        buy_low: Paise(99),
        buy_high: Paise(101),
        stop: Paise(90),
        target: Paise(110),
        reasons: Vec::new(),
    }
}

/// Row, memory and heartbeat of a user's service say the same.
async fn agreed_state(daemon: &Daemon, user: UserId) -> bool {
    daemon.store.flush().await.unwrap();
    let row = daemon.store.user(user).service().await.unwrap().unwrap();
    let user = daemon.users.find(user).unwrap();
    assert_eq!(row.running, user.services.is_running());
    assert_eq!(row.started_at, user.services.activity().started_at);
    row.running
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_32_who_ask_at_once_for_the_same_run_one_gets_it_each_round() {
    let house = TestHost::new(2);
    let daemon = house.start(at(MONDAY, "09:20")).await;
    for round in 0..200 {
        let mut asking = tokio::task::JoinSet::new();
        for _ in 0..32 {
            let daemon = daemon.clone();
            asking.spawn(async move {
                daemon.runs.run_once(OTHER, Task::literal("position_monitor"), OTHER).await
            });
        }
        let answers = asking.join_all().await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "round {round}: {answers:?}");
        let started = daemon.clock.now();
        for answer in answers.iter().filter_map(|answer| answer.as_ref().err()) {
            let AppError::RunTooSoon { retry_at, .. } = answer else { panic!("{answer}") };
            assert_eq!(*retry_at, started.plus_millis(RUN_ONCE_WINDOW_MS));
        }
        daemon.background.finish().await;
        move_to(&daemon, started.plus_millis(RUN_ONCE_WINDOW_MS - 1)).await;
        assert!(daemon.runs.run_once(OTHER, Task::literal("position_monitor"), OTHER).await.is_err());
        move_to(&daemon, started.plus_millis(RUN_ONCE_WINDOW_MS)).await;
    }
    daemon.store.flush().await.unwrap();
    let runs = runs(&daemon, OTHER, Task::literal("position_monitor")).await;
    assert!(runs.iter().all(|run| run.outcome.as_deref() == Some("succeeded")), "{runs:?}");
    assert!(runs.iter().all(|run| run.trigger == RunTrigger::RunOnce && run.slot_due.is_none()));
    assert!(daemon.users.find(OTHER).unwrap().runs.executing().is_empty());
}

#[tokio::test]
async fn a_single_run_is_had_beside_a_running_service_and_not_right_after_a_slot() {
    let house = TestHost::new(1);
    let daemon = house.start(at(MONDAY, "08:50")).await;
    start_services(&daemon).await;
    run(&daemon, at(MONDAY, "09:06")).await;
    // The slot of 09:05 started 60 seconds ago, on the virtual clock's last instant.
    let error =
        daemon.runs.run_once(ADMIN, Task::literal("premarket_amo_adjustment"), ADMIN).await.unwrap_err();
    let slot_ran = runs(&daemon, ADMIN, Task::literal("premarket_amo_adjustment")).await.remove(0);
    let expected = format!(
        "run {} of premarket_amo_adjustment was started at 2025-03-10 09:05:00.000; it may be run again from 2025-03-10 09:07:00.000",
        slot_ran.id
    );
    assert_eq!(error.to_string(), expected);
    let run = daemon.runs.run_once(ADMIN, Task::literal("buy_orders"), ADMIN).await.unwrap().run;
    daemon.background.finish().await;
    daemon.store.flush().await.unwrap();
    let found = runs(&daemon, ADMIN, Task::literal("buy_orders")).await.remove(0);
    assert_eq!((found.id, found.outcome.as_deref()), (run, Some("succeeded")));
    let status = daemon.services.service_status(&daemon.users.find(ADMIN).unwrap());
    assert_eq!(status.activity.last_task.map(|(task, _)| task), Some(Task::literal("buy_orders")));
    assert_eq!(status.activity.error_count, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slot_that_comes_due_while_a_single_run_of_its_task_executes_is_skipped_and_says_so() {
    let house = TestHost::new(1);
    let daemon = house.start(at(MONDAY, "15:55")).await;
    start_services(&daemon).await;
    house.market.set_held(true);
    let run_id = daemon.runs.run_once(ADMIN, Task::literal("analysis"), ADMIN).await.unwrap().run;
    house.market.asked().await;
    // It executes for longer than the window: the answer names the end of its time limit.
    move_to(&daemon, at(MONDAY, "15:58")).await;
    let error = daemon.runs.run_once(ADMIN, Task::literal("analysis"), ADMIN).await.unwrap_err();
    let AppError::RunTooSoon { run, retry_at, .. } = error else { panic!("{error}") };
    assert_eq!((run, retry_at), (run_id, at(MONDAY, "16:00")));
    run_until(&daemon, "16:01").await;
    let (outcome, reason) = end_of(&daemon, ADMIN, MONDAY, Task::literal("analysis")).await;
    assert_eq!(outcome, SlotOutcome::Skipped);
    assert_eq!(reason, "the previous analysis of this user was still executing");
    stop(daemon).await;

    // The daemon is gone; the run it was executing is told as interrupted.
    house.market.set_held(false);
    let daemon = house.start(at(MONDAY, "16:02")).await;
    let interrupted = runs(&daemon, ADMIN, Task::literal("analysis")).await.remove(0);
    assert_eq!((interrupted.id, interrupted.outcome.as_deref()), (run_id, Some(INTERRUPTED)));
    assert!(agreed_state(&daemon, ADMIN).await, "what was running is started again");
    daemon.runs.run_once(ADMIN, Task::literal("analysis"), ADMIN).await.unwrap();
}

async fn run_until(daemon: &Arc<Daemon>, time: &str) {
    run(daemon, at(MONDAY, time)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn start_and_stop_from_many_sides_never_leave_a_wrong_status() {
    let house = TestHost::new(2);
    let daemon = house.start(at(MONDAY, "08:50")).await;
    run(&daemon, at(MONDAY, "08:51")).await;
    for round in 0..200 {
        let mut switching = tokio::task::JoinSet::new();
        for thread in 0..8 {
            let daemon = daemon.clone();
            switching.spawn(async move {
                for step in 0..4 {
                    match (thread + step + round) % 3 {
                        0 => daemon.services.stop_service(OTHER).await.unwrap(),
                        1 => daemon.services.restart_service(OTHER).await.unwrap(),
                        _ => daemon.services.start_service(OTHER).await.unwrap(),
                    };
                }
            });
        }
        switching.join_all().await;
        let running = agreed_state(&daemon, OTHER).await;
        let lines = ServiceLogFilter { levels: Vec::new(), before: None, limit: 1 };
        let last = daemon.store.user(OTHER).service_log(lines).await.unwrap().remove(0);
        assert_eq!(last.event == "service_started", running, "round {round}: {last:?}");
        // Memory and database expect the same slots, each once.
        let kept = slots(&daemon, OTHER, MONDAY).await;
        let user = daemon.users.find(OTHER).unwrap();
        let known: Vec<_> = user.ledger.lock().slots().map(|(key, _)| (key.due_at, key.task)).collect();
        let mut of_rows: Vec<_> = kept.iter().map(|slot| (slot.due_at, slot.task)).collect();
        let mut of_memory = known;
        of_rows.sort();
        of_memory.sort();
        assert_eq!(of_rows, of_memory, "round {round}");
    }
    let again = daemon.services.start_service(OTHER).await.unwrap();
    assert!(!daemon.services.start_service(OTHER).await.unwrap().changed, "{again:?}");
    assert!(daemon.services.stop_service(OTHER).await.unwrap().changed);
    assert!(!daemon.services.stop_service(OTHER).await.unwrap().changed);
}

#[tokio::test]
async fn heartbeats_and_the_last_task_are_written_for_all_who_run_and_for_nobody_else() {
    let house = TestHost::new(3);
    let daemon = house.start(at(MONDAY, "08:50")).await;
    daemon.services.start_service(ADMIN).await.unwrap();
    daemon.services.start_service(OTHER).await.unwrap();
    daemon.services.stop_service(OTHER).await.unwrap();
    run(&daemon, at(MONDAY, "09:01")).await;
    daemon.maintenance.upkeep_step(&mut None).await.unwrap();
    daemon.store.flush().await.unwrap();
    let row = daemon.store.user(ADMIN).service().await.unwrap().unwrap();
    assert_eq!(row.heartbeat, Some(daemon.clock.now()));
    assert_eq!(
        (row.last_task, row.last_task_at),
        (Some(Task::literal("premarket_retry")), Some(at(MONDAY, "09:00")))
    );
    let row = daemon.store.user(OTHER).service().await.unwrap().unwrap();
    assert_eq!((row.running, row.heartbeat), (false, Some(at(MONDAY, "08:50"))));
    assert_eq!(daemon.store.user(UserId(3)).service().await.unwrap(), None);
}

#[tokio::test]
async fn each_hour_a_line_says_which_services_are_on() {
    let house = TestHost::new(2);
    let daemon = house.start(at(MONDAY, "08:50")).await;
    daemon.services.start_service(ADMIN).await.unwrap();
    daemon.services.start_service(OTHER).await.unwrap();
    daemon.services.stop_service(OTHER).await.unwrap();
    for until in ["08:55", "09:01", "09:02", "10:05"] {
        run(&daemon, at(MONDAY, until)).await;
        daemon.services.beat().await.unwrap();
    }
    let lines = async |user| {
        let filter = ServiceLogFilter { levels: Vec::new(), before: None, limit: 100 };
        let mut lines = daemon.store.user(user).service_log(filter).await.unwrap();
        lines.retain(|line| line.event == "service_heartbeat");
        lines.into_iter().map(|line| (line.at, line.message)).collect::<Vec<_>>()
    };
    let of_admin = lines(ADMIN).await;
    assert_eq!(of_admin.len(), 2, "{of_admin:?}");
    let first = "the unified service is running; the last task was premarket_retry, ended at 2025-03-10 09:00:00.000; \
                 failures since the start: 0";
    assert_eq!(of_admin[1].1, first);
    assert_eq!(lines(OTHER).await, []);
}

#[tokio::test]
async fn the_last_task_is_known_after_a_restart_also_when_no_heartbeat_has_told_it() {
    let house = TestHost::new(1);
    let daemon = house.start(at(MONDAY, "08:50")).await;
    start_services(&daemon).await;
    run(&daemon, at(MONDAY, "09:01")).await;
    assert_eq!(daemon.store.user(ADMIN).service().await.unwrap().unwrap().last_task, None);
    stop(daemon).await;
    let daemon = house.start(at(MONDAY, "09:02")).await;
    let user = daemon.users.find(ADMIN).unwrap();
    let last = daemon.services.service_status(&user).activity.last_task;
    assert_eq!(last, Some((Task::literal("premarket_retry"), at(MONDAY, "09:00"))));
}

#[tokio::test]
async fn a_task_that_was_run_once_is_the_last_one_too_also_after_a_restart() {
    let house = TestHost::new(1);
    let daemon = house.start(at(MONDAY, "08:50")).await;
    start_services(&daemon).await;
    run(&daemon, at(MONDAY, "09:01")).await;
    daemon.runs.run_once(ADMIN, Task::literal("position_monitor"), ADMIN).await.unwrap();
    daemon.background.finish().await;
    let expected = Some((Task::literal("position_monitor"), daemon.clock.now()));
    let last = |daemon: &Daemon| {
        let user = daemon.users.find(ADMIN).unwrap();
        daemon.services.service_status(&user).activity.last_task
    };
    assert_eq!(last(&daemon), expected);
    stop(daemon).await;
    let daemon = house.start(at(MONDAY, "09:02")).await;
    assert_eq!(last(&daemon), expected);
}

#[tokio::test]
async fn a_service_of_an_inactive_user_does_not_go_on_after_a_restart() {
    let house = TestHost::new(2);
    let daemon = house.start(at(MONDAY, "08:50")).await;
    start_services(&daemon).await;
    let scope = daemon.store.user(OTHER);
    let mut row = scope.find().await.unwrap().unwrap();
    row.active = false;
    scope.save(row).await.unwrap();
    stop(daemon).await;
    let daemon = house.start(at(MONDAY, "08:55")).await;
    assert!(agreed_state(&daemon, ADMIN).await);
    assert!(!daemon.store.user(OTHER).service().await.unwrap().unwrap().running);
}

#[tokio::test]
async fn an_analysis_on_a_weekend_runs_leaves_the_signals_and_warns() {
    let house = TestHost::new(2);
    let daemon = house.start(at(FRIDAY, "15:50")).await;
    start_services(&daemon).await;
    run(&daemon, at(SATURDAY, "11:00")).await;
    move_to(&daemon, at(SATURDAY, "11:00")).await;
    let signals = || async {
        let book = prahari_domain::book::Book::open(OTHER, Paise::ZERO);
        daemon.signals.active.standing(&book, None, daemon.clock.now())
    };
    let before = signals().await;
    let begun = daemon.runs.run_once(ADMIN, Task::literal("analysis"), ADMIN).await.unwrap();
    let id = begun.run;
    daemon.background.finish().await;
    daemon.store.flush().await.unwrap();
    assert_eq!(signals().await, before);
    let found = daemon.store.user(ADMIN).find_run(id).await.unwrap().unwrap();
    assert_eq!((found.outcome.as_deref(), found.trigger), (Some("succeeded"), RunTrigger::Manual));
    let warning = "signals were left untouched: 2025-03-08 is no trading day";
    assert!(found.detail.ends_with(warning), "{}", found.detail);
    assert_eq!(begun.warning.as_deref(), Some(warning));
    let log = daemon.store.user(ADMIN).log_of(id).await.unwrap();
    assert!(log.iter().any(|line| line.level == "warn" && line.message == warning), "{log:?}");
    let drafts = vec![finding()];
    let published = daemon.signals.publish(SignalScope::Shared, drafts).await.unwrap();
    assert_eq!((published.rows.len(), published.skipped), (0, 1), "the host refuses, whatever a module does");
}

#[tokio::test]
async fn an_analysis_during_the_day_writes_signals_on_complete_bars() {
    let house = TestHost::new(1);
    let daemon = house.start(at(MONDAY, "10:00")).await;
    let analysis = Task::literal("analysis");
    let begun = daemon.runs.run_once(ADMIN, analysis, ADMIN).await.unwrap();
    assert_eq!(begun.warning, None);
    daemon.background.finish().await;
    daemon.store.flush().await.unwrap();
    let found = daemon.store.user(ADMIN).find_run(begun.run).await.unwrap().unwrap();
    assert_eq!(found.outcome.as_deref(), Some("succeeded"), "{}", found.detail);
    assert!(!found.detail.contains("untouched"), "{}", found.detail);
    let recording = find_recording(&daemon.store.user(ADMIN), begun.run).await.unwrap().unwrap();
    let calls = recording.calls().unwrap();
    let bars = calls.iter().filter_map(|call| match &call.answer {
        Some((_, HostReply::Candles(lists))) => Some(lists.iter().flatten()),
        _ => None,
    });
    let newest = bars.flatten().map(|bar| bar.day).max();
    assert_eq!(newest, Some(day_number(day(FRIDAY))), "the bar that forms is left out");

    // What is published now ends with this day, and the evening's list takes its place.
    let published = daemon.signals.publish(SignalScope::Shared, vec![finding()]).await.unwrap();
    let found = published.rows.iter().find(|signal| signal.draft.symbol == finding().symbol).unwrap();
    let (id, ends) = (found.id, found.expires_at);
    assert_eq!((published.inserted, ends), (1, at(MONDAY, "15:30")));
    move_to(&daemon, at(MONDAY, "16:00")).await;
    let evening = daemon.signals.publish(SignalScope::Shared, vec![finding()]).await.unwrap();
    assert_eq!((evening.inserted, evening.updated, evening.rows[0].id), (0, 1, id), "one window, one signal");
    assert_eq!(evening.rows[0].expires_at, at(TUESDAY, "15:30"));
}

#[tokio::test]
async fn between_the_close_and_complete_bars_the_signals_are_left_and_it_warns() {
    let house = TestHost::new(1);
    let daemon = house.start(at(MONDAY, "15:35")).await;
    let begun = daemon.runs.run_once(ADMIN, Task::literal("analysis"), ADMIN).await.unwrap();
    let warning = "signals were left untouched: the bars of today are complete from 15:40 on";
    assert_eq!(begun.warning.as_deref(), Some(warning));
    daemon.background.finish().await;
    let published = daemon.signals.publish(SignalScope::Shared, vec![finding()]).await.unwrap();
    assert_eq!((published.rows.len(), published.skipped), (0, 1));
}

#[tokio::test]
async fn the_analysis_goes_to_the_next_admin_when_its_owner_stops() {
    let house = TestHost::new(2);
    let daemon = house.start(at(MONDAY, "08:50")).await;
    let scope = daemon.store.user(OTHER);
    let mut row = scope.find().await.unwrap().unwrap();
    row.role = prahari_store::Role::Admin;
    scope.save(row).await.unwrap();
    stop(daemon).await;
    let daemon = house.start(at(MONDAY, "08:52")).await;
    start_services(&daemon).await;
    run(&daemon, at(MONDAY, "09:01")).await;
    daemon.services.stop_service(ADMIN).await.unwrap();
    run(&daemon, at(TUESDAY, "00:00")).await;
    assert_eq!(end_of(&daemon, ADMIN, MONDAY, Task::literal("analysis")).await.0, SlotOutcome::Skipped);
    assert_eq!(end_of(&daemon, OTHER, MONDAY, Task::literal("analysis")).await.0, SlotOutcome::Ran);
}

#[tokio::test]
async fn a_scheduler_that_hangs_is_noticed_once_for_each_slot_and_settled_when_it_goes_on() {
    let house = TestHost::new(3);
    let daemon = house.start(at(MONDAY, "08:50")).await;
    daemon.services.start_service(ADMIN).await.unwrap();
    daemon.services.start_service(OTHER).await.unwrap();
    let mut watchdog = Watchdog::new(&daemon.maintenance);
    // Due at 09:00, may start until 09:02, may take until 09:08.
    move_to(&daemon, at(MONDAY, "09:07:59")).await;
    assert_eq!(watchdog.check(&daemon.maintenance).await.unwrap(), []);
    move_to(&daemon, at(MONDAY, "09:08")).await;
    let raised = watchdog.check(&daemon.maintenance).await.unwrap();
    let of: Vec<_> = raised.iter().map(|alert| (alert.user, alert.task, alert.due_at)).collect();
    let due = at(MONDAY, "09:00");
    assert_eq!(
        of,
        [(ADMIN, Task::literal("premarket_retry"), due), (OTHER, Task::literal("premarket_retry"), due)]
    );
    assert_eq!(watchdog.check(&daemon.maintenance).await.unwrap(), []);
    assert_eq!(
        Watchdog::new(&daemon.maintenance).check(&daemon.maintenance).await.unwrap(),
        [],
        "patient after a start"
    );
    move_to(&daemon, at(MONDAY, "09:22")).await;
    let raised = watchdog.check(&daemon.maintenance).await.unwrap();
    let tasks: Vec<_> = raised.iter().filter(|alert| alert.user == OTHER).map(|alert| alert.task).collect();
    assert_eq!(
        tasks,
        [Task::literal("premarket_amo_adjustment"), Task::literal("sell_monitor")],
        "{raised:?}"
    );
    let told = notifications(&daemon, OTHER).await;
    assert_eq!(told.len(), 3, "{told:?}");
    // The admin hears of all of them, and once more of each slot that others miss too.
    let told = notifications(&daemon, ADMIN).await;
    assert_eq!(told.len(), 6, "{told:?}");
    assert!(told.iter().any(|title| title == "sell_monitor was expected and not seen for 2 users"));

    // It goes on, finds what it missed, and the alerts resolve themselves.
    let mut scheduler = daemon.scheduler();
    scheduler.run(Some(at(MONDAY, "09:40"))).await.unwrap();
    assert_eq!(watchdog.check(&daemon.maintenance).await.unwrap(), []);
    let resolved = alerts(&daemon, OTHER).await;
    assert!(resolved.iter().all(|alert| alert.resolved_at.is_some() && alert.resolved_by.is_none()));
    assert!(resolved.iter().any(|alert| alert.resolution == "seen late: missed"), "{resolved:?}");
    assert!(resolved.iter().any(|alert| alert.resolution == "seen late: it ticks again"), "{resolved:?}");
}

#[tokio::test]
async fn a_day_that_happens_raises_no_alert_at_any_minute() {
    let house = TestHost::new(2);
    let daemon = house.start(at(FRIDAY, "08:50")).await;
    start_services(&daemon).await;
    let mut watchdog = Watchdog::new(&daemon.maintenance);
    let mut scheduler = daemon.scheduler();
    let mut instant = at(FRIDAY, "08:55");
    while instant < at(MONDAY, "09:40") {
        scheduler.run(Some(instant)).await.unwrap();
        move_to(&daemon, instant).await;
        assert_eq!(watchdog.check(&daemon.maintenance).await.unwrap(), [], "{instant}");
        instant = instant.plus_minutes(7);
    }
}

#[tokio::test]
async fn a_service_that_the_scheduler_does_not_know_is_noticed_by_its_row() {
    let house = TestHost::new(2);
    let daemon = house.start(at(MONDAY, "08:50")).await;
    daemon.services.start_service(ADMIN).await.unwrap();
    let mut watchdog = Watchdog::new(&daemon.maintenance);
    daemon.store.flush().await.unwrap();
    let row = daemon.store.user(ADMIN).service().await.unwrap().unwrap();
    daemon.store.user(OTHER).save_service(ServiceRow { user: OTHER, ..row }).await.unwrap();
    run(&daemon, at(MONDAY, "09:14")).await;
    move_to(&daemon, at(MONDAY, "09:14")).await;
    let raised = watchdog.check(&daemon.maintenance).await.unwrap();
    let of: Vec<_> = raised.iter().map(|alert| (alert.user, alert.task)).collect();
    assert_eq!(
        of,
        [(OTHER, Task::literal("premarket_retry")), (OTHER, Task::literal("premarket_amo_adjustment"))]
    );
    let id = alerts(&daemon, raised[0].user)
        .await
        .into_iter()
        .find(|alert| alert.task == Some(raised[0].task))
        .unwrap()
        .id;
    let other = daemon.store.user(OTHER);
    let resolve = async |scope: UserScope, text: &str| {
        scope.resolve_alert(id, ADMIN, daemon.clock.now(), text.to_owned()).await.unwrap();
        daemon.store.user(OTHER).find_alert(id).await.unwrap().unwrap().resolution
    };
    assert_eq!(resolve(daemon.store.user(ADMIN), "not theirs").await, "");
    assert_eq!(resolve(other.clone(), "looked into").await, "looked into");
    assert_eq!(resolve(other, "again").await, "looked into");
    assert_eq!(watchdog.check(&daemon.maintenance).await.unwrap(), []);
}

#[tokio::test]
async fn what_is_old_is_forgotten_by_the_rule_and_runs_with_orders_keep_their_recording() {
    let house = TestHost::new(1);
    let daemon = house.start(at(FRIDAY, "08:50")).await;
    start_services(&daemon).await;
    run(&daemon, at(TUESDAY, "00:00")).await;
    move_to(&daemon, at(TUESDAY, "00:00")).await;
    let all = runs(&daemon, ADMIN, Task::literal("sell_monitor")).await;
    let rule = Retention { recordings_days: 2, plain_ticks_days: 3, logs_days: 1, ..Retention::default() };
    daemon.maintenance.set_retention(rule).await.unwrap();
    let forgotten = daemon.maintenance.prune_old().await.unwrap();
    assert!(forgotten.recordings > 300, "{forgotten:?}");
    assert!(forgotten.plain_ticks > 300, "{forgotten:?}");
    assert_eq!(daemon.maintenance.prune_old().await.unwrap().plain_ticks, 0);
    let scope = daemon.store.user(ADMIN);
    let friday = at(SATURDAY, "00:00");
    for run in all {
        let kept = scope.find_run(run.id).await.unwrap();
        let plain = run.outcome.as_deref() == Some("succeeded") && run.journaled == 0;
        assert_eq!(kept.is_none(), plain && run.started_at < friday, "{run:?}");
        let recorded = scope.recording(run.id).await.unwrap().is_some();
        assert_eq!(recorded, run.journaled > 0 || run.started_at >= friday, "{run:?}");
    }
    let buys = runs(&daemon, ADMIN, Task::literal("buy_orders")).await;
    let with_orders: Vec<_> = buys.iter().filter(|run| run.journaled > 0).collect();
    for run in &with_orders {
        assert!(scope.recording(run.id).await.unwrap().is_some(), "{run:?}");
    }
    assert!(!with_orders.is_empty(), "some run placed an order: {buys:?}");
}
