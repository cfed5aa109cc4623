//! A word in time before the known days of the calendar end: an alert that stands, and at last a message each day.

use prahari_domain::calendar::UnknownDays;
use prahari_domain::time::Day;
use prahari_store::{AlertCode, NewAlert};

use crate::calendar::Calendars;
use crate::error::AppError;
use crate::notices::words;

/// The alert is raised this many days before the end of the known calendar: the exchange publishes the list of the
/// next year about three weeks before.
pub const WARN_FROM_DAYS: i64 = 45;

/// From this many days before the end, every admin gets a message each day.
pub const DAILY_FROM_DAYS: i64 = 14;

/// Key of the date on which the admins were last told.
const TOLD_KEY: &str = "calendar_end_told";

impl Calendars {
    /// Looks at the calendar as an operator has to: whether it can be read again, and how far it reaches.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn check_calendar(&self) -> Result<(), AppError> {
        self.check_kept_calendar().await?;
        self.check_calendar_end().await
    }

    /// Looks how far the known days reach: raises or clears the alert, and tells the admins each day of
    /// the last two weeks and after.
    ///
    /// # Errors
    /// When the store fails.
    async fn check_calendar_end(&self) -> Result<(), AppError> {
        let today = self.handles.clock.now().ist_day();
        let calendar = self.handles.calendar.current();
        let (known_through, unknown_days) = (calendar.covers().1, calendar.unknown_days());
        let left = known_through.signed_duration_since(today).num_days();
        if left > WARN_FROM_DAYS {
            let resolution = format!("holidays are known through {}", date(known_through));
            self.notices.clear(AlertCode::CalendarEnds, None, "", &resolution).await?;
            return Ok(());
        }
        let detail = sentence(known_through, unknown_days);
        let alert = NewAlert {
            code: AlertCode::CalendarEnds,
            user: None,
            subject: String::new(),
            detail: detail.clone(),
        };
        let raised = self.notices.raise(alert).await?;
        let told = self.handles.store.system().meta(TOLD_KEY).await?;
        let today_text = today.to_string();
        if left > DAILY_FROM_DAYS || told.as_deref() == Some(today_text.as_str()) {
            return Ok(());
        }
        self.handles.store.system().set_meta(TOLD_KEY, today_text).await?;
        if !raised {
            tracing::warn!(%known_through, "{detail}");
            self.notices.tell_admins(words::alerts::calendar_ends_still(detail)).await?;
        }
        Ok(())
    }
}

/// True on every day on which the alert is open, because it stands as it was raised.
fn sentence(known_through: Day, unknown_days: UnknownDays) -> String {
    let then = match unknown_days {
        UnknownDays::Session => "weekdays after it are presumed to be sessions",
        UnknownDays::Closed => "every day after it is closed",
    };
    format!(
        "holidays are known through {} only: {then}; import the exchange's list of holidays on the Calendar page, \
         or with prahari calendar import FILE",
        date(known_through)
    )
}

/// A date as people write it, such as `31 Dec 2026`.
fn date(day: Day) -> String {
    day.format("%-d %b %Y").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_is_for_people() {
        let last = Day::from_ymd_opt(2026, 12, 31).unwrap();
        let told = |unknown_days| sentence(last, unknown_days);
        assert_eq!(
            told(UnknownDays::Session),
            "holidays are known through 31 Dec 2026 only: weekdays after it are presumed to be sessions; import the \
             exchange's list of holidays on the Calendar page, or with prahari calendar import FILE"
        );
        assert!(told(UnknownDays::Closed).contains("31 Dec 2026 only: every day after it is closed; "));
        assert_eq!(date(Day::from_ymd_opt(2027, 1, 5).unwrap()), "5 Jan 2027");
    }
}
