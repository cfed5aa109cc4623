//! What corporate actions changed of a user's shares, as it is listed: the newest first.

use rusqlite::{Row, params};

use prahari_domain::book::HoldingChange;
use prahari_domain::orders::OrderEvent;
use prahari_domain::time::Timestamp;

use crate::columns::{from_json, instant, select, unsigned};
use crate::errors::StoreError;
use crate::store::UserScope;

/// An entry of a user's journal that changed what is held.
#[derive(Debug, Clone, PartialEq)]
pub struct HoldingChangeRow {
    /// Number of the entry in the user's journal.
    pub sequence: u64,
    /// Time of the entry.
    pub at: Timestamp,
    /// What it changed.
    pub change: HoldingChange,
}

/// The index holds the changes alone, which are few among the entries of years.
const CHANGES: &str = "SELECT sequence, at, data FROM journal INDEXED BY journal_holding_changes
                       WHERE user_id = ?1 AND event = 'holding_changed' AND sequence < ?2
                       ORDER BY sequence DESC LIMIT ?3";

impl UserScope {
    /// Returns what corporate actions changed before an entry of the journal, the newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn holding_changes(
        &self,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<HoldingChangeRow>, StoreError> {
        let user = self.user.0.cast_signed();
        let before = before.map_or(i64::MAX, u64::cast_signed);
        self.read("read what corporate actions changed", move |conn| {
            let rows = select(conn, CHANGES, params![user, before, limit], read)?;
            Ok(rows.into_iter().flatten().collect())
        })
        .await
    }
}

fn read(row: &Row<'_>) -> Result<Option<HoldingChangeRow>, StoreError> {
    let event: OrderEvent = from_json(row, "data")?;
    let OrderEvent::HoldingChanged(change) = event else { return Ok(None) };
    Ok(Some(HoldingChangeRow { sequence: unsigned(row, "sequence")?, at: instant(row, "at")?, change }))
}
