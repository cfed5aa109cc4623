//! Opens that no trading can lead to: a price that left the exchange's band overnight.
//!
//! The exchange accepts no order outside the day's band, which is at most 20 % around the previous close. An open
//! beyond it means that the two prices are not of the same thing: a split, bonus, demerger or consolidation for
//! which the history is not adjusted, or a fault of the source. What was bought at the one price must not be sold
//! at the other before a person has said what happened.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::instruments::{Candle, Symbol};
use crate::money::{Paise, rupees};
use crate::time::Day;

/// The exchange's widest fixed band, in percent of the previous close.
pub const BAND_PERCENT: i64 = 20;

/// An open outside the band.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceJump {
    /// Symbol of the share.
    pub symbol: Symbol,
    /// The session that opened there.
    pub day: Day,
    /// Opening price, in paise.
    pub open: Paise,
    /// Date of the previous session.
    pub previous_day: Day,
    /// Closing price of the previous session, in paise.
    pub previous_close: Paise,
}

impl PriceJump {
    /// The jump between two sessions of a share; `None` when the open is within the band.
    pub fn between(symbol: &Symbol, previous: &Candle, next: &Candle) -> Option<Self> {
        is_outside_band(previous.close, next.open).then(|| Self {
            symbol: symbol.clone(),
            day: next.day,
            open: next.open,
            previous_day: previous.day,
            previous_close: previous.close,
        })
    }

    /// Every jump of a history, oldest first.
    pub fn all_of(symbol: &Symbol, bars: &[Candle]) -> Vec<Self> {
        let pairs = bars.iter().zip(bars.iter().skip(1));
        pairs.filter_map(|(previous, next)| Self::between(symbol, previous, next)).collect()
    }
}

/// Returns whether an open is outside the band around the previous close.
///
/// Adjusted histories are rounded to the paisa, and the exchange rounds its band to the tick: two hundredths of a
/// rupee and a ten-thousandth of the price beyond the band are not taken for a jump.
pub fn is_outside_band(previous_close: Paise, open: Paise) -> bool {
    let (before, after) = (i128::from(previous_close.0), i128::from(open.0));
    let beyond = (after - before).abs() * 100 - before * i128::from(BAND_PERCENT);
    before > 0 && beyond > 200 + before / 100
}

impl fmt::Display for PriceJump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { symbol, day, open, previous_day, previous_close } = self;
        write!(
            f,
            "{symbol} opened at {} on {day} after a close of {} on {previous_day} ({})",
            rupees(*open),
            rupees(*previous_close),
            change(*previous_close, *open),
        )
    }
}

/// The way from a close to an open in tenths of a percent.
fn change(close: Paise, open: Paise) -> String {
    let tenths = (open.0 - close.0).saturating_mul(1_000).checked_div(close.0).unwrap_or(0);
    let (whole, tenth) = (tenths.unsigned_abs() / 10, tenths.unsigned_abs() % 10);
    match open.cmp(&close) {
        Ordering::Equal => "unchanged".to_owned(),
        Ordering::Less if tenths == 0 => "down by less than 0.1 %".to_owned(),
        Ordering::Greater if tenths == 0 => "up by less than 0.1 %".to_owned(),
        Ordering::Less => format!("-{whole}.{tenth} %"),
        Ordering::Greater => format!("+{whole}.{tenth} %"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_change_is_told_with_its_way() {
        let cases = [
            (224_930, 224_870, "down by less than 0.1 %"),
            (224_870, 224_930, "up by less than 0.1 %"),
            (10_000, 10_000, "unchanged"),
            (10_000, 9_990, "-0.1 %"),
            (10_000, 12_345, "+23.4 %"),
        ];
        for (close, open, expected) in cases {
            assert_eq!(change(Paise(close), Paise(open)), expected, "{close} {open}");
        }
    }

    #[test]
    fn what_the_exchange_lets_through_is_no_jump_and_corporate_actions_are() {
        let cases = [
            // At the circuit of case 5, rounded to the tick and as adjusted prices have it.
            (58_547, 70_255, false),
            (58_547, 70_257, false),
            (10_000, 12_000, false),
            (10_000, 8_000, false),
            (100, 120, false),
            (10_000, 12_100, true),
            (10_000, 7_900, true),
            // Bonus 1:1, split 10:1, demerger, consolidation 1:10.
            (123_700, 61_850, true),
            (123_700, 12_370, true),
            (77_300, 28_900, true),
            (123_700, 1_237_000, true),
            (0, 100, false),
            (i64::MAX, 1, true),
        ];
        for (previous, open, expected) in cases {
            assert_eq!(is_outside_band(Paise(previous), Paise(open)), expected, "{previous} {open}");
        }
    }

    #[test]
    fn a_jump_says_what_happened() {
        let bar = |day: &str, open: i64, close: i64| Candle {
            day: day.parse().unwrap(),
            open: Paise(open),
            high: Paise(open.max(close)),
            low: Paise(open.min(close)),
            close: Paise(close),
            volume: 1,
        };
        let symbol = Symbol::new("LODHA").unwrap();
        let bars = [bar("2025-07-29", 120_000, 123_700), bar("2025-07-30", 61_850, 62_000)];
        let jumps = PriceJump::all_of(&symbol, &bars);
        let told: Vec<String> = jumps.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            ["LODHA opened at ₹618.50 on 2025-07-30 after a close of ₹1,237.00 on 2025-07-29 (-50.0 %)"]
        );
    }
}
