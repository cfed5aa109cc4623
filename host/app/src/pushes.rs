//! Listening to what brokers tell by themselves: one listener for each user whose broker pushes.

use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use prahari_brokers::{Pushed, Pushes};
use prahari_domain::ids::UserId;
use tokio::task::JoinSet;

use crate::daemon::Daemon;
use crate::error::AppError;

/// The listeners. They end with the daemon, or when their broker will tell nothing more.
#[derive(Default)]
pub(crate) struct Listeners(Mutex<JoinSet<()>>);

impl Daemon {
    /// Has what a user's broker pushes booked from now on, each time at once.
    pub(crate) fn follow_pushes(self: &Arc<Self>, user: UserId, pushes: Pushes) {
        if pushes.is_over() {
            return;
        }
        let mut listeners = self.listeners.0.lock();
        // Those that have ended are taken out in passing.
        while listeners.try_join_next().is_some() {}
        listeners.spawn(listen(Arc::downgrade(self), user, pushes));
    }

    /// Books what was pushed, and tells of orders that were closed as lost.
    async fn take_pushed(&self, id: UserId, pushed: Pushed) -> Result<(), AppError> {
        let user = self.user(id)?;
        let mut desk = user.desk.lock().await;
        let taken = desk.take_pushed(pushed, self.clock.now()).await;
        let lost = desk.take_lost();
        drop(desk);
        self.tell_of_lost(id, lost).await?;
        match taken {
            Err(error) => self.contain(&user, error).await,
            Ok(_) => Ok(()),
        }
    }
}

async fn listen(daemon: Weak<Daemon>, user: UserId, mut pushes: Pushes) {
    while let Some(pushed) = pushes.next().await {
        // What comes while the daemon stops is in the broker's book at the next start.
        let Some(daemon) = daemon.upgrade().filter(|daemon| !daemon.is_stopping()) else { return };
        if let Err(error) = daemon.take_pushed(user, pushed).await {
            if error.concerns_everybody() {
                return daemon.fail(&error);
            }
            tracing::error!(%user, %error, "what the broker told could not be booked");
        }
    }
}
