//! Orders as the journal left them, for queries.

use rusqlite::Connection;

use prahari_domain::ids::OrderId;
use prahari_domain::orders::{Order, Side};
use prahari_domain::time::Day;

use crate::columns::{execute, from_json, select, select_one, to_json};
use crate::errors::StoreError;
use crate::store::UserScope;

/// An order's row.
pub(crate) struct OrderColumns {
    id: OrderId,
    symbol: String,
    side: &'static str,
    state: &'static str,
    active: bool,
    quantity: u32,
    filled: u32,
    placed_at: i64,
    updated_at: i64,
    data: String,
}

impl OrderColumns {
    pub(crate) fn new(order: &Order) -> Result<Self, StoreError> {
        Ok(Self {
            id: order.id,
            symbol: order.request.symbol.as_str().to_owned(),
            side: match order.request.side {
                Side::Buy => "buy",
                Side::Sell => "sell",
            },
            state: order.state.name(),
            active: !order.state.is_final(),
            quantity: order.request.quantity,
            filled: order.filled,
            placed_at: order.placed_at.0,
            updated_at: order.updated_at.0,
            data: to_json("an order", order)?,
        })
    }

    pub(crate) fn write(&self, conn: &Connection) -> Result<(), StoreError> {
        let sql =
            "INSERT INTO orders (user_id, day, number, id, symbol, side, state, active, quantity, filled,
                                       placed_at, updated_at, data)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
                   ON CONFLICT (user_id, day, number) DO UPDATE
                   SET state = excluded.state, active = excluded.active, quantity = excluded.quantity,
                       filled = excluded.filled, updated_at = excluded.updated_at, data = excluded.data";
        let values = (
            self.id.user.0.cast_signed(),
            self.id.day.to_string(),
            self.id.number,
            self.id.to_string(),
            &self.symbol,
            self.side,
            self.state,
            self.active,
            self.quantity,
            self.filled,
            self.placed_at,
            self.updated_at,
            &self.data,
        );
        execute(conn, sql, values).map(|_| ())
    }
}

impl UserScope {
    /// The newest orders, newest first; only those not in a final state when `active_only`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn orders(&self, limit: u32, active_only: bool) -> Result<Vec<Order>, StoreError> {
        let values = (self.user.0.cast_signed(), limit);
        // Two statements instead of one with a condition, so that the index of active orders can be used.
        let sql = if active_only {
            "SELECT data FROM orders WHERE user_id = ?1 AND active = 1 ORDER BY day DESC, number DESC LIMIT ?2"
        } else {
            "SELECT data FROM orders WHERE user_id = ?1 ORDER BY day DESC, number DESC LIMIT ?2"
        };
        self.store
            .read("read the orders", move |conn| select(conn, sql, values, |row| from_json(row, "data")))
            .await
    }

    /// The orders of one trading date, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn orders_of(&self, day: Day) -> Result<Vec<Order>, StoreError> {
        let values = (self.user.0.cast_signed(), day.to_string());
        self.store
            .read("read the orders of a day", move |conn| {
                let sql = "SELECT data FROM orders WHERE user_id = ?1 AND day = ?2 ORDER BY number";
                select(conn, sql, values, |row| from_json(row, "data"))
            })
            .await
    }

    /// One order; none when it is unknown or another user's.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn find_order(&self, id: OrderId) -> Result<Option<Order>, StoreError> {
        if id.user != self.user {
            return Ok(None);
        }
        let values = (self.user.0.cast_signed(), id.day.to_string(), id.number);
        self.store
            .read("read an order", move |conn| {
                let sql = "SELECT data FROM orders WHERE user_id = ?1 AND day = ?2 AND number = ?3";
                select_one(conn, sql, values, |row| from_json(row, "data"))
            })
            .await
    }
}
