//! Whose simulated broker misbehaves on purpose, how, and until when.

use rusqlite::Row;

use prahari_domain::ids::UserId;
use prahari_domain::time::Timestamp;

use crate::columns::{execute, instant, select_one, user};
use crate::errors::StoreError;
use crate::store::UserScope;

/// Misbehaviour of a user's simulated broker that somebody turned on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BrokerChaosRow {
    /// By how many milliseconds answers are late.
    pub late_ms: Option<u32>,
    /// Each so-many-th answer to an order, a change or a cancellation is lost.
    pub lose_every: Option<u32>,
    /// By how many milliseconds the order book lags.
    pub lag_ms: Option<u32>,
    /// Whether no call arrives.
    pub down: bool,
    /// Time at which it was turned on, by the daemon's clock.
    pub since: Timestamp,
    /// Time at which it ends, by the daemon's clock.
    pub until: Timestamp,
    /// The admin who turned it on.
    pub set_by: UserId,
}

impl UserScope {
    /// What was turned on for the user, if anything was and nobody has taken note of its end yet.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn broker_chaos(&self) -> Result<Option<BrokerChaosRow>, StoreError> {
        let id = self.user.0.cast_signed();
        self.read("read how a broker misbehaves", move |conn| {
            select_one(conn, "SELECT * FROM broker_chaos WHERE user_id = ?1", [id], read)
        })
        .await
    }

    /// Writes what is turned on for the user, in place of what was before, and waits until it is durable.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn save_broker_chaos(&self, row: BrokerChaosRow) -> Result<(), StoreError> {
        let id = self.user.0.cast_signed();
        self.store
            .write_durable("save how a broker misbehaves", move |conn| {
                let BrokerChaosRow { late_ms, lose_every, lag_ms, down, since, until, set_by } = row;
                let sql = "INSERT OR REPLACE INTO broker_chaos
                           (user_id, late_ms, lose_every, lag_ms, down, since, until, set_by)
                           VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
                let set_by = set_by.0.cast_signed();
                execute(conn, sql, (id, late_ms, lose_every, lag_ms, down, since.0, until.0, set_by))?;
                Ok(())
            })
            .await
    }

    /// Forgets what was turned on for the user, and waits until that is durable.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn remove_broker_chaos(&self) -> Result<(), StoreError> {
        let id = self.user.0.cast_signed();
        self.store
            .write_durable("forget how a broker misbehaves", move |conn| {
                execute(conn, "DELETE FROM broker_chaos WHERE user_id = ?1", [id])?;
                Ok(())
            })
            .await
    }
}

fn read(row: &Row<'_>) -> Result<BrokerChaosRow, StoreError> {
    Ok(BrokerChaosRow {
        late_ms: row.get("late_ms")?,
        lose_every: row.get("lose_every")?,
        lag_ms: row.get("lag_ms")?,
        down: row.get("down")?,
        since: instant(row, "since")?,
        until: instant(row, "until")?,
        set_by: user(row, "set_by")?,
    })
}
