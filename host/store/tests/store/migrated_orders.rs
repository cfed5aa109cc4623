//! Orders of a database from before there were strategies.

use std::path::Path;

use prahari_domain::ids::UserId;
use prahari_domain::orders::OrderState;
use prahari_domain::strategies::StrategyName;
use prahari_store::{Durability, OrderFilter, Store};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::support::order;

#[tokio::test]
async fn orders_of_before_are_of_rebound_and_the_books_are_folded_once() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("prahari.db");
    let conn = Connection::open(&path).unwrap();
    conn.pragma_update(None, "foreign_keys", false).unwrap();
    let migrations = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    let mut files: Vec<_> = std::fs::read_dir(migrations).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let is_later = |file: &Path| file.to_string_lossy().ends_with("_name_strategies_of_orders.sql");
    let before: Vec<_> = files.iter().take_while(|file| !is_later(file)).collect();
    assert!(before.len() < files.len(), "the migration is there");
    before.iter().for_each(|file| conn.execute_batch(&std::fs::read_to_string(file).unwrap()).unwrap());

    let kept = order(1, 1, OrderState::Accepted);
    let mut data = serde_json::to_value(&kept).unwrap();
    data.as_object_mut().unwrap().remove("strategy").unwrap();
    let sql = "INSERT INTO orders (user_id, day, number, id, symbol, side, state, active, quantity, filled, placed_at,
                                   updated_at, data)
               VALUES (1, ?1, 1, ?2, ?3, 'buy', 'accepted', 1, 1, 0, 1, 1, ?4)";
    let symbol = kept.request.symbol.as_str();
    conn.execute(sql, (kept.day().to_string(), kept.id.to_string(), symbol, data.to_string())).unwrap();
    conn.execute("INSERT INTO snapshots (user_id, through_sequence, data) VALUES (1, 3, x'01')", []).unwrap();
    conn.pragma_update(None, "application_id", i32::from_be_bytes(*b"PRHR")).unwrap();
    conn.pragma_update(None, "user_version", before.len() as i64).unwrap();
    conn.close().unwrap();

    let store = Store::open(&path, Durability::Off).unwrap();
    let user = store.user(UserId(1));
    let of = |strategy: &str| {
        let strategy = Some(strategy.parse::<StrategyName>().unwrap());
        user.orders(OrderFilter { strategy, ..OrderFilter::default() })
    };
    assert_eq!(of("rebound").await.unwrap().items, [kept]);
    assert_eq!(of("momentum").await.unwrap().items, []);
    store.close().await.unwrap();
    let conn = Connection::open(&path).unwrap();
    let snapshots: i64 = conn.query_row("SELECT count(*) FROM snapshots", [], |row| row.get(0)).unwrap();
    assert_eq!(snapshots, 0, "it holds no lots of strategies");
}
