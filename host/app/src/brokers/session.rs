//! What people and the day do to a user's session at their broker.

use std::time::Duration;

use prahari_brokers::{BrokerError, SessionEnd};
use prahari_domain::ids::UserId;
use prahari_secrets::Secret;

use super::{BrokerStatus, Link};
use crate::error::AppError;
use crate::user::User;
use crate::users::Users;
use crate::users_admin::UsersAdmin;

/// Longest time that a person waits for a login that they asked for; it goes on after that, and its end is shown.
const LOGIN_PATIENCE: Duration = Duration::from_secs(25);

impl Link {
    /// Forgets the session, where there is one at this broker.
    pub(crate) fn forget_session(&self, why: SessionEnd) {
        if let Some(session) = &self.session {
            session.forget(why);
        }
    }
}

impl User {
    /// Forgets the session of a user whose service was turned off, unless something of theirs needs the broker: a run that goes
    /// on, or an order that is followed. Another login would only be one more.
    pub(crate) fn forget_session_without_service(&self) {
        let is_idle = self.runs.executing().is_empty()
            && self.services.individuals().is_empty()
            && self.desk.try_lock().is_ok_and(|desk| desk.book().active_orders().next().is_none());
        if is_idle && !self.services.is_running() {
            self.link().forget_session(SessionEnd::Service);
        }
    }
}

impl Users {
    /// Forgets the sessions of all users at their brokers.
    pub(crate) fn forget_sessions(&self, why: SessionEnd) {
        for user in self.all() {
            user.link().forget_session(why);
        }
    }
}

impl UsersAdmin {
    /// Logs a user in at their broker, because a person asks for it: with this one-time code, or with one that is made of what
    /// they have entered. Where there is a session nothing happens.
    ///
    /// # Errors
    /// When there is no such user, [`AppError::NoBrokerSession`] where nobody has to log in, or [`AppError::BrokerLogin`] with the
    /// reason for which there is no session.
    pub async fn log_in_at_broker(&self, id: UserId, code: Option<Secret>) -> Result<BrokerStatus, AppError> {
        let link = self.users.find(id)?.link();
        let session = link.session.clone().ok_or_else(|| no_session(id, &link))?;
        // On a clock that stands still while work is done nobody gives up.
        let logging_in = session.log_in(code);
        let logged_in = if self.handles.clock.is_lockstep() {
            logging_in.await
        } else {
            tokio::time::timeout(LOGIN_PATIENCE, logging_in).await.unwrap_or(Ok(()))
        };
        logged_in.map_err(|error| match error {
            BrokerError::Unavailable(reason) => AppError::BrokerLogin(reason),
            error => AppError::Broker(error),
        })?;
        Ok(link.status())
    }

    /// Lets logins at a user's broker be tried again that were blocked or have to wait.
    ///
    /// # Errors
    /// As [`UsersAdmin::log_in_at_broker`].
    pub fn unblock_broker(&self, id: UserId) -> Result<BrokerStatus, AppError> {
        let link = self.users.find(id)?.link();
        link.session.as_ref().ok_or_else(|| no_session(id, &link))?.allow_again();
        Ok(link.status())
    }

    /// Forgets a user's session at their broker, because what it was begun with is not theirs any more. Nothing happens where
    /// there is none.
    pub fn credentials_changed(&self, id: UserId) {
        if let Ok(user) = self.users.find(id) {
            user.link().forget_session(SessionEnd::Credentials);
        }
    }
}

fn no_session(user: UserId, link: &Link) -> AppError {
    AppError::NoBrokerSession { user, broker: link.name.to_string() }
}
