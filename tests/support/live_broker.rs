//! A broker that lies outside: it keeps the orders and shares of its customers, executes when the test says so, and
//! tells it by itself or not. As far as Prahari knows the money is real.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use prahari_brokers::{
    Broker, BrokerError, BrokerEvent, BrokerEventKind, BrokerLink, BrokerOrder, BrokerOrderState, Brokerage,
    Funds, NewLink, Placed, PushSender,
};
use prahari_domain::ids::UserId;
use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::orders::{Fill, Order, OrderKind, Side};
use prahari_domain::time::Timestamp;
use tokio::sync::Notify;

/// What the registry calls it in the tests.
pub const LIVE: &str = "live";

/// The broker's side of everything.
#[derive(Default)]
pub struct LiveBroker {
    customers: Mutex<BTreeMap<UserId, FakeLink>>,
    /// Users of whose calls none is answered, not even the one for a link.
    silent: Mutex<BTreeSet<UserId>>,
    /// Users whose orders are taken and not answered before the test says so.
    held: Mutex<BTreeSet<UserId>>,
    let_go: Notify,
    /// Calls that are not answered yet, and the most that ever were.
    waiting: AtomicUsize,
    most_waiting: AtomicUsize,
}

#[derive(Default)]
struct FakeLink {
    orders: Vec<(BrokerOrder, Side)>,
    holdings: BTreeMap<Symbol, u32>,
    pushes: Option<PushSender>,
    books_asked: usize,
}

impl LiveBroker {
    fn with<T>(&self, user: UserId, work: impl FnOnce(&mut FakeLink) -> T) -> T {
        work(self.customers.lock().unwrap().entry(user).or_default())
    }

    /// Executes a part of an order that it has, and says what it would push about it.
    pub fn execute(
        &self,
        user: UserId,
        tag: &str,
        quantity: u32,
        price: Paise,
        at: Timestamp,
    ) -> BrokerEvent {
        self.with(user, |customer| {
            let (order, side) = customer.orders.iter_mut().find(|(order, _)| order.tag == tag).unwrap();
            let key = format!("{tag}/{}", order.fills.len() + 1);
            let fill = Fill { key, quantity, price, at };
            order.fills.push(fill.clone());
            order.filled += quantity;
            order.changed_at = at;
            if order.filled == order.quantity && order.state == BrokerOrderState::Open {
                order.state = BrokerOrderState::Filled;
            }
            let held = customer.holdings.entry(order.symbol.clone()).or_default();
            *held = if *side == Side::Buy { *held + quantity } else { *held - quantity };
            BrokerEvent { tag: tag.to_owned(), at, kind: BrokerEventKind::Filled(fill) }
        })
    }

    /// Ends what is left of an order, and says what it would push about it.
    pub fn withdraw(&self, user: UserId, tag: &str, at: Timestamp) -> BrokerEvent {
        let reason = "withdrawn by the exchange".to_owned();
        self.with(user, |customer| {
            let (order, _) = customer.orders.iter_mut().find(|(order, _)| order.tag == tag).unwrap();
            order.state = BrokerOrderState::Cancelled { reason: reason.clone() };
            order.changed_at = at;
        });
        BrokerEvent { tag: tag.to_owned(), at, kind: BrokerEventKind::Cancelled { reason } }
    }

    /// Tells a user something, true or not.
    pub fn push(&self, user: UserId, event: BrokerEvent) {
        self.pushes(user).push(event);
    }

    /// Tells a user that something may have happened.
    pub fn gap(&self, user: UserId) {
        self.pushes(user).gap();
    }

    fn pushes(&self, user: UserId) -> PushSender {
        self.with(user, |customer| customer.pushes.clone()).unwrap()
    }

    /// How often a user's order book was asked for.
    pub fn books_asked(&self, user: UserId) -> usize {
        self.with(user, |customer| customer.books_asked)
    }

    /// The tag of the newest order of a user that it has, if any.
    pub fn newest(&self, user: UserId) -> Option<String> {
        self.with(user, |customer| customer.orders.last().map(|(order, _)| order.tag.clone()))
    }

    /// Whether this user's calls are never answered.
    pub fn set_silent(&self, user: UserId, silent: bool) {
        set(self.silent.lock().unwrap(), user, silent);
    }

    /// Takes orders of this user without answering, until they are let go.
    pub fn hold(&self, user: UserId) {
        set(self.held.lock().unwrap(), user, true);
    }

    /// Answers what is held.
    pub fn let_go(&self, user: UserId) {
        set(self.held.lock().unwrap(), user, false);
        self.let_go.notify_one();
    }

    /// The most calls that waited for an answer at the same time.
    pub fn most_waiting(&self) -> usize {
        self.most_waiting.load(Ordering::SeqCst)
    }

    async fn reach(&self, user: UserId) {
        let silent = self.silent.lock().unwrap().contains(&user);
        if silent {
            let _waiting = Waiting::begin(self);
            std::future::pending().await
        }
    }
}

fn set(mut users: MutexGuard<'_, BTreeSet<UserId>>, user: UserId, on: bool) {
    if on {
        users.insert(user)
    } else {
        users.remove(&user)
    };
}

/// A call that is not answered.
struct Waiting<'a>(&'a LiveBroker);

impl<'a> Waiting<'a> {
    fn begin(broker: &'a LiveBroker) -> Self {
        let waiting = broker.waiting.fetch_add(1, Ordering::SeqCst) + 1;
        broker.most_waiting.fetch_max(waiting, Ordering::SeqCst);
        Self(broker)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Links users with it.
pub struct LiveBrokerage(pub Arc<LiveBroker>);

#[async_trait]
impl Brokerage for LiveBrokerage {
    async fn link(&self, NewLink { user, pushes, .. }: NewLink) -> Result<BrokerLink, BrokerError> {
        self.0.reach(user).await;
        self.0.with(user, |customer| customer.pushes = Some(pushes));
        Ok(BrokerLink { broker: Arc::new(LiveLink { broker: self.0.clone(), user }), simulated: None })
    }
}

struct LiveLink {
    broker: Arc<LiveBroker>,
    user: UserId,
}

impl LiveLink {
    /// Changes an order that stands.
    async fn change(
        &self,
        order: &Order,
        change: impl FnOnce(&mut BrokerOrder) + Send,
    ) -> Result<(), BrokerError> {
        self.broker.reach(self.user).await;
        let tag = order.id.to_string();
        self.broker.with(self.user, |customer| {
            let open = |(known, _): &&mut (BrokerOrder, Side)| {
                known.tag == tag && known.state == BrokerOrderState::Open
            };
            let known = customer.orders.iter_mut().find(open);
            let reason = format!("there is no open order {tag}");
            let (known, _) = known.ok_or(BrokerError::Refused { reason, retryable: false })?;
            change(known);
            Ok(())
        })
    }
}

#[async_trait]
impl Broker for LiveLink {
    async fn place(&self, order: &Order, now: Timestamp) -> Result<Placed, BrokerError> {
        self.broker.reach(self.user).await;
        let tag = order.id.to_string();
        let broker_id = self.broker.with(self.user, |customer| {
            if let Some((known, _)) = customer.orders.iter().find(|(known, _)| known.tag == tag) {
                return known.broker_id.clone();
            }
            let broker_id = format!("L{}", customer.orders.len() + 1);
            let taken = BrokerOrder {
                tag,
                broker_id: broker_id.clone(),
                symbol: order.request.symbol.clone(),
                quantity: order.request.quantity,
                kind: order.request.kind,
                state: BrokerOrderState::Open,
                filled: 0,
                fills: Vec::new(),
                accepted_at: now,
                modified_at: now,
                changed_at: now,
            };
            customer.orders.push((taken, order.request.side));
            broker_id
        });
        let held = self.broker.held.lock().unwrap().contains(&self.user);
        if held {
            self.broker.let_go.notified().await;
        }
        Ok(Placed { broker_id })
    }

    async fn modify(
        &self,
        order: &Order,
        quantity: u32,
        kind: OrderKind,
        now: Timestamp,
    ) -> Result<(), BrokerError> {
        let change = |known: &mut BrokerOrder| {
            (known.quantity, known.kind) = (quantity, kind);
            (known.modified_at, known.changed_at) = (now, now);
        };
        self.change(order, change).await
    }

    async fn cancel(&self, order: &Order, now: Timestamp) -> Result<(), BrokerError> {
        let change = |known: &mut BrokerOrder| {
            known.state = BrokerOrderState::Cancelled { reason: "as asked".to_owned() };
            known.changed_at = now;
        };
        self.change(order, change).await
    }

    async fn book(&self) -> Result<Vec<BrokerOrder>, BrokerError> {
        self.broker.reach(self.user).await;
        Ok(self.broker.with(self.user, |customer| {
            customer.books_asked += 1;
            customer.orders.iter().map(|(order, _)| order.clone()).collect()
        }))
    }

    async fn holdings(&self) -> Result<Vec<(Symbol, u32)>, BrokerError> {
        self.broker.reach(self.user).await;
        Ok(self.broker.with(self.user, |customer| customer.holdings.clone().into_iter().collect()))
    }

    async fn funds(&self) -> Result<Funds, BrokerError> {
        self.broker.reach(self.user).await;
        Ok(Funds { cash: Paise::rupees(1_000_000), reserved: Paise::ZERO })
    }
}
