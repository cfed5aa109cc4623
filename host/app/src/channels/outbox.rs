//! Whom somebody has to tell that a message was queued: who queues it does not know who delivers it.

use std::collections::BTreeSet;

use parking_lot::RwLock;
use prahari_domain::ids::UserId;
use tokio::sync::Notify;

/// Wakes whoever delivers messages. Most users have no channel, and of their messages nobody is woken.
#[derive(Debug, Default)]
pub struct Outbox {
    users: RwLock<BTreeSet<UserId>>,
    queued: Notify,
}

impl Outbox {
    /// Notes that a message to a user was queued, if the user has a channel.
    pub fn message_queued(&self, user: UserId) {
        if self.users.read().contains(&user) {
            self.wake();
        }
    }

    /// Notes that a user has a channel. They stay noted until the daemon ends: being woken for nothing does no harm.
    pub(super) fn add_user(&self, user: UserId) {
        self.users.write().insert(user);
    }

    /// Makes whoever delivers look again.
    pub(super) fn wake(&self) {
        self.queued.notify_one();
    }

    /// Notified when there is something to look at.
    pub(super) fn queued(&self) -> &Notify {
        &self.queued
    }
}
