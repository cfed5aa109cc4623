//! Findings: those shared by all users, those of one user's positions, and what each user did with them.
//!
//! The rules about signals are the domain's; here a signal is its key columns and the rest as text.

use rusqlite::{Connection, Row, params};

use prahari_domain::ids::{SignalId, UserId};
use prahari_domain::instruments::Symbol;
use prahari_domain::time::{Day, Timestamp};

use crate::columns::{execute, instant, optional_instant, parsed, select, select_one, unsigned};
use crate::errors::StoreError;
use crate::store::{SystemScope, UserScope};

/// Row of a signal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignalRow {
    /// Id from [`SystemScope::next_signal_id`].
    pub id: SignalId,
    /// Symbol of the share.
    pub symbol: Symbol,
    /// Kind of the signal, by name.
    pub kind: String,
    /// Status by name; [`SignalFilter::active_only`] looks for `active`.
    pub status: String,
    /// The trading date of its window.
    pub day: Day,
    /// Time at which it was published.
    pub published_at: Timestamp,
    /// Time at which it ends by itself.
    pub expires_at: Timestamp,
    /// The signal, encoded by the caller.
    pub data: String,
}

/// Selects the signals to load.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SignalFilter {
    /// Only signals of this trading date or later.
    pub since: Option<Day>,
    /// Only those whose status is `active`.
    pub active_only: bool,
}

/// Selects the signals that a user is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenFilter {
    /// Only signals of this trading date or later.
    pub from: Option<Day>,
    /// Only signals of this trading date or earlier.
    pub through: Option<Day>,
    /// Only signals of this symbol.
    pub symbol: Option<Symbol>,
    /// Only signals of one of these kinds, by name; of any when there are none.
    pub kinds: Vec<&'static str>,
    /// Continues after this entry of the list: that of the last signal of the page before.
    pub after: Option<SignalCursor>,
    /// At most this many, the newest ones.
    pub limit: u32,
}

impl Default for SeenFilter {
    /// Without conditions: the newest 100 rows.
    fn default() -> Self {
        Self { from: None, through: None, symbol: None, kinds: Vec::new(), after: None, limit: 100 }
    }
}

/// Where a signal stands in the list of all signals, newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SignalCursor {
    /// Its trading date.
    pub day: Day,
    /// Id of the signal, which orders signals of the same date.
    pub signal: SignalId,
}

/// A signal as one user sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenSignal {
    /// The signal, shared or the user's own.
    pub row: SignalRow,
    /// Whether the signal is the user's own, rather than for everybody.
    pub personal: bool,
    /// Whether an order of the user acted on it and is open or was filled, at least in part.
    pub traded: bool,
    /// What the user did with the signal; none when nothing.
    pub chosen: Option<SignalStatusRow>,
}

/// Row of what a user did with a signal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignalStatusRow {
    /// The signal that it is about.
    pub signal: SignalId,
    /// Status of the signal for the user, by name.
    pub status: String,
    /// The reason, in one sentence.
    pub reason: String,
    /// Time at which it began to hold, by the daemon's clock.
    pub at: Timestamp,
}

impl SystemScope {
    /// Adds shared signals and replaces those with the same id. When one is a user's own, none is written.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn save_signals(&self, signals: Vec<SignalRow>) -> Result<(), StoreError> {
        self.store.write("save shared signals", move |conn| write(conn, None, &signals)).await
    }

    /// The shared signals that the filter lets through, by id.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn load_signals(&self, filter: SignalFilter) -> Result<Vec<SignalRow>, StoreError> {
        self.store.read("read shared signals", move |conn| list(conn, None, filter)).await
    }
}

impl UserScope {
    /// Adds signals of the user's own and replaces those with the same id. When one is shared or another user's,
    /// none is written.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn save_signals(&self, signals: Vec<SignalRow>) -> Result<(), StoreError> {
        let user = self.user;
        self.write("save signals of a user", move |conn| write(conn, Some(user), &signals)).await
    }

    /// The user's own signals that the filter lets through, by id.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn load_signals(&self, filter: SignalFilter) -> Result<Vec<SignalRow>, StoreError> {
        let user = self.user;
        self.read("read signals of a user", move |conn| list(conn, Some(user), filter)).await
    }

    /// The newest signals that the filter lets through, shared and the user's own, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn seen_signals(&self, filter: SeenFilter) -> Result<Vec<SeenSignal>, StoreError> {
        let user = self.user;
        self.read("read the signals", move |conn| list_seen(conn, user, &filter)).await
    }

    /// One signal as the user sees it; none when it is unknown or another user's own.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn find_signal(&self, signal: SignalId) -> Result<Option<SeenSignal>, StoreError> {
        let values = (self.user.0.cast_signed(), signal.0.cast_signed());
        self.read("read a signal", move |conn| {
            let sql =
                format!("{SEEN} WHERE signals.id = ?2 AND (signals.user_id = ?1 OR signals.user_id IS NULL)");
            select_one(conn, &sql, values, read_seen)
        })
        .await
    }

    /// Sets the status of a signal, shared or personal, for this user.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn set_signal_status(&self, status: SignalStatusRow) -> Result<(), StoreError> {
        let user = self.user.0.cast_signed();
        self.store
            .write_durable("save the status of a signal", move |conn| {
                let sql = "INSERT INTO signal_statuses (user_id, signal_id, status, reason, at)
                           VALUES (?1, ?2, ?3, ?4, ?5)
                           ON CONFLICT (user_id, signal_id) DO UPDATE
                           SET status = excluded.status, reason = excluded.reason, at = excluded.at";
                let SignalStatusRow { signal, status, reason, at } = status;
                execute(conn, sql, (user, signal.0.cast_signed(), status, reason, at.0)).map(|_| ())
            })
            .await
    }

    /// Returns what the user did with signals of this trading date or later, by signal.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn signal_statuses(&self, since: Day) -> Result<Vec<SignalStatusRow>, StoreError> {
        let values = (self.user.0.cast_signed(), since.to_string());
        self.read("read the status of signals", move |conn| {
            let sql = "SELECT signal_id, signal_statuses.status AS status, reason, at
                           FROM signal_statuses JOIN signals ON signals.id = signal_id
                           WHERE signal_statuses.user_id = ?1 AND signals.day >= ?2 ORDER BY signal_id";
            select(conn, sql, values, read_status)
        })
        .await
    }
}

/// The id that the next signal gets.
pub(crate) fn first_free_id(conn: &Connection) -> Result<u64, StoreError> {
    let last = conn.query_row("SELECT max(id) FROM signals", [], |row| row.get::<_, Option<i64>>(0))?;
    Ok(last.unwrap_or(0).cast_unsigned() + 1)
}

fn write(conn: &Connection, owner: Option<UserId>, signals: &[SignalRow]) -> Result<(), StoreError> {
    let sql = "INSERT INTO signals (id, user_id, symbol, kind, status, day, published_at, expires_at, data)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
               ON CONFLICT (id) DO UPDATE
               SET symbol = excluded.symbol, kind = excluded.kind, status = excluded.status, day = excluded.day,
                   published_at = excluded.published_at, expires_at = excluded.expires_at, data = excluded.data";
    let owner_id = owner.map(|user| user.0.cast_signed());
    // All of them before the first is written, so that a refusal changes nothing.
    for signal in signals {
        let foreign = "SELECT 1 FROM signals WHERE id = ?1 AND user_id IS NOT ?2";
        if select_one(conn, foreign, (signal.id.0.cast_signed(), owner_id), |_| Ok(()))?.is_some() {
            return Err(StoreError::ForeignSignal { signal: signal.id });
        }
    }
    for signal in signals {
        let values = (
            signal.id.0.cast_signed(),
            owner_id,
            signal.symbol.as_str(),
            &signal.kind,
            &signal.status,
            signal.day.to_string(),
            signal.published_at.0,
            signal.expires_at.0,
            &signal.data,
        );
        execute(conn, sql, values)?;
    }
    Ok(())
}

fn list(
    conn: &Connection,
    owner: Option<UserId>,
    filter: SignalFilter,
) -> Result<Vec<SignalRow>, StoreError> {
    // Two statements instead of one with a condition, so that the index of active signals can be used.
    let sql = if filter.active_only {
        "SELECT * FROM signals WHERE user_id IS ?1 AND status = 'active' AND day >= ?2 ORDER BY id"
    } else {
        "SELECT * FROM signals WHERE user_id IS ?1 AND day >= ?2 ORDER BY id"
    };
    // Every day sorts behind the empty text.
    let since = filter.since.map(|day| day.to_string()).unwrap_or_default();
    select(conn, sql, (owner.map(|user| user.0.cast_signed()), since), read)
}

fn read(row: &Row<'_>) -> Result<SignalRow, StoreError> {
    Ok(SignalRow {
        id: SignalId(unsigned(row, "id")?),
        symbol: parsed(row, "symbol")?,
        kind: row.get("kind")?,
        status: row.get("status")?,
        day: parsed(row, "day")?,
        published_at: instant(row, "published_at")?,
        expires_at: instant(row, "expires_at")?,
        data: row.get("data")?,
    })
}

fn read_status(row: &Row<'_>) -> Result<SignalStatusRow, StoreError> {
    Ok(SignalStatusRow {
        signal: SignalId(unsigned(row, "signal_id")?),
        status: row.get("status")?,
        reason: row.get("reason")?,
        at: instant(row, "at")?,
    })
}

/// Signals with what user `?1` did with each.
const SEEN: &str = "SELECT signals.*, chosen.status AS chosen_status, chosen.reason AS chosen_reason, chosen.at AS chosen_at,
                           EXISTS (SELECT 1 FROM orders
                                   WHERE orders.user_id = ?1 AND orders.symbol = signals.symbol
                                       AND orders.day >= signals.day AND (orders.filled > 0 OR orders.active = 1)
                                       AND orders.data ->> '$.request.signal' = signals.id) AS traded
                    FROM signals LEFT JOIN signal_statuses AS chosen
                        ON chosen.user_id = ?1 AND chosen.signal_id = signals.id";

/// One look into the index for the shared ones, one for the user's own.
fn list_seen(conn: &Connection, user: UserId, filter: &SeenFilter) -> Result<Vec<SeenSignal>, StoreError> {
    // Every day sorts between these texts.
    let from = filter.from.map_or_else(String::new, |day| day.to_string());
    let until = (filter.through.map_or_else(|| "~".to_owned(), |day| day.to_string()), i64::MAX);
    let (day, signal) = filter
        .after
        .map_or(until.clone(), |after| until.min((after.day.to_string(), after.signal.0.cast_signed())));
    // With commas around them, so that no name is found within another.
    let kinds = (!filter.kinds.is_empty()).then(|| format!(",{},", filter.kinds.join(",")));
    let mut found = Vec::new();
    for owner in [None, Some(user.0.cast_signed())] {
        let symbol = filter.symbol.as_ref().map(Symbol::as_str);
        let values = params![user.0.cast_signed(), owner, from, day, signal, symbol, filter.limit, kinds];
        found.append(&mut select(conn, &seen_statement(), values, read_seen)?);
    }
    found.sort_unstable_by_key(|seen| std::cmp::Reverse(seen.cursor()));
    found.truncate(filter.limit as usize);
    Ok(found)
}

fn seen_statement() -> String {
    format!(
        "{SEEN} WHERE signals.user_id IS ?2 AND signals.day >= ?3 AND (signals.day, signals.id) < (?4, ?5)
             AND (?6 IS NULL OR signals.symbol = ?6)
             AND (?8 IS NULL OR instr(?8, ',' || signals.kind || ',') > 0)
         ORDER BY signals.day DESC, signals.id DESC LIMIT ?7"
    )
}

impl SeenSignal {
    /// The cursor of this row in the list.
    pub fn cursor(&self) -> SignalCursor {
        SignalCursor { day: self.row.day, signal: self.row.id }
    }
}

fn read_seen(row: &Row<'_>) -> Result<SeenSignal, StoreError> {
    let signal = read(row)?;
    let chosen = match optional_instant(row, "chosen_at")? {
        None => None,
        Some(at) => Some(SignalStatusRow {
            signal: signal.id,
            status: row.get("chosen_status")?,
            reason: row.get("chosen_reason")?,
            at,
        }),
    };
    let personal = row.get::<_, Option<i64>>("user_id")?.is_some();
    Ok(SeenSignal { row: signal, personal, traded: row.get("traded")?, chosen })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::plan_of;

    #[test]
    fn listing_signals_looks_only_at_those_of_the_page() {
        let plan = plan_of(&seen_statement());
        let indices =
            ["signals USING INDEX signals_of_day", "orders USING INDEX orders_of_symbol", "chosen USING"];
        for index in indices {
            assert!(plan.contains(index), "{plan}");
        }
        assert!(!plan.contains("SCAN"), "{plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    }
}
