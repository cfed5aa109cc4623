//! Which shares of an account are of others, and of which strategy those become that are bought outside.

use rusqlite::Connection;

use prahari_domain::ids::UserId;
use prahari_domain::instruments::Symbol;
use prahari_domain::strategies::StrategyName;

use crate::columns::{execute, parsed, select, select_one};
use crate::errors::StoreError;
use crate::store::UserScope;

impl UserScope {
    /// Says how many shares of a symbol in the account are of others.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn save_shares_of_others(&self, symbol: Symbol, quantity: u32) -> Result<(), StoreError> {
        let user = self.user;
        self.store
            .write_durable("save the shares of others", move |conn| {
                save_others(conn, user, &symbol, quantity)
            })
            .await
    }

    /// Shares in the account that are of others, by symbol.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn shares_of_others(&self) -> Result<Vec<(Symbol, u32)>, StoreError> {
        let user = self.user.0.cast_signed();
        self.read("read the shares of others", move |conn| {
            let sql = "SELECT * FROM shares_of_others WHERE user_id = ?1 ORDER BY symbol";
            select(conn, sql, [user], |row| Ok((parsed(row, "symbol")?, row.get("quantity")?)))
        })
        .await
    }

    /// Says of which strategy shares become that are bought outside; none when each purchase is asked about.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn save_outside_purchases(&self, strategy: Option<StrategyName>) -> Result<(), StoreError> {
        let user = self.user.0.cast_signed();
        self.store
            .write_durable("save what becomes of outside purchases", move |conn| {
                let Some(strategy) = strategy else {
                    let sql = "DELETE FROM outside_purchases WHERE user_id = ?1";
                    return execute(conn, sql, [user]).map(drop);
                };
                let sql = "INSERT INTO outside_purchases (user_id, strategy) VALUES (?1, ?2)
                           ON CONFLICT (user_id) DO UPDATE SET strategy = excluded.strategy";
                execute(conn, sql, (user, strategy.name())).map(drop)
            })
            .await
    }

    /// Of which strategy shares become that are bought outside; none when each purchase is asked about.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn outside_purchases(&self) -> Result<Option<StrategyName>, StoreError> {
        let user = self.user.0.cast_signed();
        self.read("read what becomes of outside purchases", move |conn| {
            let sql = "SELECT strategy FROM outside_purchases WHERE user_id = ?1";
            select_one(conn, sql, [user], |row| parsed(row, "strategy"))
        })
        .await
    }
}

pub(super) fn save_others(
    conn: &Connection,
    user: UserId,
    symbol: &Symbol,
    quantity: u32,
) -> Result<(), StoreError> {
    let user = user.0.cast_signed();
    if quantity == 0 {
        let sql = "DELETE FROM shares_of_others WHERE user_id = ?1 AND symbol = ?2";
        return execute(conn, sql, (user, symbol.as_str())).map(drop);
    }
    let sql = "INSERT INTO shares_of_others (user_id, symbol, quantity) VALUES (?1, ?2, ?3)
               ON CONFLICT (user_id, symbol) DO UPDATE SET quantity = excluded.quantity";
    execute(conn, sql, (user, symbol.as_str(), quantity)).map(drop)
}
