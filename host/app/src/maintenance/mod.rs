//! What the daemon does beside the schedule: heartbeats, the watchdog, and forgetting what is old.

pub mod books;
mod closing;
mod retention;
mod summaries;

use std::sync::Arc;
use std::time::Duration;

use prahari_domain::time::{Day, Timestamp};
use tokio::sync::Notify;
use tokio::task::JoinSet;

pub use retention::{Pruned, Retention};
pub use summaries::Evening;

use crate::brokers::BlockedLogins;
use crate::caretakers::Caretakers;
use crate::chaos::ChaosSwitches;
use crate::doctor::{Doctor, look_each_morning};
use crate::error::AppError;
use crate::handles::Handles;
use crate::notices::Notices;
use crate::prices::Prices;
use crate::schedules::Schedules;
use crate::services::Services;
use crate::tasks::Tasks;
use crate::users::Users;
use crate::watchdog::Watchdog;

const MINUTE_MS: i64 = 60_000;

/// A minute of the real clock: the longest time between two looks at the database's files, whatever the daemon's
/// clock does.
const REAL_MINUTE: Duration = Duration::from_secs(60);

/// Does what goes on beside the schedule: heartbeats, the closing of dates, and the removal of what is old.
pub struct Maintenance {
    pub(crate) handles: Handles,
    pub(crate) users: Arc<Users>,
    pub(crate) notices: Arc<Notices>,
    pub(crate) services: Arc<Services>,
    pub(crate) prices: Arc<Prices>,
    pub(crate) tasks: Arc<Tasks>,
    pub(crate) schedules: Arc<Schedules>,
    pub(crate) caretakers: Arc<Caretakers>,
    pub(crate) chaos: Arc<ChaosSwitches>,
    pub(crate) blocked_logins: Arc<BlockedLogins>,
    pub(crate) doctor: Arc<Doctor>,
}

impl Maintenance {
    /// Starts the periodic maintenance, which runs until the returned set is dropped. On a virtual clock
    /// nothing is started: the code that moves it calls [`Maintenance::upkeep_step`] and [`Watchdog::check`].
    pub fn start_upkeep(self: &Arc<Self>) -> JoinSet<()> {
        let mut upkeep = JoinSet::new();
        if !self.handles.clock.is_lockstep() {
            upkeep.spawn(keep_up(self.clone()));
            // A task of its own, so that nothing that holds up the others holds up the watchdog.
            upkeep.spawn(watch(self.clone()));
            upkeep.spawn(guard_files(self.clone()));
            upkeep.spawn(summaries::tell_each_evening(self.clone()));
            upkeep.spawn(look_each_morning(self.clone()));
        }
        upkeep
    }

    /// Does what is due each minute: heartbeats, a look at what looks after positions and at blocked logins, gathered messages and, at the
    /// first minute of a day, retention and new bars.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn upkeep_step(&self, pruned_on: &mut Option<Day>) -> Result<(), AppError> {
        self.handles.day_log.minute_over();
        self.services.beat().await?;
        self.caretakers.check().await?;
        self.chaos.end_what_is_over().await?;
        self.blocked_logins.check().await?;
        self.notices.send_gathered().await?;
        let today = self.handles.clock.now().ist_day();
        if *pruned_on != Some(today) {
            *pruned_on = Some(today);
            let forgotten = self.prune_old().await?;
            tracing::info!(?forgotten, "forgot what is no longer kept");
            self.prices.refresh_bars().await?;
            self.prices.tidy_source_news().await?;
        }
        self.prices.warm_when_due();
        self.prices.tell_source_news().await
    }
}

async fn keep_up(maintenance: Arc<Maintenance>) {
    let mut pruned_on = None;
    let mut watch = maintenance.prices.watch_folders();
    while next_minute(&maintenance).await {
        if let Err(error) = maintenance.upkeep_step(&mut pruned_on).await {
            tracing::error!(%error, "the upkeep of a minute failed");
        }
        if let Err(error) = maintenance.prices.take_up_files(&mut watch).await {
            tracing::error!(%error, "what the new bars mean could not be written down");
        }
    }
}

async fn watch(maintenance: Arc<Maintenance>) {
    let mut watchdog = Watchdog::new(&maintenance);
    while next_minute(&maintenance).await {
        if let Err(error) = watchdog.check(&maintenance).await {
            tracing::error!(%error, "the watchdog could not look");
        }
    }
}

/// Looks each minute whether the database is still the file that was opened. When it is not, the daemon ends: it
/// would trade on books that nobody finds again.
async fn guard_files(maintenance: Arc<Maintenance>) {
    loop {
        let next = maintenance.handles.clock.now().plus_millis(MINUTE_MS);
        let never = Notify::new();
        let waited = tokio::time::timeout(REAL_MINUTE, maintenance.handles.clock.wait_until(next, &never));
        let _whichever_came_first = waited.await;
        if maintenance.handles.shutdown.is_begun() {
            return;
        }
        let store = maintenance.handles.store.clone();
        // On a thread that may block: a file system that hangs holds up nothing else.
        if let Ok(Err(gone)) = tokio::task::spawn_blocking(move || store.check_files()).await {
            return maintenance.handles.shutdown.fail(gone);
        }
    }
}

/// Waits for the next full minute; `false` when the daemon ends or its store has stopped.
pub(crate) async fn next_minute(maintenance: &Maintenance) -> bool {
    let uninterrupted = Notify::new();
    let mut seen = maintenance.handles.clock.read();
    let now = seen.wall;
    let next = Timestamp((now.0.div_euclid(MINUTE_MS) + 1) * MINUTE_MS);
    loop {
        tokio::select! {
            _ = maintenance.handles.clock.wait_until(next, &uninterrupted) => break,
            // A clock that was set back has other minutes before it.
            () = maintenance.handles.clock.may_have_changed(seen) => {
                seen = maintenance.handles.clock.read();
                if seen.wall < now {
                    break;
                }
            }
        }
    }
    !maintenance.handles.shutdown.is_begun() && maintenance.handles.store.health().is_ok()
}
