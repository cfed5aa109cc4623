//! What was looked at for orders of unknown outcome, so that a restart forgets nothing of it.

use rusqlite::{Connection, Row};

use prahari_domain::ids::{OrderId, UserId};
use prahari_domain::time::Timestamp;

use crate::columns::{execute, instant, parsed, select, unsigned};
use crate::errors::StoreError;
use crate::store::UserScope;

/// Most looks for an order that are kept beside the first one, the newest.
pub const NEWEST_LOOKS: u64 = 20;

/// A look into the broker's book that did not show an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderLookRow {
    /// The order that was looked for.
    pub order: OrderId,
    /// Which look for it this was, from 1 on.
    pub number: u64,
    /// Time of the look.
    pub at: Timestamp,
    /// Orders of that book that nobody knew and that were like it, as JSON.
    pub alike: String,
    /// What the broker's holdings said of it, one sentence; none where they were not had.
    pub holdings: Option<String>,
}

impl UserScope {
    /// Keeps looks for orders of the user, and forgets all of those for orders whose outcome is known. Of each order the first
    /// look stays, and the newest [`NEWEST_LOOKS`]. It does not wait until that is durable: the next look says the same.
    ///
    /// # Errors
    /// When a look is for an order of another user, or the store is closed or has stopped.
    pub async fn keep_order_looks(
        &self,
        looks: Vec<OrderLookRow>,
        over: Vec<OrderId>,
    ) -> Result<(), StoreError> {
        for look in &looks {
            self.check_owner("the look for an order", look.order.user)?;
        }
        let user = self.user;
        self.write("keep looks for orders", move |conn| {
            looks.iter().try_for_each(|look| keep(conn, user, look))?;
            let sql = "DELETE FROM order_looks WHERE user_id = ?1 AND order_id = ?2";
            over.iter()
                .try_for_each(|order| execute(conn, sql, (user.0.cast_signed(), order.to_string())).map(drop))
        })
        .await
    }

    /// The looks that are kept, those for one order together, each time the oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn order_looks(&self) -> Result<Vec<OrderLookRow>, StoreError> {
        let user = self.user.0.cast_signed();
        self.read("read the looks for orders", move |conn| {
            let sql = "SELECT * FROM order_looks WHERE user_id = ?1 ORDER BY order_id, number";
            select(conn, sql, [user], read)
        })
        .await
    }
}

fn keep(conn: &Connection, user: UserId, look: &OrderLookRow) -> Result<(), StoreError> {
    let (user, order) = (user.0.cast_signed(), look.order.to_string());
    let sql = "INSERT OR REPLACE INTO order_looks (user_id, order_id, number, at, alike, holdings)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let number = look.number.cast_signed();
    execute(conn, sql, (user, &order, number, look.at.0, &look.alike, &look.holdings))?;
    let sql = "DELETE FROM order_looks WHERE user_id = ?1 AND order_id = ?2 AND number > 1 AND number <= ?3";
    let through = look.number.saturating_sub(NEWEST_LOOKS).cast_signed();
    execute(conn, sql, (user, &order, through)).map(drop)
}

fn read(row: &Row<'_>) -> Result<OrderLookRow, StoreError> {
    Ok(OrderLookRow {
        order: parsed(row, "order_id")?,
        number: unsigned(row, "number")?,
        at: instant(row, "at")?,
        alike: row.get("alike")?,
        holdings: row.get("holdings")?,
    })
}
