//! A daemon at work on a clock that is moved by hand and goes on while work is done, and what its day has to come to.

use std::sync::Arc;

use prahari_app::clock::ManualClock;
use prahari_app::daemon::Daemon;
use prahari_app::error::AppError;
use prahari_app::shutdown::Stop;
use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_store::{SlotOutcome, SlotRow};
use tokio::task::JoinHandle;

use super::waiting::until_some;
use super::{MONDAY, TUESDAY, TestHost, day, slots, start_services};

/// A daemon whose scheduler runs until it is told to stop.
pub struct Living {
    /// The daemon.
    pub daemon: Arc<Daemon>,
    /// What moves its clock.
    pub hand: ManualClock,
    scheduler: JoinHandle<Result<(), AppError>>,
}

impl Living {
    /// With the services as the last daemon left them.
    pub async fn begin(house: &TestHost, now: Timestamp) -> Self {
        let (daemon, hand) = house.start_manual(now, &[]).await;
        Self::over(daemon, hand)
    }

    /// With every service on, and other modules in the places of some tasks.
    pub async fn at_work(house: &TestHost, now: Timestamp, own: &[(Task, &[u8])]) -> Self {
        let (daemon, hand) = house.start_manual(now, own).await;
        start_services(&daemon).await;
        Self::over(daemon, hand)
    }

    fn over(daemon: Arc<Daemon>, hand: ManualClock) -> Self {
        let running = daemon.clone();
        let scheduler = tokio::spawn(async move { running.scheduler().run(None).await });
        Self { daemon, hand, scheduler }
    }

    /// Waits until the scheduler has handed out everything until an instant.
    pub async fn handed_out(&self, until: Timestamp) {
        let daemon = &self.daemon;
        let what = format!("{until} to be reached");
        until_some(&what, async || (daemon.cursor.reached() >= until).then_some(())).await;
    }

    /// Lets the clock go on to an instant, and waits until everything until then is handed out.
    pub async fn pass_until(&self, instant: Timestamp) {
        self.hand.pass_until(instant);
        self.handed_out(instant).await;
    }

    /// Ends it in order.
    pub async fn end(self) {
        self.daemon.shutdown.begin(Stop::Asked("the test is over".to_owned()));
        self.scheduler.await.unwrap().unwrap();
    }

    /// Leaves the daemon without a scheduler.
    pub async fn abandon(self) {
        self.scheduler.abort();
        let _cancelled = self.scheduler.await;
    }

    /// Another one in its place, which finds what a kill leaves.
    pub async fn kill(self, house: &mut TestHost) -> Self {
        let now = self.daemon.clock.now();
        let old = house.crash();
        self.scheduler.abort();
        let _cancelled = self.scheduler.await;
        self.daemon.store.close().await.unwrap();
        drop(old);
        Self::begin(house, now).await
    }
}

/// Waits until no slot of Monday is open any more.
pub async fn closed(daemon: &Daemon) {
    until_some("every slot of Monday to have its outcome", async || {
        daemon.store.flush().await.unwrap();
        let open = daemon.store.system().open_slots_before(day(TUESDAY)).await.unwrap();
        open.is_empty().then_some(())
    })
    .await;
}

/// Every slot of a user's Monday has an outcome, and its ticks add up.
pub async fn accounted_for(daemon: &Daemon, user: UserId) -> Vec<SlotRow> {
    let all = slots(daemon, user, MONDAY).await;
    for slot in &all {
        assert!(slot.outcome.is_some(), "{slot:?}");
        assert!(slot.outcome == Some(SlotOutcome::Ran) || !slot.reason.is_empty(), "{slot:?}");
        let accounted = slot.ticks_ran + slot.ticks_failed + slot.ticks_skipped + slot.ticks_missed;
        assert_eq!(accounted, slot.ticks_expected, "{slot:?}");
    }
    all
}
