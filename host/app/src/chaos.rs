//! Simulated brokers that misbehave on purpose: who turned it on, for whom and how, and that it ends.

use std::sync::Arc;

use prahari_brokers::ChaosSwitch;
pub use prahari_brokers::{Chaos, ChaosCounts, ChaosModes};
use prahari_domain::ids::UserId;
use prahari_domain::time::Timestamp;
use prahari_store::BrokerChaosRow;
use tokio::sync::{Mutex, MutexGuard};

use crate::error::AppError;
use crate::events::{Audience, Resource};
use crate::handles::Handles;
use crate::user::User;
use crate::users::Users;

/// What goes wrong on purpose for a user, and how often it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChaosStatus {
    /// What goes wrong, since when and until when.
    pub chaos: Chaos,
    /// How often, since it was turned on or the daemon was started, whichever was later.
    pub counts: ChaosCounts,
}

/// Turns the misbehaviour of simulated brokers on and off.
pub struct ChaosSwitches {
    handles: Handles,
    users: Arc<Users>,
    /// Held while a switch and its row change, and while a user's link does.
    turn: Mutex<()>,
}

/// Returns what goes wrong on purpose for a user now.
pub fn status_of(user: &User) -> Option<ChaosStatus> {
    let switch = user.link().chaos?;
    let chaos = switch.in_force()?;
    Some(ChaosStatus { chaos, counts: switch.counts() })
}

/// Returns what a row says.
pub(crate) fn of_row(row: &BrokerChaosRow) -> Chaos {
    let BrokerChaosRow { late_ms, lose_every, lag_ms, down, since, until, .. } = *row;
    Chaos { modes: ChaosModes { late_ms, lose_every, lag_ms, down }, since, until }
}

impl ChaosSwitches {
    pub(crate) fn new(handles: Handles, users: Arc<Users>) -> Self {
        Self { handles, users, turn: Mutex::default() }
    }

    /// Keeps every switch as it is until the guard goes, as while a user is linked anew.
    pub(crate) async fn hold(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().await
    }

    /// Returns what goes wrong on purpose for a user now.
    ///
    /// # Errors
    /// When there is no such user.
    pub fn status(&self, id: UserId) -> Result<Option<ChaosStatus>, AppError> {
        Ok(status_of(&*self.users.find(id)?))
    }

    /// Turns it on for a user, in place of what was on before, until an instant of this date; until its end when none is
    /// named.
    ///
    /// # Errors
    /// [`AppError::InvalidChaos`] for what is out of bounds; [`AppError::NotSimulated`] for a user whose money is real; when
    /// there is no such user, or it cannot be written. Nothing has changed then.
    pub async fn turn_on(
        &self,
        id: UserId,
        modes: ChaosModes,
        until: Option<Timestamp>,
        by: UserId,
    ) -> Result<ChaosStatus, AppError> {
        let user = self.users.find(id)?;
        if let Some(fault) = modes.fault() {
            return Err(AppError::InvalidChaos(fault));
        }
        let _turn = self.turn.lock().await;
        let switch = switch_of(&user)?;
        let since = self.handles.clock.now();
        let until = end_of(since, until)?;
        let ChaosModes { late_ms, lose_every, lag_ms, down } = modes;
        let row = BrokerChaosRow { late_ms, lose_every, lag_ms, down, since, until, set_by: by };
        self.handles.store.user(id).save_broker_chaos(row).await?;
        let chaos = Chaos { modes, since, until };
        switch.set(Some(chaos));
        let (what, until_ist) = (modes.sentence(), until.ist_time());
        tracing::warn!(user = %id, %by, %until_ist, "the paper broker of a user misbehaves on purpose from now on: {what}");
        self.tell(id);
        Ok(ChaosStatus { chaos, counts: switch.counts() })
    }

    /// Turns it off for a user. Does nothing when it is off.
    ///
    /// # Errors
    /// When there is no such user, or it cannot be written; it goes on then.
    pub async fn turn_off(&self, id: UserId, by: UserId) -> Result<(), AppError> {
        let user = self.users.find(id)?;
        let _turn = self.turn.lock().await;
        let Some(switch) = user.link().chaos else { return Ok(()) };
        if switch.in_force().is_some() {
            self.end(id, &switch, &format!("user {by} turned it off")).await?;
        }
        Ok(())
    }

    /// Takes note of what has come to its end: nothing goes wrong since then already.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) async fn end_what_is_over(&self) -> Result<(), AppError> {
        for user in self.users.all() {
            let Some(switch) = user.link().chaos.filter(|switch| switch.ended().is_some()) else { continue };
            let _turn = self.turn.lock().await;
            // Somebody may have turned it on anew a moment ago.
            if switch.ended().is_some() {
                self.end(user.id, &switch, "its time is over").await?;
            }
        }
        Ok(())
    }

    async fn end(&self, id: UserId, switch: &ChaosSwitch, reason: &str) -> Result<(), AppError> {
        self.handles.store.user(id).remove_broker_chaos().await?;
        switch.set(None);
        let ChaosCounts { late, lost, lagged, refused } = switch.counts();
        tracing::warn!(
            user = %id, late, lost, lagged, refused,
            "the paper broker of a user misbehaves no more: {reason}"
        );
        self.tell(id);
        Ok(())
    }

    fn tell(&self, id: UserId) {
        self.handles.events.changed(Audience::User(id), Resource::Chaos, "");
    }
}

fn switch_of(user: &User) -> Result<Arc<ChaosSwitch>, AppError> {
    let link = user.link();
    let broker = link.name.to_string();
    link.chaos.ok_or(AppError::NotSimulated { user: user.id, broker })
}

/// When it ends: at the latest with the date, so that nobody forgets it and its statement is that of a broker that is well.
fn end_of(since: Timestamp, until: Option<Timestamp>) -> Result<Timestamp, AppError> {
    let today = since.ist_day();
    let midnight = Timestamp::start_of(today.succ_opt().unwrap_or(today));
    match until.unwrap_or(midnight) {
        until if until <= since => Err(AppError::InvalidChaos("the time of until has passed".to_owned())),
        until if until > midnight => Err(AppError::InvalidChaos(format!(
            "the time of until is after the end of {today}, with which it ends"
        ))),
        until => Ok(until),
    }
}
