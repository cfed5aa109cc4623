//! The calls of one user to their broker: how many at once, and how long each.

use std::future::Future;
use std::time::Duration;

use parking_lot::Mutex;
use prahari_brokers::BrokerError;
use prahari_domain::ids::UserId;
use tokio::sync::Semaphore;

use super::Deadlines;
use crate::clock::Stopwatch;

/// Number of calls of one user that wait for the broker at once. The desk makes one at a time; runs and pages that
/// only look make the other. A third call waits for a permit, within its own deadline.
pub const CALLS_AT_ONCE: usize = 2;

/// One user's line to their broker.
pub struct CallLimiter {
    user: UserId,
    deadlines: Deadlines,
    permits: Semaphore,
    /// Runs since a call passed its deadline; the broker is not asked for a while after that.
    silent: Mutex<Option<Stopwatch>>,
}

impl CallLimiter {
    /// A line on which nothing was asked yet.
    pub fn new(user: UserId, deadlines: Deadlines) -> Self {
        Self { user, deadlines, permits: Semaphore::new(CALLS_AT_ONCE), silent: Mutex::default() }
    }

    /// A call that changes something at the broker: whether it did is unknown after its deadline.
    ///
    /// # Errors
    /// That of the call; [`BrokerError::Unclear`] after the deadline; [`BrokerError::Unavailable`] while the broker
    /// is left alone.
    pub async fn send<T>(
        &self,
        what: &str,
        call: impl Future<Output = Result<T, BrokerError>>,
    ) -> Result<T, BrokerError> {
        let within = self.deadlines.send;
        let late = || BrokerError::Unclear(format!("no answer to {what} within {} s", within.as_secs_f32()));
        self.in_time(within, call).await.unwrap_or_else(|| Err(late()))
    }

    /// A call that changes nothing.
    ///
    /// # Errors
    /// That of the call; [`BrokerError::Unavailable`] after the deadline and while the broker is left alone.
    pub async fn read<T>(
        &self,
        what: &str,
        call: impl Future<Output = Result<T, BrokerError>>,
    ) -> Result<T, BrokerError> {
        let within = self.deadlines.read;
        let late =
            || BrokerError::Unavailable(format!("no answer to {what} within {} s", within.as_secs_f32()));
        self.in_time(within, call).await.unwrap_or_else(|| Err(late()))
    }

    /// A look at what is ready. It takes no turn from the calls that trade, and one that takes too long says nothing of
    /// whether they are answered.
    ///
    /// # Errors
    /// The deadline, when it has passed.
    pub async fn look<T>(&self, look: impl Future<Output = T>) -> Result<T, Duration> {
        let within = self.deadlines.read;
        tokio::time::timeout(within, look).await.map_err(|_| within)
    }

    /// The making of the link itself.
    ///
    /// # Errors
    /// That of the broker; [`BrokerError::Unavailable`] after the deadline.
    pub async fn link<T>(
        &self,
        linking: impl Future<Output = Result<T, BrokerError>>,
    ) -> Result<T, BrokerError> {
        let within = self.deadlines.link;
        tokio::time::timeout(within, linking).await.unwrap_or_else(|_| {
            Err(BrokerError::Unavailable(format!("no link within {} s", within.as_secs_f32())))
        })
    }

    /// Calls that wait for the broker's answer now.
    pub fn waiting(&self) -> usize {
        CALLS_AT_ONCE.saturating_sub(self.permits.available_permits())
    }

    /// Returns whether a call passed its deadline a moment ago, so that none is made for a while.
    pub fn is_silent(&self) -> bool {
        self.rests().is_some()
    }

    /// The answer; none when it does not come in time. A user whose last call was not answered is not asked for
    /// again for a while.
    async fn in_time<T>(
        &self,
        within: Duration,
        call: impl Future<Output = Result<T, BrokerError>>,
    ) -> Option<Result<T, BrokerError>> {
        if let Some(left) = self.rests() {
            let seconds = left.as_secs_f32().ceil();
            let reason =
                format!("it did not answer the last call of this user and is asked again in {seconds} s");
            return Some(Err(BrokerError::Unavailable(reason)));
        }
        let limited = async {
            let _permit = self.permits.acquire().await;
            call.await
        };
        let Ok(answer) = tokio::time::timeout(within, limited).await else {
            tracing::warn!(user = %self.user, within_s = within.as_secs_f32(), "the broker does not answer");
            *self.silent.lock() = Some(Stopwatch::start());
            return None;
        };
        Some(answer)
    }

    /// Returns how long the broker is not asked yet, if it is not.
    fn rests(&self) -> Option<Duration> {
        let mut silent = self.silent.lock();
        let left = self.deadlines.rest.checked_sub(silent.as_ref()?.elapsed());
        if left.is_none() {
            *silent = None;
        }
        left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_look_takes_no_turn_and_one_that_takes_too_long_says_nothing_of_other_calls() {
        let read = Duration::from_millis(20);
        let limiter = CallLimiter::new(UserId(7), Deadlines { read, ..Deadlines::default() });
        let _taken = limiter.permits.acquire_many(2).await;
        assert_eq!(limiter.look(std::future::ready(7)).await, Ok(7));
        assert_eq!(limiter.look(std::future::pending::<u32>()).await, Err(read));
        assert!(!limiter.is_silent());
    }
}
