//! Shares and their prices, as the source of market data has them.

use prahari_brokers::{Interval, MarketError, Quote};
use prahari_domain::instruments::{Candle, Symbol};
use prahari_domain::time::Timestamp;
use prahari_indicators::{ema, rsi};

use super::Queries;
use crate::error::AppError;

/// Bars of the exponential average, as the tasks that come with the program use it.
const EMA_BARS: usize = 9;

/// Bars of the relative strength index, as they use it unless a user has set another number.
const RSI_BARS: usize = 10;

/// Bars before the first one of an answer: by then the seed of an indicator has no weight left.
const WARM_UP: u32 = 250;

/// A share that the source of market data knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarketSymbol {
    /// Its symbol at the exchange.
    pub symbol: Symbol,
    /// Its series, `EQ` for ordinary shares; none when no source tells anything of it today, or the one that would is down.
    pub series: Option<String>,
}

/// Bars with their indicators, and who says so.
#[derive(Debug, Clone, PartialEq)]
pub struct IndicatedCandles {
    /// The bars, oldest first.
    pub candles: Vec<IndicatedCandle>,
    /// Name of the source, such as `csv`.
    pub source: &'static str,
    /// Time of the newest trade that is in them; none without bars.
    pub as_of: Option<Timestamp>,
    /// Whether they are computed back from adjusted ones by corporate actions that came later.
    pub derived: bool,
}

/// A bar with the indicators at its close.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IndicatedCandle {
    /// The bar itself.
    pub candle: Candle,
    /// Whether its session or week still runs.
    pub running: bool,
    /// The part of its trades that was delivered, in hundredths of a percent; none of a week, of what still runs, and where no
    /// source tells it.
    pub delivered: Option<u16>,
    /// Exponential average of the closes over nine bars, in paise; none of the first eight bars that there are.
    pub ema9: Option<f64>,
    /// Wilder's index of the closes over ten bars, from 0 to 100; none of the first ten bars that there are.
    pub rsi10: Option<f64>,
}

impl Queries {
    /// The shares whose symbol contains `part`, by symbol, those after `after`, `limit` at most. The series is asked for those
    /// alone that are answered.
    ///
    /// # Errors
    /// When the source cannot be asked.
    pub async fn market_symbols(
        &self,
        part: &str,
        after: Option<&Symbol>,
        limit: usize,
    ) -> Result<Vec<MarketSymbol>, AppError> {
        let (part, market) = (part.to_ascii_uppercase(), &self.trading.market);
        let universe = market.universe().await?;
        let wanted = |symbol: &&Symbol| {
            after.is_none_or(|after| *symbol > after) && symbol.as_str().contains(part.as_str())
        };
        let found: Vec<Symbol> = universe.iter().filter(wanted).take(limit).cloned().collect();
        let instruments = match market.instruments(&found, self.clock.now()).await {
            // Which shares there are is known all the same.
            Err(MarketError::Unavailable(_)) => Vec::new(),
            instruments => instruments?,
        };
        let series = instruments.into_iter().map(|of| of.map(|of| of.series)).chain(std::iter::repeat(None));
        Ok(found.into_iter().zip(series).map(|(symbol, series)| MarketSymbol { symbol, series }).collect())
    }

    /// The newest `count` bars of a share with their indicators, oldest first; the one that still runs is the last. None of a
    /// share that the source does not know.
    ///
    /// # Errors
    /// When the source cannot be asked.
    pub async fn market_candles(
        &self,
        symbol: &Symbol,
        interval: Interval,
        count: u32,
    ) -> Result<Option<IndicatedCandles>, AppError> {
        let market = &self.trading.market;
        if market.universe().await?.binary_search(symbol).is_err() {
            return Ok(None);
        }
        let asked = count.saturating_add(WARM_UP);
        let now = self.clock.now();
        let forming = self.trading.special_pre_open(symbol, now).is_none();
        let candles = market.candles(symbol, interval, asked, forming, now).await?;
        let finished = candles.finished().len();
        let (source, as_of, derived) = (candles.source(), candles.as_of(), candles.is_derived());
        let mut candles = indicated(&candles.to_vec(), finished, count as usize);
        if interval == Interval::Daily {
            for bar in candles.iter_mut().filter(|bar| !bar.running) {
                bar.delivered = market.delivered(symbol, bar.candle.day);
            }
        }
        Ok(Some(IndicatedCandles { candles, source, as_of, derived }))
    }

    /// The quotes of these shares, in the order asked; none where the share is unknown or has no price yet, as one that is demerged
    /// before its special pre-open is over.
    ///
    /// # Errors
    /// When the source cannot be asked.
    pub async fn market_quotes(&self, symbols: &[Symbol]) -> Result<Vec<Option<Quote>>, AppError> {
        let now = self.clock.now();
        let quotes = self.trading.market.quotes(symbols, now).await?;
        let told = |quote: Option<Quote>| quote.filter(|quote| self.trading.has_price(quote, now));
        Ok(quotes.into_iter().map(told).collect())
    }
}

/// The last `count` of these bars with their indicators; those from the one numbered `finished` on still run.
fn indicated(candles: &[Candle], finished: usize, count: usize) -> Vec<IndicatedCandle> {
    let closes: Vec<f64> = candles.iter().map(|candle| candle.close.0 as f64).collect();
    let (ema9, rsi10) = (ema(&closes, EMA_BARS), rsi(&closes, RSI_BARS));
    let skipped = candles.len().saturating_sub(count);
    let bars = candles.iter().zip(ema9).zip(rsi10).enumerate().skip(skipped);
    let indicated = bars.map(|(number, ((candle, ema9), rsi10))| IndicatedCandle {
        candle: *candle,
        running: number >= finished,
        delivered: None,
        ema9,
        rsi10,
    });
    indicated.collect()
}

#[cfg(test)]
mod tests {
    use prahari_domain::money::Paise;
    use prahari_domain::time::Day;

    use super::*;

    fn candles(count: i64) -> Vec<Candle> {
        let first: Day = "2025-01-01".parse().unwrap();
        let of = |number: i64| {
            let close = Paise(10_000 + 100 * number);
            let day = first + chrono::Days::new(number.unsigned_abs());
            Candle { day, open: close, high: close, low: close, close, volume: 1 }
        };
        (0..count).map(of).collect()
    }

    #[test]
    fn an_indicator_begins_when_there_are_enough_bars_and_the_running_bar_is_marked() {
        let found = indicated(&candles(12), 11, 12);
        assert_eq!(found.iter().position(|bar| bar.ema9.is_some()), Some(8));
        assert_eq!(found.iter().position(|bar| bar.rsi10.is_some()), Some(10));
        // The mean of the first nine closes; and a share that only rises.
        assert_eq!((found[8].ema9, found[10].rsi10), (Some(10_400.0), Some(100.0)));
        assert_eq!(found.iter().position(|bar| bar.running), Some(11));
    }

    #[test]
    fn the_bars_before_the_first_one_of_the_answer_count() {
        let (whole, part) = (indicated(&candles(40), 40, 40), indicated(&candles(40), 40, 5));
        assert_eq!(part, whole[35..]);
        assert!(part.iter().all(|bar| bar.ema9.is_some() && bar.rsi10.is_some() && !bar.running));
        assert!(indicated(&[], 0, 5).is_empty());
    }
}
