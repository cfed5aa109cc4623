//! What a user may do.

use parking_lot::RwLock;
use prahari_store::Role;

/// The role of one user, and whether they are served. Whoever changes it writes it to the database.
#[derive(Debug)]
pub struct Access(RwLock<(Role, bool)>);

impl Access {
    /// As the database has it.
    pub(crate) fn new(role: Role, active: bool) -> Self {
        Self(RwLock::new((role, active)))
    }

    /// Returns what they may see and change.
    pub fn role(&self) -> Role {
        self.0.read().0
    }

    /// Whether they may log in and their services may run.
    pub fn is_active(&self) -> bool {
        self.0.read().1
    }

    pub(crate) fn set(&self, role: Role, active: bool) {
        *self.0.write() = (role, active);
    }
}
