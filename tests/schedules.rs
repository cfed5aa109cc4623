//! Schedules as people change them: who keeps which version, and that the preview says what the scheduler does.
#![allow(clippy::unwrap_used, reason = "helpers of tests; clippy exempts only the tests themselves")]

#[path = "schedules/document.rs"]
mod document;
#[path = "schedules/draws.rs"]
mod draws;
#[path = "schedules/preview.rs"]
mod preview;
#[path = "schedules/routes.rs"]
mod routes;
#[path = "support/daemon.rs"]
mod support;

use std::sync::Arc;

use chrono::NaiveTime;
use prahari_app::daemon::Daemon;
use prahari_app::error::AppError;
use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_schedule::{Rule, Schedule};
use prahari_store::{SlotOutcome, SlotRow, StoreError};
use support::{ADMIN, MONDAY, OTHER, TUESDAY, TestHost, at, end_of, run, slot, slots, start_services, stop};

fn time(text: &str) -> NaiveTime {
    NaiveTime::parse_from_str(text, "%H:%M").unwrap()
}

fn schedule(task: Task, rule: Rule) -> Schedule {
    Schedule { description: "changed by a test".to_owned(), ..Schedule::of(task, rule) }
}

fn at_time(task: Task, text: &str) -> Schedule {
    schedule(task, Rule::At { time: time(text) })
}

fn minutes(start: &str, end: &str) -> Schedule {
    schedule(Task::literal("sell_monitor"), Rule::EachMinute { start: time(start), end: time(end) })
}

/// Saves changes as the admin; answers the version there is then.
async fn change(daemon: &Daemon, wanted: Vec<Schedule>) -> Result<u64, AppError> {
    let expected = daemon.schedules.current().version;
    change_of(daemon, expected, wanted).await
}

async fn change_of(daemon: &Daemon, expected: u64, wanted: Vec<Schedule>) -> Result<u64, AppError> {
    let (calendar, now) = (daemon.trading.calendar.current(), daemon.clock.now());
    Ok(daemon.schedules.change(ADMIN, expected, wanted, &calendar, now).await?.version)
}

/// Does something at an instant, with everything until then done and nothing after it.
fn when<F, A>(daemon: &Arc<Daemon>, time: &'static str, act: A)
where
    F: Future<Output = ()>,
    A: Fn(Arc<Daemon>) -> F + Send + Sync + 'static,
{
    let weak = Arc::downgrade(daemon);
    daemon.cursor.observe(move |instant| {
        if instant == at(MONDAY, time) {
            let daemon = weak.upgrade().unwrap();
            tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(act(daemon)));
        }
    });
}

async fn restart(daemon: &Daemon, user: UserId) {
    daemon.services.stop_service(user).await.unwrap();
    daemon.services.start_service(user).await.unwrap();
}

async fn due(daemon: &Daemon, user: UserId, day: &str, task: Task) -> Vec<String> {
    let slots = slots(daemon, user, day).await.into_iter().filter(|slot| slot.task == task);
    slots.map(|slot| slot.due_at.ist_time().format("%H:%M").to_string()).collect()
}

#[tokio::test]
async fn a_new_database_starts_with_the_defaults_and_keeps_them() {
    let house = TestHost::new(1);
    let daemon = house.start(at(MONDAY, "08:50")).await;
    let first = daemon.schedules.current();
    assert_eq!(first.version, 1);
    assert_eq!(first.schedules().cloned().collect::<Vec<_>>(), crate::support::defaults());
    assert!(first.entries.iter().all(|entry| entry.version == 1 && entry.changed_by.is_none()));
    assert_eq!(change(&daemon, vec![at_time(Task::literal("buy_orders"), "16:10")]).await.unwrap(), 2);
    stop(daemon).await;

    let daemon = house.start(at(MONDAY, "08:51")).await;
    let set = daemon.schedules.current();
    assert_eq!(set.version, 2);
    let entry = set.entry(Task::literal("buy_orders")).unwrap();
    assert_eq!((entry.version, entry.changed_by, entry.changed_at), (2, Some(ADMIN), at(MONDAY, "08:50")));
    assert_eq!(*daemon.schedules.set(1).await.unwrap(), *first);
    let changed: Vec<Task> =
        crate::support::tasks().into_iter().filter(|task| set.differs(&first, *task)).collect();
    assert_eq!(changed, [Task::literal("buy_orders")]);
    let history = daemon.schedules.history(Task::literal("buy_orders")).await.unwrap();
    assert_eq!(history.iter().map(|entry| entry.version).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(daemon.schedules.history(Task::literal("analysis")).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_change_is_checked_and_made_against_the_newest_version() {
    let house = TestHost::new(1);
    let daemon = house.start(at(MONDAY, "08:50")).await;
    let wrong = change(&daemon, vec![at_time(Task::literal("buy_orders"), "08:59")]).await.unwrap_err();
    assert!(matches!(wrong, AppError::InvalidSchedule(_)), "{wrong}");
    let wild = schedule(Task::literal("buy_orders"), Rule::Script("fn slots(day) { loop {} }".to_owned()));
    assert!(matches!(change(&daemon, vec![wild]).await, Err(AppError::InvalidSchedule(_))));
    assert_eq!(change(&daemon, vec![at_time(Task::literal("buy_orders"), "16:10")]).await.unwrap(), 2);
    let late = change_of(&daemon, 1, vec![at_time(Task::literal("buy_orders"), "16:20")]).await;
    assert!(matches!(late, Err(AppError::Store(StoreError::ScheduleChanged { expected: 1, current: 2 }))));
    // What is so already makes no version.
    assert_eq!(change(&daemon, vec![at_time(Task::literal("buy_orders"), "16:10")]).await.unwrap(), 2);
    // Several at once are one version.
    let tasks = [Task::literal("analysis"), Task::literal("buy_orders"), Task::literal("analysis")];
    let (calendar, now) = (daemon.trading.calendar.current(), daemon.clock.now());
    let off = daemon.schedules.enable(ADMIN, 2, (&tasks, false), &calendar, now).await.unwrap();
    assert_eq!(off.version, 3);
    let enabled: Vec<Task> = off.schedules().filter(|one| one.enabled).map(|one| one.task).collect();
    assert_eq!(enabled.len(), 5);
    assert!(!enabled.contains(&Task::literal("analysis")) && !enabled.contains(&Task::literal("buy_orders")));
}

#[tokio::test]
async fn two_changes_at_once_are_one_change_and_one_refusal() {
    let house = TestHost::new(1);
    let daemon = house.start(at(MONDAY, "08:50")).await;
    let (one, two) = tokio::join!(
        change_of(&daemon, 1, vec![at_time(Task::literal("buy_orders"), "16:10")]),
        change_of(&daemon, 1, vec![at_time(Task::literal("analysis"), "16:01")]),
    );
    let both = [one, two];
    assert_eq!(both.iter().filter(|answer| matches!(answer, Ok(2))).count(), 1, "{both:?}");
    assert_eq!(daemon.schedules.current().version, 2);
}

#[tokio::test]
async fn a_running_service_keeps_its_version_until_it_is_started_again() {
    let house = TestHost::new(2);
    let daemon = house.start(at(MONDAY, "08:50")).await;
    start_services(&daemon).await;
    change(&daemon, vec![at_time(Task::literal("buy_orders"), "16:30")]).await.unwrap();
    restart(&daemon, OTHER).await;
    run(&daemon, at(MONDAY, "17:00")).await;
    assert_eq!(due(&daemon, ADMIN, MONDAY, Task::literal("buy_orders")).await, ["16:05"]);
    assert_eq!(due(&daemon, OTHER, MONDAY, Task::literal("buy_orders")).await, ["16:30"]);
    let versions = |daemon: &Daemon| {
        [ADMIN, OTHER].map(|user| {
            daemon.users.find(user).unwrap().services.schedule_version(Task::literal("buy_orders"))
        })
    };
    assert_eq!(versions(&daemon), [Some(1), Some(2)]);
    stop(daemon).await;

    // Also over a restart of the daemon, and on the days that follow.
    let daemon = house.start(at(MONDAY, "17:00")).await;
    assert_eq!(versions(&daemon), [Some(1), Some(2)]);
    run(&daemon, at(TUESDAY, "17:00")).await;
    assert_eq!(due(&daemon, ADMIN, TUESDAY, Task::literal("buy_orders")).await, ["16:05"]);
    assert_eq!(due(&daemon, OTHER, TUESDAY, Task::literal("buy_orders")).await, ["16:30"]);
    for user in [ADMIN, OTHER] {
        for day in [MONDAY, TUESDAY] {
            assert_eq!(
                end_of(&daemon, user, day, Task::literal("buy_orders")).await.0,
                SlotOutcome::Ran,
                "{user} {day}"
            );
        }
    }
    restart(&daemon, ADMIN).await;
    assert_eq!(versions(&daemon), [Some(2), Some(2)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_started_again_at_noon_goes_on_by_the_new_schedules_alone() {
    let house = TestHost::new(2);
    let daemon = house.start(at(MONDAY, "08:50")).await;
    start_services(&daemon).await;
    when(&daemon, "12:00", async |daemon| {
        let wanted = vec![minutes("09:15", "14:00"), at_time(Task::literal("buy_orders"), "16:30")];
        change(&daemon, wanted).await.unwrap();
        restart(&daemon, OTHER).await;
    });
    run(&daemon, at(TUESDAY, "00:00")).await;

    assert_eq!(due(&daemon, ADMIN, MONDAY, Task::literal("buy_orders")).await, ["16:05"]);
    assert_eq!(due(&daemon, OTHER, MONDAY, Task::literal("buy_orders")).await, ["16:30"]);
    let (_, reason) = end_of(&daemon, ADMIN, MONDAY, Task::literal("sell_monitor")).await;
    assert_eq!(reason, "375 of 375 ticks ran, 0 failed");
    let monitors: Vec<_> = slots(&daemon, OTHER, MONDAY)
        .await
        .into_iter()
        .filter(|slot| slot.task == Task::literal("sell_monitor"))
        .map(|slot| (slot.due_at, slot.outcome.unwrap(), slot.reason))
        .collect();
    let before =
        "166 of 375 ticks ran, 0 failed, until the service was started again with version 2 of the schedules";
    assert_eq!(
        monitors,
        [
            (at(MONDAY, "09:15"), SlotOutcome::Ran, before.to_owned()),
            (at(MONDAY, "12:01"), SlotOutcome::Ran, "119 of 119 ticks ran, 0 failed".to_owned()),
        ]
    );
    for user in [ADMIN, OTHER] {
        let all = slots(&daemon, user, MONDAY).await;
        assert!(all.iter().all(|slot| slot.outcome == Some(SlotOutcome::Ran)), "{all:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn schedules_changed_and_changed_back_leave_the_day_as_it_was() {
    let house = TestHost::new(1);
    let daemon = house.start(at(MONDAY, "08:50")).await;
    start_services(&daemon).await;
    when(&daemon, "12:00", async |daemon| {
        let before: Vec<Schedule> = daemon.schedules.current().schedules().cloned().collect();
        let off = Schedule { enabled: false, ..minutes("09:15", "15:30") };
        change(&daemon, vec![off, at_time(Task::literal("buy_orders"), "16:30")]).await.unwrap();
        restart(&daemon, ADMIN).await;
        change(&daemon, before).await.unwrap();
        restart(&daemon, ADMIN).await;
    });
    run(&daemon, at(TUESDAY, "00:00")).await;
    assert_eq!(due(&daemon, ADMIN, MONDAY, Task::literal("buy_orders")).await, ["16:05"]);
    assert_eq!(due(&daemon, ADMIN, MONDAY, Task::literal("sell_monitor")).await, ["09:15", "12:01"]);
    let all = slots(&daemon, ADMIN, MONDAY).await;
    let ticks = |of: fn(&SlotRow) -> u32| all.iter().map(of).sum::<u32>();
    assert_eq!(ticks(|slot| slot.ticks_ran), 375, "no minute is lost and none runs twice");
    assert_eq!(ticks(|slot| slot.ticks_expected), 375, "and none is expected twice");
}

#[tokio::test]
async fn a_disabled_task_is_not_expected() {
    let house = TestHost::new(1);
    let daemon = house.start(at(MONDAY, "08:50")).await;
    let tasks = [Task::literal("sell_monitor"), Task::literal("position_monitor")];
    let (calendar, now) = (daemon.trading.calendar.current(), daemon.clock.now());
    daemon.schedules.enable(ADMIN, 1, (&tasks, false), &calendar, now).await.unwrap();
    start_services(&daemon).await;
    run(&daemon, at(MONDAY, "23:00")).await;
    let all = slots(&daemon, ADMIN, MONDAY).await;
    assert_eq!(all.len(), 5);
    assert!(all.iter().all(|slot| !tasks.contains(&slot.task)));
    assert_eq!(
        slot(&daemon, ADMIN, MONDAY, Task::literal("eod_cleanup")).await.outcome,
        Some(SlotOutcome::Ran)
    );
}
