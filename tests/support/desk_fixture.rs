//! One user's desk in front of a broker that a test can disturb.

use std::sync::{Arc, Mutex};

use prahari_app::brokers::Brokers;
use prahari_app::daemon::Daemon;
use prahari_app::deadlines::Deadlines;
use prahari_app::desk::{Desk, Difference, DifferenceKind, OrderContext, TradingServices};
use prahari_app::error::AppError;
use prahari_app::paper_store::PAPER;
use prahari_app::prices::PriceJumps;
use prahari_app::runs::LiveServices;
use prahari_app::settings::Limits;
use prahari_brokers::{BrokerOrder, PaperFaults};
use prahari_domain::book::Book;
use prahari_domain::calendar::CalendarHandle;
use prahari_domain::ids::{OrderId, RunId, UserId};
use prahari_domain::money::Paise;
use prahari_domain::orders::{
    JournalEntry, Order, OrderKind, OrderRequest, Product, Purpose, Side, TagCode, Variety,
};
use prahari_domain::risk::{Refusal, RiskLimits};
use prahari_domain::strategies::StrategyName;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_runtime::abi::latest::{Side as HostSide, broker};
use prahari_runtime::{HostCall, HostReply, HostServices};
use prahari_store::{Durability, NewUser, Role, Store};

use super::fake_broker::{FakeBroker, FakeBrokerage, FlatMarket};

/// What the account is opened with: 1,000 shares at the market's one price, less charges.
pub const CAPITAL: Paise = Paise::rupees(100_000);

/// The random characters in the tags of its orders.
pub const CODE: TagCode = TagCode::of_number(7);

/// The only user.
pub const USER: UserId = UserId(1);

/// A desk with all that stands behind it.
pub struct DeskFixture {
    folder: tempfile::TempDir,
    pub store: Store,
    pub fake_broker: Arc<FakeBroker>,
    trading: Arc<TradingServices>,
    pub market: Arc<FlatMarket>,
    pub desk: Desk,
}

impl DeskFixture {
    /// A new user, whose desk has compared its empty book with the broker's.
    pub async fn new(now: Timestamp) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path().join("prahari.db"), Durability::Full).unwrap();
        let user = NewUser {
            name: "trader".to_owned(),
            role: Role::User,
            capital: CAPITAL,
            strategy: "{}".to_owned(),
            limits: "{}".to_owned(),
            created_at: now,
        };
        assert_eq!(store.system().create_user(user).await.unwrap(), USER);
        let calendar = CalendarHandle::embedded().unwrap();
        let market = Arc::new(FlatMarket::new(calendar.clone()));
        let unreachable = Arc::new(Mutex::default());
        let fake_broker =
            Arc::new(FakeBroker::open(store.clone(), market.clone(), calendar.clone(), unreachable).await);
        let trading = Arc::new(TradingServices {
            brokers: brokers(&fake_broker),
            market: market.clone(),
            calendar,
            store: store.clone(),
            jumps: PriceJumps::default(),
            tag_code: CODE,
        });
        let mut desk = load(&trading).await;
        assert!(desk.needs_reconcile());
        assert_eq!(desk.reconcile(now).await.unwrap(), []);
        Self { folder, store, fake_broker, trading, market, desk }
    }

    /// The process dies and starts again: what the desk knew is what its journal says.
    pub async fn restart(&mut self) {
        self.store.flush().await.unwrap();
        self.desk = load(&self.trading).await;
    }

    /// The same, and the broker's calls have these deadlines from now on.
    pub async fn restart_with(&mut self, deadlines: Deadlines) {
        let TradingServices { market, calendar, store, .. } = &*self.trading;
        let (market, calendar, store) = (market.clone(), calendar.clone(), store.clone());
        let (brokers, jumps) = (brokers(&self.fake_broker), PriceJumps::default());
        let trading = TradingServices { brokers, market, calendar, store, jumps, tag_code: CODE };
        self.trading = Arc::new(trading.with_deadlines(deadlines));
        self.restart().await;
    }

    /// The same under these limits.
    pub async fn restart_under(&mut self, limits: RiskLimits) {
        self.store.flush().await.unwrap();
        self.desk = load_under(&self.trading, limits).await;
    }

    /// The broker is well again, or not.
    pub async fn misbehave(&self, faults: PaperFaults) {
        self.fake_broker.misbehave(faults).await;
    }

    /// Cuts or mends the line on which the broker's book is asked for.
    pub fn set_reachable(&self, reachable: bool) {
        self.fake_broker.set_reachable(USER, reachable);
    }

    /// Places an order that is taken.
    pub async fn placed(&mut self, request: OrderRequest, now: Timestamp) -> OrderId {
        self.place(request, now).await.unwrap().unwrap()
    }

    /// Places an order that is refused.
    pub async fn refused(&mut self, request: OrderRequest, now: Timestamp) -> Refusal {
        self.place(request, now).await.unwrap().unwrap_err()
    }

    /// Places an order.
    pub async fn place(
        &mut self,
        request: OrderRequest,
        now: Timestamp,
    ) -> Result<Result<OrderId, Refusal>, AppError> {
        self.desk.place(request, order_context(now)).await
    }

    /// Compares the books, and tells how they differed.
    pub async fn reconciled(&mut self, now: Timestamp) -> Vec<DifferenceKind> {
        let differences: Vec<Difference> = self.desk.reconcile(now).await.unwrap();
        differences.into_iter().map(|difference| difference.kind).collect()
    }

    /// An order in our book.
    pub fn order(&self, id: OrderId) -> &Order {
        self.desk.book().order(&id).unwrap()
    }

    /// The broker's own book.
    pub async fn theirs(&self) -> Vec<BrokerOrder> {
        self.fake_broker.book(USER).await.unwrap()
    }

    /// The journal on disk.
    pub async fn journal(&self) -> Vec<JournalEntry> {
        self.store.flush().await.unwrap();
        self.store.user(USER).load_journal(0).await.unwrap()
    }

    /// The names of the journal's events about an order.
    pub async fn events(&self, id: OrderId) -> Vec<&'static str> {
        self.journal()
            .await
            .iter()
            .filter(|entry| entry.order == id)
            .map(|entry| entry.event.name())
            .collect()
    }

    /// The book as the whole journal gives it, without any snapshot.
    pub async fn folded(&self) -> Book {
        let mut book = Book::open(USER, CAPITAL);
        for entry in self.journal().await {
            book.apply(&entry).unwrap();
        }
        book
    }
}

fn brokers(fake_broker: &Arc<FakeBroker>) -> Brokers {
    Brokers::default().with(PAPER, Arc::new(FakeBrokerage(fake_broker.clone())))
}

async fn load(trading: &Arc<TradingServices>) -> Desk {
    load_under(trading, RiskLimits::default()).await
}

async fn load_under(trading: &Arc<TradingServices>, limits: RiskLimits) -> Desk {
    let row = trading.store.user(USER).find().await.unwrap().unwrap();
    let (link, _) = trading.brokers.link(&row.broker, USER, row.capital).await.unwrap();
    Desk::load(trading.clone(), link, USER, row.capital, Arc::new(Limits::fixed(limits))).await.unwrap()
}

/// A run of the day of `now`.
pub fn order_context(now: Timestamp) -> OrderContext {
    OrderContext { run: RunId(1), strategy: StrategyName::REBOUND, day: now.ist_day(), now }
}

/// A limit buy for the session that runs.
pub fn buy(symbol: &str, quantity: u32, limit: i64) -> OrderRequest {
    OrderRequest {
        symbol: symbol.parse().unwrap(),
        side: Side::Buy,
        quantity,
        kind: OrderKind::Limit(Paise(limit)),
        variety: Variety::Regular,
        product: Product::Delivery,
        purpose: Purpose::Entry,
        signal: None,
        rsi: None,
        retry_of: None,
    }
}

/// A limit sell for the session that runs.
pub fn sell(symbol: &str, quantity: u32, limit: i64) -> OrderRequest {
    let purpose = Purpose::Exit("target".to_owned());
    OrderRequest { side: Side::Sell, purpose, ..buy(symbol, quantity, limit) }
}

/// What a daemon answers a call that a task makes for a user, in the strategy that the task is of.
pub async fn ask(daemon: &Daemon, user: UserId, task: Task, call: HostCall) -> HostReply {
    let user = daemon.users.find(user).unwrap();
    let strategy = daemon.tasks.current().strategy(task);
    let order_context = OrderContext { strategy, ..order_context(daemon.clock.now()) };
    LiveServices::new(&daemon.runs, &user, task, order_context).call(&call).await
}

/// A limit order as a task writes it.
pub fn to_host(request: &OrderRequest) -> broker::OrderRequest {
    let OrderKind::Limit(limit) = request.kind else { panic!("no limit order: {request:?}") };
    let buys = request.side == Side::Buy;
    broker::OrderRequest {
        symbol: request.symbol.to_string(),
        side: if buys { HostSide::Buy } else { HostSide::Sell },
        quantity: request.quantity,
        kind: broker::OrderKind::Limit(limit.0),
        variety: broker::Variety::Regular,
        product: broker::Product::Delivery,
        purpose: if buys { broker::Purpose::Entry } else { broker::Purpose::Exit("target".to_owned()) },
        signal_id: None,
        rsi: None,
        retry_of: None,
    }
}
