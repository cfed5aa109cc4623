//! The users that the daemon serves.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::RwLock;
use prahari_domain::ids::UserId;
use prahari_store::Role;

use crate::channels::QuietHours;
use crate::error::AppError;
use crate::user::User;

/// Every user by id. Users come and do not go: one who is not active any more is still there.
#[derive(Default)]
pub struct Users(RwLock<BTreeMap<UserId, Arc<User>>>);

impl Users {
    /// Creates the set of these users.
    pub fn new(users: impl IntoIterator<Item = Arc<User>>) -> Self {
        Self(RwLock::new(users.into_iter().map(|user| (user.id, user)).collect()))
    }

    /// Returns the user with an id.
    ///
    /// # Errors
    /// When there is none.
    pub fn find(&self, id: UserId) -> Result<Arc<User>, AppError> {
        self.0.read().get(&id).cloned().ok_or(AppError::UnknownUser(id))
    }

    /// Returns every user, by id.
    pub fn all(&self) -> Vec<Arc<User>> {
        self.0.read().values().cloned().collect()
    }

    /// Returns the users whose unified service is on, by id.
    pub fn running(&self) -> Vec<Arc<User>> {
        self.0.read().values().filter(|user| user.services.is_running()).cloned().collect()
    }

    /// Returns the admins, by id.
    pub fn admins(&self) -> Vec<Arc<User>> {
        self.0.read().values().filter(|user| user.access.role() == Role::Admin).cloned().collect()
    }

    /// Returns what tells until when the quiet hours of a user last.
    pub fn quiet_hours(self: &Arc<Self>) -> QuietHours {
        let users = self.clone();
        Arc::new(move |user, at| users.find(user).ok()?.settings.preferences().value.quiet_until_after(at))
    }

    /// Adds a user who was just loaded, unless there is one with that id; returns whether they are new.
    pub(crate) fn insert(&self, user: User) -> bool {
        let mut users = self.0.write();
        let new = !users.contains_key(&user.id);
        users.entry(user.id).or_insert_with(|| Arc::new(user));
        new
    }
}
