//! The questions of [`MarketData`], answered from bars.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::Datelike;
use prahari_domain::calendar::BAR_SETTLING_MINUTES;
use prahari_domain::instruments::{Candle, Instrument, Symbol};
use prahari_domain::money::Paise;
use prahari_domain::time::{Day, Timestamp};

use super::BarMarket;
use super::market_day::{Entry, MarketDay, end_of};
use super::series::{Series, extend, monday};
use crate::market::{Candles, Interval, MarketData, MarketError, MinuteBar, Quote};
use crate::path::SoFar;
use crate::price_push::PricePushes;
use crate::rules;
use crate::sessions::Session;

#[async_trait]
impl MarketData for BarMarket {
    fn source(&self) -> &'static str {
        self.source
    }

    async fn universe(&self) -> Result<Arc<[Symbol]>, MarketError> {
        Ok(Arc::clone(&self.universe))
    }

    async fn quotes(&self, symbols: &[Symbol], now: Timestamp) -> Result<Vec<Option<Quote>>, MarketError> {
        let day_data = self.day_data(now.ist_day());
        Ok(symbols.iter().map(|symbol| self.quote(symbol, now, &day_data)).collect())
    }

    async fn candles(
        &self,
        symbol: &Symbol,
        interval: Interval,
        count: u32,
        forming: bool,
        now: Timestamp,
    ) -> Result<Candles, MarketError> {
        let Some((at, series)) = self.find(symbol) else { return Ok(Candles::none(self.source)) };
        let day_data = self.day_data(now.ist_day());
        let closed = closed_bars(series, &day_data, now);
        let running = if forming && closed == series.before(day_data.day) {
            self.forming_bar(&day_data, at, series, now)
        } else {
            None
        };
        let as_of = match running {
            Some(_) => {
                Some(day_data.session.as_ref().map_or(now, |session| self.moment(now).min(session.closes())))
            }
            None => closed
                .checked_sub(1)
                .and_then(|last| series.daily().get(last))
                .map(|bar| end_of(bar.day, self.sessions.as_ref())),
        };
        let candles = self.told(series, interval, (closed, running), day_data.day, count);
        Ok(candles.known_at(as_of))
    }

    async fn instruments(
        &self,
        symbols: &[Symbol],
        now: Timestamp,
    ) -> Result<Vec<Option<Instrument>>, MarketError> {
        let day_data = self.day_data(now.ist_day());
        Ok(symbols.iter().map(|symbol| self.instrument(symbol, now, &day_data)).collect())
    }

    async fn minute(&self, symbol: &Symbol, instant: Timestamp) -> Result<Option<MinuteBar>, MarketError> {
        let Some((at, series)) = self.find(symbol) else { return Ok(None) };
        let day_data = self.day_data(instant.ist_day());
        Ok(minute_bar(&day_data, at, series, instant))
    }

    fn price_pushes(&self) -> Option<&dyn PricePushes> {
        self.moves.then_some(self)
    }
}

impl BarMarket {
    /// The newest candles of a share, the last of which is its day that still runs; `as_of` is the time of its last trade.
    pub(crate) fn candles_with(
        &self,
        symbol: &Symbol,
        interval: Interval,
        count: u32,
        running: Candle,
        as_of: Timestamp,
    ) -> Candles {
        let Some((_, series)) = self.find(symbol) else { return Candles::none(self.source) };
        let closed = series.before(running.day);
        self.told(series, interval, (closed, Some(running)), running.day, count).known_at(Some(as_of))
    }

    /// The close that a day's band is set around; none of a share without a price before the end of the day.
    pub(crate) fn previous_close(&self, symbol: &Symbol, day: Day) -> Option<Paise> {
        let (at, series) = self.find(symbol)?;
        self.day_data(day).entry(at, series).map(|entry| entry.previous_close)
    }

    /// The newest candles on a day, of so many closed ones and one that runs.
    fn told(
        &self,
        series: &Series,
        interval: Interval,
        (closed, running): (usize, Option<Candle>),
        day: Day,
        count: u32,
    ) -> Candles {
        match interval {
            Interval::Daily => {
                Candles::newest(self.source, Arc::clone(series.daily()), closed, running, count)
            }
            Interval::Weekly => {
                let week = with_running(series.week_so_far(day, closed), running);
                let weeks = series.weeks_before(day);
                Candles::newest(self.source, Arc::clone(series.weekly()), weeks, week, count)
            }
        }
    }

    pub(super) fn quote(&self, symbol: &Symbol, now: Timestamp, day_data: &MarketDay) -> Option<Quote> {
        let (at, series) = self.find(symbol)?;
        let entry = day_data.entry_at(at, series, now)?;
        let quote = Quote {
            symbol: symbol.clone(),
            last: entry.previous_close,
            indicative: None,
            open: None,
            high: None,
            low: None,
            previous_close: entry.previous_close,
            volume: 0,
            at: now,
            source: self.source,
            derived: false,
        };
        let Some((session, today)) = self.begun(day_data, entry, now) else {
            let at = end_of(entry.previous_day, self.sessions.as_ref()).min(now);
            return Some(Quote { indicative: indicative(day_data, entry, now), at, ..quote });
        };
        let SoFar { last, open, high, low, volume } = today;
        let at = self.moment(now).min(session.closes());
        Some(Quote { last, open: Some(open), high: Some(high), low: Some(low), volume, at, ..quote })
    }

    fn instrument(&self, symbol: &Symbol, now: Timestamp, day_data: &MarketDay) -> Option<Instrument> {
        let (at, series) = self.find(symbol)?;
        let entry = day_data.entry_at(at, series, now)?;
        let month_start = day_data.day.with_day(1).unwrap_or(day_data.day);
        let month_close = series.previous(month_start).map_or(entry.previous_close, |bar| bar.close);
        let tick = self.ticks.tick(day_data.day, month_close);
        Some(rules::instrument(symbol, tick, entry.previous_close))
    }

    /// The day's trading, once it has begun.
    fn begun<'a>(
        &self,
        day_data: &'a MarketDay,
        entry: &Entry,
        now: Timestamp,
    ) -> Option<(&'a Session, SoFar)> {
        let session = day_data.session.as_ref().filter(|session| now >= session.opens())?;
        let step = if session.index_of(now).is_some() { self.step_of(now) } else { 0 };
        Some((session, entry.path.as_ref()?.so_far_within(session.elapsed(now), step)?))
    }

    fn forming_bar(
        &self,
        day_data: &MarketDay,
        at: usize,
        series: &Series,
        now: Timestamp,
    ) -> Option<Candle> {
        let (_, SoFar { last, open, high, low, volume }) =
            self.begun(day_data, day_data.entry(at, series)?, now)?;
        Some(Candle { day: day_data.day, open, high, low, close: last, volume })
    }
}

/// Moves evenly from the previous close to the day's open between the start of the pre-open session and its matching,
/// and stays there until trading starts.
fn indicative(day_data: &MarketDay, entry: &Entry, now: Timestamp) -> Option<Paise> {
    let session =
        day_data.session.as_ref().filter(|session| (session.pre_open..session.opens()).contains(&now))?;
    let open = entry.path.as_ref()?.minute(0)?.open;
    let whole = session.auction.millis_since(session.pre_open);
    let passed = now.millis_since(session.pre_open).min(whole);
    (open - entry.previous_close)
        .scale(passed, whole)
        .map_or(Some(open), |part| Some(entry.previous_close + part))
}

/// Returns how many daily bars are closed at `now`.
fn closed_bars(series: &Series, day_data: &MarketDay, now: Timestamp) -> usize {
    let before = series.before(day_data.day);
    let is_final = day_data
        .session
        .as_ref()
        .is_some_and(|session| now >= session.closes().plus_minutes(BAR_SETTLING_MINUTES));
    before + usize::from(is_final && series.on(day_data.day).is_some())
}

fn with_running(week: Option<Candle>, running: Option<Candle>) -> Option<Candle> {
    let Some(running) = running else { return week };
    Some(match week {
        Some(mut week) => {
            extend(&mut week, &running);
            week
        }
        None => Candle { day: monday(running.day), ..running },
    })
}

fn minute_bar(day_data: &MarketDay, at: usize, series: &Series, instant: Timestamp) -> Option<MinuteBar> {
    let index = day_data.session.as_ref()?.index_of(instant)?;
    let minute = day_data.entry(at, series)?.path.as_ref()?.minute(index)?;
    let at = minute_of(instant);
    Some(MinuteBar {
        at,
        open: minute.open,
        high: minute.high,
        low: minute.low,
        close: minute.close,
        volume: minute.volume,
    })
}

/// The whole minute that an instant falls in.
pub(super) fn minute_of(instant: Timestamp) -> Timestamp {
    instant.plus_millis(-instant.0.rem_euclid(60_000))
}
