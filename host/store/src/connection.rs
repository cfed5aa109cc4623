//! How connections to the database are set up.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use prahari_domain::numbers::counted;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::database_file::{DatabaseFile, beside};
use crate::errors::StoreError;

/// What a committed write survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Loss of power: each commit waits for the disk (fsync). For anything that trades.
    Full,
    /// The end of this process, however it ends, but not loss of power. For simulations, which can be run again.
    Off,
}

/// Longest time that a statement waits for another program that reads or copies the database before it fails. Our
/// own connections never wait for each other (one writer, and readers do not block it), so this only bounds how
/// long a backup may hold things up.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// More than the crate has statements, so that each is compiled once per connection; a statement costs about 5 kB.
const CACHED_STATEMENTS: usize = 128;

/// Commits go to the log file, which is copied into the database each time it reaches this many pages (16 MB).
/// SQLite's own 1,000 makes a group commit of a busy minute copy hot pages several times.
const CHECKPOINT_PAGES: u32 = 4_000;

/// Page cache of the writer in KiB: the hot ends of all tables and indices of some 10,000 users.
const WRITER_CACHE_KIB: u32 = 16_384;

/// Page cache of each reader in KiB, SQLite's default: reads are few and mostly of recent pages.
const READER_CACHE_KIB: u32 = 2_048;

/// Opens the one connection that writes; the file is made when there is none.
pub(crate) fn open_writer(path: &Path, durability: Durability) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let conn = open(path, flags)?;
    let synchronous = match durability {
        Durability::Full => "FULL",
        Durability::Off => "OFF",
    };
    let set_up = || {
        conn.pragma_update(None, "journal_mode", "WAL")?;
        conn.pragma_update(None, "synchronous", synchronous)?;
        conn.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
        conn.pragma_update(None, "cache_size", -i64::from(WRITER_CACHE_KIB))
    };
    set_up().map_err(|source| open_error(path, source))?;
    Ok(conn)
}

/// Opens a connection that can read and nothing else.
pub(crate) fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let conn = open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    conn.pragma_update(None, "cache_size", -i64::from(READER_CACHE_KIB))
        .map_err(|source| open_error(path, source))?;
    Ok(conn)
}

/// Opens a connection that looks at a file from outside and leaves nothing beside it. SQLite makes its log files
/// even for a reader, unless it is told that nobody writes: nobody does while there is no log.
pub(crate) fn open_untouched(path: &Path) -> Result<Connection, StoreError> {
    if is_in_use(path) {
        return open_reader(path);
    }
    let mut name = String::from("file:");
    for byte in path.as_os_str().as_encoded_bytes() {
        // What has a meaning in such a name is written as its number.
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => {
                name.push(char::from(*byte))
            }
            other => name.push_str(&format!("%{other:02X}")),
        }
    }
    name.push_str("?immutable=1");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    open(Path::new(&name), flags).map_err(|error| match error {
        StoreError::Open { source, .. } => open_error_of(path, source),
        other => other,
    })
}

/// Opens a connection that writes a copy. It keeps no journal and flushes nothing: the copy is removed when it is cut
/// off, and its maker flushes it.
pub(crate) fn open_copy(path: &Path) -> Result<Connection, StoreError> {
    let conn = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let set_up = || {
        conn.pragma_update(None, "journal_mode", "OFF")?;
        conn.pragma_update(None, "synchronous", "OFF")
    };
    set_up().map_err(|source| open_error(path, source))?;
    Ok(conn)
}

/// Returns whether SQLite has files beside the database: somebody uses it, or did until a crash.
pub(crate) fn is_in_use(path: &Path) -> bool {
    ["-wal", "-journal"].iter().any(|suffix| beside(path, suffix).exists())
}

/// Opens a connection that first brings the file to the state from before a change that a crash cut off.
pub(crate) fn open_recovering(path: &Path) -> Result<Connection, StoreError> {
    open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)
}

fn open(path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    let open = || {
        // Every connection is used by one thread at a time, so SQLite's own locks would be paid for nothing.
        let conn = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        conn.busy_timeout(BUSY_TIMEOUT)?;
        // The bundled SQLite looks at bound values when it plans, so that it compiles a statement again whenever they
        // change; for a short query that costs more than the query. There are no statistics such a look could use.
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        conn.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
        Ok(conn)
    };
    open().map_err(|source| open_error(path, source))
}

/// SQLite looks at a file only when it is first used, so any statement may find out that it is no database.
pub(crate) fn open_error(path: &Path, source: rusqlite::Error) -> StoreError {
    open_error_of(path, Arc::new(source))
}

fn open_error_of(path: &Path, source: Arc<rusqlite::Error>) -> StoreError {
    match source.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => StoreError::NotADatabase { path: path.to_owned() },
        Some(ErrorCode::DatabaseCorrupt) => damaged(path),
        _ => StoreError::Open { path: path.to_owned(), source },
    }
}

/// Returns what is left to say of a database that SQLite does not open: that it ends too early, or that its first
/// pages are not what was written.
fn damaged(path: &Path) -> StoreError {
    let cut_off = DatabaseFile::open(path).ok().and_then(|file| file.missing_bytes());
    let fault = match cut_off {
        Some(missing) => format!("{} missing at its end", counted(missing, "byte is", "bytes are")),
        None => "not even its list of tables can be read".to_owned(),
    };
    StoreError::Damaged { path: path.to_owned(), fault }
}

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;

    use super::*;

    #[test]
    fn a_statement_is_compiled_once_however_its_values_change() {
        let folder = tempfile::tempdir().unwrap();
        let conn = open_writer(&folder.path().join("prahari.db"), Durability::Off).unwrap();
        conn.execute_batch(
            "CREATE TABLE things (owner INTEGER NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (owner, number))
             STRICT, WITHOUT ROWID;",
        )
        .unwrap();
        let mut statement = conn.prepare("SELECT max(number) FROM things WHERE owner = ?1").unwrap();
        for owner in [1, 2, 3] {
            assert_eq!(statement.query_row([owner], |row| row.get::<_, Option<i64>>(0)).unwrap(), None);
        }
        assert_eq!(statement.get_status(StatementStatus::RePrepare), 0);
    }
}
