//! What of a past that was known says something else after the bars were read again.

use std::collections::BTreeMap;
use std::fmt;

use prahari_domain::instruments::{Candle, Symbol};
use prahari_domain::money::rupees;
use prahari_domain::numbers::counted;
use prahari_domain::time::Day;

use super::BarMarket;

/// A bar of a past day that was changed or taken away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Restated {
    /// The share.
    pub symbol: Symbol,
    /// The bar as it was known.
    pub before: Candle,
    /// The bar as it is now; none when it is gone.
    pub after: Option<Candle>,
}

impl BarMarket {
    /// The bars that newer data has otherwise or no longer, by symbol and day. The last day of a share may have been
    /// read while it was still traded, and counts too: what was traded on is what was read.
    pub(crate) fn restated_by(&self, newer: &Self) -> Vec<Restated> {
        let mut restated = Vec::new();
        for (symbol, series) in self.universe.iter().zip(&self.series) {
            let now = newer.find(symbol).map(|(_, series)| series);
            for before in series.daily().iter() {
                let after = now.and_then(|series| series.on(before.day)).copied();
                if after != Some(*before) {
                    restated.push(Restated { symbol: symbol.clone(), before: *before, after });
                }
            }
        }
        restated
    }
}

/// The bars that are known and that newer ones have otherwise, oldest first, each with what it is now; none where it is gone.
/// Bars that are only newer are no change.
pub fn bar_changes(before: &[Candle], after: &[Candle]) -> Vec<(Candle, Option<Candle>)> {
    let now: BTreeMap<Day, Candle> = after.iter().map(|bar| (bar.day, *bar)).collect();
    let changes = before.iter().map(|bar| (*bar, now.get(&bar.day).copied()));
    changes.filter(|(before, after)| *after != Some(*before)).collect()
}

impl fmt::Display for Restated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { symbol, before, after } = self;
        let day: Day = before.day;
        match after {
            None => write!(f, "{symbol} of {day} is gone"),
            Some(after) if after.close != before.close => {
                let (now, then) = (rupees(after.close), rupees(before.close));
                write!(f, "{symbol} of {day} closed at {now} and no longer at {then}")
            }
            Some(after) if after.volume != before.volume => {
                let shares = counted(after.volume, "share", "shares");
                write!(f, "{symbol} of {day} has {shares} and no longer {}", before.volume)
            }
            Some(after) => {
                let [open, high, low] = [after.open, after.high, after.low].map(rupees);
                write!(f, "{symbol} of {day} now has open {open}, high {high}, low {low}")
            }
        }
    }
}
