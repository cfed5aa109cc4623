//! What is known of a share's past and what was fetched of it, put together.

use std::collections::BTreeMap;

use prahari_domain::instruments::{Candle, Symbol};
use prahari_domain::time::Day;

use crate::bars::Restated;

/// The bars of a share after something of them was fetched.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Merged {
    /// All bars, oldest first.
    pub bars: Vec<Candle>,
    /// Known bars that came otherwise.
    pub restated: Vec<Restated>,
    /// Whether a known price came otherwise: then those before what was fetched are not to be trusted either, because a
    /// split changes all of them.
    pub is_rewritten: bool,
}

/// Puts bars together. What is fetched counts, and a hole in it takes nothing away.
pub(super) fn merge(symbol: &Symbol, known: &[Candle], fetched: &[Candle]) -> Merged {
    let mut bars: BTreeMap<Day, Candle> = known.iter().map(|bar| (bar.day, *bar)).collect();
    let mut restated = Vec::new();
    for bar in fetched {
        let Some(before) = bars.insert(bar.day, *bar).filter(|before| before != bar) else { continue };
        restated.push(Restated { symbol: symbol.clone(), before, after: Some(*bar) });
    }
    let prices = |bar: &Candle| [bar.open, bar.high, bar.low, bar.close];
    let is_price = |restated: &Restated| {
        restated.after.as_ref().is_some_and(|after| prices(after) != prices(&restated.before))
    };
    let is_rewritten = restated.iter().any(is_price);
    Merged { bars: bars.into_values().collect(), restated, is_rewritten }
}

#[cfg(test)]
mod tests {
    use prahari_domain::money::Paise;

    use super::*;

    fn bar(day: u32, close: i64, volume: u64) -> Candle {
        let (day, close) = (Day::from_ymd_opt(2025, 1, day).unwrap(), Paise(close));
        Candle { day, open: close, high: close, low: close, close, volume }
    }

    #[test]
    fn new_bars_are_added_holes_take_nothing_away_and_changes_are_told() {
        let symbol: Symbol = "ABC".parse().unwrap();
        let known = [bar(1, 100, 5), bar(2, 100, 5), bar(3, 100, 5)];
        let merged = merge(&symbol, &known, &[bar(3, 100, 5), bar(6, 110, 5)]);
        assert_eq!(merged.bars.len(), 4);
        assert!(merged.restated.is_empty() && !merged.is_rewritten);
        let merged = merge(&symbol, &known, &[bar(1, 100, 5), bar(3, 100, 7)]);
        assert_eq!(merged.bars, [bar(1, 100, 5), bar(2, 100, 5), bar(3, 100, 7)]);
        assert_eq!((merged.restated.len(), merged.is_rewritten), (1, false));
        let halved = merge(&symbol, &known, &[bar(3, 50, 10)]);
        assert!(halved.is_rewritten);
        let said = "ABC of 2025-01-03 closed at ₹0.50 and no longer at ₹1.00";
        assert_eq!(halved.restated[0].to_string(), said);
    }
}
