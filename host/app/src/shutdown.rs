//! The end of the daemon: why it stops, and who waits for that.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use tokio::sync::{Notify, watch};

use crate::error::AppError;
use crate::events::EventBus;

/// Reasons why a daemon stops.
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
pub struct Shutdown {
    begun: watch::Sender<Option<Stop>>,
    events: Arc<EventBus>,
    wake: Arc<Notify>,
}

impl Shutdown {
    /// Creates the state of a running daemon. Its stop ends `events` and notifies `wake`.
    pub(crate) fn new(events: Arc<EventBus>, wake: Arc<Notify>) -> Self {
        Self { begun: watch::Sender::default(), events, wake }
    }

    /// Stops the daemon because somebody wants it: nothing new is begun from here on. The first reason stays.
    pub fn begin(&self, stop: Stop) {
        match (&stop, self.is_first(&stop)) {
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

    fn is_first(&self, stop: &Stop) -> bool {
        self.begun.send_if_modified(|begun| {
            let first = begun.is_none();
            begun.get_or_insert_with(|| stop.clone());
            first
        })
    }

    /// Stops the daemon because of a failure after which nothing can be accounted for any more. The process then ends
    /// within seconds, with an exit code by which a supervisor starts it again.
    pub fn fail(&self, reason: impl fmt::Display) {
        self.begin(Stop::Failed(reason.to_string()));
    }

    /// Returns whether the daemon stops.
    pub fn is_begun(&self) -> bool {
        self.begun.borrow().is_some()
    }

    /// Returns why the daemon stops; none while it does not.
    pub fn reason(&self) -> Option<Stop> {
        self.begun.borrow().clone()
    }

    /// Waits until the daemon stops and returns the reason. The future does not keep the daemon alive.
    pub fn begun(&self) -> impl Future<Output = Stop> + Send + use<> {
        let mut begun = self.begun.subscribe();
        async move {
            let stop = begun.wait_for(Option::is_some).await.ok().and_then(|stop| stop.clone());
            stop.unwrap_or_else(|| Stop::Asked("the daemon is gone".to_owned()))
        }
    }

    /// Refuses what would begin while the daemon stops.
    ///
    /// # Errors
    /// [`AppError::Stopping`], with the reason.
    pub(crate) fn check(&self) -> Result<(), AppError> {
        match self.reason() {
            Some(stop) => Err(AppError::Stopping(stop.to_string())),
            None => Ok(()),
        }
    }
}
