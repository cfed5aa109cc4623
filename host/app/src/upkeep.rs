//! What the daemon does beside the schedule: heartbeats, the watchdog, and forgetting what is old.

use std::sync::Arc;
use std::time::Duration;

use prahari_domain::time::{Day, Timestamp};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::daemon::Daemon;
use crate::error::AppError;
use crate::watchdog::Watchdog;

const MINUTE_MS: i64 = 60_000;

/// A minute of the real clock: the longest time between two looks at the database's files, whatever the daemon's clock does.
const REAL_MINUTE: Duration = Duration::from_secs(60);

impl Daemon {
    /// Starts what goes on beside the schedule, until the answer is dropped. On a clock that moves only when it is told
    /// to, nothing is started: whoever moves it calls [`Daemon::upkeep_step`] and [`Watchdog::check`].
    pub fn start_upkeep(self: &Arc<Self>) -> JoinSet<()> {
        let mut upkeep = JoinSet::new();
        if !self.clock.is_lockstep() {
            upkeep.spawn(keep_up(self.clone()));
            // A task of its own, so that nothing that holds up the others holds up the watchdog.
            upkeep.spawn(watch(self.clone()));
            upkeep.spawn(guard_files(self.clone()));
        }
        upkeep
    }

    /// What is due each minute: the heartbeats, the messages that were gathered, and once a day, at its first minute, what is old is forgotten and new bars are
    /// taken up.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn upkeep_step(&self, forgotten_on: &mut Option<Day>) -> Result<(), AppError> {
        self.beat().await?;
        self.send_gathered().await?;
        let today = self.clock.now().ist_day();
        if *forgotten_on != Some(today) {
            *forgotten_on = Some(today);
            let forgotten = self.forget_old().await?;
            tracing::info!(?forgotten, "forgot what is no longer kept");
            self.refresh_bars().await?;
        }
        Ok(())
    }
}

async fn keep_up(daemon: Arc<Daemon>) {
    let mut forgotten_on = None;
    while next_minute(&daemon).await {
        if let Err(error) = daemon.upkeep_step(&mut forgotten_on).await {
            tracing::error!(%error, "the upkeep of a minute failed");
        }
    }
}

async fn watch(daemon: Arc<Daemon>) {
    let mut watchdog = Watchdog::new(&daemon);
    while next_minute(&daemon).await {
        if let Err(error) = watchdog.check(&daemon).await {
            tracing::error!(%error, "the watchdog could not look");
        }
    }
}

/// Looks each minute whether the database is still the file that was opened. When it is not, the daemon ends: it would trade
/// on books that nobody finds again.
async fn guard_files(daemon: Arc<Daemon>) {
    loop {
        let next = daemon.clock.now().plus_millis(MINUTE_MS);
        let never = Notify::new();
        let waited = tokio::time::timeout(REAL_MINUTE, daemon.clock.wait_until(next, &never));
        let _whichever_came_first = waited.await;
        if daemon.is_stopping() {
            return;
        }
        let store = daemon.store.clone();
        // On a thread that may block: a file system that hangs holds up nothing else.
        if let Ok(Err(gone)) = tokio::task::spawn_blocking(move || store.check_files()).await {
            return daemon.fail(gone);
        }
    }
}

/// Waits for the next full minute; `false` when the daemon ends or its store has stopped.
async fn next_minute(daemon: &Daemon) -> bool {
    let uninterrupted = Notify::new();
    let mut seen = daemon.clock.read();
    let now = seen.wall;
    let next = Timestamp((now.0.div_euclid(MINUTE_MS) + 1) * MINUTE_MS);
    loop {
        tokio::select! {
            _ = daemon.clock.wait_until(next, &uninterrupted) => break,
            // A clock that was set back has other minutes before it.
            () = daemon.clock.may_have_changed(seen) => {
                seen = daemon.clock.read();
                if seen.wall < now {
                    break;
                }
            }
        }
    }
    !daemon.is_stopping() && daemon.store.health().is_ok()
}
