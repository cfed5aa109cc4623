//! One user's desk at a broker that lies outside, in front of a database of its own: it is copied, dies and starts again.

use std::path::PathBuf;
use std::sync::Arc;

use prahari_app::brokers::Brokers;
use prahari_app::desk::{Desk, Difference, DifferenceKind, TradingServices};
use prahari_app::prices::PriceJumps;
use prahari_app::settings::Limits;
use prahari_brokers::BrokerEvent;
use prahari_domain::book::Book;
use prahari_domain::calendar::CalendarHandle;
use prahari_domain::ids::OrderId;
use prahari_domain::money::Paise;
use prahari_domain::orders::{JournalEntry, Order, OrderRequest, OrderState, TagCode};
use prahari_domain::risk::{Refusal, RefusalCode, RiskLimits};
use prahari_domain::time::Timestamp;
use prahari_store::{DatabaseCopy, Durability, NewUser, Role, Store};
use tempfile::TempDir;

use super::desk_fixture::{CAPITAL, USER, order_context};
use super::fake_broker::FlatMarket;
use super::live_broker::{LIVE, LiveBroker, LiveBrokerage};
use super::{MONDAY, at};

/// The code of the first start of an installation.
pub const ORIGINAL: TagCode = TagCode::of_number(1);

/// The price at which the broker executes.
pub const LOW: i64 = 9_000;

/// One database, and the desk of its only user at a broker that others use too.
pub struct Installation {
    _folder: TempDir,
    path: PathBuf,
    pub store: Store,
    pub broker: Arc<LiveBroker>,
    pub desk: Desk,
}

impl Installation {
    pub async fn new(broker: &Arc<LiveBroker>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path().join("prahari.db"), Durability::Full).unwrap();
        let user = NewUser {
            name: "trader".to_owned(),
            role: Role::User,
            capital: CAPITAL,
            strategy: "{}".to_owned(),
            limits: "{}".to_owned(),
            created_at: ten(),
        };
        assert_eq!(store.system().create_user(user).await.unwrap(), USER);
        Self::open(folder, store, broker, ORIGINAL).await
    }

    /// A daemon begins on a copy of the database as it is now.
    pub async fn copied(&self, code: TagCode) -> Self {
        self.store.flush().await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("prahari.db");
        DatabaseCopy::make(&self.path, &path).unwrap().keep().unwrap();
        let store = Store::open(path, Durability::Full).unwrap();
        Self::open(folder, store, &self.broker, code).await
    }

    async fn open(folder: TempDir, store: Store, broker: &Arc<LiveBroker>, code: TagCode) -> Self {
        let desk = load(&store, broker, code, RiskLimits::default()).await;
        let path = folder.path().join("prahari.db");
        Self { _folder: folder, path, store, broker: broker.clone(), desk }
    }

    /// The process dies and starts again, with another code.
    pub async fn restart(&mut self, code: TagCode) {
        self.restart_under(code, RiskLimits::default()).await;
    }

    /// The same under these limits.
    pub async fn restart_under(&mut self, code: TagCode, limits: RiskLimits) {
        self.store.flush().await.unwrap();
        self.desk = load(&self.store, &self.broker, code, limits).await;
    }

    pub async fn place(&mut self, request: OrderRequest) -> Result<OrderId, Refusal> {
        self.place_at(request, ten()).await
    }

    pub async fn place_at(&mut self, request: OrderRequest, now: Timestamp) -> Result<OrderId, Refusal> {
        self.desk.place(request, order_context(now)).await.unwrap()
    }

    pub async fn refused(&mut self, request: OrderRequest, code: RefusalCode) -> OrderId {
        let refusal = self.place(request).await.unwrap_err();
        assert_eq!(refusal.code, code, "{refusal:?}");
        self.desk.book().orders().last().unwrap().id
    }

    pub async fn reconciled(&mut self) -> Vec<Difference> {
        self.reconciled_at(ten()).await
    }

    pub async fn reconciled_at(&mut self, now: Timestamp) -> Vec<Difference> {
        self.desk.reconcile(now).await.unwrap()
    }

    pub fn order(&self, id: OrderId) -> &Order {
        self.desk.book().order(&id).unwrap()
    }

    /// The state of an order and what of it is filled.
    pub fn state(&self, id: OrderId) -> (OrderState, u32) {
        (self.order(id).state, self.order(id).filled)
    }

    /// Executes a part of the newest order of an id.
    pub fn execute(&self, id: OrderId, quantity: u32) -> BrokerEvent {
        self.broker.execute(USER, &id.to_string(), quantity, Paise(LOW), ten())
    }

    /// The journal on disk.
    pub async fn journal(&self) -> Vec<JournalEntry> {
        self.store.flush().await.unwrap();
        self.store.user(USER).load_journal(0).await.unwrap()
    }

    /// The names of the journal's events about an order.
    pub async fn events(&self, id: OrderId) -> Vec<&'static str> {
        let journal = self.journal().await;
        journal.iter().filter(|entry| entry.order == id).map(|entry| entry.event.name()).collect()
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

async fn load(store: &Store, broker: &Arc<LiveBroker>, tag_code: TagCode, limits: RiskLimits) -> Desk {
    let calendar = CalendarHandle::embedded().unwrap();
    let brokers = Brokers::default().with(LIVE, Arc::new(LiveBrokerage(broker.clone())));
    let (link, _) = brokers.link(LIVE, USER, CAPITAL).await.unwrap();
    let trading = TradingServices {
        brokers,
        market: Arc::new(FlatMarket::new(calendar.clone())),
        calendar,
        store: store.clone(),
        jumps: PriceJumps::default(),
        tag_code,
    };
    Desk::load(Arc::new(trading), link, USER, CAPITAL, Arc::new(Limits::fixed(limits))).await.unwrap()
}

/// The moment at which most happens.
pub fn ten() -> Timestamp {
    at(MONDAY, "10:00")
}

/// The kinds of some differences.
pub fn kinds(differences: &[Difference]) -> Vec<DifferenceKind> {
    differences.iter().map(|difference| difference.kind).collect()
}
