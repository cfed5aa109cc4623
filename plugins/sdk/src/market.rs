//! Reading bars and quotes.

use crate::{Candle, Day, HostError, Paise, Quote, money};

/// The closes as the indicators take them, still in paise.
pub fn closes(candles: &[Candle]) -> Vec<f64> {
    candles.iter().map(|bar| money::as_number(bar.close)).collect()
}

/// The bars of sessions before a date. Within a session it keeps today's bar out of "yesterday's" values, whether or not
/// the host counts it as closed already.
pub fn before(candles: &[Candle], day: Day) -> &[Candle] {
    candles.get(..candles.partition_point(|bar| bar.day < day)).unwrap_or_default()
}

/// The last price if the share has traded today, so that it may stand for today's close.
pub fn traded_price(quote: &Quote) -> Option<Paise> {
    quote.open.is_some().then_some(quote.last).filter(|price| *price > 0)
}

/// The price a share is expected to open at: indicative while the pre-open shows one, otherwise the last one.
pub fn pre_open_price(quote: &Quote) -> Option<Paise> {
    Some(quote.indicative.unwrap_or(quote.last)).filter(|price| *price > 0)
}

/// Takes "unavailable" as an empty answer, for a task that can do part of its work without.
///
/// # Errors
/// Every other error.
pub fn if_available<T: Default>(answer: Result<T, HostError>) -> Result<T, HostError> {
    match answer {
        Err(HostError::Unavailable(_)) => Ok(T::default()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::candles_from_closes;

    #[test]
    fn bars_of_today_are_not_before_today() {
        let bars = candles_from_closes(100, &[1, 2, 3]);
        assert_eq!(before(&bars, 100).len(), 2);
        assert_eq!(before(&bars, 101).len(), 3);
        assert!(before(&bars, 50).is_empty());
    }
}
