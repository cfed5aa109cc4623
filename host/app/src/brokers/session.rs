//! What people and the day do to a user's session at their broker.

use std::sync::Arc;
use std::time::Duration;

use prahari_brokers::{BrokerSession, SessionEnd};
use prahari_domain::ids::UserId;
use prahari_secrets::Secret;

use super::{BrokerStatus, Link};
use crate::desk::Desk;
use crate::error::AppError;
use crate::user::User;
use crate::users::Users;
use crate::users_admin::UsersAdmin;

/// Longest time that a person waits for a login that they asked for; it goes on after that, and its end is shown.
const LOGIN_PATIENCE: Duration = Duration::from_secs(25);

impl Link {
    /// Forgets the session, where there is one at this broker.
    pub(crate) async fn forget_session(&self, why: SessionEnd) {
        if let Some(session) = &self.session {
            session.forget(why).await;
        }
    }
}

impl User {
    /// Forgets the session of a user whose service was turned off, unless something of theirs needs the broker: a run that goes
    /// on, or an order that is followed. Another login would only be one more. Whoever has the desk may wait for the broker, and
    /// the stop does not: then this is decided when the desk is free.
    pub(crate) async fn forget_session_without_service(self: &Arc<Self>) {
        if self.link().session.is_none() {
            return;
        }
        let free = self.desk.try_lock().ok().map(|desk| follows_orders(&desk));
        match free {
            Some(follows) => self.forget_session_unless(follows).await,
            None => {
                let user = self.clone();
                tokio::spawn(async move {
                    let desk = user.desk.lock().await;
                    let follows = follows_orders(&desk);
                    drop(desk);
                    user.forget_session_unless(follows).await;
                });
            }
        }
    }

    async fn forget_session_unless(&self, follows_orders: bool) {
        let is_idle =
            !follows_orders && self.runs.executing().is_empty() && self.services.individuals().is_empty();
        if is_idle && !self.services.is_running() {
            self.link().forget_session(SessionEnd::Service).await;
        }
    }
}

fn follows_orders(desk: &Desk) -> bool {
    desk.book().active_orders().next().is_some()
}

impl Users {
    /// Forgets the sessions of all users at their brokers.
    pub(crate) async fn forget_sessions(&self, why: SessionEnd) {
        for user in self.all() {
            user.link().forget_session(why).await;
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
        let user = self.users.find(id)?;
        let link = user.link();
        let session = link.session.clone().ok_or_else(|| no_session(id, &link))?;
        // On a clock that stands still while work is done nobody gives up.
        let logging_in = session.log_in(code);
        let logged_in = if self.handles.clock.is_lockstep() {
            logging_in.await
        } else {
            tokio::time::timeout(LOGIN_PATIENCE, logging_in).await.unwrap_or(Ok(()))
        };
        // Refused or not, it may have been the last that is tried.
        self.blocked_logins.check_of(&user).await?;
        logged_in.map_err(AppError::BrokerLogin)?;
        Ok(link.status())
    }

    /// Lets logins at a user's broker be tried again that were blocked or have to wait.
    ///
    /// # Errors
    /// As [`UsersAdmin::log_in_at_broker`], and when the store fails.
    pub async fn unblock_broker(&self, id: UserId) -> Result<BrokerStatus, AppError> {
        let user = self.users.find(id)?;
        let link = user.link();
        let sessions = self.sessions_of(id, &link);
        if sessions.is_empty() {
            return Err(no_session(id, &link));
        }
        for session in sessions {
            session.allow_again().await;
        }
        self.blocked_logins.check_of(&user).await?;
        Ok(link.status())
    }

    /// Forgets a user's session at their broker, because what it was begun with is not theirs any more. Nothing happens where
    /// there is none.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn credentials_changed(&self, id: UserId) -> Result<(), AppError> {
        let Ok(user) = self.users.find(id) else { return Ok(()) };
        for session in self.sessions_of(id, &user.link()) {
            session.forget(SessionEnd::Credentials).await;
        }
        self.blocked_logins.check_of(&user).await
    }

    /// The session of the link, and those that are in use without one: prices are had with one, whoever its user trades with.
    fn sessions_of(&self, id: UserId, link: &Link) -> Vec<Arc<dyn BrokerSession>> {
        let mut sessions = self.trading.brokers.sessions_of(id);
        if sessions.is_empty() {
            sessions.extend(link.session.clone());
        }
        sessions
    }
}

fn no_session(user: UserId, link: &Link) -> AppError {
    AppError::NoBrokerSession { user, broker: link.name.to_string() }
}
