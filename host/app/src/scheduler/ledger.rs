//! A user's slots of one day in memory: which are expected, which have an outcome. The database holds the same rows.

use std::collections::BTreeMap;

use prahari_domain::ids::{RunId, UserId};
use prahari_domain::time::{Day, Timestamp};
use prahari_store::{SlotKind, SlotOutcome, SlotRow, SlotUpdate};

use super::plan::{PlannedSlot, SlotKey, Work};

/// How far a slot has come.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    /// Final once set.
    pub outcome: Option<SlotOutcome>,
    /// Runs started for it.
    pub attempts: u32,
    /// Ticks expected, of a continuous slot.
    pub ticks_expected: u32,
    /// Ticks that ran.
    pub ticks_ran: u32,
    /// Ticks that failed.
    pub ticks_failed: u32,
    /// When a continuous slot ends.
    pub ends_at: Option<Timestamp>,
    /// The last tick done.
    pub last_tick_at: Option<Timestamp>,
}

impl Progress {
    /// The slot as the database should have it.
    pub fn update(&self, key: SlotKey, reason: String, run: Option<RunId>) -> SlotUpdate {
        SlotUpdate {
            task: key.task,
            due_at: key.due_at,
            outcome: self.outcome,
            reason,
            run,
            attempts: self.attempts,
            ticks_ran: self.ticks_ran,
            ticks_failed: self.ticks_failed,
            last_tick_at: self.last_tick_at,
            tick: None,
        }
    }
}

/// One user's day.
#[derive(Debug, Clone, Default)]
pub struct DayLedger {
    day: Option<Day>,
    slots: BTreeMap<SlotKey, Progress>,
}

impl DayLedger {
    /// Starts a day: the planned slots, with what the database already knows of them.
    pub fn start(day: Day, planned: impl Iterator<Item = PlannedSlot>, known: &[SlotRow]) -> Self {
        let mut slots: BTreeMap<SlotKey, Progress> = planned
            .map(|slot| {
                let (ends_at, ticks_expected) = slot.continuous.unzip();
                let ticks_expected = ticks_expected.unwrap_or(0);
                (slot.key, Progress { ends_at, ticks_expected, ..Progress::default() })
            })
            .collect();
        for row in known {
            slots.insert(SlotKey { task: row.task, due_at: row.due_at }, progress_of(row));
        }
        Self { day: Some(day), slots }
    }

    /// Takes over what `before` knew of slots of the same day that have come further there.
    pub fn keep_later(&mut self, before: Self) {
        if before.day != self.day {
            return;
        }
        for (key, earlier) in before.slots {
            let Some(slot) = self.slots.get_mut(&key).filter(|slot| slot.outcome.is_none()) else { continue };
            let further = (earlier.attempts, earlier.last_tick_at) > (slot.attempts, slot.last_tick_at);
            if earlier.outcome.is_some() || further {
                let (ends_at, ticks_expected) = (slot.ends_at, slot.ticks_expected);
                *slot = Progress { ends_at, ticks_expected, ..earlier };
            }
        }
    }

    /// The day it is about; `None` before the first.
    pub fn day(&self) -> Option<Day> {
        self.day
    }

    /// A slot that is expected of this user.
    pub fn slot_mut(&mut self, key: SlotKey) -> Option<&mut Progress> {
        self.slots.get_mut(&key)
    }

    /// The slot of this user that a piece of work at an instant is about, if any. Work is planned by version of the schedules,
    /// and a user who runs by another, or whose service was started later, has other slots.
    pub fn meant_by(&self, work: Work, at: Timestamp) -> Option<SlotKey> {
        let key = work.slot()?;
        if let Work::Run(key) = work {
            return self.slots.get(&key).filter(|progress| progress.ends_at.is_none()).map(|_| key);
        }
        // A slot may begin at the instant at which the one before it ends.
        let closes = matches!(work, Work::CloseSlot(_));
        let last = if closes { at.plus_millis(-1) } else { at };
        let begun = SlotKey { due_at: Timestamp(i64::MIN), ..key }..=SlotKey { due_at: last, ..key };
        let (found, progress) = self.slots.range(begun).next_back()?;
        let ends_at = progress.ends_at?;
        let meant = if closes { ends_at == at } else { ends_at > at };
        meant.then_some(*found)
    }

    /// The first instant, not later than `reached`, at which an open slot should have got its outcome.
    pub fn earliest_open(&self, reached: Timestamp) -> Option<Timestamp> {
        let open = self.slots.iter().filter(|(_, progress)| progress.outcome.is_none());
        open.map(|(key, progress)| progress.ends_at.unwrap_or(key.due_at)).filter(|due| *due <= reached).min()
    }

    /// Every slot of the day.
    pub fn slots(&self) -> impl Iterator<Item = (&SlotKey, &Progress)> {
        self.slots.iter()
    }
}

fn progress_of(row: &SlotRow) -> Progress {
    Progress {
        outcome: row.outcome,
        attempts: row.attempts,
        ticks_expected: row.ticks_expected,
        ends_at: row.ends_at,
        ticks_ran: row.ticks_ran,
        ticks_failed: row.ticks_failed,
        last_tick_at: row.last_tick_at,
    }
}

/// The ledger row of a slot that nothing has happened to yet.
pub fn planned_row(user: UserId, day: Day, slot: PlannedSlot) -> SlotRow {
    let kind = if slot.continuous.is_some() { SlotKind::Continuous } else { SlotKind::OneShot };
    SlotRow {
        ends_at: slot.continuous.map(|(ends_at, _)| ends_at),
        ticks_expected: slot.continuous.map_or(0, |(_, ticks)| ticks),
        ..SlotRow::planned(user, slot.key.task, day, slot.key.due_at, kind)
    }
}
