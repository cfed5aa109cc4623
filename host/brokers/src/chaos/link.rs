//! The link itself: each call as the switch says.

use std::future::Future;
use std::sync::Arc;

use async_trait::async_trait;
use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::orders::{Order, OrderKind, OrderRequest};
use prahari_domain::time::{Day, Timestamp};

use super::lag::as_of;
use super::switch::ChaosSwitch;
use crate::broker::{Broker, BrokerError, BrokerEvent, BrokerOrder, Funds, Holding, Placed};
use crate::link::{AccountChange, BrokerLink, OwnAccount, SimulatedAccount};
use crate::market::PriceSeen;
use crate::readiness::Check;
use crate::share_rules::ShareRules;

/// A user's link with a simulated account, which misbehaves while its switch is on.
pub struct ChaosLink {
    broker: Arc<dyn Broker>,
    account: Arc<dyn SimulatedAccount>,
    switch: Arc<ChaosSwitch>,
}

impl ChaosLink {
    /// Stands around a link, if it is one with a simulated account; returns any other as it is.
    pub fn around(link: BrokerLink, switch: &Arc<ChaosSwitch>) -> BrokerLink {
        let BrokerLink { broker, simulated: Some(account), session } = link else { return link };
        let link = Arc::new(Self { broker, account, switch: switch.clone() });
        BrokerLink { broker: link.clone(), simulated: Some(link), session }
    }

    /// Nothing arrives while the broker is down.
    fn check_up(&self) -> Result<(), BrokerError> {
        if self.switch.in_force().is_some_and(|chaos| chaos.modes.down) {
            self.switch.count(|counts| &mut counts.refused);
            return Err(BrokerError::Unavailable("it is down, by the chaos switch".to_owned()));
        }
        Ok(())
    }

    /// Lets an answer be late. Returns whether anybody waits for it still.
    async fn be_late(&self) -> bool {
        let Some(late_ms) = self.switch.in_force().and_then(|chaos| chaos.modes.late_ms) else { return true };
        self.switch.count(|counts| &mut counts.late);
        self.switch.time.be_late(late_ms).await
    }

    /// A call that changes something: once it is taken, its answer may come late, too late, or not at all.
    async fn send<T>(
        &self,
        what: &str,
        day: Day,
        call: impl Future<Output = Result<T, BrokerError>> + Send,
    ) -> Result<T, BrokerError> {
        self.check_up()?;
        let answer = call.await;
        let in_time = self.be_late().await;
        let every = self.switch.in_force().and_then(|chaos| chaos.modes.lose_every);
        if answer.is_ok() && every.is_some_and(|every| self.switch.loses(every, day)) {
            self.switch.count(|counts| &mut counts.lost);
            return Err(BrokerError::Unclear(format!("the answer to {what} was lost, by the chaos switch")));
        }
        let too_late = || format!("the answer to {what} came too late, by the chaos switch");
        if in_time { answer } else { Err(BrokerError::Unclear(too_late())) }
    }

    /// A call that reads.
    async fn read<T>(
        &self,
        call: impl Future<Output = Result<T, BrokerError>> + Send,
    ) -> Result<T, BrokerError> {
        self.check_up()?;
        let answer = call.await;
        let too_late = || "its answer came too late, by the chaos switch".to_owned();
        if self.be_late().await { answer } else { Err(BrokerError::Unavailable(too_late())) }
    }
}

#[async_trait]
impl Broker for ChaosLink {
    async fn place(&self, order: &Order, now: Timestamp) -> Result<Placed, BrokerError> {
        self.send("an order", now.ist_day(), self.broker.place(order, now)).await
    }

    async fn modify(
        &self,
        order: &Order,
        quantity: u32,
        kind: OrderKind,
        now: Timestamp,
    ) -> Result<(), BrokerError> {
        let call = self.broker.modify(order, quantity, kind, now);
        self.send("a change of an order", now.ist_day(), call).await
    }

    async fn cancel(&self, order: &Order, now: Timestamp) -> Result<(), BrokerError> {
        self.send("a cancellation", now.ist_day(), self.broker.cancel(order, now)).await
    }

    async fn book(&self) -> Result<Vec<BrokerOrder>, BrokerError> {
        let Some(lag_ms) = self.switch.lag_ms() else { return self.read(self.broker.book()).await };
        if let Some(reason) = self.switch.not_yet(lag_ms) {
            return Err(BrokerError::Unavailable(reason));
        }
        let horizon = self.switch.time.now().plus_millis(-lag_ms);
        let (shown, is_behind) = as_of(self.read(self.broker.book()).await?, horizon);
        if is_behind {
            self.switch.count(|counts| &mut counts.lagged);
        }
        Ok(shown)
    }

    /// A book that lags lacks what has arrived already.
    fn book_proves_absence(&self) -> bool {
        self.switch.behind_ms() == 0 && self.broker.book_proves_absence()
    }

    async fn market_limit(&self, request: &OrderRequest, seen: &PriceSeen, now: Timestamp) -> Option<Paise> {
        self.broker.market_limit(request, seen, now).await
    }

    fn share_rules(&self, symbol: &Symbol, now: Timestamp) -> Option<ShareRules> {
        self.broker.share_rules(symbol, now)
    }

    fn shows_market_as_limit(&self) -> bool {
        self.broker.shows_market_as_limit()
    }

    fn way_out(&self) -> Option<String> {
        self.broker.way_out()
    }

    fn executions_are_final(&self) -> bool {
        self.broker.executions_are_final()
    }

    async fn holdings(&self) -> Result<Vec<Holding>, BrokerError> {
        self.read(self.broker.holdings()).await
    }

    async fn funds(&self) -> Result<Funds, BrokerError> {
        self.read(self.broker.funds()).await
    }

    async fn readiness(&self, now: Timestamp) -> Vec<Check> {
        let mut checks = self.broker.readiness(now).await;
        if let Some(chaos) = self.switch.in_force() {
            let until = chaos.until.ist_time();
            let evidence = format!("the broker misbehaves on purpose until {}", until.format("%H:%M"));
            checks.push(Check::warning("chaos", evidence, "an admin can have it be well again"));
        }
        checks
    }

    async fn margin(&self, buys: &[Order], now: Timestamp) -> Option<Check> {
        self.broker.margin(buys, now).await
    }
}

#[async_trait]
impl SimulatedAccount for ChaosLink {
    fn has_open(&self) -> bool {
        self.account.has_open()
    }

    /// While the book lags, the account is asked for what happened up to then: what is reported is reported once, and stays
    /// in the account until it may be told.
    async fn advance(&self, now: Timestamp) -> Result<Vec<BrokerEvent>, BrokerError> {
        let until = match self.switch.lag_ms() {
            Some(lag_ms) => now.min(self.switch.time.now().plus_millis(-lag_ms)),
            None => now,
        };
        self.read(self.account.advance(until)).await
    }

    async fn view(&self) -> Result<OwnAccount, BrokerError> {
        self.check_up()?;
        self.account.view().await
    }

    async fn set_capital(&self, capital: Paise, now: Timestamp) -> Result<(), BrokerError> {
        self.check_up()?;
        self.account.set_capital(capital, now).await
    }

    async fn change_holdings(&self, change: &AccountChange, now: Timestamp) -> Result<(), BrokerError> {
        self.check_up()?;
        self.account.change_holdings(change, now).await
    }
}
