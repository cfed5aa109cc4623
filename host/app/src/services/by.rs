//! Who has services started and stopped.

use prahari_domain::ids::UserId;

use super::Services;

/// Who has a service started or stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// A person, for themselves or as an admin.
    User(UserId),
    /// The daemon itself, and why; nothing where no reason is needed.
    Daemon(String),
}

impl By {
    /// The daemon, for this reason.
    pub fn daemon(reason: impl Into<String>) -> Self {
        Self::Daemon(reason.into())
    }
}

impl Services {
    /// Returns who it was, in words of the service log.
    pub(super) fn name_of(&self, by: &By) -> String {
        match by {
            By::User(id) => match self.users.find(*id) {
                Ok(user) => format!("user {id} ({})", user.name),
                Err(_) => format!("user {id}"),
            },
            By::Daemon(reason) if reason.is_empty() => "the daemon".to_owned(),
            By::Daemon(reason) => format!("the daemon: {reason}"),
        }
    }
}
