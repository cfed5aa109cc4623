//! A look at a whole database: rows that contradict each other, named with what and where.

use std::path::Path;

use prahari_domain::ids::{RunId, UserId};
use prahari_domain::orders::OrderState;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_store::{Inspection, RecordingRow, RunFinish};
use rusqlite::Connection;

use crate::support::{TestStore, intended, order, run_start, shared};

const MINE: UserId = UserId(1);

/// A database with a run that left a recording with two replies, and an order of it.
async fn written() -> TestStore {
    let test = TestStore::new();
    let scope = test.store.user(MINE);
    scope.start_run(run_start(1, Task::literal("eod_cleanup"), 1)).await.unwrap();
    let recording = RecordingRow { data: vec![1], replies: vec![shared(1), shared(2)] };
    let finish =
        RunFinish { orders: 1, calls: 3, recording, ..RunFinish::new(RunId(1), "succeeded", Timestamp(9)) };
    scope.finish_run(finish).await.unwrap();
    scope
        .append_journal_durable(vec![intended(1, 1, 1, None)], vec![order(1, 1, OrderState::Intent)])
        .await
        .unwrap();
    let TestStore { store, folder } = test;
    store.close().await.unwrap();
    let conn = Connection::open(folder.path().join("prahari.db")).unwrap();
    conn.execute_batch("INSERT INTO users (id, name, role, active, capital, strategy, limits, created_at) VALUES (1, 'a', 'admin', 1, 5, '{}', '{}', 1)").unwrap();
    drop(conn);
    let store = prahari_store::Store::open(folder.path().join("prahari.db"), prahari_store::Durability::Off);
    TestStore { store: store.unwrap(), folder }
}

/// Every sentence about runs, replies, orders and versions after some SQL had its way.
async fn faults(sql: &str) -> Vec<String> {
    let TestStore { store, folder } = written().await;
    store.close().await.unwrap();
    let path = folder.path().join("prahari.db");
    Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    look(&path)
}

fn look(path: &Path) -> Vec<String> {
    let database = Inspection::open(path).unwrap();
    let mut faults = database.run_faults().unwrap().1;
    faults.extend(database.reply_faults().unwrap().1);
    faults.extend(database.order_faults(MINE, [order(1, 1, OrderState::Intent)].iter()).unwrap().1);
    faults.extend(database.version_faults().unwrap());
    faults
}

#[tokio::test]
async fn what_fits_has_no_faults() {
    assert_eq!(faults("").await, Vec::<String>::new());
    let TestStore { store, folder } = written().await;
    let database = Inspection::open(&folder.path().join("prahari.db")).unwrap();
    let counted = database.counted(MINE, RunId(1)).unwrap().unwrap().unwrap();
    assert_eq!((counted.calls, counted.orders), (3, 1));
    assert_eq!(database.counted(UserId(2), RunId(1)).unwrap(), None, "it is another user's");
    drop(database);
    store.close().await.unwrap();
}

#[tokio::test]
async fn runs_and_what_they_left_behind_belong_together() {
    let cases = [
        ("UPDATE runs SET finished_at = NULL", "run 1 of user 1 has an outcome and no end, or an end without an outcome"),
        ("UPDATE recordings SET user_id = 2", "run 1 of user 2 has a recording, and is no run of this user"),
        ("UPDATE run_notes SET user_id = 2", "run 1 of user 2 has decisions and a log, and is no run of this user"),
        (
            "INSERT INTO run_notes (run_id, user_id, decisions, log) VALUES (7, 1, '[]', '[]')",
            "run 7 of user 1 has decisions and a log, and is no run of this user",
        ),
        (
            "INSERT INTO slots (user_id, task, due_at, day, kind, reason, run_id, attempts, ticks_expected, ticks_ran, ticks_failed)
             VALUES (1, 'eod_cleanup', 5, '2025-01-02', 'one_shot', '', 7, 1, 0, 0, 0)",
            "run 7 of user 1 stands in a slot, and is not there",
        ),
        (
            "INSERT INTO slots (user_id, task, due_at, day, kind, reason, run_id, attempts, ticks_expected, ticks_ran, ticks_failed)
             VALUES (3, 'eod_cleanup', 5, '2025-01-02', 'one_shot', '', 1, 1, 0, 0, 0)",
            "run 1 of user 3 stands in a slot of another user or task",
        ),
    ];
    for (sql, sentence) in cases {
        let sql = format!(
            "INSERT OR IGNORE INTO run_notes (run_id, user_id, decisions, log) VALUES (1, 1, '[]', '[]'); {sql}"
        );
        assert_eq!(faults(&sql).await, [sentence], "{sql}");
    }
    assert_eq!(faults("DELETE FROM users").await, ["run 1 of user 1 belongs to nobody"]);
}

#[tokio::test]
async fn shared_replies_are_counted_as_often_as_they_are_used() {
    let first = "01".repeat(8);
    let named = |rest: &str| vec![format!("the shared reply {first} {rest}")];
    let cases = [
        (
            "UPDATE shared_reply_uses SET uses = 4 WHERE hash = (SELECT min(hash) FROM shared_replies)",
            named("is counted 4 times, and 1 recording uses it"),
        ),
        (
            "DELETE FROM shared_replies WHERE hash = (SELECT min(hash) FROM shared_replies)",
            named("is counted, and is not there"),
        ),
        (
            "DELETE FROM shared_reply_uses WHERE hash = (SELECT min(hash) FROM shared_replies)",
            named("is counted 0 times, and 1 recording uses it"),
        ),
    ];
    for (sql, sentence) in cases {
        assert_eq!(faults(sql).await, sentence, "{sql}");
    }
}

#[tokio::test]
async fn rows_of_orders_repeat_the_journal() {
    let cases = [
        (
            "UPDATE orders SET state = 'filled'",
            "the row of order U1-20250102-0001 differs from the journal in its state",
        ),
        (
            "UPDATE orders SET filled = 3",
            "the row of order U1-20250102-0001 differs from the journal in its filled quantity",
        ),
        (
            "UPDATE orders SET updated_at = 3",
            "the row of order U1-20250102-0001 differs from the journal in its time of its last change",
        ),
        (
            "UPDATE orders SET data = '{}'",
            "the row of order U1-20250102-0001 differs from the journal in its content",
        ),
        ("DELETE FROM orders", "order U1-20250102-0001 of the journal has no row"),
    ];
    for (sql, sentence) in cases {
        assert_eq!(faults(sql).await, [sentence], "{sql}");
    }
    let found = faults("UPDATE orders SET number = 2").await;
    assert_eq!(
        found,
        [
            "user 1 has a row of order 2 of 2025-01-02, and the journal knows no such order",
            "order U1-20250102-0001 of the journal has no row"
        ]
    );
}

#[tokio::test]
async fn versions_of_modules_have_their_bytes() {
    let version = "INSERT INTO modules (task, version, hash, origin, info, size, added_at)
                   VALUES ('eod_cleanup', 1, 'ab', 'uploaded', '{}', 3, 1);";
    let found = faults(version).await;
    assert_eq!(found, ["version 1 of the module of eod_cleanup has no bytes, or not as many as it says"]);
    let kept = format!("{version} INSERT INTO module_bytes VALUES ('ab', x'010203');");
    assert_eq!(faults(&kept).await, Vec::<String>::new());
    let active =
        "INSERT INTO module_activations (task, version, at, reason) VALUES ('eod_cleanup', 2, 1, '');";
    let found = faults(&format!("{kept} {active}")).await;
    assert_eq!(found, ["version 2 of the module of eod_cleanup was activated, and there is no such version"]);
}
