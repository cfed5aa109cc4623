//! What the host itself looks at in prices: shares and bars without a new one.
//!
//! Each share is looked at once a day, however many users hold it.

mod closing;
mod freshness;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use prahari_brokers::Sessions;
use prahari_domain::time::{Day, Timestamp};

use crate::daemon::Daemon;
use crate::error::AppError;

/// How far the daemon has looked at the prices of the day.
#[derive(Debug, Default)]
pub struct PriceWatch {
    /// The last day at whose close prices were looked at.
    closed_on: Mutex<Option<Day>>,
}

impl PriceWatch {
    /// Takes the close of a day; `false` when somebody has taken it.
    fn take_close(&self, day: Day) -> bool {
        self.closed_on().replace(day) != Some(day)
    }

    /// Gives the close back to whoever looks next.
    fn give_close_back(&self) {
        *self.closed_on() = None;
    }

    fn closed_on(&self) -> MutexGuard<'_, Option<Day>> {
        self.closed_on.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Daemon {
    /// Looks at the prices of the day as far as they are due at `instant` and were not looked at. A market that is down is
    /// asked again at the next instant, and on a real clock nobody waits for it.
    ///
    /// # Errors
    /// When an alert cannot be written down.
    pub(crate) async fn look_at_prices(self: &Arc<Self>, instant: Timestamp) -> Result<(), AppError> {
        let day = instant.ist_day();
        let Some(session) = self.venue.calendar.session(day) else { return Ok(()) };
        let closes = session.closes().plus_minutes(closing::SETTLING_MINUTES);
        if instant < closes || !self.prices.take_close(day) {
            return Ok(());
        }
        if self.clock.is_lockstep() {
            return self.look_at_closes(instant).await;
        }
        let daemon = Arc::clone(self);
        self.in_background(async move {
            if let Err(error) = daemon.look_at_closes(instant).await {
                tracing::error!(%error, "the prices at the close could not be looked at");
            }
        });
        Ok(())
    }
}
