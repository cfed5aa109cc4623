//! Runs and what they left behind: everything has its run, and belongs to the same user.

use std::collections::BTreeMap;

use prahari_domain::ids::{RunId, UserId};
use prahari_domain::numbers;

use super::Inspection;
use crate::columns::{select, select_one, unsigned, user};
use crate::errors::StoreError;
use crate::runs::SUCCEEDED;

/// A run that finished well, as far as others count what it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// Number of host calls.
    pub calls: u64,
    /// Orders placed, changed or cancelled.
    pub orders: u64,
}

/// Each question answers rows of a run and a user, with the sentence about them.
const QUESTIONS: [(&str, &str); 6] = [
    (
        "SELECT id AS run, user_id FROM runs WHERE (outcome IS NULL) <> (finished_at IS NULL)",
        "has an outcome and no end, or an end without an outcome",
    ),
    ("SELECT id AS run, user_id FROM runs WHERE user_id NOT IN (SELECT id FROM users)", "belongs to nobody"),
    (
        "SELECT run_id AS run, kept.user_id FROM recordings AS kept LEFT JOIN runs ON runs.id = run_id
         WHERE runs.user_id IS NOT kept.user_id",
        "has a recording, and is no run of this user",
    ),
    (
        "SELECT run_id AS run, kept.user_id FROM run_notes AS kept LEFT JOIN runs ON runs.id = run_id
         WHERE runs.user_id IS NOT kept.user_id",
        "has decisions and a log, and is no run of this user",
    ),
    (
        "SELECT run_id AS run, slots.user_id FROM slots JOIN runs ON runs.id = run_id
         WHERE runs.user_id <> slots.user_id OR runs.task <> slots.task",
        "stands in a slot of another user or task",
    ),
    // Of ticks only those are kept for long that did something.
    (
        "SELECT run_id AS run, user_id FROM slots
         WHERE kind = 'one_shot' AND run_id IS NOT NULL AND run_id NOT IN (SELECT id FROM runs)",
        "stands in a slot, and is not there",
    ),
];

impl Inspection {
    /// Returns how many runs there are, and what is wrong with them.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn run_faults(&self) -> Result<(u64, Vec<String>), StoreError> {
        let mut faults = Vec::new();
        for (sql, what) in QUESTIONS {
            let sentence = |(run, user): (u64, UserId)| format!("run {run} of user {user} {what}");
            let found =
                select(&self.conn, sql, [], |row| Ok((unsigned(row, "run")?, user(row, "user_id")?)))?;
            faults.extend(found.into_iter().map(sentence));
        }
        let count = "SELECT count(*) AS runs FROM runs";
        Ok((select_one(&self.conn, count, [], |row| unsigned(row, "runs"))?.unwrap_or(0), faults))
    }

    /// Returns what a run of a user counted, when it is there and finished well; with `None` in its place when it
    /// is there and ended otherwise, so that its counts may lack what it did last.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn counted(&self, user: UserId, run: RunId) -> Result<Option<Option<Counted>>, StoreError> {
        let sql = "SELECT calls, orders, outcome IS ?3 AS well FROM runs WHERE id = ?1 AND user_id = ?2";
        let values = (run.0.cast_signed(), user.0.cast_signed(), SUCCEEDED);
        select_one(&self.conn, sql, values, |row| {
            let counted = Counted { calls: unsigned(row, "calls")?, orders: unsigned(row, "orders")? };
            Ok(row.get::<_, bool>("well")?.then_some(counted))
        })
    }

    /// Returns how many shared replies there are, and which are not counted as often as recordings use them.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn reply_faults(&self) -> Result<(u64, Vec<String>), StoreError> {
        let mut used: BTreeMap<Vec<u8>, u64> = BTreeMap::new();
        let of_recording = |row: &rusqlite::Row<'_>| Ok(row.get::<_, Vec<u8>>("replies")?);
        for hashes in select(&self.conn, "SELECT replies FROM recordings", [], of_recording)? {
            for hash in hashes.chunks(blake3::OUT_LEN) {
                *used.entry(hash.to_vec()).or_default() += 1;
            }
        }
        let sql = "SELECT hash, uses, EXISTS (SELECT 1 FROM shared_replies AS kept WHERE kept.hash = counted.hash) AS there
                   FROM shared_reply_uses AS counted
                   UNION ALL
                   SELECT hash, 0, 1 FROM shared_replies WHERE hash NOT IN (SELECT hash FROM shared_reply_uses)";
        let rows = select(&self.conn, sql, [], |row| {
            Ok((row.get::<_, Vec<u8>>("hash")?, unsigned(row, "uses")?, row.get::<_, bool>("there")?))
        })?;
        let mut faults = Vec::new();
        for (hash, counted, there) in &rows {
            let uses = used.remove(hash).unwrap_or(0);
            if uses != *counted {
                let (name, times) = (hex(hash), numbers::counted(*counted, "time", "times"));
                let uses = numbers::counted(uses, "recording uses", "recordings use");
                faults.push(format!("the shared reply {name} is counted {times}, and {uses} it"));
            } else if !there {
                faults.push(format!("the shared reply {} is counted, and is not there", hex(hash)));
            }
        }
        let uncounted = |(hash, uses): (&Vec<u8>, &u64)| {
            format!("the shared reply {} is not counted, and {uses} recordings use it", hex(hash))
        };
        faults.extend(used.iter().map(uncounted));
        Ok((rows.len() as u64, faults))
    }
}

/// The first bytes of a hash, which are enough to find it.
fn hex(hash: &[u8]) -> String {
    hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
