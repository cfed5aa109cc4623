//! How often a user's services may be turned on: each start leaves lines that are kept for months, and one of an
//! individual service makes a process.
//!
//! Restarts of all services at once have the same bound of their own, whichever admin asks for them.
//!
//! Kept in memory: a restart of the daemon forgets it, which no user can cause. To turn a service off is never refused.

use std::collections::{HashMap, VecDeque};

use parking_lot::Mutex;
use prahari_domain::ids::UserId;
use prahari_domain::time::Timestamp;

use crate::problem::{Code, Problem};

/// Starts within this long count together.
const WINDOW_MS: i64 = 3_600_000;

/// Starts of one user within an hour, restarts and individual services among them; restarts of all services count
/// by themselves.
///
/// 20: a schedule that is tried out is a start every few minutes. At two lines of some 100 bytes for each, a user
/// who does nothing else leaves 9 MB in the 90 days for which lines are kept.
pub const STARTS_PER_HOUR: u32 = 20;

/// Counts the starts of each user, and those of everybody at once.
#[derive(Debug)]
pub struct ServiceStarts {
    most: usize,
    begun: Mutex<HashMap<StartsOf, VecDeque<Timestamp>>>,
}

/// The user whose services are started, or everybody at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum StartsOf {
    /// Starts of the services of one user.
    User(UserId),
    /// Restarts of the services of all users at once.
    Everybody,
}

impl ServiceStarts {
    /// At most so many within an hour of each user, and as many of everybody at once.
    pub fn per_hour(most: u32) -> Self {
        Self { most: most as usize, begun: Mutex::default() }
    }

    /// Counts a start before it is made, so that many at once do not pass as one.
    ///
    /// # Errors
    /// When there were too many; the answer says when the next is heard.
    pub(crate) fn begin(&self, user: UserId, now: Timestamp) -> Result<(), Problem> {
        self.begin_of(StartsOf::User(user), "services of this user were started", now)
    }

    /// Counts a restart of all services, before it is made. It counts by itself: no user is refused a start because
    /// of it, and none can keep an admin from it.
    ///
    /// # Errors
    /// When there were too many; the answer says when the next is heard.
    pub(crate) fn begin_all(&self, now: Timestamp) -> Result<(), Problem> {
        self.begin_of(StartsOf::Everybody, "all services were restarted", now)
    }

    fn begin_of(&self, of: StartsOf, what: &str, now: Timestamp) -> Result<(), Problem> {
        let mut begun = self.begun.lock();
        let starts = begun.entry(of).or_default();
        starts.retain(|at| now.millis_since(*at) < WINDOW_MS);
        match starts.front() {
            Some(oldest) if starts.len() >= self.most => {
                let sentence = format!("{what} {} times within an hour", self.most);
                Err(Problem::new(Code::StartedTooOften, sentence).retry_at(oldest.plus_millis(WINDOW_MS)))
            }
            _ => {
                starts.push_back(now);
                Ok(())
            }
        }
    }

    /// Takes a start back that changed nothing.
    pub(crate) fn take_back(&self, user: UserId) {
        let mut begun = self.begun.lock();
        if let Some(starts) = begun.get_mut(&StartsOf::User(user)) {
            starts.pop_back();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_may_start_so_often_within_an_hour_and_what_changed_nothing_does_not_count() {
        let starts = ServiceStarts::per_hour(2);
        let (user, other) = (UserId(2), UserId(3));
        let at = |minutes: i64| Timestamp(0).plus_minutes(minutes);
        starts.begin(user, at(0)).unwrap();
        starts.take_back(user);
        starts.begin(user, at(10)).unwrap();
        starts.begin(user, at(20)).unwrap();
        let refused = starts.begin(user, at(69)).unwrap_err();
        assert_eq!(refused, starts.begin(user, at(30)).unwrap_err());
        assert_eq!(refused.code(), Code::StartedTooOften);
        starts.begin(other, at(69)).unwrap();
        starts.begin(user, at(70)).unwrap();
        starts.begin(user, at(79)).unwrap_err();
    }

    #[test]
    fn restarts_of_all_services_count_by_themselves() {
        let starts = ServiceStarts::per_hour(1);
        let at = |minutes: i64| Timestamp(0).plus_minutes(minutes);
        starts.begin(UserId(1), at(0)).unwrap();
        starts.begin_all(at(1)).unwrap();
        assert_eq!(starts.begin_all(at(60)).unwrap_err().code(), Code::StartedTooOften);
        starts.begin(UserId(1), at(60)).unwrap();
        starts.begin_all(at(61)).unwrap();
    }
}
