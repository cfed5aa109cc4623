//! The snapshots that save folding a journal from its first entry.

use rusqlite::Connection;

use prahari_domain::ids::UserId;

use crate::columns::{execute, select_one, unsigned};
use crate::errors::StoreError;
use crate::journal_chain::{self, Checksum};
use crate::store::UserScope;

/// A snapshot as it stands in its row.
struct Kept {
    through: u64,
    data: Vec<u8>,
    journal_checksum: Option<Checksum>,
    checksum: Option<Checksum>,
}

impl UserScope {
    /// Keeps the fold of the journal through a sequence number, in place of the last one.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn save_snapshot(&self, through_sequence: u64, data: Vec<u8>) -> Result<(), StoreError> {
        let user = self.user;
        self.write("save a snapshot", move |conn| save(conn, user, through_sequence, &data)).await
    }

    /// The last snapshot, with the sequence number through which it goes. One that is not what was written is none:
    /// the journal says the same.
    ///
    /// # Errors
    /// [`StoreError::JournalDamaged`] when the entry that it goes through is not the one it was made from; or when the
    /// database cannot be read.
    pub async fn load_snapshot(&self) -> Result<Option<(u64, Vec<u8>)>, StoreError> {
        let user = self.user;
        self.read("read a snapshot", move |conn| load(conn, user)).await
    }
}

/// Writes a snapshot with its checksums; the entry that it goes through was written before.
pub(crate) fn save(conn: &Connection, user: UserId, through: u64, data: &[u8]) -> Result<(), StoreError> {
    let journal = journal_chain::checksum_at(conn, user, through)?.unwrap_or_default();
    let sql = "INSERT INTO snapshots (user_id, through_sequence, data, journal_checksum, checksum)
               VALUES (?1, ?2, ?3, ?4, ?5)
               ON CONFLICT (user_id) DO UPDATE
               SET through_sequence = excluded.through_sequence, data = excluded.data,
                   journal_checksum = excluded.journal_checksum, checksum = excluded.checksum";
    let checksum = journal_chain::of_snapshot(&journal, through, data);
    execute(conn, sql, (user.0.cast_signed(), through.cast_signed(), data, journal, checksum)).map(|_| ())
}

pub(crate) fn load(conn: &Connection, user: UserId) -> Result<Option<(u64, Vec<u8>)>, StoreError> {
    let Some(kept) = find(conn, user)? else { return Ok(None) };
    if let Some(fault) = kept.fault() {
        tracing::warn!(%user, fault, "the snapshot of a user's books is left aside, and the journal is folded");
        return Ok(None);
    }
    kept.check_journal(conn, user)?;
    Ok(Some((kept.through, kept.data)))
}

/// Returns what is wrong with a user's snapshot, if there is one.
pub(crate) fn fault(conn: &Connection, user: UserId) -> Result<Option<&'static str>, StoreError> {
    Ok(find(conn, user)?.and_then(|kept| kept.fault()))
}

fn find(conn: &Connection, user: UserId) -> Result<Option<Kept>, StoreError> {
    let sql = "SELECT through_sequence, data, journal_checksum, checksum FROM snapshots WHERE user_id = ?1";
    select_one(conn, sql, [user.0.cast_signed()], |row| {
        Ok(Kept {
            through: unsigned(row, "through_sequence")?,
            data: row.get("data")?,
            journal_checksum: row.get("journal_checksum").ok(),
            checksum: row.get("checksum").ok(),
        })
    })
}

impl Kept {
    fn fault(&self) -> Option<&'static str> {
        let expected = self
            .journal_checksum
            .map(|journal| journal_chain::of_snapshot(&journal, self.through, &self.data));
        (expected.is_none() || self.checksum != expected)
            .then_some("it is not what was written: its checksum does not fit")
    }

    /// Checks whether the entry that it goes through is the one that it was made from.
    fn check_journal(&self, conn: &Connection, user: UserId) -> Result<(), StoreError> {
        let found = journal_chain::checksum_at(conn, user, self.through)?;
        if found.is_some() && found == self.journal_checksum {
            return Ok(());
        }
        let fault = "is not the one that the snapshot of the books was made from".to_owned();
        Err(StoreError::JournalDamaged { user, sequence: self.through, fault })
    }
}
