//! Which calendar is in force: the newest version of the database, or the one that ships.

use std::sync::Arc;

use prahari_domain::calendar::{Calendar, CalendarHandle, UnknownDays};
use prahari_domain::text::one_line;
use prahari_domain::time::Day;
use prahari_store::{AlertCode, CalendarOrigin, CalendarRow, NewAlert, NewAudit, NewCalendar, Store};

use crate::calendar::Calendars;
use crate::clock::Clock;
use crate::error::AppError;

/// A calendar that ships with the program and is newer than the one in force, which an operator brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShippedCalendar {
    /// The day on which it was compiled.
    pub as_of: Day,
    /// The last day of which it knows the holidays.
    pub known_through: Day,
}

/// The calendar of a database. A newer one that ships replaces one that shipped before; one that an operator
/// brought it leaves in force, see [`Calendars::offered_calendar`].
///
/// # Errors
/// When the database cannot be read or written.
pub async fn open(store: &Store, unknown_days: UnknownDays) -> Result<Arc<CalendarHandle>, AppError> {
    let shipped = Calendar::embedded()?;
    let calendar = match newest(store).await? {
        Newest::None => shipped,
        Newest::Whole(row, kept) => in_force(store, &row, *kept, shipped).await?,
        // The daemon raises the alert, see `Calendars::check_calendar`.
        Newest::Damaged(why) => {
            tracing::error!("{why}; the calendar that ships with the program is used");
            shipped
        }
    };
    Ok(CalendarHandle::new(calendar.with_unknown_days(unknown_days)))
}

/// The newest version of a database, as far as it can be used.
enum Newest {
    None,
    Whole(CalendarRow, Box<Calendar>),
    Damaged(String),
}

async fn newest(store: &Store) -> Result<Newest, AppError> {
    let system = store.system();
    let why = match system.newest_calendar().await {
        Ok(None) => return Ok(Newest::None),
        Ok(Some((row, text))) => match Calendar::from_json(&text) {
            Ok(kept) => return Ok(Newest::Whole(row, Box::new(kept))),
            Err(error) => error.to_string(),
        },
        Err(error) if error.concerns_everybody() => return Err(error.into()),
        Err(error) => error.to_string(),
    };
    let version = system.newest_calendar_version().await?;
    let sentence = format!("version {version} of the calendar in the database cannot be read: {why}");
    Ok(Newest::Damaged(one_line(&sentence).into_owned()))
}

async fn in_force(
    store: &Store,
    row: &CalendarRow,
    kept: Calendar,
    shipped: Calendar,
) -> Result<Calendar, AppError> {
    if row.origin == CalendarOrigin::Operator || shipped.document().as_of <= row.as_of {
        return Ok(kept);
    }
    add_shipped(store, row.version, &shipped).await?;
    Ok(shipped)
}

/// Makes the calendar in force version 1 of a database that has none.
pub(crate) async fn keep_first(store: &Store, calendar: &Calendar) -> Result<(), AppError> {
    match store.system().newest_calendar_version().await? {
        0 => add_shipped(store, 0, calendar).await,
        _ => Ok(()),
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

impl Calendars {
    /// The calendar that ships, when it is newer than the one in force.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn offered_calendar(&self) -> Result<Option<ShippedCalendar>, AppError> {
        let shipped = Calendar::embedded()?;
        let offered = ShippedCalendar { as_of: shipped.document().as_of, known_through: shipped.covers().1 };
        Ok(match newest(&self.handles.store).await? {
            Newest::Whole(row, _) => (offered.as_of > row.as_of).then_some(offered),
            // It is what is used already.
            Newest::None | Newest::Damaged(_) => None,
        })
    }

    /// Returns whether a calendar is that of the newest version, which is `expected`. One whose row is damaged is
    /// no longer the same.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn is_in_force(&self, expected: u64, calendar: &Calendar) -> Result<bool, AppError> {
        let newest = newest(&self.handles.store).await?;
        Ok(matches!(newest, Newest::Whole(row, kept)
            if row.version == expected && kept.document() == calendar.document()))
    }

    /// Looks whether the calendar of the database can be read, by which the next start goes: raises or clears the
    /// alert.
    ///
    /// # Errors
    /// When the store fails.
    pub(super) async fn check_kept_calendar(&self) -> Result<(), AppError> {
        let code = AlertCode::CalendarDamaged;
        let Newest::Damaged(why) = newest(&self.handles.store).await? else {
            self.notices.clear(code, None, "", "the newest version of the calendar can be read").await?;
            return Ok(());
        };
        let detail = format!(
            "{why}; the calendar that ships with the program takes its place, without what operators brought: \
             bring that again on the Calendar page, or with prahari calendar import FILE"
        );
        self.notices.raise(NewAlert { code, user: None, subject: String::new(), detail }).await?;
        Ok(())
    }
}
