//! Users who come and go while the daemon runs.

use std::sync::Arc;

mod access;
mod broker;
mod lift;
pub(crate) mod loading;
mod trading_state;

use prahari_domain::ids::UserId;
use prahari_domain::money::Paise;
use prahari_domain::risk::RiskLimits;
use prahari_domain::settings::Strategy;
use prahari_domain::time::Timestamp;
use prahari_store::{NewUser, Role};

pub use access::Access;

use crate::brokers::BlockedLogins;
use crate::chaos::ChaosSwitches;
use crate::desk::TradingServices;
use crate::error::AppError;
use crate::halts::Halts;
use crate::handles::Handles;
use crate::notices::Notices;
use crate::prices::Prices;
use crate::pushes::Listeners;
use crate::services::{By, Services};
use crate::settings::Settings;
use crate::signals::Signals;
use crate::simulation::PAPER_CAPITAL;
use crate::users::Users;
use crate::users_admin::loading::{Fault, Loaded, load_user};

/// Takes up users, and changes what they are.
pub struct UsersAdmin {
    pub(crate) handles: Handles,
    pub(crate) users: Arc<Users>,
    pub(crate) trading: Arc<TradingServices>,
    pub(crate) settings: Arc<Settings>,
    pub(crate) signals: Arc<Signals>,
    pub(crate) halts: Arc<Halts>,
    pub(crate) notices: Arc<Notices>,
    pub(crate) services: Arc<Services>,
    pub(crate) prices: Arc<Prices>,
    pub(crate) listeners: Arc<Listeners>,
    pub(crate) chaos: Arc<ChaosSwitches>,
    pub(crate) blocked_logins: Arc<BlockedLogins>,
}

impl UsersAdmin {
    /// A user to be, with the settings that everybody begins with.
    ///
    /// # Errors
    /// When they cannot be written as JSON: a fault of ours.
    pub fn new_user(&self, name: String, role: Role, capital: Option<Paise>) -> Result<NewUser, AppError> {
        Ok(NewUser {
            name,
            role,
            capital: capital.unwrap_or(PAPER_CAPITAL),
            strategy: serde_json::to_string(&Strategy::default())?,
            limits: serde_json::to_string(&RiskLimits::default())?,
            created_at: self.handles.clock.now(),
        })
    }

    /// Takes up a user who was just written to the store: links them with their broker and loads their desk. Their
    /// service is off. Doing it again does nothing.
    ///
    /// # Errors
    /// When the store has no such user or cannot be read.
    pub async fn add_user(self: &Arc<Self>, id: UserId) -> Result<(), AppError> {
        if self.users.find(id).is_ok() {
            return Ok(());
        }
        let row = self.handles.store.user(id).find().await?.ok_or(AppError::UnknownUser(id))?;
        let Loaded { user, pushes, faults } =
            load_user(&self.trading, &self.handles, self.settings.kill_switch(), row).await?;
        user.desk.lock().await.trade_on(self.signals.active.clone());
        if self.users.insert(user) {
            pushes.into_iter().for_each(|pushes| self.listeners.follow_pushes(id, pushes));
        }
        for Fault { code, reason } in faults {
            self.halts.halt_user(id, code, &reason).await?;
        }
        Ok(())
    }

    /// Changes what a user may do, and whether they may log in and their services may run. Somebody who is not
    /// active any more has no session and no token left, and their services are stopped; orders that stand at the
    /// broker are still followed. `real_now` is real time, by which sessions and tokens are counted.
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
        let user = self.users.find(id)?;
        self.handles.store.user(id).set_access(role, active, real_now).await?;
        // Before the services are stopped, so that none is started in between.
        user.access.set(role, active);
        self.handles.events.recheck(id);
        if !active {
            let by = By::daemon("the user is not active any more");
            self.services.stop_service_by(id, &by).await?;
            self.services.stop_individuals(&user, &by).await?;
        }
        Ok(())
    }

    /// [`UsersAdmin::set_access`] for a user who shall not be active any more.
    ///
    /// # Errors
    /// As there.
    pub async fn deactivate_user(&self, id: UserId, real_now: Timestamp) -> Result<(), AppError> {
        let role = self.users.find(id)?.access.role();
        self.set_access(id, role, false, real_now).await
    }
}
