//! A broker whose calls end in time.

use std::sync::Arc;

use async_trait::async_trait;
use prahari_brokers::{
    Broker, BrokerError, BrokerOrder, Check, Funds, Holding, Placed, PriceSeen, ShareRules,
};
use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::orders::{Order, OrderKind, OrderRequest};
use prahari_domain::time::Timestamp;

use super::CallLimiter;

/// A user's broker with deadlines.
pub struct TimedBroker {
    inner: Arc<dyn Broker>,
    limiter: Arc<CallLimiter>,
}

impl TimedBroker {
    /// `inner` over this line.
    pub fn new(inner: Arc<dyn Broker>, limiter: Arc<CallLimiter>) -> Self {
        Self { inner, limiter }
    }
}

#[async_trait]
impl Broker for TimedBroker {
    async fn place(&self, order: &Order, now: Timestamp) -> Result<Placed, BrokerError> {
        self.limiter.send("an order", self.inner.place(order, now)).await
    }

    async fn modify(
        &self,
        order: &Order,
        quantity: u32,
        kind: OrderKind,
        now: Timestamp,
    ) -> Result<(), BrokerError> {
        self.limiter.send("a change of an order", self.inner.modify(order, quantity, kind, now)).await
    }

    async fn cancel(&self, order: &Order, now: Timestamp) -> Result<(), BrokerError> {
        self.limiter.send("a cancellation", self.inner.cancel(order, now)).await
    }

    async fn book(&self) -> Result<Vec<BrokerOrder>, BrokerError> {
        self.limiter.read("a question for the order book", self.inner.book()).await
    }

    fn book_proves_absence(&self) -> bool {
        self.inner.book_proves_absence()
    }

    /// It takes no turn from the calls that trade; a broker that does not answer in time makes no limit.
    async fn market_limit(&self, request: &OrderRequest, seen: &PriceSeen, now: Timestamp) -> Option<Paise> {
        self.limiter.look(self.inner.market_limit(request, seen, now)).await.ok().flatten()
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
        self.limiter.read("a question for the holdings", self.inner.holdings()).await
    }

    async fn funds(&self) -> Result<Funds, BrokerError> {
        self.limiter.read("a question for the funds", self.inner.funds()).await
    }

    async fn readiness(&self, now: Timestamp) -> Vec<Check> {
        self.limiter.look(self.inner.readiness(now)).await.unwrap_or_else(|within| {
            let said = format!("nothing was found out about the account within {} s", within.as_secs_f32());
            vec![Check::failed("broker", said, "see whether this machine reaches the broker, and look again")]
        })
    }

    async fn margin(&self, buys: &[Order], now: Timestamp) -> Option<Check> {
        self.limiter.look(self.inner.margin(buys, now)).await.unwrap_or_else(|within| {
            let said = format!("the broker did not say within {} s what they need", within.as_secs_f32());
            Some(Check::not_known("margin", said, "look again"))
        })
    }
}
