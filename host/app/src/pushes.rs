//! Listening to what brokers tell by themselves: one listener for each user whose broker pushes.

use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use prahari_brokers::{Pushed, Pushes};
use prahari_domain::ids::UserId;
use tokio::task::JoinSet;

use crate::error::AppError;
use crate::halts::Halts;
use crate::handles::Handles;
use crate::services::Services;
use crate::users::Users;

/// The listeners. They end with the daemon, or when their broker will tell nothing more.
pub struct Listeners {
    pub(crate) handles: Handles,
    pub(crate) users: Arc<Users>,
    pub(crate) halts: Arc<Halts>,
    pub(crate) services: Arc<Services>,
    pub(crate) listening: Mutex<JoinSet<()>>,
}

impl Listeners {
    /// Has what a user's broker pushes booked from now on, each time at once.
    pub(crate) fn follow_pushes(self: &Arc<Self>, user: UserId, pushes: Pushes) {
        if pushes.is_over() {
            return;
        }
        let mut listeners = self.listening.lock();
        // Those that have ended are taken out in passing.
        while listeners.try_join_next().is_some() {}
        listeners.spawn(listen(Arc::downgrade(self), user, pushes));
    }

    /// Books what was pushed, and tells of orders whose outcome is not known.
    async fn take_pushed(&self, id: UserId, pushed: Pushed) -> Result<(), AppError> {
        let user = self.users.find(id)?;
        let mut desk = user.desk.lock().await;
        let taken = desk.take_pushed(pushed, self.handles.clock.now()).await;
        let alarms = desk.take_alarms();
        drop(desk);
        self.halts.tell_of_orders(id, alarms).await?;
        match taken {
            Err(error) => self.services.handle_user_error(&user, error).await,
            Ok(_) => Ok(()),
        }
    }
}

async fn listen(listeners: Weak<Listeners>, user: UserId, mut pushes: Pushes) {
    while let Some(pushed) = pushes.next().await {
        // What comes while the daemon stops is in the broker's book at the next start.
        let Some(listeners) = listeners.upgrade().filter(|all| !all.handles.shutdown.is_begun()) else {
            return;
        };
        if let Err(error) = listeners.take_pushed(user, pushed).await {
            if error.concerns_everybody() {
                return listeners.handles.shutdown.fail(&error);
            }
            tracing::error!(%user, %error, "what the broker told could not be booked");
        }
    }
}
