//! Noticing that a feed has fallen silent: it may give one snapshot and nothing after it, on a connection that lives.

use prahari_domain::time::Timestamp;

/// Watches one feed. It is told the time.
#[derive(Debug, Clone)]
pub struct Watch {
    /// Silence that is noticed, in milliseconds.
    longest: i64,
    connected: Timestamp,
    since: Timestamp,
    /// Messages with news since the connection was made; the first may be a snapshot.
    news: u64,
}

/// What the silence of a feed is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Silence {
    /// There was news within the time.
    None,
    /// There was none for this many milliseconds.
    Silent {
        /// How long.
        millis: i64,
    },
    /// There was a first message, and none since for this many milliseconds.
    AfterSnapshot {
        /// How long.
        millis: i64,
    },
}

impl Watch {
    /// Watches a feed from the instant of its connection. A silence longer than `longest`, in milliseconds, is noticed.
    pub const fn new(connected: Timestamp, longest: i64) -> Self {
        Self { longest, connected, since: connected, news: 0 }
    }

    /// Notes a message with news.
    pub fn news(&mut self, now: Timestamp) {
        self.since = now;
        self.news = self.news.saturating_add(1);
    }

    /// Returns when the connection was made.
    pub const fn connected(&self) -> Timestamp {
        self.connected
    }

    /// Returns when the last message with news came on this connection; none before the first.
    pub fn heard(&self) -> Option<Timestamp> {
        (self.news > 0).then_some(self.since)
    }

    /// Returns whether the feed is silent. While the market is closed it may be: then it is asked with `open` false.
    pub fn silence(&self, now: Timestamp, open: bool) -> Silence {
        let millis = now.millis_since(self.since);
        match self.news {
            _ if !open || millis <= self.longest => Silence::None,
            1 => Silence::AfterSnapshot { millis },
            _ => Silence::Silent { millis },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_snapshot_and_nothing_after_it_is_a_silence_of_its_own() {
        let mut watch = Watch::new(Timestamp(0), 60_000);
        assert_eq!(watch.silence(Timestamp(60_000), true), Silence::None);
        assert_eq!(watch.silence(Timestamp(60_001), true), Silence::Silent { millis: 60_001 });
        watch.news(Timestamp(70_000));
        assert_eq!(watch.silence(Timestamp(140_000), true), Silence::AfterSnapshot { millis: 70_000 });
        watch.news(Timestamp(140_000));
        assert_eq!(watch.silence(Timestamp(240_000), true), Silence::Silent { millis: 100_000 });
        assert_eq!(watch.silence(Timestamp(240_000), false), Silence::None);
    }
}
