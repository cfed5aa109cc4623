//! A write that fails stops the store; a refusal that its caller sees does not.

use prahari_domain::ids::UserId;
use prahari_domain::orders::OrderEvent;
use prahari_store::StoreError;

use crate::support::{TestStore, entry, intended};

#[tokio::test]
async fn a_write_that_fails_unseen_stops_the_store_and_names_itself_ever_after() {
    let test = TestStore::new();
    let user = test.store.user(UserId(1));
    user.append_journal_durable(vec![intended(1, 1, 1, None)], vec![]).await.unwrap();

    user.append_journal(vec![entry(1, 3, 1, OrderEvent::Sent)], vec![]).await.unwrap();
    let error = test.store.settle().await.unwrap_err();
    let sentence = "nothing is written to the database any more, because an earlier write failed: \
                    the journal of user 1 continues with entry 2, not with entry 3";
    assert_eq!(error.to_string(), sentence);
    assert_eq!(test.store.health().unwrap_err().to_string(), sentence);
    let later = user.append_journal_durable(vec![entry(1, 2, 1, OrderEvent::Sent)], vec![]).await;
    assert!(matches!(later, Err(StoreError::Stopped { .. })));
    assert!(matches!(test.store.close().await, Err(StoreError::Stopped { .. })));
}

#[tokio::test]
async fn what_was_committed_before_a_failure_stays_and_the_failed_group_does_not() {
    let TestStore { store, folder } = TestStore::new();
    let user = store.user(UserId(1));
    user.append_journal_durable(vec![intended(1, 1, 1, None)], vec![]).await.unwrap();
    user.append_journal(vec![entry(1, 9, 1, OrderEvent::Sent)], vec![]).await.unwrap();
    // May be refused already; what matters is that it is not kept.
    let _ = user.append_journal(vec![entry(1, 2, 1, OrderEvent::Sent)], vec![]).await;
    assert!(store.settle().await.is_err());
    assert!(store.close().await.is_err());

    let store =
        prahari_store::Store::open(folder.path().join("prahari.db"), prahari_store::Durability::Off).unwrap();
    assert_eq!(store.user(UserId(1)).load_journal(0).await.unwrap(), [intended(1, 1, 1, None)]);
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
