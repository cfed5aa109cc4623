//! How much processor time a guest has used, or the host for it.
//!
//! On a busy machine a guest must not pay for the time in which others ran, so the limit goes by the thread's own
//! processor clock. Reading that one is a system call, as dear as three host calls; so a run that ends within a tick,
//! as almost all do, is measured by the monotonic clock alone, which can only show more.

use std::time::{Duration, Instant};

use nix::time::{ClockId, clock_gettime};
use parking_lot::{Mutex, MutexGuard};

/// One per run; the guest is resumed and suspended many times, on changing threads.
#[derive(Debug, Default)]
pub(crate) struct Meter(Mutex<Reading>);

#[derive(Debug, Default)]
struct Reading {
    /// The time used up to the last suspension.
    used: Duration,
    /// Time at which the guest was last resumed; none while it is suspended.
    resumed_at: Option<Instant>,
    /// At the first tick since then: the time since then, and the thread's processor clock.
    first_tick: Option<(Duration, Duration)>,
}

impl Meter {
    /// The guest starts to run on this thread.
    pub(crate) fn resumed(&self) {
        let mut reading = self.reading();
        reading.resumed_at = Some(now());
        reading.first_tick = None;
    }

    /// The guest runs no longer on this thread.
    pub(crate) fn suspended(&self) {
        let mut reading = self.reading();
        reading.used = reading.used.saturating_add(reading.since_resumed());
        reading.resumed_at = None;
    }

    /// At a tick, while the guest runs: its processor time so far.
    pub(crate) fn tick(&self) -> Duration {
        let mut reading = self.reading();
        if reading.first_tick.is_none()
            && let Some(resumed_at) = reading.resumed_at
        {
            reading.first_tick = Some((now().saturating_duration_since(resumed_at), thread_clock()));
        }
        reading.used.saturating_add(reading.since_resumed())
    }

    /// Returns the processor time up to the last suspension.
    pub(crate) fn used(&self) -> Duration {
        self.reading().used
    }

    fn reading(&self) -> MutexGuard<'_, Reading> {
        self.0.lock()
    }
}

impl Reading {
    fn since_resumed(&self) -> Duration {
        match (self.first_tick, self.resumed_at) {
            (Some((before, clock)), _) => before.saturating_add(thread_clock().saturating_sub(clock)),
            (None, Some(resumed_at)) => now().saturating_duration_since(resumed_at),
            (None, None) => Duration::ZERO,
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "measures what a run costs; no decision of a task depends on it"
)]
fn now() -> Instant {
    Instant::now()
}

/// The processor time of this thread.
fn thread_clock() -> Duration {
    // Linux has had this clock since 2.6.12 and cannot refuse it to a thread about itself.
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).map_or(Duration::ZERO, Duration::from)
}
