//! A made-up market: fifty invented shares with years of history, the same for the same seed wherever and whenever
//! it is made, and whatever range is asked for.
//!
//! A price is a closed function of (seed, symbol, day), not a walk from day to day: a slow trend, waves of many
//! lengths, and fast deep dips of which most are recovered within two weeks, so that oversold days above the long
//! average come regularly and mostly, but not always, pay. Quieter and kinder than a real market: it shows the
//! strategy at work and says nothing about what it earns. See `level` and `dip`.

mod day;
mod dip;
mod level;
mod names;

use std::sync::Arc;

use chrono::{Datelike, Weekday};
use prahari_domain::instruments::{Candle, Symbol};
use prahari_domain::time::Day;

use crate::bars::BarMarket;
use crate::market::MarketError;
use crate::seeded_hash::SeededHash;
use crate::sessions::Sessions;
use day::Share;

/// The longest range made: 40 years of 50 shares are 25 MB.
const LONGEST_DAYS: i64 = 40 * 366;

/// The `synthetic` market source: prices computed from a seed.
#[derive(Debug, Clone, Copy)]
pub struct SyntheticMarket;

impl SyntheticMarket {
    /// Makes the bars of every trading day from `from` to `to`, both included. Days that `sessions` does not cover
    /// trade when they are weekdays. The last day may be in the future: nothing later than the instant asked about
    /// is shown.
    ///
    /// # Errors
    /// When the range is upside down or longer than 40 years.
    #[expect(
        clippy::new_ret_no_self,
        reason = "the sources differ in where bars come from, not in how they answer"
    )]
    pub fn new(seed: u64, sessions: Arc<dyn Sessions>, from: Day, to: Day) -> Result<BarMarket, MarketError> {
        let refuse = |reason| MarketError::Range { from, to, reason };
        let length = to.signed_duration_since(from).num_days();
        if length < 0 {
            return Err(refuse("it ends before it begins"));
        }
        if length > LONGEST_DAYS {
            return Err(refuse("it is longer than 40 years"));
        }
        let trades = |day: Day| sessions.is_open(day).unwrap_or_else(|| is_weekday(day));
        let days: Vec<Day> =
            from.iter_days().take_while(|day| *day <= to).filter(|day| trades(*day)).collect();
        let before = from.iter_days().rev().skip(1).take(LONGEST_CLOSURE).find(|day| trades(*day));
        let seeded = SeededHash::new(seed).with_text("shares");
        let bars = names::NAMES.iter().filter_map(|name| Symbol::new(name).ok());
        let bars = bars.map(|symbol| {
            let share = Share::new(seeded.with_text(symbol.as_str()));
            let history = history(&share, before, &days);
            (symbol, history)
        });
        Ok(BarMarket::new("synthetic", bars.collect(), seed, sessions)?.moving())
    }
}

/// The exchange has never been closed for longer than this many calendar days in a row.
const LONGEST_CLOSURE: usize = 14;

/// The bars of one share; each day needs the trading day before it, of which `before` is the first.
fn history(share: &Share, before: Option<Day>, days: &[Day]) -> Vec<Candle> {
    let mut previous = before;
    days.iter()
        .map(|day| {
            let bar = share.bar(previous, *day);
            previous = Some(*day);
            bar
        })
        .collect()
}

fn is_weekday(day: Day) -> bool {
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

#[cfg(test)]
mod tests;
