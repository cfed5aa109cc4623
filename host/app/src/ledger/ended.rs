//! What has ended since the scheduler looked, for slots that wait for it.

use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;
use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use tokio::sync::Notify;

/// Tasks that have ended, by user. Empty while no slot waits.
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

    /// Turns the recording of ended tasks on or off. It has to be on before anybody
    /// checks whether a task has ended already.
    pub(crate) fn set_awaited(&self, awaited: bool) {
        self.awaited.store(awaited, Ordering::SeqCst);
    }

    /// Waits until something has ended that was not taken yet.
    pub(crate) async fn told(&self) {
        self.told.notified().await;
    }

    /// Takes the tasks that have ended since the last call.
    pub(crate) fn take(&self) -> Vec<(UserId, Task)> {
        std::mem::take(&mut *self.tasks.lock())
    }
}
