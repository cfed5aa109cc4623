//! Tells people of users whom nobody logs in at their broker any more: they do not trade until a person has looked.

use std::collections::HashMap;
use std::sync::Arc;

use prahari_domain::ids::UserId;
use prahari_store::{AlertCode, NewAlert};
use tokio::sync::Mutex;

use super::BrokerSessionState;
use crate::error::AppError;
use crate::notices::Notices;
use crate::user::User;
use crate::users::Users;

/// Alerts about blocked logins.
pub(crate) struct BlockedLogins {
    users: Arc<Users>,
    notices: Arc<Notices>,
    /// Whether the alert of a user is open, of those who were looked at since the start. Held while it changes.
    told: Mutex<HashMap<UserId, bool>>,
}

impl BlockedLogins {
    pub(crate) fn new(users: Arc<Users>, notices: Arc<Notices>) -> Self {
        Self { users, notices, told: Mutex::default() }
    }

    /// Looks at every user, as each minute does: what is blocked for a task shows nowhere else.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn check(&self) -> Result<(), AppError> {
        for user in self.users.all() {
            self.check_of(&user).await?;
        }
        Ok(())
    }

    /// Raises the alert about a user whose logins are blocked, and resolves the one that is over. It only writes when something
    /// has changed since the last look.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn check_of(&self, user: &User) -> Result<(), AppError> {
        let link = user.link();
        let view = link.session.as_ref().map(|session| session.view());
        let is_blocked = view.as_ref().is_some_and(|view| view.state == BrokerSessionState::Blocked);
        let mut told = self.told.lock().await;
        let before = told.get(&user.id).copied();
        // Whoever never had a session since the start was told of nothing.
        if before == Some(is_blocked) || (before.is_none() && view.is_none()) {
            return Ok(());
        }
        let code = AlertCode::LoginBlocked;
        match view {
            Some(view) if is_blocked => {
                let detail =
                    format!("nobody logs in at {} until a person allows it: {}", link.name, view.reason);
                let subject = String::new();
                self.notices.raise(NewAlert { code, user: Some(user.id), subject, detail }).await?;
            }
            view => {
                self.notices.clear(code, Some(user.id), "", why_over(view.map(|view| view.state))).await?;
            }
        }
        told.insert(user.id, is_blocked);
        Ok(())
    }
}

fn why_over(state: Option<BrokerSessionState>) -> &'static str {
    match state {
        Some(BrokerSessionState::Active { .. }) => "a login succeeded",
        Some(_) => "logins are allowed again",
        None => "the user trades over another broker",
    }
}
