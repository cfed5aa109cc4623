//! What ends the wait of an individual service for its restart, and what a restart takes.

use std::time::Duration;

use prahari_app::daemon::Daemon;
use prahari_app::error::AppError;
use prahari_app::modules::{Activation, Upload};
use prahari_app::services::{By, IndividualState};
use prahari_app::shutdown::Stop;
use prahari_domain::time::Timestamp;
use prahari_runtime::ModuleHash;
use prahari_store::{ModuleOrigin, RestartPolicy, SlotOutcome};

use super::restarts::{TASK, kill, lines, messages, start, stays_stopped};
use super::{KILLED, pid, status};
use crate::support::{ADMIN, MONDAY, OTHER, TestHost, at, guests, run, slots, stop};

const WAITED: &str = "while it waited to be started again";

/// Nothing runs the task of a user when its restart would have been due.
async fn is_not_started(daemon: &std::sync::Arc<Daemon>, due: Timestamp) {
    run(daemon, due.plus_minutes(10)).await;
    assert_eq!(status(daemon, OTHER, TASK).await.process_id, None);
    let restarted = lines(daemon, OTHER).await.into_iter().find(|(event, _)| event == "individual_restarted");
    assert_eq!(restarted, None);
}

#[tokio::test]
async fn a_service_that_is_stopped_by_hand_while_it_waits_stays_stopped() {
    let house = TestHost::new(2);
    let daemon = house.start(at(MONDAY, "09:45")).await;
    start(&daemon, OTHER).await;
    // The day begins.
    run(&daemon, at(MONDAY, "09:45:01")).await;
    let due = kill(&daemon, OTHER).await;
    let by = By::User(ADMIN);
    assert!(daemon.services.stop_individual_by(OTHER, TASK, &by).await.unwrap());
    assert!(!daemon.services.stop_individual_by(OTHER, TASK, &by).await.unwrap());
    assert_eq!(stays_stopped(&daemon, OTHER).await, format!("{KILLED}; it was stopped {WAITED}"));
    is_not_started(&daemon, due).await;
    let (event, line) = lines(&daemon, OTHER).await.pop().unwrap();
    assert_eq!(event, "individual_stopped");
    assert!(line.contains(&format!("was stopped by user {ADMIN} (")) && line.ends_with(WAITED), "{line}");
    run(&daemon, at(MONDAY, "10:31")).await;
    let slot = slots(&daemon, OTHER, MONDAY).await.remove(0);
    assert_eq!(slot.outcome, Some(SlotOutcome::Skipped));
    assert!(slot.reason.ends_with(WAITED), "{}", slot.reason);
}

#[tokio::test]
async fn a_service_that_is_started_by_hand_while_it_waits_runs_at_once_and_is_started_once() {
    let house = TestHost::new(2);
    let daemon = house.start(at(MONDAY, "09:45")).await;
    start(&daemon, OTHER).await;
    let due = kill(&daemon, OTHER).await;
    assert!(daemon.services.start_individual(OTHER, TASK).await.unwrap());
    let worker = pid(&daemon, OTHER, TASK).await;
    let running = status(&daemon, OTHER, TASK).await;
    assert_eq!((running.restarts, running.restart), (0, RestartPolicy::OnFailure), "the policy stays");
    run(&daemon, due.plus_minutes(10)).await;
    assert_eq!(pid(&daemon, OTHER, TASK).await, worker);
}

#[tokio::test]
async fn the_unified_service_ends_the_wait_of_its_user_and_of_nobody_else() {
    let house = TestHost::new(2);
    let daemon = house.start(at(MONDAY, "09:45")).await;
    start(&daemon, OTHER).await;
    start(&daemon, ADMIN).await;
    let due = kill(&daemon, OTHER).await;
    assert_eq!(kill(&daemon, ADMIN).await, due);
    daemon.services.start_service(OTHER).await.unwrap();
    assert_eq!(stays_stopped(&daemon, OTHER).await, format!("{KILLED}; it was stopped {WAITED}"));
    is_not_started(&daemon, due).await;
    assert!(daemon.users.find(OTHER).unwrap().services.is_running());
    assert_eq!(status(&daemon, ADMIN, TASK).await.started_at, Some(due));
}

#[tokio::test]
async fn a_user_who_is_not_active_any_more_has_no_service_started_again() {
    let house = TestHost::new(2);
    let daemon = house.start(at(MONDAY, "09:45")).await;
    start(&daemon, OTHER).await;
    let due = kill(&daemon, OTHER).await;
    daemon.users_admin.deactivate_user(OTHER, daemon.clock.now()).await.unwrap();
    assert_eq!(stays_stopped(&daemon, OTHER).await, format!("{KILLED}; it was stopped {WAITED}"));
    is_not_started(&daemon, due).await;
}

#[tokio::test]
async fn a_service_that_waits_is_stopped_with_the_daemon_and_its_user_is_told() {
    let house = TestHost::new(2);
    let daemon = house.start(at(MONDAY, "09:45")).await;
    start(&daemon, OTHER).await;
    kill(&daemon, OTHER).await;
    daemon.shutdown.begin(Stop::Asked("SIGTERM".to_owned()));
    daemon.end_beside_schedule(Duration::from_secs(5)).await;
    let reason = format!("{KILLED}; the daemon stopped (SIGTERM) {WAITED}");
    assert_eq!(stays_stopped(&daemon, OTHER).await, reason);
    assert!(messages(&daemon, OTHER, 2).await[0].body.starts_with(&reason));
    daemon.close().await.unwrap();
    let daemon = house.start(at(MONDAY, "09:46")).await;
    assert_eq!(stays_stopped(&daemon, OTHER).await, reason);
    is_not_started(&daemon, at(MONDAY, "09:46")).await;
}

#[tokio::test]
async fn a_service_that_waited_when_the_daemon_was_killed_stays_stopped_and_its_user_is_told() {
    let mut house = TestHost::new(2);
    let daemon = house.start(at(MONDAY, "09:45")).await;
    start(&daemon, OTHER).await;
    kill(&daemon, OTHER).await;
    let _of_the_killed = house.crash();
    let again = house.start(at(MONDAY, "09:46")).await;
    let reason = format!("{KILLED}; not started again: the daemon was restarted");
    assert_eq!(stays_stopped(&again, OTHER).await, reason);
    assert_eq!(messages(&again, OTHER, 1).await[0].title, format!("Your service of {TASK} was stopped"));
    is_not_started(&again, at(MONDAY, "09:46")).await;
    assert!(again.services.start_individual(OTHER, TASK).await.unwrap());
    let restart = status(&again, OTHER, TASK).await.restart;
    assert_eq!(restart, RestartPolicy::OnFailure, "what it was started with is kept");
    stop(again).await;
}

#[tokio::test]
async fn a_restart_takes_the_version_of_the_module_that_is_active_then() {
    let house = TestHost::new(2);
    let daemon = house.start(at(MONDAY, "09:45")).await;
    start(&daemon, OTHER).await;
    let due = kill(&daemon, OTHER).await;
    let bytes = guests::writes_state('1', true);
    let upload = Upload { task: TASK, bytes: bytes.clone(), origin: ModuleOrigin::Uploaded, by: Some(ADMIN) };
    let version = daemon.modules.upload(upload, daemon.clock.now()).await.unwrap().version;
    let activation = Activation { task: TASK, version, by: Some(ADMIN), reason: "a test".to_owned() };
    let permission = daemon.grants.permission(TASK);
    daemon.modules.activate(activation, permission, daemon.clock.now()).await.unwrap();
    run(&daemon, due.plus_millis(1)).await;
    let service = daemon.users.find(OTHER).unwrap().services.individual(TASK).unwrap();
    assert_eq!(service.worker.module(), ModuleHash::of(&bytes));
}

#[tokio::test]
async fn the_policy_of_a_service_is_changed_while_it_runs_and_while_it_waits() {
    let house = TestHost::new(2);
    let daemon = house.start(at(MONDAY, "09:45")).await;
    let by = By::User(OTHER);
    let set = async |restart| daemon.services.set_restart_policy(OTHER, TASK, restart, &by).await;
    let unknown = set(RestartPolicy::OnFailure).await;
    assert!(matches!(unknown, Err(AppError::NeverStarted(task)) if task == TASK), "{unknown:?}");
    daemon.services.start_individual(OTHER, TASK).await.unwrap();
    assert_eq!(status(&daemon, OTHER, TASK).await.restart, RestartPolicy::Never, "unless somebody says so");
    set(RestartPolicy::OnFailure).await.unwrap();
    let due = kill(&daemon, OTHER).await;
    set(RestartPolicy::OnFailure).await.unwrap();
    assert_eq!(status(&daemon, OTHER, TASK).await.state, IndividualState::Restarting, "nothing changed");
    set(RestartPolicy::Never).await.unwrap();
    assert_eq!(stays_stopped(&daemon, OTHER).await, format!("{KILLED}; it was stopped {WAITED}"));
    is_not_started(&daemon, due).await;
    assert_eq!(status(&daemon, OTHER, TASK).await.restart, RestartPolicy::Never);
    // A start of what runs already changes the policy as well.
    start(&daemon, OTHER).await;
    let never = Some(RestartPolicy::Never);
    assert!(!daemon.services.start_individual_by(OTHER, TASK, never, &by).await.unwrap());
    assert_eq!(status(&daemon, OTHER, TASK).await.restart, RestartPolicy::Never);
}
