//! The last price that was seen of each held share.

use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::time::Timestamp;

use crate::columns::{execute, instant, select_one};
use crate::errors::StoreError;
use crate::store::SystemScope;

impl SystemScope {
    /// Keeps prices of shares and when each was traded, in place of earlier ones.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn save_last_prices(&self, prices: Vec<(Symbol, Paise, Timestamp)>) -> Result<(), StoreError> {
        self.store
            .write("keep last prices", move |conn| {
                let sql = "INSERT INTO last_prices (symbol, price, at) VALUES (?1, ?2, ?3)
                           ON CONFLICT (symbol) DO UPDATE SET price = excluded.price, at = excluded.at
                           WHERE excluded.at >= last_prices.at";
                for (symbol, price, at) in &prices {
                    execute(conn, sql, (symbol.as_str(), price.0, at.0))?;
                }
                Ok(())
            })
            .await
    }

    /// The kept price of a share and when it was traded.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn last_price(&self, symbol: &Symbol) -> Result<Option<(Paise, Timestamp)>, StoreError> {
        let symbol = symbol.to_string();
        self.store
            .read("read a last price", move |conn| {
                let sql = "SELECT price, at FROM last_prices WHERE symbol = ?1";
                select_one(conn, sql, [symbol], |row| Ok((Paise(row.get("price")?), instant(row, "at")?)))
            })
            .await
    }
}
