//! Writing differences down, as they are seen and as they end.

use rusqlite::{Connection, params};

use prahari_domain::ids::UserId;
use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;

use super::of_others::save_others;
use super::{
    DifferenceEnd, DifferenceRow, MOST_ENDED_DIFFERENCES, MOST_OPEN_DIFFERENCES, NewDifference, read,
};
use crate::columns::{execute, select_one, unsigned};
use crate::errors::StoreError;
use crate::store::UserScope;

impl UserScope {
    /// Writes an open difference down, or brings the open one of its symbol to what is seen now; answers it as it stands and
    /// waits until it is durable. None when too many are open already.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn keep_difference(&self, seen: NewDifference) -> Result<Option<DifferenceRow>, StoreError> {
        let user = self.user;
        self.store
            .write_durable("keep a difference of holdings", move |conn| {
                let open = find_open(conn, user, &seen.symbol)?;
                match open {
                    Some(open) => update(conn, open.id, &seen)?,
                    None if count_open(conn, user)? >= u64::from(MOST_OPEN_DIFFERENCES) => return Ok(None),
                    None => insert(conn, user, &seen)?,
                }
                find_open(conn, user, &seen.symbol)
            })
            .await
    }

    /// Writes down a difference that ends as it is seen, in place of the open one of its symbol if there is one.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn keep_ended_difference(
        &self,
        seen: NewDifference,
        end: DifferenceEnd,
    ) -> Result<(), StoreError> {
        let user = self.user;
        self.store
            .write_durable("keep a difference of holdings", move |conn| {
                match find_open(conn, user, &seen.symbol)? {
                    Some(open) => update(conn, open.id, &seen)?,
                    None => insert(conn, user, &seen)?,
                }
                if let Some(open) = find_open(conn, user, &seen.symbol)? {
                    end_one(conn, user, open.id, &end)?;
                }
                prune(conn, user)
            })
            .await
    }

    /// Ends an open difference, and in the same write says how many shares of its symbol are of others, and what was paid in
    /// altogether, where they change. Returns whether it was open.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn end_difference(
        &self,
        id: u64,
        end: DifferenceEnd,
        of_others: Option<(Symbol, u32)>,
        capital: Option<Paise>,
    ) -> Result<bool, StoreError> {
        let user = self.user;
        self.store
            .write_durable("end a difference of holdings", move |conn| {
                if !end_one(conn, user, id, &end)? {
                    return Ok(false);
                }
                if let Some((symbol, quantity)) = &of_others {
                    save_others(conn, user, symbol, *quantity)?;
                }
                if let Some(capital) = capital {
                    let sql = "UPDATE users SET capital = ?2 WHERE id = ?1";
                    execute(conn, sql, params![user.0.cast_signed(), capital.0])?;
                }
                prune(conn, user)?;
                Ok(true)
            })
            .await
    }
}

fn find_open(conn: &Connection, user: UserId, symbol: &Symbol) -> Result<Option<DifferenceRow>, StoreError> {
    let sql = "SELECT * FROM holding_differences WHERE user_id = ?1 AND symbol = ?2 AND state = 'open'";
    select_one(conn, sql, (user.0.cast_signed(), symbol.as_str()), read)
}

fn count_open(conn: &Connection, user: UserId) -> Result<u64, StoreError> {
    let sql = "SELECT count(*) AS open FROM holding_differences WHERE user_id = ?1 AND state = 'open'";
    Ok(select_one(conn, sql, [user.0.cast_signed()], |row| unsigned(row, "open"))?.unwrap_or(0))
}

fn insert(conn: &Connection, user: UserId, seen: &NewDifference) -> Result<(), StoreError> {
    let sql =
        "INSERT INTO holding_differences (user_id, symbol, cause, quantity, broker_quantity, book_quantity,
                                                broker_cost, state, seen_at, detail)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'open', ?8, ?9)";
    let values = params![
        user.0.cast_signed(),
        seen.symbol.as_str(),
        seen.cause.name(),
        seen.quantity,
        seen.broker_quantity,
        seen.book_quantity,
        seen.broker_cost.map(|cost| cost.0),
        seen.seen_at.0,
        seen.detail,
    ];
    execute(conn, sql, values).map(drop)
}

fn update(conn: &Connection, id: u64, seen: &NewDifference) -> Result<(), StoreError> {
    let sql =
        "UPDATE holding_differences SET cause = ?2, quantity = ?3, broker_quantity = ?4, book_quantity = ?5,
                                              broker_cost = ?6, detail = ?7
               WHERE id = ?1";
    let values = params![
        id.cast_signed(),
        seen.cause.name(),
        seen.quantity,
        seen.broker_quantity,
        seen.book_quantity,
        seen.broker_cost.map(|cost| cost.0),
        seen.detail,
    ];
    execute(conn, sql, values).map(drop)
}

fn end_one(conn: &Connection, user: UserId, id: u64, end: &DifferenceEnd) -> Result<bool, StoreError> {
    let sql = "UPDATE holding_differences
               SET state = ?3, ended_at = ?4, decided_by = ?5, price = ?6, estimated = ?7, strategy = ?8
               WHERE id = ?1 AND user_id = ?2 AND state = 'open'";
    let values = params![
        id.cast_signed(),
        user.0.cast_signed(),
        end.state.name(),
        end.at.0,
        end.by.map(|by| by.0.cast_signed()),
        end.price.map(|price| price.0),
        end.estimated,
        end.strategy.map(|strategy| strategy.name().to_owned()),
    ];
    Ok(execute(conn, sql, values)? > 0)
}

/// Forgets the oldest that have ended, so that a list that flickers fills no disk.
fn prune(conn: &Connection, user: UserId) -> Result<(), StoreError> {
    let sql = "DELETE FROM holding_differences
               WHERE user_id = ?1 AND state <> 'open' AND id <= (
                   SELECT id FROM holding_differences WHERE user_id = ?1 AND state <> 'open'
                   ORDER BY id DESC LIMIT 1 OFFSET ?2)";
    execute(conn, sql, (user.0.cast_signed(), MOST_ENDED_DIFFERENCES)).map(drop)
}
