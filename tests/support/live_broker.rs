//! A broker that lies outside: it keeps the orders and shares of its customers, executes when the test says so, and
//! tells it by itself or not. As far as Prahari knows the money is real.

#[path = "unanswered.rs"]
mod unanswered;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use prahari_brokers::{
    Broker, BrokerError, BrokerEvent, BrokerEventKind, BrokerLink, BrokerOrder, BrokerOrderState, Brokerage,
    Funds, Holding, NewLink, Placed, PriceSeen, PushSender, ShareRules,
};
use prahari_domain::ids::{OrderId, UserId};
use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::orders::{Fill, Order, OrderKind, OrderRequest, Side};
use prahari_domain::time::Timestamp;
use tokio::sync::Notify;

use unanswered::Unanswered;

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
    unanswered: Unanswered,
}

/// What goes wrong with the next order or change of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// It is not sent, and that is certain.
    Unsent,
    /// It does not arrive, and nobody says so.
    Request,
    /// It is taken, and nobody says so.
    Answer,
}

#[derive(Default)]
struct FakeLink {
    orders: Vec<Taken>,
    /// Tags that were ever used: one stays used, whatever becomes of its order.
    tags: BTreeSet<String>,
    holdings: BTreeMap<Symbol, u32>,
    /// What it says that a share cost, where it says it.
    costs: BTreeMap<Symbol, Paise>,
    /// What it says may be sold, where it says it.
    sellable: BTreeMap<Symbol, u32>,
    /// What its own list says of a share, where it has one.
    rules: BTreeMap<Symbol, ShareRules>,
    holdings_asked: usize,
    pushes: Option<PushSender>,
    books_asked: usize,
    next_loss: Option<Loss>,
    next_change_loss: Option<Loss>,
    /// The tags of all requests that left for it, whether or not they arrived.
    requests: Vec<String>,
    is_book_down: bool,
    is_book_empty: bool,
    is_lagging: bool,
    rewrites_tags: bool,
    makes_limits: MakesLimits,
}

/// What it does with market orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MakesLimits {
    /// It takes them as they are.
    #[default]
    Never,
    /// It wants a limit one percent from the price.
    Asks,
    /// It makes the limit itself, as when no price is fresh enough.
    ByItself,
}

/// An order that it has.
struct Taken {
    /// Our id, for the tests; the broker does not know it.
    id: OrderId,
    known: BrokerOrder,
    side: Side,
    is_hidden: bool,
}

impl FakeLink {
    /// The newest order of an id: a test names orders by it.
    fn of_id(&mut self, id: &str) -> &mut Taken {
        self.orders.iter_mut().rev().find(|taken| taken.id.to_string() == id).unwrap()
    }
}

impl LiveBroker {
    fn with<T>(&self, user: UserId, work: impl FnOnce(&mut FakeLink) -> T) -> T {
        work(self.customers.lock().unwrap().entry(user).or_default())
    }

    /// Executes a part of the newest order of an id, and says what it would push about it.
    pub fn execute(&self, user: UserId, id: &str, quantity: u32, price: Paise, at: Timestamp) -> BrokerEvent {
        self.with(user, |customer| {
            let Taken { known, side, .. } = customer.of_id(id);
            let key = format!("{}/{}", known.broker_id, known.fills.len() + 1);
            let fill = Fill { key, quantity, price, at };
            known.fills.push(fill.clone());
            known.filled += quantity;
            known.changed_at = at;
            if known.filled == known.quantity && known.state == BrokerOrderState::Open {
                known.state = BrokerOrderState::Filled;
            }
            let event = event(known, at, BrokerEventKind::Filled(fill));
            let (symbol, buys) = (known.symbol.clone(), *side == Side::Buy);
            let held = customer.holdings.entry(symbol).or_default();
            *held = if buys { *held + quantity } else { *held - quantity };
            event
        })
    }

    /// The exchange annuls the last execution of the newest order of an id; the order stays as it ended.
    pub fn annul(&self, user: UserId, id: &str, at: Timestamp) -> Fill {
        self.with(user, |customer| {
            let Taken { known, side, .. } = customer.of_id(id);
            let fill = known.fills.pop().unwrap();
            known.filled -= fill.quantity;
            known.changed_at = at;
            let (symbol, buys) = (known.symbol.clone(), *side == Side::Buy);
            let held = customer.holdings.entry(symbol).or_default();
            *held = if buys { held.saturating_sub(fill.quantity) } else { *held + fill.quantity };
            fill
        })
    }

    /// Shows an execution of the newest order of an id again, or for the first time, as if nothing had been.
    pub fn show_fill(&self, user: UserId, id: &str, fill: Fill) {
        self.with(user, |customer| {
            let Taken { known, side, .. } = customer.of_id(id);
            let (quantity, symbol, buys) = (fill.quantity, known.symbol.clone(), *side == Side::Buy);
            known.filled += quantity;
            known.fills.push(fill);
            let held = customer.holdings.entry(symbol).or_default();
            *held = if buys { *held + quantity } else { *held - quantity };
        });
    }

    /// Lists an execution of the newest order of an id again that was left out.
    pub fn list_fill(&self, user: UserId, id: &str, fill: Fill) {
        self.with(user, |customer| customer.of_id(id).known.fills.push(fill));
    }

    /// Leaves the last execution of the newest order of an id out of its list; its row has it still.
    pub fn hide_fill(&self, user: UserId, id: &str) -> Fill {
        self.with(user, |customer| customer.of_id(id).known.fills.pop().unwrap())
    }

    /// How many shares of a symbol it says may be sold; it says nothing before.
    pub fn set_sellable(&self, user: UserId, symbol: &str, shares: u32) {
        self.with(user, |customer| customer.sellable.insert(symbol.parse().unwrap(), shares));
    }

    /// How often a user's shares were asked for.
    pub fn holdings_asked(&self, user: UserId) -> usize {
        self.with(user, |customer| customer.holdings_asked)
    }

    /// Refuses the newest order of an id after it was taken, and says what it would push about it.
    pub fn reject(
        &self,
        user: UserId,
        id: &str,
        reason: &str,
        (retryable, unsettled): (bool, bool),
    ) -> BrokerEvent {
        self.with(user, |customer| {
            let (known, reason) = (&mut customer.of_id(id).known, reason.to_owned());
            known.state = BrokerOrderState::Rejected { reason: reason.clone(), retryable, unsettled };
            event(known, known.changed_at, BrokerEventKind::Rejected { reason, retryable, unsettled })
        })
    }

    /// The customer trades by themselves, on another screen; the order book shows it.
    pub fn trade_outside(
        &self,
        user: UserId,
        (symbol, side): (&str, Side),
        quantity: u32,
        price: Paise,
        at: Timestamp,
    ) {
        self.with(user, |customer| {
            let broker_id = format!("L{}", customer.orders.len() + 1);
            let key = format!("{broker_id}/1");
            let symbol: Symbol = symbol.parse().unwrap();
            let known = BrokerOrder {
                tag: format!("{}-{}-CUSTOMER-ADMINAPI", at.0 / 1_000, customer.orders.len() + 1),
                broker_id,
                symbol: symbol.clone(),
                side,
                quantity,
                kind: OrderKind::Market,
                algo_id: None,
                state: BrokerOrderState::Filled,
                filled: quantity,
                fills: vec![Fill { key, quantity, price, at }],
                accepted_at: at,
                modified_at: at,
                changed_at: at,
            };
            // The test names orders by ids of ours, which this one has not.
            let id = OrderId { user, day: at.ist_day(), number: 0 };
            customer.orders.push(Taken { id, known, side, is_hidden: false });
            let held = customer.holdings.entry(symbol).or_default();
            *held = if side == Side::Buy { *held + quantity } else { *held - quantity };
        });
    }

    /// How many shares the list of holdings has, whatever was traded.
    pub fn set_held(&self, user: UserId, symbol: &str, quantity: u32) {
        self.with(user, |customer| customer.holdings.insert(symbol.parse().unwrap(), quantity));
    }

    /// What the list of holdings says that a share cost.
    pub fn set_cost(&self, user: UserId, symbol: &str, cost: Paise) {
        self.with(user, |customer| customer.costs.insert(symbol.parse().unwrap(), cost));
    }

    /// What its own list says of a share, and it refuses by.
    pub fn set_rules(&self, user: UserId, symbol: &str, rules: ShareRules) {
        self.with(user, |customer| customer.rules.insert(symbol.parse().unwrap(), rules));
    }

    /// Ends what is left of the newest order of an id, and says what it would push about it.
    pub fn withdraw(&self, user: UserId, id: &str, at: Timestamp) -> BrokerEvent {
        let reason = "withdrawn by the exchange".to_owned();
        self.with(user, |customer| {
            let rewrites = customer.rewrites_tags;
            let known = &mut customer.of_id(id).known;
            known.state = BrokerOrderState::Cancelled { reason: reason.clone() };
            known.changed_at = at;
            if rewrites {
                known.tag = suffixed(&known.tag, at);
            }
            event(known, at, BrokerEventKind::Cancelled { reason: reason.clone() })
        })
    }

    /// Whether it writes tags anew: another one after a change, the time behind it after a cancellation.
    pub fn set_rewrites_tags(&self, user: UserId, rewrites: bool) {
        self.with(user, |customer| customer.rewrites_tags = rewrites);
    }

    /// The tag of the newest order of an id is written anew, as after a change on another screen.
    pub fn rewrite_tag(&self, user: UserId, id: &str) {
        self.with(user, |customer| {
            let known = &mut customer.of_id(id).known;
            known.tag = rewritten(known);
        });
    }

    /// What goes wrong with the next order of a user.
    pub fn lose_next(&self, user: UserId, loss: Loss) {
        self.with(user, |customer| customer.next_loss = Some(loss));
    }

    /// What goes wrong with the next change or cancellation of a user.
    pub fn lose_next_change(&self, user: UserId, loss: Loss) {
        self.with(user, |customer| customer.next_change_loss = Some(loss));
    }

    /// Whether it wants market orders as limits, and shows a limit for each.
    pub fn set_makes_limits(&self, user: UserId, makes: MakesLimits) {
        self.with(user, |customer| customer.makes_limits = makes);
    }

    /// What the book shows of the newest order of an id becomes something else.
    pub fn show(&self, user: UserId, id: &str, change: impl FnOnce(&mut BrokerOrder)) {
        self.with(user, |customer| change(&mut customer.of_id(id).known));
    }

    /// The newest order of an id as the book shows it.
    pub fn shown(&self, user: UserId, id: &str) -> BrokerOrder {
        self.with(user, |customer| customer.of_id(id).known.clone())
    }

    /// Whether a user's order book is empty, whatever they have there.
    pub fn set_book_empty(&self, user: UserId, empty: bool) {
        self.with(user, |customer| customer.is_book_empty = empty);
    }

    /// Whether the book leaves out what is taken from now on. When it does no longer, it shows everything.
    pub fn set_lagging(&self, user: UserId, lagging: bool) {
        self.with(user, |customer| {
            customer.is_lagging = lagging;
            if !lagging {
                customer.orders.iter_mut().for_each(|taken| taken.is_hidden = false);
            }
        });
    }

    /// The tags of all requests of a user that left for it, in their order.
    pub fn requests(&self, user: UserId) -> Vec<String> {
        self.with(user, |customer| customer.requests.clone())
    }

    /// Shares of a symbol that a user holds there.
    pub fn held(&self, user: UserId, symbol: &str) -> u32 {
        self.with(user, |customer| customer.holdings.get(&symbol.parse().unwrap()).copied().unwrap_or(0))
    }

    /// Everything that it has taken of a user, whether or not the book shows it, with our ids.
    pub fn all_taken(&self, user: UserId) -> Vec<(OrderId, BrokerOrder)> {
        self.with(user, |customer| {
            customer.orders.iter().map(|taken| (taken.id, taken.known.clone())).collect()
        })
    }

    /// Whether a user's order book cannot be had.
    pub fn set_book_down(&self, user: UserId, down: bool) {
        self.with(user, |customer| customer.is_book_down = down);
    }

    /// Leaves the newest order of an id out of the book, or not.
    pub fn set_hidden(&self, user: UserId, id: &str, hidden: bool) {
        self.with(user, |customer| customer.of_id(id).is_hidden = hidden);
    }

    /// The tags with which orders of a user were taken, in their order.
    pub fn tags_used(&self, user: UserId) -> BTreeSet<String> {
        self.with(user, |customer| customer.tags.clone())
    }

    /// How many orders of a user it has taken.
    pub fn taken(&self, user: UserId) -> usize {
        self.with(user, |customer| customer.orders.len())
    }

    /// The tag of the newest order of an id, as it is shown now.
    pub fn tag_of(&self, user: UserId, id: &str) -> String {
        self.with(user, |customer| customer.of_id(id).known.tag.clone())
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

    /// Our id of the newest order of a user that it has, if any.
    pub fn newest(&self, user: UserId) -> Option<String> {
        self.with(user, |customer| customer.orders.last().map(|taken| taken.id.to_string()))
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
        self.unanswered.most()
    }

    async fn reach(&self, user: UserId) {
        let silent = self.silent.lock().unwrap().contains(&user);
        if silent {
            let _waiting = self.unanswered.begin();
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

/// Links users with it.
pub struct LiveBrokerage(pub Arc<LiveBroker>);

#[async_trait]
impl Brokerage for LiveBrokerage {
    async fn link(&self, NewLink { user, pushes, .. }: NewLink) -> Result<BrokerLink, BrokerError> {
        self.0.reach(user).await;
        self.0.with(user, |customer| customer.pushes = Some(pushes));
        let broker = Arc::new(LiveLink { broker: self.0.clone(), user });
        Ok(BrokerLink { broker, simulated: None, session: None })
    }
}

struct LiveLink {
    broker: Arc<LiveBroker>,
    user: UserId,
}

impl LiveLink {
    /// Changes an order that stands, which its number names.
    async fn change(
        &self,
        order: &Order,
        change: impl FnOnce(&mut BrokerOrder, bool) + Send,
    ) -> Result<(), BrokerError> {
        self.broker.reach(self.user).await;
        self.broker.with(self.user, |customer| {
            let unclear = || Err(BrokerError::Unclear("the line went dead".to_owned()));
            let loss = customer.next_change_loss.take();
            match loss {
                Some(Loss::Unsent) => return Err(BrokerError::Unavailable("the line is cut".to_owned())),
                Some(Loss::Request) => return unclear(),
                Some(Loss::Answer) | None => {}
            }
            let rewrites = customer.rewrites_tags;
            let is_meant = |taken: &&mut Taken| {
                Some(&taken.known.broker_id) == order.broker_id.as_ref()
                    && taken.known.state == BrokerOrderState::Open
            };
            let taken = customer.orders.iter_mut().find(is_meant);
            let reason = format!("there is no open order {:?}", order.broker_id);
            let taken = taken.ok_or(BrokerError::Refused { reason, retryable: false })?;
            change(&mut taken.known, rewrites);
            if loss.is_some() { unclear() } else { Ok(()) }
        })
    }
}

fn event(known: &BrokerOrder, at: Timestamp, kind: BrokerEventKind) -> BrokerEvent {
    BrokerEvent { broker_id: Some(known.broker_id.clone()), tag: known.tag.clone(), at, kind }
}

fn suffixed(tag: &str, at: Timestamp) -> String {
    format!("{tag}-{}", at.0 / 1_000)
}

/// As orders look that nobody gave a tag.
fn rewritten(known: &BrokerOrder) -> String {
    format!("{}-{}-CUSTOMER-ADMINAPI", known.accepted_at.0 / 1_000, known.broker_id.trim_start_matches('L'))
}

#[async_trait]
impl Broker for LiveLink {
    async fn place(&self, order: &Order, now: Timestamp) -> Result<Placed, BrokerError> {
        self.broker.reach(self.user).await;
        let tag = order.broker_tag();
        let unclear = || Err(BrokerError::Unclear("the line went dead".to_owned()));
        let (loss, broker_id) = self.broker.with(self.user, |customer| {
            let loss = customer.next_loss.take();
            if loss == Some(Loss::Unsent) {
                return Err(BrokerError::Unavailable("the line is cut".to_owned()));
            }
            customer.requests.push(tag.clone());
            if loss == Some(Loss::Request) {
                return Ok((loss, String::new()));
            }
            if !customer.tags.insert(tag.clone()) {
                return Err(BrokerError::TagInUse);
            }
            let broker_id = format!("L{}", customer.orders.len() + 1);
            let known = BrokerOrder {
                tag,
                broker_id: broker_id.clone(),
                symbol: order.request.symbol.clone(),
                side: order.request.side,
                quantity: order.request.quantity,
                kind: order.request.kind,
                algo_id: None,
                state: BrokerOrderState::Open,
                filled: 0,
                fills: Vec::new(),
                accepted_at: now,
                modified_at: now,
                changed_at: now,
            };
            let is_hidden = customer.is_lagging;
            customer.orders.push(Taken { id: order.id, known, side: order.request.side, is_hidden });
            Ok((loss, broker_id))
        })?;
        if loss.is_some() {
            return unclear();
        }
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
        let change = |known: &mut BrokerOrder, rewrites: bool| {
            (known.quantity, known.kind) = (quantity, kind);
            (known.modified_at, known.changed_at) = (now, now);
            if rewrites {
                known.tag = rewritten(known);
            }
        };
        self.change(order, change).await
    }

    async fn cancel(&self, order: &Order, now: Timestamp) -> Result<(), BrokerError> {
        let change = |known: &mut BrokerOrder, rewrites: bool| {
            known.state = BrokerOrderState::Cancelled { reason: "as asked".to_owned() };
            known.changed_at = now;
            if rewrites {
                known.tag = suffixed(&known.tag, now);
            }
        };
        self.change(order, change).await
    }

    async fn book(&self) -> Result<Vec<BrokerOrder>, BrokerError> {
        self.broker.reach(self.user).await;
        self.broker.with(self.user, |customer| {
            customer.books_asked += 1;
            if customer.is_book_down {
                return Err(BrokerError::Unavailable("no report comes".to_owned()));
            }
            let shown = customer.orders.iter().filter(|taken| !taken.is_hidden && !customer.is_book_empty);
            Ok(shown.map(|taken| taken.known.clone()).collect())
        })
    }

    async fn market_limit(&self, request: &OrderRequest, seen: &PriceSeen, _: Timestamp) -> Option<Paise> {
        let away = if request.side == Side::Buy { 101 } else { 99 };
        let asks = self.broker.with(self.user, |customer| customer.makes_limits == MakesLimits::Asks);
        asks.then_some(Paise(seen.price.0 * away / 100))
    }

    fn share_rules(&self, symbol: &Symbol, _: Timestamp) -> Option<ShareRules> {
        self.broker.with(self.user, |customer| customer.rules.get(symbol).cloned())
    }

    fn shows_market_as_limit(&self) -> bool {
        self.broker.with(self.user, |customer| customer.makes_limits != MakesLimits::Never)
    }

    async fn holdings(&self) -> Result<Vec<Holding>, BrokerError> {
        self.broker.reach(self.user).await;
        Ok(self.broker.with(self.user, |customer| {
            customer.holdings_asked += 1;
            let held = customer.holdings.iter().filter(|(_, held)| **held > 0);
            let holding = |(symbol, held): (&Symbol, &u32)| Holding {
                average_cost: customer.costs.get(symbol).copied(),
                sellable: customer.sellable.get(symbol).copied(),
                ..Holding::of_shares(symbol.clone(), *held)
            };
            held.map(holding).collect()
        }))
    }

    async fn funds(&self) -> Result<Funds, BrokerError> {
        self.broker.reach(self.user).await;
        Ok(Funds { cash: Paise::rupees(1_000_000), reserved: Paise::ZERO })
    }
}
