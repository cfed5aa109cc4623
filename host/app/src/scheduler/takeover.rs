//! What a service that starts during a day makes of the slots that an earlier one left open, perhaps by other schedules.

use prahari_domain::time::Timestamp;
use prahari_schedule::TICK_MS;
use prahari_store::{SlotKind, SlotOutcome, SlotRow};

use super::plan::{PlannedSlot, SlotKey};

/// How a user's open slots pass from one start of a service to the next.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Takeover {
    /// What is expected from now on.
    pub expected: Vec<PlannedSlot>,
    /// Slots of the earlier schedules that were not due yet: they are not expected any more.
    pub withdrawn: Vec<SlotKey>,
    /// Continuous slots of the earlier schedules that end now, with their outcome and reason.
    pub ended: Vec<SlotRow>,
}

impl Takeover {
    /// Compares what is expected after `now` with the rows that the day has. A slot that is the same by both goes on. One-shot slots
    /// that were due already are left to those who run them.
    pub fn of(expected: Vec<PlannedSlot>, known: &[SlotRow], now: Timestamp, cause: &str) -> Self {
        let mut takeover = Self::default();
        let is_same = |row: &SlotRow, slot: &PlannedSlot| {
            (row.task, row.due_at) == (slot.key.task, slot.key.due_at)
                && row.ends_at == slot.continuous.map(|(ends_at, _)| ends_at)
        };
        let open = known.iter().filter(|row| row.outcome.is_none());
        for row in open.filter(|row| !expected.iter().any(|slot| is_same(row, slot))) {
            if row.due_at > now {
                takeover.withdrawn.push(SlotKey { task: row.task, due_at: row.due_at });
            } else if row.kind == SlotKind::Continuous {
                takeover.ended.push(ended(row, cause));
            }
        }
        let taken = |slot: &PlannedSlot| {
            let has = |row: &SlotRow| (row.task, row.due_at) == (slot.key.task, slot.key.due_at);
            known.iter().any(|row| has(row) && row.outcome.is_some()) || takeover.ended.iter().any(has)
        };
        takeover.expected =
            expected.into_iter().map(|slot| if taken(&slot) { renamed(slot) } else { slot }).collect();
        takeover
    }
}

/// A slot whose name is taken by one that has its outcome: it gets the name of the first tick that is left.
fn renamed(slot: PlannedSlot) -> PlannedSlot {
    let Some((ends_at, ticks)) = slot.continuous else { return slot };
    let since = ends_at.millis_since(slot.key.due_at);
    let all = (since + TICK_MS - 1) / TICK_MS;
    let due_at = slot.key.due_at.plus_millis((all - i64::from(ticks)) * TICK_MS);
    PlannedSlot { key: SlotKey { due_at, ..slot.key }, ..slot }
}

fn ended(row: &SlotRow, cause: &str) -> SlotRow {
    let SlotRow { ticks_ran, ticks_failed, ticks_expected, .. } = *row;
    let outcome = match (ticks_ran, ticks_failed) {
        (0, 0) => SlotOutcome::Skipped,
        (0, _) => SlotOutcome::Failed,
        _ => SlotOutcome::Ran,
    };
    let reason = format!("{ticks_ran} of {ticks_expected} ticks ran, {ticks_failed} failed, until {cause}");
    SlotRow { outcome: Some(outcome), reason, ..row.clone() }
}
