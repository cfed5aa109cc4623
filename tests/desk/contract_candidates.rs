//! The brokers that are tried against the contract, each with how its market is moved and what cannot be asked of it.
#![allow(clippy::unwrap_used, reason = "helpers of tests; clippy exempts only the tests themselves")]

use std::sync::Arc;

use async_trait::async_trait;
use prahari_app::clock::Clock;
use prahari_brokers::paper::MemoryPaperStore;
use prahari_brokers::{BrokerLink, BrokerOrderState, Brokerage, PaperBroker, PaperBrokerage, PaperSettings};
use prahari_domain::calendar::CalendarHandle;
use prahari_domain::money::Paise;
use prahari_domain::orders::{OrderKind, OrderTag};
use prahari_domain::time::Timestamp;
use prahari_kotak::KotakBrokerage;

use crate::LOW;
use crate::broker_contract::Rule;
use crate::outside::Outside;
use crate::support::desk_fixture::USER;
use crate::support::fake_broker::{FlatMarket, PRICE};
use crate::support::live_broker::{LiveBroker, LiveBrokerage};
use crate::support::{MONDAY, at};

/// A broker that is tried.
#[async_trait]
pub trait Candidate: Sync {
    /// Where links come from.
    fn brokerage(&self) -> &dyn Brokerage;

    /// The rules that cannot be asked of it, each with the reason. One that it keeps all the same is no exception.
    fn exceptions(&self) -> &'static [(Rule, &'static str)] {
        &[]
    }

    /// Lets it be an instant at the broker, where that does not follow from the calls.
    async fn pass_until(&self, _instant: Timestamp) {}

    /// Has everything executed that can be at [`PRICE`], in two parts where the broker can.
    async fn trade(&self, link: &BrokerLink, now: Timestamp);
}

/// Paper on a flat market: time does it.
pub struct Paper(PaperBrokerage);

impl Paper {
    pub fn new() -> Self {
        let calendar = CalendarHandle::embedded().unwrap();
        let (market, store) =
            (Arc::new(FlatMarket::new(calendar.clone())), Arc::new(MemoryPaperStore::default()));
        let broker = PaperBroker::new(PaperSettings::default(), market, calendar, store).unwrap();
        Self(PaperBrokerage::new(Arc::new(broker)))
    }
}

#[async_trait]
impl Candidate for Paper {
    fn brokerage(&self) -> &dyn Brokerage {
        &self.0
    }

    async fn trade(&self, link: &BrokerLink, now: Timestamp) {
        link.simulated.as_ref().unwrap().advance(now).await.unwrap();
    }
}

/// The live broker of the tests.
pub struct Live(LiveBrokerage);

impl Live {
    pub fn new() -> Self {
        Self(LiveBrokerage(Arc::new(LiveBroker::default())))
    }
}

#[async_trait]
impl Candidate for Live {
    fn brokerage(&self) -> &dyn Brokerage {
        &self.0
    }

    fn exceptions(&self) -> &'static [(Rule, &'static str)] {
        &[(
            Rule::AbsenceIsProved,
            "it does not say so of itself, and what a broker does not say is not believed",
        )]
    }

    async fn trade(&self, link: &BrokerLink, now: Timestamp) {
        for order in link.broker.book().await.unwrap() {
            if order.state == BrokerOrderState::Open && order.kind != OrderKind::Limit(Paise(LOW)) {
                let id = order.tag.parse::<OrderTag>().unwrap().order().to_string();
                self.0.0.execute(USER, &id, 1, PRICE, now);
                self.0.0.execute(USER, &id, order.quantity - 1, PRICE, now);
            }
        }
    }
}

/// Kotak Neo over its fake: real sockets, and the exchange of the fake.
pub struct Kotak {
    pub outside: Outside,
    brokerage: Arc<KotakBrokerage>,
}

impl Kotak {
    /// The market is a rupee above the price at which everything is ordered, so that a buy rests until it moves.
    pub async fn new() -> Self {
        let outside = Outside::open(Clock::at(at(MONDAY, "09:59")), 1).await;
        outside.list(["ABC", "XYZ"], PRICE.0 + 100);
        let brokerage = outside.brokerage();
        Self { outside, brokerage }
    }
}

#[async_trait]
impl Candidate for Kotak {
    fn brokerage(&self) -> &dyn Brokerage {
        &*self.brokerage
    }

    fn exceptions(&self) -> &'static [(Rule, &'static str)] {
        &[
            (
                Rule::AbsenceIsProved,
                "its book lags, lacks rows and is empty in some sessions; what it does not show may be there",
            ),
            (
                Rule::LinksFindOrdersByTag,
                "the broker writes its own tag over ours when an order is changed, and what a link has sent is forgotten \
                 with it: from then on the number alone names the order",
            ),
        ]
    }

    async fn pass_until(&self, instant: Timestamp) {
        self.outside.pass_until(instant).await;
    }

    async fn trade(&self, _: &BrokerLink, now: Timestamp) {
        self.outside.pass_until(now).await;
        for share in ["ABC-EQ", "XYZ-EQ"] {
            self.outside.sim.set_price_with(share, PRICE.0, 1).unwrap();
            self.outside.sim.set_price(share, PRICE.0).unwrap();
        }
    }
}
