//! A simulated account whose calls end in time.

use std::sync::Arc;

use async_trait::async_trait;
use prahari_brokers::{AccountChange, BrokerError, BrokerEvent, OwnAccount, SimulatedAccount};
use prahari_domain::money::Paise;
use prahari_domain::time::Timestamp;

use super::CallLimiter;

/// A user's simulated account with deadlines.
pub struct TimedAccount {
    inner: Arc<dyn SimulatedAccount>,
    limiter: Arc<CallLimiter>,
}

impl TimedAccount {
    /// `inner` over this line.
    pub fn new(inner: Arc<dyn SimulatedAccount>, limiter: Arc<CallLimiter>) -> Self {
        Self { inner, limiter }
    }
}

#[async_trait]
impl SimulatedAccount for TimedAccount {
    fn has_open(&self) -> bool {
        self.inner.has_open()
    }

    async fn advance(&self, now: Timestamp) -> Result<Vec<BrokerEvent>, BrokerError> {
        self.limiter.read("a question for what happened", self.inner.advance(now)).await
    }

    async fn view(&self) -> Result<OwnAccount, BrokerError> {
        self.limiter.read("a question for the account", self.inner.view()).await
    }

    async fn set_capital(&self, capital: Paise, now: Timestamp) -> Result<(), BrokerError> {
        self.limiter.send("a payment", self.inner.set_capital(capital, now)).await
    }

    async fn change_holdings(&self, change: &AccountChange, now: Timestamp) -> Result<(), BrokerError> {
        self.limiter.send("a corporate action", self.inner.change_holdings(change, now)).await
    }
}
