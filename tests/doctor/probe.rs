//! A broker that says of itself what the test wants, and counts how often it was asked.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use prahari_brokers::{
    Broker, BrokerError, BrokerLink, BrokerOrder, Brokerage, Check, Funds, Holding, NewLink, Placed,
};
use prahari_domain::money::Paise;
use prahari_domain::orders::{Order, OrderKind};
use prahari_domain::time::Timestamp;

use crate::support::TestHost;

/// What the registry calls it.
pub const PROBE: &str = "probe";

/// The broker of every user who is linked with it.
#[derive(Clone, Default)]
pub struct Probe {
    says: Arc<Mutex<Vec<Check>>>,
    asked: Arc<AtomicUsize>,
}

impl Probe {
    /// A host whose daemons know it.
    pub fn in_house(users: u32) -> (Self, TestHost) {
        let (probe, mut house) = (Self::default(), TestHost::new(users));
        house.brokers = house.brokers.with(PROBE, Arc::new(probe.clone()));
        (probe, house)
    }

    pub fn says(&self, checks: Vec<Check>) {
        *self.says.lock().unwrap() = checks;
    }

    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Brokerage for Probe {
    async fn link(&self, _: NewLink) -> Result<BrokerLink, BrokerError> {
        Ok(BrokerLink { broker: Arc::new(self.clone()), simulated: None, session: None })
    }
}

fn nothing<T>() -> Result<T, BrokerError> {
    Err(BrokerError::Unavailable("nothing is traded here".to_owned()))
}

#[async_trait]
impl Broker for Probe {
    async fn place(&self, _: &Order, _: Timestamp) -> Result<Placed, BrokerError> {
        nothing()
    }

    async fn modify(&self, _: &Order, _: u32, _: OrderKind, _: Timestamp) -> Result<(), BrokerError> {
        nothing()
    }

    async fn cancel(&self, _: &Order, _: Timestamp) -> Result<(), BrokerError> {
        nothing()
    }

    async fn book(&self) -> Result<Vec<BrokerOrder>, BrokerError> {
        Ok(Vec::new())
    }

    async fn holdings(&self) -> Result<Vec<Holding>, BrokerError> {
        Ok(Vec::new())
    }

    async fn funds(&self) -> Result<Funds, BrokerError> {
        Ok(Funds { cash: Paise::ZERO, reserved: Paise::ZERO })
    }

    async fn readiness(&self, _: Timestamp) -> Vec<Check> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.says.lock().unwrap().clone()
    }
}
