//! Differences between the shares that a user's broker holds and those of the books, and which shares are of others.

use rusqlite::{Connection, Row, params};

use prahari_domain::ids::UserId;
use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::strategies::StrategyName;
use prahari_domain::time::Timestamp;

use crate::columns::{
    execute, instant, named, optional_instant, optional_parsed, optional_user, parsed, select, select_one,
    unsigned, user,
};
use crate::errors::StoreError;
use crate::store::UserScope;

/// Most differences of a user that are open at once: more than anybody holds.
pub const MOST_OPEN_DIFFERENCES: u32 = 500;

/// Most differences of a user that are kept once they have ended, the newest.
pub const MOST_ENDED_DIFFERENCES: u32 = 1_000;

named! {
    /// What a difference is put down to.
    DifferenceCause {
        /// Shares of the books were sold outside.
        ExternalSale = "external_sale",
        /// Shares were bought outside.
        ExternalPurchase = "external_purchase",
        /// Shares that were never in the books, and of which no purchase is seen.
        OpeningHolding = "opening_holding",
        /// Shares of the books are missing, and nothing says why.
        Unexplained = "unexplained",
    }
}

named! {
    /// How far a difference has come.
    DifferenceState {
        /// It stands, and somebody has to say what becomes of it.
        Open = "open",
        /// The daemon has booked it as a sale.
        Booked = "booked",
        /// A person has had it taken into the books.
        Adopted = "adopted",
        /// A person has said that the shares are not Prahari's.
        Ignored = "ignored",
        /// Broker and books were the same again.
        Gone = "gone",
    }
}

/// A difference as it is seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDifference {
    /// Symbol of the shares.
    pub symbol: Symbol,
    /// What it is put down to.
    pub cause: DifferenceCause,
    /// Shares by which broker and books differ, without those of others.
    pub quantity: u32,
    /// Shares that the broker holds.
    pub broker_quantity: u32,
    /// Shares of the books.
    pub book_quantity: u32,
    /// What a share cost, in paise, as the broker says; none where it does not know.
    pub broker_cost: Option<Paise>,
    /// What was seen, one sentence.
    pub detail: String,
    /// Time at which it was seen.
    pub seen_at: Timestamp,
}

/// How a difference ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DifferenceEnd {
    /// State that it ends in.
    pub state: DifferenceState,
    /// Time of the end.
    pub at: Timestamp,
    /// Who decided it; none where the daemon did.
    pub by: Option<UserId>,
    /// Price per share at which it was booked, in paise.
    pub price: Option<Paise>,
    /// Whether that price is an estimate.
    pub estimated: bool,
    /// Strategy whose shares they are now.
    pub strategy: Option<StrategyName>,
}

impl DifferenceEnd {
    /// The end that nobody decided.
    pub fn by_itself(state: DifferenceState, at: Timestamp) -> Self {
        Self { state, at, by: None, price: None, estimated: false, strategy: None }
    }
}

/// Row of a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DifferenceRow {
    /// Id; newer rows have higher ids.
    pub id: u64,
    /// The user whose account it is about.
    pub user: UserId,
    /// As it was last seen; the time is that at which it was first seen.
    pub seen: NewDifference,
    /// How far it has come.
    pub state: DifferenceState,
    /// Time at which it ended; none while it is open.
    pub ended_at: Option<Timestamp>,
    /// Who decided it; none while it is open, and where the daemon did.
    pub decided_by: Option<UserId>,
    /// Price per share at which it was booked, in paise.
    pub price: Option<Paise>,
    /// Whether that price is an estimate.
    pub estimated: bool,
    /// Strategy that the shares were given to.
    pub strategy: Option<StrategyName>,
}

/// Selects the differences to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DifferenceFilter {
    /// Only open ones (true) or only those that have ended (false).
    pub open: Option<bool>,
    /// Older than this one: the last one of the page before.
    pub before: Option<u64>,
    /// At most this many, the newest ones.
    pub limit: u32,
}

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

    /// The open differences, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn open_differences(&self) -> Result<Vec<DifferenceRow>, StoreError> {
        let user = self.user.0.cast_signed();
        self.read("read the open differences", move |conn| {
            let sql = "SELECT * FROM holding_differences WHERE user_id = ?1 AND state = 'open' ORDER BY id";
            select(conn, sql, [user], read)
        })
        .await
    }

    /// The differences that the filter lets through, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn differences(&self, filter: DifferenceFilter) -> Result<Vec<DifferenceRow>, StoreError> {
        let user = self.user.0.cast_signed();
        self.read("read the differences", move |conn| {
            let sql = "SELECT * FROM holding_differences
                       WHERE user_id = ?1 AND (?2 IS NULL OR (state = 'open') = ?2) AND id < ?3
                       ORDER BY id DESC LIMIT ?4";
            let before = filter.before.map_or(i64::MAX, u64::cast_signed);
            select(conn, sql, params![user, filter.open, before, filter.limit], read)
        })
        .await
    }

    /// One difference of the user.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn find_difference(&self, id: u64) -> Result<Option<DifferenceRow>, StoreError> {
        let values = (id.cast_signed(), self.user.0.cast_signed());
        self.read("read a difference", move |conn| {
            let sql = "SELECT * FROM holding_differences WHERE id = ?1 AND user_id = ?2";
            select_one(conn, sql, values, read)
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

fn save_others(conn: &Connection, user: UserId, symbol: &Symbol, quantity: u32) -> Result<(), StoreError> {
    let user = user.0.cast_signed();
    if quantity == 0 {
        let sql = "DELETE FROM shares_of_others WHERE user_id = ?1 AND symbol = ?2";
        return execute(conn, sql, (user, symbol.as_str())).map(drop);
    }
    let sql = "INSERT INTO shares_of_others (user_id, symbol, quantity) VALUES (?1, ?2, ?3)
               ON CONFLICT (user_id, symbol) DO UPDATE SET quantity = excluded.quantity";
    execute(conn, sql, (user, symbol.as_str(), quantity)).map(drop)
}

/// Forgets the oldest that have ended, so that a list that flickers fills no disk.
fn prune(conn: &Connection, user: UserId) -> Result<(), StoreError> {
    let sql = "DELETE FROM holding_differences
               WHERE user_id = ?1 AND state <> 'open' AND id <= (
                   SELECT id FROM holding_differences WHERE user_id = ?1 AND state <> 'open'
                   ORDER BY id DESC LIMIT 1 OFFSET ?2)";
    execute(conn, sql, (user.0.cast_signed(), MOST_ENDED_DIFFERENCES)).map(drop)
}

fn read(row: &Row<'_>) -> Result<DifferenceRow, StoreError> {
    Ok(DifferenceRow {
        id: unsigned(row, "id")?,
        user: user(row, "user_id")?,
        seen: NewDifference {
            symbol: parsed(row, "symbol")?,
            cause: parsed(row, "cause")?,
            quantity: row.get("quantity")?,
            broker_quantity: row.get("broker_quantity")?,
            book_quantity: row.get("book_quantity")?,
            broker_cost: row.get::<_, Option<i64>>("broker_cost")?.map(Paise),
            detail: row.get("detail")?,
            seen_at: instant(row, "seen_at")?,
        },
        state: parsed(row, "state")?,
        ended_at: optional_instant(row, "ended_at")?,
        decided_by: optional_user(row, "decided_by")?,
        price: row.get::<_, Option<i64>>("price")?.map(Paise),
        estimated: row.get("estimated")?,
        strategy: optional_parsed(row, "strategy")?,
    })
}
