//! What a user makes of a signal: not wanted, or wanted after all.

use prahari_domain::ids::{SignalId, UserId};
use prahari_domain::signals::SignalStatus;
use prahari_store::SignalStatusRow;

use super::Signals;
use crate::error::AppError;
use crate::events::{Audience, Resource};

impl Signals {
    /// Has a user not want a signal: from the next look at the signals on, no task of this user acts on it. Others
    /// are not concerned. Returns when it is written down.
    ///
    /// # Errors
    /// When it cannot be written, or the calendar does not cover today.
    pub async fn reject(&self, user: UserId, signal: SignalId, reason: &str) -> Result<(), AppError> {
        let window = self.handles.calendar.current().signal_window(self.handles.clock.now())?;
        self.choose(user, signal, SignalStatus::Rejected, reason).await?;
        self.active.reject(user, signal, window);
        self.handles.events.changed(Audience::User(user), Resource::Signal, signal);
        Ok(())
    }

    /// Takes a rejection back, in the same sense.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn allow(&self, user: UserId, signal: SignalId, reason: &str) -> Result<(), AppError> {
        self.choose(user, signal, SignalStatus::Active, reason).await?;
        self.active.allow(user, signal);
        self.handles.events.changed(Audience::User(user), Resource::Signal, signal);
        Ok(())
    }

    async fn choose(
        &self,
        user: UserId,
        signal: SignalId,
        status: SignalStatus,
        reason: &str,
    ) -> Result<(), AppError> {
        let row = SignalStatusRow {
            signal,
            status: status.name().to_owned(),
            reason: reason.to_owned(),
            at: self.handles.clock.now(),
        };
        Ok(self.handles.store.user(user).set_signal_status(row).await?)
    }
}
