//! One user's day by a script: a daemon that is killed, started again, and decides anew what it had not decided.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;

use prahari_app::brokers::Brokers;
use prahari_app::clock::Clock;
use prahari_app::daemon::Daemon;
use prahari_app::desk::OrderContext;
use prahari_app::runs::LiveServices;
use prahari_domain::ids::RunId;
use prahari_domain::money::Paise;
use prahari_domain::orders::{Order, OrderKind, OrderState, Side};
use prahari_domain::strategies::StrategyName;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_runtime::abi::latest::{Side as HostSide, broker};
use prahari_runtime::{HostCall, HostReply, HostServices};
use tempfile::TempDir;

use crate::mortal::{JournalHook, Life, MortalBrokerage, copy_of};
use crate::outside::{KOTAK, Outside};
use crate::script::{SYMBOLS, Step};
use crate::support::{ADMIN, MONDAY, TestHost, at};

/// In whose name orders are placed.
const TASK: Task = Task::literal("buy_orders");

/// A day that goes on through the deaths of its daemon.
pub struct Trading<'a> {
    /// What is outside.
    pub outside: Outside,
    /// The daemon that lives now.
    pub daemon: Arc<Daemon>,
    /// Its life.
    pub life: Arc<Life>,
    house: &'a mut TestHost,
    hook: &'a JournalHook,
    /// After how many points each life ends; the one after the last goes on.
    deaths: VecDeque<u64>,
    /// What earlier lives wrote after their end.
    graves: Vec<TempDir>,
}

impl<'a> Trading<'a> {
    /// Begins in the first minutes of a session, on a copy of a database whose one user trades at the broker.
    pub async fn begin(
        house: &'a mut TestHost,
        hook: &'a JournalHook,
        database: &Path,
        deaths: &[u64],
    ) -> Self {
        let outside = Outside::open(Clock::at(at(MONDAY, "09:18")), 1).await;
        outside.list(SYMBOLS, 10_000);
        let graves = vec![house.goes_on_in(copy_of(database))];
        let mut deaths = VecDeque::from(deaths.to_vec());
        let (life, daemon) = live(house, hook, &outside, deaths.pop_front()).await;
        Self { outside, daemon, life, house, hook, deaths, graves }
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.outside.clock.now()
    }

    /// Takes a step, and looks at the orders a minute later, as the daemon does each minute. What a death cut off is
    /// done again by the daemon that comes after it.
    pub async fn take(&mut self, number: u64, step: Step) {
        self.until_done(async |day: &Self| day.perform(number, step).await).await;
        self.outside.pass_until(self.now().plus_minutes(1)).await;
        self.until_done(async |day: &Self| day.minute().await).await;
    }

    /// Everything is well again, and the books are compared until they can be.
    pub async fn settle(&mut self) {
        self.outside.sim.clear_faults();
        for _ in 0..5 {
            // What waits after a login that helped nothing waits half an hour at most.
            self.outside.pass_until(self.now().plus_minutes(10)).await;
            self.until_done(async |day: &Self| {
                day.minute().await;
                day.reconcile().await;
            })
            .await;
        }
    }

    /// How many daemons there were.
    pub fn lives(&self) -> usize {
        self.graves.len()
    }

    /// The end of the day of the test: the daemon stops.
    pub async fn end(self) {
        self.daemon.store.close().await.unwrap();
    }

    /// Works until the work is done by one life.
    async fn until_done(&mut self, work: impl AsyncFn(&Self)) {
        loop {
            let life = self.life.clone();
            tokio::select! {
                biased;
                () = life.ended() => {}
                () = work(self) => {}
            }
            if life.over().is_none() {
                return;
            }
            self.rise().await;
        }
    }

    /// Another daemon on what the last one left.
    async fn rise(&mut self) {
        // What the dead one wrote after its end is nobody's.
        let _closed = self.daemon.store.close().await;
        self.graves.push(self.house.goes_on_in(self.life.left()));
        let next = self.deaths.pop_front();
        (self.life, self.daemon) = live(self.house, self.hook, &self.outside, next).await;
    }

    async fn perform(&self, number: u64, step: Step) {
        let run = RunId(number);
        match step {
            Step::Buy { symbol, quantity, limit } => {
                let kind = limit.map_or(OrderKind::Market, |limit| OrderKind::Limit(Paise(limit)));
                self.decide(run, request(symbol, Side::Buy, quantity, kind)).await;
            }
            Step::Sell { which, away } => {
                let held = self.held().await;
                if let Some((symbol, quantity)) = held.get(which % held.len().max(1)) {
                    let kind = OrderKind::Limit(Paise(10_000 + away));
                    self.decide(run, request(symbol, Side::Sell, *quantity, kind)).await;
                }
            }
            Step::Change { which, quantity, limit } => {
                if let Some(order) = self.standing(which).await {
                    let kind = Some(broker::OrderKind::Limit(limit));
                    let quantity = Some(quantity.max(order.filled));
                    let change = broker::OrderChange { quantity, kind };
                    self.ask(run, HostCall::Modify { order_id: order.id.to_string(), change }).await;
                }
            }
            Step::Cancel { which } => {
                if let Some(order) = self.standing(which).await {
                    let (order_ids, reason) = (vec![order.id.to_string()], "as the script says".to_owned());
                    self.ask(run, HostCall::Cancel { order_ids, reason }).await;
                }
            }
            Step::TryAgain => {
                let refused = self.orders().await.into_iter().filter(|order| order.retryable);
                for order in refused.filter(|order| order.state == OrderState::Rejected) {
                    self.place(order.run, again(&order)).await;
                }
            }
            Step::Trade { symbol, price } => self.outside.trade(symbol, price),
        }
    }

    /// Places an order, unless one was written down for this decision. One that was refused and may be tried again is.
    async fn decide(&self, run: RunId, request: broker::OrderRequest) {
        let earlier = self.orders().await.into_iter().rfind(|order| order.run == run);
        match earlier {
            None => self.place(run, request).await,
            Some(order) if order.state == OrderState::Rejected && order.retryable => {
                self.place(run, again(&order)).await;
            }
            Some(_) => {}
        }
    }

    async fn place(&self, run: RunId, request: broker::OrderRequest) {
        self.ask(run, HostCall::Place { requests: vec![request] }).await;
    }

    /// What the daemon does each minute for a user's orders.
    async fn minute(&self) {
        let user = self.daemon.users.find(ADMIN).unwrap();
        if user.desk.lock().await.needs_reconcile() {
            self.reconcile().await;
        }
        // The broker may be away for a minute.
        let _changed = user.desk.lock().await.sync_fills(self.now()).await;
    }

    async fn reconcile(&self) {
        self.ask(RunId(0), HostCall::Reconcile).await;
    }

    /// Asks as a run does. Whatever the broker does, it is no failure of ours.
    async fn ask(&self, run: RunId, call: HostCall) {
        let user = self.daemon.users.find(ADMIN).unwrap();
        let now = self.now();
        let context = OrderContext { run, strategy: StrategyName::REBOUND, day: now.ist_day(), now };
        let reply = LiveServices::new(&self.daemon.runs, &user, TASK, context).call(&call).await;
        if let HostReply::Failed(why) = reply {
            panic!("{call:?} failed: {why}");
        }
    }

    /// All orders, by their numbers.
    pub async fn orders(&self) -> Vec<Order> {
        let user = self.daemon.users.find(ADMIN).unwrap();
        let desk = user.desk.lock().await;
        let mut orders: Vec<Order> = desk.book().orders().cloned().collect();
        orders.sort_by_key(|order| order.id.number);
        orders
    }

    async fn standing(&self, which: usize) -> Option<Order> {
        let mut orders = self.orders().await;
        orders.retain(|order| matches!(order.state, OrderState::Accepted | OrderState::PartiallyFilled));
        (!orders.is_empty()).then(|| orders.swap_remove(which % orders.len()))
    }

    /// What is held and not offered.
    async fn held(&self) -> Vec<(String, u32)> {
        let orders = self.orders().await;
        let user = self.daemon.users.find(ADMIN).unwrap();
        let desk = user.desk.lock().await;
        let held = desk.book().held_symbols().map(|symbol| (symbol.clone(), desk.book().held(symbol)));
        let offered = |symbol: &str| {
            let sells = orders
                .iter()
                .filter(|order| order.request.side == Side::Sell && order.request.symbol.as_str() == symbol);
            sells.filter(|order| !order.state.is_final()).count() > 0
        };
        held.map(|(symbol, quantity)| (symbol.to_string(), quantity))
            .filter(|(symbol, _)| !offered(symbol))
            .collect()
    }
}

/// The next life.
async fn live(
    house: &mut TestHost,
    hook: &JournalHook,
    outside: &Outside,
    dies_at: Option<u64>,
) -> (Arc<Life>, Arc<Daemon>) {
    let life = Life::new(house.database(), dies_at);
    hook.follow(&life);
    let brokerage = MortalBrokerage { inner: outside.brokerage(), life: life.clone() };
    house.brokers = Brokers::default().with(KOTAK, Arc::new(brokerage));
    let daemon = house.start_on(outside.clock.clone(), &[]).await;
    life.begin(daemon.store.clone());
    (life, daemon)
}

fn request(symbol: &str, side: Side, quantity: u32, kind: OrderKind) -> broker::OrderRequest {
    let buys = side == Side::Buy;
    broker::OrderRequest {
        symbol: symbol.to_owned(),
        side: if buys { HostSide::Buy } else { HostSide::Sell },
        quantity,
        kind: match kind {
            OrderKind::Limit(limit) => broker::OrderKind::Limit(limit.0),
            OrderKind::Market => broker::OrderKind::Market,
        },
        variety: broker::Variety::Regular,
        product: broker::Product::Delivery,
        purpose: if buys { broker::Purpose::Entry } else { broker::Purpose::Exit("script".to_owned()) },
        signal_id: None,
        rsi: None,
        retry_of: None,
    }
}

/// The same order in place of one that was refused.
fn again(order: &Order) -> broker::OrderRequest {
    let of = &order.request;
    let retry_of = Some(order.id.to_string());
    broker::OrderRequest { retry_of, ..request(of.symbol.as_str(), of.side, of.quantity, of.kind) }
}
