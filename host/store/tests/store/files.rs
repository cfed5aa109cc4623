//! The database as a file: who may use it at a time, who may read it, and what becomes of the store when it goes away.

use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use prahari_domain::ids::UserId;
use prahari_store::{Durability, Store, StoreError, verify_audit};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::support::{TestStore, intended};

const DATABASE: &str = "PRAHARI_TEST_LOCKED_DATABASE";

fn in_use(path: &Path) -> bool {
    match Store::open(path, Durability::Full) {
        Err(StoreError::InUse { path: named }) => named == path,
        Err(other) => panic!("{other}"),
        Ok(_) => false,
    }
}

/// The database's path, a symbolic link to it, and a second name of the same file.
fn names(folder: &Path) -> [std::path::PathBuf; 3] {
    let (path, link, other) = (folder.join("prahari.db"), folder.join("link.db"), folder.join("other.db"));
    symlink(&path, &link).unwrap();
    fs::hard_link(&path, &other).unwrap();
    [path, link, other]
}

#[tokio::test]
async fn a_second_store_is_refused_by_whatever_name_it_comes_until_the_first_is_closed() {
    let first = TestStore::new();
    let names = names(first.folder.path());
    for name in &names {
        assert!(in_use(name), "{}", name.display());
    }
    // Being asked has changed nothing for the first.
    first.store.system().set_meta("seed", "7".to_owned()).await.unwrap();
    first.store.close().await.unwrap();
    for name in &names {
        let next = Store::open(name, Durability::Full).unwrap();
        assert_eq!(next.system().meta("seed").await.unwrap().as_deref(), Some("7"));
        next.close().await.unwrap();
    }
}

/// The test starts itself again as the other process: it says that it has the database and waits until its input ends.
#[test]
fn another_process_keeps_a_store_out_by_every_name_until_it_is_killed() {
    if let Some(path) = std::env::var_os(DATABASE) {
        let _store = Store::open(Path::new(&path), Durability::Full).unwrap();
        println!("has it");
        let _end = std::io::stdin().lines().count();
        return;
    }
    let folder = TempDir::new().unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "files::another_process_keeps_a_store_out_by_every_name_until_it_is_killed",
            "--nocapture",
        ])
        .env(DATABASE, folder.path().join("prahari.db"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    assert!(said.any(|line| line == "has it"));
    let names = names(folder.path());
    for name in &names {
        assert!(in_use(name), "{}", name.display());
    }
    child.kill().unwrap();
    child.wait().unwrap();
    // What the process wrote last is in the log beside its own name, and would be missing by the other one.
    let refused = Store::open(&names[2], Durability::Full).map(|_| ()).unwrap_err();
    assert!(matches!(&refused, StoreError::LogOfOtherName { other, .. } if *other == names[0]), "{refused}");
    assert!(!in_use(&names[1]));
}

/// Whether this process holds a POSIX lock on a file: those are SQLite's.
fn holds_posix_lock(path: &Path) -> bool {
    let (process, inode) = (std::process::id().to_string(), fs::metadata(path).unwrap().ino().to_string());
    let locks = fs::read_to_string("/proc/locks").unwrap();
    locks.lines().any(|line| {
        let parts: Vec<&str> = line.split_whitespace().collect();
        let file = parts.get(5).and_then(|file| file.rsplit(':').next());
        parts.contains(&"POSIX") && parts.get(4) == Some(&process.as_str()) && file == Some(&inode)
    })
}

#[tokio::test]
async fn looking_at_an_open_database_leaves_sqlite_its_locks() {
    let test = TestStore::new();
    let names = names(test.folder.path());
    test.store.flush().await.unwrap();
    test.store.system().meta("seed").await.unwrap();
    assert!(holds_posix_lock(&names[0]));
    for name in &names[..2] {
        verify_audit(name).unwrap();
        assert!(in_use(name));
    }
    assert!(holds_posix_lock(&names[0]));
}

fn modes(folder: &Path) -> Vec<(String, u32)> {
    let mode = |file: fs::DirEntry| {
        (file.file_name().into_string().unwrap(), file.metadata().unwrap().permissions().mode() & 0o777)
    };
    let mut modes: Vec<_> = fs::read_dir(folder).unwrap().map(|file| mode(file.unwrap())).collect();
    modes.sort();
    modes
}

#[tokio::test]
async fn the_database_and_the_files_beside_it_are_for_their_owner_only() {
    let private = |name: &str| (name.to_owned(), 0o600);
    let expected = [private("prahari.db"), private("prahari.db-shm"), private("prahari.db-wal")];
    let test = TestStore::new();
    test.store.flush().await.unwrap();
    assert_eq!(modes(test.folder.path()), expected);
    test.store.close().await.unwrap();
    // One from before, or from a copy, that others may read; its log was left behind by a crash.
    let path = test.folder.path().join("prahari.db");
    fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
    fs::write(test.folder.path().join("prahari.db-wal"), "").unwrap();
    let store = Store::open(&path, Durability::Full).unwrap();
    store.flush().await.unwrap();
    assert_eq!(modes(test.folder.path()), expected);
}

/// What the store says of its files, and that it takes nothing any more.
async fn gone(test: &TestStore) -> String {
    let gone = test.store.check_files().unwrap_err();
    assert!(matches!(gone, StoreError::Gone { .. }), "{gone}");
    let entry = vec![intended(1, 1, 1, None)];
    let refused = test.store.user(UserId(1)).append_journal_durable(entry, vec![]).await.unwrap_err();
    assert!(matches!(refused, StoreError::Stopped { .. }), "{refused}");
    assert!(refused.to_string().contains(&gone.to_string()), "{refused}");
    gone.to_string().replace(&test.folder.path().display().to_string(), "FOLDER")
}

#[tokio::test]
async fn a_database_that_is_deleted_or_replaced_under_the_store_stops_it() {
    let rest = "while the daemon used it: nothing is written any more, because nobody would find it";
    let test = TestStore::new();
    test.store.flush().await.unwrap();
    test.store.check_files().unwrap();
    fs::remove_file(test.folder.path().join("prahari.db")).unwrap();
    assert_eq!(gone(&test).await, format!("FOLDER/prahari.db was deleted or moved away {rest}"));

    let test = TestStore::new();
    let path = test.folder.path().join("prahari.db");
    fs::copy(&path, test.folder.path().join("copy.db")).unwrap();
    test.store.check_files().unwrap();
    fs::rename(test.folder.path().join("copy.db"), &path).unwrap();
    assert_eq!(gone(&test).await, format!("FOLDER/prahari.db was replaced by another file {rest}"));

    let test = TestStore::new();
    fs::remove_file(test.folder.path().join("prahari.db-wal")).unwrap();
    assert_eq!(gone(&test).await, format!("FOLDER/prahari.db-wal was deleted or moved away {rest}"));
}

#[tokio::test]
async fn a_database_that_was_moved_from_its_log_is_not_made_anew() {
    let test = TestStore::new();
    test.store.system().set_meta("seed", "7".to_owned()).await.unwrap();
    let path = test.folder.path().join("prahari.db");
    let moved = test.folder.path().join("moved.db");
    fs::rename(&path, &moved).unwrap();
    // As a supervisor does after the daemon has ended.
    let log = fs::read(test.folder.path().join("prahari.db-wal")).unwrap();
    let refused = Store::open(&path, Durability::Off).err().unwrap().to_string();
    assert!(refused.contains("put the database back beside its log"), "{refused}");
    assert_eq!(fs::read(test.folder.path().join("prahari.db-wal")).unwrap(), log);
    assert!(!path.exists(), "nothing was made");
}

#[tokio::test]
async fn a_change_that_a_crash_cut_off_is_taken_back_by_the_next_store() {
    let made = TestStore::new();
    made.store.system().set_meta("seed", "7".to_owned()).await.unwrap();
    made.store.close().await.unwrap();
    let path = made.folder.path().join("prahari.db");
    let raw = Connection::open(&path).unwrap();
    raw.execute_batch(
        "PRAGMA journal_mode = DELETE; PRAGMA cache_size = 1; BEGIN; UPDATE meta SET value = '8';
         CREATE TABLE many AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
                              SELECT i, randomblob(200) FROM n;",
    )
    .unwrap();
    // As the process leaves them that is killed now.
    let crashed = TempDir::new().unwrap();
    for name in ["prahari.db", "prahari.db-journal"] {
        fs::copy(made.folder.path().join(name), crashed.path().join(name)).unwrap();
    }
    let store = Store::open(crashed.path().join("prahari.db"), Durability::Full).unwrap();
    assert_eq!(store.system().meta("seed").await.unwrap().as_deref(), Some("7"));
}
