//! Real time for sources that fetch from elsewhere.

use async_trait::async_trait;
use prahari_brokers::Pace;
use prahari_domain::time::Timestamp;
use tokio::sync::Notify;

use crate::clock::Clock;

/// Only the system's clock is the world's; others are for tests.
#[async_trait]
impl Pace for Clock {
    fn now(&self) -> Timestamp {
        Clock::now(self)
    }

    async fn wait_until(&self, instant: Timestamp) {
        let uninterrupted = Notify::new();
        Clock::wait_until(self, instant, &uninterrupted).await;
    }
}
