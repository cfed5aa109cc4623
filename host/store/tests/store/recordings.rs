//! Replies that recordings share: kept once, gone with the last recording that uses them.

use std::path::Path;

use prahari_domain::ids::{RunId, UserId};
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_store::{Durability, PrunableRunData, RecordingRow, RunFinish, Store};
use proptest::prelude::*;
use rusqlite::Connection;
use tempfile::TempDir;

use crate::support::{TestStore, run_start, shared, shared_in};

/// Runs a user's sell monitor at the instant that equals the run's number.
async fn record(store: &Store, user: u64, run: u64, orders: u32, replies: &[u8]) {
    let scope = store.user(UserId(user));
    let replies = replies.iter().map(|number| shared(*number)).collect();
    let recording = RecordingRow { data: vec![9; 100], replies };
    scope.start_run(run_start(run, Task::literal("sell_monitor"), run.cast_signed())).await.unwrap();
    let finish = RunFinish {
        orders,
        journaled: orders,
        recording,
        ..RunFinish::new(RunId(run), "succeeded", Timestamp(0))
    };
    scope.finish_run(finish).await.unwrap();
}

/// Forgets `what` of every run before an instant.
fn plain_ticks() -> PrunableRunData {
    PrunableRunData::PlainRuns(vec![Task::literal("sell_monitor")])
}

async fn forget(store: &Store, what: PrunableRunData, before: i64) {
    let mut after = RunId(0);
    while let Some(through) =
        store.system().prune_run_data(what.clone(), after, Timestamp(before)).await.unwrap().through
    {
        after = through;
    }
}

#[tokio::test]
async fn a_reply_of_a_hundred_runs_is_kept_once_and_goes_with_the_last_of_them() {
    let test = TestStore::new();
    for run in 1..=100 {
        record(&test.store, 1, run, 0, &[7]).await;
    }
    record(&test.store, 1, 101, 0, &[]).await;
    test.store.flush().await.unwrap();
    assert_eq!(shared_in(test.folder.path()), [(7, 100)]);

    forget(&test.store, PrunableRunData::Recordings, 100).await;
    assert_eq!(shared_in(test.folder.path()), [(7, 1)]);
    let last = test.store.user(UserId(1)).recording(RunId(100)).await.unwrap().unwrap();
    assert_eq!(last.replies, [shared(7)]);
    forget(&test.store, plain_ticks(), 101).await;
    assert_eq!(shared_in(test.folder.path()), []);
}

#[tokio::test]
async fn two_users_share_a_reply_and_each_still_has_it_when_the_other_is_forgotten() {
    let test = TestStore::new();
    record(&test.store, 1, 1, 0, &[1, 2]).await;
    record(&test.store, 2, 2, 0, &[2, 3]).await;
    test.store.flush().await.unwrap();
    let test = test.reopen().await;
    assert_eq!(shared_in(test.folder.path()), [(1, 1), (2, 2), (3, 1)]);
    forget(&test.store, PrunableRunData::Recordings, 2).await;
    assert_eq!(shared_in(test.folder.path()), [(2, 1), (3, 1)]);
    let (first, second) = (test.store.user(UserId(1)), test.store.user(UserId(2)));
    assert_eq!(second.recording(RunId(2)).await.unwrap().unwrap().replies, [shared(2), shared(3)]);
    assert_eq!(first.recording(RunId(1)).await.unwrap(), None);
    assert_eq!(first.recording(RunId(2)).await.unwrap(), None, "it is the other user's");
}

#[tokio::test]
async fn runs_with_orders_keep_what_their_recordings_share() {
    let test = TestStore::new();
    for run in 1..=20 {
        record(&test.store, run % 2, run, u32::from(run == 5), &[1, (run % 3) as u8 + 2]).await;
    }
    test.store.flush().await.unwrap();
    forget(&test.store, PrunableRunData::Recordings, 21).await;
    forget(&test.store, plain_ticks(), 21).await;
    assert_eq!(shared_in(test.folder.path()), [(1, 1), (4, 1)]);
    let with_orders = test.store.user(UserId(1)).recording(RunId(5)).await.unwrap().unwrap();
    assert_eq!(with_orders.replies, [shared(1), shared(4)]);
}

#[tokio::test]
async fn a_shared_reply_that_is_gone_is_left_out_and_the_others_are_read() {
    let test = TestStore::new();
    record(&test.store, 1, 1, 0, &[1, 2, 3]).await;
    let TestStore { store, folder } = test;
    store.close().await.unwrap();
    let conn = Connection::open(folder.path().join("prahari.db")).unwrap();
    conn.execute("DELETE FROM shared_replies WHERE hash = ?1", [[2_u8; 32]]).unwrap();
    drop(conn);
    let test =
        TestStore { store: Store::open(folder.path().join("prahari.db"), Durability::Off).unwrap(), folder };
    let found = test.store.user(UserId(1)).recording(RunId(1)).await.unwrap().unwrap();
    assert_eq!(found.replies, [shared(1), shared(3)]);
}

#[tokio::test]
async fn recordings_of_a_database_that_shared_nothing_are_read_as_they_are() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("prahari.db");
    let conn = Connection::open(&path).unwrap();
    let migrations = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    let mut files: Vec<_> = std::fs::read_dir(migrations).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let before = files.iter().take_while(|file| !file.ends_with("0034_share_replies.sql"));
    let before: Vec<_> = before.map(|file| std::fs::read_to_string(file).unwrap()).collect();
    before.iter().for_each(|sql| conn.execute_batch(sql).unwrap());
    conn.execute_batch("INSERT INTO recordings (run_id, user_id, data) VALUES (5, 1, x'0102')").unwrap();
    conn.pragma_update(None, "application_id", i32::from_be_bytes(*b"PRHR")).unwrap();
    conn.pragma_update(None, "user_version", before.len() as i64).unwrap();
    conn.close().unwrap();
    let store = Store::open(&path, Durability::Off).unwrap();
    let found = store.user(UserId(1)).recording(RunId(5)).await.unwrap();
    assert_eq!(found, Some(RecordingRow { data: vec![1, 2], replies: Vec::new() }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn counts_agree_with_the_recordings_whatever_was_recorded_and_forgotten(
        runs in prop::collection::vec((1_u64..4, 0_u32..2, prop::collection::btree_set(0_u8..6, 0..4)), 1..30),
        rounds in prop::collection::vec((any::<bool>(), 0_i64..40), 0..4),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let test = TestStore::new();
            for (run, (user, orders, replies)) in (1..).zip(&runs) {
                let replies: Vec<u8> = replies.iter().copied().collect();
                record(&test.store, *user, run, *orders, &replies).await;
            }
            for (ticks, before) in rounds {
                let what = if ticks { plain_ticks() } else { PrunableRunData::Recordings };
                forget(&test.store, what, before).await;
                shared_in(test.folder.path());
            }
            forget(&test.store, PrunableRunData::Recordings, 40).await;
            let with_orders = runs.iter().filter(|(_, orders, _)| *orders > 0);
            let mut expected = std::collections::BTreeMap::new();
            with_orders.flat_map(|(_, _, replies)| replies).for_each(|reply| *expected.entry(*reply).or_insert(0) += 1);
            prop_assert_eq!(shared_in(test.folder.path()), expected.into_iter().collect::<Vec<_>>());
            Ok(())
        })?;
    }
}
