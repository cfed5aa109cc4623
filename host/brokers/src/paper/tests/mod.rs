//! The paper broker's rules, one test each, against a market whose minutes are written down by the test.

mod faults;
mod intake;
mod matching;
mod money;
mod restart;

use std::collections::HashMap;
use std::sync::Mutex as PlainMutex;

use async_trait::async_trait;
use chrono::NaiveTime;
use prahari_domain::ids::{OrderId, RunId};
use prahari_domain::instruments::{Instrument, Symbol};
use prahari_domain::orders::{
    Fill, Order, OrderKind, OrderRequest, OrderState, OrderTag, Product, Purpose, Side, TagCode, Variety,
};
use prahari_domain::strategies::StrategyName;
use prahari_domain::time::Timestamp;

use super::*;
use crate::broker::{BrokerEvent, BrokerEventKind, BrokerOrder, Funds, Holding, Placed};
use crate::market::{Candles, Interval, MarketError, MinuteBar, Quote};
use crate::rules;
use crate::sessions::Sessions;

pub const USER: UserId = UserId(7);
/// A Thursday.
pub const TODAY: &str = "2025-01-02";
/// The Friday after it.
pub const TOMORROW: &str = "2025-01-03";

pub fn at(day: &str, time: &str) -> Timestamp {
    let format = if time.len() > 5 { "%H:%M:%S" } else { "%H:%M" };
    Timestamp::from_ist(day.parse().unwrap(), NaiveTime::parse_from_str(time, format).unwrap())
}

/// Every minute trades 10,000 shares at 100.00, unless a test says otherwise. The tick is five paise.
#[derive(Default)]
pub struct Script {
    minutes: PlainMutex<HashMap<Timestamp, MinuteBar>>,
    untraded: PlainMutex<bool>,
    previous_close: PlainMutex<Option<Paise>>,
    down: PlainMutex<bool>,
}

impl Script {
    /// Prices in paise: open, high, low, close.
    pub fn set(&self, day: &str, time: &str, [open, high, low, close]: [i64; 4], volume: u64) {
        let at = at(day, time);
        let [open, high, low, close] = [open, high, low, close].map(Paise);
        self.minutes.lock().unwrap().insert(at, MinuteBar { at, open, high, low, close, volume });
    }

    pub fn stop_trading(&self) {
        *self.untraded.lock().unwrap() = true;
    }

    /// Of every share; the band follows. 100.00 unless a test says otherwise.
    pub fn set_previous_close(&self, price: i64) {
        *self.previous_close.lock().unwrap() = Some(Paise(price));
    }

    fn previous_close(&self) -> Paise {
        self.previous_close.lock().unwrap().unwrap_or(Paise(10_000))
    }

    pub fn set_down(&self, down: bool) {
        *self.down.lock().unwrap() = down;
    }

    fn check(&self) -> Result<(), MarketError> {
        if *self.down.lock().unwrap() { Err(MarketError::Unavailable("down".into())) } else { Ok(()) }
    }
}

#[async_trait]
impl MarketData for Script {
    fn source(&self) -> &'static str {
        "script"
    }

    async fn universe(&self) -> Result<Arc<[Symbol]>, MarketError> {
        Ok(Arc::from(["ABC".parse().unwrap(), "XYZ".parse().unwrap()]))
    }

    async fn quotes(&self, symbols: &[Symbol], now: Timestamp) -> Result<Vec<Option<Quote>>, MarketError> {
        let quote = |symbol: &Symbol| Quote {
            symbol: symbol.clone(),
            last: self.previous_close(),
            indicative: None,
            open: None,
            high: None,
            low: None,
            previous_close: self.previous_close(),
            volume: 0,
            at: now,
            source: self.source(),
            derived: false,
        };
        Ok(symbols.iter().map(|symbol| Some(quote(symbol))).collect())
    }

    async fn candles(
        &self,
        _: &Symbol,
        _: Interval,
        _: u32,
        _: bool,
        _: Timestamp,
    ) -> Result<Candles, MarketError> {
        Ok(Candles::none(self.source()))
    }

    async fn instruments(
        &self,
        symbols: &[Symbol],
        _: Timestamp,
    ) -> Result<Vec<Option<Instrument>>, MarketError> {
        let known = |symbol: &&Symbol| matches!(symbol.as_str(), "ABC" | "XYZ");
        let instrument = |symbol: &Symbol| rules::instrument(symbol, Paise(5), self.previous_close());
        Ok(symbols.iter().map(|symbol| Some(symbol).filter(known).map(instrument)).collect())
    }

    async fn minute(&self, _: &Symbol, instant: Timestamp) -> Result<Option<MinuteBar>, MarketError> {
        self.check()?;
        if *self.untraded.lock().unwrap() {
            return Ok(None);
        }
        let calendar = CalendarHandle::embedded().unwrap();
        let trading = calendar.session(instant.ist_day()).and_then(|session| session.index_of(instant));
        let price = Paise(10_000);
        let usual =
            MinuteBar { at: instant, open: price, high: price, low: price, close: price, volume: 10_000 };
        let written = self.minutes.lock().unwrap().get(&instant).copied();
        Ok(trading.map(|_| written.unwrap_or(usual)))
    }
}

/// A broker with one account of 100,000 rupees.
pub struct Bench {
    pub broker: PaperBroker,
    pub market: Arc<Script>,
    pub store: Arc<MemoryPaperStore>,
}

impl Bench {
    pub async fn new() -> Self {
        Self::with(PaperSettings::default(), Arc::default(), Arc::default()).await
    }

    pub async fn with(settings: PaperSettings, market: Arc<Script>, store: Arc<MemoryPaperStore>) -> Self {
        let calendar = CalendarHandle::embedded().unwrap();
        let broker = PaperBroker::new(settings, market.clone(), calendar, store.clone()).unwrap();
        broker.open_account(USER, Paise::rupees(100_000)).await.unwrap();
        Self { broker, market, store }
    }

    /// The same market and store with a new broker, as after a restart.
    pub async fn restarted(&self, settings: PaperSettings) -> Self {
        Self::with(settings, self.market.clone(), self.store.clone()).await
    }

    /// The shares of the account, by symbol.
    pub async fn shares(&self) -> Vec<(Symbol, u32)> {
        let held = self.broker.holdings(USER).await.unwrap();
        held.into_iter().map(Holding::into_shares).collect()
    }

    pub async fn place(&self, order: &Order, now: Timestamp) -> Result<Placed, BrokerError> {
        self.broker.place(USER, order, now).await
    }

    pub async fn advance(&self, now: Timestamp) -> Vec<BrokerEvent> {
        self.broker.advance(USER, now).await.unwrap()
    }

    /// Fills up to an instant: quantity, price and time.
    pub async fn fills(&self, now: Timestamp) -> Vec<(u32, Paise, String)> {
        let events = self.advance(now).await;
        fills_of(&events).iter().map(|fill| (fill.quantity, fill.price, clock(fill.at))).collect()
    }

    /// Shares bought at the open of `TODAY`, so that a test can sell.
    pub async fn with_shares(quantity: u32) -> Self {
        let bench = Self::new().await;
        bench.place(&limit(900, Side::Buy, quantity, 10_000), at(TODAY, "09:01")).await.unwrap();
        assert_eq!(bench.fills(at(TODAY, "09:08")).await.len(), 1);
        bench
    }
}

pub fn fills_of(events: &[BrokerEvent]) -> Vec<Fill> {
    let fill = |event: &BrokerEvent| match &event.kind {
        BrokerEventKind::Filled(fill) => Some(fill.clone()),
        _ => None,
    };
    events.iter().filter_map(fill).collect()
}

pub fn clock(at: Timestamp) -> String {
    at.ist_time().format("%H:%M").to_string()
}

pub fn order(number: u32, side: Side, quantity: u32, kind: OrderKind, variety: Variety) -> Order {
    let id = OrderId { user: USER, day: TODAY.parse().unwrap(), number };
    let now = Timestamp(0);
    Order {
        id,
        tag: None,
        request: OrderRequest {
            symbol: "ABC".parse().unwrap(),
            side,
            quantity,
            kind,
            variety,
            product: Product::Delivery,
            purpose: Purpose::Entry,
            signal: None,
            rsi: None,
            retry_of: None,
        },
        run: RunId(1),
        strategy: StrategyName::REBOUND,
        state: OrderState::Sent,
        broker_id: None,
        filled: 0,
        fill_value: Paise::ZERO,
        fill_keys: Vec::new(),
        terms: Default::default(),
        reason: String::new(),
        retryable: false,
        first_placed_at: now,
        placed_at: now,
        updated_at: now,
    }
}

pub fn limit(number: u32, side: Side, quantity: u32, price: i64) -> Order {
    order(number, side, quantity, OrderKind::Limit(Paise(price)), Variety::Regular)
}

pub fn market(number: u32, side: Side, quantity: u32) -> Order {
    order(number, side, quantity, OrderKind::Market, Variety::Regular)
}

pub fn after_market(number: u32, side: Side, quantity: u32, kind: OrderKind) -> Order {
    order(number, side, quantity, kind, Variety::AfterMarket)
}
