//! What the exchange's security master would say, derived for sources that bring prices only.
//!
//! - Tick: by the close on the last trading day of the previous month, effective-dated (`data/nse-ticks.json`).
//! - Band: 20 % around the previous close, or what a list of bands says. Price files carry no band; 20 % is the widest
//!   the exchange sets, so an order that passes here may still be refused by a real exchange.
//! - Freeze quantity: 10 crore rupees by the base price, the rule behind most rows of a real master.
//! - Closing auction: never. Price files do not say which shares have derivatives, so all trade to the end of the session
//!   as shares without derivatives do, also after 2026-08-03.

use prahari_domain::instruments::{Instrument, Symbol};
use prahari_domain::money::Paise;
use prahari_domain::price_jump::BAND_PERCENT;
use prahari_domain::time::Day;
use serde::Deserialize;

use crate::market::MarketError;

/// The value that one order may not exceed: 10 crore rupees.
const FREEZE_VALUE: Paise = Paise::rupees(100_000_000);

/// Tick sizes by date and price.
#[derive(Debug, Clone, Deserialize)]
pub struct TickTable {
    regimes: Vec<TickRegime>,
}

#[derive(Debug, Clone, Deserialize)]
struct TickRegime {
    from: Day,
    steps: Vec<TickStep>,
}

#[derive(Debug, Clone, Deserialize)]
struct TickStep {
    /// Highest close it applies to; none for the last step.
    up_to: Option<Paise>,
    tick: Paise,
}

impl TickTable {
    /// The table that ships with the program.
    ///
    /// # Errors
    /// When it does not read.
    pub fn embedded() -> Result<Self, MarketError> {
        serde_json::from_str(include_str!("../data/nse-ticks.json"))
            .map_err(|error| MarketError::Rules(error.to_string()))
    }

    /// The tick on a day of a share with this close at the end of the previous month; one paisa before all regimes.
    pub fn tick(&self, day: Day, month_close: Paise) -> Paise {
        let regime = self.regimes.iter().filter(|regime| regime.from <= day).max_by_key(|regime| regime.from);
        regime
            .and_then(|regime| {
                regime.steps.iter().find(|step| step.up_to.is_none_or(|top| month_close <= top))
            })
            .map_or(Paise(1), |step| step.tick)
    }
}

/// The instrument of a share with this tick and previous close.
pub fn instrument(symbol: &Symbol, tick: Paise, previous_close: Paise) -> Instrument {
    let (band_low, band_high) = band(previous_close, BAND_PERCENT, tick);
    let freeze = FREEZE_VALUE.0.checked_div(previous_close.0).unwrap_or(0).max(1);
    Instrument {
        symbol: symbol.clone(),
        series: "EQ".to_owned(),
        tick,
        lot: 1,
        freeze_quantity: u32::try_from(freeze).unwrap_or(u32::MAX),
        band_low,
        band_high,
        closing_auction: false,
    }
}

/// The lowest and the highest price so many percent around a previous close, inside the tick.
pub fn band(previous_close: Paise, percent: i64, tick: Paise) -> (Paise, Paise) {
    let share = |percent| previous_close.scale(percent, 100).unwrap_or(previous_close);
    (share(100 - percent).round_up_to(tick).max(tick), share(100 + percent).round_down_to(tick))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_follow_the_circulars() {
        let table = TickTable::embedded().unwrap();
        let cases = [
            ("2024-06-09", 10_000, 5),
            ("2024-06-10", 24_999, 1),
            ("2024-06-10", 25_000, 5),
            ("2025-04-14", 3_000_000, 5),
            ("2025-04-15", 24_999, 1),
            ("2025-04-15", 25_000, 5),
            ("2025-04-15", 100_000, 5),
            ("2025-04-15", 100_001, 10),
            ("2025-04-15", 500_000, 10),
            ("2025-04-15", 500_001, 50),
            ("2025-04-15", 1_000_001, 100),
            ("2025-04-15", 2_000_001, 500),
        ];
        for (day, close, tick) in cases {
            assert_eq!(table.tick(day.parse().unwrap(), Paise(close)), Paise(tick), "{day} {close}");
        }
    }

    #[test]
    fn the_band_is_twenty_percent_inside_the_tick() {
        let symbol = Symbol::new("ABC").unwrap();
        let instrument = instrument(&symbol, Paise(5), Paise(10_003));
        // 80.024 and 120.036 rupees.
        assert_eq!((instrument.band_low, instrument.band_high), (Paise(8_005), Paise(12_000)));
        assert_eq!(instrument.freeze_quantity, 999_700);
    }
}
