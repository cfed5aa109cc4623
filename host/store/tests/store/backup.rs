//! Copies of a database: while somebody writes, of an earlier version, and the place that one takes.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use prahari_domain::time::Timestamp;
use prahari_store::{DatabaseCopy, DatabasePlace, Durability, Inspection, Store, StoreError, newest_copy};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::support::TestStore;

/// More than is copied between two flushes.
const LARGE: usize = 40 << 20;

/// A folder with a database in which a value stands, and its path.
async fn with_value(value: &str) -> (TempDir, PathBuf) {
    let TestStore { store, folder } = TestStore::new();
    store.system().set_meta("value", value.to_owned()).await.unwrap();
    store.close().await.unwrap();
    let path = folder.path().join("prahari.db");
    (folder, path)
}

async fn value_in(path: &Path) -> Option<String> {
    let store = Store::open(path, Durability::Off).unwrap();
    let value = store.system().meta("value").await.unwrap();
    store.close().await.unwrap();
    value
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_is_of_one_moment_however_much_is_written_meanwhile() {
    let TestStore { store, folder } = TestStore::new();
    store.system().set_meta("large", "x".repeat(LARGE)).await.unwrap();
    store.flush().await.unwrap();
    let (stop, rounds) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let writing = {
        let (store, stop, rounds) = (store.clone(), stop.clone(), rounds.clone());
        tokio::spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                let round = rounds.fetch_add(1, Ordering::Relaxed) + 1;
                for key in ["first", "second"] {
                    store.system().set_meta(key, round.to_string()).await.unwrap();
                    store.flush().await.unwrap();
                }
            }
        })
    };
    let (from, to) = (folder.path().join("prahari.db"), folder.path().join("copy.db"));
    let copied = tokio::task::spawn_blocking(move || {
        // Until there was something to copy, and somebody wrote while it was copied: a round ended, and the next one began.
        loop {
            let before = rounds.load(Ordering::Relaxed);
            let copy = DatabaseCopy::make(&from, &to).unwrap();
            if before >= 2 && rounds.load(Ordering::Relaxed) > before {
                return copy.keep().unwrap();
            }
        }
    });
    assert!(copied.await.unwrap() > LARGE as u64);
    stop.store(true, Ordering::Relaxed);
    writing.await.unwrap();
    let copy = folder.path().join("copy.db");
    assert_eq!(fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(Inspection::page_fault_of(&copy).unwrap(), None);
    store.close().await.unwrap();

    let copy = Store::open(&copy, Durability::Off).unwrap();
    let number =
        async |key| copy.system().meta(key).await.unwrap().map_or(0, |text| text.parse::<u64>().unwrap());
    let (first, second) = (number("first").await, number("second").await);
    assert!(first == second || first == second + 1, "one state, not parts of two: {first}, {second}");
    assert!(first > 0, "with what was written before");
}

#[tokio::test]
async fn a_database_after_a_crash_is_copied_with_what_only_its_log_holds() {
    let TestStore { store, folder } = TestStore::new();
    store.system().set_meta("value", "in the log".to_owned()).await.unwrap();
    store.flush().await.unwrap();
    // As a kill leaves them: the files as they are, and nobody who has them open.
    let crashed = folder.path().join("crashed.db");
    for suffix in ["", "-wal"] {
        let from = folder.path().join(format!("prahari.db{suffix}"));
        fs::copy(from, folder.path().join(format!("crashed.db{suffix}"))).unwrap();
    }
    let copy = folder.path().join("copy.db");
    DatabaseCopy::make(&crashed, &copy).unwrap().keep().unwrap();
    assert_eq!(value_in(&copy).await.as_deref(), Some("in the log"));
}

#[tokio::test]
async fn a_copy_that_is_not_kept_or_cannot_be_leaves_nothing() {
    let (folder, path) = with_value("1").await;
    let copy = DatabaseCopy::make(&path, &folder.path().join("copy.db")).unwrap();
    assert_eq!(names(folder.path()), ["copy.db.partial", "prahari.db"]);
    drop(copy);
    assert_eq!(names(folder.path()), ["prahari.db"]);

    let taken = folder.path().join("taken.db");
    fs::write(&taken, "of somebody else").unwrap();
    let refused = DatabaseCopy::make(&path, &taken).unwrap().keep().unwrap_err();
    assert!(matches!(&refused, StoreError::Taken { path } if *path == taken), "{refused}");
    assert_eq!(fs::read_to_string(&taken).unwrap(), "of somebody else");
    assert_eq!(names(folder.path()), ["prahari.db", "taken.db"]);

    let nowhere = DatabaseCopy::make(&path, &folder.path().join("missing/copy.db")).unwrap_err();
    assert!(
        matches!(&nowhere, StoreError::File { source, .. } if source.kind() == ErrorKind::NotFound),
        "{nowhere}"
    );
    assert!(nowhere.to_string().contains("missing/copy.db"), "{nowhere}");
}

#[tokio::test]
async fn what_a_killed_copy_left_is_replaced_and_what_another_one_writes_is_not() {
    let (folder, path) = with_value("1").await;
    let (target, partial) = (folder.path().join("copy.db"), folder.path().join("copy.db.partial"));
    fs::write(&partial, "half of a copy").unwrap();
    let first = DatabaseCopy::make(&path, &target).unwrap();
    let second = DatabaseCopy::make(&path, &target).unwrap_err();
    assert!(matches!(&second, StoreError::CopyUnderWay { path } if *path == partial), "{second}");
    first.keep().unwrap();
    assert_eq!(value_in(&target).await.as_deref(), Some("1"));

    // A link there would have the copy written through it.
    fs::write(folder.path().join("precious"), "precious").unwrap();
    symlink(folder.path().join("precious"), folder.path().join("other.db.partial")).unwrap();
    let refused = DatabaseCopy::make(&path, &folder.path().join("other.db")).unwrap_err();
    assert!(matches!(refused, StoreError::Taken { .. }), "{refused}");
    assert_eq!(fs::read_to_string(folder.path().join("precious")).unwrap(), "precious");
}

#[tokio::test]
async fn what_is_no_database_or_of_a_later_version_is_not_copied() {
    let (folder, path) = with_value("1").await;
    let target = folder.path().join("copy.db");
    let (text, empty) = (folder.path().join("text"), folder.path().join("empty"));
    fs::write(&text, "no database, but long enough to be looked at as one").unwrap();
    fs::write(&empty, "").unwrap();
    for file in [&text, &empty] {
        let refused = DatabaseCopy::make(file, &target).unwrap_err();
        assert!(matches!(refused, StoreError::NotADatabase { .. }), "{refused}");
    }
    let set_version = |change: i64| {
        let conn = Connection::open(&path).unwrap();
        let version: i64 = conn.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
        conn.pragma_update(None, "user_version", version + change).unwrap();
    };
    set_version(1);
    let later = DatabaseCopy::make(&path, &target).unwrap_err();
    assert!(matches!(later, StoreError::NewerVersion { .. }), "{later}");
    set_version(-2);
    let earlier = DatabaseCopy::make(&path, &target).unwrap();
    assert!(earlier.is_of_earlier_version());
    assert_eq!(Inspection::page_fault_of(earlier.path()).unwrap(), None);
}

#[tokio::test]
async fn a_place_is_free_when_no_daemon_is_there_and_what_stands_there_is_moved_aside_with_its_log() {
    let (folder, path) = with_value("earlier").await;
    let store = Store::open(&path, Durability::Off).unwrap();
    assert!(matches!(DatabasePlace::take(&path).unwrap_err(), StoreError::InUse { .. }));
    store.close().await.unwrap();

    let place = DatabasePlace::take(&path).unwrap();
    assert!(
        matches!(Store::open(&path, Durability::Off), Err(StoreError::InUse { .. })),
        "held until it is free"
    );
    fs::write(folder.path().join("prahari.db-wal"), "a log").unwrap();
    let aside = place.clear().unwrap().unwrap();
    assert_eq!(names(folder.path()), ["prahari.db.before-restore", "prahari.db.before-restore-wal"]);
    fs::remove_file(folder.path().join("prahari.db.before-restore-wal")).unwrap();
    drop(place);
    assert_eq!(value_in(&aside).await.as_deref(), Some("earlier"));

    // A second one would be the end of the first.
    DatabaseCopy::make(&aside, &path).unwrap().keep().unwrap();
    let taken = DatabasePlace::take(&path).unwrap().clear().unwrap_err();
    assert!(matches!(taken, StoreError::Taken { .. }), "{taken}");
    assert_eq!(value_in(&path).await.as_deref(), Some("earlier"), "and nothing was moved");

    let other = folder.path().join("other.db");
    assert_eq!(DatabasePlace::take(&other).unwrap().clear().unwrap(), None);
    fs::write(folder.path().join("other.db-wal"), "the log of a database that is gone").unwrap();
    assert!(matches!(DatabasePlace::take(&other).unwrap_err(), StoreError::LogWithoutDatabase { .. }));
}

#[tokio::test]
async fn the_newest_copy_of_a_folder_is_the_newest_whole_one_that_is_ours() {
    let (folder, path) = with_value("kept").await;
    let backups = tempfile::tempdir().unwrap();
    let newest = || newest_copy(backups.path(), &path).unwrap();
    assert_eq!(newest(), None);
    let write = |name: &str, bytes: &[u8], second: u64| {
        let file = backups.path().join(name);
        fs::write(&file, bytes).unwrap();
        let at = UNIX_EPOCH + Duration::from_secs(second);
        fs::File::options().write(true).open(&file).unwrap().set_modified(at).unwrap();
    };
    let ours = fs::read(&path).unwrap();
    write("monday.db", &ours, 1_000);
    write("tuesday.db", &ours, 2_000);
    // What is newer and no backup: of another program, cut off, half a header, a text.
    let mut other = ours.clone();
    other[68..72].copy_from_slice(b"OTHR");
    write("other.db", &other, 3_000);
    write("wednesday.db.partial", &ours, 3_000);
    write("short.db", &ours[..70], 3_000);
    write("notes.txt", b"tuesday was the last", 3_000);
    fs::create_dir(backups.path().join("folder")).unwrap();
    symlink(&path, backups.path().join("linked.db")).unwrap();
    assert_eq!(newest(), Some(Timestamp(2_000_000)));
    // Beside the database itself, which is no copy of anything.
    assert_eq!(newest_copy(folder.path(), &path).unwrap(), None);
    let gone = newest_copy(&folder.path().join("gone"), &path).unwrap_err();
    assert!(matches!(gone, StoreError::File { .. }), "{gone}");
}
