//! The calls of one user, and the link that carries them.

use std::sync::Arc;

use async_trait::async_trait;
use prahari_domain::ids::UserId;
use prahari_domain::instruments::Symbol;
use prahari_domain::money::{Paise, rupees};
use prahari_domain::numbers::counted;
use prahari_domain::orders::{Order, OrderKind};
use prahari_domain::time::Timestamp;

use super::PaperBroker;
use super::order::PaperOrder;
use crate::broker::{Broker, BrokerError, BrokerEvent, BrokerOrder, Funds, Holding, Placed};
use crate::link::{AccountChange, BrokerLink, Brokerage, NewLink, OwnAccount, SimulatedAccount};
use crate::readiness::Check;

impl PaperBroker {
    /// [`Broker::place`] for a user.
    ///
    /// # Errors
    /// As there.
    pub async fn place(&self, user: UserId, order: &Order, now: Timestamp) -> Result<Placed, BrokerError> {
        let desk = self.desk(user)?;
        let placed = self.with_faults("place", user, order, now, self.take(user, &desk, order, now)).await?;
        Ok(Placed { broker_id: placed })
    }

    /// [`Broker::modify`] for a user.
    ///
    /// # Errors
    /// As there.
    pub async fn modify(
        &self,
        user: UserId,
        order: &Order,
        quantity: u32,
        kind: OrderKind,
        now: Timestamp,
    ) -> Result<(), BrokerError> {
        let desk = self.desk(user)?;
        let change = self.change(user, &desk, order.id, quantity, kind, now);
        self.with_faults("modify", user, order, now, change).await
    }

    /// [`Broker::cancel`] for a user.
    ///
    /// # Errors
    /// As there.
    pub async fn cancel(&self, user: UserId, order: &Order, now: Timestamp) -> Result<(), BrokerError> {
        let desk = self.desk(user)?;
        self.with_faults("cancel", user, order, now, self.end(user, &desk, order.id, now)).await
    }

    /// [`Broker::book`] for a user.
    ///
    /// # Errors
    /// As there.
    pub async fn book(&self, user: UserId) -> Result<Vec<BrokerOrder>, BrokerError> {
        let desk = self.desk(user)?;
        let held = desk.lock().await;
        Ok(held.account.orders.values().map(PaperOrder::view).collect())
    }

    /// [`Broker::holdings`] for a user.
    ///
    /// # Errors
    /// As there.
    pub async fn holdings(&self, user: UserId) -> Result<Vec<Holding>, BrokerError> {
        let desk = self.desk(user)?;
        let held = desk.lock().await;
        let shares = held.account.kept.holdings.iter();
        // Nothing is on its way to this account: what was bought a moment ago may be sold.
        let holding = |(symbol, quantity): (&Symbol, &u32)| Holding {
            sellable: Some(*quantity),
            ..Holding::of_shares(symbol.clone(), *quantity)
        };
        Ok(shares.map(holding).collect())
    }

    /// [`Broker::funds`] for a user.
    ///
    /// # Errors
    /// As there.
    pub async fn funds(&self, user: UserId) -> Result<Funds, BrokerError> {
        let desk = self.desk(user)?;
        let held = desk.lock().await;
        held.account.funds(&self.tariff).map_err(|error| BrokerError::Unavailable(error.to_string()))
    }

    /// [`SimulatedAccount::has_open`] for a user.
    pub fn has_open(&self, user: UserId) -> bool {
        let accounts = self.accounts.read();
        accounts.get(&user).is_some_and(|desk| desk.has_open())
    }

    /// [`SimulatedAccount::advance`] for a user.
    ///
    /// # Errors
    /// As there.
    pub async fn advance(&self, user: UserId, now: Timestamp) -> Result<Vec<BrokerEvent>, BrokerError> {
        let desk = self.desk(user)?;
        if !desk.has_open() {
            return Ok(Vec::new());
        }
        let mut held = desk.lock().await;
        let matched = self.match_up(user, &mut held.account, now).await;
        self.save(user, &mut held.account, now.ist_day()).await?;
        let events = held.account.take_reports(now.plus_millis(-self.settings.faults.late_ms));
        // What happened before the market failed is reported; the rest comes with the next call.
        if events.is_empty() { matched.map(|()| events) } else { Ok(events) }
    }

    /// [`SimulatedAccount::view`] for a user.
    ///
    /// # Errors
    /// As there.
    pub async fn view(&self, user: UserId) -> Result<OwnAccount, BrokerError> {
        let desk = self.desk(user)?;
        let held = desk.lock().await;
        Ok(held.account.view())
    }

    /// [`SimulatedAccount::set_capital`] for a user.
    ///
    /// # Errors
    /// As there.
    pub async fn set_capital(&self, user: UserId, capital: Paise, now: Timestamp) -> Result<(), BrokerError> {
        let desk = self.desk(user)?;
        let mut held = desk.lock().await;
        held.account.set_capital(capital);
        self.save(user, &mut held.account, now.ist_day()).await
    }

    /// [`SimulatedAccount::change_holdings`] for a user.
    ///
    /// # Errors
    /// As there.
    pub async fn change_holdings(
        &self,
        user: UserId,
        change: &AccountChange,
        now: Timestamp,
    ) -> Result<(), BrokerError> {
        let desk = self.desk(user)?;
        let mut held = desk.lock().await;
        held.account.change_holdings(change).map_err(super::intake::refuse)?;
        self.save(user, &mut held.account, now.ist_day()).await
    }
}

/// The paper broker as users are linked with it.
pub struct PaperBrokerage(Arc<PaperBroker>);

impl PaperBrokerage {
    /// Links with accounts at this broker.
    pub fn new(broker: Arc<PaperBroker>) -> Self {
        Self(broker)
    }
}

#[async_trait]
impl Brokerage for PaperBrokerage {
    /// It pushes nothing: what happens in its accounts depends on the instant at which they are asked.
    async fn link(&self, NewLink { user, capital, .. }: NewLink) -> Result<BrokerLink, BrokerError> {
        let opened = self.0.open_account(user, capital).await;
        opened.map_err(|error| BrokerError::Unavailable(error.to_string()))?;
        let link = Arc::new(PaperLink { broker: self.0.clone(), user });
        Ok(BrokerLink { broker: link.clone(), simulated: Some(link), session: None })
    }
}

/// Link of one user to the paper broker.
struct PaperLink {
    broker: Arc<PaperBroker>,
    user: UserId,
}

#[async_trait]
impl Broker for PaperLink {
    async fn place(&self, order: &Order, now: Timestamp) -> Result<Placed, BrokerError> {
        self.broker.place(self.user, order, now).await
    }

    async fn modify(
        &self,
        order: &Order,
        quantity: u32,
        kind: OrderKind,
        now: Timestamp,
    ) -> Result<(), BrokerError> {
        self.broker.modify(self.user, order, quantity, kind, now).await
    }

    async fn cancel(&self, order: &Order, now: Timestamp) -> Result<(), BrokerError> {
        self.broker.cancel(self.user, order, now).await
    }

    async fn book(&self) -> Result<Vec<BrokerOrder>, BrokerError> {
        self.broker.book(self.user).await
    }

    /// An order is in the book before its answer is given, and nothing is on its way.
    fn book_proves_absence(&self) -> bool {
        true
    }

    /// No exchange is there to annul a trade.
    fn executions_are_final(&self) -> bool {
        true
    }

    async fn holdings(&self) -> Result<Vec<Holding>, BrokerError> {
        self.broker.holdings(self.user).await
    }

    async fn funds(&self) -> Result<Funds, BrokerError> {
        self.broker.funds(self.user).await
    }

    async fn readiness(&self, _now: Timestamp) -> Vec<Check> {
        let advice = "look for an alert about this user's records, and check the database";
        let account = match self.funds().await {
            Ok(funds) => {
                Check::ok("account", format!("the paper account opens, with {} in cash", rupees(funds.cash)))
            }
            Err(error) => {
                Check::failed("account", format!("the paper account does not open: {error}"), advice)
            }
        };
        let book = match self.book().await {
            Ok(orders) => {
                let orders = counted(orders.len(), "order", "orders");
                Check::ok("book", format!("the paper broker's book reads, {orders}"))
            }
            Err(error) => {
                Check::failed("book", format!("the paper broker's book does not read: {error}"), advice)
            }
        };
        vec![account, book]
    }
}

#[async_trait]
impl SimulatedAccount for PaperLink {
    fn has_open(&self) -> bool {
        self.broker.has_open(self.user)
    }

    async fn advance(&self, now: Timestamp) -> Result<Vec<BrokerEvent>, BrokerError> {
        self.broker.advance(self.user, now).await
    }

    async fn view(&self) -> Result<OwnAccount, BrokerError> {
        self.broker.view(self.user).await
    }

    async fn set_capital(&self, capital: Paise, now: Timestamp) -> Result<(), BrokerError> {
        self.broker.set_capital(self.user, capital, now).await
    }

    async fn change_holdings(&self, change: &AccountChange, now: Timestamp) -> Result<(), BrokerError> {
        self.broker.change_holdings(self.user, change, now).await
    }
}

#[cfg(test)]
mod tests {
    use prahari_domain::time::Timestamp;

    use super::super::tests::{Bench, USER};
    use super::*;
    use crate::readiness::CheckOutcome;

    #[tokio::test]
    async fn an_account_that_opens_is_ready_and_one_that_is_not_there_says_so() {
        let broker = Arc::new(Bench::new().await.broker);
        let look = async |user: UserId| {
            let link = PaperLink { broker: broker.clone(), user };
            let checks = link.readiness(Timestamp(0)).await;
            checks.into_iter().map(|check| (check.name.into_owned(), check.outcome)).collect::<Vec<_>>()
        };
        let both = |outcome| ["account", "book"].map(|name| (name.to_owned(), outcome)).to_vec();
        assert_eq!(look(USER).await, both(CheckOutcome::Ok));
        assert_eq!(look(UserId(99)).await, both(CheckOutcome::Failed));
        let cash = broker.funds(USER).await.unwrap().cash;
        let link = PaperLink { broker, user: USER };
        let said = &link.readiness(Timestamp(0)).await[0].evidence;
        assert_eq!(*said, format!("the paper account opens, with {} in cash", rupees(cash)));
        assert!(said.contains('₹'), "{said}");
    }
}
