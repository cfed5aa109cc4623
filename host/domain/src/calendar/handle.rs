//! The calendar of a running program: one place that everything asks, and that can be given another calendar.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::RwLock;

use super::{Calendar, CalendarError};

/// Holds the calendar in force. Read it at the time of use and keep it for one question only: a calendar is
/// replaced as a whole, so that one answer never mixes two of them.
#[derive(Debug)]
pub struct CalendarHandle {
    current: RwLock<Arc<Calendar>>,
    replaced: AtomicU64,
}

impl CalendarHandle {
    /// A handle on this calendar.
    pub fn new(calendar: Calendar) -> Arc<Self> {
        Arc::new(Self { current: RwLock::new(Arc::new(calendar)), replaced: AtomicU64::new(0) })
    }

    /// A handle on the calendar that is part of the program.
    ///
    /// # Errors
    /// As [`Calendar::embedded`].
    pub fn embedded() -> Result<Arc<Self>, CalendarError> {
        Calendar::embedded().map(Self::new)
    }

    /// The calendar in force.
    pub fn current(&self) -> Arc<Calendar> {
        self.current.read().clone()
    }

    /// Returns how often the calendar was replaced: what was worked out by an earlier one is out of date when this
    /// has changed.
    pub fn generation(&self) -> u64 {
        self.replaced.load(Ordering::Acquire)
    }

    /// Puts another calendar in force; returns the one before.
    pub fn replace(&self, calendar: Calendar) -> Arc<Calendar> {
        let mut current = self.current.write();
        let before = std::mem::replace(&mut *current, Arc::new(calendar));
        // With the lock held, so that no reader sees the new number beside the old calendar.
        self.replaced.fetch_add(1, Ordering::Release);
        before
    }
}
