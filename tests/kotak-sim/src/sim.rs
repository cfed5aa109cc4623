//! The running fake, as tests hold it.

use std::net::SocketAddr;
use std::sync::Arc;

use parking_lot::{Mutex, MutexGuard};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::account::{Account, AccountSpec};
use crate::arrivals::{self, Arrival, TagStory};
use crate::calls::Call;
use crate::clock::SimClock;
use crate::control;
use crate::exchange::hours::Hours;
use crate::exchange::{NewOrder, PRODUCTS};
use crate::facts::Facts;
use crate::fault::{Rule, Struck};
use crate::instruments::{Instrument, InstrumentSpec};
use crate::net::{Connection, Gate, SimError};
use crate::order::Side;
use crate::time::{LATEST, Millis, day_of, ist};
use crate::views::{FillView, HoldingView, LoginView, OrderView};
use crate::world::{Candles, World};
use crate::{reply, rest, sensible};

/// A running fake of the broker. Clones are the same fake; it ends with the last of them.
#[derive(Clone)]
pub struct KotakSim {
    shared: Shared,
    running: Arc<Running>,
}

/// What all handlers share.
#[derive(Clone)]
pub(crate) struct Shared {
    pub clock: SimClock,
    world: Arc<Mutex<World>>,
    up: watch::Sender<bool>,
    down: Arc<Mutex<Vec<(Millis, Millis)>>>,
}

struct Running {
    address: SocketAddr,
    server: JoinHandle<std::io::Result<()>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// An order that the account's owner gives in the broker's app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppOrder {
    /// Symbol to trade by.
    pub symbol: String,
    /// Buy or sell.
    pub side: Side,
    /// Quantity; the freeze quantity at most.
    pub quantity: i64,
    /// Limit in paise, a crore of rupees at most; 0 for a market order.
    pub price: i64,
    /// `CNC`, `NRML`, `MIS` or `MTF`.
    pub product: String,
}

impl AppOrder {
    /// Refuses what the broker would: in its words where they are known, else in a sentence.
    fn check(&self, of: &InstrumentSpec) -> Result<(), SimError> {
        let refusal = if !PRODUCTS.contains(&self.product.as_str()) {
            reply::body_invalid()
        } else if self.quantity <= 0 || self.quantity % of.lot.max(1) != 0 {
            reply::quantity_invalid()
        } else if self.price < 0 {
            reply::price_invalid("pr")
        } else {
            return sensible::app_order(self, of).map_err(SimError);
        };
        Err(SimError(refusal.text()))
    }
}

impl Shared {
    /// The world, with all done that is due.
    pub fn world(&self) -> MutexGuard<'_, World> {
        let mut world = self.world.lock();
        world.catch_up(self.clock.now());
        world
    }
}

impl KotakSim {
    /// Starts a fake on a free port of loopback with the usual facts, the demo instruments and no account.
    pub async fn start(clock: SimClock) -> Result<Self, SimError> {
        Self::start_with(clock, Facts::default()).await
    }

    /// Starts a fake with these facts.
    pub async fn start_with(clock: SimClock, facts: Facts) -> Result<Self, SimError> {
        Self::start_at(SocketAddr::from(([127, 0, 0, 1], 0)), clock, facts).await
    }

    /// Starts a fake at an address. `facts.base_path` stays what it is now.
    pub async fn start_at(address: SocketAddr, clock: SimClock, facts: Facts) -> Result<Self, SimError> {
        let up = watch::Sender::new(true);
        let gate = Gate::bind(address, up.subscribe()).await;
        let gate = gate.map_err(|error| SimError(format!("cannot listen at {address}: {error}")))?;
        let address = gate.address();
        let base_path = facts.base_path.clone();
        let world = World::new(facts, clock.now(), format!("http://{address}"));
        let shared = Shared { clock, world: Arc::new(Mutex::new(world)), up, down: Arc::default() };
        let router = rest::router(shared.clone(), &base_path);
        let service = router.into_make_service_with_connect_info::<Connection>();
        let server = tokio::spawn(async move { axum::serve(gate, service).await });
        Ok(Self { shared, running: Arc::new(Running { address, server }) })
    }

    /// Serves the commands of a test that is another program; see the README.
    pub async fn serve_control(&self, address: SocketAddr) -> Result<SocketAddr, SimError> {
        control::serve(self.clone(), address).await
    }

    /// Where it is asked: the host of the login, of the feeds' configuration and of everything else.
    pub fn url(&self) -> String {
        format!("http://{}", self.running.address)
    }

    /// Its address.
    pub fn address(&self) -> SocketAddr {
        self.running.address
    }

    // Time.

    /// The time of the fake.
    pub fn now(&self) -> Millis {
        self.shared.clock.now()
    }

    /// Sets the time of a clock that is told (it never goes back, nor beyond [`LATEST`]), and lets everything happen that is due.
    pub fn set_now(&self, now: Millis) {
        self.shared.clock.set(now.min(LATEST));
        self.tick();
    }

    /// Moves a clock that is told on by this many milliseconds.
    pub fn advance(&self, ms: Millis) {
        self.set_now(self.now().saturating_add(ms));
    }

    /// Says that time has passed: what is due happens, and who waits for a time looks again.
    pub fn tick(&self) {
        let now = self.now();
        let is_down = self.shared.down.lock().iter().any(|(from, until)| (*from..*until).contains(&now));
        self.shared.up.send_if_modified(|up| std::mem::replace(up, !is_down) == is_down);
        drop(self.shared.world());
        self.shared.clock.wake();
    }

    // What is known and what is disputed.

    /// Changes facts from now on; `base_path` only counts at the start.
    pub fn change_facts(&self, change: impl FnOnce(&mut Facts)) {
        change(&mut self.shared.world().facts);
    }

    /// The facts that hold.
    pub fn facts(&self) -> Facts {
        self.shared.world().facts.clone()
    }

    /// Adds a fault.
    pub fn add_fault(&self, rule: Rule) {
        self.shared.world().faults.add(rule);
    }

    /// Takes all faults back.
    pub fn clear_faults(&self) {
        self.shared.world().faults.clear();
    }

    /// Each fault with how often it has struck.
    pub fn struck_faults(&self) -> Vec<(Rule, u64)> {
        self.shared.world().faults.struck()
    }

    /// Nobody listens at its address from `from` until `until`, and connections are cut. It holds as `tick` and `set_now` say.
    pub fn down_between(&self, from: Millis, until: Millis) {
        self.shared.down.lock().push((from, until));
        self.tick();
    }

    // Accounts.

    /// Adds an account.
    pub fn add_account(&self, spec: AccountSpec) {
        self.shared.world().accounts.push(Account::new(spec));
    }

    /// Changes an account: a payment, an address that is listed, shares that appear.
    pub fn change_account(&self, ucc: &str, change: impl FnOnce(&mut AccountSpec)) -> Result<(), SimError> {
        let mut world = self.shared.world();
        let index = account(&world, ucc)?;
        if let Some(account) = world.accounts.get_mut(index) {
            change(&mut account.spec);
        }
        Ok(())
    }

    /// Logs the account's owner in elsewhere, with what that does to other sessions.
    pub fn log_in_elsewhere(&self, ucc: &str) -> Result<(), SimError> {
        let mut world = self.shared.world();
        let index = account(&world, ucc)?;
        world.open_session(index, std::net::IpAddr::from([203, 0, 113, 9]));
        Ok(())
    }

    /// Ends the sessions of an account.
    pub fn end_sessions(&self, ucc: &str) -> Result<(), SimError> {
        let mut world = self.shared.world();
        let index = account(&world, ucc)?;
        world.end_sessions(index);
        Ok(())
    }

    /// All attempts to log in, in their order.
    pub fn logins(&self, ucc: &str) -> Vec<LoginView> {
        let world = self.shared.world();
        let found = world.account_index(ucc).and_then(|index| world.accounts.get(index));
        let logins = found.map(|account| account.logins.as_slice()).unwrap_or_default();
        logins
            .iter()
            .map(|login| LoginView { at: login.at, complete: login.complete, refusal: login.refusal.clone() })
            .collect()
    }

    // The market.

    /// Lists an instrument, or another version of one with the same trading symbol.
    pub fn list_instrument(&self, spec: InstrumentSpec) {
        let mut world = self.shared.world();
        match world.instrument_index(&spec.trading_symbol).and_then(|index| world.instruments.get_mut(index))
        {
            Some(known) => known.spec = spec,
            None => world.instruments.push(Instrument::new(spec)),
        }
    }

    /// All instruments.
    pub fn instruments(&self) -> Vec<Instrument> {
        self.shared.world().instruments.clone()
    }

    /// The market trades at this price in paise, any quantity: orders that it crosses are filled at it.
    pub fn set_price(&self, symbol: &str, price: i64) -> Result<(), SimError> {
        self.trade(symbol, price, None)
    }

    /// The same, with at most this quantity for all orders together, until the next price.
    pub fn set_price_with(&self, symbol: &str, price: i64, available: i64) -> Result<(), SimError> {
        self.trade(symbol, price, Some(available))
    }

    /// So many shares of an instrument were traded today.
    pub fn set_volume(&self, symbol: &str, volume: i64) -> Result<(), SimError> {
        let mut world = self.shared.world();
        let index = world.instrument_index(symbol);
        let instrument = index.and_then(|index| world.instruments.get_mut(index));
        let unknown = || SimError(format!("no instrument trades as {symbol}"));
        instrument.ok_or_else(unknown)?.volume = volume;
        Ok(())
    }

    fn trade(&self, symbol: &str, price: i64, available: Option<i64>) -> Result<(), SimError> {
        if price <= 0 {
            return Err(SimError(format!("{price} paise is no price of {symbol}")));
        }
        let mut world = self.shared.world();
        let index = world.instrument_index(symbol);
        let index = index.ok_or_else(|| SimError(format!("no instrument trades as {symbol}")))?;
        world.set_price(index, price, available);
        Ok(())
    }

    /// The bars of an instrument and interval: time, then open, high, low, close in paise, then volume.
    pub fn set_candles(&self, symbol: &str, interval: &str, bars: Vec<(Millis, [i64; 4], i64)>) {
        let mut world = self.shared.world();
        world.candles.retain(|known| known.symbol != symbol || known.interval != interval);
        world.candles.push(Candles { symbol: symbol.to_owned(), interval: interval.to_owned(), bars });
    }

    /// Sets the hours of the market; the phase of today follows them at once, without what happens at its begin.
    pub fn set_hours(&self, hours: Hours) {
        let mut world = self.shared.world();
        world.hours = hours;
        world.phase = world.phase_at(world.now);
    }

    /// A day without a session, as `2026-11-10`.
    pub fn add_holiday(&self, date: &str) -> Result<(), SimError> {
        let at = ist(&format!("{date} 00:00:00"));
        let at = at.ok_or_else(|| SimError(format!("{date} is no date like 2026-11-10")))?;
        let mut world = self.shared.world();
        world.holidays.insert(day_of(at));
        world.phase = world.phase_at(world.now);
        Ok(())
    }

    /// Orders stay this long in each of the states before they are open; 0 at first.
    pub fn set_step(&self, ms: Millis) {
        self.shared.world().step_ms = ms;
    }

    // Orders.

    /// Fills an order, also one that a fault lets rest: this quantity at this price in paise.
    pub fn fill(&self, order: &str, quantity: i64, price: i64) -> Result<(), SimError> {
        let mut world = self.shared.world();
        let index = world.order_index(order).ok_or_else(|| SimError(format!("there is no order {order}")))?;
        let known = world.orders.get(index).filter(|known| known.state.status.is_resting());
        let left = known.map_or(0, |known| known.state.left());
        if quantity <= 0 || price <= 0 || quantity > left {
            return Err(SimError(format!("{quantity} at {price} paise cannot be filled: {left} are open")));
        }
        world.fill(index, quantity, price);
        Ok(())
    }

    /// Takes a fill back before it is settled, as the exchange may with a trade in error.
    pub fn withdraw_fill(&self, id: u64) -> Result<(), SimError> {
        let withdrawn = self.shared.world().withdraw_fill(id);
        withdrawn.then_some(()).ok_or_else(|| SimError(format!("there is no fill {id} that is not settled")))
    }

    /// Rejects an order that is not finished, as the exchange may at any time.
    pub fn reject(&self, order: &str, reason: &str) -> Result<(), SimError> {
        let mut world = self.shared.world();
        let index = world.order_index(order).ok_or_else(|| SimError(format!("there is no order {order}")))?;
        if world.orders.get(index).is_some_and(|known| known.state.status.is_finished()) {
            return Err(SimError(format!("order {order} is finished")));
        }
        if let Some(known) = world.orders.get_mut(index) {
            known.next = None;
        }
        world.reject(index, reason.to_owned());
        Ok(())
    }

    /// An order of the app, which no client of ours knows; its number, or the refusal as the broker writes it.
    pub fn place_in_app(&self, ucc: &str, order: &AppOrder) -> Result<String, SimError> {
        let mut world = self.shared.world();
        let index = account(&world, ucc)?;
        let instrument = world.instrument_index(&order.symbol);
        let instrument = instrument.ok_or_else(|| SimError(format!("no instrument is {}", order.symbol)))?;
        if let Some(of) = world.instruments.get(instrument) {
            order.check(&of.spec)?;
        }
        let new = NewOrder {
            tag: None,
            instrument,
            side: order.side,
            product: order.product.clone(),
            kind: if order.price == 0 { "MKT" } else { "L" }.to_owned(),
            validity: "DAY".to_owned(),
            quantity: order.quantity,
            price: order.price,
            trigger: 0,
            amo: false,
            from_app: true,
        };
        let number = world.take(index, new, &Struck::default());
        let now = world.now;
        world.catch_up(now);
        Ok(number)
    }

    // What a checker asks.

    /// Each call that traded, in the order of arrival.
    pub fn arrivals(&self) -> Vec<Arrival> {
        self.shared.world().arrivals.clone()
    }

    /// What came under each tag.
    pub fn tags(&self) -> Vec<TagStory> {
        arrivals::by_tag(&self.shared.world().arrivals)
    }

    /// How often a call came, from one account or from all.
    pub fn calls(&self, call: Call, ucc: Option<&str>) -> usize {
        let world = self.shared.world();
        let of = |(_, known, by): &&(Millis, Call, Option<String>)| {
            *known == call && ucc.is_none_or(|ucc| by.as_deref() == Some(ucc))
        };
        world.calls.iter().filter(of).count()
    }

    /// All orders of an account, in the order in which they were taken.
    pub fn orders(&self, ucc: &str) -> Vec<OrderView> {
        let world = self.shared.world();
        let Some(account) = world.account_index(ucc) else { return Vec::new() };
        let own = world.orders.iter().filter(|order| order.account == account);
        own.map(|order| world.order_view(order)).collect()
    }

    /// All fills of an account.
    pub fn fills(&self, ucc: &str) -> Vec<FillView> {
        let world = self.shared.world();
        world.account_index(ucc).map(|account| world.fill_views(account)).unwrap_or_default()
    }

    /// What an account holds.
    pub fn holdings(&self, ucc: &str) -> Vec<HoldingView> {
        let world = self.shared.world();
        world.account_index(ucc).map(|account| world.holding_views(account)).unwrap_or_default()
    }

    /// The cash of an account in paise, with all trades in it, settled or not, and without charges.
    pub fn cash(&self, ucc: &str) -> Result<i64, SimError> {
        let world = self.shared.world();
        Ok(world.cash_view(account(&world, ucc)?))
    }

    /// How many connections the order feed has let in, and how many the market feed.
    pub fn feeds(&self) -> (usize, usize) {
        let world = self.shared.world();
        (world.hub.count(true), world.hub.count(false))
    }

    /// Ends all connections to the order feed, or to the market feed.
    pub fn close_feeds(&self, of_orders: bool) {
        self.shared.world().close_feeds(of_orders);
    }
}

fn account(world: &World, ucc: &str) -> Result<usize, SimError> {
    world.account_index(ucc).ok_or_else(|| SimError(format!("there is no account {ucc}")))
}
