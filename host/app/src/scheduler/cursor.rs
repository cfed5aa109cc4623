//! How far the daemon is.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, Ordering};

use prahari_domain::time::Timestamp;

/// Hears of each instant that is done.
type Observer = Box<dyn Fn(Timestamp) + Send + Sync>;

/// The last instant whose work is done (in lockstep) or handed out (otherwise).
pub struct Cursor {
    at: AtomicI64,
    observer: OnceLock<Observer>,
}

impl Cursor {
    pub(crate) fn new(at: Timestamp) -> Self {
        Self { at: AtomicI64::new(at.0), observer: OnceLock::new() }
    }

    /// Returns the last instant whose work was done or handed out.
    pub fn reached(&self) -> Timestamp {
        Timestamp(self.at.load(Ordering::Acquire))
    }

    /// Calls `observer` with each instant that is done from now on. The first observer stays.
    pub fn observe(&self, observer: impl Fn(Timestamp) + Send + Sync + 'static) {
        if self.observer.set(Box::new(observer)).is_err() {
            tracing::debug!("the daemon is observed already");
        }
    }

    pub(crate) fn advance(&self, instant: Timestamp) {
        self.at.store(instant.0, Ordering::Release);
        if let Some(observer) = self.observer.get() {
            observer(instant);
        }
    }
}
