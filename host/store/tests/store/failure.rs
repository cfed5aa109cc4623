//! A write that fails stops the store; a refusal concerns its caller, or the user whose row it was.

use prahari_domain::ids::UserId;
use prahari_domain::orders::OrderEvent;
use prahari_store::{Durability, Refusal, Store, StoreError};

use crate::support::{TestStore, entry, intended};

/// Takes a table away under the store, so that the next write to it fails.
fn lose_table(test: &TestStore, table: &str) {
    let other = rusqlite::Connection::open(test.folder.path().join("prahari.db")).unwrap();
    other.execute_batch(&format!("DROP TABLE {table}")).unwrap();
}

#[tokio::test]
async fn a_write_that_fails_unseen_stops_the_store_and_names_itself_ever_after() {
    let test = TestStore::new();
    let user = test.store.user(UserId(1));
    user.append_journal_durable(vec![intended(1, 1, 1, None)], vec![]).await.unwrap();
    lose_table(&test, "snapshots");
    let stopped = tokio::spawn({
        let store = test.store.clone();
        async move { store.stopped().await }
    });

    user.save_snapshot(1, Vec::new()).await.unwrap();
    let error = test.store.flush().await.unwrap_err();
    let sentence = "nothing is written to the database any more, because an earlier write failed: \
                    cannot save a snapshot in the database: no such table: snapshots";
    assert_eq!(error.to_string(), sentence);
    assert_eq!(test.store.health().unwrap_err().to_string(), error.to_string());
    assert_eq!(stopped.await.unwrap().to_string(), error.to_string(), "whoever waits for it is told");
    let later = user.append_journal_durable(vec![entry(1, 2, 1, OrderEvent::Sent)], vec![]).await;
    assert!(matches!(later, Err(StoreError::Stopped { .. })));
    assert!(matches!(test.store.close().await, Err(StoreError::Stopped { .. })));
}

#[tokio::test]
async fn what_was_committed_before_a_failure_stays_and_the_failed_group_does_not() {
    let test = TestStore::new();
    let user = test.store.user(UserId(1));
    user.append_journal_durable(vec![intended(1, 1, 1, None)], vec![]).await.unwrap();
    lose_table(&test, "snapshots");
    user.save_snapshot(1, Vec::new()).await.unwrap();
    // May be refused already; what matters is that it is not kept.
    let _ = user.append_journal(vec![entry(1, 2, 1, OrderEvent::Sent)], vec![]).await;
    assert!(test.store.flush().await.is_err());
    assert!(test.store.close().await.is_err());

    let store = Store::open(test.folder.path().join("prahari.db"), Durability::Off).unwrap();
    assert_eq!(store.user(UserId(1)).load_journal(0).await.unwrap(), [intended(1, 1, 1, None)]);
}

#[tokio::test]
async fn a_refusal_that_nobody_waits_for_concerns_the_user_whose_row_it_was_and_nobody_else() {
    let test = TestStore::new();
    let (one, other) = (test.store.user(UserId(1)), test.store.user(UserId(2)));
    one.append_journal(vec![intended(1, 1, 1, None)], vec![]).await.unwrap();
    // Twice in one group with what others write: a gap, and what follows from it.
    one.append_journal(vec![entry(1, 3, 1, OrderEvent::Sent)], vec![]).await.unwrap();
    other.append_journal(vec![intended(2, 1, 1, None)], vec![]).await.unwrap();
    one.append_journal(vec![entry(1, 4, 1, OrderEvent::Sent)], vec![]).await.unwrap();
    test.store.refused().await;
    test.store.flush().await.unwrap();

    let refusals = test.store.take_refusals();
    let [Refusal { user: Some(UserId(1)), error }] = refusals.as_slice() else { panic!("{refusals:?}") };
    assert_eq!(error.to_string(), "the journal of user 1 continues with entry 2, not with entry 3");
    assert!(test.store.take_refusals().is_empty(), "it is told once");
    assert_eq!(one.load_journal(0).await.unwrap(), [intended(1, 1, 1, None)]);
    assert_eq!(other.load_journal(0).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_refusal_that_is_waited_for_changes_nothing_and_stops_nothing() {
    let test = TestStore::new();
    let user = test.store.user(UserId(1));
    let gap = vec![intended(1, 1, 1, None), entry(1, 3, 1, OrderEvent::Sent)];
    let refused = user.append_journal_durable(gap, vec![]).await;
    assert!(matches!(refused, Err(StoreError::JournalGap { expected: 2, given: 3, .. })));

    assert!(test.store.health().is_ok());
    assert!(user.load_journal(0).await.unwrap().is_empty());
    user.append_journal_durable(vec![intended(1, 1, 1, None)], vec![]).await.unwrap();
}

#[tokio::test]
async fn a_gap_in_a_users_journal_is_told_to_the_user_and_stops_nothing() {
    let test = TestStore::new();
    let (user, other) = (test.store.user(UserId(1)), test.store.user(UserId(2)));
    let mut told = user.append_journal(vec![entry(1, 3, 1, OrderEvent::Sent)], vec![]).await.unwrap();
    other.append_journal_durable(vec![intended(2, 1, 1, None)], vec![]).await.unwrap();
    let refused = told.try_result().unwrap();
    assert!(matches!(refused, Err(StoreError::JournalGap { expected: 1, given: 3, .. })), "{refused:?}");
    assert!(test.store.health().is_ok());
    assert!(user.load_journal(0).await.unwrap().is_empty());
    assert_eq!(other.load_journal(0).await.unwrap().len(), 1);
}
