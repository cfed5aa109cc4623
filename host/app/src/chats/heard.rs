//! How often chats are heard: each within its bounds, and strangers apart from users, so that no stranger keeps anybody
//! from stopping their orders.

use prahari_domain::time::Timestamp;

use super::MINUTE_MS;
use crate::recent::Recent;

/// Most commands of a chat within a minute; further ones are not answered. Nobody reads as many answers.
pub const MOST_COMMANDS: usize = 20;

/// Most wrong codes of a chat within an hour that are answered.
pub const MOST_WRONG_CODES: usize = 5;

/// Most chats of which is remembered what they did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Remembered {
    /// Chats of nobody that is known; their number is whatever strangers make it. Further ones are not heard until others are
    /// forgotten.
    strangers: usize,
    /// Connected chats, as many as users connect.
    connected: usize,
}

impl Default for Remembered {
    fn default() -> Self {
        Self { strangers: 1_000, connected: 100_000 }
    }
}

/// What chats did of late.
pub(super) struct Heard {
    /// Commands of connected chats.
    commands: Recent,
    /// What other chats wrote.
    unconnected: Recent,
    /// Chats that were told how to connect.
    strangers: Recent,
    /// Codes that did not help.
    wrong_codes: Recent,
}

impl Heard {
    /// Nothing yet, with so many chats remembered.
    pub(super) fn new(most: Remembered) -> Self {
        Self {
            commands: Recent::new(MOST_COMMANDS, MINUTE_MS, most.connected),
            unconnected: Recent::new(MOST_COMMANDS, MINUTE_MS, most.strangers),
            strangers: Recent::new(1, 24 * 60 * MINUTE_MS, most.strangers),
            wrong_codes: Recent::new(MOST_WRONG_CODES, 60 * MINUTE_MS, most.strangers),
        }
    }

    /// Returns whether a message of a chat is looked at, and counts it if so.
    pub(super) fn takes(&self, chat: i64, is_connected: bool, now: Timestamp) -> bool {
        let heard = if is_connected { &self.commands } else { &self.unconnected };
        heard.allows(chat, now)
    }

    /// Returns whether a stranger is told how to connect: once a day.
    pub(super) fn welcomes(&self, chat: i64, now: Timestamp) -> bool {
        self.strangers.allows(chat, now)
    }

    /// Returns whether a wrong code is answered.
    pub(super) fn answers_wrong_code(&self, chat: i64, now: Timestamp) -> bool {
        self.wrong_codes.allows(chat, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_beyond_the_bound_are_not_heard_and_keep_no_connected_chat_out() {
        let heard = Heard::new(Remembered { strangers: 3, connected: 2 });
        let now = Timestamp(0);
        for chat in 0..3 {
            assert!(heard.takes(chat, false, now) && heard.welcomes(chat, now));
            assert!(heard.answers_wrong_code(chat, now));
        }
        assert!(!heard.takes(3, false, now) && !heard.welcomes(3, now) && !heard.answers_wrong_code(3, now));
        // Who is remembered is heard further, and users have room of their own.
        assert!(heard.takes(0, false, now) && !heard.welcomes(0, now));
        assert!(heard.takes(10, true, now) && heard.takes(11, true, now) && !heard.takes(12, true, now));
        // A minute later what they wrote is forgotten, a day later whom was told how to connect.
        let minute = Timestamp(MINUTE_MS);
        assert!(heard.takes(3, false, minute) && heard.takes(12, true, minute) && !heard.welcomes(3, minute));
        assert!(heard.welcomes(3, Timestamp(24 * 60 * MINUTE_MS)));
    }

    #[test]
    fn as_many_are_remembered_as_the_daemon_says() {
        let heard = Heard::new(Remembered::default());
        for (is_connected, most) in [(false, 1_000), (true, 100_000)] {
            assert!((0..most).all(|chat| heard.takes(chat, is_connected, Timestamp(0))));
            assert!(!heard.takes(most, is_connected, Timestamp(0)), "{most}");
        }
    }
}
