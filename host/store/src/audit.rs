//! Who changed what: a chain of entries that are only ever added.
//!
//! The hash of an entry covers the hash of the one before it and its own content, so a changed, removed or inserted
//! entry breaks the chain there. Whoever can write the file can also write the whole rest of the chain anew: keeping
//! the last hash elsewhere, as `prahari audit verify` prints it, is what shows that.
//!
//! What came of an attempt is known after its entry is written, and stands beside it with a hash that covers the entry's.

use std::path::Path;

use rusqlite::{Connection, Row};

use prahari_domain::ids::UserId;
use prahari_domain::text::into_one_line;
use prahari_domain::time::Timestamp;

use crate::columns::{execute, instant, select, select_one, unsigned};
use crate::connection::open_untouched;
use crate::database_file::DatabaseFile;
use crate::errors::StoreError;
use crate::migrate;
use crate::store::SystemScope;

/// A hash of the chain.
type Hash = [u8; blake3::OUT_LEN];

/// Hash that the first entry of the chain follows.
const BEFORE_THE_FIRST: Hash = [0; blake3::OUT_LEN];

/// An entry to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAudit {
    /// Time of the system's clock, also in a simulation.
    pub at: Timestamp,
    /// Who; nobody for what the program itself or somebody not logged in did.
    pub user: Option<UserId>,
    /// What the action was done with, such as `session 3`, `token 2`, `password`, `one-time link`, `command line`
    /// or `the daemon`.
    pub via: String,
    /// Action, such as `user.deactivate`.
    pub action: String,
    /// Object of the action, such as `user 3`.
    pub resource: String,
    /// More about it as JSON; never a secret.
    pub details: String,
    /// Address of the client; empty when it is not known.
    pub address: String,
}

/// What came of an attempt that an entry tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditOutcome {
    /// The HTTP status of the answer.
    pub status: u16,
    /// The stable code of the problem with which it was refused, or of the failure; empty when it was done.
    pub code: String,
}

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Numbered from 1 without gaps.
    pub id: u64,
    /// Contents of the entry.
    pub entry: NewAudit,
    /// What came of it; none while that is not known, and of what the program did itself.
    pub outcome: Option<AuditOutcome>,
    previous: Hash,
    hash: Hash,
}

/// Selects the entries to read; the newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditFilter {
    /// Only entries about actions of this user.
    pub user: Option<UserId>,
    /// Only entries of this action or group: `user` also finds every `user.…`.
    pub action: Option<String>,
    /// Only entries at this instant or later.
    pub since: Option<Timestamp>,
    /// Only entries before this instant.
    pub until: Option<Timestamp>,
    /// Only entries about this thing or group: `user` also finds every `user 3`.
    pub resource: Option<String>,
    /// Older than this entry.
    pub before: Option<u64>,
    /// At most so many.
    pub limit: u32,
}

/// Result of checking the whole chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditCheck {
    /// Number of entries.
    pub entries: u64,
    /// The last hash of the chain as hexadecimal digits.
    pub head: String,
    /// The first entry that is not as it was written, and how that shows.
    pub broken: Option<(u64, &'static str)>,
}

/// Result of checking a part of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditStep {
    /// The last entry that is as it was written; the one before the part when there is none in it.
    pub intact_through: u64,
    /// The hash of that entry as hexadecimal digits.
    pub head: String,
    /// The first entry that is not as it was written, and how that shows.
    pub broken: Option<(u64, &'static str)>,
    /// Whether entries follow that were not looked at.
    pub more: bool,
    /// The number of the newest entry that was ever written; 0 before the first.
    pub written: u64,
}

impl SystemScope {
    /// Looks at the part of the chain that follows the entry `after`, `limit` entries at most, up to the first that is not as it was
    /// written. The entry before the part is taken as it stands; 0 begins with the first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn verify_audit_after(&self, after: u64, limit: u32) -> Result<AuditStep, StoreError> {
        self.store
            .read("verify the audit log", move |conn| {
                let _state = conn.unchecked_transaction()?;
                step(conn, after, limit)
            })
            .await
    }

    /// Adds an entry and waits until it is durable; answers its number.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn append_audit(&self, entry: NewAudit) -> Result<u64, StoreError> {
        // What a person or a file's name chose of it. The details are JSON, which stays the same document.
        let entry = NewAudit {
            resource: into_one_line(entry.resource),
            details: into_one_line(entry.details),
            address: into_one_line(entry.address),
            ..entry
        };
        self.store.write_durable("add to the audit log", move |conn| append(conn, &entry)).await
    }

    /// Adds what came of an attempt to its entry, and does not wait for it. The first outcome of an entry stays.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn end_audit(&self, entry: u64, outcome: AuditOutcome) -> Result<(), StoreError> {
        self.store.write("add an outcome to the audit log", move |conn| end(conn, entry, &outcome)).await
    }

    /// The entries that the filter lets through, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn audit(&self, filter: AuditFilter) -> Result<Vec<AuditRow>, StoreError> {
        self.store.read("read the audit log", move |conn| list(conn, filter)).await
    }
}

/// Looks at the whole chain of a database, which may be in use. Changes nothing.
///
/// # Errors
/// When the file is not a database of this program or cannot be read.
pub fn verify_audit(path: &Path) -> Result<AuditCheck, StoreError> {
    let file = DatabaseFile::open(path)?;
    // A file that is to become a database has no log yet.
    if migrate::inspect(&file)? == 0 {
        return Err(StoreError::NotADatabase { path: path.to_owned() });
    }
    let conn = open_untouched(path)?;
    let look = || {
        let _state = conn.unchecked_transaction()?;
        verify(&conn)
    };
    look().map_err(|error: StoreError| error.while_doing("verify the audit log"))
}

const NEWEST_HASH: &str = "SELECT hash FROM audit ORDER BY id DESC LIMIT 1";

fn append(conn: &Connection, entry: &NewAudit) -> Result<u64, StoreError> {
    let last = select_one(conn, NEWEST_HASH, [], |row| Ok(row.get::<_, Hash>("hash")?))?;
    let previous = last.unwrap_or(BEFORE_THE_FIRST);
    let sql = "INSERT INTO audit (at, user_id, via, action, resource, details, address, previous, hash)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    let NewAudit { at, user, via, action, resource, details, address } = entry;
    let user = user.map(|user| user.0.cast_signed());
    let hash = chained(&previous, entry);
    execute(conn, sql, (at.0, user, via, action, resource, details, address, previous, hash))?;
    Ok(conn.last_insert_rowid().cast_unsigned())
}

fn end(conn: &Connection, entry: u64, outcome: &AuditOutcome) -> Result<(), StoreError> {
    let id = entry.cast_signed();
    let of_entry =
        select_one(
            conn,
            "SELECT hash FROM audit WHERE id = ?1",
            [id],
            |row| Ok(row.get::<_, Hash>("hash")?),
        )?;
    let Some(of_entry) = of_entry else { return Ok(()) };
    let sql = "INSERT INTO audit_outcomes (entry, status, code, hash) VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT (entry) DO NOTHING";
    let hash = ended(&of_entry, outcome);
    execute(conn, sql, (id, outcome.status, &outcome.code, hash)).map(|_| ())
}

/// The hash of an outcome, which binds it to its entry.
fn ended(of_entry: &Hash, outcome: &AuditOutcome) -> Hash {
    let mut hasher = blake3::Hasher::new_derive_key("prahari 2026 audit outcome");
    hasher.update(of_entry).update(&outcome.status.to_le_bytes()).update(outcome.code.as_bytes());
    *hasher.finalize().as_bytes()
}

/// The hash of an entry. Each part goes in with its length, so that no two entries are the same bytes.
fn chained(previous: &Hash, entry: &NewAudit) -> Hash {
    let mut hasher = blake3::Hasher::new_derive_key("prahari 2026 audit entry");
    hasher.update(previous);
    hasher.update(&entry.at.0.to_le_bytes());
    // No user has the id 0.
    hasher.update(&entry.user.map_or(0, |user| user.0).to_le_bytes());
    for part in [&entry.via, &entry.action, &entry.resource, &entry.details, &entry.address] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    *hasher.finalize().as_bytes()
}

/// Looks at the whole chain in the state of the database that a transaction holds: an entry that is added meanwhile would look like
/// one that is missing.
pub(crate) fn verify(conn: &Connection) -> Result<AuditCheck, StoreError> {
    let entries: i64 = conn.query_row("SELECT count(*) FROM audit", [], |row| row.get(0))?;
    // What the last row says, so that it can be compared even when the chain is broken before it.
    let newest = |row: &Row<'_>| Ok(row.get::<_, Hash>("hash").unwrap_or(BEFORE_THE_FIRST));
    let head = select_one(conn, NEWEST_HASH, [], newest)?.unwrap_or(BEFORE_THE_FIRST);
    // More entries than there will ever be.
    let broken = step(conn, 0, u32::MAX)?.broken;
    Ok(AuditCheck { entries: entries.cast_unsigned(), head: in_hex(head), broken })
}

/// Looks at a part of the chain, likewise.
fn step(conn: &Connection, after: u64, limit: u32) -> Result<AuditStep, StoreError> {
    let sql = "SELECT seq FROM sqlite_sequence WHERE name = 'audit'";
    let written = select_one(conn, sql, [], |row| unsigned(row, "seq"))?.unwrap_or(0);
    let sql = "SELECT hash FROM audit WHERE id = ?1";
    let before = select_one(conn, sql, [after.cast_signed()], |row| Ok(row.get::<_, Hash>("hash")?))?;
    let mut previous = before.unwrap_or(BEFORE_THE_FIRST);
    let mut part =
        AuditStep { intact_through: after, head: String::new(), broken: None, more: false, written };
    if after > 0 && before.is_none() {
        part.broken = Some((after, "it is missing"));
    }
    let mut statement = conn.prepare_cached(&format!("{}{PART}", entries(conn)?))?;
    let mut rows = statement.query((after.cast_signed(), limit))?;
    let mut left = limit;
    while let Some(row) = rows.next()?.filter(|_| part.broken.is_none()) {
        let number = part.intact_through + 1;
        part.broken = fault(row, number, &previous).map(|why| (number, why));
        if part.broken.is_none() {
            previous = row.get("hash")?;
            part.intact_through = number;
        }
        left = left.saturating_sub(1);
    }
    part.more = part.broken.is_none() && left == 0;
    if part.broken.is_none() && !part.more && part.intact_through != written {
        part.broken = Some((part.intact_through + 1, "it was written and is missing"));
    }
    part.head = in_hex(previous);
    Ok(part)
}

fn in_hex(hash: Hash) -> String {
    blake3::Hash::from_bytes(hash).to_hex().to_string()
}

/// Entries with their outcomes, as [`read`] and [`fault`] expect them.
const ENTRIES: &str = "SELECT audit.*, status, code, audit_outcomes.hash AS outcome_hash
                       FROM audit LEFT JOIN audit_outcomes ON entry = id";

/// The same of a database that knows of no outcomes.
const ENTRIES_ALONE: &str = "SELECT *, NULL AS status, NULL AS code, NULL AS outcome_hash FROM audit";

/// A part of the chain, in order.
const PART: &str = " WHERE id > ?1 ORDER BY id LIMIT ?2";

/// Reads entries of this database; one that no daemon of this version has opened knows of no outcomes.
fn entries(conn: &Connection) -> Result<&'static str, StoreError> {
    let outcomes = "SELECT 1 FROM sqlite_schema WHERE name = 'audit_outcomes'";
    let known = select_one(conn, outcomes, [], |_| Ok(()))?;
    Ok(known.map_or(ENTRIES_ALONE, |()| ENTRIES))
}

/// What is wrong with the entry that should have this number and follow this hash.
fn fault(row: &Row<'_>, number: u64, previous: &Hash) -> Option<&'static str> {
    let Ok(found) = read(row) else { return Some("it cannot be read") };
    if found.id != number {
        return Some("it is missing");
    }
    if found.previous != *previous {
        return Some("it does not follow the entry before it");
    }
    if found.hash != chained(previous, &found.entry) {
        return Some("its content is not what was written");
    }
    let Ok(of_outcome) = row.get::<_, Option<Hash>>("outcome_hash") else {
        return Some("its outcome cannot be read");
    };
    let written = found.outcome.as_ref().map(|outcome| ended(&found.hash, outcome));
    (of_outcome != written).then_some("its outcome is not what was written")
}

/// The conditions of a list. It begins at the entry before which it is asked for, not at the newest.
const LISTED: &str = "
    WHERE id < ?4 AND (?1 IS NULL OR user_id = ?1) AND (?3 IS NULL OR at >= ?3) AND (?6 IS NULL OR at < ?6)
        AND (?2 IS NULL OR action = ?2 OR substr(action, 1, length(?2) + 1) = ?2 || '.')
        AND (?7 IS NULL OR resource = ?7 OR substr(resource, 1, length(?7) + 1) = ?7 || ' ')
    ORDER BY id DESC LIMIT ?5";

fn list(conn: &Connection, filter: AuditFilter) -> Result<Vec<AuditRow>, StoreError> {
    let AuditFilter { user, action, since, until, resource, before, limit } = filter;
    let user = user.map(|user| user.0.cast_signed());
    let (since, until) = (since.map(|at| at.0), until.map(|at| at.0));
    let before = before.map_or(i64::MAX, u64::cast_signed);
    let values = (user, action, since, before, limit, until, resource);
    select(conn, &format!("{ENTRIES}{LISTED}"), values, read)
}

fn read(row: &Row<'_>) -> Result<AuditRow, StoreError> {
    let entry = NewAudit {
        at: instant(row, "at")?,
        user: row.get::<_, Option<i64>>("user_id")?.map(|id| UserId(id.cast_unsigned())),
        via: row.get("via")?,
        action: row.get("action")?,
        resource: row.get("resource")?,
        details: row.get("details")?,
        address: row.get("address")?,
    };
    let status: Option<u16> = row.get("status")?;
    let code: Option<String> = row.get("code")?;
    let outcome = status.zip(code).map(|(status, code)| AuditOutcome { status, code });
    Ok(AuditRow {
        id: unsigned(row, "id")?,
        entry,
        outcome,
        previous: row.get("previous")?,
        hash: row.get("hash")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::plan_of;

    #[test]
    fn entries_are_walked_from_where_a_part_or_a_page_begins() {
        for (after, start) in [(PART, "(rowid>?)"), (LISTED, "(rowid<?)")] {
            let plan = plan_of(&format!("{ENTRIES}{after}"));
            let start = format!("SEARCH audit USING INTEGER PRIMARY KEY {start}");
            assert!(plan.starts_with(&start) && !plan.contains("TEMP B-TREE"), "{plan}");
            assert!(plan.contains("SEARCH audit_outcomes USING INTEGER PRIMARY KEY (rowid=?)"), "{plan}");
        }
    }

    fn log_of(entries: u64) -> Connection {
        let conn = crate::samples::new_database();
        for number in 1..=entries {
            let entry = NewAudit {
                at: Timestamp(1_000),
                user: Some(UserId(1)),
                via: "password".to_owned(),
                action: "user.change".to_owned(),
                resource: format!("user {number}"),
                details: "{}".to_owned(),
                address: String::new(),
            };
            assert_eq!(append(&conn, &entry).unwrap(), number);
        }
        conn
    }

    #[test]
    fn a_chain_is_checked_part_by_part_as_it_is_at_once() {
        let conn = log_of(5);
        let outcome = AuditOutcome { status: 200, code: String::new() };
        end(&conn, 2, &outcome).unwrap();
        let parts: Vec<_> = [0, 2, 4].map(|after| step(&conn, after, 2).unwrap()).into();
        assert_eq!(parts.iter().map(|part| part.intact_through).collect::<Vec<_>>(), [2, 4, 5]);
        assert_eq!(parts.iter().map(|part| part.more).collect::<Vec<_>>(), [true, true, false]);
        assert!(parts.iter().all(|part| part.broken.is_none()), "{parts:?}");
        let whole = verify(&conn).unwrap();
        assert_eq!((whole.entries, &whole.head), (5, &parts[2].head));
        assert_eq!(step(&conn, 5, 2).unwrap().intact_through, 5);
        assert_eq!(step(&log_of(0), 0, 2).unwrap().broken, None);
    }

    #[test]
    fn the_first_entry_that_is_not_as_it_was_written_is_named() {
        let content = "its content is not what was written";
        for (change, expected) in [
            ("UPDATE audit SET resource = 'user 9' WHERE id = 3", (3, content)),
            ("DELETE FROM audit WHERE id = 3", (3, "it is missing")),
            ("DELETE FROM audit WHERE id = 5", (5, "it was written and is missing")),
        ] {
            let conn = log_of(5);
            conn.execute_batch("DROP TRIGGER audit_is_not_changed; DROP TRIGGER audit_is_not_deleted")
                .unwrap();
            conn.execute_batch(change).unwrap();
            let found = step(&conn, 0, 100).unwrap();
            assert_eq!((found.broken, found.more), (Some(expected), false), "{change}");
            assert_eq!(found.intact_through, expected.0 - 1, "{change}");
            assert_eq!(verify(&conn).unwrap().broken, Some(expected), "{change}");
        }
        let beyond = step(&log_of(5), 7, 100).unwrap();
        assert_eq!(beyond.broken, Some((7, "it is missing")));
    }
}
