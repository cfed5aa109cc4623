//! Users who come and go while the daemon runs.

use std::sync::Arc;

use prahari_domain::ids::UserId;
use prahari_domain::money::Paise;
use prahari_domain::risk::RiskLimits;
use prahari_domain::settings::Strategy;
use prahari_domain::time::Timestamp;
use prahari_store::{NewUser, Role};

use crate::daemon::Daemon;
use crate::error::AppError;
use crate::loading::{Fault, Loaded, load_user};
use crate::simulation::PAPER_CAPITAL;

impl Daemon {
    /// A user to be, with the settings that everybody begins with.
    ///
    /// # Errors
    /// When they cannot be written as JSON: a fault of ours.
    pub fn new_member(&self, name: String, role: Role, capital: Option<Paise>) -> Result<NewUser, AppError> {
        Ok(NewUser {
            name,
            role,
            capital: capital.unwrap_or(PAPER_CAPITAL),
            strategy: serde_json::to_string(&Strategy::default())?,
            limits: serde_json::to_string(&RiskLimits::default())?,
            created_at: self.clock.now(),
        })
    }

    /// Takes up a user who was just written to the store: links them with their broker and loads their desk. Their service is
    /// off. Doing it again does nothing.
    ///
    /// # Errors
    /// When the store has no such user or cannot be read.
    pub async fn add_user(self: &Arc<Self>, id: UserId) -> Result<(), AppError> {
        if self.user(id).is_ok() {
            return Ok(());
        }
        let row = self.store.user(id).find().await?.ok_or(AppError::UnknownUser(id))?;
        let Loaded { user, pushes, faults } =
            load_user(&self.venue, &self.events, self.settings.kill_switch(), row).await?;
        user.desk.lock().await.trade_on(self.signals.board.clone());
        if self.insert_user(user) {
            pushes.into_iter().for_each(|pushes| self.follow_pushes(id, pushes));
        }
        for Fault { code, reason } in faults {
            self.halt_user(id, code, &reason).await?;
        }
        Ok(())
    }

    /// Changes what a user may do, and whether they may log in and their services may run. Somebody who is not active any
    /// more has no session and no token left, and their services are stopped; orders that stand at the broker are
    /// still followed. `real_now` is real time, by which sessions and tokens are counted.
    ///
    /// # Errors
    /// When there is no such user, nobody else could let anybody in any more, or it cannot be written.
    pub async fn set_access(
        &self,
        id: UserId,
        role: Role,
        active: bool,
        real_now: Timestamp,
    ) -> Result<(), AppError> {
        let user = self.user(id)?;
        self.store.user(id).set_access(role, active, real_now).await?;
        user.set_role(role);
        // Before the services are stopped, so that none is started in between.
        user.set_active(active);
        self.events.recheck(id);
        if !active {
            self.stop_service(id).await?;
            self.stop_individuals(&user).await?;
        }
        Ok(())
    }

    /// [`Daemon::set_access`] for a user who shall not be active any more.
    ///
    /// # Errors
    /// As there.
    pub async fn deactivate_user(&self, id: UserId, real_now: Timestamp) -> Result<(), AppError> {
        let role = self.user(id)?.role();
        self.set_access(id, role, false, real_now).await
    }
}
