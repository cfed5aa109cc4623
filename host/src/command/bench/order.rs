//! From the call that places an order to its intent on the disk.

use std::fs::File;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use parking_lot::Mutex;
use prahari_app::clock::{Clock, Stopwatch};
use prahari_app::desk::OrderContext;
use prahari_app::simulation::create_users;
use prahari_brokers::{
    Broker, BrokerError, BrokerLink, BrokerOrder, Brokerage, Funds, Holding, NewLink, PaperBrokerage, Placed,
};
use prahari_domain::ids::RunId;
use prahari_domain::orders::{Order, OrderKind};
use prahari_domain::strategies::StrategyName;
use prahari_domain::time::Timestamp;
use prahari_store::Durability;

use super::book::{buy, quotes};
use super::line::{Line, millis, percentile};
use super::world::{MONDAY, World, evening};
use crate::exit::Failure;

pub const NAME: &str = "order: call to durable intent, p99";

const USERS: u32 = 50;

/// Orders of each user: as many symbols as the risk limits allow.
const ORDERS: usize = 20;

const PERCENT: usize = 99;
const MOST: Duration = Duration::from_millis(5);

/// The smallest commit of the database is one page of its log.
const PAGE: [u8; 4_096] = [0; 4_096];

/// Places orders one after the other, with a write and sync of the same disk after each for comparison.
pub async fn measure() -> Result<Vec<Line>, Failure> {
    let world = World::new().await?;
    let store = world.store(Durability::Full)?;
    create_users(&store, USERS, evening()).await.map_err(Failure::work)?;
    let arrivals = Arc::new(Arrivals::default());
    let watched = Watched { broker: world.broker(&store).await?, arrivals: arrivals.clone() };
    let daemon = world.daemon(&store, Clock::at(evening()), Arc::new(watched)).await?;
    let quotes = quotes(&world).await?;
    let mut file = File::create(world.path("synced")).map_err(Failure::work)?;
    let mut syncs = Vec::new();
    let order_context =
        OrderContext { run: RunId(1), strategy: StrategyName::REBOUND, day: MONDAY, now: evening() };
    for quote in quotes.iter().take(ORDERS) {
        for user in daemon.users.all() {
            let mut desk = user.desk.lock().await;
            arrivals.start();
            let placed = desk.place(buy(quote, 1), order_context).await.map_err(Failure::work)?;
            placed.map_err(|refusal| Failure::work(format!("an order was refused: {}", refusal.detail)))?;
            syncs.push(sync_alone(&mut file).map_err(Failure::work)?);
        }
    }
    store.close().await.map_err(Failure::work)?;
    let intent = percentile(&mut arrivals.take(), PERCENT);
    Ok(vec![Line {
        name: NAME,
        bar: "<= 5 ms",
        value: millis(intent),
        raw: Some(millis(percentile(&mut syncs, PERCENT))),
        unit: "ms",
        pass: intent <= MOST,
    }])
}

fn sync_alone(file: &mut File) -> std::io::Result<Duration> {
    let stopwatch = Stopwatch::start();
    file.write_all(&PAGE)?;
    file.sync_data()?;
    Ok(stopwatch.elapsed())
}

/// A broker that notes how long ago an order was asked for when it arrives: by then its intent is durable.
struct Watched {
    broker: PaperBrokerage,
    arrivals: Arc<Arrivals>,
}

/// When the next order was asked for, and how long the earlier ones took to arrive.
#[derive(Default)]
struct Arrivals {
    asked: Mutex<Option<Stopwatch>>,
    times: Mutex<Vec<Duration>>,
}

impl Arrivals {
    fn start(&self) {
        *self.asked.lock() = Some(Stopwatch::start());
    }

    fn take(&self) -> Vec<Duration> {
        std::mem::take(&mut self.times.lock())
    }
}

#[async_trait]
impl Brokerage for Watched {
    async fn link(&self, new: NewLink) -> Result<BrokerLink, BrokerError> {
        let BrokerLink { broker, simulated, session } = self.broker.link(new).await?;
        let broker = Arc::new(WatchedLink { broker, arrivals: self.arrivals.clone() });
        Ok(BrokerLink { broker, simulated, session })
    }
}

/// One user's link with it.
struct WatchedLink {
    broker: Arc<dyn Broker>,
    arrivals: Arc<Arrivals>,
}

#[async_trait]
impl Broker for WatchedLink {
    async fn place(&self, order: &Order, now: Timestamp) -> Result<Placed, BrokerError> {
        let asked = self.arrivals.asked.lock().take();
        if let Some(asked) = asked {
            self.arrivals.times.lock().push(asked.elapsed());
        }
        self.broker.place(order, now).await
    }

    async fn modify(
        &self,
        order: &Order,
        quantity: u32,
        kind: OrderKind,
        now: Timestamp,
    ) -> Result<(), BrokerError> {
        self.broker.modify(order, quantity, kind, now).await
    }

    async fn cancel(&self, order: &Order, now: Timestamp) -> Result<(), BrokerError> {
        self.broker.cancel(order, now).await
    }

    async fn book(&self) -> Result<Vec<BrokerOrder>, BrokerError> {
        self.broker.book().await
    }

    async fn holdings(&self) -> Result<Vec<Holding>, BrokerError> {
        self.broker.holdings().await
    }

    async fn funds(&self) -> Result<Funds, BrokerError> {
        self.broker.funds().await
    }
}
