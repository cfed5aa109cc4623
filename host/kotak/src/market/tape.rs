//! The last minutes of a share, made of the prices that were seen.
//!
//! The broker tells no minutes. A minute is made of the trades that were seen in it: each price in it was traded, and some that
//! were traded are not in it. Its volume is what was traded since the last sight before it, shared out over the minutes between.

use std::collections::VecDeque;

use prahari_brokers::MinuteBar;
use prahari_domain::time::Timestamp;

use super::figures::Figures;

const MINUTE_MS: i64 = 60_000;

/// Most minutes of a share that are kept.
const MOST_MINUTES: usize = 30;

/// The last minutes of one day in which something was seen.
#[derive(Debug, Clone, Default)]
pub(super) struct Tape {
    minutes: VecDeque<Seen>,
}

#[derive(Debug, Clone)]
struct Seen {
    bar: MinuteBar,
    /// The figures at the end of the minute, as far as it was seen.
    figures: Figures,
    /// The minute before in which something was seen, with the day's volume then.
    before: Option<(Timestamp, u64)>,
}

impl Tape {
    /// Takes up what was seen. What is older than the last sight changes nothing; another day begins anew.
    pub fn note(&mut self, figures: &Figures) {
        let at = minute_of(figures.at);
        if self.minutes.back().is_some_and(|last| last.bar.at.ist_day() != at.ist_day()) {
            self.minutes.clear();
        }
        match self.minutes.back_mut() {
            Some(last) if last.bar.at == at => last.take(figures),
            Some(last) if last.bar.at > at => {}
            last => {
                let before = last.and_then(|last| Some((last.bar.at, last.figures.volume?)));
                self.minutes.push_back(Seen::first(at, figures, before));
                if self.minutes.len() > MOST_MINUTES {
                    self.minutes.pop_front();
                }
            }
        }
    }

    /// The minute that an instant falls in; none when nothing was seen in it.
    pub fn minute(&self, instant: Timestamp) -> Option<MinuteBar> {
        let wanted = minute_of(instant);
        self.minutes.iter().rev().map(|seen| seen.bar).find(|bar| bar.at == wanted)
    }

    /// The figures as they were known at an instant.
    pub fn as_of(&self, instant: Timestamp) -> Option<&Figures> {
        self.minutes.iter().rev().map(|seen| &seen.figures).find(|figures| figures.at <= instant)
    }
}

impl Seen {
    fn first(at: Timestamp, figures: &Figures, before: Option<(Timestamp, u64)>) -> Self {
        let price = figures.last;
        let bar = MinuteBar { at, open: price, high: price, low: price, close: price, volume: 0 };
        let mut seen = Self { bar, figures: figures.clone(), before };
        seen.bar.volume = seen.volume();
        seen
    }

    fn take(&mut self, figures: &Figures) {
        if figures.at < self.figures.at {
            return;
        }
        let price = figures.last;
        self.bar.high = self.bar.high.max(price);
        self.bar.low = self.bar.low.min(price);
        self.bar.close = price;
        if self.before.is_none() {
            // The first sight of the day in this minute: what is traded from it on is known.
            self.before = self.figures.volume.map(|volume| (self.bar.at, volume));
        }
        self.figures = figures.clone();
        self.bar.volume = self.volume();
    }

    /// What was traded since the last sight before, for each minute since then; nothing where there was none.
    fn volume(&self) -> u64 {
        let (Some((since, before)), Some(now)) = (self.before, self.figures.volume) else { return 0 };
        let minutes = self.bar.at.millis_since(since) / MINUTE_MS;
        now.saturating_sub(before) / u64::try_from(minutes).unwrap_or(1).max(1)
    }
}

/// The whole minute that an instant falls in.
pub(super) fn minute_of(instant: Timestamp) -> Timestamp {
    instant.plus_millis(-instant.0.rem_euclid(MINUTE_MS))
}

#[cfg(test)]
mod tests {
    use prahari_domain::money::Paise;

    use super::*;

    fn seen(last: i64, second: i64, volume: u64) -> Figures {
        let at = Timestamp(second * 1_000);
        let none = None;
        Figures {
            last: Paise(last),
            at,
            open: none,
            high: none,
            low: none,
            previous_close: none,
            volume: Some(volume),
        }
    }

    #[test]
    fn a_minute_is_made_of_what_was_seen_in_it() {
        let mut tape = Tape::default();
        for figures in [seen(100, 5, 1_000), seen(120, 61, 1_500), seen(90, 80, 1_700), seen(110, 119, 2_000)]
        {
            tape.note(&figures);
        }
        let bar = tape.minute(Timestamp(119_999)).unwrap();
        assert_eq!((bar.at, bar.open, bar.close), (Timestamp(60_000), Paise(120), Paise(110)));
        assert_eq!((bar.high, bar.low, bar.volume), (Paise(120), Paise(90), 1_000));
        // Of the first sight of a day nobody knows what was traded before it.
        assert_eq!(tape.minute(Timestamp(0)).unwrap().volume, 0);
        // Nothing was seen after it, and what is older changes nothing.
        tape.note(&seen(500, 30, 1_200));
        assert_eq!(tape.minute(Timestamp(120_000)), None);
        assert_eq!(tape.minute(Timestamp(0)).unwrap().high, Paise(100));
        // Three minutes share what was traded in them.
        tape.note(&seen(111, 245, 2_900));
        assert_eq!(tape.minute(Timestamp(240_000)).unwrap().volume, 300);
        assert_eq!(tape.as_of(Timestamp(119_500)).map(|figures| figures.last), Some(Paise(110)));
        assert_eq!(tape.as_of(Timestamp(4_000)), None);
    }

    #[test]
    fn the_last_minutes_of_one_day_are_kept() {
        let mut tape = Tape::default();
        for minute in 0..50 {
            tape.note(&seen(100, minute * 60, 1));
        }
        assert_eq!(tape.minutes.len(), MOST_MINUTES);
        assert_eq!(tape.minute(Timestamp(19 * 60_000)), None);
        tape.note(&seen(100, 2 * 86_400, 1));
        assert_eq!(tape.minutes.len(), 1);
    }
}
