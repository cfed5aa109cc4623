//! The bar of the share on the day.

use prahari_brokers::{Candles, Interval};
use prahari_domain::money::rupees;
use prahari_domain::time::Timestamp;

use super::{Asked, Link, Links, Says, StepKind};
use crate::error::AppError;
use crate::queries::UserQueries;

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
            Ok(Some(candles)) => match told(asked, &candles) {
                Ok(found) => {
                    has_bar = true;
                    (true, found, Says::Passes)
                }
                Err(missing) => (true, missing, says),
            },
        };
        let close = asked.exchange.hours().map(|(_, close)| close).filter(|close| *close <= asked.now);
        let link = Link::new(StepKind::Bar, close, found, says);
        BarOfDay { is_known, has_bar, links: Links { links: vec![link], cut: None } }
    }

    /// The newest bar of the share up to the day, in the prices of the day: orders of the day are in those too. None of a share that
    /// the source does not know.
    async fn candles(&self, asked: &Asked) -> Result<Option<Candles>, AppError> {
        let market = &self.all.trading.market;
        if market.universe().await?.binary_search(&asked.symbol).is_err() {
            return Ok(None);
        }
        // Bars are told in the prices of the day on which they are asked for.
        let last_instant = Timestamp::end_of(asked.day).plus_millis(-1);
        let instant = asked.now.min(last_instant);
        Ok(Some(market.candles(&asked.symbol, Interval::Daily, 1, true, instant).await?))
    }
}

/// What is found in the newest bar up to the day; as an error what is missing.
fn told(asked: &Asked, candles: &Candles) -> Result<String, String> {
    let (symbol, day, source) = (&asked.symbol, asked.day, candles.source());
    let missing = missing(asked);
    let Some(candle) = candles.last() else { return Err(missing) };
    if candle.day != day {
        return Err(format!("{missing}; the last one before is of {}", candle.day));
    }
    let so_far = if asked.exchange.hours().is_some_and(|(_, close)| close > asked.now) {
        " so far; the session goes on"
    } else {
        ""
    };
    // Such a price may be beside the one that was traded.
    let derived = if candles.is_derived() { ", computed back from adjusted prices" } else { "" };
    let close = rupees(candle.close);
    Ok(format!(
        "the source of market data, {source}, has the bar of {symbol} of {day}, close {close}{derived}{so_far}"
    ))
}

/// That there is no bar of the day, or why there cannot be one yet.
fn missing(asked: &Asked) -> String {
    let Asked { symbol, day, now, .. } = asked;
    let at = |instant: Timestamp| instant.ist_time().format("%H:%M").to_string();
    match asked.exchange.hours() {
        Some((open, _)) if *now < open => {
            let opens = at(open);
            format!(
                "the session of {day} has not opened yet (it opens at {opens}), and the bar of {symbol} comes after that"
            )
        }
        Some((_, close)) if *now < close => {
            let until = at(close);
            format!(
                "the source of market data has no bar of {symbol} of {day} yet, and the session goes on until {until}"
            )
        }
        _ => format!("the source of market data has no bar of {symbol} of {day}"),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use prahari_domain::calendar::Calendar;
    use prahari_domain::instruments::{Candle, Symbol};
    use prahari_domain::money::Paise;
    use prahari_domain::time::Day;

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
    fn a_bar_is_of_the_day_and_what_is_computed_back_is_said() {
        let close = Paise(10_050);
        let bar = |day: &str| {
            let day = day.parse().unwrap();
            Candle { day, open: close, high: close, low: close, close, volume: 1 }
        };
        let newest = |bars: Vec<Candle>| {
            let count = bars.len();
            Candles::newest("csv", bars.into(), count, None, 1)
        };
        let found = told(&asked("2025-03-10"), &newest(vec![bar("2025-03-10")])).unwrap();
        assert!(found.ends_with("csv, has the bar of TCS of 2025-03-10, close ₹100.50"), "{found}");
        let derived = newest(vec![bar("2025-03-10")]).derived_if(true);
        let found = told(&asked("2025-03-10"), &derived).unwrap();
        assert!(found.ends_with("close ₹100.50, computed back from adjusted prices"), "{found}");
        let missing = told(&asked("2025-03-07"), &newest(vec![bar("2025-03-06")])).unwrap_err();
        let expected = "no bar of TCS of 2025-03-07; the last one before is of 2025-03-06";
        assert!(missing.ends_with(expected), "{missing}");
        let missing = told(&asked("2025-03-07"), &Candles::none("csv")).unwrap_err();
        assert!(missing.ends_with("no bar of TCS of 2025-03-07"), "{missing}");
    }

    #[test]
    fn before_the_close_the_bar_of_the_day_is_not_missed() {
        let day: Day = "2025-03-10".parse().unwrap();
        let told = |minute: i64| {
            let now = Timestamp::start_of(day).plus_minutes(minute);
            told(&Asked { now, ..asked("2025-03-10") }, &Candles::none("csv")).unwrap_err()
        };
        let before = "the session of 2025-03-10 has not opened yet (it opens at 09:15), and the bar of TCS comes after that";
        assert_eq!(told(8 * 60), before);
        let during = "the source of market data has no bar of TCS of 2025-03-10 yet, and the session goes on until 15:30";
        assert_eq!(told(12 * 60), during);
        assert_eq!(told(15 * 60 + 30), "the source of market data has no bar of TCS of 2025-03-10");
    }
}
