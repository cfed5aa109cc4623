//! How many calls a user makes within a second. It reads no clock: it is told the time, and answers when it is whose turn.

use std::collections::VecDeque;
use std::time::Duration;

use parking_lot::Mutex;
use prahari_brokers::Pace;
use prahari_domain::time::Timestamp;

/// The window over which calls are counted.
const WINDOW_MS: i64 = 1_000;

/// Turns of one user: at most so many begin within any second.
#[derive(Debug)]
pub struct RateLimiter {
    most: usize,
    longest: i64,
    turns: Mutex<Turns>,
}

#[derive(Debug, Default)]
struct Turns {
    /// The newest turns given, oldest first, as many as may begin within the window.
    given: VecDeque<Timestamp>,
}

/// No turn within the longest wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoTurn {
    /// Instant at which it would have been its turn.
    pub at: Timestamp,
}

impl RateLimiter {
    /// Lets `most` calls begin within any second, at least one; whoever would wait longer than `longest` is refused.
    pub fn new(most: u32, longest: Duration) -> Self {
        Self {
            most: usize::try_from(most).unwrap_or(usize::MAX).max(1),
            longest: i64::try_from(longest.as_millis()).unwrap_or(i64::MAX),
            turns: Mutex::default(),
        }
    }

    /// Takes a turn, and answers when it comes, which may be at once.
    ///
    /// # Errors
    /// When it would come later than the longest wait; the turn is not taken then.
    pub fn take(&self, now: Timestamp) -> Result<Timestamp, NoTurn> {
        let mut turns = self.turns.lock();
        // A clock that was set back must not make everybody wait for the time that it jumped.
        let latest = now.plus_millis(self.longest.saturating_add(WINDOW_MS));
        for given in &mut turns.given {
            *given = (*given).min(latest);
        }
        let full = turns.given.len() >= self.most;
        let free = turns.given.front().filter(|_| full).map(|first| first.plus_millis(WINDOW_MS));
        // In the order in which they came.
        let last = turns.given.back().copied();
        let at = [Some(now), free, last].into_iter().flatten().max().unwrap_or(now);
        if at.millis_since(now) > self.longest {
            return Err(NoTurn { at });
        }
        if full {
            turns.given.pop_front();
        }
        turns.given.push_back(at);
        Ok(at)
    }

    /// Waits for a turn.
    ///
    /// # Errors
    /// When it would come later than the longest wait.
    pub async fn turn(&self, pace: &dyn Pace) -> Result<(), NoTurn> {
        let now = pace.now();
        let at = self.take(now)?;
        if at > now {
            pace.wait_until(at).await;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn limiter(most: u32, longest_ms: u64) -> RateLimiter {
        RateLimiter::new(most, Duration::from_millis(longest_ms))
    }

    #[test]
    fn the_sixth_within_a_second_waits_for_the_first_to_be_a_second_ago() {
        let limiter = limiter(5, 3_000);
        let at: Vec<i64> = (0..7).map(|number| limiter.take(Timestamp(number * 10)).unwrap().0).collect();
        assert_eq!(at, [0, 10, 20, 30, 40, 1_000, 1_010]);
    }

    #[test]
    fn whoever_would_wait_too_long_is_refused_and_takes_no_turn() {
        let limiter = limiter(1, 1_500);
        assert_eq!(limiter.take(Timestamp(0)), Ok(Timestamp(0)));
        assert_eq!(limiter.take(Timestamp(0)), Ok(Timestamp(1_000)));
        for _ in 0..3 {
            assert_eq!(limiter.take(Timestamp(0)), Err(NoTurn { at: Timestamp(2_000) }));
        }
        assert_eq!(limiter.take(Timestamp(600)), Ok(Timestamp(2_000)));
    }

    #[test]
    fn a_clock_that_is_set_back_by_a_day_makes_nobody_wait_for_a_day() {
        let limiter = limiter(2, 3_000);
        let day = 86_400_000;
        assert!(limiter.take(Timestamp(day)).is_ok() && limiter.take(Timestamp(day)).is_ok());
        assert!(limiter.take(Timestamp(0)).is_err());
        assert!(limiter.take(Timestamp(6_000)).unwrap() <= Timestamp(9_000));
    }

    proptest! {
        #[test]
        fn no_second_has_more_turns_than_allowed(most in 1_u32..10, steps in prop::collection::vec(0_i64..400, 1..200)) {
            let limiter = limiter(most, 3_000);
            let mut now = 0;
            let mut turns = Vec::new();
            for step in steps {
                now += step;
                if let Ok(at) = limiter.take(Timestamp(now)) {
                    prop_assert!(at.0 >= now && at.0 <= now + 3_000);
                    turns.push(at.0);
                }
            }
            for pair in turns.windows(most as usize + 1) {
                prop_assert!(pair[most as usize] - pair[0] >= 1_000, "{pair:?}");
            }
        }
    }
}
