//! Ticks add up, in whatever order they come.

use proptest::prelude::*;

use prahari_domain::ids::{RunId, UserId};
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_schedule::TICK_MS;
use prahari_store::{SlotKind, SlotOutcome, SlotRow};

use super::ticks::Ticks;

const START: Timestamp = Timestamp(1_741_578_300_000);

fn tick(number: i64) -> Timestamp {
    START.plus_millis(number * TICK_MS)
}

fn ticks(expected: u32) -> Ticks {
    Ticks::new(START, tick(i64::from(expected)), expected)
}

fn accounted(ticks: &Ticks) -> u32 {
    ticks.ran + ticks.failed + ticks.skipped + ticks.missed
}

#[test]
fn a_slot_of_which_only_the_rest_is_expected_begins_with_its_first_tick() {
    let mut ticks = Ticks::new(START, tick(10), 4);
    assert_eq!(ticks.next(), Some(tick(6)));
    assert!(ticks.pass(tick(5), SlotOutcome::Missed, "late").is_none());
    ticks.begin(tick(6));
    assert!(ticks.end(tick(6), None, None).is_none());
    let row = ticks.pass(tick(99), SlotOutcome::Missed, "late").unwrap();
    assert_eq!((row.at, row.count, ticks.next()), (tick(7), 3, None));
    assert_eq!(ticks.sentence(), "1 of 4 ticks ran, 0 failed, 3 missed (late)");
    assert_eq!(ticks.outcome(), SlotOutcome::Ran);
}

#[test]
fn a_row_grows_while_the_same_is_to_be_said_and_no_longer() {
    let mut ticks = ticks(8);
    let rows: Vec<_> = [(0, "off"), (1, "off"), (2, "halted")]
        .into_iter()
        .map(|(number, why)| ticks.pass(tick(number), SlotOutcome::Skipped, why).unwrap())
        .map(|row| (row.at, row.count))
        .collect();
    assert_eq!(rows, [(tick(0), 1), (tick(0), 2), (tick(2), 1)]);
    ticks.begin(tick(3));
    let failed = ticks.end(tick(3), Some("it trapped".to_owned()), Some(RunId(7))).unwrap();
    assert_eq!((failed.outcome, failed.run), (SlotOutcome::Failed, Some(RunId(7))));
    assert_eq!(ticks.pass(tick(4), SlotOutcome::Skipped, "halted").unwrap().at, tick(4));
    assert_eq!(ticks.sentence(), "0 of 8 ticks ran, 1 failed, 4 skipped (off: 2; halted: 2)");
}

#[test]
fn ticks_that_were_executing_when_the_process_ended_are_accounted_for_by_the_next_one() {
    let mut before = ticks(10);
    before.begin(tick(0));
    before.end(tick(0), None, None);
    // This one never ends; the one after it could not run beside it; one more was taken up by nobody knows whom.
    before.begin(tick(1));
    before.begin(tick(2));
    before.give_up(tick(2), "overlap");
    before.begin(tick(3));
    before.begin(tick(4));
    before.give_up(tick(4), "overlap");
    let row = SlotRow {
        ends_at: Some(before.ends_at),
        ticks_expected: 10,
        ticks_ran: before.ran,
        ticks_skipped: before.skipped,
        last_tick_at: before.last,
        ..SlotRow::planned(
            UserId(1),
            Task::literal("sell_monitor"),
            START.ist_day(),
            START,
            SlotKind::Continuous,
        )
    };
    let reasons = vec![(SlotOutcome::Skipped, "overlap".to_owned(), 2)];
    let mut after = Ticks::of(&row, before.ends_at, reasons);
    let rows = after.interrupted(&[(tick(1), RunId(3)), (tick(9), RunId(4))], "it was cut off", "unknown");
    assert_eq!(rows.iter().map(|row| (row.at, row.run)).collect::<Vec<_>>(), [(tick(1), Some(RunId(3)))]);
    assert_eq!((accounted(&after), after.next()), (5, Some(tick(5))));
    assert_eq!(after.sentence(), "1 of 10 ticks ran, 1 failed, 2 skipped (overlap), 1 missed (unknown)");
    assert!(after.interrupted(&[], "it was cut off", "unknown").is_empty(), "once");
    assert_eq!(accounted(&after), 5);
}

#[test]
fn a_slot_that_is_cut_short_expects_what_it_has_an_account_of() {
    let mut ticks = ticks(10);
    ticks.begin(tick(0));
    ticks.end(tick(0), None, None);
    let row = ticks.cut_short(tick(2), "the day was closed").unwrap();
    assert_eq!((row.at, row.count, row.outcome), (tick(1), 2, SlotOutcome::Skipped));
    assert_eq!((ticks.expected, ticks.ends_at, ticks.next()), (3, tick(3), None));
    let sentence = "1 of 10 ticks ran, 0 failed, 2 skipped (the day was closed), until the day was closed";
    assert_eq!(ticks.sentence(), sentence);
}

#[test]
fn many_reasons_are_told_as_a_few_and_others() {
    let mut ticks = ticks(30);
    for number in 0..20 {
        ticks.pass(tick(number), SlotOutcome::Skipped, &format!("reason {number}"));
    }
    assert!(ticks.sentence().ends_with("reason 7: 1; other reasons: 12)"), "{}", ticks.sentence());
}

/// What can happen to a slot: a tick comes, with what becomes of it, in any order and as often as it likes.
#[derive(Debug, Clone)]
enum Step {
    Begin(i64),
    End(bool),
    GiveUp,
    Pass(i64, bool),
    Cut(i64),
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (-3_i64..40).prop_map(Step::Begin),
        any::<bool>().prop_map(Step::End),
        Just(Step::GiveUp),
        ((-3_i64..60), any::<bool>()).prop_map(|(number, skipped)| Step::Pass(number, skipped)),
        (-3_i64..60).prop_map(Step::Cut),
    ]
}

proptest! {
    #[test]
    fn what_ran_what_was_noted_and_what_executes_are_the_ticks_until_now(
        expected in 1_u32..40,
        steps in prop::collection::vec(any_step(), 0..200),
    ) {
        let mut ticks = ticks(expected);
        let mut executing = Vec::new();
        for step in steps {
            match step {
                Step::Begin(number) => {
                    // As the scheduler does: what lies before was never taken up.
                    ticks.pass(tick(number - 1), SlotOutcome::Missed, "late");
                    if ticks.next() == Some(tick(number)) {
                        ticks.begin(tick(number));
                        executing.push(tick(number));
                    }
                }
                Step::End(well) => {
                    if let Some(at) = executing.pop() {
                        ticks.end(at, (!well).then(|| "it failed".to_owned()), None);
                    }
                }
                Step::GiveUp => {
                    if let Some(at) = executing.pop() {
                        ticks.give_up(at, "overlap");
                    }
                }
                Step::Pass(number, skipped) => {
                    let outcome = if skipped { SlotOutcome::Skipped } else { SlotOutcome::Missed };
                    ticks.pass(tick(number), outcome, "why");
                }
                Step::Cut(number) => {
                    ticks.cut_short(tick(number), "the calendar was changed");
                    prop_assert_eq!(ticks.next(), None);
                }
            }
            let until_now = ticks.last.map_or(0, |last| last.millis_since(START) / TICK_MS + 1);
            prop_assert_eq!(i64::from(accounted(&ticks)) + executing.len() as i64, until_now);
            prop_assert_eq!(ticks.is_executing(), !executing.is_empty());
        }
        while let Some(at) = executing.pop() {
            ticks.end(at, None, None);
        }
        ticks.pass(ticks.ends_at, SlotOutcome::Missed, "why");
        prop_assert_eq!((accounted(&ticks), ticks.next()), (ticks.expected, None));
        // As the next process would read it back.
        let read_back = Ticks::new(START, ticks.ends_at, ticks.expected);
        prop_assert_eq!(read_back.next(), (ticks.expected > 0).then_some(START));
    }
}
