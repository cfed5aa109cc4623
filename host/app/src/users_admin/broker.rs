//! Linking a user with another broker.

use std::sync::Arc;

use prahari_brokers::SessionEnd;
use prahari_domain::ids::UserId;
use prahari_store::HaltCode;

use crate::brokers::BrokerStatus;
use crate::desk::Desk;
use crate::error::AppError;
use crate::maintenance::books::difference;
use crate::users_admin::UsersAdmin;

impl UsersAdmin {
    /// Returns the status of a user's link with the broker.
    ///
    /// # Errors
    /// When there is no such user.
    pub fn broker_status(&self, id: UserId) -> Result<BrokerStatus, AppError> {
        Ok(self.users.find(id)?.link().status())
    }

    /// Refuses a name that no broker has, and a broker for which something of the user is missing, such as credentials. A user
    /// who is linked with it already stays so, whatever is missing.
    ///
    /// # Errors
    /// [`AppError::Link`], or when there is no such user.
    pub async fn check_broker(&self, id: UserId, name: &str) -> Result<(), AppError> {
        self.trading.brokers.check(name)?;
        if *self.users.find(id)?.link().name == *name {
            return Ok(());
        }
        Ok(self.trading.brokers.admit(name, id).await?)
    }

    /// Links a user with another broker, who has to be out of the market for it: orders and shares are at the
    /// broker that they are at. Nothing has changed after an error.
    ///
    /// # Errors
    /// [`AppError::Link`] for a name that no broker has or when something of the user is missing, [`AppError::BrokerInUse`]
    /// while the user has orders or shares, or when the new account does not say what the books say; or when the store fails.
    pub async fn set_broker(self: &Arc<Self>, id: UserId, name: &str) -> Result<BrokerStatus, AppError> {
        let user = self.users.find(id)?;
        self.check_broker(id, name).await?;
        let mut desk = user.desk.lock().await;
        if *desk.link().name == *name {
            return Ok(desk.link().status());
        }
        let broker = desk.link().name.clone();
        let in_use = |reason| AppError::BrokerInUse { user: id, broker: broker.to_string(), reason };
        if let Some(reason) = why_bound(&desk) {
            return Err(in_use(reason));
        }
        let _turn = self.chaos.hold().await;
        if desk.link().chaos.as_ref().is_some_and(|switch| switch.in_force().is_some()) {
            return Err(in_use("it misbehaves on purpose for this user; turn that off first".to_owned()));
        }
        let (link, pushes) = self.trading.brokers.link(name, id, desk.book().capital()).await?;
        if let Some(account) = &link.simulated
            && let Some(detail) = difference(desk.book(), &account.view().await?)
        {
            return Err(in_use(detail));
        }
        let scope = self.handles.store.user(id);
        scope.save_broker(name.to_owned()).await?;
        user.set_left_brokers(scope.left_brokers().await?);
        desk.link().forget_session(SessionEnd::Broker).await;
        user.set_link(link.clone());
        desk.relink(link.clone());
        drop(desk);
        self.listeners.follow_pushes(id, pushes);
        self.blocked_logins.check_of(&user).await?;
        Ok(link.status())
    }

    /// Refuses to delete the credentials of a broker at which the user has orders or shares: nothing could follow them any more.
    ///
    /// # Errors
    /// [`AppError::CredentialsInUse`].
    pub async fn check_credentials_spare(&self, id: UserId, broker: &str) -> Result<(), AppError> {
        let Ok(user) = self.users.find(id) else { return Ok(()) };
        let desk = user.desk.lock().await;
        match kept_there(&desk).filter(|_| *desk.link().name == *broker) {
            Some(reason) => Err(AppError::CredentialsInUse { user: id, broker: broker.to_owned(), reason }),
            None => Ok(()),
        }
    }
}

/// Returns why a user cannot leave their broker now, if so.
fn why_bound(desk: &Desk) -> Option<String> {
    if let Some(halt) = desk.halts().of_user().filter(|halt| halt.code != HaltCode::AccountUnusable) {
        return Some(format!("this user is halted: {}", halt.reason));
    }
    kept_there(desk)
}

/// Returns what a user has at their broker, if anything.
fn kept_there(desk: &Desk) -> Option<String> {
    let (orders, positions) = (desk.book().active_orders().count(), desk.book().held_symbols().count());
    match (orders, positions) {
        (0, 0) => None,
        (0, positions) => Some(format!("positions held there: {positions}")),
        (orders, 0) => Some(format!("orders open there: {orders}")),
        (orders, positions) => {
            Some(format!("orders open there: {orders}, positions held there: {positions}"))
        }
    }
}
