//! What stands where a user has no broker.

use async_trait::async_trait;
use prahari_brokers::{Broker, BrokerError, BrokerOrder, Check, Funds, Holding, Placed};
use prahari_domain::orders::{Order, OrderKind};
use prahari_domain::time::Timestamp;

/// Refuses every call with the same reason: nothing is sent.
pub(super) struct Unusable {
    reason: String,
}

impl Unusable {
    pub(super) fn new(reason: String) -> Self {
        Self { reason }
    }

    fn refuse<T>(&self) -> Result<T, BrokerError> {
        Err(BrokerError::Unavailable(self.reason.clone()))
    }
}

#[async_trait]
impl Broker for Unusable {
    async fn place(&self, _: &Order, _: Timestamp) -> Result<Placed, BrokerError> {
        self.refuse()
    }

    async fn modify(&self, _: &Order, _: u32, _: OrderKind, _: Timestamp) -> Result<(), BrokerError> {
        self.refuse()
    }

    async fn cancel(&self, _: &Order, _: Timestamp) -> Result<(), BrokerError> {
        self.refuse()
    }

    async fn book(&self) -> Result<Vec<BrokerOrder>, BrokerError> {
        self.refuse()
    }

    async fn holdings(&self) -> Result<Vec<Holding>, BrokerError> {
        self.refuse()
    }

    async fn funds(&self) -> Result<Funds, BrokerError> {
        self.refuse()
    }

    async fn readiness(&self, _: Timestamp) -> Vec<Check> {
        let advice = "link the user with a broker that can be used";
        vec![Check::failed("broker", format!("there is no broker for this user: {}", self.reason), advice)]
    }
}
