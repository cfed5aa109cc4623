//! Hashes, so that two histories, or one database at two times, can be compared.

use std::collections::BTreeMap;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Params};

use prahari_domain::ids::RunId;
use prahari_domain::orders::{JournalEntry, OrderEvent};

use crate::columns::{select, to_json};
use crate::errors::StoreError;
use crate::journal;
use crate::store::{SystemScope, UserScope};

impl SystemScope {
    /// The BLAKE3 hash, in hex, of the facts in every user's journal, by user and order: instant and event, in
    /// sequence. Between orders the sequence does not count: after a crash their facts may be learnt in another
    /// order. Left out is what may differ between two daemons to which the same happened: entries that are not
    /// facts, their sequence numbers, the ids of runs and signals, and the tags for the broker.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn journal_digest(&self) -> Result<String, StoreError> {
        self.store
            .read("digest the journal", |conn| {
                digest(conn, "SELECT * FROM journal ORDER BY user_id, order_id, sequence", [])
            })
            .await
    }

    /// A hash of everything that stands in each table, by its name: shows which of them were changed between two times.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn table_digests(&self) -> Result<BTreeMap<String, String>, StoreError> {
        self.store
            .read("digest the tables", |conn| {
                let tables =
                    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
                let names: Vec<String> = select(conn, tables, [], |row| Ok(row.get(0)?))?;
                names.into_iter().map(|name| Ok((name.clone(), table_digest(conn, &name)?))).collect()
            })
            .await
    }
}

impl UserScope {
    /// Returns the digest of this user's journal.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn journal_digest(&self) -> Result<String, StoreError> {
        let user = self.user.0.cast_signed();
        self.read("digest a journal", move |conn| {
            digest(conn, "SELECT * FROM journal WHERE user_id = ?1 ORDER BY order_id, sequence", [user])
        })
        .await
    }
}

fn digest(conn: &Connection, sql: &str, params: impl Params) -> Result<String, StoreError> {
    let mut hasher = blake3::Hasher::new();
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    while let Some(row) = rows.next()? {
        let entry = journal::read(row)?;
        if entry.event.is_fact() {
            add(&mut hasher, entry)?;
        }
    }
    Ok(hasher.finalize().to_hex().to_string())
}

/// The length goes first, so that no two different journals give the same bytes.
fn add(hasher: &mut blake3::Hasher, entry: JournalEntry) -> Result<(), StoreError> {
    let JournalEntry { order, at, mut event, .. } = entry;
    if let OrderEvent::Intended { request, run, tag, .. } = &mut event {
        *run = RunId(0);
        request.signal = None;
        *tag = None;
    }
    let line = to_json("a journal entry", &(order, at, event))?;
    hasher.update(&(line.len() as u64).to_le_bytes());
    hasher.update(line.as_bytes());
    Ok(())
}

/// Rows are hashed one by one and the hashes sorted, because a table has no order of its own.
fn table_digest(conn: &Connection, table: &str) -> Result<String, StoreError> {
    let sql = format!("SELECT * FROM {table}");
    let columns = conn.prepare(&sql)?.column_count();
    let mut rows = select(conn, &sql, [], |row| {
        let mut hasher = blake3::Hasher::new();
        for column in 0..columns {
            add_value(&mut hasher, row.get_ref(column)?);
        }
        Ok(*hasher.finalize().as_bytes())
    })?;
    rows.sort_unstable();
    let mut hasher = blake3::Hasher::new();
    rows.iter().for_each(|row| {
        hasher.update(row);
    });
    Ok(hasher.finalize().to_hex().to_string())
}

fn add_value(hasher: &mut blake3::Hasher, value: ValueRef<'_>) {
    let text = format!("{value:?};");
    hasher.update(&(text.len() as u64).to_le_bytes());
    hasher.update(text.as_bytes());
}
