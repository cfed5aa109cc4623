//! The ticks of a continuous slot, each accounted for exactly once: it ran, it failed, or it was noted with a reason.
//!
//! Ticks are taken up in the order in which they are due. What lies before a tick that begins and was never taken
//! up is noted as missed then; a tick that comes after a later one was taken up is accounted for already. So at any
//! time the counters and what is executing add up to the ticks until now, however work is held up, repeated or
//! lost.

use prahari_domain::ids::RunId;
use prahari_domain::numbers::counted;
use prahari_domain::time::Timestamp;
use prahari_schedule::TICK_MS;
use prahari_store::{SlotOutcome, SlotRow, TickRow};

/// Most reasons that the sentence of a slot tells apart; more are told as "other reasons".
const MOST_REASONS: usize = 8;

/// Progress of a continuous slot, by ticks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticks {
    /// Time at which it ends; that instant is not part of it.
    pub ends_at: Timestamp,
    /// Number of ticks that are expected up to its end.
    pub expected: u32,
    /// Ticks that ran and succeeded.
    pub ran: u32,
    /// Ticks that ran and did not succeed.
    pub failed: u32,
    /// Ticks that were left out on purpose.
    pub skipped: u32,
    /// Ticks that could not run in time.
    pub missed: u32,
    /// The last tick that was taken up: it has begun or is noted, like all before it.
    pub last: Option<Timestamp>,
    /// The first tick it expects.
    first: Timestamp,
    /// Ticks that have begun and not ended.
    executing: u32,
    /// The last row of ticks, which grows while there is nothing else to say of the next ones.
    row: Option<TickRow>,
    /// Reasons why ticks were skipped or missed, with the number of ticks of each.
    reasons: Vec<(SlotOutcome, String, u32)>,
    /// How many ticks it expected before it was cut short, and why it was.
    cut: Option<(u32, String)>,
}

impl Ticks {
    /// The ticks of a slot of which nothing has happened yet. `due_at` names the slot; a service that was started
    /// during it is expected to run the last `expected` ones only.
    pub fn new(due_at: Timestamp, ends_at: Timestamp, expected: u32) -> Self {
        let all = (ends_at.millis_since(due_at) + TICK_MS - 1).div_euclid(TICK_MS);
        let first = due_at.plus_millis((all - i64::from(expected)).max(0) * TICK_MS);
        Self {
            ends_at,
            expected,
            first,
            ran: 0,
            failed: 0,
            skipped: 0,
            missed: 0,
            last: None,
            executing: 0,
            row: None,
            reasons: Vec::new(),
            cut: None,
        }
    }

    /// Restores the ticks that an earlier process stored, with the reasons it stored.
    pub fn of(row: &SlotRow, ends_at: Timestamp, reasons: Vec<(SlotOutcome, String, u32)>) -> Self {
        let SlotRow { ticks_ran, ticks_failed, ticks_skipped, ticks_missed, last_tick_at, .. } = *row;
        Self {
            ran: ticks_ran,
            failed: ticks_failed,
            skipped: ticks_skipped,
            missed: ticks_missed,
            last: last_tick_at,
            reasons: reasons.into_iter().filter(|(outcome, ..)| *outcome != SlotOutcome::Failed).collect(),
            ..Self::new(row.due_at, ends_at, row.ticks_expected)
        }
    }

    /// The first tick that was not taken up yet; none when all were.
    pub fn next(&self) -> Option<Timestamp> {
        let next = self.last.map_or(self.first, |last| last.plus_millis(TICK_MS).max(self.first));
        (next < self.ends_at).then_some(next)
    }

    /// Returns whether a tick is executing.
    pub fn is_executing(&self) -> bool {
        self.executing > 0
    }

    /// The last tick that is due at this instant or before, whether or not it was taken up.
    pub fn last_until(&self, instant: Timestamp) -> Timestamp {
        let last = instant.min(self.ends_at.plus_millis(-1));
        self.first.plus_millis(last.millis_since(self.first).div_euclid(TICK_MS) * TICK_MS)
    }

    /// Takes up a tick that begins now. What is before it has to be noted by then.
    pub fn begin(&mut self, tick: Timestamp) {
        self.last = self.last.max(Some(tick));
        self.executing += 1;
    }

    /// A tick that had begun has run; the row to be kept, if it was no success.
    pub fn end(&mut self, tick: Timestamp, failure: Option<String>, run: Option<RunId>) -> Option<TickRow> {
        self.executing = self.executing.saturating_sub(1);
        let Some(reason) = failure else {
            self.ran += 1;
            return None;
        };
        self.failed += 1;
        self.row = None;
        Some(TickRow { at: tick, count: 1, outcome: SlotOutcome::Failed, reason, run })
    }

    /// A tick that had begun could not run, because the one before it was executing still.
    pub fn give_up(&mut self, tick: Timestamp, reason: &str) -> TickRow {
        self.executing = self.executing.saturating_sub(1);
        self.note(tick, 1, SlotOutcome::Skipped, reason)
    }

    /// Notes every tick through this one that was not taken up yet; the row to be kept, if there were any.
    pub fn pass(&mut self, through: Timestamp, outcome: SlotOutcome, reason: &str) -> Option<TickRow> {
        let next = self.next()?;
        let through = self.last_until(through);
        let count = u32::try_from(through.millis_since(next).div_euclid(TICK_MS) + 1).unwrap_or(0);
        if count == 0 {
            return None;
        }
        self.last = Some(through);
        Some(self.note(next, count, outcome, reason))
    }

    /// Ends the slot before its time: ticks through this one that were not taken up are skipped, and later ones are
    /// not expected any more. Whatever takes its place expects them anew. The row to be kept, if there is one.
    pub fn cut_short(&mut self, through: Timestamp, why: &str) -> Option<TickRow> {
        let row = self.pass(through, SlotOutcome::Skipped, why);
        let planned = self.expected;
        if let Some(next) = self.next() {
            let left = (self.ends_at.millis_since(next) + TICK_MS - 1).div_euclid(TICK_MS);
            self.expected = self.expected.saturating_sub(u32::try_from(left).unwrap_or(0));
            self.ends_at = next;
        }
        self.cut = Some((planned, why.to_owned()));
        row
    }

    /// Accounts for ticks that had begun when the last process ended: those whose run is known failed with it, of
    /// the others nobody knows. The rows to be kept.
    pub fn interrupted(&mut self, runs: &[(Timestamp, RunId)], reason: &str, unknown: &str) -> Vec<TickRow> {
        let Some(last) = self.last else { return Vec::new() };
        let taken_up = last.millis_since(self.first).div_euclid(TICK_MS) + 1;
        let accounted = i64::from(self.ran) + i64::from(self.failed) + i64::from(self.noted());
        let mut left = u32::try_from(taken_up - accounted).unwrap_or(0);
        let mut rows = Vec::new();
        for (tick, run) in runs.iter().filter(|(tick, _)| (self.first..=last).contains(tick)) {
            if left > 0 {
                left -= 1;
                self.failed += 1;
                let (reason, run) = (reason.to_owned(), Some(*run));
                rows.push(TickRow { at: *tick, count: 1, outcome: SlotOutcome::Failed, reason, run });
            }
        }
        if left > 0 {
            self.missed += left;
            self.add_reason(SlotOutcome::Missed, unknown, left);
        }
        rows
    }

    /// The outcome of the slot when nothing more is to come.
    pub fn outcome(&self) -> SlotOutcome {
        match (self.ran, self.failed) {
            (0, 0) if self.missed == 0 && self.skipped > 0 => SlotOutcome::Skipped,
            (0, 0) => SlotOutcome::Missed,
            (0, _) => SlotOutcome::Failed,
            _ => SlotOutcome::Ran,
        }
    }

    /// Returns what became of the ticks so far, in one sentence.
    pub fn sentence(&self) -> String {
        let Self { ran, failed, .. } = *self;
        let expected = self.cut.as_ref().map_or(self.expected, |(planned, _)| *planned);
        let ticks = counted(expected, "tick", "ticks");
        let mut sentence = format!("{ran} of {ticks} ran, {failed} failed");
        for (outcome, count) in [(SlotOutcome::Skipped, self.skipped), (SlotOutcome::Missed, self.missed)] {
            if count > 0 {
                sentence.push_str(&format!(", {count} {outcome}{}", self.reasons_of(outcome)));
            }
        }
        if let Some((_, why)) = &self.cut {
            sentence.push_str(&format!(", until {why}"));
        }
        sentence
    }

    fn reasons_of(&self, outcome: SlotOutcome) -> String {
        let mut reasons = self.reasons.iter().filter(|(of, ..)| *of == outcome);
        match (reasons.next(), reasons.next()) {
            (None, _) => String::new(),
            (Some((_, reason, _)), None) => format!(" ({reason})"),
            (Some(_), Some(_)) => {
                let all = self.reasons.iter().filter(|(of, ..)| *of == outcome);
                let each: Vec<_> = all.map(|(_, reason, count)| format!("{reason}: {count}")).collect();
                format!(" ({})", each.join("; "))
            }
        }
    }

    fn noted(&self) -> u32 {
        self.skipped + self.missed
    }

    fn note(&mut self, at: Timestamp, count: u32, outcome: SlotOutcome, reason: &str) -> TickRow {
        match outcome {
            SlotOutcome::Skipped => self.skipped += count,
            _ => self.missed += count,
        }
        self.add_reason(outcome, reason, count);
        let grown = self.row.take().filter(|row| {
            let next = row.at.plus_minutes(i64::from(row.count));
            row.outcome == outcome && row.reason == reason && next == at
        });
        let row = match grown {
            Some(row) => TickRow { count: row.count + count, ..row },
            None => TickRow { at, count, outcome, reason: reason.to_owned(), run: None },
        };
        self.row = Some(row.clone());
        row
    }

    fn add_reason(&mut self, outcome: SlotOutcome, reason: &str, count: u32) {
        let full = self.reasons.len() >= MOST_REASONS;
        let known = self.reasons.iter_mut().find(|(of, text, _)| *of == outcome && text == reason);
        match known {
            Some((.., known)) => *known += count,
            None if full => self.add_to_others(outcome, count),
            None => self.reasons.push((outcome, reason.to_owned(), count)),
        }
    }

    fn add_to_others(&mut self, outcome: SlotOutcome, count: u32) {
        const OTHERS: &str = "other reasons";
        match self.reasons.iter_mut().find(|(of, text, _)| *of == outcome && text == OTHERS) {
            Some((.., known)) => *known += count,
            None => self.reasons.push((outcome, OTHERS.to_owned(), count)),
        }
    }
}
