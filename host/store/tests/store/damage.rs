//! Bytes of a database that are not what was written: found where they are read, and of nobody else.

use std::fs;
use std::path::Path;

use prahari_domain::ids::UserId;
use prahari_domain::orders::{JournalEntry, OrderEvent};
use prahari_store::StoreError;
use rusqlite::Connection;

use crate::support::{TestStore, entry, filled, intended};

const MINE: UserId = UserId(1);
const OTHER: UserId = UserId(2);

fn journal(user: u64) -> Vec<JournalEntry> {
    let accepted = OrderEvent::Accepted { broker_id: format!("2501020000{user:02}") };
    vec![
        intended(user, 1, 11, Some(3)),
        entry(user, 2, 1, OrderEvent::Sent),
        entry(user, 3, 1, accepted),
        entry(user, 4, 1, filled("T-1")),
    ]
}

/// Two users with a journal each, in a database that is closed; `spoil` has its way with the file.
async fn spoiled(spoil: impl FnOnce(&Path)) -> TestStore {
    let test = TestStore::new();
    for user in [MINE, OTHER] {
        let scope = test.store.user(user);
        scope.append_journal_durable(journal(user.0), vec![]).await.unwrap();
        scope.save_snapshot(2, vec![7, 7, user.0 as u8]).await.unwrap();
    }
    let TestStore { store, folder } = test;
    store.close().await.unwrap();
    spoil(&folder.path().join("prahari.db"));
    let store = prahari_store::Store::open(folder.path().join("prahari.db"), prahari_store::Durability::Off);
    TestStore { store: store.unwrap(), folder }
}

/// Changes one byte at the only place in the file where `text` stands.
fn flip(path: &Path, text: &[u8]) {
    let mut bytes = fs::read(path).unwrap();
    let places: Vec<_> = (0..bytes.len() - text.len()).filter(|at| bytes[*at..].starts_with(text)).collect();
    assert_eq!(places.len(), 1, "{}", String::from_utf8_lossy(text));
    bytes[places[0] + text.len() - 1] ^= 1;
    fs::write(path, bytes).unwrap();
}

fn sql(path: &Path, sql: &str) {
    Connection::open(path).unwrap().execute_batch(sql).unwrap();
}

async fn fault(test: &TestStore, after: u64) -> String {
    let error = test.store.user(MINE).load_journal(after).await.unwrap_err();
    assert!(matches!(error, StoreError::JournalDamaged { user: MINE, .. }), "{error}");
    assert!(!error.concerns_everybody(), "{error}");
    // Nobody else is concerned, and the store goes on.
    assert_eq!(test.store.user(OTHER).load_journal(0).await.unwrap(), journal(2));
    assert_eq!(test.store.user(OTHER).load_snapshot().await.unwrap(), Some((2, vec![7, 7, 2])));
    test.store.flush().await.unwrap();
    error.to_string()
}

#[tokio::test]
async fn a_flipped_bit_in_a_journal_is_found_with_its_user_and_entry() {
    let test = spoiled(|path| flip(path, b"250102000001")).await;
    let unfit = "is not what was written: its checksum does not fit";
    assert_eq!(fault(&test, 0).await, format!("entry 3 of the order journal of user 1 {unfit}"));
    assert_eq!(fault(&test, 2).await, format!("entry 3 of the order journal of user 1 {unfit}"));
    // What lies behind it is whole by itself.
    assert_eq!(test.store.user(MINE).load_journal(3).await.unwrap(), journal(1)[3..]);
}

#[tokio::test]
async fn an_entry_that_is_missing_changed_or_moved_is_found() {
    for (spoil, expected) in [
        (
            "DELETE FROM journal WHERE user_id = 1 AND sequence = 3",
            "entry 3 of the order journal of user 1 is missing",
        ),
        (
            "UPDATE journal SET at = at + 1 WHERE user_id = 1 AND sequence = 1",
            "entry 1 of the order journal of user 1 is not what was written: its checksum does not fit",
        ),
        (
            "UPDATE journal SET data = x'ff' || data WHERE user_id = 1 AND sequence = 4",
            "entry 4 of the order journal of user 1 is not what was written: its checksum does not fit",
        ),
        (
            "UPDATE journal SET checksum = x'00' WHERE user_id = 1 AND sequence = 2",
            "entry 2 of the order journal of user 1 is not what was written: its checksum does not fit",
        ),
    ] {
        let test = spoiled(|path| sql(path, spoil)).await;
        assert_eq!(fault(&test, 0).await, expected, "{spoil}");
    }
    // An entry of somebody else in the place of one's own, checksum and all.
    let swap = "DELETE FROM journal WHERE user_id = 1 AND sequence = 4;
                INSERT INTO journal SELECT 1, sequence, order_id, at, event, data, checksum FROM journal
                WHERE user_id = 2 AND sequence = 4;";
    let test = spoiled(|path| sql(path, swap)).await;
    assert!(fault(&test, 0).await.starts_with("entry 4 of the order journal of user 1 is not"));
}

#[tokio::test]
async fn a_journal_goes_on_after_a_damaged_entry_and_the_damage_stays_found() {
    let test =
        spoiled(|path| sql(path, "UPDATE journal SET checksum = x'' WHERE user_id = 1 AND sequence = 4"))
            .await;
    let next = vec![entry(1, 5, 1, OrderEvent::Cancelled { reason: String::new() })];
    test.store.user(MINE).append_journal_durable(next, vec![]).await.unwrap();
    assert!(fault(&test, 0).await.starts_with("entry 4 of"));
}

#[tokio::test]
async fn a_snapshot_that_is_not_what_was_written_is_left_aside() {
    for spoil in [
        "UPDATE snapshots SET data = x'070702' WHERE user_id = 1",
        "UPDATE snapshots SET through_sequence = 3 WHERE user_id = 1",
        "UPDATE snapshots SET checksum = x'' WHERE user_id = 1",
    ] {
        let test = spoiled(|path| sql(path, spoil)).await;
        assert_eq!(test.store.user(MINE).load_snapshot().await.unwrap(), None, "{spoil}");
        assert_eq!(test.store.user(MINE).load_journal(0).await.unwrap(), journal(1));
        assert_eq!(test.store.user(OTHER).load_snapshot().await.unwrap(), Some((2, vec![7, 7, 2])));
    }
}

#[tokio::test]
async fn a_snapshot_shows_that_the_entry_it_was_made_from_is_another_one_now() {
    for (spoil, gone) in
        [("UPDATE journal SET checksum = zeroblob(32)", false), ("DELETE FROM journal", true)]
    {
        let spoil = format!("{spoil} WHERE user_id = 1 AND sequence = 2");
        let test = spoiled(|path| sql(path, &spoil)).await;
        let error = test.store.user(MINE).load_snapshot().await.unwrap_err();
        let expected = "entry 2 of the order journal of user 1 is not the one that the snapshot of the books was made from";
        assert_eq!(error.to_string(), expected);
        if gone {
            assert_eq!(fault(&test, 2).await, "entry 2 of the order journal of user 1 is missing");
        }
    }
}
