//! The calendar in versions, each a whole document. What a document says is the domain's affair; here it is text.

use rusqlite::{Connection, Row};

use prahari_domain::ids::UserId;
use prahari_domain::time::{Day, Timestamp};

use crate::columns::{execute, instant, named, optional_user, parsed, select, select_one, unsigned};
use crate::errors::StoreError;
use crate::store::{SystemScope, UserScope};

/// Number of versions whose rows are kept; older ones are deleted with the next import.
pub const KEPT_CALENDARS: u64 = 100;

named! {
    /// Origin of a version of the calendar.
    CalendarOrigin {
        /// It is part of the program.
        Shipped = "shipped",
        /// An operator brought it.
        Operator = "operator",
    }
}

/// A version of the calendar without its document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarRow {
    /// Version number; the first is 1 and the highest is in force.
    pub version: u64,
    /// Origin of the version.
    pub origin: CalendarOrigin,
    /// The day on which its document was compiled.
    pub as_of: Day,
    /// The last day of which its document knows the holidays.
    pub known_through: Day,
    /// User who brought it; none for one that is part of the program.
    pub imported_by: Option<UserId>,
    /// Time at which it was added, by the system's clock.
    pub imported_at: Timestamp,
}

/// A version of the calendar to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCalendar {
    /// Origin of the version.
    pub origin: CalendarOrigin,
    /// The day on which its document was compiled.
    pub as_of: Day,
    /// The last day of which its document knows the holidays.
    pub known_through: Day,
    /// The whole document as JSON.
    pub document: String,
    /// Time at which it is added, by the system's clock.
    pub at: Timestamp,
}

impl SystemScope {
    /// Adds the calendar that is part of the program as a version, waits until it is durable, and returns its
    /// number, which is one more than `expected`.
    ///
    /// # Errors
    /// [`StoreError::CalendarChanged`] when the newest version is not `expected`; or when the store is closed or has
    /// stopped.
    pub async fn add_shipped_calendar(
        &self,
        expected: u64,
        calendar: NewCalendar,
    ) -> Result<u64, StoreError> {
        self.store.write_durable("add a calendar", move |conn| insert(conn, expected, &calendar, None)).await
    }

    /// The newest version with its document; none in a database that has no calendar yet.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn newest_calendar(&self) -> Result<Option<(CalendarRow, String)>, StoreError> {
        self.store
            .read("read the calendar", |conn| {
                select_one(conn, "SELECT * FROM calendars ORDER BY version DESC LIMIT 1", [], read_whole)
            })
            .await
    }

    /// A version with its document; none when there is no such version, or not any more.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn calendar(&self, version: u64) -> Result<Option<(CalendarRow, String)>, StoreError> {
        self.store
            .read("read a calendar", move |conn| {
                select_one(
                    conn,
                    "SELECT * FROM calendars WHERE version = ?1",
                    [version.cast_signed()],
                    read_whole,
                )
            })
            .await
    }

    /// The number of the newest version, whether or not its row can be read; 0 in a database that has no calendar yet.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn newest_calendar_version(&self) -> Result<u64, StoreError> {
        self.store.read("read the number of the calendar", newest_version).await
    }

    /// The versions that are kept and can be read, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn calendars(&self) -> Result<Vec<CalendarRow>, StoreError> {
        self.store
            .read("read the calendars", |conn| {
                let sql = "SELECT version, origin, as_of, known_through, imported_by, imported_at
                           FROM calendars ORDER BY version DESC";
                let rows = select(conn, sql, [], |row| Ok(read(row)))?;
                // One damaged row hides neither the others nor the way to bring another calendar.
                let of_all =
                    |row: &Result<_, StoreError>| !row.as_ref().is_err_and(|e| !e.concerns_everybody());
                rows.into_iter().filter(of_all).collect()
            })
            .await
    }
}

impl UserScope {
    /// Adds a calendar that this user brings as a version, waits until it is durable, and returns its number, which
    /// is one more than `expected`.
    ///
    /// # Errors
    /// As [`SystemScope::add_shipped_calendar`].
    pub async fn add_calendar(&self, expected: u64, calendar: NewCalendar) -> Result<u64, StoreError> {
        let by = Some(self.user);
        self.store.write_durable("add a calendar", move |conn| insert(conn, expected, &calendar, by)).await
    }
}

fn insert(
    conn: &Connection,
    expected: u64,
    calendar: &NewCalendar,
    by: Option<UserId>,
) -> Result<u64, StoreError> {
    let current = newest_version(conn)?;
    if current != expected {
        return Err(StoreError::CalendarChanged { expected, current });
    }
    let version = current + 1;
    let sql =
        "INSERT INTO calendars (version, origin, as_of, known_through, document, imported_by, imported_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let NewCalendar { origin, as_of, known_through, document, at } = calendar;
    let values = (
        version.cast_signed(),
        origin.name(),
        as_of.to_string(),
        known_through.to_string(),
        document,
        by.map(|user| user.0.cast_signed()),
        at.0,
    );
    execute(conn, sql, values)?;
    let oldest = version.saturating_sub(KEPT_CALENDARS).cast_signed();
    execute(conn, "DELETE FROM calendars WHERE version <= ?1", [oldest])?;
    Ok(version)
}

fn newest_version(conn: &Connection) -> Result<u64, StoreError> {
    let newest = "SELECT coalesce(max(version), 0) AS version FROM calendars";
    Ok(select_one(conn, newest, [], |row| unsigned(row, "version"))?.unwrap_or(0))
}

fn read(row: &Row<'_>) -> Result<CalendarRow, StoreError> {
    Ok(CalendarRow {
        version: unsigned(row, "version")?,
        origin: parsed(row, "origin")?,
        as_of: parsed(row, "as_of")?,
        known_through: parsed(row, "known_through")?,
        imported_by: optional_user(row, "imported_by")?,
        imported_at: instant(row, "imported_at")?,
    })
}

fn read_whole(row: &Row<'_>) -> Result<(CalendarRow, String), StoreError> {
    Ok((read(row)?, row.get("document")?))
}
