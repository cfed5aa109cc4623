//! The corporate actions that the installation knows, by ex-date.

use rusqlite::{Connection, Row, params};

use prahari_domain::actions::{ActionKey, ActionName, ActionRow, ActionState, CorporateAction, PriceFactor};
use prahari_domain::ids::ActionId;
use prahari_domain::instruments::Symbol;
use prahari_domain::time::{Day, Timestamp};

use crate::columns::{execute, from_json, instant, select, select_one, to_json, unsigned};
use crate::errors::StoreError;
use crate::store::SystemScope;

/// Selects the actions to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ActionFilter {
    /// Only those of this share.
    pub symbol: Option<Symbol>,
    /// Only those of this state.
    pub state: Option<ActionState>,
    /// Only those of this kind.
    pub kind: Option<ActionName>,
    /// Only those with this ex-date or a later one.
    pub from: Option<Day>,
    /// Only those with this ex-date or an earlier one.
    pub until: Option<Day>,
    /// Those after this one in the list: the last one of the page before, by ex-date and number.
    pub before: Option<(Day, ActionId)>,
    /// At most this many.
    pub limit: u32,
}

/// A change of the state of an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionTransition {
    /// The action.
    pub id: ActionId,
    /// Its state afterwards.
    pub state: ActionState,
    /// Who changes it.
    pub by: String,
    /// Why; empty unless it is undone.
    pub reason: String,
    /// Time of the change.
    pub at: Timestamp,
}

impl SystemScope {
    /// Keeps actions and waits until they are durable: new ones as announced, known ones that are not applied with the
    /// figures told now. One that is applied stays as it is. Answers how many rows changed.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn keep_actions(
        &self,
        actions: Vec<CorporateAction>,
        by: String,
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        let encoded: Vec<(ActionKey, String)> = actions
            .iter()
            .map(|action| Ok((action.key(), to_json("a corporate action", action)?)))
            .collect::<Result<_, StoreError>>()?;
        self.store
            .write_durable("keep corporate actions", move |conn| {
                let mut changed = 0;
                for (ActionKey { symbol, ex_day, name }, data) in &encoded {
                    let sql = "INSERT INTO corporate_actions
                                   (symbol, ex_day, kind, data, state, known_at, changed_at, changed_by)
                               VALUES (?1, ?2, ?3, ?4, 'announced', ?5, ?5, ?6)
                               ON CONFLICT (symbol, ex_day, kind) DO UPDATE
                               SET data = excluded.data, state = 'announced', changed_at = excluded.changed_at,
                                   changed_by = excluded.changed_by, reason = '', numerator = NULL,
                                   denominator = NULL
                               WHERE state <> 'applied'";
                    changed += execute(
                        conn,
                        sql,
                        params![symbol.as_str(), ex_day.to_string(), name.name(), data, now.0, by],
                    )?;
                }
                Ok(changed)
            })
            .await
    }

    /// Changes the state of an action and waits until that is durable; whether it had another one.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn move_action(&self, to: ActionTransition) -> Result<bool, StoreError> {
        self.store
            .write_durable("change a corporate action", move |conn| {
                let sql = "UPDATE corporate_actions
                           SET state = ?2, changed_at = ?3, changed_by = ?4, reason = ?5
                           WHERE id = ?1 AND state <> ?2";
                let ActionTransition { id, state, by, reason, at } = to;
                Ok(execute(conn, sql, params![id.0.cast_signed(), state.name(), at.0, by, reason])? > 0)
            })
            .await
    }

    /// Marks announced actions as applied and waits until that is durable.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn mark_applied(
        &self,
        ids: Vec<ActionId>,
        by: String,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.store
            .write_durable("apply corporate actions", move |conn| {
                let sql = "UPDATE corporate_actions SET state = 'applied', changed_at = ?2, changed_by = ?3
                           WHERE id = ?1 AND state = 'announced'";
                ids.iter().try_for_each(|id| execute(conn, sql, (id.0.cast_signed(), at.0, &by)).map(|_| ()))
            })
            .await
    }

    /// Keeps what the open of the ex-date said of an action.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn keep_open_factor(&self, id: ActionId, factor: PriceFactor) -> Result<(), StoreError> {
        self.store
            .write_durable("keep the factor of a corporate action", move |conn| {
                let sql = "UPDATE corporate_actions SET numerator = ?2, denominator = ?3 WHERE id = ?1";
                let (numerator, denominator) = (factor.numerator(), factor.denominator());
                let values = (id.0.cast_signed(), numerator.cast_signed(), denominator.cast_signed());
                execute(conn, sql, values).map(|_| ())
            })
            .await
    }

    /// Every action that is not undone and whose kind is one of these, or which is still announced, by ex-date.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn actions_in_force(&self, kinds: Vec<ActionName>) -> Result<Vec<ActionRow>, StoreError> {
        self.store
            .read("read the corporate actions in force", move |conn| {
                let sql = "SELECT * FROM corporate_actions WHERE state <> 'undone' ORDER BY ex_day, id";
                let mut rows = select(conn, sql, [], read)?;
                rows.retain(|row| {
                    row.state == ActionState::Announced || kinds.contains(&row.action.kind().name())
                });
                Ok(rows)
            })
            .await
    }

    /// The actions that the filter lets through, the latest ex-date first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn actions(&self, filter: ActionFilter) -> Result<Vec<ActionRow>, StoreError> {
        self.store.read("read corporate actions", move |conn| list(conn, &filter)).await
    }

    /// One action.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn find_action(&self, id: ActionId) -> Result<Option<ActionRow>, StoreError> {
        self.store
            .read("read a corporate action", move |conn| {
                let sql = "SELECT * FROM corporate_actions WHERE id = ?1";
                select_one(conn, sql, [id.0.cast_signed()], read)
            })
            .await
    }

    /// The actions of these identities that are known.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn actions_of(&self, keys: Vec<ActionKey>) -> Result<Vec<ActionRow>, StoreError> {
        self.store
            .read("read known corporate actions", move |conn| {
                let sql = "SELECT * FROM corporate_actions WHERE symbol = ?1 AND ex_day = ?2 AND kind = ?3";
                let mut known = Vec::new();
                for key in &keys {
                    let values = (key.symbol.as_str(), key.ex_day.to_string(), key.name.name());
                    known.extend(select_one(conn, sql, values, read)?);
                }
                Ok(known)
            })
            .await
    }

    /// Every action of these shares with an ex-date from the first through the second of their days, by share as asked and
    /// ex-date; one that lies in two of the spans comes twice.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn actions_around(&self, spans: Vec<(Symbol, Day, Day)>) -> Result<Vec<ActionRow>, StoreError> {
        self.store
            .read("read corporate actions of some days", move |conn| {
                let sql = "SELECT * FROM corporate_actions
                           WHERE symbol = ?1 AND ex_day >= ?2 AND ex_day <= ?3 ORDER BY ex_day, id";
                let mut known = Vec::new();
                for (symbol, from, until) in &spans {
                    let values = (symbol.as_str(), from.to_string(), until.to_string());
                    known.extend(select(conn, sql, values, read)?);
                }
                Ok(known)
            })
            .await
    }
}

fn list(conn: &Connection, filter: &ActionFilter) -> Result<Vec<ActionRow>, StoreError> {
    let sql = "SELECT * FROM corporate_actions
               WHERE (?1 IS NULL OR symbol = ?1) AND (?2 IS NULL OR state = ?2) AND (?3 IS NULL OR kind = ?3)
                 AND (?4 IS NULL OR ex_day >= ?4) AND (?5 IS NULL OR ex_day <= ?5)
                 AND (?6 IS NULL OR (ex_day, id) < (?6, ?7))
               ORDER BY ex_day DESC, id DESC LIMIT ?8";
    let text = |day: Option<Day>| day.map(|day| day.to_string());
    let ActionFilter { symbol, state, kind, from, until, before, limit } = filter;
    let values = params![
        symbol.as_ref().map(Symbol::as_str),
        state.map(ActionState::name),
        kind.map(ActionName::name),
        text(*from),
        text(*until),
        text(before.map(|(day, _)| day)),
        before.map(|(_, id)| id.0.cast_signed()),
        limit,
    ];
    select(conn, sql, values, read)
}

fn read(row: &Row<'_>) -> Result<ActionRow, StoreError> {
    let factor = || -> Result<Option<PriceFactor>, StoreError> {
        let (numerator, denominator): (Option<i64>, Option<i64>) =
            (row.get("numerator")?, row.get("denominator")?);
        let parts = numerator.zip(denominator);
        Ok(parts.and_then(|(of, by)| PriceFactor::new(of.cast_unsigned(), by.cast_unsigned())))
    };
    let state: String = row.get("state")?;
    Ok(ActionRow {
        id: ActionId(unsigned(row, "id")?),
        action: from_json(row, "data")?,
        // The table holds no other state.
        state: ActionState::from_name(&state).unwrap_or(ActionState::Undone),
        open_factor: factor()?,
        known_at: instant(row, "known_at")?,
        changed_at: instant(row, "changed_at")?,
        changed_by: row.get("changed_by")?,
        reason: row.get("reason")?,
    })
}
