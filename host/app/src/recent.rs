//! How often each of many did something within a time: chats, users.

use std::collections::{BTreeMap, VecDeque};

use parking_lot::Mutex;
use prahari_domain::time::Timestamp;

/// Lets each do something so often within a time.
pub(crate) struct Recent {
    most: usize,
    within_ms: i64,
    most_remembered: usize,
    seen: Mutex<BTreeMap<i64, VecDeque<Timestamp>>>,
}

impl Recent {
    /// `most` times within `within_ms` milliseconds. Where more than `most_remembered` did something within the time, new ones may
    /// not until others are forgotten: some of them are strangers, whose number is whatever they make it.
    pub(crate) fn new(most: usize, within_ms: i64, most_remembered: usize) -> Self {
        Self { most, within_ms, most_remembered, seen: Mutex::default() }
    }

    /// Returns whether one may do it once more, and counts it if so.
    pub(crate) fn allows(&self, who: i64, now: Timestamp) -> bool {
        let mut seen = self.seen.lock();
        let is_old = |at: &Timestamp| now.millis_since(*at) >= self.within_ms;
        if !seen.contains_key(&who) && seen.len() >= self.most_remembered {
            seen.retain(|_, times| times.back().is_some_and(|last| !is_old(last)));
            if seen.len() >= self.most_remembered {
                return false;
            }
        }
        let times = seen.entry(who).or_default();
        while times.front().is_some_and(is_old) {
            times.pop_front();
        }
        let allows = times.len() < self.most;
        if allows {
            times.push_back(now);
        }
        allows
    }

    /// Returns when one who may not do it now may do it again.
    pub(crate) fn again_at(&self, who: i64, now: Timestamp) -> Timestamp {
        let first = self.seen.lock().get(&who).and_then(|times| times.front().copied());
        first.unwrap_or(now).plus_millis(self.within_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_chat_is_bounded_by_itself_and_heard_again_when_the_time_is_over() {
        let recent = Recent::new(2, 1_000, 10);
        let allows = |chat, at| recent.allows(chat, Timestamp(at));
        assert!(allows(1, 0) && allows(1, 500) && !allows(1, 999));
        assert_eq!(recent.again_at(1, Timestamp(999)), Timestamp(1_000));
        assert!(allows(2, 999));
        assert!(allows(1, 1_000) && !allows(1, 1_001) && allows(1, 1_500));
    }

    #[test]
    fn strangers_fill_no_memory_and_keep_nobody_out_for_long() {
        let recent = Recent::new(1, 1_000, 100);
        for chat in 0..100 {
            assert!(recent.allows(chat, Timestamp(chat)));
        }
        assert!(!recent.allows(100, Timestamp(999)));
        assert!(recent.allows(100, Timestamp(1_000)));
    }
}
