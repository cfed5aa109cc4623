//! Closing the trading dates that are over, for every user: whether or not a service of theirs is on.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use futures::{TryStreamExt, stream};
use parking_lot::Mutex;
use prahari_brokers::SessionEnd;
use prahari_domain::time::Timestamp;
use tokio::task::JoinSet;

use crate::error::AppError;
use crate::maintenance::Maintenance;
use crate::scheduler::SLOW_USERS_AT_ONCE;
use crate::user::User;

/// Number of users' dates that are closed at once, so that ten thousand of them leave the processors and the writer
/// to the slots of the new day. When a user's first order comes earlier, the desk itself closes the date.
const USERS_AT_ONCE: usize = 2;

/// Real time after which closing one user's date no longer delays the others.
const SLOW_AFTER: Duration = Duration::from_millis(100);

impl Maintenance {
    /// Closes every date before that of `now` that is not closed yet, user by user.
    ///
    /// # Errors
    /// When the store cannot be read or written. What is wrong with one user's books stays with that user.
    pub(crate) async fn close_past_dates(self: &Arc<Self>, now: Timestamp) -> Result<(), AppError> {
        // Of another day; what the closing asks the brokers logs in for the new one.
        self.users.forget_sessions(SessionEnd::Day).await;
        let today = self.handles.clock.now().ist_day();
        // Also those of which no link knows, such as that of a user who trades elsewhere by now.
        self.handles.store.system().remove_broker_sessions_except(today).await?;
        let slow = Mutex::new(JoinSet::new());
        let users = stream::iter(self.users.all().into_iter().map(Ok::<_, AppError>));
        users
            .try_for_each_concurrent(USERS_AT_ONCE, |user| {
                self.close_unless_slow(self.clone().close_past_dates_of(user, now), &slow)
            })
            .await?;
        let mut slow = slow.into_inner();
        while let Some(ended) = slow.join_next().await {
            ended.map_err(|error| AppError::Ended(error.to_string()))??;
        }
        Ok(())
    }

    /// Closes the dates of one user, and lets others have their turn meanwhile when that takes long, as with a
    /// broker that does not answer.
    async fn close_unless_slow(
        &self,
        closing: impl Future<Output = Result<(), AppError>> + Send + 'static,
        slow: &Mutex<JoinSet<Result<(), AppError>>>,
    ) -> Result<(), AppError> {
        if self.handles.clock.is_lockstep() {
            return closing.await;
        }
        let mut closing = Box::pin(closing);
        if let Ok(closed) = tokio::time::timeout(SLOW_AFTER, closing.as_mut()).await {
            return closed;
        }
        let has_place = slow.lock().len() < SLOW_USERS_AT_ONCE;
        if !has_place {
            return closing.await;
        }
        slow.lock().spawn(closing);
        Ok(())
    }

    async fn close_past_dates_of(self: Arc<Self>, user: Arc<User>, now: Timestamp) -> Result<(), AppError> {
        let mut desk = user.desk.lock().await;
        let closed = desk.close_past_dates(now, None).await;
        let alarms = desk.take_alarms();
        drop(desk);
        self.notices.tell_of_orders(user.id, alarms).await?;
        match closed {
            Err(error) => self.services.handle_user_error(&user, error).await,
            Ok(()) => Ok(()),
        }
    }
}
