//! Bars of a source whose prices are as traded, adjusted by the corporate actions that came after them.
//!
//! - Candles are in the prices of the day asked about: those of before an ex-date are multiplied by its factor from the
//!   ex-date on. A question about an earlier instant knows nothing of later actions.
//! - A share whose symbol has changed has the bars of its earlier symbols before those of its own, so that an average does not begin
//!   anew with the name. The earlier symbol keeps its own bars for whoever asks for them.
//! - The new symbol has no quote before it trades, whoever had it before. On its first day the previous close and the bands are of the
//!   earlier symbol.
//! - Quotes, minutes and the previous close are raw. Only the last price of a share that has not traded since an ex-date
//!   is in the prices of today, because today's holdings are valued by it.
//! - Bands and freeze quantity of an ex-date follow the adjusted close, as the exchange sets them.

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::RwLock;
use prahari_domain::actions::{ActionFactors, PriceFactor};
use prahari_domain::instruments::{Candle, Instrument, Symbol};
use prahari_domain::time::{Day, Timestamp};

use crate::announced::SourceActions;
use crate::bars::{extend, monday};
use crate::fetching::{OnProgress, SourceNews, WarmFor, Warmed};
use crate::folder::BarsReport;
use crate::market::{Candles, Interval, MarketData, MarketError, MinuteBar, Quote};
use crate::price_push::PricePushes;
use crate::source_state::SourceState;

/// Most days of a week with a session.
const DAYS_OF_WEEK: u32 = 7;

/// Most names of a share that are followed back, so that names that lead in a circle end.
const MOST_NAMES: usize = 8;

/// A source of prices as traded, with adjusted bars.
pub struct AdjustedMarket {
    inner: Arc<dyn MarketData>,
    factors: RwLock<Arc<ActionFactors>>,
}

impl AdjustedMarket {
    /// Adjusts the bars of `inner`, whose prices are raw. Without actions it answers what `inner` does.
    pub fn new(inner: Arc<dyn MarketData>) -> Self {
        Self { inner, factors: RwLock::default() }
    }

    fn factors(&self) -> Arc<ActionFactors> {
        self.factors.read().clone()
    }

    async fn weekly(
        &self,
        symbol: &Symbol,
        count: u32,
        forming: bool,
        now: Timestamp,
    ) -> Result<Vec<Candle>, MarketError> {
        let days = count.saturating_add(1).saturating_mul(DAYS_OF_WEEK);
        let mut weeks: Vec<Candle> = Vec::new();
        for bar in self.daily(symbol, days, forming, now).await? {
            let week = monday(bar.day);
            match weeks.last_mut().filter(|last| last.day == week) {
                Some(last) => extend(last, &bar),
                None => weeks.push(Candle { day: week, ..bar }),
            }
        }
        Ok(weeks)
    }

    /// The newest days of a share in the prices of today, oldest first: those of its symbol, and before its change of name those
    /// of the symbol that it had then. Bars of its symbol from before that are of somebody else.
    async fn daily(
        &self,
        symbol: &Symbol,
        count: u32,
        forming: bool,
        now: Timestamp,
    ) -> Result<Vec<Candle>, MarketError> {
        let (factors, today) = (self.factors(), now.ist_day());
        let most = usize::try_from(count).unwrap_or(usize::MAX);
        // The names of the share, the newest first, each with the last day of which its actions count.
        let mut names = vec![(symbol.clone(), today)];
        let mut days: Vec<Candle> = Vec::new();
        while let Some((name, until)) = names.last().cloned() {
            let is_newest = names.len() == 1;
            let earlier = factors.earlier_symbol(&name, until);
            // Each name begins before the one after it.
            let earlier = earlier.filter(|(ex_day, _)| is_newest || *ex_day < until);
            let since = earlier.map(|(ex_day, _)| ex_day);
            let bars = self.inner.candles(&name, Interval::Daily, count, forming && is_newest, now).await?;
            // What came after a name was given up is of whoever has it now.
            let own = bars.iter().filter(|bar| is_newest || bar.day < until);
            let own = own.filter(|bar| since.is_none_or(|since| since <= bar.day));
            let mut own: Vec<Candle> = own
                .map(|bar| {
                    names.iter().rev().fold(*bar, |bar, (name, until)| factors.adjust(name, bar, *until))
                })
                .collect();
            own.append(&mut days);
            days = own.split_off(own.len().saturating_sub(most));
            match earlier.filter(|_| days.len() < most && names.len() < MOST_NAMES) {
                Some((ex_day, earlier)) => names.push((earlier.clone(), ex_day)),
                None => break,
            }
        }
        Ok(days)
    }

    /// The last bar of a share before today as it was traded, and the symbol that it had then, where that was an earlier one.
    async fn last_as_earlier(
        &self,
        symbol: &Symbol,
        now: Timestamp,
    ) -> Result<Option<(Symbol, Candle)>, MarketError> {
        let (factors, today) = (self.factors(), now.ist_day());
        let Some((ex_day, earlier)) = factors.earlier_symbol(symbol, today) else { return Ok(None) };
        let own = self.newest_before(symbol, today, now).await?;
        if own.is_some_and(|bar| ex_day <= bar.day) {
            return Ok(None);
        }
        // What came after the name was given up is of whoever has it now.
        let last = self.newest_before(earlier, ex_day, now).await?;
        Ok(last.map(|bar| (earlier.clone(), bar)))
    }

    /// The newest bar that a symbol has before a day, as it was traded.
    async fn newest_before(
        &self,
        symbol: &Symbol,
        day: Day,
        now: Timestamp,
    ) -> Result<Option<Candle>, MarketError> {
        // One for each day since, the running one, and the one that is looked for.
        let since = u32::try_from(now.ist_day().signed_duration_since(day).num_days()).unwrap_or(0);
        let count = since.saturating_add(2);
        let candles = self.inner.candles(symbol, Interval::Daily, count, false, now).await?;
        Ok(candles.iter().rev().find(|bar| bar.day < day).copied())
    }

    /// What the close before today is multiplied by to be comparable with today's prices.
    async fn factor_of_today(&self, symbol: &Symbol, now: Timestamp) -> Result<PriceFactor, MarketError> {
        let (factors, today) = (self.factors(), now.ist_day());
        let yesterday = today.pred_opt().unwrap_or(today);
        // The exchange may have been closed on the ex-date, so the newest bar before today says since when.
        if !factors.has(symbol) {
            return Ok(PriceFactor::ONE);
        }
        let newest = self.inner.candles(symbol, Interval::Daily, 1, false, now).await?;
        let since = newest.last().map_or(yesterday, |bar| bar.day.min(yesterday));
        Ok(factors.factor(symbol, since, today))
    }
}

#[async_trait]
impl MarketData for AdjustedMarket {
    fn source(&self) -> &'static str {
        self.inner.source()
    }

    fn folders(&self) -> Vec<PathBuf> {
        self.inner.folders()
    }

    async fn universe(&self) -> Result<Arc<[Symbol]>, MarketError> {
        self.inner.universe().await
    }

    async fn quotes(&self, symbols: &[Symbol], now: Timestamp) -> Result<Vec<Option<Quote>>, MarketError> {
        let mut quotes = self.inner.quotes(symbols, now).await?;
        let (factors, today) = (self.factors(), now.ist_day());
        for place in &mut quotes {
            let Some(quote) = place else { continue };
            let traded: Day = quote.at.ist_day();
            if factors.earlier_symbol(&quote.symbol, today).is_some_and(|(ex_day, _)| traded < ex_day) {
                // It is of whoever had the symbol before.
                *place = None;
                continue;
            }
            if let Some((_, last)) = self.last_as_earlier(&quote.symbol, now).await? {
                quote.previous_close = last.close;
            }
            if quote.open.is_none() && factors.has_between(&quote.symbol, traded, today) {
                let factor = factors.factor(&quote.symbol, traded, today);
                quote.last = factor.apply(quote.last).unwrap_or(quote.last);
            }
        }
        Ok(quotes)
    }

    async fn candles(
        &self,
        symbol: &Symbol,
        interval: Interval,
        count: u32,
        forming: bool,
        now: Timestamp,
    ) -> Result<Candles, MarketError> {
        let raw = self.inner.candles(symbol, interval, count, forming, now).await?;
        let (factors, today) = (self.factors(), now.ist_day());
        let first = raw.iter().next().map(|bar| bar.day);
        let was_renamed = factors.earlier_symbol(symbol, today).is_some();
        // Nothing is copied of the many shares without an action in the bars asked for.
        if !was_renamed && !first.is_some_and(|day| factors.has_between(symbol, day, today)) {
            return Ok(raw);
        }
        let mut bars = match interval {
            Interval::Daily => self.daily(symbol, count, forming, now).await?,
            Interval::Weekly => self.weekly(symbol, count, forming, now).await?,
        };
        // A week that the share began under another name goes on.
        let is_week = interval == Interval::Weekly;
        let goes_on = is_week && bars.last().is_some_and(|week| week.day == monday(today));
        let is_running = raw.running().is_some() || (raw.is_empty() && goes_on);
        let tail = if is_running { bars.pop() } else { None };
        let finished = bars.len();
        Ok(Candles::newest(raw.source(), bars.into(), finished, tail, count).known_at(raw.as_of()))
    }

    async fn instruments(
        &self,
        symbols: &[Symbol],
        now: Timestamp,
    ) -> Result<Vec<Option<Instrument>>, MarketError> {
        let mut instruments = self.inner.instruments(symbols, now).await?;
        for (place, symbol) in instruments.iter_mut().zip(symbols) {
            let earlier = self.last_as_earlier(symbol, now).await?.map(|(earlier, _)| earlier);
            let mut factor = PriceFactor::ONE;
            if let Some(earlier) = &earlier {
                // Its bands are set around the last close that it has, which is one of the earlier symbol.
                let told = self.inner.instruments(std::slice::from_ref(earlier), now).await?;
                let told = told.into_iter().next().flatten();
                *place = told.map(|told| Instrument { symbol: symbol.clone(), ..told }).or(place.take());
                factor = self.factor_of_today(earlier, now).await?;
            }
            let Some(instrument) = place else { continue };
            factor = factor.times_nearly(self.factor_of_today(symbol, now).await?);
            if factor.is_one() {
                continue;
            }
            let tick = instrument.tick;
            let of = |price| factor.apply(price).unwrap_or(price);
            instrument.band_low = of(instrument.band_low).round_up_to(tick).max(tick);
            instrument.band_high = of(instrument.band_high).round_down_to(tick);
            let freeze = factor.apply_to_volume(instrument.freeze_quantity.into());
            instrument.freeze_quantity = u32::try_from(freeze).unwrap_or(u32::MAX).max(1);
        }
        Ok(instruments)
    }

    async fn minute(&self, symbol: &Symbol, instant: Timestamp) -> Result<Option<MinuteBar>, MarketError> {
        self.inner.minute(symbol, instant).await
    }

    async fn refresh(&self) -> Result<Option<BarsReport>, MarketError> {
        self.inner.refresh().await
    }

    fn report(&self) -> Option<BarsReport> {
        self.inner.report()
    }

    fn delivered(&self, symbol: &Symbol, day: Day) -> Option<u16> {
        self.inner.delivered(symbol, day)
    }

    fn actions(&self) -> Arc<SourceActions> {
        self.inner.actions()
    }

    fn fetches(&self) -> bool {
        self.inner.fetches()
    }

    async fn warm(
        &self,
        symbols: &[Symbol],
        reason: WarmFor,
        now: Timestamp,
        progress: OnProgress<'_>,
    ) -> Warmed {
        self.inner.warm(symbols, reason, now, progress).await
    }

    fn sources(&self) -> Vec<SourceState> {
        self.inner.sources()
    }

    fn price_pushes(&self) -> Option<&dyn PricePushes> {
        self.inner.price_pushes()
    }

    fn news(&self) -> Vec<SourceNews> {
        self.inner.news()
    }

    fn take_actions(&self, factors: &Arc<ActionFactors>) {
        *self.factors.write() = Arc::clone(factors);
        self.inner.take_actions(factors);
    }

    fn is_raw(&self, source: &str) -> bool {
        source == self.source()
    }
}

#[cfg(test)]
mod tests;
