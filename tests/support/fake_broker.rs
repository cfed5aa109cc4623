//! The world outside the daemon, which a test can disturb: a broker that outlives it, and two markets.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use prahari_app::paper_store::DatabasePaperStore;
use prahari_brokers::{
    AccountChange, BarsReport, Broker, BrokerError, BrokerEvent, BrokerLink, BrokerOrder, Brokerage, Candles,
    Funds, Holding, Interval, MarketData, MarketError, MinuteBar, NewLink, OnProgress, OwnAccount,
    PaperBroker, PaperFaults, PaperSettings, Placed, PricePushes, Quote, Sessions, SimulatedAccount,
    SourceActions, SourceNews, SourceState, WarmFor, Warmed,
};
use prahari_domain::actions::ActionFactors;
use prahari_domain::calendar::CalendarHandle;
use prahari_domain::ids::{OrderId, UserId};
use prahari_domain::instruments::{Instrument, Symbol};
use prahari_domain::money::Paise;
use prahari_domain::orders::{JournalEntry, Order, OrderEvent, OrderKind};
use prahari_domain::time::{Day, Timestamp};
use prahari_store::Store;
use tokio::sync::Notify;

use super::waiting::within_a_minute;

/// What goes wrong when the broker has carried out what was asked of an order.
#[derive(Debug, Clone, Copy)]
pub enum Mishap {
    /// The answer is lost, and the line is cut from then on.
    LineCut,
    /// The answer comes, but the next place in the user's journal is taken by an entry that the desk does not know.
    JournalTaken,
}

/// The mishaps that are to come, each with the next order of its symbol.
pub type Mishaps = Arc<Mutex<BTreeMap<Symbol, Mishap>>>;

/// The paper broker, with a switch for each user's line to it and a count of what was sent.
pub struct FakeBroker {
    market: Arc<dyn MarketData>,
    calendar: Arc<CalendarHandle>,
    store: Store,
    paper: Mutex<Arc<PaperBroker>>,
    unreachable: Arc<Mutex<BTreeSet<UserId>>>,
    /// Users whose calls are never answered.
    silent: Arc<Mutex<BTreeSet<UserId>>>,
    sent: AtomicUsize,
    proves_absence: AtomicBool,
    forged: Mutex<Vec<BrokerEvent>>,
    mishaps: Mishaps,
}

impl FakeBroker {
    /// A broker with an account for every user of the store.
    pub async fn open(
        store: Store,
        market: Arc<dyn MarketData>,
        calendar: Arc<CalendarHandle>,
        unreachable: Arc<Mutex<BTreeSet<UserId>>>,
    ) -> Self {
        let paper = paper(&store, &market, &calendar, PaperFaults::default()).await;
        Self {
            market,
            calendar,
            store,
            paper: Mutex::new(paper),
            unreachable,
            silent: Arc::default(),
            sent: AtomicUsize::new(0),
            proves_absence: AtomicBool::new(true),
            forged: Mutex::default(),
            mishaps: Mishaps::default(),
        }
    }

    /// The same, and these users' calls are never answered.
    pub fn with_silent(self, silent: Arc<Mutex<BTreeSet<UserId>>>) -> Self {
        Self { silent, ..self }
    }

    /// The same, and these mishaps are to come.
    pub fn with_mishaps(self, mishaps: Mishaps) -> Self {
        Self { mishaps, ..self }
    }

    /// The broker restarts and misbehaves like this from now on; its books are what they were.
    pub async fn misbehave(&self, faults: PaperFaults) {
        self.store.flush().await.unwrap();
        let paper = paper(&self.store, &self.market, &self.calendar, faults).await;
        *self.paper.lock().unwrap() = paper;
    }

    /// Whether the user's book, holdings and reports can be had.
    pub fn set_reachable(&self, user: UserId, reachable: bool) {
        let mut unreachable = self.unreachable.lock().unwrap();
        if reachable {
            unreachable.remove(&user)
        } else {
            unreachable.insert(user)
        };
    }

    /// Whether calls for the user are never answered.
    pub fn set_silent(&self, user: UserId, silent: bool) {
        let mut all = self.silent.lock().unwrap();
        if silent {
            all.insert(user)
        } else {
            all.remove(&user)
        };
    }

    /// Whether absence from its book proves that an order never arrived; as paper it does.
    pub fn set_proves_absence(&self, proves: bool) {
        self.proves_absence.store(proves, Ordering::Relaxed);
    }

    /// The broker reports this, after what is true, when it is next asked.
    pub fn forge(&self, event: BrokerEvent) {
        self.forged.lock().unwrap().push(event);
    }

    /// How many orders, changes and cancellations were sent, whether or not they arrived.
    pub fn sent(&self) -> usize {
        self.sent.load(Ordering::Relaxed)
    }

    fn paper(&self) -> Arc<PaperBroker> {
        self.paper.lock().unwrap().clone()
    }

    async fn sending(&self, user: UserId) -> Arc<PaperBroker> {
        self.sent.fetch_add(1, Ordering::Relaxed);
        self.wait_if_silent(user).await;
        self.paper()
    }

    /// What happens after an account was changed by an action: the same mishap as of an order of the share.
    fn after_change(&self, user: UserId, change: &AccountChange) -> Result<(), BrokerError> {
        let mut mishaps = self.mishaps.lock().unwrap();
        let mut of_share = change.shares.iter().filter_map(|(symbol, _)| mishaps.remove(symbol));
        match of_share.next() {
            None => Ok(()),
            Some(_) => {
                self.set_reachable(user, false);
                Err(BrokerError::Unclear("the line is cut".to_owned()))
            }
        }
    }

    /// What happens after something was carried out.
    async fn after(&self, user: UserId, order: &Order, now: Timestamp) -> Result<(), BrokerError> {
        let mishap = self.mishaps.lock().unwrap().remove(&order.request.symbol);
        match mishap {
            None => Ok(()),
            Some(Mishap::LineCut) => {
                self.set_reachable(user, false);
                Err(BrokerError::Unclear("the line is cut".to_owned()))
            }
            Some(Mishap::JournalTaken) => {
                let scope = self.store.user(user);
                let last = scope.load_journal(0).await.unwrap().pop().unwrap();
                let order = OrderId { number: 777, ..order.id };
                let sequence = last.sequence + 1;
                let entry = JournalEntry { sequence, order, at: now, event: OrderEvent::Sent };
                scope.append_journal_durable(vec![entry], Vec::new()).await.unwrap();
                Ok(())
            }
        }
    }

    async fn wait_if_silent(&self, user: UserId) {
        let silent = self.silent.lock().unwrap().contains(&user);
        if silent {
            std::future::pending().await
        }
    }

    async fn asked(&self, user: UserId) -> Result<Arc<PaperBroker>, BrokerError> {
        self.wait_if_silent(user).await;
        if self.unreachable.lock().unwrap().contains(&user) {
            return Err(BrokerError::Unavailable("the line is cut".to_owned()));
        }
        Ok(self.paper())
    }
}

async fn paper(
    store: &Store,
    market: &Arc<dyn MarketData>,
    calendar: &Arc<CalendarHandle>,
    faults: PaperFaults,
) -> Arc<PaperBroker> {
    let settings = PaperSettings { faults, ..PaperSettings::default() };
    let books = Arc::new(DatabasePaperStore::new(store.clone()));
    let paper = PaperBroker::new(settings, market.clone(), calendar.clone(), books).unwrap();
    for user in store.system().users().await.unwrap() {
        // What cannot be opened is for the daemon to find.
        let _damaged = paper.open_account(user.id, user.capital).await;
    }
    Arc::new(paper)
}

/// What a user's link asks, by user.
impl FakeBroker {
    pub async fn place(&self, user: UserId, order: &Order, now: Timestamp) -> Result<Placed, BrokerError> {
        let placed = self.sending(user).await.place(user, order, now).await?;
        self.after(user, order, now).await?;
        Ok(placed)
    }

    async fn cancel(&self, user: UserId, order: &Order, now: Timestamp) -> Result<(), BrokerError> {
        self.sending(user).await.cancel(user, order, now).await?;
        self.after(user, order, now).await
    }

    pub async fn book(&self, user: UserId) -> Result<Vec<BrokerOrder>, BrokerError> {
        self.asked(user).await?.book(user).await
    }

    pub async fn holdings(&self, user: UserId) -> Result<Vec<Holding>, BrokerError> {
        self.asked(user).await?.holdings(user).await
    }

    pub async fn funds(&self, user: UserId) -> Result<Funds, BrokerError> {
        self.asked(user).await?.funds(user).await
    }

    pub async fn advance(&self, user: UserId, now: Timestamp) -> Result<Vec<BrokerEvent>, BrokerError> {
        let mut events = self.asked(user).await?.advance(user, now).await?;
        events.append(&mut self.forged.lock().unwrap());
        Ok(events)
    }
}

/// Links users with it.
pub struct FakeBrokerage(pub Arc<FakeBroker>);

#[async_trait]
impl Brokerage for FakeBrokerage {
    async fn link(&self, NewLink { user, capital, .. }: NewLink) -> Result<BrokerLink, BrokerError> {
        let opened = self.0.paper().open_account(user, capital).await;
        opened.map_err(|error| BrokerError::Unavailable(error.to_string()))?;
        let link = Arc::new(FakeLink { fake_broker: self.0.clone(), user });
        Ok(BrokerLink { broker: link.clone(), simulated: Some(link), session: None })
    }
}

struct FakeLink {
    fake_broker: Arc<FakeBroker>,
    user: UserId,
}

#[async_trait]
impl Broker for FakeLink {
    async fn place(&self, order: &Order, now: Timestamp) -> Result<Placed, BrokerError> {
        self.fake_broker.place(self.user, order, now).await
    }

    async fn modify(
        &self,
        order: &Order,
        quantity: u32,
        kind: OrderKind,
        now: Timestamp,
    ) -> Result<(), BrokerError> {
        self.fake_broker.sending(self.user).await.modify(self.user, order, quantity, kind, now).await
    }

    async fn cancel(&self, order: &Order, now: Timestamp) -> Result<(), BrokerError> {
        self.fake_broker.cancel(self.user, order, now).await
    }

    async fn book(&self) -> Result<Vec<BrokerOrder>, BrokerError> {
        self.fake_broker.book(self.user).await
    }

    fn book_proves_absence(&self) -> bool {
        self.fake_broker.proves_absence.load(Ordering::Relaxed)
    }

    async fn holdings(&self) -> Result<Vec<Holding>, BrokerError> {
        self.fake_broker.holdings(self.user).await
    }

    async fn funds(&self) -> Result<Funds, BrokerError> {
        self.fake_broker.funds(self.user).await
    }
}

#[async_trait]
impl SimulatedAccount for FakeLink {
    fn has_open(&self) -> bool {
        !self.fake_broker.forged.lock().unwrap().is_empty() || self.fake_broker.paper().has_open(self.user)
    }

    async fn advance(&self, now: Timestamp) -> Result<Vec<BrokerEvent>, BrokerError> {
        self.fake_broker.advance(self.user, now).await
    }

    async fn view(&self) -> Result<OwnAccount, BrokerError> {
        self.fake_broker.paper().view(self.user).await
    }

    async fn set_capital(&self, capital: Paise, now: Timestamp) -> Result<(), BrokerError> {
        self.fake_broker.asked(self.user).await?.set_capital(self.user, capital, now).await
    }

    async fn change_holdings(&self, change: &AccountChange, now: Timestamp) -> Result<(), BrokerError> {
        self.fake_broker.asked(self.user).await?.change_holdings(self.user, change, now).await?;
        self.fake_broker.after_change(self.user, change)
    }
}

/// A market whose first question of an analysis is not answered while it is held.
pub struct HeldMarket {
    inner: Arc<dyn MarketData>,
    held: AtomicBool,
    down: AtomicBool,
    asked: Notify,
    let_go: Notify,
}

impl HeldMarket {
    /// Answers as `inner` until it is held.
    pub fn new(inner: Arc<dyn MarketData>) -> Self {
        let (held, down) = (AtomicBool::new(false), AtomicBool::new(false));
        Self { inner, held, down, asked: Notify::new(), let_go: Notify::new() }
    }

    /// Answers nothing while it is down.
    pub fn set_down(&self, down: bool) {
        self.down.store(down, Ordering::Release);
    }

    fn up(&self) -> Result<&dyn MarketData, MarketError> {
        if self.down.load(Ordering::Acquire) {
            return Err(MarketError::Unavailable("the line is cut".to_owned()));
        }
        Ok(self.inner.as_ref())
    }

    /// Holds it, or lets it go.
    pub fn set_held(&self, held: bool) {
        self.held.store(held, Ordering::Release);
    }

    /// Lets one question that waits be answered, and holds it no longer.
    pub fn let_go(&self) {
        self.set_held(false);
        self.let_go.notify_one();
    }

    /// Waits until somebody waits for an answer.
    pub async fn asked(&self) {
        within_a_minute("the market to be asked", self.asked.notified()).await;
    }
}

#[async_trait]
impl MarketData for HeldMarket {
    fn source(&self) -> &'static str {
        self.inner.source()
    }

    fn folders(&self) -> Vec<PathBuf> {
        self.inner.folders()
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

    async fn universe(&self) -> Result<Arc<[Symbol]>, MarketError> {
        if self.held.load(Ordering::Acquire) {
            self.asked.notify_one();
            self.let_go.notified().await;
        }
        self.up()?.universe().await
    }

    async fn quotes(&self, symbols: &[Symbol], now: Timestamp) -> Result<Vec<Option<Quote>>, MarketError> {
        self.up()?.quotes(symbols, now).await
    }

    async fn candles(
        &self,
        symbol: &Symbol,
        interval: Interval,
        count: u32,
        forming: bool,
        now: Timestamp,
    ) -> Result<Candles, MarketError> {
        self.up()?.candles(symbol, interval, count, forming, now).await
    }

    async fn instruments(
        &self,
        symbols: &[Symbol],
        now: Timestamp,
    ) -> Result<Vec<Option<Instrument>>, MarketError> {
        self.up()?.instruments(symbols, now).await
    }

    async fn minute(&self, symbol: &Symbol, instant: Timestamp) -> Result<Option<MinuteBar>, MarketError> {
        self.up()?.minute(symbol, instant).await
    }

    async fn refresh(&self) -> Result<Option<BarsReport>, MarketError> {
        self.up()?.refresh().await
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

    fn take_actions(&self, factors: &Arc<ActionFactors>) {
        self.inner.take_actions(factors);
    }

    fn is_raw(&self, source: &str) -> bool {
        self.inner.is_raw(source)
    }
}

/// The price of everything, always: 100 rupees.
pub const PRICE: Paise = Paise(10_000);

/// A market in which every minute of every session trades 10,000 shares of anything at [`PRICE`].
pub struct FlatMarket {
    /// Says when there is a session.
    calendar: Arc<CalendarHandle>,
    down: AtomicBool,
    trade_for_trade: AtomicBool,
}

impl FlatMarket {
    /// With the sessions of this calendar.
    pub fn new(calendar: Arc<CalendarHandle>) -> Self {
        Self { calendar, down: AtomicBool::new(false), trade_for_trade: AtomicBool::new(false) }
    }

    /// Whether it can be asked at all.
    pub fn set_down(&self, down: bool) {
        self.down.store(down, Ordering::Relaxed);
    }

    /// Moves all shares to trade for trade.
    pub fn set_trade_for_trade(&self) {
        self.trade_for_trade.store(true, Ordering::Relaxed);
    }

    fn check(&self) -> Result<(), MarketError> {
        match self.down.load(Ordering::Relaxed) {
            true => Err(MarketError::Unavailable("the line is cut".to_owned())),
            false => Ok(()),
        }
    }
}

#[async_trait]
impl MarketData for FlatMarket {
    fn source(&self) -> &'static str {
        "flat"
    }

    async fn universe(&self) -> Result<Arc<[Symbol]>, MarketError> {
        Ok(Arc::from(["ABC".parse().unwrap(), "XYZ".parse().unwrap()]))
    }

    async fn quotes(&self, symbols: &[Symbol], now: Timestamp) -> Result<Vec<Option<Quote>>, MarketError> {
        self.check()?;
        let quote = |symbol: &Symbol| Quote {
            symbol: symbol.clone(),
            last: PRICE,
            indicative: None,
            open: None,
            high: None,
            low: None,
            previous_close: PRICE,
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
        self.check()?;
        let series = if self.trade_for_trade.load(Ordering::Relaxed) { "BE" } else { "EQ" };
        let instrument = |symbol: &Symbol| Instrument {
            symbol: symbol.clone(),
            series: series.to_owned(),
            tick: Paise(5),
            lot: 1,
            freeze_quantity: 1_000_000,
            band_low: Paise(8_000),
            band_high: Paise(12_000),
            closing_auction: false,
        };
        Ok(symbols.iter().map(|symbol| Some(instrument(symbol))).collect())
    }

    async fn minute(&self, _: &Symbol, at: Timestamp) -> Result<Option<MinuteBar>, MarketError> {
        let trading = self.calendar.session(at.ist_day()).and_then(|session| session.index_of(at));
        let bar = MinuteBar { at, open: PRICE, high: PRICE, low: PRICE, close: PRICE, volume: 10_000 };
        Ok(trading.map(|_| bar))
    }
}
