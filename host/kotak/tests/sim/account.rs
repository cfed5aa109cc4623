//! One user's account at the fake, linked as a desk links it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use kotak_sim::{AccountSpec, Call, Facts, Fault, KotakSim, Rule, SimClock, When, ist};
use prahari_brokers::{Broker, BrokerOrder, Brokerage, NewLink, Pace, Pushes, pushes};
use prahari_domain::ids::{OrderId, RunId, UserId};
use prahari_domain::money::Paise;
use prahari_domain::orders::{Order, OrderKind, OrderRequest, OrderState, Product, Purpose, Side, Variety};
use prahari_domain::strategies::StrategyName;
use prahari_domain::time::Timestamp;
use prahari_kotak::{
    CredentialSource, Credentials, KotakBrokerage, KotakSettings, Outbound, Sessions, UserSession,
};
use prahari_secrets::{OneTimeCodes, Secret};
use tokio::sync::watch;
use url::Url;

pub const USER: UserId = UserId(7);

/// The time of client and fake. Waiting for an instant makes it now, unless time is held: then it passes when the test says
/// so.
pub struct SharedTime {
    now: Arc<AtomicI64>,
    sim: KotakSim,
    held: bool,
    passed: watch::Sender<()>,
}

impl SharedTime {
    pub fn pass(&self, millis: i64) {
        self.now.fetch_add(millis, Ordering::SeqCst);
        self.sim.tick();
        self.passed.send_replace(());
    }
}

#[async_trait]
impl Pace for SharedTime {
    fn now(&self) -> Timestamp {
        Timestamp(self.now.load(Ordering::SeqCst))
    }

    async fn wait_until(&self, instant: Timestamp) {
        if self.held {
            let mut passed = self.passed.subscribe();
            while self.now() < instant {
                passed.changed().await.unwrap();
            }
            return;
        }
        self.now.fetch_max(instant.0, Ordering::SeqCst);
        self.sim.tick();
        tokio::task::yield_now().await;
    }
}

struct Kept(AccountSpec, Outbound);

#[async_trait]
impl CredentialSource for Kept {
    async fn credentials(&self, _: UserId) -> Result<Credentials, String> {
        let secret = |text: &str| Secret::new(text.to_owned());
        Ok(Credentials {
            access_token: secret(&self.0.access_token),
            mobile: secret(&self.0.mobile),
            client_code: secret(&self.0.ucc),
            pin: secret(&self.0.mpin),
            codes: OneTimeCodes::from_base32(&self.0.totp_secret),
            outbound: self.1.clone(),
        })
    }
}

/// A user who is linked with the fake.
pub struct Account {
    pub sim: KotakSim,
    pub time: Arc<SharedTime>,
    pub spec: AccountSpec,
    pub sessions: Arc<Sessions>,
    pub brokerage: KotakBrokerage,
    pub broker: Arc<dyn Broker>,
    pub pushes: Pushes,
}

impl Account {
    pub async fn new() -> Self {
        Self::with(Facts::default(), |_| {}).await
    }

    pub async fn with(facts: Facts, change: impl FnOnce(&mut KotakSettings)) -> Self {
        Self::leaving(Outbound::Direct, facts, change).await
    }

    pub async fn leaving(outbound: Outbound, facts: Facts, change: impl FnOnce(&mut KotakSettings)) -> Self {
        let now = Arc::new(AtomicI64::new(ist("2026-11-02 09:20:11").unwrap()));
        let asked = now.clone();
        let clock = SimClock::asked(move || asked.load(Ordering::SeqCst));
        let sim = KotakSim::start_with(clock, facts).await.unwrap();
        let spec = AccountSpec::numbered(7);
        sim.add_account(spec.clone());
        sim.set_price("DEMO-EQ", 25_100).unwrap();
        let mut settings = KotakSettings {
            fewest_shares: 1,
            order_feed: false,
            // Real time: long enough for a loaded machine, short enough for a test of silence.
            send: Duration::from_secs(2),
            read: Duration::from_secs(2),
            ..KotakSettings::at(Url::parse(&sim.url()).unwrap())
        };
        change(&mut settings);
        // A feed waits all the time; it would make time run.
        let held = settings.order_feed;
        let time = Arc::new(SharedTime { now, sim: sim.clone(), held, passed: watch::Sender::new(()) });
        let settings = Arc::new(settings);
        let kept = Arc::new(Kept(spec.clone(), outbound));
        let sessions = Arc::new(Sessions::new(settings.clone(), time.clone(), kept).unwrap());
        let brokerage = KotakBrokerage::new(settings, time.clone(), sessions.clone());
        let (broker, pushes) = link(&brokerage).await;
        Self { sim, time, spec, sessions, brokerage, broker, pushes }
    }

    pub fn session(&self) -> Arc<UserSession> {
        self.sessions.of(USER)
    }

    pub fn now(&self) -> Timestamp {
        self.time.now()
    }

    pub fn fault(&self, call: Call, when: When, fault: Fault) {
        self.sim.add_fault(Rule::new(call, when, fault));
    }

    /// Logins that succeeded.
    pub fn logins(&self) -> usize {
        self.sim.logins(&self.spec.ucc).iter().filter(|login| login.complete).count()
    }

    /// Orders that came under any tag, at most per tag.
    pub fn most_under_one_tag(&self) -> (usize, usize) {
        let stories = self.sim.tags();
        let places = stories.iter().map(|story| story.places).max().unwrap_or(0);
        (places, stories.iter().map(|story| story.orders.len()).max().unwrap_or(0))
    }

    pub fn order(&self, number: u32, side: Side, quantity: u32, kind: OrderKind) -> Order {
        let now = self.now();
        Order {
            id: OrderId { user: USER, day: now.ist_day(), number },
            request: OrderRequest {
                symbol: "DEMO".parse().unwrap(),
                side,
                quantity,
                kind,
                variety: Variety::Regular,
                product: Product::Delivery,
                purpose: Purpose::Entry,
                signal: None,
                rsi: None,
                retry_of: None,
            },
            run: RunId(1),
            strategy: StrategyName::REBOUND,
            tag: None,
            state: OrderState::Sent,
            broker_id: None,
            filled: 0,
            fill_value: Paise::ZERO,
            fill_keys: Vec::new(),
            terms: Default::default(),
            reason: String::new(),
            retryable: false,
            first_placed_at: now,
            placed_at: now,
            updated_at: now,
        }
    }

    /// A buy below the market, which stands.
    pub fn resting(&self, number: u32) -> Order {
        self.order(number, Side::Buy, 4, OrderKind::Limit(Paise(24_000)))
    }

    /// Places an order, and answers it with the broker's number.
    pub async fn placed(&self, order: Order) -> Order {
        let placed = self.broker.place(&order, self.now()).await.unwrap();
        self.time.pass(1_000);
        Order { broker_id: Some(placed.broker_id), state: OrderState::Accepted, ..order }
    }

    /// The shares that the broker holds, by symbol.
    pub async fn shares(&self) -> Vec<(String, u32)> {
        let held = self.broker.holdings().await.unwrap().into_iter();
        held.map(|held| (held.symbol.to_string(), held.quantity)).collect()
    }

    /// The order in the book.
    pub async fn seen(&self, order: &Order) -> BrokerOrder {
        let mut book = self.broker.book().await.unwrap();
        book.retain(|known| Some(&known.broker_id) == order.broker_id.as_ref());
        assert_eq!(book.len(), 1, "{book:?}");
        book.remove(0)
    }
}

pub async fn link(brokerage: &KotakBrokerage) -> (Arc<dyn Broker>, Pushes) {
    let (sender, pushes) = pushes();
    let new = NewLink { user: USER, capital: Paise::ZERO, pushes: sender };
    (brokerage.link(new).await.unwrap().broker, pushes)
}
