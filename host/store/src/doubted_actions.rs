//! Corporate actions that a source told and that something speaks against, until somebody has decided.

use prahari_domain::actions::{ActionDoubt, ActionKey, DoubtState, DoubtedRow};
use prahari_domain::ids::DoubtId;
use prahari_domain::time::Timestamp;
use rusqlite::{Connection, Row, params};

use crate::columns::{execute, from_json, instant, optional_instant, select, select_one, to_json, unsigned};
use crate::errors::StoreError;
use crate::store::SystemScope;

/// Most rows that are kept. For a further one the decided one that was told longest ago goes; where all are pending, the new one is
/// not kept: the lists of a year name some 3,000 actions, and few of them are doubted.
pub const MOST_DOUBTED: u32 = 2_000;

/// Selects the doubted actions to list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DoubtFilter {
    /// Only those that have come this far.
    pub state: Option<DoubtState>,
    /// Those after this one in the list.
    pub before: Option<DoubtId>,
    /// At most this many.
    pub limit: u32,
}

/// What becomes of doubted actions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoubtDecision {
    /// Confirmed or rejected.
    pub state: DoubtState,
    /// Who decided.
    pub by: String,
    /// Why; empty of those that are confirmed.
    pub reason: String,
    /// Time of the decision.
    pub at: Timestamp,
}

impl SystemScope {
    /// Keeps actions that something speaks against and waits until they are durable. One that is pending gets what is told now; one
    /// that was decided is pending again only with other figures than were decided about. Answers the identities of those that are
    /// pending now and were not before.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn keep_doubts(
        &self,
        doubts: Vec<ActionDoubt>,
        now: Timestamp,
    ) -> Result<Vec<ActionKey>, StoreError> {
        let encoded: Vec<(ActionDoubt, String)> = doubts
            .into_iter()
            .map(|doubt| {
                let data = to_json("a corporate action", &doubt.action)?;
                Ok((doubt, data))
            })
            .collect::<Result<_, StoreError>>()?;
        self.store
            .write_durable("keep doubted actions", move |conn| {
                let mut new = Vec::new();
                for (doubt, data) in &encoded {
                    if keep(conn, doubt, data, now)? {
                        new.push(doubt.action.key());
                    }
                }
                Ok(new)
            })
            .await
    }

    /// The doubted actions that the filter lets through, the one that was kept last first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn doubted_actions(&self, filter: DoubtFilter) -> Result<Vec<DoubtedRow>, StoreError> {
        self.store
            .read("read doubted actions", move |conn| {
                let sql = "SELECT * FROM doubted_actions WHERE (?1 IS NULL OR state = ?1) AND (?2 IS NULL OR id < ?2)
                           ORDER BY id DESC LIMIT ?3";
                let before = filter.before.map(|id| id.0.cast_signed());
                select(conn, sql, params![filter.state.map(DoubtState::name), before, filter.limit], read)
            })
            .await
    }

    /// One doubted action.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn find_doubt(&self, id: DoubtId) -> Result<Option<DoubtedRow>, StoreError> {
        self.store
            .read("read a doubted action", move |conn| {
                select_one(conn, "SELECT * FROM doubted_actions WHERE id = ?1", [id.0.cast_signed()], read)
            })
            .await
    }

    /// Decides about the pending ones of these identities and waits until that is durable; how many there were.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn decide_doubts(
        &self,
        keys: Vec<ActionKey>,
        decision: DoubtDecision,
    ) -> Result<usize, StoreError> {
        self.store
            .write_durable("decide about doubted actions", move |conn| {
                let DoubtDecision { state, by, reason, at } = &decision;
                let mut decided = 0;
                for ActionKey { symbol, ex_day, name } in &keys {
                    let sql =
                        "UPDATE doubted_actions SET state = ?4, decided_by = ?5, reason = ?6, decided_at = ?7
                               WHERE symbol = ?1 AND ex_day = ?2 AND kind = ?3 AND state = 'pending'";
                    let (symbol, ex_day) = (symbol.as_str(), ex_day.to_string());
                    let values = params![symbol, ex_day, name.name(), state.name(), by, reason, at.0];
                    decided += execute(conn, sql, values)?;
                }
                Ok(decided)
            })
            .await
    }

    /// Forgets the pending ones of these identities and waits until that is durable; how many there were.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn forget_doubts(&self, keys: Vec<ActionKey>) -> Result<usize, StoreError> {
        self.store
            .write_durable("forget doubted actions", move |conn| {
                let mut forgotten = 0;
                for ActionKey { symbol, ex_day, name } in &keys {
                    let sql = "DELETE FROM doubted_actions
                               WHERE symbol = ?1 AND ex_day = ?2 AND kind = ?3 AND state = 'pending'";
                    forgotten += execute(conn, sql, (symbol.as_str(), ex_day.to_string(), name.name()))?;
                }
                Ok(forgotten)
            })
            .await
    }
}

/// Keeps one; whether it is pending now and was not before.
fn keep(conn: &Connection, doubt: &ActionDoubt, data: &str, now: Timestamp) -> Result<bool, StoreError> {
    let ActionKey { symbol, ex_day, name } = doubt.action.key();
    let (symbol, ex_day, name) = (symbol.as_str(), ex_day.to_string(), name.name());
    let sql = "SELECT * FROM doubted_actions WHERE symbol = ?1 AND ex_day = ?2 AND kind = ?3";
    let known = select_one(conn, sql, (symbol, &ex_day, name), read)?;
    let is_same = known.as_ref().is_some_and(|known| known.action.kind() == doubt.action.kind());
    let was_pending = known.as_ref().is_some_and(|known| known.state == DoubtState::Pending);
    match known {
        Some(_) if is_same && !was_pending => return Ok(false),
        Some(known) if is_same && known.doubt == doubt.reason => return Ok(false),
        Some(_) => {}
        None if make_room(conn)? => {}
        None => {
            tracing::error!(doubt = %doubt, "a doubted action is not kept: {MOST_DOUBTED} wait for a decision");
            return Ok(false);
        }
    }
    let sql = "INSERT INTO doubted_actions (symbol, ex_day, kind, data, doubt, state, told_at)
               VALUES (?1, ?2, ?3, ?4, ?5, 'pending', ?6)
               ON CONFLICT (symbol, ex_day, kind) DO UPDATE
               SET data = excluded.data, doubt = excluded.doubt, state = 'pending', told_at = excluded.told_at,
                   decided_at = NULL, decided_by = '', reason = ''";
    execute(conn, sql, params![symbol, ex_day, name, data, doubt.reason, now.0])?;
    Ok(!was_pending)
}

/// Makes room for one more; false where all that there are wait for a decision.
fn make_room(conn: &Connection) -> Result<bool, StoreError> {
    let kept: Option<u32> =
        select_one(conn, "SELECT count(*) FROM doubted_actions", [], |row| Ok(row.get(0)?))?;
    if kept.unwrap_or(0) < MOST_DOUBTED {
        return Ok(true);
    }
    let sql = "DELETE FROM doubted_actions WHERE id =
                   (SELECT id FROM doubted_actions WHERE state <> 'pending' ORDER BY told_at, id LIMIT 1)";
    Ok(execute(conn, sql, [])? > 0)
}

fn read(row: &Row<'_>) -> Result<DoubtedRow, StoreError> {
    let state: String = row.get("state")?;
    Ok(DoubtedRow {
        id: DoubtId(unsigned(row, "id")?),
        action: from_json(row, "data")?,
        doubt: row.get("doubt")?,
        // The table holds no other state.
        state: DoubtState::from_name(&state).unwrap_or(DoubtState::Rejected),
        told_at: instant(row, "told_at")?,
        decided_at: optional_instant(row, "decided_at")?,
        decided_by: row.get("decided_by")?,
        reason: row.get("reason")?,
    })
}
