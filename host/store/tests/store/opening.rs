//! Which files are opened, which are refused, and that a refused file is left as it was.

use std::fs;
use std::path::Path;

use prahari_store::{Durability, Store, StoreError};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::support::TestStore;

fn refusal(path: &Path) -> StoreError {
    Store::open(path, Durability::Full).map(|_| ()).unwrap_err()
}

fn names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_second_store_on_the_same_file_is_refused_until_the_first_is_closed() {
    let first = TestStore::new();
    let path = first.folder.path().join("prahari.db");

    let error = refusal(&path);
    assert!(matches!(error, StoreError::InUse { .. }));
    let sentence = format!(
        "the database {} is in use by another daemon: stop it first, or name another database",
        path.display()
    );
    assert_eq!(error.to_string(), sentence);

    first.store.system().set_meta("seed", "7".to_owned()).await.unwrap();
    first.store.close().await.unwrap();
    let second = Store::open(&path, Durability::Full).unwrap();
    assert_eq!(second.system().meta("seed").await.unwrap().as_deref(), Some("7"));
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused_and_left_as_it_was() {
    let made = TestStore::new();
    made.store.close().await.unwrap();
    let path = made.folder.path().join("prahari.db");
    let raw = Connection::open(&path).unwrap();
    let known: u32 = raw.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    raw.pragma_update(None, "user_version", known + 4).unwrap();
    raw.close().unwrap();
    let before = fs::read(&path).unwrap();

    let error = refusal(&path);
    assert!(
        matches!(error, StoreError::NewerVersion { found, known: k, .. } if found == known + 4 && k == known)
    );
    let versions = format!("has version {}, but this program knows versions up to {known}", known + 4);
    assert!(error.to_string().contains(&versions), "{error}");
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_file_that_is_no_database_is_refused_and_nothing_is_written_beside_it() {
    let folder = TempDir::new().unwrap();
    for text in ["x", "date,open,high,low,close\n2025-01-01,1,2,3,4\n"] {
        let path = folder.path().join("bars.csv");
        fs::write(&path, text).unwrap();
        assert!(matches!(refusal(&path), StoreError::NotADatabase { .. }));
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
        assert_eq!(names_in(folder.path()), ["bars.csv"]);
    }
}

#[test]
fn a_damaged_header_behind_the_right_first_bytes_is_refused() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("prahari.db");
    let mut bytes = b"SQLite format 3\0".to_vec();
    bytes.extend(std::iter::repeat_n(0xAB, 5_000));
    fs::write(&path, &bytes).unwrap();
    assert!(matches!(refusal(&path), StoreError::NotADatabase { .. }));
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

#[test]
fn the_database_of_another_program_is_refused() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("contacts.db");
    let raw = Connection::open(&path).unwrap();
    raw.execute_batch("CREATE TABLE contacts (name TEXT)").unwrap();
    raw.close().unwrap();
    let before = fs::read(&path).unwrap();
    assert!(matches!(refusal(&path), StoreError::NotADatabase { .. }));
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_missing_folder_is_named() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("absent").join("prahari.db");
    let error = refusal(&path);
    assert!(error.to_string().contains("absent"), "{error}");
    assert!(names_in(folder.path()).is_empty());
}

#[test]
fn a_folder_is_no_database() {
    let folder = TempDir::new().unwrap();
    let error = refusal(folder.path());
    assert!(matches!(error, StoreError::File { doing: "read", .. }), "{error}");
}

#[tokio::test]
async fn an_empty_file_becomes_a_database_and_opening_it_again_keeps_what_is_in_it() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("prahari.db");
    fs::write(&path, "").unwrap();
    for round in 0..3 {
        let store = Store::open(&path, Durability::Full).unwrap();
        let seen = store.system().meta("round").await.unwrap();
        assert_eq!(seen, (round > 0).then(|| (round - 1).to_string()));
        store.system().set_meta("round", round.to_string()).await.unwrap();
        store.close().await.unwrap();
    }
}

#[test]
fn a_migration_that_fails_changes_nothing() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("prahari.db");
    // Ours by its mark and of version 0, but with a table in the way of a migration in the middle.
    let raw = Connection::open(&path).unwrap();
    raw.pragma_update(None, "application_id", i32::from_be_bytes(*b"PRHR")).unwrap();
    raw.execute_batch("CREATE TABLE runs (id INTEGER)").unwrap();
    raw.close().unwrap();

    let error = refusal(&path);
    assert!(matches!(error, StoreError::Migration { name: "0005_create_runs", .. }), "{error}");
    let raw = Connection::open(&path).unwrap();
    let tables: u32 = raw.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).unwrap();
    let version: u32 = raw.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    assert_eq!((tables, version), (1, 0));
}

#[tokio::test]
async fn a_closed_store_refuses_everything_and_may_be_closed_again() {
    let TestStore { store, folder: _folder } = TestStore::new();
    store.close().await.unwrap();
    store.close().await.unwrap();
    assert!(matches!(store.health(), Err(StoreError::Closed)));
    assert!(matches!(store.flush().await, Err(StoreError::Closed)));
    assert!(matches!(store.system().set_meta("a", String::new()).await, Err(StoreError::Closed)));
    assert!(matches!(store.system().meta("a").await, Err(StoreError::Closed)));
}

#[tokio::test]
async fn every_table_is_strict() {
    let made = TestStore::new();
    made.store.close().await.unwrap();
    let raw = Connection::open(made.folder.path().join("prahari.db")).unwrap();
    let sql = "SELECT group_concat(name) FROM pragma_table_list
               WHERE schema = 'main' AND type = 'table' AND strict = 0 AND name NOT LIKE 'sqlite_%'";
    let loose: Option<String> = raw.query_row(sql, [], |row| row.get(0)).unwrap();
    assert_eq!(loose, None);
}
