//! Bars of closed days that were fetched over the net. What a page of them looks like is not known here.
//!
//! A page is found by the hash of what it says, so the same bars are there once, and a page that was damaged is not
//! taken for one. It goes with the last year that uses it.

use prahari_domain::instruments::Symbol;
use prahari_domain::time::{Day, Timestamp};
use rusqlite::{Connection, Row, params};

use crate::columns::{execute, instant, parsed, select, select_one};
use crate::errors::StoreError;
use crate::store::SystemScope;

/// Versions of a year that are kept; of more the oldest go.
pub const KEPT_BAR_VERSIONS: u32 = 5;

/// Shares of one source that are kept; for a further one the share that was fetched longest ago goes.
pub const MOST_BAR_SHARES: u32 = 6_000;

/// Number of shares that are forgotten in one batch.
const BATCH: u32 = 50;

/// A share of a source as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BarShareRow {
    /// Whether the source lists it.
    pub listed: bool,
    /// First day that was asked for.
    pub from: Day,
    /// Time at which it was last asked for.
    pub fetched_at: Timestamp,
    /// Its years, oldest first; where they are saved, those that changed.
    pub years: Vec<BarYearRow>,
}

/// A share's bars in one calendar year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BarYearRow {
    /// The year.
    pub year: i32,
    /// Whether bars that were kept have changed, so that what they were is kept as an earlier version.
    pub restated: bool,
    /// The bars, encoded by the source.
    pub data: Vec<u8>,
}

/// A version of a share's year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BarVersionRow {
    /// The year.
    pub year: i32,
    /// Number of the version, from 1.
    pub version: u32,
    /// Time at which it was last written.
    pub stored_at: Timestamp,
    /// The bars, encoded by the source.
    pub data: Vec<u8>,
}

/// A year of a share that came otherwise than it was known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestatedYearRow {
    /// Which it is.
    pub key: RestatedYearKey,
    /// The bars of the version before, encoded by the source.
    pub before: Vec<u8>,
    /// The bars of this version, encoded by the source.
    pub after: Vec<u8>,
}

/// Which version of which year of a share, and when it came to be: by this what was restated stands in order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RestatedYearKey {
    /// Real time at which the bars that had changed were fetched.
    pub restated_at: Timestamp,
    /// Name of the source.
    pub source: String,
    /// The share.
    pub symbol: Symbol,
    /// The year.
    pub year: i32,
    /// Number of the version, from 2.
    pub version: u32,
}

impl SystemScope {
    /// Years that were restated, the newest restatement first: of one share or of all, from a place in the list on, which is
    /// included. What the oldest kept version of a year was before is not known, so it is not among them.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn restated_years(
        &self,
        symbol: Option<&Symbol>,
        from: Option<&RestatedYearKey>,
        limit: u32,
    ) -> Result<Vec<RestatedYearRow>, StoreError> {
        let symbol = symbol.map(Symbol::to_string);
        let from = from.cloned();
        self.store.read("read what was restated", move |conn| restated(conn, symbol, from, limit)).await
    }

    /// Keeps a share of a source with those of its years that changed; other years stay.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn save_bars(
        &self,
        source: &'static str,
        symbol: &Symbol,
        share: BarShareRow,
    ) -> Result<(), StoreError> {
        let symbol = symbol.to_string();
        self.store.write("keep bars", move |conn| save(conn, source, &symbol, &share)).await
    }

    /// What is kept of a share, with the newest version of each year; `None` when nothing is, and when a page of it is
    /// damaged: then it is to be fetched again.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn bars(
        &self,
        source: &'static str,
        symbol: &Symbol,
    ) -> Result<Option<BarShareRow>, StoreError> {
        let symbol = symbol.to_string();
        self.store.read("read bars", move |conn| load(conn, source, &symbol)).await
    }

    /// Every kept version of each year of a share that was restated, by year and version.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn bar_versions(
        &self,
        source: &'static str,
        symbol: &Symbol,
    ) -> Result<Vec<BarVersionRow>, StoreError> {
        let symbol = symbol.to_string();
        self.store
            .read("read versions of bars", move |conn| {
                let sql = "SELECT year, version, stored_at, data FROM bar_years JOIN bar_pages USING (hash)
                           WHERE source = ?1 AND symbol = ?2 AND year IN
                               (SELECT year FROM bar_years WHERE source = ?1 AND symbol = ?2 GROUP BY year HAVING count(*) > 1)
                           ORDER BY year, version";
                select(conn, sql, (source, symbol), read_version)
            })
            .await
    }

    /// Forgets up to a batch of shares that were last fetched before an instant; how many there were.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn prune_bars(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.store
            .write_durable("forget bars", move |conn| {
                let sql = "SELECT source, symbol FROM bar_shares WHERE fetched_at < ?1 LIMIT ?2";
                let old = select(conn, sql, (before.0, BATCH), |row| {
                    Ok((row.get::<_, String>("source")?, row.get::<_, String>("symbol")?))
                })?;
                for (source, symbol) in &old {
                    forget(conn, source, symbol)?;
                }
                Ok(old.len() as u64)
            })
            .await
    }
}

fn save(conn: &Connection, source: &str, symbol: &str, share: &BarShareRow) -> Result<(), StoreError> {
    make_room(conn, source, symbol)?;
    let sql =
        "INSERT INTO bar_shares (source, symbol, listed, from_day, fetched_at) VALUES (?1, ?2, ?3, ?4, ?5)
               ON CONFLICT (source, symbol) DO UPDATE
               SET listed = excluded.listed, from_day = excluded.from_day, fetched_at = excluded.fetched_at";
    let from = share.from.to_string();
    execute(conn, sql, params![source, symbol, share.listed, from, share.fetched_at.0])?;
    for year in &share.years {
        save_year(conn, (source, symbol), year, share.fetched_at)?;
    }
    Ok(())
}

/// Forgets the share that was fetched longest ago when there is no room for a new one.
fn make_room(conn: &Connection, source: &str, symbol: &str) -> Result<(), StoreError> {
    let sql = "SELECT symbol FROM bar_shares WHERE source = ?1
               AND NOT EXISTS (SELECT 1 FROM bar_shares WHERE source = ?1 AND symbol = ?2)
               AND (SELECT count(*) FROM bar_shares WHERE source = ?1) >= ?3
               ORDER BY fetched_at LIMIT 1";
    let oldest =
        select_one(conn, sql, (source, symbol, MOST_BAR_SHARES), |row| Ok(row.get::<_, String>(0)?))?;
    oldest.map_or(Ok(()), |oldest| forget(conn, source, &oldest))
}

fn save_year(
    conn: &Connection,
    (source, symbol): (&str, &str),
    year: &BarYearRow,
    now: Timestamp,
) -> Result<(), StoreError> {
    let hash = hash(&year.data);
    let sql = "INSERT INTO bar_pages (hash, data) VALUES (?1, ?2) ON CONFLICT (hash) DO NOTHING";
    execute(conn, sql, (&hash, &year.data))?;
    let sql = "SELECT version, hash FROM bar_years WHERE source = ?1 AND symbol = ?2 AND year = ?3
               ORDER BY version DESC LIMIT 1";
    let newest = select_one(conn, sql, (source, symbol, year.year), |row| {
        Ok((row.get::<_, u32>("version")?, row.get::<_, Vec<u8>>("hash")?))
    })?;
    let (version, restated_at) = match &newest {
        None => (1, None),
        Some((version, _)) if year.restated => (version.saturating_add(1), Some(now.0)),
        // What is there keeps the time at which it was restated.
        Some((version, _)) => (*version, None),
    };
    let sql = "INSERT INTO bar_years (source, symbol, year, version, hash, stored_at, restated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
               ON CONFLICT (source, symbol, year, version) DO UPDATE
               SET hash = excluded.hash, stored_at = excluded.stored_at";
    execute(conn, sql, params![source, symbol, year.year, version, hash, now.0, restated_at])?;
    if let Some((_, before)) = newest {
        forget_page(conn, &before)?;
    }
    forget_versions(conn, (source, symbol, year.year), version.saturating_sub(KEPT_BAR_VERSIONS))
}

/// Forgets the versions of a year through this one.
fn forget_versions(
    conn: &Connection,
    (source, symbol, year): (&str, &str, i32),
    through: u32,
) -> Result<(), StoreError> {
    let of = "source = ?1 AND symbol = ?2 AND year = ?3 AND version <= ?4";
    let sql = format!("SELECT hash FROM bar_years WHERE {of}");
    let old = select(conn, &sql, (source, symbol, year, through), |row| Ok(row.get::<_, Vec<u8>>(0)?))?;
    if old.is_empty() {
        return Ok(());
    }
    execute(conn, &format!("DELETE FROM bar_years WHERE {of}"), (source, symbol, year, through))?;
    old.iter().try_for_each(|hash| forget_page(conn, hash))
}

fn forget(conn: &Connection, source: &str, symbol: &str) -> Result<(), StoreError> {
    let sql = "SELECT DISTINCT hash FROM bar_years WHERE source = ?1 AND symbol = ?2";
    let pages = select(conn, sql, (source, symbol), |row| Ok(row.get::<_, Vec<u8>>(0)?))?;
    execute(conn, "DELETE FROM bar_years WHERE source = ?1 AND symbol = ?2", (source, symbol))?;
    execute(conn, "DELETE FROM bar_shares WHERE source = ?1 AND symbol = ?2", (source, symbol))?;
    pages.iter().try_for_each(|hash| forget_page(conn, hash))
}

/// Forgets a page that no year uses.
fn forget_page(conn: &Connection, hash: &[u8]) -> Result<(), StoreError> {
    let sql =
        "DELETE FROM bar_pages WHERE hash = ?1 AND NOT EXISTS (SELECT 1 FROM bar_years WHERE hash = ?1)";
    execute(conn, sql, [hash]).map(|_| ())
}

fn load(conn: &Connection, source: &str, symbol: &str) -> Result<Option<BarShareRow>, StoreError> {
    // One state of the database: a share and its years are written together.
    let _state = conn.unchecked_transaction()?;
    let sql = "SELECT listed, from_day, fetched_at FROM bar_shares WHERE source = ?1 AND symbol = ?2";
    let share = select_one(conn, sql, (source, symbol), |row| {
        let (listed, from) = (row.get("listed")?, parsed(row, "from_day")?);
        Ok(BarShareRow { listed, from, fetched_at: instant(row, "fetched_at")?, years: Vec::new() })
    })?;
    let Some(mut share) = share else { return Ok(None) };
    let sql =
        "SELECT year, max(version) AS version, hash, data FROM bar_years LEFT JOIN bar_pages USING (hash)
               WHERE source = ?1 AND symbol = ?2 GROUP BY year ORDER BY year";
    let years = select(conn, sql, (source, symbol), |row| {
        let (year, kept): (i32, Vec<u8>) = (row.get("year")?, row.get("hash")?);
        let data = row.get::<_, Option<Vec<u8>>>("data")?.filter(|data| hash(data) == kept);
        Ok(data.map(|data| BarYearRow { year, restated: false, data }))
    })?;
    let whole: Option<Vec<BarYearRow>> = years.into_iter().collect();
    let Some(years) = whole else {
        tracing::error!(source, symbol, "kept bars are damaged, and are fetched again");
        return Ok(None);
    };
    share.years = years;
    Ok(Some(share))
}

fn restated(
    conn: &Connection,
    symbol: Option<String>,
    from: Option<RestatedYearKey>,
    limit: u32,
) -> Result<Vec<RestatedYearRow>, StoreError> {
    let sql = "SELECT now.restated_at, now.source, now.symbol, now.year, now.version, old.data AS data_before, new.data AS data_after
               FROM bar_years AS now
               JOIN bar_years AS earlier ON earlier.source = now.source AND earlier.symbol = now.symbol
                   AND earlier.year = now.year AND earlier.version = now.version - 1
               JOIN bar_pages AS old ON old.hash = earlier.hash
               JOIN bar_pages AS new ON new.hash = now.hash
               WHERE now.restated_at IS NOT NULL AND (?1 IS NULL OR now.symbol = ?1)
                   AND (now.restated_at, now.source, now.symbol, now.year, now.version) <= (?2, ?3, ?4, ?5, ?6)
               ORDER BY now.restated_at DESC, now.source DESC, now.symbol DESC, now.year DESC, now.version DESC
               LIMIT ?7";
    let (at, source, share, year, version) = match from {
        Some(key) => (key.restated_at.0, key.source, key.symbol.to_string(), key.year, key.version),
        // After everything that there is.
        None => (i64::MAX, String::new(), String::new(), 0, 0),
    };
    select(conn, sql, params![symbol, at, source, share, year, version, limit], |row| {
        let key = RestatedYearKey {
            restated_at: instant(row, "restated_at")?,
            source: row.get("source")?,
            symbol: parsed(row, "symbol")?,
            year: row.get("year")?,
            version: row.get("version")?,
        };
        Ok(RestatedYearRow { key, before: row.get("data_before")?, after: row.get("data_after")? })
    })
}

fn read_version(row: &Row<'_>) -> Result<BarVersionRow, StoreError> {
    Ok(BarVersionRow {
        year: row.get("year")?,
        version: row.get("version")?,
        stored_at: instant(row, "stored_at")?,
        data: row.get("data")?,
    })
}

fn hash(data: &[u8]) -> Vec<u8> {
    blake3::hash(data).as_bytes().to_vec()
}
