//! What the preview says is what the scheduler does, whatever the schedules are, also on holidays and special sessions.
#![allow(clippy::unwrap_used, reason = "helpers of tests; clippy exempts only the tests themselves")]

use std::collections::BTreeMap;

use prahari_app::daemon::Daemon;
use prahari_app::ledger::DayPlan;
use prahari_domain::calendar::Calendar;
use prahari_domain::tasks::Task;
use prahari_domain::time::{Day, Timestamp};
use prahari_schedule::{Schedule, Slot, differences, preview, stretch};
use prahari_store::SlotOutcome;

use crate::change;
use crate::draws::Draws;
use crate::support::{ADMIN, TestHost, at, day, guests, heavy, run, start_services, stop, task_set, tasks};

/// What a user's tasks are due at.
type Due = BTreeMap<(Task, Timestamp), (Option<Timestamp>, u32)>;

fn previewed(schedules: &[Schedule], calendar: &Calendar, from: Day, to: Day) -> Due {
    let mut due = Due::new();
    for schedule in schedules {
        let slots = stretch(schedule, calendar, from, to).unwrap().slots;
        due.extend(slots.into_iter().map(|slot| entry(schedule.task, slot)));
    }
    due
}

fn entry(task: Task, slot: Slot) -> ((Task, Timestamp), (Option<Timestamp>, u32)) {
    ((task, slot.due_at), (slot.ends_at, slot.ticks))
}

#[test]
fn the_preview_is_the_plan_of_every_day_of_the_calendar() {
    let calendar = Calendar::embedded().unwrap();
    let (from, to) = calendar.covers();
    for seed in 0..8 {
        let schedules = Draws(seed).set(&calendar, 300);
        let mut planned = Due::new();
        for day in from.iter_days().take_while(|day| *day <= to) {
            let plan = DayPlan::of(&calendar.trading_day(day).unwrap(), &schedules, &task_set());
            assert_eq!(plan.failed, [], "seed {seed}");
            planned.extend(plan.slots.iter().map(|slot| {
                let (ends_at, ticks) = slot.continuous.unzip();
                ((slot.key.task, slot.key.due_at), (ends_at, ticks.unwrap_or(1)))
            }));
        }
        assert_eq!(previewed(&schedules, &calendar, from, to), planned, "seed {seed}: {schedules:?}");
    }
}

#[test]
fn the_next_slots_and_the_differences_agree_with_the_year() {
    let calendar = Calendar::embedded().unwrap();
    let (from, to) = (day("2024-01-01"), day("2024-12-31"));
    for seed in 0..8 {
        let (before, after) = (Draws(seed).set(&calendar, 300), Draws(seed + 100).set(&calendar, 300));
        for (before, after) in before.iter().zip(&after) {
            let [old, new] = [before, after].map(|one| stretch(one, &calendar, from, to).unwrap().slots);
            let next = preview(after, &calendar, at("2024-01-01", "00:00"), new.len()).unwrap();
            assert_eq!(next, new, "seed {seed}: {after:?}");
            // The earlier year, less what goes and with what comes, is the later year.
            let mut changed: Vec<Slot> = old.clone();
            for difference in differences(before, after, &calendar, from, to).unwrap() {
                changed.retain(|slot| !difference.removed.contains(slot));
                changed.extend(difference.added);
            }
            changed.sort();
            assert_eq!(changed, new, "seed {seed}: {before:?} {after:?}");
        }
    }
}

/// Runs a daemon by schedules of chance over a stretch of days and compares its slot ledger with the preview;
/// answers how many slots there were.
async fn check_simulated(seed: u64, from: &str, to: &str, ticks: u64) -> usize {
    let calendar = Calendar::embedded().unwrap();
    let schedules = Draws(seed).set(&calendar, ticks);
    let house = TestHost::new(1);
    // Tasks that do nothing: what is compared is when they run.
    let module = guests::writes_state('1', true);
    let own: Vec<(Task, &[u8])> = tasks().into_iter().map(|task| (task, module.as_slice())).collect();
    let midnight = at(from, "00:00").plus_millis(-1);
    let daemon = house.start_with(midnight, &own).await;
    change(&daemon, schedules.clone()).await.unwrap();
    start_services(&daemon).await;
    let (from, to) = (day(from), day(to));
    let end = Timestamp::start_of(to.succ_opt().unwrap()).plus_millis(1);
    run(&daemon, end).await;
    let simulated = fired(&daemon, from, to).await;
    assert_eq!(previewed(&schedules, &calendar, from, to), simulated, "seed {seed}: {schedules:?}");
    stop(daemon).await;
    simulated.len()
}

/// The slots of the ledger, each of which ran as often as was expected.
async fn fired(daemon: &Daemon, from: Day, to: Day) -> Due {
    let mut due = Due::new();
    for day in from.iter_days().take_while(|day| *day <= to) {
        for slot in daemon.store.user(ADMIN).slots(day).await.unwrap() {
            assert_eq!(slot.outcome, Some(SlotOutcome::Ran), "{slot:?}");
            assert_eq!((slot.ticks_ran, slot.ticks_failed), (slot.ticks_expected, 0), "{slot:?}");
            let runs = if slot.ends_at.is_some() { slot.ticks_ran } else { slot.attempts };
            due.insert((slot.task, slot.due_at), (slot.ends_at, runs));
        }
    }
    due
}

#[tokio::test]
async fn a_simulated_year_fires_what_the_preview_says() {
    // A year with a Saturday of two sessions, one of another length, and Muhurat trading. Few ticks, many slots.
    for seed in 0..if heavy() { 8 } else { 3 } {
        let slots = check_simulated(seed, "2024-01-01", "2024-12-31", 4).await;
        assert!(slots > 1_000, "seed {seed}: {slots} slots");
    }
}

#[tokio::test]
async fn simulated_weeks_with_special_sessions_fire_what_the_preview_says() {
    for seed in 20..if heavy() { 60 } else { 24 } {
        check_simulated(seed, "2024-02-29", "2024-03-05", 300).await;
        check_simulated(seed, "2024-10-30", "2024-11-04", 300).await;
    }
}
