//! From the call that places an order to its intent on the disk.

use std::fs::File;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use parking_lot::Mutex;
use prahari_app::clock::{Clock, Stopwatch};
use prahari_app::desk::Occasion;
use prahari_app::simulation::create_users;
use prahari_brokers::{Broker, BrokerError, BrokerEvent, BrokerOrder, Funds, PaperBroker, Placed};
use prahari_domain::ids::{RunId, UserId};
use prahari_domain::instruments::Symbol;
use prahari_domain::orders::{Order, OrderKind};
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
    let watched = Arc::new(Watched::new(world.broker(&store).await?));
    let daemon = world.daemon(&store, Clock::at(evening()), watched.clone()).await?;
    let quotes = quotes(&world).await?;
    let mut file = File::create(world.path("synced")).map_err(Failure::work)?;
    let mut syncs = Vec::new();
    let occasion = Occasion { run: RunId(1), day: MONDAY, now: evening() };
    for quote in quotes.iter().take(ORDERS) {
        for user in daemon.users() {
            let mut desk = user.desk.lock().await;
            watched.start();
            let placed = desk.place(buy(quote, 1), occasion).await.map_err(Failure::work)?;
            placed.map_err(|refusal| Failure::work(format!("an order was refused: {}", refusal.detail)))?;
            syncs.push(sync_alone(&mut file).map_err(Failure::work)?);
        }
    }
    store.close().await.map_err(Failure::work)?;
    let intent = percentile(&mut watched.take(), PERCENT);
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

/// The paper broker, which notes how long ago an order was asked for when it arrives: by then its intent is durable.
struct Watched {
    broker: PaperBroker,
    asked: Mutex<Option<Stopwatch>>,
    times: Mutex<Vec<Duration>>,
}

impl Watched {
    fn new(broker: PaperBroker) -> Self {
        Self { broker, asked: Mutex::default(), times: Mutex::default() }
    }

    fn start(&self) {
        *self.asked.lock() = Some(Stopwatch::start());
    }

    fn take(&self) -> Vec<Duration> {
        std::mem::take(&mut self.times.lock())
    }
}

#[async_trait]
impl Broker for Watched {
    async fn place(&self, user: UserId, order: &Order, now: Timestamp) -> Result<Placed, BrokerError> {
        let asked = self.asked.lock().take();
        if let Some(asked) = asked {
            self.times.lock().push(asked.elapsed());
        }
        self.broker.place(user, order, now).await
    }

    async fn modify(
        &self,
        user: UserId,
        order: &Order,
        quantity: u32,
        kind: OrderKind,
        now: Timestamp,
    ) -> Result<(), BrokerError> {
        self.broker.modify(user, order, quantity, kind, now).await
    }

    async fn cancel(&self, user: UserId, order: &Order, now: Timestamp) -> Result<(), BrokerError> {
        self.broker.cancel(user, order, now).await
    }

    async fn book(&self, user: UserId) -> Result<Vec<BrokerOrder>, BrokerError> {
        self.broker.book(user).await
    }

    async fn holdings(&self, user: UserId) -> Result<Vec<(Symbol, u32)>, BrokerError> {
        self.broker.holdings(user).await
    }

    async fn funds(&self, user: UserId) -> Result<Funds, BrokerError> {
        self.broker.funds(user).await
    }

    fn has_open(&self, user: UserId) -> bool {
        self.broker.has_open(user)
    }

    async fn advance(&self, user: UserId, now: Timestamp) -> Result<Vec<BrokerEvent>, BrokerError> {
        self.broker.advance(user, now).await
    }
}
