//! The summary of a trading date, told in the evening, when each user wants it: when it is closed at midnight most people
//! sleep.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::{TryStreamExt, stream};
use prahari_brokers::Sessions;
use prahari_domain::ids::UserId;
use prahari_domain::time::{Day, Timestamp};

use super::{Maintenance, next_minute};
use crate::error::AppError;
use crate::user::User;

/// Number of users who are told at once, so that ten thousand of them leave the processors and the writer to others.
const USERS_AT_ONCE: usize = 2;

/// Who was told in the evening of a date, as far as this process knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evening {
    day: Option<Day>,
    told: BTreeSet<UserId>,
}

impl Evening {
    /// Returns whether a user was told of a date.
    pub fn was_told(&self, user: UserId, day: Day) -> bool {
        self.day == Some(day) && self.told.contains(&user)
    }

    /// Goes on to a date.
    fn enter(&mut self, day: Day) {
        if self.day != Some(day) {
            *self = Self { day: Some(day), told: BTreeSet::new() };
        }
    }
}

impl Maintenance {
    /// Tells what today came to to every user for whom it is time, unless they were told. Whom the evening does not reach,
    /// because the daemon is down, is told when the date is closed.
    ///
    /// # Errors
    /// When the store fails. What is wrong with one user's books stays with that user.
    pub async fn tell_of_today(&self, evening: &mut Evening) -> Result<(), AppError> {
        let now = self.handles.clock.now();
        let today = now.ist_day();
        // A session may be in the evening: nobody knows before its end what the date came to.
        if self.handles.calendar.session(today).is_none_or(|session| now < session.closes()) {
            return Ok(());
        }
        evening.enter(today);
        let is_time = |user: &Arc<User>| now >= user.settings.preferences().value.summary_at.on(today);
        let due = self.users.all().into_iter().filter(is_time);
        let due: Vec<Arc<User>> = due.filter(|user| evening.told.insert(user.id)).collect();
        let users = stream::iter(due.into_iter().map(Ok::<_, AppError>));
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

/// Tells each evening, until the daemon ends.
pub(super) async fn tell_each_evening(maintenance: Arc<Maintenance>) {
    let mut evening = Evening::default();
    while next_minute(&maintenance).await {
        if let Err(error) = maintenance.tell_of_today(&mut evening).await {
            tracing::error!(%error, "the summaries of the day could not be told");
        }
    }
}
