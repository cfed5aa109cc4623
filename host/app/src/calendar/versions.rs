//! Which calendar is in force: the newest version of the database, or the one that ships.

use std::sync::Arc;

use prahari_domain::calendar::{Calendar, CalendarHandle, UnknownDays};
use prahari_domain::time::Day;
use prahari_store::{CalendarOrigin, CalendarRow, NewAudit, NewCalendar, Store};

use crate::clock::Clock;
use crate::daemon::Daemon;
use crate::error::AppError;

/// A calendar that ships with the program and is newer than the one in force, which an operator brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offered {
    /// The day on which it was compiled.
    pub as_of: Day,
    /// The last day of which it knows the holidays.
    pub known_through: Day,
}

/// The calendar of a database. A newer one that ships replaces one that shipped before; one that an operator brought it leaves
/// in force, see [`Daemon::offered_calendar`].
///
/// # Errors
/// When the database cannot be read or written.
pub async fn open(store: &Store, unknown_days: UnknownDays) -> Result<Arc<CalendarHandle>, AppError> {
    let shipped = Calendar::embedded()?;
    let calendar = match store.system().newest_calendar().await? {
        None => shipped,
        Some((row, text)) => in_force(store, &row, &text, shipped).await?,
    };
    Ok(CalendarHandle::new(calendar.with_unknown_days(unknown_days)))
}

async fn in_force(
    store: &Store,
    row: &CalendarRow,
    text: &str,
    shipped: Calendar,
) -> Result<Calendar, AppError> {
    let kept = match Calendar::from_json(text) {
        Ok(kept) => kept,
        Err(error) => {
            let version = row.version;
            tracing::error!(version, %error, "the calendar of the database cannot be read; the program's own is used");
            return Ok(shipped);
        }
    };
    if row.origin == CalendarOrigin::Operator || shipped.document().as_of <= row.as_of {
        return Ok(kept);
    }
    add_shipped(store, row.version, &shipped).await?;
    Ok(shipped)
}

/// Makes the calendar in force version 1 of a database that has none.
pub(crate) async fn keep_first(store: &Store, calendar: &Calendar) -> Result<(), AppError> {
    match store.system().newest_calendar().await? {
        Some(_) => Ok(()),
        None => add_shipped(store, 0, calendar).await,
    }
}

async fn add_shipped(store: &Store, expected: u64, calendar: &Calendar) -> Result<(), AppError> {
    let new = new_version(CalendarOrigin::Shipped, calendar)?;
    let (at, as_of) = (new.at, new.as_of);
    if expected > 0 {
        let entry = NewAudit {
            at,
            user: None,
            via: "the program".to_owned(),
            action: "calendar.import".to_owned(),
            resource: "calendar".to_owned(),
            details: serde_json::json!({ "shipped_as_of": as_of.to_string() }).to_string(),
            address: String::new(),
        };
        store.system().append_audit(entry).await?;
    }
    let version = store.system().add_shipped_calendar(expected, new).await?;
    tracing::info!(version, %as_of, "the calendar that ships with the program is in force");
    Ok(())
}

pub(super) fn new_version(origin: CalendarOrigin, calendar: &Calendar) -> Result<NewCalendar, AppError> {
    let document = calendar.document();
    Ok(NewCalendar {
        origin,
        as_of: document.as_of,
        known_through: calendar.covers().1,
        document: document.to_text()?,
        at: Clock::System.now(),
    })
}

impl Daemon {
    /// The calendar that ships, when it is newer than the one in force.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn offered_calendar(&self) -> Result<Option<Offered>, AppError> {
        let shipped = Calendar::embedded()?;
        let Some((newest, _)) = self.store.system().newest_calendar().await? else { return Ok(None) };
        let offered = Offered { as_of: shipped.document().as_of, known_through: shipped.covers().1 };
        Ok((offered.as_of > newest.as_of).then_some(offered))
    }
}
