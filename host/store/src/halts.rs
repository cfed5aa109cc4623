//! What of a user is halted, since when and why, and who lifted it.

use rusqlite::{Connection, Row, params};

use prahari_domain::ids::UserId;
use prahari_domain::instruments::Symbol;
use prahari_domain::time::Timestamp;

use crate::columns::{
    execute, instant, named, optional_instant, optional_user, parsed, select, select_one, unsigned, user,
};
use crate::errors::StoreError;
use crate::store::{SystemScope, UserScope};

named! {
    /// Reason of a halt.
    HaltCode {
        /// A stored setting, limit or preference of the user cannot be read.
        SettingsDamaged = "settings_damaged",
        /// The order journal cannot be read or does not fold.
        JournalDamaged = "journal_damaged",
        /// The broker's reports contradict the book.
        BooksContradicted = "books_contradicted",
        /// The account at the broker cannot be opened.
        AccountUnusable = "account_unusable",
        /// The version of a module that the user is pinned to does not load.
        PinNotLoaded = "pin_not_loaded",
        /// Something else that is kept of the user cannot be read: state of tasks, services, signals.
        RecordsDamaged = "records_damaged",
        /// A price of the symbol that cannot be, such as an unadjusted split.
        ImpossiblePrice = "impossible_price",
    }
}

/// A halt to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewHalt {
    /// Symbol that is halted; none when everything of the user is halted.
    pub symbol: Option<Symbol>,
    /// Machine-readable reason.
    pub code: HaltCode,
    /// Reason, one sentence.
    pub reason: String,
    /// Time at which the halt was set, by the daemon's clock.
    pub since: Timestamp,
}

/// Row of a halt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HaltRow {
    /// Id; newer rows have higher ids.
    pub id: u64,
    /// The user that it belongs to.
    pub user: UserId,
    /// Symbol that is halted; none when everything of the user is halted.
    pub symbol: Option<Symbol>,
    /// Machine-readable reason.
    pub code: HaltCode,
    /// Reason, one sentence.
    pub reason: String,
    /// Time at which the halt was set, by the daemon's clock.
    pub since: Timestamp,
    /// Time at which it was lifted; none while it is open.
    pub lifted_at: Option<Timestamp>,
    /// User who lifted the halt; none while it holds, and of one that ended with a corporate action.
    pub lifted_by: Option<UserId>,
    /// Reason why it was lifted; empty while it is open.
    pub explanation: String,
}

/// Selects the halts to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HaltFilter {
    /// Open ones only, or lifted ones only.
    pub open: Option<bool>,
    /// Older than this one: the last one of the page before.
    pub before: Option<u64>,
    /// At most this many, the newest ones.
    pub limit: u32,
}

impl UserScope {
    /// Writes a halt down, unless one of the same symbol (or of everything) is open, and waits until it is durable;
    /// returns whether it is new.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn halt(&self, halt: NewHalt) -> Result<bool, StoreError> {
        let user = self.user;
        self.store.write_durable("write down a halt", move |conn| insert(conn, user, &halt)).await
    }

    /// Lifts an open halt of the user and waits until that is durable; whether there was one.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn lift_halt(
        &self,
        id: u64,
        by: UserId,
        at: Timestamp,
        explanation: String,
    ) -> Result<bool, StoreError> {
        let values = (id.cast_signed(), self.user.0.cast_signed(), at.0, by.0.cast_signed(), explanation);
        self.store
            .write_durable("lift a halt", move |conn| {
                let sql = "UPDATE halts SET lifted_at = ?3, lifted_by = ?4, explanation = ?5
                           WHERE id = ?1 AND user_id = ?2 AND lifted_at IS NULL";
                Ok(execute(conn, sql, values)? > 0)
            })
            .await
    }

    /// Ends an open halt of the user in nobody's name and waits until that is durable; whether there was one.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn end_halt(&self, id: u64, at: Timestamp, explanation: String) -> Result<bool, StoreError> {
        let values = (id.cast_signed(), self.user.0.cast_signed(), at.0, explanation);
        self.store
            .write_durable("end a halt", move |conn| {
                let sql = "UPDATE halts SET lifted_at = ?3, explanation = ?4
                           WHERE id = ?1 AND user_id = ?2 AND lifted_at IS NULL";
                Ok(execute(conn, sql, values)? > 0)
            })
            .await
    }

    /// Has an open halt of the user say another reason than it does, and waits until that is durable; whether it said another one.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn reword_halt(&self, id: u64, reason: String) -> Result<bool, StoreError> {
        let values = (id.cast_signed(), self.user.0.cast_signed(), reason);
        self.store
            .write_durable("reword a halt", move |conn| {
                let sql = "UPDATE halts SET reason = ?3
                           WHERE id = ?1 AND user_id = ?2 AND lifted_at IS NULL AND reason <> ?3";
                Ok(execute(conn, sql, values)? > 0)
            })
            .await
    }

    /// The user's newest halts that the filter lets through, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn halts(&self, filter: HaltFilter) -> Result<Vec<HaltRow>, StoreError> {
        let user = self.user;
        self.read("read the halts", move |conn| list(conn, Some(user), &filter)).await
    }

    /// One halt of the user.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn find_halt(&self, id: u64) -> Result<Option<HaltRow>, StoreError> {
        let values = (id.cast_signed(), self.user.0.cast_signed());
        self.read("read a halt", move |conn| {
            select_one(conn, "SELECT * FROM halts WHERE id = ?1 AND user_id = ?2", values, read)
        })
        .await
    }

    /// Every open halt of the user, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn open_halts(&self) -> Result<Vec<HaltRow>, StoreError> {
        let user = self.user.0.cast_signed();
        self.read("read the open halts", move |conn| {
            let sql = "SELECT * FROM halts WHERE user_id = ?1 AND lifted_at IS NULL ORDER BY id";
            select(conn, sql, [user], read)
        })
        .await
    }
}

impl SystemScope {
    /// The newest halts of all users that the filter lets through, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn halts(&self, filter: HaltFilter) -> Result<Vec<HaltRow>, StoreError> {
        self.store.read("read the halts", move |conn| list(conn, None, &filter)).await
    }

    /// Returns a halt of any user: an admin lifts it by its id alone.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn find_halt(&self, id: u64) -> Result<Option<HaltRow>, StoreError> {
        self.store
            .read("read a halt", move |conn| {
                select_one(conn, "SELECT * FROM halts WHERE id = ?1", [id.cast_signed()], read)
            })
            .await
    }
}

fn insert(conn: &Connection, user: UserId, halt: &NewHalt) -> Result<bool, StoreError> {
    let sql = "INSERT INTO halts (user_id, symbol, code, reason, since) VALUES (?1, ?2, ?3, ?4, ?5)
               ON CONFLICT DO NOTHING";
    let symbol = halt.symbol.as_ref().map(Symbol::as_str);
    let values = (user.0.cast_signed(), symbol, halt.code.name(), &halt.reason, halt.since.0);
    Ok(execute(conn, sql, values)? > 0)
}

fn list(conn: &Connection, user: Option<UserId>, filter: &HaltFilter) -> Result<Vec<HaltRow>, StoreError> {
    let sql = "SELECT * FROM halts
               WHERE (?1 IS NULL OR user_id = ?1) AND (?2 IS NULL OR (lifted_at IS NULL) = ?2) AND id < ?3
               ORDER BY id DESC LIMIT ?4";
    let before = filter.before.map_or(i64::MAX, u64::cast_signed);
    let values = params![user.map(|user| user.0.cast_signed()), filter.open, before, filter.limit];
    select(conn, sql, values, read)
}

fn read(row: &Row<'_>) -> Result<HaltRow, StoreError> {
    let symbol: Option<String> = row.get("symbol")?;
    Ok(HaltRow {
        id: unsigned(row, "id")?,
        user: user(row, "user_id")?,
        symbol: symbol.map(|_| parsed(row, "symbol")).transpose()?,
        code: parsed(row, "code")?,
        reason: row.get("reason")?,
        since: instant(row, "since")?,
        lifted_at: optional_instant(row, "lifted_at")?,
        lifted_by: optional_user(row, "lifted_by")?,
        explanation: row.get("explanation")?,
    })
}
