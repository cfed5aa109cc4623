//! The checksums by which a damaged journal is found.
//!
//! The checksum of an entry covers the checksum of the entry before it, the user, the sequence number and the
//! stored bytes of the entry itself; so an entry that was changed, removed or put in shows at the first fold over
//! it. It is for damage, by a disk or by hand, and not against somebody who can compute all later checksums anew.

use rusqlite::{Connection, Row};

use prahari_domain::ids::UserId;
use prahari_domain::orders::JournalEntry;

use crate::columns::{execute, select, select_one, unsigned};
use crate::errors::{ON_A_DAMAGED_PAGE, StoreError};
use crate::journal;

/// A checksum of the chain.
pub(crate) type Checksum = [u8; blake3::OUT_LEN];

/// Checksum that the first entry of the chain follows.
const BEFORE_THE_FIRST: Checksum = [0; blake3::OUT_LEN];

/// What of an entry is covered, as it stands in its columns.
pub(crate) struct Stored<'a> {
    pub(crate) user: UserId,
    pub(crate) sequence: u64,
    pub(crate) order: &'a [u8],
    pub(crate) at: i64,
    pub(crate) event: &'a [u8],
    pub(crate) data: &'a [u8],
}

impl Stored<'_> {
    /// The checksum of the entry after one with the checksum `previous`. Each text goes in with its length, so that
    /// no two entries are the same bytes.
    pub(crate) fn checksum(&self, previous: &Checksum) -> Checksum {
        let mut hasher = blake3::Hasher::new_derive_key("prahari 2026 journal entry");
        hasher.update(previous);
        hasher.update(&self.user.0.to_le_bytes());
        hasher.update(&self.sequence.to_le_bytes());
        hasher.update(&self.at.to_le_bytes());
        for part in [self.order, self.event, self.data] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        *hasher.finalize().as_bytes()
    }
}

/// The number and the checksum of a user's last entry; 0 and what the first one follows when there is none.
pub(crate) fn last(conn: &Connection, user: UserId) -> Result<(u64, Checksum), StoreError> {
    let sql = "SELECT sequence, checksum FROM journal WHERE user_id = ?1 ORDER BY sequence DESC LIMIT 1";
    let last = select_one(conn, sql, [user.0.cast_signed()], |row| {
        // A damaged checksum is found by the next fold, whatever follows it.
        Ok((unsigned(row, "sequence")?, row.get::<_, Checksum>("checksum").unwrap_or_default()))
    })?;
    Ok(last.unwrap_or((0, BEFORE_THE_FIRST)))
}

/// The checksum of an entry; `None` when there is no such entry, or its checksum is none.
pub(crate) fn checksum_at(
    conn: &Connection,
    user: UserId,
    sequence: u64,
) -> Result<Option<Checksum>, StoreError> {
    if sequence == 0 {
        return Ok(Some(BEFORE_THE_FIRST));
    }
    let sql = "SELECT checksum FROM journal WHERE user_id = ?1 AND sequence = ?2";
    let values = (user.0.cast_signed(), sequence.cast_signed());
    Ok(select_one(conn, sql, values, |row| Ok(row.get::<_, Checksum>("checksum").ok()))?.flatten())
}

/// The entries of a user after a sequence number, each compared with its checksum.
///
/// # Errors
/// [`StoreError::JournalDamaged`] with the first entry that is missing, unreadable or not what was written.
pub(crate) fn load(conn: &Connection, user: UserId, after: u64) -> Result<Vec<JournalEntry>, StoreError> {
    let damaged = |sequence, fault: String| StoreError::JournalDamaged { user, sequence, fault };
    let unreadable = |sequence, error: StoreError| match error.is_damaged_page() {
        true => damaged(sequence, ON_A_DAMAGED_PAGE.to_owned()),
        false => damaged(sequence, format!("cannot be read: {error}")),
    };
    let Some(mut previous) = checksum_at(conn, user, after).map_err(|error| unreadable(after, error))? else {
        return Err(damaged(after, "is missing".to_owned()));
    };
    let mut expected = after + 1;
    let sql = "SELECT sequence, order_id, at, event, data, checksum FROM journal
               WHERE user_id = ?1 AND sequence > ?2 ORDER BY sequence";
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query((user.0.cast_signed(), after.cast_signed()))?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next().map_err(|error| unreadable(expected, error.into()))? {
        let (found, checksum) = stored(row, user, &previous).map_err(|error| unreadable(expected, error))?;
        if found != expected {
            return Err(damaged(expected, "is missing".to_owned()));
        }
        if row.get::<_, Checksum>("checksum").ok() != Some(checksum) {
            return Err(damaged(expected, "is not what was written: its checksum does not fit".to_owned()));
        }
        entries.push(journal::read(row).map_err(|error| unreadable(expected, error))?);
        previous = checksum;
        expected += 1;
    }
    Ok(entries)
}

/// The number of a row and the checksum that it should have.
fn stored(row: &Row<'_>, user: UserId, previous: &Checksum) -> Result<(u64, Checksum), StoreError> {
    // As bytes: a damaged text need not be text any more.
    let text = |column| -> Result<&[u8], StoreError> {
        Ok(row.get_ref(column)?.as_bytes().map_err(rusqlite::Error::from)?)
    };
    let sequence = unsigned(row, "sequence")?;
    let (order, event, data) = (text("order_id")?, text("event")?, text("data")?);
    let entry = Stored { user, sequence, order, at: row.get("at")?, event, data };
    Ok((sequence, entry.checksum(previous)))
}

/// The checksum of a snapshot: over the entry it goes through and its bytes.
pub(crate) fn of_snapshot(journal: &Checksum, through: u64, data: &[u8]) -> Checksum {
    let mut hasher = blake3::Hasher::new_derive_key("prahari 2026 snapshot");
    hasher.update(journal);
    hasher.update(&through.to_le_bytes());
    hasher.update(data);
    *hasher.finalize().as_bytes()
}

/// Gives the journal of a database that had no checksums its own. What is there then is taken to be whole; snapshots of
/// that time are dropped by a later migration.
pub(crate) fn add_to_existing(conn: &Connection) -> Result<(), StoreError> {
    let users: Vec<i64> = select(conn, "SELECT DISTINCT user_id FROM journal", [], |row| Ok(row.get(0)?))?;
    for id in users {
        let user = UserId(id.cast_unsigned());
        let sql =
            "SELECT sequence, order_id, at, event, data FROM journal WHERE user_id = ?1 ORDER BY sequence";
        let mut previous = BEFORE_THE_FIRST;
        let mut statement = conn.prepare_cached(sql)?;
        let mut rows = statement.query([id])?;
        let mut checksums = Vec::new();
        while let Some(row) = rows.next()? {
            let (sequence, checksum) = stored(row, user, &previous)?;
            checksums.push((sequence, checksum));
            previous = checksum;
        }
        for (sequence, checksum) in checksums {
            let sql = "UPDATE journal SET checksum = ?3 WHERE user_id = ?1 AND sequence = ?2";
            execute(conn, sql, (id, sequence.cast_signed(), checksum))?;
        }
    }
    Ok(())
}
