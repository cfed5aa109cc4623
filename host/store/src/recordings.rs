//! Recordings of runs, and the replies that they share.
//!
//! A recording belongs to a user. A shared reply belongs to nobody: it holds what the market said, is reached only
//! through a recording that uses it, and goes with the last of them. It is counted in the transaction that writes
//! or deletes the recording, so the count is right whatever crashes when.

use std::collections::BTreeMap;
use std::sync::Arc;

use rusqlite::Connection;

use prahari_domain::ids::{RunId, UserId};

use crate::columns::{execute, select, select_one};
use crate::errors::StoreError;
use crate::store::UserScope;

/// Bytes of the hash of a shared reply.
const HASH_BYTES: usize = 32;

/// What is kept of a run's inputs and calls, as the runtime encodes it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordingRow {
    /// Everything but the shared replies; empty when nothing is kept.
    pub data: Vec<u8>,
    /// The shared replies that it uses, each once.
    pub replies: Vec<SharedReplyRow>,
}

/// A reply that many recordings have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedReplyRow {
    /// Hash of the contents.
    pub hash: [u8; HASH_BYTES],
    /// Contents, compressed.
    pub data: Arc<[u8]>,
}

impl UserScope {
    /// The recording of a run, while it is kept. A shared reply that is not there is left out of it; the recording
    /// itself knows which ones it needs.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn recording(&self, run: RunId) -> Result<Option<RecordingRow>, StoreError> {
        let user = self.user;
        self.read("read a recording", move |conn| find(conn, user, run)).await
    }

    /// A recording without the replies that it shares, while it is kept: enough to know what the run was given.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn recording_data(&self, run: RunId) -> Result<Option<Vec<u8>>, StoreError> {
        let values = (run.0.cast_signed(), self.user.0.cast_signed());
        self.read("read a recording", move |conn| {
            let sql = "SELECT data FROM recordings WHERE run_id = ?1 AND user_id = ?2";
            select_one(conn, sql, values, |row| Ok(row.get("data")?))
        })
        .await
    }
}

fn find(conn: &Connection, user: UserId, run: RunId) -> Result<Option<RecordingRow>, StoreError> {
    // One state of the database, so that nobody deletes the recording between the two reads.
    let _state = conn.unchecked_transaction()?;
    find_in(conn, user, run)
}

/// A recording in the state of the database that a transaction holds.
pub(crate) fn find_in(
    conn: &Connection,
    user: UserId,
    run: RunId,
) -> Result<Option<RecordingRow>, StoreError> {
    let sql = "SELECT data, replies FROM recordings WHERE run_id = ?1 AND user_id = ?2";
    let values = (run.0.cast_signed(), user.0.cast_signed());
    let found = select_one(conn, sql, values, |row| {
        Ok((row.get::<_, Vec<u8>>("data")?, row.get::<_, Vec<u8>>("replies")?))
    })?;
    let Some((data, hashes)) = found else { return Ok(None) };
    let mut replies = Vec::new();
    for hash in hashes.as_chunks::<HASH_BYTES>().0 {
        let sql = "SELECT data FROM shared_replies WHERE hash = ?1";
        let data = select_one(conn, sql, [hash.as_slice()], |row| Ok(row.get::<_, Vec<u8>>("data")?))?;
        replies.extend(data.map(|data| SharedReplyRow { hash: *hash, data: data.into() }));
    }
    Ok(Some(RecordingRow { data, replies }))
}

/// Keeps a recording, and those of its shared replies that are not there yet.
pub(crate) fn write(
    conn: &Connection,
    user: UserId,
    run: RunId,
    recording: &RecordingRow,
) -> Result<(), StoreError> {
    if recording.data.is_empty() {
        return Ok(());
    }
    let hashes: Vec<u8> = recording.replies.iter().flat_map(|reply| reply.hash).collect();
    let sql = "INSERT INTO recordings (run_id, user_id, data, replies) VALUES (?1, ?2, ?3, ?4)";
    execute(conn, sql, (run.0.cast_signed(), user.0.cast_signed(), &recording.data, hashes))?;
    recording.replies.iter().try_for_each(|reply| count_up(conn, reply))
}

fn count_up(conn: &Connection, reply: &SharedReplyRow) -> Result<(), StoreError> {
    let sql = "UPDATE shared_reply_uses SET uses = uses + 1 WHERE hash = ?1";
    let hash = reply.hash.as_slice();
    if execute(conn, sql, [hash])? == 0 {
        execute(conn, "INSERT INTO shared_reply_uses (hash, uses) VALUES (?1, 1)", [hash])?;
        let sql = "INSERT INTO shared_replies (hash, data) VALUES (?1, ?2)";
        execute(conn, sql, (hash, reply.data.as_ref()))?;
    }
    Ok(())
}

/// Forgets the recordings of some runs, and the shared replies that no other recording uses; how many recordings went.
/// `runs` selects the ids of the runs in the range `within`.
pub(crate) fn forget(conn: &Connection, runs: &str, within: (i64, i64)) -> Result<usize, StoreError> {
    let sql = format!("SELECT replies FROM recordings WHERE run_id IN ({runs}) AND replies <> x''");
    let mut uses: BTreeMap<[u8; HASH_BYTES], i64> = BTreeMap::new();
    for hashes in select(conn, &sql, within, |row| Ok(row.get::<_, Vec<u8>>("replies")?))? {
        for hash in hashes.as_chunks::<HASH_BYTES>().0 {
            *uses.entry(*hash).or_default() += 1;
        }
    }
    let forgotten = execute(conn, &format!("DELETE FROM recordings WHERE run_id IN ({runs})"), within)?;
    uses.iter().try_for_each(|(hash, count)| count_down(conn, hash, *count))?;
    Ok(forgotten)
}

fn count_down(conn: &Connection, hash: &[u8], count: i64) -> Result<(), StoreError> {
    execute(conn, "UPDATE shared_reply_uses SET uses = uses - ?2 WHERE hash = ?1", (hash, count))?;
    if execute(conn, "DELETE FROM shared_reply_uses WHERE hash = ?1 AND uses <= 0", [hash])? > 0 {
        execute(conn, "DELETE FROM shared_replies WHERE hash = ?1", [hash])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::columns::plan_of;

    #[test]
    fn a_reply_is_counted_and_found_by_its_hash() {
        for sql in [
            "UPDATE shared_reply_uses SET uses = uses + 1 WHERE hash = ?1",
            "SELECT data FROM shared_replies WHERE hash = ?1",
        ] {
            let plan = plan_of(sql);
            assert!(plan.starts_with("SEARCH") && plan.contains("hash=?"), "{plan}");
        }
    }
}
