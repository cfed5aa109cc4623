//! Carriers: by what messages of some kinds leave the installation, such as its bot and its mail server.

use prahari_domain::time::Timestamp;
use rusqlite::Row;

use crate::columns::{execute, instant, named, parsed, select};
use crate::errors::StoreError;
use crate::store::SystemScope;

named! {
    /// Kind of a carrier. There is at most one of each.
    CarrierKind {
        /// A bot on Telegram.
        Telegram = "telegram",
        /// A mail server.
        Email = "email",
    }
}

/// A carrier. Without `Debug`: not even the sealed value belongs into a log.
#[derive(Clone, PartialEq, Eq)]
pub struct CarrierRow {
    /// Kind of the carrier.
    pub kind: CarrierKind,
    /// What an admin reads of it, as JSON.
    pub shown: String,
    /// What is secret of it, sealed.
    pub sealed: Vec<u8>,
    /// Time at which it was set.
    pub changed_at: Timestamp,
}

impl SystemScope {
    /// The carriers of the installation.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn carriers(&self) -> Result<Vec<CarrierRow>, StoreError> {
        self.store
            .read("read the carriers", |conn| select(conn, "SELECT * FROM carriers ORDER BY id", [], read))
            .await
    }

    /// Sets a carrier in place of the one of its kind, and waits until that is durable.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn set_carrier(&self, row: CarrierRow) -> Result<(), StoreError> {
        self.store
            .write_durable("set a carrier", move |conn| {
                let sql = "INSERT INTO carriers (kind, shown, sealed, changed_at) VALUES (?1, ?2, ?3, ?4)
                           ON CONFLICT (kind) DO UPDATE SET
                               shown = excluded.shown, sealed = excluded.sealed, changed_at = excluded.changed_at";
                let CarrierRow { kind, shown, sealed, changed_at } = row;
                execute(conn, sql, (kind.name(), shown, sealed, changed_at.0)).map(|_| ())
            })
            .await
    }

    /// Removes the carrier of a kind, and waits until that is durable. Returns whether there was one.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn remove_carrier(&self, kind: CarrierKind) -> Result<bool, StoreError> {
        self.store
            .write_durable("remove a carrier", move |conn| {
                Ok(execute(conn, "DELETE FROM carriers WHERE kind = ?1", [kind.name()])? > 0)
            })
            .await
    }
}

fn read(row: &Row<'_>) -> Result<CarrierRow, StoreError> {
    Ok(CarrierRow {
        kind: parsed(row, "kind")?,
        shown: row.get("shown")?,
        sealed: row.get("sealed")?,
        changed_at: instant(row, "changed_at")?,
    })
}
