//! Time as a link that misbehaves on purpose has it.

use async_trait::async_trait;
use prahari_brokers::ChaosTime;
use prahari_domain::time::Timestamp;
use tokio::sync::Notify;

use crate::clock::Clock;
use crate::deadlines::Deadlines;

/// The daemon's clock. Only how late an answer is counts as deadlines do, in real time at any speed of the clock.
pub(super) struct DaemonTime(pub(super) Clock);

#[async_trait]
impl ChaosTime for DaemonTime {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    /// In lockstep there are no deadlines, so here is decided what one would have done.
    async fn be_late(&self, late_ms: u32) -> bool {
        let clock = match &self.0 {
            Clock::Virtual(_) => return u128::from(late_ms) < Deadlines::default().send.as_millis(),
            Clock::Scaled(_) => Clock::System,
            clock @ (Clock::System | Clock::Manual(_)) => clock.clone(),
        };
        let uninterrupted = Notify::new();
        clock.wait_until(clock.now().plus_millis(i64::from(late_ms)), &uninterrupted).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn in_lockstep_nothing_passes_and_an_answer_beyond_the_deadline_is_not_waited_for() {
        let time = DaemonTime(Clock::at(Timestamp(1_000)));
        assert!(time.be_late(9_999).await);
        assert!(!time.be_late(10_000).await);
        assert_eq!(time.now(), Timestamp(1_000));
    }

    #[tokio::test]
    async fn an_answer_is_late_by_the_clock_that_is_moved() {
        let (clock, hand) = Clock::manual(Timestamp(1_000));
        let time = DaemonTime(clock);
        let late = time.be_late(2_000);
        tokio::pin!(late);
        // It begins to wait when it is first asked.
        assert!(futures::poll!(&mut late).is_pending());
        hand.pass_until(Timestamp(2_999));
        assert!(futures::poll!(&mut late).is_pending());
        hand.pass_until(Timestamp(3_000));
        assert!(late.await);
    }
}
