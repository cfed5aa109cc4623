//! Writes that were refused while nobody waited for them.
//!
//! Such a refusal is a fault of ours, in what one user has: the write contradicts what the database holds of them.
//! It changed nothing, so everybody else's writes go on; whose it was is told to the daemon, which stops that
//! user's work.

use std::collections::BTreeMap;

use parking_lot::Mutex;
use prahari_domain::ids::UserId;
use tokio::sync::Notify;

use crate::errors::StoreError;

/// A write that was refused while nobody waited for it.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// User of the refused row; none for a row of the whole daemon.
    pub user: Option<UserId>,
    /// Cause of the refusal.
    pub error: StoreError,
}

/// Refusals that nobody has taken yet, the first of each user.
#[derive(Debug, Default)]
pub(crate) struct Refusals {
    /// At most one for each user: what follows the first is a consequence of it.
    waiting: Mutex<BTreeMap<Option<UserId>, StoreError>>,
    told: Notify,
}

impl Refusals {
    pub(crate) fn add(&self, user: Option<UserId>, error: StoreError) {
        let mut waiting = self.waiting.lock();
        waiting.entry(user).or_insert(error);
        drop(waiting);
        self.told.notify_one();
    }

    pub(crate) fn take(&self) -> Vec<Refusal> {
        let waiting = std::mem::take(&mut *self.waiting.lock());
        waiting.into_iter().map(|(user, error)| Refusal { user, error }).collect()
    }

    pub(crate) async fn told(&self) {
        self.told.notified().await;
    }
}
