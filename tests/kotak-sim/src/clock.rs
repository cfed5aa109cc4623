//! The time of the fake, which is given from outside: it reads no clock itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use tokio::sync::watch;

use crate::time::Millis;

/// Where the fake has its time from.
#[derive(Clone)]
pub struct SimClock {
    source: Source,
    /// Counts the moments at which somebody said that time has passed.
    moved: watch::Sender<u64>,
}

#[derive(Clone)]
enum Source {
    Told(Arc<AtomicI64>),
    Asked(Arc<dyn Fn() -> Millis + Send + Sync>),
}

impl SimClock {
    /// A clock that stands still until the test sets it; see `KotakSim::set_now`.
    pub fn told(now: Millis) -> Self {
        Self::from(Source::Told(Arc::new(AtomicI64::new(now))))
    }

    /// A clock that asks `now` at each call. What waits for a time (slow answers, steps of orders, feeds) goes on only when
    /// `KotakSim::tick` says that time has passed.
    pub fn asked(now: impl Fn() -> Millis + Send + Sync + 'static) -> Self {
        Self::from(Source::Asked(Arc::new(now)))
    }

    fn from(source: Source) -> Self {
        Self { source, moved: watch::Sender::new(0) }
    }

    /// The time.
    pub fn now(&self) -> Millis {
        match &self.source {
            Source::Told(at) => at.load(Ordering::SeqCst),
            Source::Asked(now) => now(),
        }
    }

    /// Sets a clock that is told; of one that is asked, nothing is changed. It never goes back.
    pub(crate) fn set(&self, now: Millis) {
        if let Source::Told(at) = &self.source {
            at.fetch_max(now, Ordering::SeqCst);
        }
    }

    /// Wakes whoever waits for a time.
    pub(crate) fn wake(&self) {
        self.moved.send_modify(|count| *count += 1);
    }

    /// Returns once it is `at` or later and somebody said so.
    pub(crate) async fn reaches(&self, at: Millis) {
        let mut moved = self.moved.subscribe();
        while self.now() < at {
            if moved.changed().await.is_err() {
                return;
            }
        }
    }
}
