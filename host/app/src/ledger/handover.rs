//! What a service that starts during a day makes of the slots that an earlier one left open, perhaps by other
//! schedules.

use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_schedule::TICK_MS;

use super::day::DayLedger;
use super::day_plan::{PlannedSlot, SlotKey};

/// How a user's open slots pass from one start of a service to the next.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct SlotHandover {
    /// What is expected from now on and was not before.
    pub expected: Vec<PlannedSlot>,
    /// Slots of the earlier schedules that were not due yet: they are not expected any more.
    pub withdrawn: Vec<SlotKey>,
    /// Continuous slots of the earlier schedules that end now.
    pub ended: Vec<SlotKey>,
}

impl SlotHandover {
    /// Compares what is expected after `from` with the slots that the ledger has of the tasks that the service
    /// runs. A slot that is the same by both goes on. One-shot slots that were due already are left to those who
    /// run them.
    pub fn of(
        expected: Vec<PlannedSlot>,
        ledger: &DayLedger,
        from: Timestamp,
        runs: impl Fn(Task) -> bool,
    ) -> Self {
        let mut takeover = Self::default();
        let known = || ledger.slots().filter(|(key, _)| runs(key.task));
        for (key, progress) in known().filter(|(_, progress)| progress.outcome.is_none() && !progress.closing)
        {
            let ends_at = progress.ticks.as_ref().map(|ticks| ticks.ends_at);
            let same = |slot: &PlannedSlot| {
                slot.key == *key && slot.continuous.map(|(ends_at, _)| ends_at) == ends_at
            };
            if expected.iter().any(same) {
                continue;
            }
            // Nobody was told to run it, and with the user's turn held nobody is.
            if key.due_at > from && progress.attempts == 0 && !progress.taken_up {
                takeover.withdrawn.push(*key);
            } else if ends_at.is_some() {
                takeover.ended.push(*key);
            }
        }
        let taken = |slot: &PlannedSlot| {
            known()
                .any(|(key, progress)| *key == slot.key && (progress.outcome.is_some() || progress.closing))
                || takeover.ended.contains(&slot.key)
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
