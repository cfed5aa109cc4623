//! The look of each morning: everybody who is active, once, before the market opens.
//!
//! It is a duty of the host and no task, because it looks at what tasks stand on
//! (`docs/decisions/0041-the-doctor-is-a-duty-of-the-host.md`). What is kept says of each trading date that it was done, late
//! or missed, and why.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::{TryStreamExt, stream};
use prahari_brokers::{CheckOutcome, Session, Sessions};
use prahari_domain::ids::UserId;
use prahari_domain::time::{Day, Timestamp};
use prahari_store::{AlertCode, NewAlert, ReadinessOutcome, ReadinessRow};

use super::{Doctor, Examination};
use crate::day_log::Kind;
use crate::error::AppError;
use crate::maintenance::{Maintenance, next_minute};
use crate::notices::words::alerts::not_ready;
use crate::user::User;

/// Minutes of the day at which the look is due: 08:40. What is held was fetched ahead by then, and it leaves twenty minutes before
/// the first orders of the day.
const DUE_MINUTES: i64 = 8 * 60 + 40;

/// Minutes after which a look is late.
const LATE_MINUTES: i64 = 5;

/// Users who are looked at at once: each may wait some seconds for a broker, and others have the processors.
const USERS_AT_ONCE: usize = 8;

/// Who was looked at on a date, as far as this process knows.
#[derive(Debug, Default)]
pub(crate) struct Looked {
    day: Option<Day>,
    users: BTreeSet<UserId>,
}

/// Returns when the look of a date is due.
pub fn due_on(day: Day) -> Timestamp {
    Timestamp::start_of(day).plus_minutes(DUE_MINUTES)
}

/// Looks each morning, until the daemon ends.
pub(crate) async fn look_each_morning(maintenance: Arc<Maintenance>) {
    while next_minute(&maintenance).await {
        if let Err(error) = maintenance.doctor.look_at_everybody().await {
            tracing::error!(%error, "the looks of the morning could not be kept");
        }
    }
}

impl Doctor {
    /// Looks at every active user who was not looked at today, once it is time; on a day without a session at nobody. When the
    /// session is over, it is written down that the look was missed. Returns how many users it was.
    ///
    /// # Errors
    /// When the store fails. What is wrong with one user stays with that user.
    pub async fn look_at_everybody(&self) -> Result<usize, AppError> {
        let now = self.handles.clock.now();
        let today = now.ist_day();
        let Some(session) = self.handles.calendar.session(today) else { return Ok(0) };
        if now < due_on(today) {
            return Ok(0);
        }
        let waiting = self.waiting(today).await?;
        let count = waiting.len();
        let users = stream::iter(waiting.into_iter().map(Ok::<_, AppError>));
        users.try_for_each_concurrent(USERS_AT_ONCE, |user| self.look_in_turn(user, &session)).await?;
        Ok(count)
    }

    /// The active users who were not looked at on a date; after a start, what the database says of that.
    async fn waiting(&self, today: Day) -> Result<Vec<Arc<User>>, AppError> {
        if self.looked.lock().day != Some(today) {
            let kept = self.handles.store.system().users_with_readiness(today).await?;
            *self.looked.lock() = Looked { day: Some(today), users: kept.into_iter().collect() };
        }
        let looked = self.looked.lock();
        let users = self.users.all().into_iter();
        Ok(users.filter(|user| user.access.is_active() && !looked.users.contains(&user.id)).collect())
    }

    async fn look_in_turn(&self, user: Arc<User>, session: &Session) -> Result<(), AppError> {
        let now = self.handles.clock.now();
        let row = match now >= session.closes() {
            true => missed(session.day),
            false => self.look_of_morning(&user, session.day, now).await?,
        };
        let (day, outcome) = (row.day, row.outcome);
        if self.handles.store.user(user.id).keep_readiness(row).await? && outcome != ReadinessOutcome::Ok {
            let said = format!("the doctor's look of {day} came out as {outcome}");
            self.handles.day_log.noted(Some(user.id), Kind::Info, &said);
        }
        self.looked.lock().users.insert(user.id);
        Ok(())
    }

    /// Looks, and tells what failed. Whoever cannot be looked at has failed, with the reason.
    async fn look_of_morning(
        &self,
        user: &Arc<User>,
        day: Day,
        now: Timestamp,
    ) -> Result<ReadinessRow, AppError> {
        let look = match self.examine_since(user, now.plus_millis(-1)).await {
            Ok(look) => look,
            Err(error) if error.concerns_everybody() => return Err(error),
            Err(error) => {
                tracing::error!(user = %user.id, %error, "the doctor could not look");
                let reason = format!("it could not be looked: {error}");
                return Ok(row(day, Some(now), ReadinessOutcome::Failed, reason, "[]".to_owned()));
            }
        };
        self.tell(user, day, &look).await?;
        let outcome = match look.outcome() {
            CheckOutcome::Ok | CheckOutcome::NotKnown => ReadinessOutcome::Ok,
            CheckOutcome::Warning => ReadinessOutcome::Warning,
            CheckOutcome::Failed => ReadinessOutcome::Failed,
        };
        let late = now >= due_on(day).plus_minutes(LATE_MINUTES);
        let reason = if late { late_reason(day) } else { String::new() };
        Ok(row(day, Some(look.at), outcome, reason, serde_json::to_string(&look.checks)?))
    }

    /// Ends the alerts of earlier mornings, and raises one for what fails. It comes before the row: a daemon that is killed in
    /// between looks again, and finds the alert of the day open.
    async fn tell(&self, user: &User, day: Day, look: &Examination) -> Result<(), AppError> {
        for earlier in self.mornings(user, super::MORNINGS_SHOWN).await? {
            if earlier.outcome == ReadinessOutcome::Failed && earlier.day != day {
                let (code, subject) = (AlertCode::NotReady, earlier.day.to_string());
                let over = format!("the doctor looked again on {day}");
                self.notices.clear(code, Some(user.id), &subject, &over).await?;
            }
        }
        let failed: Vec<_> = look.with(CheckOutcome::Failed).collect();
        if !failed.is_empty() {
            let (code, subject) = (AlertCode::NotReady, day.to_string());
            let detail = not_ready(&failed);
            self.notices.raise(NewAlert { code, user: Some(user.id), subject, detail }).await?;
        }
        Ok(())
    }
}

fn late_reason(day: Day) -> String {
    let due = due_on(day).ist_time().format("%H:%M");
    format!("it was due at {due}, when the daemon was not running or the user was not active")
}

fn missed(day: Day) -> ReadinessRow {
    let reason = format!("{}, and the session is over", late_reason(day));
    row(day, None, ReadinessOutcome::Missed, reason, "[]".to_owned())
}

fn row(
    day: Day,
    looked_at: Option<Timestamp>,
    outcome: ReadinessOutcome,
    reason: String,
    checks: String,
) -> ReadinessRow {
    ReadinessRow { day, due_at: due_on(day), looked_at, outcome, reason, checks }
}
