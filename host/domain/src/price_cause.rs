//! The price that a run happened because of.

use serde::{Deserialize, Serialize};

use crate::instruments::Symbol;
use crate::money::{Paise, rupees};
use crate::time::Timestamp;

/// A change of price that a task runs on, outside the ticks of its session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceCause {
    /// The share whose price changed.
    pub symbol: Symbol,
    /// The price that it changed to, raw as it is traded at.
    pub price: Paise,
    /// Time of that price, as its source says.
    pub at: Timestamp,
}

impl PriceCause {
    /// How old the price is at an instant, in milliseconds; nothing of one that is ahead of our clock.
    pub fn age_ms(&self, now: Timestamp) -> i64 {
        now.millis_since(self.at).max(0)
    }

    /// Says which price it is and how old at an instant, such as `RELIANCE at ₹123.45 of 10:15:02, 3 s old`.
    pub fn words(&self, now: Timestamp) -> String {
        let Self { symbol, price, at } = self;
        let (price, age) = (rupees(*price), self.age_ms(now) / 1_000);
        format!("{symbol} at {price} of {}, {age} s old", at.ist_time().format("%H:%M:%S"))
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveTime;

    use super::*;

    #[test]
    fn it_says_which_price_and_how_old() {
        let at = |hour, minute, second| {
            let time = NaiveTime::from_hms_opt(hour, minute, second).unwrap();
            Timestamp::from_ist("2025-01-03".parse().unwrap(), time)
        };
        let cause =
            PriceCause { symbol: Symbol::new("M&M").unwrap(), price: Paise(12_345), at: at(10, 15, 2) };
        assert_eq!(cause.words(at(10, 15, 5).plus_millis(999)), "M&M at ₹123.45 of 10:15:02, 3 s old");
        assert_eq!(cause.words(at(10, 15, 1)), "M&M at ₹123.45 of 10:15:02, 0 s old");
    }
}
