use chrono::NaiveTime;
use prahari_domain::calendar::Calendar;
use prahari_domain::ids::{RunId, UserId};
use prahari_domain::tasks::Task;
use prahari_domain::time::{Day, Timestamp};
use prahari_store::{ExecutingSlot, LaneTicks, SlotKind, SlotOutcome, SlotRow};

use super::draw::{LaneState, Moment, TickSpan, draw};
use super::{LaneSlot, TaskLane};
use crate::tasks::TaskSet;

const USER: UserId = UserId(7);
const MINUTES: Task = Task::literal("each_minute");
const ONCE: Task = Task::literal("once");

fn at(time: &str) -> Timestamp {
    let day: Day = "2025-03-10".parse().unwrap();
    Timestamp::from_ist(day, NaiveTime::parse_from_str(time, "%H:%M").unwrap())
}

fn slot(task: Task, due: &str, kind: SlotKind) -> SlotRow {
    SlotRow::planned(USER, task, "2025-03-10".parse().unwrap(), at(due), kind)
}

/// From 09:15 to 09:25 in ten ticks, the first of which was expected at `first`.
fn minutes(first: &str, last: Option<&str>) -> SlotRow {
    let expected = at("09:25").millis_since(at(first)) / 60_000;
    SlotRow {
        ends_at: Some(at("09:25")),
        ticks_expected: u32::try_from(expected).unwrap(),
        last_tick_at: last.map(at),
        ..slot(MINUTES, "09:15", SlotKind::Continuous)
    }
}

fn kept(time: &str, count: u32, outcome: SlotOutcome) -> LaneTicks {
    LaneTicks { user: USER, task: MINUTES, due_at: at("09:15"), at: at(time), count, outcome }
}

/// The tasks are unknown, so they have the usual policy: two minutes, and six of grace.
fn lanes(now: &str, slots: &[SlotRow], ticks: &[LaneTicks], executing: &[(Task, &str)]) -> Vec<TaskLane> {
    let executing: Vec<_> = executing
        .iter()
        .map(|(task, due)| ExecutingSlot { user: USER, task: *task, slot_due: at(due), run: RunId(3) })
        .collect();
    let (calendar, tasks) = (Calendar::embedded().unwrap(), TaskSet::default());
    let moment = Moment { now: at(now), calendar: &calendar, tasks: &tasks };
    draw(&moment, slots, ticks, &executing)
}

fn span(state: LaneState, from: &str, count: u32) -> TickSpan {
    TickSpan { state, from: at(from), count }
}

#[test]
fn a_slot_is_due_until_its_time_and_its_grace_are_over() {
    let open = [slot(ONCE, "09:30", SlotKind::OneShot)];
    let of = |now, executing: &[(Task, &str)]| lanes(now, &open, &[], executing)[0].slots[0];
    let expected = |state, run| LaneSlot { due_at: at("09:30"), state, run };
    assert_eq!(of("09:00", &[]), expected(LaneState::Due, None));
    assert_eq!(of("09:37", &[]), expected(LaneState::Due, None));
    assert_eq!(of("09:38", &[]), expected(LaneState::Overdue, None));
    assert_eq!(of("09:31", &[(ONCE, "09:30")]), expected(LaneState::Running, Some(RunId(3))));
    // Another slot's execution, and another task's.
    assert_eq!(of("09:31", &[(ONCE, "09:29"), (MINUTES, "09:30")]), expected(LaneState::Due, None));
}

#[test]
fn a_slot_that_waits_for_others_is_overdue_after_it_could_start() {
    let waits = SlotRow { free_at: Some(at("10:00")), ..slot(ONCE, "09:30", SlotKind::OneShot) };
    let state = |now| lanes(now, std::slice::from_ref(&waits), &[], &[])[0].slots[0].state;
    assert_eq!((state("10:07"), state("10:08")), (LaneState::Due, LaneState::Overdue));
}

#[test]
fn an_outcome_stays_what_it_is() {
    for (outcome, state) in [
        (SlotOutcome::Ran, LaneState::Ran),
        (SlotOutcome::Late, LaneState::Late),
        (SlotOutcome::Skipped, LaneState::Skipped),
        (SlotOutcome::Missed, LaneState::Missed),
        (SlotOutcome::Failed, LaneState::Failed),
    ] {
        let run = Some(RunId(9));
        let ended = SlotRow { outcome: Some(outcome), run, ..slot(ONCE, "09:30", SlotKind::OneShot) };
        let found = lanes("15:00", &[ended], &[], &[]);
        assert_eq!(found[0].slots, [LaneSlot { due_at: at("09:30"), state, run }]);
        assert!(found[0].ticks.is_empty());
    }
}

#[test]
fn ticks_are_spans_that_cover_the_whole_slot() {
    let ticks = [kept("09:16", 2, SlotOutcome::Skipped), kept("09:19", 1, SlotOutcome::Failed)];
    let found = lanes("09:21", &[minutes("09:15", Some("09:21"))], &ticks, &[(MINUTES, "09:21")]);
    let expected = [
        span(LaneState::Ran, "09:15", 1),
        span(LaneState::Skipped, "09:16", 2),
        span(LaneState::Ran, "09:18", 1),
        span(LaneState::Failed, "09:19", 1),
        span(LaneState::Ran, "09:20", 1),
        span(LaneState::Running, "09:21", 1),
        span(LaneState::Due, "09:22", 3),
    ];
    assert_eq!(found[0].ticks, expected);
    assert_eq!(found[0].slots[0].state, LaneState::Running);
}

#[test]
fn ticks_that_nobody_accounted_for_are_overdue_when_their_grace_is_over() {
    let found = lanes("09:26", &[minutes("09:15", Some("09:16"))], &[], &[]);
    let expected = [
        span(LaneState::Ran, "09:15", 2),
        span(LaneState::Overdue, "09:17", 2),
        span(LaneState::Due, "09:19", 6),
    ];
    assert_eq!((&found[0].ticks[..], found[0].slots[0].state), (&expected[..], LaneState::Overdue));
    // All are accounted for, and only the outcome is owed: until 09:33.
    let state = |now| lanes(now, &[minutes("09:15", Some("09:24"))], &[], &[])[0].slots[0].state;
    assert_eq!((state("09:32"), state("09:33")), (LaneState::Due, LaneState::Overdue));
}

#[test]
fn a_service_that_was_started_during_a_slot_has_the_rest_of_its_ticks() {
    let found = lanes("09:20", &[minutes("09:20", None)], &[], &[]);
    assert_eq!(found[0].ticks, [span(LaneState::Due, "09:20", 5)]);
    assert_eq!(found[0].slots[0].due_at, at("09:15"));
}
