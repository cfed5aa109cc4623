//! The journal, its snapshots and digests, and the orders kept beside it.

use prahari_domain::ids::UserId;
use prahari_domain::orders::{OrderEvent, OrderState, OrderTag, TagCode};
use prahari_store::OrderFilter;

use crate::support::{TestStore, day, entry, filled, intended, order, order_id};

#[tokio::test]
async fn the_journal_comes_back_as_it_was_written_from_any_point() {
    let test = TestStore::new();
    let user = test.store.user(UserId(4));
    let entries = vec![
        intended(4, 1, 11, Some(3)),
        entry(4, 2, 1, OrderEvent::Sent),
        entry(4, 3, 1, OrderEvent::Accepted { broker_id: "250102000042".to_owned() }),
        entry(4, 4, 1, filled("T-1")),
        entry(4, 5, 1, OrderEvent::Cancelled { reason: "it's \"over\"\n".to_owned() }),
    ];
    user.append_journal_durable(entries[..2].to_vec(), vec![]).await.unwrap();
    user.append_journal(entries[2..].to_vec(), vec![]).await.unwrap();
    let test = test.reopen().await;
    let user = test.store.user(UserId(4));
    assert_eq!(user.load_journal(0).await.unwrap(), entries);
    assert_eq!(user.load_journal(3).await.unwrap(), entries[3..]);
}

#[tokio::test]
async fn the_last_snapshot_replaces_the_one_before() {
    let test = TestStore::new();
    let user = test.store.user(UserId(1));
    assert_eq!(user.load_snapshot().await.unwrap(), None);
    let sent = (2..=9).map(|sequence| entry(1, sequence, 1, OrderEvent::Sent));
    let entries = [intended(1, 1, 1, None)].into_iter().chain(sent).collect();
    user.append_journal(entries, vec![]).await.unwrap();
    user.save_snapshot(3, vec![1, 2]).await.unwrap();
    user.save_snapshot(9, vec![0, 255]).await.unwrap();
    test.store.flush().await.unwrap();
    assert_eq!(user.load_snapshot().await.unwrap(), Some((9, vec![0, 255])));
}

#[tokio::test]
async fn orders_are_found_newest_first_and_a_final_one_is_no_longer_active() {
    let test = TestStore::new();
    let user = test.store.user(UserId(1));
    let placed = vec![order(1, 1, OrderState::Accepted), order(1, 2, OrderState::Sent)];
    user.append_journal(vec![intended(1, 1, 1, None)], placed.clone()).await.unwrap();
    let done = order(1, 1, OrderState::Filled);
    user.append_journal_durable(vec![entry(1, 2, 1, filled("T-1"))], vec![done.clone()]).await.unwrap();

    let active = OrderFilter { active: Some(true), ..OrderFilter::default() };
    assert_eq!(user.orders(OrderFilter::default()).await.unwrap().items, [placed[1].clone(), done.clone()]);
    assert_eq!(
        user.orders(OrderFilter { limit: 1, ..OrderFilter::default() }).await.unwrap().items,
        [placed[1].clone()]
    );
    assert_eq!(user.orders(active).await.unwrap().items, [placed[1].clone()]);
    assert_eq!(user.orders_of(day("2025-01-02")).await.unwrap(), [done.clone(), placed[1].clone()]);
    assert!(user.orders_of(day("2025-01-03")).await.unwrap().is_empty());
    assert_eq!(user.find_order(order_id(1, 1)).await.unwrap(), Some(done));
    assert_eq!(user.find_order(order_id(1, 3)).await.unwrap(), None);
}

async fn digest_of(entries: Vec<prahari_domain::orders::JournalEntry>) -> String {
    let test = TestStore::new();
    test.store.user(UserId(1)).append_journal_durable(entries, vec![]).await.unwrap();
    test.store.system().journal_digest().await.unwrap()
}

#[tokio::test]
async fn a_digest_looks_at_facts_only() {
    let mut late = entry(1, 3, 1, filled("T-1"));
    let plain = vec![intended(1, 1, 1, Some(1)), entry(1, 2, 1, filled("T-1"))];
    late.at = plain[1].at;
    // The same fill, learnt after the answer to the order was lost, in another run and on a renumbered signal.
    let detour = vec![
        intended(1, 1, 77, Some(9)),
        entry(1, 2, 1, OrderEvent::OutcomeUnknown { reason: "no answer".to_owned() }),
        late,
    ];
    assert_eq!(digest_of(plain.clone()).await, digest_of(detour).await);
    let other_fill = vec![plain[0].clone(), entry(1, 2, 1, filled("T-2"))];
    assert_ne!(digest_of(plain.clone()).await, digest_of(other_fill).await);
    let mut other_time = plain.clone();
    other_time[1].at = other_time[1].at.plus_millis(1);
    assert_ne!(digest_of(plain.clone()).await, digest_of(other_time).await);
    // The same orders under the tags of another start, or of none.
    let tagged = |code| {
        let mut tagged = plain.clone();
        let OrderEvent::Intended { tag, .. } = &mut tagged[0].event else { panic!("it is an intent") };
        *tag = Some(OrderTag::stamp(TagCode::of_number(code), plain[0].order).unwrap());
        tagged
    };
    assert_eq!(digest_of(tagged(1)).await, digest_of(plain.clone()).await);
    assert_eq!(digest_of(tagged(2)).await, digest_of(plain.clone()).await);
}

#[tokio::test]
async fn what_another_user_does_changes_the_digest_of_all_but_not_mine() {
    let test = TestStore::new();
    let (mine, other) = (test.store.user(UserId(1)), test.store.user(UserId(2)));
    mine.append_journal_durable(vec![intended(1, 1, 1, None)], vec![]).await.unwrap();
    let (all, own) =
        (test.store.system().journal_digest().await.unwrap(), mine.journal_digest().await.unwrap());
    assert_eq!(all, own);
    other.append_journal_durable(vec![intended(2, 1, 2, None)], vec![]).await.unwrap();
    assert_ne!(test.store.system().journal_digest().await.unwrap(), all);
    assert_eq!(mine.journal_digest().await.unwrap(), own);
}
