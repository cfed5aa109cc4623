//! A source of market data whose calls end in time.

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use prahari_brokers::{
    BarsReport, Candles, Interval, MarketData, MarketError, MinuteBar, OnProgress, PricePushes, Quote,
    SourceActions, SourceNews, SourceState, WarmFor, Warmed,
};
use prahari_domain::actions::ActionFactors;
use prahari_domain::instruments::{Instrument, Symbol};
use prahari_domain::time::{Day, Timestamp};

use super::Deadlines;

/// Market data with a deadline.
pub struct TimedMarket {
    inner: Arc<dyn MarketData>,
    deadlines: Deadlines,
}

impl TimedMarket {
    /// `inner` with these deadlines.
    pub fn new(inner: Arc<dyn MarketData>, deadlines: Deadlines) -> Self {
        Self { inner, deadlines }
    }

    async fn in_time<T>(
        &self,
        what: &str,
        call: impl Future<Output = Result<T, MarketError>>,
    ) -> Result<T, MarketError> {
        let within = self.deadlines.market;
        tokio::time::timeout(within, call).await.unwrap_or_else(|_| {
            let within_s = within.as_secs_f32();
            tracing::warn!(what, within_s, "the market source does not answer");
            Err(MarketError::Unavailable(format!("no answer for {what} within {within_s} s")))
        })
    }
}

#[async_trait]
impl MarketData for TimedMarket {
    fn source(&self) -> &'static str {
        self.inner.source()
    }

    fn folders(&self) -> Vec<PathBuf> {
        self.inner.folders()
    }

    async fn universe(&self) -> Result<Arc<[Symbol]>, MarketError> {
        self.in_time("the universe", self.inner.universe()).await
    }

    async fn quotes(&self, symbols: &[Symbol], now: Timestamp) -> Result<Vec<Option<Quote>>, MarketError> {
        self.in_time("quotes", self.inner.quotes(symbols, now)).await
    }

    async fn candles(
        &self,
        symbol: &Symbol,
        interval: Interval,
        count: u32,
        forming: bool,
        now: Timestamp,
    ) -> Result<Candles, MarketError> {
        self.in_time("candles", self.inner.candles(symbol, interval, count, forming, now)).await
    }

    async fn instruments(
        &self,
        symbols: &[Symbol],
        now: Timestamp,
    ) -> Result<Vec<Option<Instrument>>, MarketError> {
        self.in_time("instruments", self.inner.instruments(symbols, now)).await
    }

    async fn minute(&self, symbol: &Symbol, instant: Timestamp) -> Result<Option<MinuteBar>, MarketError> {
        self.in_time("a minute's bar", self.inner.minute(symbol, instant)).await
    }

    /// Without a deadline: nobody waits for it, and a large folder takes its time.
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

    /// Without a deadline, as a renewal: thousands of shares take their time.
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
        self.inner.take_actions(factors);
    }

    fn is_raw(&self, source: &str) -> bool {
        self.inner.is_raw(source)
    }
}
