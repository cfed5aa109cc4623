//! A process that dies at a chosen point: what is on the disk then is all that is left of it, and nothing of it is
//! written or sent any more.
//!
//! Points are each write to a journal, and both sides of each call to a broker: before the request leaves, and after its
//! effect when nobody has heard the answer yet.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use async_trait::async_trait;
use prahari_brokers::{
    Broker, BrokerError, BrokerLink, BrokerOrder, Brokerage, Funds, Holding, NewLink, Placed, PriceSeen,
    ShareRules,
};
use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::orders::{Order, OrderKind, OrderRequest};
use prahari_domain::time::Timestamp;
use prahari_kotak::KotakBrokerage;
use prahari_store::Store;
use tempfile::TempDir;
use tokio::sync::watch;
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

/// Where each entry of a journal is told of before it is written.
const JOURNAL: &str = "prahari_app::desk::booking";

/// One life of the process.
pub struct Life {
    database: PathBuf,
    /// The number of the point at which it ends; it goes on for ever without one.
    dies_at: Option<u64>,
    passed: AtomicU64,
    /// Set when the daemon has started: from then on points count.
    store: OnceLock<Store>,
    /// Where it ended.
    over: watch::Sender<Option<&'static str>>,
    left: Mutex<Option<TempDir>>,
}

impl Life {
    /// A life on a database.
    pub fn new(database: PathBuf, dies_at: Option<u64>) -> Arc<Self> {
        let (over, store) = (watch::Sender::new(None), OnceLock::new());
        Arc::new(Self { database, dies_at, passed: AtomicU64::new(0), store, over, left: Mutex::default() })
    }

    /// Counts points from now on.
    pub fn begin(&self, store: Store) {
        assert!(self.store.set(store).is_ok(), "a life begins once");
    }

    /// Where it has ended; none while it goes on.
    pub fn over(&self) -> Option<&'static str> {
        *self.over.borrow()
    }

    /// Waits until it has ended.
    pub async fn ended(&self) {
        let mut over = self.over.subscribe();
        let _never_closed = over.wait_for(Option::is_some).await;
    }

    /// What it has left on the disk.
    pub fn left(&self) -> TempDir {
        self.left.lock().unwrap().take().expect("it has ended, and nobody has taken it")
    }

    /// Passes a point, or ends there.
    fn point(&self, name: &'static str) {
        let Some(store) = self.store.get().filter(|_| self.over().is_none()) else { return };
        let number = self.passed.fetch_add(1, Ordering::SeqCst) + 1;
        if self.dies_at != Some(number) {
            return;
        }
        // What was queued before may be on the disk; that it is not yet is the same as an earlier point.
        futures::executor::block_on(tokio::task::unconstrained(store.flush())).unwrap();
        *self.left.lock().unwrap() = Some(copy_of(&self.database));
        self.over.send_replace(Some(name));
    }

    /// Passes a point at a call; whoever is dead never comes back.
    async fn call(&self, name: &'static str) {
        self.point(name);
        if self.over().is_some() {
            std::future::pending().await
        }
    }
}

/// A folder with a copy of a database as it is on the disk.
pub fn copy_of(database: &Path) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    for name in ["prahari.db", "prahari.db-wal"] {
        let file = database.with_file_name(name);
        if file.exists() {
            std::fs::copy(file, copy.path().join(name)).unwrap();
        }
    }
    copy
}

/// Hears of each write to a journal on this thread.
pub struct JournalHook {
    life: Arc<Mutex<Option<Arc<Life>>>>,
    _until_dropped: DefaultGuard,
}

impl JournalHook {
    /// Hears of them from now on.
    pub fn install() -> Self {
        let life = Arc::<Mutex<Option<Arc<Life>>>>::default();
        let subscriber = tracing_subscriber::registry().with(Writes(life.clone()));
        Self { life, _until_dropped: tracing::subscriber::set_default(subscriber) }
    }

    /// They are points of this life from now on.
    pub fn follow(&self, life: &Arc<Life>) {
        *self.life.lock().unwrap() = Some(life.clone());
    }
}

struct Writes(Arc<Mutex<Option<Arc<Life>>>>);

impl<S: Subscriber> Layer<S> for Writes {
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        metadata.target() == JOURNAL
    }

    fn on_event(&self, _: &Event<'_>, _: Context<'_, S>) {
        let life = self.0.lock().unwrap().clone();
        if let Some(life) = life {
            life.point("before a write to the journal");
        }
    }
}

/// The broker of a process that dies.
pub struct MortalBrokerage {
    /// The broker itself.
    pub inner: Arc<KotakBrokerage>,
    /// The life of the process.
    pub life: Arc<Life>,
}

#[async_trait]
impl Brokerage for MortalBrokerage {
    async fn link(&self, new: NewLink) -> Result<BrokerLink, BrokerError> {
        let mut link = self.inner.link(new).await?;
        link.broker = Arc::new(MortalBroker { inner: link.broker, life: self.life.clone() });
        Ok(link)
    }
}

struct MortalBroker {
    inner: Arc<dyn Broker>,
    life: Arc<Life>,
}

impl MortalBroker {
    async fn around<T: Send>(&self, call: impl Future<Output = T> + Send) -> T {
        self.life.call("before a call").await;
        let answer = call.await;
        self.life.call("before the answer of a call").await;
        answer
    }
}

#[async_trait]
impl Broker for MortalBroker {
    async fn place(&self, order: &Order, now: Timestamp) -> Result<Placed, BrokerError> {
        self.around(self.inner.place(order, now)).await
    }

    async fn modify(
        &self,
        order: &Order,
        quantity: u32,
        kind: OrderKind,
        now: Timestamp,
    ) -> Result<(), BrokerError> {
        self.around(self.inner.modify(order, quantity, kind, now)).await
    }

    async fn cancel(&self, order: &Order, now: Timestamp) -> Result<(), BrokerError> {
        self.around(self.inner.cancel(order, now)).await
    }

    async fn book(&self) -> Result<Vec<BrokerOrder>, BrokerError> {
        self.around(self.inner.book()).await
    }

    fn book_proves_absence(&self) -> bool {
        self.inner.book_proves_absence()
    }

    /// Nothing at the broker changes by it.
    async fn market_limit(&self, request: &OrderRequest, seen: &PriceSeen, now: Timestamp) -> Option<Paise> {
        self.inner.market_limit(request, seen, now).await
    }

    fn share_rules(&self, symbol: &Symbol, now: Timestamp) -> Option<ShareRules> {
        self.inner.share_rules(symbol, now)
    }

    fn shows_market_as_limit(&self) -> bool {
        self.inner.shows_market_as_limit()
    }

    fn way_out(&self) -> Option<String> {
        self.inner.way_out()
    }

    fn executions_are_final(&self) -> bool {
        self.inner.executions_are_final()
    }

    async fn holdings(&self) -> Result<Vec<Holding>, BrokerError> {
        self.around(self.inner.holdings()).await
    }

    async fn funds(&self) -> Result<Funds, BrokerError> {
        self.around(self.inner.funds()).await
    }
}
