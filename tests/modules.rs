//! Versions of task modules while the daemon runs: brought, activated, rolled back, pinned, and taken out when they
//! fail.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "modules/blame.rs"]
mod blame;
#[path = "modules/costs.rs"]
mod costs;
#[path = "support/faults.rs"]
mod faults;
#[path = "modules/folder.rs"]
mod folder;
#[path = "modules/grants.rs"]
mod grants;
#[path = "modules/growth.rs"]
mod growth;
#[path = "modules/hostile.rs"]
mod hostile;
#[path = "modules/load.rs"]
mod load;
#[path = "modules/replays.rs"]
mod replays;
#[path = "support/daemon.rs"]
mod support;
#[path = "modules/trials.rs"]
mod trials;

use prahari_app::daemon::Daemon;
use prahari_app::error::AppError;
use prahari_app::modules::{Activation, BROKEN_AFTER, Upload};
use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::text::is_plain;
use prahari_runtime::ModuleHash;
use prahari_store::{
    AlertCode, KeptNotification, ModuleOrigin, ModuleRow, NotificationFilter, NotificationLevel, SlotOutcome,
};
use support::{
    ADMIN, MONDAY, OTHER, TUESDAY, TestHost, at, end_of, guests, run, runs, slot, slots, start_services, stop,
};

const TASK: Task = Task::literal("position_monitor");

async fn upload(daemon: &Daemon, task: Task, bytes: &[u8]) -> ModuleRow {
    let upload = Upload { task, bytes: bytes.to_vec(), origin: ModuleOrigin::Uploaded, by: Some(ADMIN) };
    daemon.modules.upload(upload, daemon.clock.now()).await.unwrap()
}

async fn activate(daemon: &Daemon, task: Task, version: u64) -> Result<bool, AppError> {
    let activation = Activation { task, version, by: Some(ADMIN), reason: "a test".to_owned() };
    let now = daemon.clock.now();
    daemon.modules.activate(activation, daemon.grants.permission(task), now).await.map(|(_, changed)| changed)
}

async fn roll_back(daemon: &Daemon, task: Task) -> Result<u64, AppError> {
    let row = daemon.trials.roll_back_module(task, ADMIN, "a test".to_owned()).await?;
    Ok(row.version)
}

/// The version that a user's next run is given.
fn version_of(daemon: &Daemon, user: UserId, task: Task) -> u64 {
    daemon.modules.for_user(task, user).unwrap().version
}

/// The hash that the last run of a user ran.
async fn last_hash(daemon: &Daemon, user: UserId, task: Task) -> String {
    runs(daemon, user, task).await.iter().max_by_key(|run| run.id).unwrap().module_hash.clone()
}

#[tokio::test]
async fn a_version_is_brought_activated_rolled_back_and_found_again_after_a_restart() {
    let house = TestHost::new(2);
    let daemon = house.start(at(MONDAY, "09:00")).await;
    start_services(&daemon).await;
    let bytes = guests::writes_state('1', true);
    let row = upload(&daemon, TASK, &bytes).await;
    assert_eq!((row.version, row.added_by, row.size), (2, Some(ADMIN), bytes.len() as u64));
    assert_eq!(upload(&daemon, TASK, &bytes).await, row, "the same bytes are the same version");
    assert_eq!(version_of(&daemon, OTHER, TASK), 1, "it does not run before it is activated");
    run(&daemon, at(MONDAY, "09:31")).await;
    let built_in = last_hash(&daemon, OTHER, TASK).await;
    assert!(activate(&daemon, TASK, 2).await.unwrap());
    assert!(!activate(&daemon, TASK, 2).await.unwrap(), "it is active already");
    run(&daemon, at(MONDAY, "10:31")).await;
    assert_eq!(last_hash(&daemon, OTHER, TASK).await, ModuleHash::of(&bytes).to_string());
    assert_eq!(roll_back(&daemon, TASK).await.unwrap(), 1);
    run(&daemon, at(MONDAY, "11:31")).await;
    assert_eq!(last_hash(&daemon, OTHER, TASK).await, built_in);
    activate(&daemon, TASK, 2).await.unwrap();
    stop(daemon).await;

    let daemon = house.start(at(MONDAY, "11:32")).await;
    assert_eq!(version_of(&daemon, OTHER, TASK), 2);
    let history = daemon.store.system().module_activations(Some(TASK), 10).await.unwrap();
    let versions: Vec<u64> = history.iter().map(|activation| activation.version).collect();
    assert_eq!(versions, [2, 1, 2, 1]);
    assert_eq!(history[3].reason, "it came with the program");
    // What ran once can be replayed, whatever is active.
    assert!(daemon.store.system().module_bytes(built_in).await.unwrap().is_some());
}

#[tokio::test]
async fn a_user_stays_with_a_version_while_the_others_go_on() {
    let house = TestHost::new(2);
    let daemon = house.start(at(MONDAY, "09:00")).await;
    let now = daemon.clock.now();
    upload(&daemon, TASK, &guests::writes_state('1', true)).await;
    daemon.modules.pin(OTHER, (TASK, 2), ADMIN, daemon.grants.permission(TASK), now).await.unwrap();
    assert_eq!((version_of(&daemon, ADMIN, TASK), version_of(&daemon, OTHER, TASK)), (1, 2));
    let in_use = daemon.modules.remove(TASK, 2, now).await.unwrap_err();
    let sentence = "version 2 of the module of position_monitor is in use; activate another one, and unpin its users, first";
    assert_eq!(in_use.to_string(), sentence);
    stop(daemon).await;
    let daemon = house.start(at(MONDAY, "09:01")).await;
    assert_eq!((version_of(&daemon, ADMIN, TASK), version_of(&daemon, OTHER, TASK)), (1, 2));
    assert!(daemon.modules.unpin(OTHER, TASK).await.unwrap());
    assert!(!daemon.modules.unpin(OTHER, TASK).await.unwrap());
    assert_eq!(version_of(&daemon, OTHER, TASK), 1);
    daemon.modules.remove(TASK, 2, now).await.unwrap();
    let gone = activate(&daemon, TASK, 2).await.unwrap_err();
    assert_eq!(gone.to_string(), "there is no version 2 of the module of position_monitor");
    // Brought again, it has its number again.
    assert_eq!(upload(&daemon, TASK, &guests::writes_state('1', true)).await.version, 2);
}

#[tokio::test]
async fn what_cannot_be_a_version_is_refused_in_one_sentence_and_nothing_changes() {
    let house = TestHost::new(1);
    let daemon = house.start(at(MONDAY, "09:00")).await;
    let before = daemon.store.system().modules().await.unwrap();
    let core = wat::parse_str("(module)").unwrap();
    let giant = [b"\0asm\x0d\0\x01\0".as_slice(), &vec![0; 100 << 20]].concat();
    let functions = format!("(component (core module {}))", "(func)".repeat(50_000));
    let functions = wat::parse_str(functions).unwrap();
    for (bytes, because) in [
        (b"".as_slice(), "the file is empty"),
        (b"(component)".as_slice(), "the file is text"),
        (core.as_slice(), "not a component"),
        (giant.as_slice(), "bytes; at most 33554432 are allowed"),
        (functions.as_slice(), "the module has 50000 functions; at most 25000 are allowed"),
    ] {
        let upload =
            Upload { task: TASK, bytes: bytes.to_vec(), origin: ModuleOrigin::Uploaded, by: Some(ADMIN) };
        let error = daemon.modules.upload(upload, daemon.clock.now()).await.unwrap_err().to_string();
        assert!(error.contains(because) && !error.contains('\n'), "{because}: {error}");
    }
    assert_eq!(daemon.store.system().modules().await.unwrap(), before);
}

#[tokio::test]
async fn a_version_that_traps_again_and_again_is_quarantined_and_the_earlier_one_runs_again() {
    let house = TestHost::new(3);
    let daemon = house.start(at(MONDAY, "09:00")).await;
    start_services(&daemon).await;
    upload(&daemon, TASK, &guests::traps()).await;
    activate(&daemon, TASK, 2).await.unwrap();
    run(&daemon, at(TUESDAY, "00:00")).await;
    let broken_after = usize::try_from(BROKEN_AFTER).unwrap();
    let mut failures = Vec::new();
    for user in daemon.users.all() {
        let all = slots(&daemon, user.id, MONDAY).await;
        let outcomes: Vec<_> =
            all.iter().filter(|slot| slot.task == TASK).map(|slot| slot.outcome.unwrap()).collect();
        let failed = outcomes.iter().take_while(|outcome| **outcome == SlotOutcome::Failed).count();
        assert!(outcomes[failed..].iter().all(|outcome| *outcome == SlotOutcome::Ran), "{outcomes:?}");
        failures.push(failed);
    }
    // Users run beside each other: whoever comes after somebody's last failure in the same instant has the earlier
    // version.
    assert_eq!(failures.iter().max(), Some(&broken_after), "{failures:?}");
    assert!(failures.iter().all(|failed| *failed + 1 >= broken_after), "{failures:?}");
    assert_eq!(version_of(&daemon, OTHER, TASK), 1);
    let refused = activate(&daemon, TASK, 2).await.unwrap_err().to_string();
    assert!(
        refused.starts_with("version 2 of the module of position_monitor is in quarantine: 3 runs of user"),
        "{refused}"
    );
    let told = daemon.store.user(ADMIN).notifications(NotificationFilter::default()).await.unwrap();
    let grave = |kept: &&KeptNotification| kept.row.level == NotificationLevel::Error;
    let titles: Vec<_> = told.iter().filter(grave).map(|kept| kept.row.title.as_str()).collect();
    assert_eq!(titles, ["The module of position_monitor was rolled back"]);
    let told = daemon.store.user(OTHER).notifications(NotificationFilter::default()).await.unwrap();
    assert!(!told.iter().any(|kept| grave(&kept)), "{told:?}");
}

#[tokio::test]
async fn without_an_earlier_version_a_task_that_traps_is_tried_less_and_less_often() {
    let house = TestHost::new(1);
    let traps = guests::traps();
    let daemon = house.start_with(at(MONDAY, "09:00"), &[(Task::literal("sell_monitor"), &traps)]).await;
    start_services(&daemon).await;
    run(&daemon, at(TUESDAY, "00:00")).await;
    let tried = runs(&daemon, ADMIN, Task::literal("sell_monitor")).await;
    // 3 in a row, then after some 1, 2, 4, 8, 16 and from there on 30 minutes.
    assert!((15..=24).contains(&tried.len()), "{} runs in a session of 375 minutes", tried.len());
    let (outcome, reason) = end_of(&daemon, ADMIN, MONDAY, Task::literal("sell_monitor")).await;
    assert_eq!(outcome, SlotOutcome::Failed, "{reason}");
    let kept = slot(&daemon, ADMIN, MONDAY, Task::literal("sell_monitor")).await;
    let ticks = daemon.store.user(ADMIN).ticks(kept.task, kept.due_at).await.unwrap();
    assert!(ticks.iter().any(|tick| tick.outcome == SlotOutcome::Skipped), "{ticks:?}");
    let told = ticks.iter().map(|tick| &tick.reason).chain([&kept.reason]);
    assert!(told.clone().all(|reason| is_plain(reason)), "{:?}", told.collect::<Vec<_>>());
    let last = daemon.users.find(ADMIN).unwrap().services.activity().last_error.clone();
    assert!(!last.is_empty() && is_plain(&last), "{last:?}");
    // Somebody has to look, once; and it is over when the daemon begins anew.
    let alerts = unfit(&daemon).await;
    let sentence = "version 1 of the module of sell_monitor keeps failing, and no earlier version can take its place, so the task is held back; of user 1: 3 runs in a row failed by the module's own fault: ";
    assert!(alerts.len() == 1 && alerts[0].starts_with(sentence), "{alerts:?}");
    let told = daemon.store.user(ADMIN).notifications(NotificationFilter::default()).await.unwrap();
    let titles: Vec<_> = told.iter().map(|kept| kept.row.title.as_str()).collect();
    assert_eq!(titles.iter().filter(|title| **title == "A module keeps failing").count(), 1, "{titles:?}");
    stop(daemon).await;
    let daemon = house.start(at(TUESDAY, "09:00")).await;
    assert_eq!(unfit(&daemon).await, Vec::<String>::new());
    stop(daemon).await;
}

#[tokio::test]
async fn what_a_task_says_of_its_failure_is_one_line_wherever_it_is_kept() {
    let house = TestHost::new(1);
    let task = Task::literal("premarket_retry");
    let hostile = guests::logs("no\\0aERROR fake \\1b");
    let daemon = house.start_with(at(MONDAY, "08:50"), &[(task, &hostile)]).await;
    start_services(&daemon).await;
    run(&daemon, at(MONDAY, "09:01")).await;
    daemon.maintenance.upkeep_step(&mut None).await.unwrap();
    let said = "unavailable: no\\nERROR fake \\u001b";
    assert_eq!(end_of(&daemon, ADMIN, MONDAY, task).await.1, said);
    assert_eq!(runs(&daemon, ADMIN, task).await[0].detail, said);
    let last = format!("premarket_retry: {said}");
    assert_eq!(daemon.users.find(ADMIN).unwrap().services.activity().last_error, last);
    let kept = daemon.store.user(ADMIN).service().await.unwrap().unwrap();
    assert_eq!(kept.last_error, last);
    stop(daemon).await;
}

/// What the open alerts say about modules that keep failing.
async fn unfit(daemon: &Daemon) -> Vec<String> {
    daemon.store.flush().await.unwrap();
    let open = daemon.store.system().open_installation_alerts(100).await.unwrap();
    open.into_iter().filter(|alert| alert.code == AlertCode::ModuleUnfit).map(|alert| alert.detail).collect()
}

#[tokio::test]
async fn a_version_that_traps_is_held_back_when_the_earlier_one_wants_more_than_is_granted_by_now() {
    let house = TestHost::new(1);
    let daemon = house.start(at(MONDAY, "09:00")).await;
    start_services(&daemon).await;
    let mut allowance = crate::support::allowance(TASK);
    allowance.capabilities.remove("signals-publish");
    daemon.grants.allow((None, TASK), allowance, ADMIN, daemon.clock.now()).await.unwrap();
    upload(&daemon, TASK, &guests::traps()).await;
    activate(&daemon, TASK, 2).await.unwrap();
    run(&daemon, at(TUESDAY, "00:00")).await;
    let all = slots(&daemon, ADMIN, MONDAY).await;
    assert!(
        daemon.users.find(ADMIN).unwrap().services.is_running(),
        "what a module does is no reason to stop a user's service"
    );
    let failed = all.iter().filter(|slot| slot.task == TASK && slot.outcome == Some(SlotOutcome::Failed));
    assert_eq!(failed.count(), 7, "an hour later it is tried again: {all:?}");
    let rows = daemon.store.system().modules().await.unwrap();
    assert!(rows.iter().all(|row| row.quarantined_at.is_none()), "it is in use still: {rows:?}");
    assert_eq!(version_of(&daemon, ADMIN, TASK), 2);
}
