//! The bar of the share on the day.

use prahari_brokers::{Candles, Interval};
use prahari_domain::instruments::Candle;
use prahari_domain::money::rupees;

use super::{Asked, Link, Links, Says, StepKind};
use crate::error::AppError;
use crate::queries::UserQueries;

/// Most bars that are looked at: a year and a half of sessions.
const MOST_BARS: u32 = 400;

/// What the source of market data knows.
pub(super) struct BarOfDay {
    /// Whether it knows the share; also when it could not be asked.
    pub is_known: bool,
    /// Whether it has a bar of the day.
    pub has_bar: bool,
    pub links: Links,
}

impl UserQueries<'_> {
    /// The bar of the day. That there is none ends the chain only where there is no signal either: bars of the past may have been
    /// lost since. A source that cannot be asked is a finding like another.
    pub(super) async fn bar(&self, asked: &Asked, without_signals: bool) -> BarOfDay {
        let says = if without_signals { Says::Stops } else { Says::Passes };
        let mut has_bar = false;
        let (is_known, found, says) = match self.candles(asked).await {
            Err(error) => {
                (true, format!("the source of market data could not be asked: {error}"), Says::Passes)
            }
            Ok(None) => {
                (false, format!("the source of market data does not know the share {}", asked.symbol), says)
            }
            Ok(Some(candles)) => match told(asked, candles.source(), &candles.to_vec()) {
                Ok(found) => {
                    has_bar = true;
                    (true, found, Says::Passes)
                }
                Err((found, is_certain)) => (true, found, if is_certain { says } else { Says::Passes }),
            },
        };
        let close = asked.exchange.hours().map(|(_, close)| close).filter(|close| *close <= asked.now);
        let link = Link::new(StepKind::Bar, close, found, says);
        BarOfDay { is_known, has_bar, links: Links { links: vec![link], cut: None } }
    }

    /// The newest bars of the share, oldest first; none of a share that the source does not know.
    async fn candles(&self, asked: &Asked) -> Result<Option<Candles>, AppError> {
        let market = &self.all.trading.market;
        if market.universe().await?.binary_search(&asked.symbol).is_err() {
            return Ok(None);
        }
        let candles = market.candles(&asked.symbol, Interval::Daily, MOST_BARS, true, asked.now).await?;
        Ok(Some(candles))
    }
}

/// What is found among bars; as an error what is missing, and whether that is certain.
fn told(asked: &Asked, source: &str, candles: &[Candle]) -> Result<String, (String, bool)> {
    let (symbol, day) = (&asked.symbol, asked.day);
    if let Some(candle) = candles.iter().rev().find(|candle| candle.day == day) {
        let so_far = if asked.exchange.hours().is_some_and(|(_, close)| close > asked.now) {
            " so far; the session goes on"
        } else {
            ""
        };
        return Ok(format!(
            "the source of market data, {source}, has the bar of {symbol} of {day}, close {}{so_far}",
            rupees(candle.close)
        ));
    }
    let is_full = candles.len() >= MOST_BARS as usize;
    if is_full && candles.first().is_some_and(|oldest| oldest.day > day) {
        return Err((format!("bars before the newest {MOST_BARS} are not looked at"), false));
    }
    let before = candles.iter().rev().find(|candle| candle.day < day);
    let missing = format!("the source of market data has no bar of {symbol} of {day}");
    Err(match before {
        Some(before) => (format!("{missing}; the last one before is of {}", before.day), true),
        None => (missing, true),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use prahari_domain::calendar::Calendar;
    use prahari_domain::instruments::Symbol;
    use prahari_domain::money::Paise;
    use prahari_domain::time::{Day, Timestamp};

    use super::*;
    use crate::maintenance::Retention;

    fn asked(day: &str) -> Asked {
        let day: Day = day.parse().unwrap();
        Asked {
            symbol: Symbol::new("TCS").unwrap(),
            day,
            now: Timestamp::end_of("2025-03-10".parse().unwrap()),
            exchange: Calendar::embedded().unwrap().day_or_closed(day),
            outside: None,
            tasks: Arc::default(),
            kept: Retention::default(),
        }
    }

    #[test]
    fn a_bar_is_of_the_day_and_what_is_not_looked_at_is_not_missing() {
        let close = Paise(10_050);
        let bar = |day: Day| Candle { day, open: close, high: close, low: close, close, volume: 1 };
        let bars = [bar("2025-03-06".parse().unwrap()), bar("2025-03-10".parse().unwrap())];
        let found = told(&asked("2025-03-10"), "csv", &bars).unwrap();
        assert!(found.ends_with("csv, has the bar of TCS of 2025-03-10, close ₹100.50"), "{found}");
        let (missing, is_certain) = told(&asked("2025-03-07"), "csv", &bars).unwrap_err();
        assert!(
            missing.ends_with("no bar of TCS of 2025-03-07; the last one before is of 2025-03-06"),
            "{missing}"
        );
        assert!(is_certain);
        let first: Day = "2024-01-01".parse().unwrap();
        let many: Vec<Candle> = first.iter_days().take(MOST_BARS as usize).map(bar).collect();
        let (_, is_certain) = told(&asked("2023-12-29"), "csv", &many).unwrap_err();
        assert!(!is_certain);
    }
}
