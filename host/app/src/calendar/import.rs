//! Taking up another calendar while the daemon runs.

use prahari_domain::calendar::{Calendar, CalendarDocument, CalendarError, TradingDay};
use prahari_domain::ids::UserId;
use prahari_domain::time::Day;
use prahari_store::CalendarOrigin;

use super::versions::new_version;
use crate::calendar::Calendars;
use crate::error::AppError;
use crate::events::{Audience, Resource};
use crate::ledger::SlotKey;
use crate::services::Level;
use crate::user::User;

impl Calendars {
    /// Reads an operator's text: one that names only what it changes in the calendar in force, or a whole calendar.
    /// Nothing is changed.
    ///
    /// # Errors
    /// [`AppError::InvalidCalendar`] in one sentence that names the entry.
    pub fn read_calendar(&self, text: &str, whole: bool) -> Result<Calendar, AppError> {
        let current = self.handles.calendar.current();
        let document = if whole { CalendarDocument::parse(text) } else { current.document().amended(text) };
        let calendar = document.and_then(Calendar::of).map_err(AppError::InvalidCalendar)?;
        let (begins, known_from) = (calendar.covers().0, current.covers().0);
        if begins > known_from {
            let detail = format!(
                "it begins on {begins}, and the one in force on {known_from}: days that are past must stay known"
            );
            return Err(AppError::InvalidCalendar(CalendarError::Data { detail }));
        }
        Ok(calendar.with_unknown_days(current.unknown_days()))
    }

    /// Puts a calendar in force that [`Calendars::read_calendar`] gave, as the version after `expected`, and has
    /// the plans and ledgers of today follow it: slots not yet due of a day that is closed now are withdrawn, a day
    /// that has a session now gets its slots. Returns the version; that of the one in force, when it says the same.
    ///
    /// # Errors
    /// [`prahari_store::StoreError::CalendarChanged`] when somebody else was faster; or when it cannot be written.
    pub async fn import_calendar(
        &self,
        by: UserId,
        expected: u64,
        calendar: Calendar,
    ) -> Result<u64, AppError> {
        let is_shipped = Calendar::embedded()?.document() == calendar.document();
        let origin = if is_shipped { CalendarOrigin::Shipped } else { CalendarOrigin::Operator };
        let new = new_version(origin, &calendar)?;
        let today = self.handles.clock.now().ist_day();
        let (version, changed) = {
            // Nobody plans a day or enters slots by the old calendar beside the new one.
            let _planning = self.ledger.planning.write().await;
            if self.is_in_force(expected, &calendar).await? {
                return Ok(expected);
            }
            let version = self.handles.store.user(by).add_calendar(expected, new).await?;
            let before = self.handles.calendar.current().day_or_closed(today);
            let after = calendar.day_or_closed(today);
            let changed = moves_slots(&before, &after).then_some(after);
            if changed.is_some() {
                // Before the watchdog can look at today by the new calendar.
                self.save_day_changed().await?;
            }
            self.handles.calendar.replace(calendar);
            self.ledger.replan().await?;
            (version, changed)
        };
        tracing::info!(version, user = %by, "another calendar is in force");
        if let Some(today) = changed {
            self.follow_calendar(&today).await?;
            // Each ledger expects what comes after its own turn, and this is after the last.
            self.save_day_changed().await?;
        }
        self.handles.wake.notify_one();
        self.handles.events.changed(Audience::Everybody, Resource::Calendar, version);
        self.check_calendar().await?;
        Ok(version)
    }

    /// Notes that what today has by the calendar in force counts from now on. What was due before it is what the
    /// ledgers say, and the watchdog expects no more.
    pub(crate) async fn save_day_changed(&self) -> Result<(), AppError> {
        // As a ledger takes over.
        let from = self.handles.clock.now().max(self.ledger.handed_out());
        Ok(self.handles.store.system().save_day_changed(from).await?)
    }

    /// Has every service that is on expect what today is by the calendar in force.
    async fn follow_calendar(&self, today: &TradingDay) -> Result<(), AppError> {
        let cause = format!("the calendar was changed: {}", said_of(today));
        for user in self.users.all() {
            if let Err(error) = self.follow_calendar_of(&user, &cause).await {
                self.services.handle_user_error(&user, error).await?;
            }
        }
        Ok(())
    }

    async fn follow_calendar_of(&self, user: &User, cause: &str) -> Result<(), AppError> {
        let _switch = user.services.switch().await;
        if !user.services.is_any_on() {
            return Ok(());
        }
        let gone = self.ledger.take_over(user, cause).await?;
        let gone: Vec<String> =
            gone.iter().map(|SlotKey { task, due_at }| format!("{task} of {due_at}")).collect();
        let message = match gone.as_slice() {
            [] => cause.to_owned(),
            gone => format!("{cause}; not expected any more: {}", gone.join(", ")),
        };
        self.services.log_service(user, Level::Warn, "calendar_changed", message).await
    }
}

/// Returns whether two calendars make different slots of the same date possible.
fn moves_slots(before: &TradingDay, after: &TradingDay) -> bool {
    let facts = |day: &TradingDay| (day.open, day.special, day.note.clone());
    facts(before) != facts(after) || before.windows != after.windows
}

fn said_of(TradingDay { day, open, note, .. }: &TradingDay) -> String {
    match (open, note.as_str()) {
        (true, "") => format!("{day} is an ordinary session"),
        (true, note) => format!("{day} has a session, {note}"),
        (false, note) => format!("{day} is closed, {note}"),
    }
}

/// The last day of a year that begins today.
pub(super) fn a_year_after(today: Day) -> Day {
    today.checked_add_months(chrono::Months::new(12)).and_then(|day| day.pred_opt()).unwrap_or(today)
}
