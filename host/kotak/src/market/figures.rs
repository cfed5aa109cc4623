//! What the broker says of a share's trading, by whichever way it came.

use prahari_brokers::Quote;
use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::time::Timestamp;

use super::SOURCE;
use crate::feed::Picture;
use crate::wire::quote::QuoteRow;

/// The figures of a share as of its last trade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Figures {
    pub last: Paise,
    /// Time of the last trade.
    pub at: Timestamp,
    pub open: Option<Paise>,
    pub high: Option<Paise>,
    pub low: Option<Paise>,
    pub previous_close: Option<Paise>,
    /// Shares traded on that day so far.
    pub volume: Option<u64>,
}

impl Figures {
    /// Those of a row; none of a row without a price or without its time: nobody could tell how old it is.
    pub fn of_row(row: &QuoteRow) -> Option<Self> {
        Some(Self {
            last: row.last.or(row.previous_close)?,
            at: row.at?,
            open: row.open,
            high: row.high,
            low: row.low,
            previous_close: row.previous_close,
            volume: row.volume.and_then(|volume| u64::try_from(volume).ok()),
        })
    }

    /// Those of a picture of the feed; none of one without a trade.
    pub fn of_picture(picture: &Picture) -> Option<Self> {
        Some(Self {
            last: picture.last?,
            at: picture.traded_at?,
            open: picture.open,
            high: picture.high,
            low: picture.low,
            previous_close: picture.close,
            volume: picture.volume.and_then(|volume| u64::try_from(volume).ok()),
        })
    }

    /// The newer of both, with what it does not tell taken from the other where that is of the same day.
    pub fn newer(self, other: Self) -> Self {
        let (newer, older) = if other.at > self.at { (other, self) } else { (self, other) };
        if newer.at.ist_day() != older.at.ist_day() {
            return newer;
        }
        let farthest = |a: Option<Paise>, b: Option<Paise>, is_first: fn(Paise, Paise) -> bool| match (a, b) {
            (Some(a), Some(b)) => Some(if is_first(a, b) { a } else { b }),
            (a, b) => a.or(b),
        };
        Self {
            last: newer.last,
            at: newer.at,
            open: newer.open.or(older.open),
            high: farthest(newer.high, older.high, |a, b| a >= b).map(|high| high.max(newer.last)),
            low: farthest(newer.low, older.low, |a, b| a <= b).map(|low| low.min(newer.last)),
            previous_close: newer.previous_close.or(older.previous_close),
            volume: newer.volume.max(older.volume),
        }
    }

    /// The price as it is answered at `now`; none where the close before is not known. What is of an earlier day than `now` is
    /// that day's close, and nothing of today.
    pub fn quote(&self, symbol: &Symbol, now: Timestamp) -> Option<Quote> {
        let is_of_today = self.at.ist_day() == now.ist_day();
        let of_today = |price: Option<Paise>| price.filter(|_| is_of_today);
        Some(Quote {
            symbol: symbol.clone(),
            last: self.last,
            indicative: None,
            open: of_today(self.open),
            high: of_today(self.high),
            low: of_today(self.low),
            previous_close: if is_of_today { self.previous_close? } else { self.last },
            volume: self.volume.filter(|_| is_of_today).unwrap_or(0),
            // Times of trades are whole seconds, and the broker's clock is not ours.
            at: self.at.min(now),
            source: SOURCE,
            derived: false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(last: i64, at: i64) -> Figures {
        let (open, high, low) = (Some(Paise(100)), Some(Paise(120)), Some(Paise(90)));
        let previous_close = Some(Paise(95));
        Figures { last: Paise(last), at: Timestamp(at), open, high, low, previous_close, volume: Some(10) }
    }

    #[test]
    fn what_a_newer_price_does_not_tell_is_taken_from_the_older_of_the_day() {
        let told = Figures { open: None, high: None, low: None, volume: None, ..figures(130, 2_000) };
        let both = figures(110, 1_000).newer(told.clone());
        assert_eq!((both.last, both.high, both.low), (Paise(130), Some(Paise(130)), Some(Paise(90))));
        assert_eq!((both.open, both.volume), (Some(Paise(100)), Some(10)));
        // An older one changes no price.
        assert_eq!(told.clone().newer(figures(110, 1_000)).last, Paise(130));
        // Nothing is taken over from another day.
        let next_day = Figures { at: Timestamp(86_400_000 + 2_000), ..told };
        assert_eq!(figures(110, 1_000).newer(next_day.clone()), next_day);
    }

    #[test]
    fn a_price_of_an_earlier_day_is_a_close_and_nothing_of_today() {
        let symbol: Symbol = "DEMO".parse().unwrap();
        let quote = figures(110, 1_000).quote(&symbol, Timestamp(86_400_000)).unwrap();
        assert_eq!((quote.last, quote.previous_close), (Paise(110), Paise(110)));
        assert_eq!((quote.open, quote.high, quote.low, quote.volume), (None, None, None, 0));
        let today = figures(110, 1_000).quote(&symbol, Timestamp(900)).unwrap();
        assert_eq!((today.previous_close, today.volume, today.at), (Paise(95), 10, Timestamp(900)));
        let without = Figures { previous_close: None, ..figures(110, 1_000) };
        assert_eq!(without.quote(&symbol, Timestamp(2_000)), None);
    }
}
