//! How often a user may ask for prices: each request makes the source of market data work, which serves everybody's tasks.
//!
//! Kept in memory: a restart of the daemon forgets it, which no user can cause.

use std::collections::HashMap;

use parking_lot::Mutex;
use prahari_domain::ids::UserId;
use prahari_domain::time::Timestamp;

use crate::problem::{Code, Problem};

/// Requests within this long count together.
const WINDOW_MS: i64 = 60_000;

/// Requests of one user within a minute: ten a second, more than pages ask that are open side by side.
const READS_PER_MINUTE: u32 = 600;

/// Counts the requests of each user in the minute that runs.
#[derive(Debug)]
pub(crate) struct MarketReads {
    most: u32,
    minutes: Mutex<HashMap<UserId, Minute>>,
}

/// The minute of a user: when it began, and how often they have asked since.
#[derive(Debug, Clone, Copy)]
struct Minute {
    began_at: Timestamp,
    asked: u32,
}

impl Default for MarketReads {
    fn default() -> Self {
        Self { most: READS_PER_MINUTE, minutes: Mutex::default() }
    }
}

impl MarketReads {
    /// Counts a request before it is carried out.
    ///
    /// # Errors
    /// When there were too many within a minute; the answer says when the next is heard.
    pub(crate) fn begin(&self, user: UserId, now: Timestamp) -> Result<(), Problem> {
        let mut minutes = self.minutes.lock();
        let minute = minutes.entry(user).or_insert(Minute { began_at: now, asked: 0 });
        // A clock that was set back begins a new minute too.
        if !(0..WINDOW_MS).contains(&now.millis_since(minute.began_at)) {
            *minute = Minute { began_at: now, asked: 0 };
        }
        if minute.asked >= self.most {
            let sentence = format!("prices were asked for {} times within a minute", self.most);
            let retry_at = minute.began_at.plus_millis(WINDOW_MS);
            return Err(Problem::new(Code::AskedTooOften, sentence).retry_at(retry_at));
        }
        minute.asked = minute.asked.saturating_add(1);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_may_ask_so_often_within_a_minute_and_keeps_nobody_else_from_it() {
        let reads = MarketReads { most: 2, minutes: Mutex::default() };
        let (user, other) = (UserId(2), UserId(3));
        reads.begin(user, Timestamp(0)).unwrap();
        reads.begin(user, Timestamp(30_000)).unwrap();
        let refused = reads.begin(user, Timestamp(59_999)).unwrap_err();
        assert_eq!(refused.code(), Code::AskedTooOften);
        reads.begin(other, Timestamp(59_999)).unwrap();
        reads.begin(user, Timestamp(60_000)).unwrap();
        reads.begin(user, Timestamp(10_000)).unwrap();
    }
}
