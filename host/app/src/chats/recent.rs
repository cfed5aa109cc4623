//! How often each chat did something within a time.

use std::collections::{BTreeMap, VecDeque};

use parking_lot::Mutex;
use prahari_domain::time::Timestamp;

/// Most chats that are remembered. When there are more, new ones are not heard until others are forgotten: their number is
/// whatever strangers make it.
const MOST_CHATS: usize = 1_000;

/// Lets each chat do something so often within a time.
pub(super) struct Recent {
    most: usize,
    within_ms: i64,
    seen: Mutex<BTreeMap<i64, VecDeque<Timestamp>>>,
}

impl Recent {
    /// `most` times within `within_ms` milliseconds.
    pub(super) fn new(most: usize, within_ms: i64) -> Self {
        Self { most, within_ms, seen: Mutex::default() }
    }

    /// Returns whether a chat may do it once more, and counts it if so.
    pub(super) fn allows(&self, chat: i64, now: Timestamp) -> bool {
        let mut seen = self.seen.lock();
        let is_old = |at: &Timestamp| now.millis_since(*at) >= self.within_ms;
        if !seen.contains_key(&chat) && seen.len() >= MOST_CHATS {
            seen.retain(|_, times| times.back().is_some_and(|last| !is_old(last)));
            if seen.len() >= MOST_CHATS {
                return false;
            }
        }
        let times = seen.entry(chat).or_default();
        while times.front().is_some_and(is_old) {
            times.pop_front();
        }
        let allows = times.len() < self.most;
        if allows {
            times.push_back(now);
        }
        allows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_chat_is_bounded_by_itself_and_heard_again_when_the_time_is_over() {
        let recent = Recent::new(2, 1_000);
        let allows = |chat, at| recent.allows(chat, Timestamp(at));
        assert!(allows(1, 0) && allows(1, 500) && !allows(1, 999));
        assert!(allows(2, 999));
        assert!(allows(1, 1_000) && !allows(1, 1_001) && allows(1, 1_500));
    }

    #[test]
    fn strangers_fill_no_memory_and_keep_nobody_out_for_long() {
        let recent = Recent::new(1, 1_000);
        let most = i64::try_from(MOST_CHATS).unwrap();
        for chat in 0..most {
            assert!(recent.allows(chat, Timestamp(chat)));
        }
        assert!(!recent.allows(most, Timestamp(999)));
        assert!(recent.allows(most, Timestamp(1_000)));
    }
}
