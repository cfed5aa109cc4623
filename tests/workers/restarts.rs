//! Individual services that are started again when their process ended by itself.

use std::sync::Arc;

use nix::sys::signal::Signal;
use prahari_app::daemon::Daemon;
use prahari_app::services::{By, IndividualState, RESTART_DELAYS_MS};
use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_runtime::{Compiler, Runtime, RuntimeConfig, WorkerProgram};
use prahari_store::{
    AlertCode, AlertFilter, AlertRow, NotificationFilter, NotificationRow, RestartPolicy, ServiceLogFilter,
    SlotOutcome,
};

use super::{KILLED, is_alive, pid, send, soon, status};
use crate::support::waiting::until_some;
use crate::support::{ADMIN, MONDAY, OTHER, TUESDAY, TestHost, at, guests, run, slots};

/// A task that is due at half past each hour.
pub const TASK: Task = Task::literal("position_monitor");

/// Starts the service of a user, to be started again after failures.
pub async fn start(daemon: &Arc<Daemon>, user: UserId) -> u32 {
    let (restart, by) = (Some(RestartPolicy::OnFailure), By::User(user));
    assert!(daemon.services.start_individual_by(user, TASK, restart, &by).await.unwrap());
    pid(daemon, user, TASK).await
}

/// Kills the process of a service that is started again, and waits until it waits for that; answers when it is due.
pub async fn kill(daemon: &Daemon, user: UserId) -> Timestamp {
    end_process(daemon, user).await;
    let waits = until_some("the service to wait for its restart", async || {
        let status = status(daemon, user, TASK).await;
        (status.state == IndividualState::Restarting && !status.reason.is_empty()).then_some(status)
    });
    let waits = soon(waits).await;
    let written = until_some("the row of the service", async || {
        let row = daemon.store.user(user).individual_service(TASK).await.unwrap();
        row.filter(|row| row.next_restart_at.is_some())
    });
    assert_eq!(soon(written).await.next_restart_at, waits.next_restart_at);
    assert_eq!(
        (waits.process_id, waits.usage, waits.reason.as_str()),
        (None, None, KILLED),
        "it does not run"
    );
    assert_eq!(waits.stopped_at, Some(daemon.clock.now()));
    waits.next_restart_at.unwrap()
}

/// Kills the process of a service.
async fn end_process(daemon: &Daemon, user: UserId) {
    let killed = pid(daemon, user, TASK).await;
    send(killed, Signal::SIGKILL);
    soon(until_some("the process to end", async || (!is_alive(killed)).then_some(()))).await;
}

/// Waits until a service that was killed stays stopped; answers why.
pub async fn stays_stopped(daemon: &Daemon, user: UserId) -> String {
    let stopped = until_some("the service to be stopped", async || {
        let status = status(daemon, user, TASK).await;
        (status.state == IndividualState::Stopped && status.stopped_at.is_some()).then_some(status)
    });
    let stopped = soon(stopped).await;
    assert_eq!(stopped.next_restart_at, None);
    let row = daemon.store.user(user).individual_service(TASK).await.unwrap().unwrap();
    assert!(!row.is_running() && row.next_restart_at.is_none(), "{row:?}");
    stopped.reason
}

/// Does what is due until a service is started again, and not before; answers its process.
async fn comes_back(daemon: &Arc<Daemon>, user: UserId, due: Timestamp) -> u32 {
    run(daemon, due).await;
    assert_eq!(status(daemon, user, TASK).await.state, IndividualState::Restarting, "it is not {due} yet");
    run(daemon, due.plus_millis(1)).await;
    let back = status(daemon, user, TASK).await;
    assert_eq!((back.state, back.started_at), (IndividualState::Running, Some(due)));
    back.process_id.unwrap()
}

/// The lines of a user's service log about individual services, oldest first: name of the event and words.
pub async fn lines(daemon: &Daemon, user: UserId) -> Vec<(String, String)> {
    let filter = ServiceLogFilter { levels: Vec::new(), before: None, limit: 100 };
    let mut lines = daemon.store.user(user).service_log(filter).await.unwrap();
    lines.reverse();
    let own = lines.into_iter().filter(|line| line.event.starts_with("individual"));
    own.map(|line| (line.event, line.message)).collect()
}

/// The messages to a user, newest first, as soon as there are so many.
pub async fn messages(daemon: &Daemon, user: UserId, count: usize) -> Vec<NotificationRow> {
    let told = until_some("the messages", async || {
        let kept = daemon.store.user(user).notifications(NotificationFilter::default()).await.unwrap();
        (kept.len() >= count).then_some(kept)
    });
    soon(told).await.into_iter().map(|kept| kept.row).collect()
}

async fn alerts(daemon: &Daemon, user: UserId) -> Vec<AlertRow> {
    daemon.store.user(user).alerts(AlertFilter { open: None, before: None, limit: 100 }).await.unwrap()
}

#[tokio::test]
async fn a_service_that_keeps_failing_comes_back_three_times_and_then_stays_stopped() {
    let house = TestHost::new(2);
    let daemon = house.start(at(MONDAY, "09:45")).await;
    let others = start(&daemon, ADMIN).await;
    let mut worker = start(&daemon, OTHER).await;
    for (attempt, delay) in (1..).zip(RESTART_DELAYS_MS) {
        let failed = daemon.clock.now();
        let due = kill(&daemon, OTHER).await;
        assert_eq!(due, failed.plus_millis(delay));
        assert_eq!(status(&daemon, OTHER, TASK).await.restarts, attempt);
        let next = comes_back(&daemon, OTHER, due).await;
        assert!(is_alive(next) && next != worker);
        worker = next;
        assert_eq!(status(&daemon, OTHER, TASK).await.restarts, attempt);
    }
    end_process(&daemon, OTHER).await;
    assert_eq!(stays_stopped(&daemon, OTHER).await, format!("{KILLED}; it stays stopped after 3 restarts"));
    run(&daemon, at(MONDAY, "10:15")).await;
    assert_eq!(status(&daemon, OTHER, TASK).await.state, IndividualState::Stopped);

    let raised = soon(until_some("the alert", async || alerts(&daemon, OTHER).await.pop())).await;
    assert_eq!((raised.code, raised.subject.as_str()), (AlertCode::ServiceStopped, TASK.name()));
    let detail =
        format!("the individual service of {TASK} failed: {KILLED}; it stays stopped after 3 restarts");
    assert_eq!((raised.detail.as_str(), raised.resolved_at), (detail.as_str(), None));
    let told: Vec<_> = messages(&daemon, OTHER, 4).await.into_iter().map(|row| row.title).collect();
    let failed = format!("Your service of {TASK} failed and is started again");
    assert_eq!(told, ["A service keeps failing and stays stopped", &failed, &failed, &failed]);
    let events: Vec<_> = lines(&daemon, OTHER).await.into_iter().map(|(event, _)| event).collect();
    let (down, up) = ("individual_failed", "individual_restarted");
    assert_eq!(events, ["individual_started", down, up, down, up, down, up, down]);
    let activity = daemon.users.find(OTHER).unwrap().services.activity().clone();
    assert_eq!((activity.error_count, activity.last_error), (4, format!("{TASK}: {KILLED}")));
    assert_eq!(pid(&daemon, ADMIN, TASK).await, others, "another user's service is not touched");
    assert_eq!(daemon.users.find(ADMIN).unwrap().services.activity().error_count, 0);

    start(&daemon, OTHER).await;
    let over = alerts(&daemon, OTHER).await.remove(0);
    assert_eq!(
        over.resolution,
        format!("it was started by user {OTHER} ({})", daemon.users.find(OTHER).unwrap().name)
    );
    assert_eq!(status(&daemon, OTHER, TASK).await.restarts, 0, "a person has looked at it");
}

#[tokio::test]
async fn who_started_a_service_again_and_why_is_a_line_of_the_log_and_a_message() {
    let house = TestHost::new(1);
    let daemon = house.start(at(MONDAY, "09:45")).await;
    let killed = start(&daemon, ADMIN).await;
    let due = kill(&daemon, ADMIN).await;
    let worker = comes_back(&daemon, ADMIN, due).await;
    let lines = lines(&daemon, ADMIN).await;
    let waits = "it restarts at 2025-03-10 09:45:05.000, attempt 1 of 3";
    let failed =
        format!("the individual service of {TASK} ended by itself; process {killed}: {KILLED}; {waits}");
    assert_eq!(lines[1], ("individual_failed".to_owned(), failed));
    let again = format!(
        "the individual service of {TASK} was started again by the daemon, after a failure (attempt 1 of 3), as process {worker}"
    );
    assert_eq!(lines[2], ("individual_restarted".to_owned(), again));
    let told = messages(&daemon, ADMIN, 1).await;
    assert_eq!((told.len(), told[0].body.clone()), (1, format!("{KILLED}; {waits}.")));
}

#[tokio::test]
async fn a_service_that_is_never_started_again_stays_stopped() {
    let house = TestHost::new(1);
    let daemon = house.start(at(MONDAY, "09:45")).await;
    daemon.services.start_individual(ADMIN, TASK).await.unwrap();
    end_process(&daemon, ADMIN).await;
    assert_eq!(stays_stopped(&daemon, ADMIN).await, KILLED);
    run(&daemon, at(MONDAY, "10:15")).await;
    assert_eq!(status(&daemon, ADMIN, TASK).await.state, IndividualState::Stopped);
    assert_eq!(alerts(&daemon, ADMIN).await, []);
    assert_eq!(messages(&daemon, ADMIN, 1).await[0].title, format!("Your service of {TASK} was stopped"));
}

#[tokio::test]
async fn restarts_are_counted_from_the_beginning_once_a_service_has_run_for_ten_minutes() {
    let house = TestHost::new(1);
    let daemon = house.start(at(MONDAY, "09:40")).await;
    start(&daemon, ADMIN).await;
    let due = kill(&daemon, ADMIN).await;
    comes_back(&daemon, ADMIN, due).await;
    // The broker is polled each minute: the clock stands at the last one before.
    run(&daemon, at(MONDAY, "09:50:01")).await;
    let due = kill(&daemon, ADMIN).await;
    assert_eq!(due, at(MONDAY, "09:50:30"), "it has run for five seconds less than ten minutes");
    comes_back(&daemon, ADMIN, due).await;
    run(&daemon, at(MONDAY, "10:01:01")).await;
    assert_eq!(status(&daemon, ADMIN, TASK).await.restarts, 0);
    assert_eq!(kill(&daemon, ADMIN).await, at(MONDAY, "10:01:05"));
    assert_eq!(status(&daemon, ADMIN, TASK).await.restarts, 1);
}

#[tokio::test]
async fn what_is_due_while_a_service_waits_is_skipped_with_the_reason_and_what_is_due_later_runs() {
    let house = TestHost::new(1);
    let daemon = house.start(at(MONDAY, "10:29:57")).await;
    start(&daemon, ADMIN).await;
    // The day begins.
    run(&daemon, at(MONDAY, "10:29:58")).await;
    let due = kill(&daemon, ADMIN).await;
    assert_eq!(due, at(MONDAY, "10:30:02"));
    run(&daemon, at(TUESDAY, "00:00")).await;
    let slots = slots(&daemon, ADMIN, MONDAY).await;
    let (missed, ran) = slots.split_first().unwrap();
    assert_eq!((missed.due_at, missed.outcome), (at(MONDAY, "10:30"), Some(SlotOutcome::Skipped)));
    let reason = "the individual service of this user was stopped: it was ended by SIGKILL; \
                  it restarts at 2025-03-10 10:30:02.000, attempt 1 of 3";
    assert_eq!(missed.reason, reason);
    assert_eq!(ran.len(), 5, "{ran:?}");
    assert!(ran.iter().all(|slot| slot.outcome == Some(SlotOutcome::Ran)), "{ran:?}");
}

#[tokio::test]
async fn the_ticks_of_a_continuous_slot_go_on_when_its_service_comes_back() {
    let house = TestHost::new(1);
    let daemon = house.start(at(MONDAY, "09:59:57")).await;
    let task = Task::literal("sell_monitor");
    let by = By::daemon("");
    daemon.services.start_individual_by(ADMIN, task, Some(RestartPolicy::OnFailure), &by).await.unwrap();
    run(&daemon, at(MONDAY, "10:00:01")).await;
    daemon.clock.wait_until(at(MONDAY, "10:00:57"), &tokio::sync::Notify::new()).await;
    send(pid(&daemon, ADMIN, task).await, Signal::SIGKILL);
    let waits = until_some("the service to wait for its restart", async || {
        (status(&daemon, ADMIN, task).await.state == IndividualState::Restarting).then_some(())
    });
    soon(waits).await;
    run(&daemon, at(TUESDAY, "00:00")).await;
    let slots = slots(&daemon, ADMIN, MONDAY).await;
    assert_eq!(slots.len(), 1, "{slots:?}");
    assert_eq!((slots[0].outcome, slots[0].ticks_skipped), (Some(SlotOutcome::Ran), 1), "{slots:?}");
    assert_eq!(slots[0].ticks_ran, 329, "each minute from 10:00 until 15:30 but one: {slots:?}");
}

#[tokio::test]
async fn a_run_whose_worker_is_killed_fails_and_the_next_slot_runs_in_the_new_process() {
    let house = TestHost::new(1);
    let own = guests::asks_for_universe();
    let daemon = house.start_with(at(MONDAY, "10:00"), &[(TASK, &own)]).await;
    let killed = start(&daemon, ADMIN).await;
    house.market.set_held(true);
    let scheduled = {
        let daemon = daemon.clone();
        tokio::spawn(async move { run(&daemon, at(MONDAY, "12:00")).await })
    };
    house.market.asked().await;
    // Later questions are answered; this one waits until the end of its run.
    house.market.set_held(false);
    send(killed, Signal::SIGKILL);
    scheduled.await.unwrap();
    let slots = slots(&daemon, ADMIN, MONDAY).await;
    let outcomes: Vec<_> = slots.iter().map(|slot| slot.outcome).take(2).collect();
    assert_eq!(outcomes, [Some(SlotOutcome::Failed), Some(SlotOutcome::Ran)], "{slots:?}");
    let status = status(&daemon, ADMIN, TASK).await;
    assert_eq!(
        status.started_at,
        Some(at(MONDAY, "10:30:05")),
        "within the order of a virtual clock: {status:?}"
    );
}

#[tokio::test]
async fn a_clock_that_goes_on_while_work_is_done_brings_it_back_as_well() {
    let house = TestHost::new(1);
    let (daemon, hand) = house.start_manual(at(MONDAY, "09:45"), &[]).await;
    let mut scheduler = daemon.scheduler();
    let scheduled = tokio::spawn(async move { scheduler.run(None).await });
    let killed = start(&daemon, ADMIN).await;
    let due = kill(&daemon, ADMIN).await;
    assert_eq!(due, at(MONDAY, "09:45:05"));
    hand.pass_until(due);
    let back = until_some("the service to run again", async || status(&daemon, ADMIN, TASK).await.process_id);
    assert_ne!(back.await, killed);
    daemon.shutdown.begin(prahari_app::shutdown::Stop::Asked("the end of the test".to_owned()));
    scheduled.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_process_that_cannot_be_started_again_is_the_next_failure() {
    let mut house = TestHost::new(1);
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("worker");
    let real = env!("CARGO_BIN_EXE_prahari");
    std::os::unix::fs::symlink(real, &program).unwrap();
    let cache = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("modules");
    let config = RuntimeConfig {
        worker: WorkerProgram { program: program.clone(), args: vec!["worker".to_owned()] },
        ..RuntimeConfig::new(&cache, Compiler::new(real, &["compile"]))
    };
    house.runtime = Arc::new(Runtime::new(config).unwrap());
    let daemon = house.start(at(MONDAY, "09:45")).await;
    start(&daemon, ADMIN).await;
    std::fs::remove_file(&program).unwrap();
    assert_eq!(kill(&daemon, ADMIN).await, at(MONDAY, "09:45:05"));
    run(&daemon, at(MONDAY, "09:45:06")).await;
    let waits = status(&daemon, ADMIN, TASK).await;
    assert_eq!((waits.state, waits.restarts), (IndividualState::Restarting, 2), "{waits:?}");
    assert_eq!(waits.next_restart_at, Some(at(MONDAY, "09:45:35")));
    assert!(waits.reason.starts_with("it could not be started again: the worker "), "{}", waits.reason);

    std::os::unix::fs::symlink(real, &program).unwrap();
    run(&daemon, at(MONDAY, "09:45:36")).await;
    assert_eq!(status(&daemon, ADMIN, TASK).await.state, IndividualState::Running);
    std::fs::remove_file(&program).unwrap();
    kill(&daemon, ADMIN).await;
    run(&daemon, at(MONDAY, "09:50")).await;
    let reason = stays_stopped(&daemon, ADMIN).await;
    assert!(reason.ends_with("; it stays stopped after 3 restarts"), "{reason}");
    assert_eq!(alerts(&daemon, ADMIN).await.len(), 1);
}
