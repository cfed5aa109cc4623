//! How many lines of a minute are told, and what is said of the others.

use std::collections::BTreeMap;
use std::fmt;

/// Most lines of one topic that are told of a minute of the daemon's clock.
pub const MOST_LINES: u32 = 200;

/// Most of them that tell of what went as it should: the rest is kept for failures, so that no success crowds one out.
pub const MOST_PLAIN_LINES: u32 = 150;

/// What a line tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// A run or a slot that went as it should.
    Succeeded,
    /// One that failed.
    Failed,
    /// A slot or a tick that was left out on purpose.
    Skipped,
    /// One that could not run in time.
    Missed,
    /// For information.
    Info,
    /// Unusual, and worth a look.
    Warn,
    /// Somebody has to act.
    Error,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::Missed => "missed",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }

    /// Returns whether a person should look at it.
    pub const fn is_trouble(self) -> bool {
        matches!(self, Self::Failed | Self::Missed | Self::Warn | Self::Error)
    }
}

/// The lines of one topic within a minute.
#[derive(Debug, Default)]
pub(super) struct Bound {
    minute: i64,
    told: u32,
    plain: u32,
    folded: Folded,
}

/// What was not told line by line, by kind.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Folded(BTreeMap<Kind, u64>);

impl Bound {
    /// Goes on to a minute; answers what was left untold of the one before, if anything was.
    pub fn enter(&mut self, minute: i64) -> Option<Folded> {
        if minute == self.minute {
            return None;
        }
        let folded = self.take();
        *self = Self { minute, ..Self::default() };
        folded
    }

    /// Answers what is left untold so far, if anything is, and forgets it.
    pub fn take(&mut self) -> Option<Folded> {
        let folded = std::mem::take(&mut self.folded);
        (!folded.0.is_empty()).then_some(folded)
    }

    /// Counts a line; answers whether it is told by itself.
    pub fn admit(&mut self, kind: Kind) -> bool {
        let plain = !kind.is_trouble();
        if self.told >= MOST_LINES || (plain && self.plain >= MOST_PLAIN_LINES) {
            *self.folded.0.entry(kind).or_default() += 1;
            return false;
        }
        self.told += 1;
        self.plain += u32::from(plain);
        true
    }
}

impl Folded {
    /// Returns how many lines it stands for.
    pub fn count(&self) -> u64 {
        self.0.values().sum()
    }

    /// Returns whether there is something among them that a person should look at.
    pub fn is_trouble(&self) -> bool {
        self.0.keys().any(|kind| kind.is_trouble())
    }
}

impl fmt::Display for Folded {
    /// Such as `9790 succeeded, 10 failed`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, (kind, count)) in self.0.iter().enumerate() {
            let comma = if position == 0 { "" } else { ", " };
            write!(f, "{comma}{count} {}", kind.name())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_ten_thousand_runs_of_a_minute_two_hundred_are_told_and_the_others_counted() {
        let mut bound = Bound::default();
        assert_eq!(bound.enter(7), None);
        let kinds = (0..10_000).map(|run| if run % 1_000 == 999 { Kind::Failed } else { Kind::Succeeded });
        let told: Vec<Kind> = kinds.filter(|kind| bound.admit(*kind)).collect();
        let failed = told.iter().filter(|kind| **kind == Kind::Failed).count();
        assert_eq!((told.len(), failed), (160, 10), "a success crowds no failure out");
        assert_eq!(bound.enter(7), None, "the minute is not over");
        let folded = bound.enter(8).unwrap();
        assert_eq!(folded.to_string(), "9840 succeeded");
        assert!(!folded.is_trouble());
        assert!(bound.admit(Kind::Succeeded), "another minute");
    }

    #[test]
    fn failures_beyond_the_bound_are_counted_and_never_lost() {
        let mut bound = Bound::default();
        let told = (0..1_000).filter(|_| bound.admit(Kind::Failed)).count();
        assert_eq!(told, 200);
        assert!(!bound.admit(Kind::Skipped) && !bound.admit(Kind::Missed));
        let folded = bound.take().unwrap();
        assert_eq!((folded.to_string().as_str(), folded.count()), ("800 failed, 1 skipped, 1 missed", 802));
        assert!(folded.is_trouble());
        assert_eq!(bound.take(), None);
    }

    #[test]
    fn a_clock_that_is_set_back_begins_another_minute() {
        let mut bound = Bound::default();
        bound.enter(9);
        (0..300).for_each(|_| _ = bound.admit(Kind::Info));
        assert_eq!(bound.enter(3).unwrap().to_string(), "150 info");
    }
}
