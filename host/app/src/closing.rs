//! Closing the trading dates that are over, for every user: whether or not a service of theirs is on.

use std::sync::Arc;

use futures::{TryStreamExt, stream};
use prahari_domain::time::Timestamp;

use crate::daemon::Daemon;
use crate::error::AppError;
use crate::user::User;

/// How many users' dates are closed at once, so that ten thousand of them leave the processors and the writer to the slots
/// of the new day. Whoever's first order comes before their turn is closed by the desk itself.
const USERS_AT_ONCE: usize = 2;

impl Daemon {
    /// Closes every date before that of `now` that is not closed yet, user by user.
    ///
    /// # Errors
    /// When the store cannot be read or written. What is wrong with one user's books stays with that user.
    pub(crate) async fn close_past_dates(self: &Arc<Self>, now: Timestamp) -> Result<(), AppError> {
        let users = stream::iter(self.users().into_iter().map(Ok::<_, AppError>));
        users.try_for_each_concurrent(USERS_AT_ONCE, |user| self.close_past_dates_of(user, now)).await
    }

    async fn close_past_dates_of(&self, user: Arc<User>, now: Timestamp) -> Result<(), AppError> {
        let closed = user.desk.lock().await.close_past_dates(now, None).await;
        match closed {
            Err(error) => self.contain(&user, error).await,
            Ok(()) => Ok(()),
        }
    }
}
