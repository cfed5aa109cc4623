//! A broker whose calls end in time.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use parking_lot::Mutex;
use prahari_brokers::{Broker, BrokerError, BrokerEvent, BrokerOrder, Funds, OwnAccount, Placed};
use prahari_domain::ids::UserId;
use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::orders::{Order, OrderKind};
use prahari_domain::time::Timestamp;

use super::Deadlines;
use crate::clock::Stopwatch;

/// A broker with deadlines.
pub struct TimedBroker {
    inner: Arc<dyn Broker>,
    deadlines: Deadlines,
    /// Users one of whose calls passed its deadline, and since when.
    silent: Mutex<BTreeMap<UserId, Stopwatch>>,
}

impl TimedBroker {
    /// `inner` with these deadlines.
    pub fn new(inner: Arc<dyn Broker>, deadlines: Deadlines) -> Self {
        Self { inner, deadlines, silent: Mutex::default() }
    }

    /// A call that changes something at the broker: whether it did is unknown after its deadline.
    async fn send<T>(
        &self,
        user: UserId,
        what: &str,
        call: impl Future<Output = Result<T, BrokerError>>,
    ) -> Result<T, BrokerError> {
        let within = self.deadlines.send;
        let late = || BrokerError::Unclear(format!("no answer to {what} within {} s", within.as_secs_f32()));
        self.in_time(user, within, call).await.unwrap_or_else(|| Err(late()))
    }

    /// A call that changes nothing.
    async fn read<T>(
        &self,
        user: UserId,
        what: &str,
        call: impl Future<Output = Result<T, BrokerError>>,
    ) -> Result<T, BrokerError> {
        let within = self.deadlines.read;
        let late =
            || BrokerError::Unavailable(format!("no answer to {what} within {} s", within.as_secs_f32()));
        self.in_time(user, within, call).await.unwrap_or_else(|| Err(late()))
    }

    /// The answer; none when it does not come in time. A user whose last call was not answered is not asked for again for a
    /// while.
    async fn in_time<T>(
        &self,
        user: UserId,
        within: Duration,
        call: impl Future<Output = Result<T, BrokerError>>,
    ) -> Option<Result<T, BrokerError>> {
        if let Some(left) = self.rests(user) {
            let seconds = left.as_secs_f32().ceil();
            let reason =
                format!("it did not answer the last call of this user and is asked again in {seconds} s");
            return Some(Err(BrokerError::Unavailable(reason)));
        }
        let Ok(answer) = tokio::time::timeout(within, call).await else {
            tracing::warn!(%user, within_s = within.as_secs_f32(), "the broker does not answer");
            self.silent().insert(user, Stopwatch::start());
            return None;
        };
        Some(answer)
    }

    /// How long the broker is not asked for a user yet, if it is not.
    fn rests(&self, user: UserId) -> Option<Duration> {
        let mut silent = self.silent();
        let left = self.deadlines.rest.checked_sub(silent.get(&user)?.elapsed());
        if left.is_none() {
            silent.remove(&user);
        }
        left
    }

    fn silent(&self) -> parking_lot::MutexGuard<'_, BTreeMap<UserId, Stopwatch>> {
        self.silent.lock()
    }
}

#[async_trait]
impl Broker for TimedBroker {
    async fn place(&self, user: UserId, order: &Order, now: Timestamp) -> Result<Placed, BrokerError> {
        self.send(user, "an order", self.inner.place(user, order, now)).await
    }

    async fn modify(
        &self,
        user: UserId,
        order: &Order,
        quantity: u32,
        kind: OrderKind,
        now: Timestamp,
    ) -> Result<(), BrokerError> {
        self.send(user, "a change of an order", self.inner.modify(user, order, quantity, kind, now)).await
    }

    async fn cancel(&self, user: UserId, order: &Order, now: Timestamp) -> Result<(), BrokerError> {
        self.send(user, "a cancellation", self.inner.cancel(user, order, now)).await
    }

    async fn book(&self, user: UserId) -> Result<Vec<BrokerOrder>, BrokerError> {
        self.read(user, "a question for the order book", self.inner.book(user)).await
    }

    fn book_proves_absence(&self) -> bool {
        self.inner.book_proves_absence()
    }

    async fn holdings(&self, user: UserId) -> Result<Vec<(Symbol, u32)>, BrokerError> {
        self.read(user, "a question for the holdings", self.inner.holdings(user)).await
    }

    async fn funds(&self, user: UserId) -> Result<Funds, BrokerError> {
        self.read(user, "a question for the funds", self.inner.funds(user)).await
    }

    async fn open_account(&self, user: UserId, capital: Paise) -> Result<(), BrokerError> {
        self.send(user, "the opening of an account", self.inner.open_account(user, capital)).await
    }

    fn has_open(&self, user: UserId) -> bool {
        self.inner.has_open(user)
    }

    async fn advance(&self, user: UserId, now: Timestamp) -> Result<Vec<BrokerEvent>, BrokerError> {
        self.read(user, "a question for what happened", self.inner.advance(user, now)).await
    }

    async fn own_account(&self, user: UserId) -> Result<Option<OwnAccount>, BrokerError> {
        self.read(user, "a question for the account", self.inner.own_account(user)).await
    }

    async fn set_capital(&self, user: UserId, capital: Paise, now: Timestamp) -> Result<(), BrokerError> {
        self.send(user, "a payment", self.inner.set_capital(user, capital, now)).await
    }
}
