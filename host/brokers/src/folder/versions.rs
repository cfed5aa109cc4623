//! The years of shares that a folder says otherwise than when it was read before, in both versions, for whoever keeps them.

use std::collections::BTreeSet;

use chrono::Datelike;
use prahari_domain::instruments::{Candle, Symbol};

use crate::bars::{BarMarket, Restated};
use crate::fetching::SourceNews;
use crate::yahoo::pack_bars;

/// Most years of shares that are kept of one reading, both versions of which take some 10 kB: who adjusts a folder anew changes
/// thousands of them, and what became of the first ones shows that.
const MOST_YEARS: usize = 2_000;

/// Most years that wait to be asked for: those of two readings within the minute between two questions.
pub(super) const MOST_WAITING: usize = 2 * MOST_YEARS;

/// The news of these restated bars: each year of a share once, in both versions; and how many years are left out.
pub(super) fn versions(
    source: &'static str,
    restated: &[Restated],
    (before, now): (&BarMarket, &BarMarket),
) -> (Vec<SourceNews>, usize) {
    let years: BTreeSet<(&Symbol, i32)> =
        restated.iter().map(|restated| (&restated.symbol, restated.before.day.year())).collect();
    let of = |market: &BarMarket, symbol: &Symbol, year: i32| {
        let bars: Vec<Candle> =
            market.daily(symbol).iter().filter(|bar| bar.day.year() == year).copied().collect();
        pack_bars(&bars)
    };
    let left_out = years.len().saturating_sub(MOST_YEARS);
    let mut news = Vec::new();
    for (symbol, year) in years.into_iter().take(MOST_YEARS) {
        match (of(before, symbol, year), of(now, symbol, year)) {
            (Ok(before), Ok(after)) => {
                news.push(SourceNews::RestatedYear { source, symbol: symbol.clone(), year, before, after });
            }
            (Err(error), _) | (_, Err(error)) => {
                tracing::error!(%symbol, year, %error, "what was restated cannot be kept");
            }
        }
    }
    (news, left_out)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use prahari_domain::money::Paise;

    use super::*;
    use crate::sessions::tests::Weekdays;
    use crate::yahoo::unpack_year;

    /// Two years of as many shares, at a price.
    fn market(shares: usize, price: i64) -> BarMarket {
        let bar = |day: &str| Candle {
            day: day.parse().unwrap(),
            open: Paise(price),
            high: Paise(price),
            low: Paise(price),
            close: Paise(price),
            volume: 1,
        };
        let share = |number: usize| {
            let symbol = Symbol::new(&format!("S{number:04}")).unwrap();
            (symbol, vec![bar("2024-12-31"), bar("2025-01-01")])
        };
        let bars = (0..shares).map(share).collect();
        BarMarket::new("csv", bars, 1, Arc::new(Weekdays)).unwrap()
    }

    #[test]
    fn each_year_is_kept_in_both_versions_up_to_a_bound_and_the_others_are_counted() {
        let (before, now) = (market(MOST_YEARS / 2 + 1, 100), market(MOST_YEARS / 2 + 1, 50));
        let (news, left_out) = versions("csv", &before.restated_by(&now), (&before, &now));
        assert_eq!((news.len(), left_out), (MOST_YEARS, 2));
        let SourceNews::RestatedYear { symbol, year, before, after, .. } = &news[1] else { panic!() };
        let closes = [before, after].map(|bytes| unpack_year(bytes).unwrap()[0].close.0);
        assert_eq!((symbol.as_str(), *year, closes), ("S0000", 2025, [100, 50]));
    }
}
