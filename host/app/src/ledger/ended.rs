//! What has ended since the scheduler looked, for slots that wait for it.

use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;
use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use tokio::sync::Notify;

/// Whose tasks have ended. As long as nothing waits, nothing is kept.
#[derive(Default)]
pub(crate) struct Ended {
    /// Whether a slot of anybody waits, or is about to.
    awaited: AtomicBool,
    tasks: Mutex<Vec<(UserId, Task)>>,
    told: Notify,
}

impl Ended {
    /// A slot of a task has its outcome or is gone, or a run of it has ended that belonged to no slot.
    pub(crate) fn tell(&self, user: UserId, task: Task) {
        if self.awaited.load(Ordering::SeqCst) {
            self.tasks.lock().push((user, task));
            self.told.notify_one();
        }
    }

    /// Whether what ends is told from now on. It has to be so before anybody looks whether something has ended already.
    pub(crate) fn set_awaited(&self, awaited: bool) {
        self.awaited.store(awaited, Ordering::SeqCst);
    }

    /// Waits until something has ended that was not taken yet.
    pub(crate) async fn told(&self) {
        self.told.notified().await;
    }

    /// What has ended since the last time.
    pub(crate) fn take(&self) -> Vec<(UserId, Task)> {
        std::mem::take(&mut *self.tasks.lock())
    }
}
