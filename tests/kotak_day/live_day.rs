//! A daemon at work, whose users trade at the fake on the made-up market: what the market trades, the fake trades.

use std::sync::Arc;

use prahari_app::brokers::Brokers;
use prahari_app::clock::Clock;
use prahari_app::daemon::Daemon;
use prahari_app::desk::OrderContext;
use prahari_app::runs::LiveServices;
use prahari_brokers::MarketData;
use prahari_domain::ids::{RunId, UserId};
use prahari_domain::instruments::Symbol;
use prahari_domain::orders::Side;
use prahari_domain::strategies::StrategyName;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_runtime::abi::latest::{Side as HostSide, broker};
use prahari_runtime::{HostCall, HostReply, HostServices};
use prahari_store::{RunFilter, SlotOutcome};

use crate::outside::{KOTAK, Outside, users_of_kotak};
use crate::support::{TestHost, run, slots};

/// In whose name a test places orders.
const TASK: Task = Task::literal("buy_orders");

/// The daemon, and all around it.
pub struct LiveDay {
    /// What outlives the daemon.
    pub house: TestHost,
    /// What is outside.
    pub outside: Outside,
    /// The daemon.
    pub daemon: Arc<Daemon>,
    /// Every share that there is.
    pub shares: Vec<Symbol>,
}

impl LiveDay {
    /// With so many users, of whom the services of those are on.
    pub async fn begin(users: u32, at_work: &[UserId], from: Timestamp) -> Self {
        let mut house = TestHost::new(users);
        users_of_kotak(&house.database(), users, from).await;
        let outside = Outside::open(Clock::at(from), users).await;
        let shares = house.market.universe().await.unwrap().to_vec();
        outside.list(shares.iter().map(Symbol::as_str), 10_000);
        house.brokers = Brokers::default().with(KOTAK, outside.brokerage());
        let daemon = house.start_on(outside.clock.clone(), &[]).await;
        for user in at_work {
            daemon.services.start_service(*user).await.unwrap();
        }
        let day = Self { house, outside, daemon, shares };
        for share in &day.shares {
            day.trade(share).await;
        }
        day
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.outside.clock.now()
    }

    /// Does everything due before an instant, in one leap.
    pub async fn leap_until(&self, instant: Timestamp) {
        run(&self.daemon, instant).await;
        self.outside.pass_until(instant).await;
    }

    /// Does everything due before an instant, with the market trading each minute what has orders at the broker.
    pub async fn pass_until(&self, instant: Timestamp) {
        while self.now() < instant {
            let next = Timestamp((self.now().0 / 60_000 + 1) * 60_000).min(instant);
            self.leap_until(next).await;
            for share in self.ordered() {
                self.trade(&share).await;
            }
        }
    }

    /// The shares of orders that stand at the broker.
    fn ordered(&self) -> Vec<Symbol> {
        let users = self.daemon.users.all();
        let orders = users.iter().flat_map(|user| self.outside.orders(user.id));
        let standing = orders.filter(|order| !order.status.is_finished());
        let mut symbols: Vec<Symbol> =
            standing.map(|order| order.symbol.trim_end_matches("-EQ").parse().unwrap()).collect();
        symbols.sort();
        symbols.dedup();
        symbols
    }

    /// The fake trades at the price of the market.
    async fn trade(&self, share: &Symbol) {
        if let Some(price) = self.price(share).await {
            self.outside.trade(share.as_str(), price);
        }
    }

    /// The last price of a share, in paise.
    pub async fn price(&self, share: &Symbol) -> Option<i64> {
        let quotes = self.house.market.quotes(std::slice::from_ref(share), self.now()).await.unwrap();
        quotes.into_iter().flatten().next().map(|quote| quote.last.0)
    }

    /// Asks as a run of a user does.
    pub async fn ask(&self, user: UserId, call: HostCall) -> HostReply {
        let user = self.daemon.users.find(user).unwrap();
        let now = self.now();
        let context =
            OrderContext { run: RunId(0), strategy: StrategyName::REBOUND, day: now.ist_day(), now };
        LiveServices::new(&self.daemon.runs, &user, TASK, context).call(&call).await
    }

    /// Places an order; answers its id, or why there is none.
    pub async fn place(&self, user: UserId, request: broker::OrderRequest) -> Result<String, String> {
        match self.ask(user, HostCall::Place { requests: vec![request] }).await {
            HostReply::Placed(answers) => answers[0].clone().map_err(|refusal| refusal.detail),
            other => panic!("{other:?}"),
        }
    }

    /// A limit order of a share so many hundredths above its price, or below.
    pub async fn limit(
        &self,
        share: &Symbol,
        side: Side,
        quantity: u32,
        hundredths: i64,
    ) -> broker::OrderRequest {
        let price = self.price(share).await.unwrap() * (100 + hundredths) / 100;
        let buys = side == Side::Buy;
        broker::OrderRequest {
            symbol: share.to_string(),
            side: if buys { HostSide::Buy } else { HostSide::Sell },
            quantity,
            // A multiple of every tick.
            kind: broker::OrderKind::Limit(price / 500 * 500),
            variety: broker::Variety::Regular,
            product: broker::Product::Delivery,
            purpose: if buys { broker::Purpose::Entry } else { broker::Purpose::Exit("test".to_owned()) },
            signal_id: None,
            rsi: None,
            retry_of: None,
        }
    }

    /// Every slot of a user's day ran, every tick of it, and every run succeeded.
    pub async fn nothing_failed(&self, user: UserId, day: &str) {
        self.daemon.store.flush().await.unwrap();
        let all = slots(&self.daemon, user, day).await;
        assert!(!all.is_empty(), "there was nothing to do on {day}");
        for slot in all {
            assert_eq!(slot.outcome, Some(SlotOutcome::Ran), "{slot:?}");
            assert_eq!((slot.ticks_failed, slot.ticks_missed), (0, 0), "{slot:?}");
        }
        let filter = RunFilter { limit: 1_000, ..RunFilter::default() };
        for run in self.daemon.store.user(user).runs(filter).await.unwrap() {
            assert_eq!(run.outcome.as_deref(), Some("succeeded"), "{run:?}");
        }
    }

    /// Another process on the same database: nobody is logged in, and nothing is remembered that was not written.
    pub async fn restart(&mut self) {
        self.daemon.store.close().await.unwrap();
        self.house.brokers = Brokers::default().with(KOTAK, self.outside.brokerage());
        self.daemon = self.house.start_on(self.outside.clock.clone(), &[]).await;
    }

    /// Ends the daemon.
    pub async fn end(self) {
        self.daemon.store.close().await.unwrap();
    }
}
