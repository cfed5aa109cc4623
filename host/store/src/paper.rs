//! The paper broker's book. It plays the outside world, so what it means is not known here.

use rusqlite::{Connection, Row};

use prahari_domain::ids::UserId;

use crate::columns::{execute, select, select_one};
use crate::errors::StoreError;
use crate::store::UserScope;

/// An order at the paper broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaperRow {
    /// What it is found by again; unique within the user.
    pub tag: String,
    /// Whether it may still be matched.
    pub active: bool,
    /// The order, encoded by the paper broker.
    pub data: Vec<u8>,
}

impl UserScope {
    /// Adds orders, replaces those with the same tag, and replaces the account, all in one write.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn save_paper(&self, orders: Vec<PaperRow>, account: Vec<u8>) -> Result<(), StoreError> {
        let user = self.user;
        self.write("save the paper broker's book", move |conn| write(conn, user, &orders, &account)).await
    }

    /// The active orders by tag, and the account if there is one.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn load_paper(&self) -> Result<(Vec<PaperRow>, Option<Vec<u8>>), StoreError> {
        let user = self.user;
        self.read("read the paper broker's book", move |conn| load(conn, user)).await
    }

    /// One order, active or not.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn paper_order(&self, tag: &str) -> Result<Option<PaperRow>, StoreError> {
        let values = (self.user.0.cast_signed(), tag.to_owned());
        self.read("read an order of the paper broker", move |conn| {
            let sql = "SELECT tag, active, data FROM paper_orders WHERE user_id = ?1 AND tag = ?2";
            select_one(conn, sql, values, read)
        })
        .await
    }
}

pub(crate) fn load(conn: &Connection, user: UserId) -> Result<(Vec<PaperRow>, Option<Vec<u8>>), StoreError> {
    let user = user.0.cast_signed();
    let sql = "SELECT tag, active, data FROM paper_orders WHERE user_id = ?1 AND active = 1 ORDER BY tag";
    let orders = select(conn, sql, [user], read)?;
    let sql = "SELECT data FROM paper_accounts WHERE user_id = ?1";
    Ok((orders, select_one(conn, sql, [user], |row| Ok(row.get(0)?))?))
}

fn write(conn: &Connection, user: UserId, orders: &[PaperRow], account: &[u8]) -> Result<(), StoreError> {
    let user = user.0.cast_signed();
    let sql = "INSERT INTO paper_orders (user_id, tag, active, data) VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT (user_id, tag) DO UPDATE SET active = excluded.active, data = excluded.data";
    for order in orders {
        execute(conn, sql, (user, &order.tag, order.active, &order.data))?;
    }
    let sql = "INSERT INTO paper_accounts (user_id, data) VALUES (?1, ?2)
               ON CONFLICT (user_id) DO UPDATE SET data = excluded.data";
    execute(conn, sql, (user, account)).map(|_| ())
}

fn read(row: &Row<'_>) -> Result<PaperRow, StoreError> {
    Ok(PaperRow { tag: row.get("tag")?, active: row.get("active")?, data: row.get("data")? })
}
