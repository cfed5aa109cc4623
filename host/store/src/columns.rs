//! How our values stand in columns.
//!
//! Ids and counts are unsigned here and signed in SQLite: the bits are kept, so every value comes back as it went in.
//! Days are text such as `2025-01-02`, which sorts, and names are those of the domain.

use std::fmt::Display;
use std::str::FromStr;

use rusqlite::{Connection, Params, Row};
use serde::Serialize;
use serde::de::DeserializeOwned;

use prahari_domain::ids::{RunId, UserId};
use prahari_domain::time::Timestamp;

use crate::errors::StoreError;

/// An enum whose variants have names in the database.
macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
        }

        impl $name {
            /// Returns the name in the database and the API.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    other => Err(format!("{other:?} is none of {}", [$($text),+].join(", "))),
                }
            }
        }
    };
}
pub(crate) use named;

/// Runs a statement that answers no rows; how many rows it changed.
pub(crate) fn execute(conn: &Connection, sql: &str, params: impl Params) -> Result<usize, StoreError> {
    Ok(conn.prepare_cached(sql)?.execute(params)?)
}

/// Every row of a query.
pub(crate) fn select<T>(
    conn: &Connection,
    sql: &str,
    params: impl Params,
    read: impl Fn(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

/// The first row of a query, if it has one.
pub(crate) fn select_one<T>(
    conn: &Connection,
    sql: &str,
    params: impl Params,
    read: impl Fn(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    rows.next()?.map(read).transpose()
}

/// Reads an unsigned number.
pub(crate) fn unsigned(row: &Row<'_>, column: &'static str) -> Result<u64, StoreError> {
    Ok(row.get::<_, i64>(column)?.cast_unsigned())
}

/// Reads the id of a user.
pub(crate) fn user(row: &Row<'_>, column: &'static str) -> Result<UserId, StoreError> {
    unsigned(row, column).map(UserId)
}

/// A user's id, where there is one.
pub(crate) fn optional_user(row: &Row<'_>, column: &'static str) -> Result<Option<UserId>, StoreError> {
    Ok(row.get::<_, Option<i64>>(column)?.map(|id| UserId(id.cast_unsigned())))
}

/// A run's id, where there is one.
pub(crate) fn optional_run(row: &Row<'_>, column: &'static str) -> Result<Option<RunId>, StoreError> {
    Ok(row.get::<_, Option<i64>>(column)?.map(|id| RunId(id.cast_unsigned())))
}

/// Reads an instant.
pub(crate) fn instant(row: &Row<'_>, column: &'static str) -> Result<Timestamp, StoreError> {
    Ok(Timestamp(row.get(column)?))
}

/// An instant, where there is one.
pub(crate) fn optional_instant(row: &Row<'_>, column: &'static str) -> Result<Option<Timestamp>, StoreError> {
    Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp))
}

/// A text that one of our types reads.
pub(crate) fn parsed<T>(row: &Row<'_>, column: &'static str) -> Result<T, StoreError>
where
    T: FromStr<Err: Display>,
{
    let text = row.get_ref(column)?.as_str().map_err(rusqlite::Error::from)?;
    text.parse().map_err(|why| unreadable(column, text, why))
}

/// Reads a value that may be NULL.
pub(crate) fn optional_parsed<T>(row: &Row<'_>, column: &'static str) -> Result<Option<T>, StoreError>
where
    T: FromStr<Err: Display>,
{
    match row.get_ref(column)?.as_str_or_null().map_err(rusqlite::Error::from)? {
        None => Ok(None),
        Some(text) => text.parse().map(Some).map_err(|why| unreadable(column, text, why)),
    }
}

/// A value that stands as JSON.
pub(crate) fn from_json<T: DeserializeOwned>(row: &Row<'_>, column: &'static str) -> Result<T, StoreError> {
    let text = row.get_ref(column)?.as_str().map_err(rusqlite::Error::from)?;
    serde_json::from_str(text).map_err(|why| unreadable(column, text, why))
}

/// A value as JSON; `what` names it in the error.
pub(crate) fn to_json<T: Serialize + ?Sized>(what: &'static str, value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|why| StoreError::Unwritable { what, why: why.to_string() })
}

fn unreadable(column: &'static str, value: &str, why: impl Display) -> StoreError {
    // A whole order as JSON would drown the sentence that names its column.
    let value = value.chars().take(80).collect();
    StoreError::Unreadable { column, value, why: why.to_string() }
}

/// Returns how SQLite would find the rows of a query in a new database, one step per line.
#[cfg(test)]
pub(crate) fn plan_of(sql: &str) -> String {
    let conn = crate::samples::new_database();
    let mut statement = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    // Parameters without a value are NULL, and the plan does not look at values.
    let mut rows = statement.raw_query();
    let mut steps: Vec<String> = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        steps.push(row.get(3).unwrap());
    }
    steps.join("\n")
}
