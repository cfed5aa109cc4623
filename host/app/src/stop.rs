//! The end of the daemon: why it stops, who waits for that, and what is ended in order before the process is.

use std::fmt;
use std::future::Future;
use std::time::Duration;

use tokio::sync::watch;

use crate::daemon::Daemon;
use crate::error::AppError;

/// Why a daemon stops.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// Somebody wants it, such as a service manager that sends SIGTERM; the text says who or what.
    Asked(String),
    /// Something failed without which nothing can be accounted for; the text says what.
    Failed(String),
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Asked(reason) | Self::Failed(reason) => f.write_str(reason),
        }
    }
}

/// Whether the daemon stops, and why. The first reason stays.
#[derive(Debug, Default)]
pub(crate) struct StopSwitch(watch::Sender<Option<Stop>>);

impl StopSwitch {
    /// Whether it was set already.
    fn set(&self, stop: &Stop) -> bool {
        self.0.send_if_modified(|set| {
            let first = set.is_none();
            set.get_or_insert_with(|| stop.clone());
            first
        })
    }
}

impl Daemon {
    /// Stops the daemon because somebody wants it: nothing new is begun from here on. The first reason stays.
    pub fn stop(&self, stop: Stop) {
        let first = self.stop.set(&stop);
        match (&stop, first) {
            (Stop::Asked(reason), true) => tracing::warn!(reason, "the daemon stops"),
            (Stop::Failed(reason), true) => tracing::error!(reason, "the daemon stops because of a failure"),
            (Stop::Asked(_), false) => {}
            (Stop::Failed(reason), false) => {
                tracing::warn!(reason, "something failed while the daemon stops")
            }
        }
        self.events.end();
        self.wake.notify_one();
    }

    /// Stops the daemon because of a failure after which nothing can be accounted for any more. The process then ends
    /// within seconds, with an exit code by which a supervisor starts it again.
    pub fn fail(&self, reason: impl fmt::Display) {
        self.stop(Stop::Failed(reason.to_string()));
    }

    /// Whether the daemon stops.
    pub fn is_stopping(&self) -> bool {
        self.stop.0.borrow().is_some()
    }

    /// Why the daemon stops; none while it does not.
    pub fn stop_reason(&self) -> Option<Stop> {
        self.stop.0.borrow().clone()
    }

    /// Waits until the daemon stops; answers why. The daemon is not kept alive by whoever waits.
    pub fn stopped(&self) -> impl Future<Output = Stop> + Send + 'static {
        let mut stop = self.stop.0.subscribe();
        async move {
            let set = stop.wait_for(Option::is_some).await.ok().and_then(|set| set.clone());
            set.unwrap_or_else(|| Stop::Asked("the daemon is gone".to_owned()))
        }
    }

    /// Refuses what would begin while the daemon stops.
    ///
    /// # Errors
    /// [`AppError::Stopping`], with the reason.
    pub(crate) fn check_not_stopping(&self) -> Result<(), AppError> {
        match self.stop_reason() {
            Some(stop) => Err(AppError::Stopping(stop.to_string())),
            None => Ok(()),
        }
    }

    /// Ends what goes on beside the schedule: the process of every individual service after the run that it may have, and the
    /// runs that somebody asked for. Processes that are left after `patience`, by the real clock, are killed; runs that are
    /// left go on until the process of the daemon ends.
    pub async fn end_beside_schedule(&self, patience: Duration) {
        let stops = self.users().into_iter().map(|user| async move {
            if let Err(error) = self.stop_individuals_within(&user, patience).await {
                tracing::error!(user = %user.id, %error, "the end of a worker could not be written down");
            }
        });
        let runs = async {
            if tokio::time::timeout(patience, self.finish_background()).await.is_err() {
                tracing::warn!("runs that somebody asked for are cut off by the stop of the daemon");
            }
        };
        tokio::join!(futures::future::join_all(stops), runs);
    }

    /// Closes the store. Runs that have no outcome by then are written as interrupted by the stop of the daemon, in the last
    /// write that there is.
    ///
    /// # Errors
    /// When a write had failed before; the database is closed all the same.
    pub async fn close(&self) -> Result<(), AppError> {
        self.send_rest_of_gathered().await;
        let reason = self.stop_reason().map(|stop| format!(" ({stop})")).unwrap_or_default();
        let detail = format!("the daemon stopped{reason} while it was executing");
        Ok(self.store.close_interrupting(detail, self.clock.now()).await?)
    }
}
