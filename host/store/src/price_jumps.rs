//! Opens outside the exchange's band, and what an admin has said of them.

use prahari_domain::ids::UserId;
use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::price_jump::PriceJump;
use prahari_domain::time::{Day, Timestamp};
use rusqlite::{Row, params};

use crate::columns::{execute, instant, optional_instant, optional_user, parsed, select, select_one};
use crate::errors::StoreError;
use crate::store::SystemScope;

/// A jump that was noticed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceJumpRow {
    /// The jump, with the prices before and after it.
    pub jump: PriceJump,
    /// Time at which the daemon saw it.
    pub noticed_at: Timestamp,
    /// Time at which it was explained; `None` while it is not.
    pub explained_at: Option<Timestamp>,
    /// User who explained it; none while it is open, and of one that was withdrawn.
    pub explained_by: Option<UserId>,
    /// The explanation; empty while it is open.
    pub explanation: String,
}

impl SystemScope {
    /// Notes a jump, unless it is known. One that was withdrawn is open again.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn note_price_jump(&self, jump: PriceJump, now: Timestamp) -> Result<(), StoreError> {
        self.store
            .write("note a price jump", move |conn| {
                let sql =
                    "INSERT INTO price_jumps (symbol, day, open, previous_day, previous_close, noticed_at)
                           VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                           ON CONFLICT (symbol, day) DO UPDATE
                           SET open = excluded.open, previous_day = excluded.previous_day,
                               previous_close = excluded.previous_close, noticed_at = excluded.noticed_at,
                               explained_at = NULL, explanation = ''
                           WHERE explained_at IS NOT NULL AND explained_by IS NULL";
                let (day, previous) = (jump.day.to_string(), jump.previous_day.to_string());
                let (open, close) = (jump.open.0, jump.previous_close.0);
                execute(conn, sql, params![jump.symbol.as_str(), day, open, previous, close, now.0])
                    .map(|_| ())
            })
            .await
    }

    /// Explains a jump that is not explained yet; answers whether there was one.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn explain_price_jump(
        &self,
        (symbol, day): (Symbol, Day),
        by: UserId,
        now: Timestamp,
        explanation: String,
    ) -> Result<bool, StoreError> {
        self.store
            .write_durable("explain a price jump", move |conn| {
                let sql = "UPDATE price_jumps SET explained_at = ?3, explained_by = ?4, explanation = ?5
                           WHERE symbol = ?1 AND day = ?2 AND explained_at IS NULL";
                let by = by.0.cast_signed();
                let values = params![symbol.as_str(), day.to_string(), now.0, by, explanation];
                Ok(execute(conn, sql, values)? > 0)
            })
            .await
    }

    /// Closes an open jump that prices do not have any more, or that a corporate action explains, for a reason and in nobody's name:
    /// should they have it again, it is open again.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn withdraw_price_jump(
        &self,
        (symbol, day): (Symbol, Day),
        now: Timestamp,
        reason: String,
    ) -> Result<bool, StoreError> {
        self.store
            .write_durable("withdraw a price jump", move |conn| {
                let sql = "UPDATE price_jumps SET explained_at = ?3, explanation = ?4
                           WHERE symbol = ?1 AND day = ?2 AND explained_at IS NULL";
                Ok(execute(conn, sql, params![symbol.as_str(), day.to_string(), now.0, reason])? > 0)
            })
            .await
    }

    /// The jump of a share on a day as it was noticed, if nobody has explained it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn open_price_jump(
        &self,
        symbol: Symbol,
        day: Day,
    ) -> Result<Option<PriceJumpRow>, StoreError> {
        self.store
            .read("read a price jump", move |conn| {
                let sql = "SELECT * FROM price_jumps WHERE symbol = ?1 AND day = ?2 AND explained_at IS NULL";
                select_one(conn, sql, params![symbol.as_str(), day.to_string()], read)
            })
            .await
    }

    /// Every jump that was noticed, newest first, at most `limit`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn price_jumps(&self, limit: u32) -> Result<Vec<PriceJumpRow>, StoreError> {
        self.store
            .read("read the price jumps", move |conn| {
                let sql = "SELECT * FROM price_jumps ORDER BY day DESC, symbol LIMIT ?1";
                select(conn, sql, [limit], read)
            })
            .await
    }

    /// The jumps that somebody has explained; those that were withdrawn are not among them.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn explained_price_jumps(&self) -> Result<Vec<(Symbol, Day)>, StoreError> {
        self.store
            .read("read the explained price jumps", |conn| {
                let sql = "SELECT symbol, day FROM price_jumps WHERE explained_by IS NOT NULL";
                select(conn, sql, [], |row| Ok((parsed(row, "symbol")?, parsed(row, "day")?)))
            })
            .await
    }
}

fn read(row: &Row<'_>) -> Result<PriceJumpRow, StoreError> {
    let jump = PriceJump {
        symbol: parsed(row, "symbol")?,
        day: parsed(row, "day")?,
        open: Paise(row.get("open")?),
        previous_day: parsed(row, "previous_day")?,
        previous_close: Paise(row.get("previous_close")?),
    };
    Ok(PriceJumpRow {
        jump,
        noticed_at: instant(row, "noticed_at")?,
        explained_at: optional_instant(row, "explained_at")?,
        explained_by: optional_user(row, "explained_by")?,
        explanation: row.get("explanation")?,
    })
}
