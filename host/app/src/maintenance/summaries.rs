//! The summary of a trading date, told in the evening: when it is closed at midnight most people sleep.

use std::sync::Arc;

use chrono::NaiveTime;
use futures::{TryStreamExt, stream};
use prahari_domain::time::{Day, Timestamp};

use super::{Maintenance, next_minute};
use crate::error::AppError;
use crate::user::User;

/// The IST time of day from which users are told what the date came to: half an hour after the last of the usual tasks of
/// a day.
const SUMMARY_AT: (u32, u32) = (18, 30);

/// Number of users who are told at once, so that ten thousand of them leave the processors and the writer to others.
const USERS_AT_ONCE: usize = 2;

impl Maintenance {
    /// Tells every user what today came to, unless it is too early or they were told; `told_on` is the last date on which
    /// that was done. Whom the evening does not reach, because the daemon is down, is told when the date is closed.
    ///
    /// # Errors
    /// When the store fails. What is wrong with one user's books stays with that user.
    pub async fn tell_of_today(&self, told_on: &mut Option<Day>) -> Result<(), AppError> {
        let now = self.handles.clock.now();
        let today = now.ist_day();
        if *told_on == Some(today) || now < evening_of(today) {
            return Ok(());
        }
        *told_on = Some(today);
        if !self.handles.calendar.current().is_open_on(today) {
            return Ok(());
        }
        let users = stream::iter(self.users.all().into_iter().map(Ok::<_, AppError>));
        users.try_for_each_concurrent(USERS_AT_ONCE, |user| self.tell_user_of(user, today, now)).await
    }

    async fn tell_user_of(&self, user: Arc<User>, day: Day, now: Timestamp) -> Result<(), AppError> {
        let told = user.desk.lock().await.tell_of_date(day, now).await;
        match told {
            Err(error) => self.services.handle_user_error(&user, error).await,
            Ok(()) => Ok(()),
        }
    }
}

fn evening_of(day: Day) -> Timestamp {
    let (hour, minute) = SUMMARY_AT;
    Timestamp::from_ist(day, NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default())
}

/// Tells each evening, until the daemon ends.
pub(super) async fn tell_each_evening(maintenance: Arc<Maintenance>) {
    let mut told_on = None;
    while next_minute(&maintenance).await {
        if let Err(error) = maintenance.tell_of_today(&mut told_on).await {
            tracing::error!(%error, "the summaries of the day could not be told");
        }
    }
}
