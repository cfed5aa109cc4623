//! A store in a folder of its own, and things to put into it.

use std::collections::BTreeMap;
use std::path::Path;

use prahari_domain::ids::{OrderId, RunId, SignalId, UserId};
use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::orders::{
    Fill, JournalEntry, Order, OrderEvent, OrderKind, OrderRequest, OrderState, Product, Purpose, Side,
    Variety,
};
use prahari_domain::strategies::StrategyName;
use prahari_domain::tasks::Task;
use prahari_domain::time::{Day, Timestamp};
use prahari_store::{Durability, RunStart, RunTrigger, SharedReplyRow, Store};
use rusqlite::Connection;
use tempfile::TempDir;

/// The folder goes away with it.
pub struct TestStore {
    pub store: Store,
    pub folder: TempDir,
}

impl TestStore {
    pub fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let store = Store::open(folder.path().join("prahari.db"), Durability::Off).unwrap();
        Self { store, folder }
    }

    /// Closes the database and opens it again.
    pub async fn reopen(self) -> Self {
        let Self { store, folder } = self;
        store.close().await.unwrap();
        let store = Store::open(folder.path().join("prahari.db"), Durability::Off).unwrap();
        Self { store, folder }
    }
}

pub fn day(text: &str) -> Day {
    text.parse().unwrap()
}

pub fn order_id(user: u64, number: u32) -> OrderId {
    OrderId { user: UserId(user), day: day("2025-01-02"), number }
}

pub fn request(signal: Option<u64>) -> OrderRequest {
    OrderRequest {
        symbol: Symbol::new("M&M").unwrap(),
        side: Side::Buy,
        quantity: 10,
        kind: OrderKind::Limit(Paise(301_205)),
        variety: Variety::AfterMarket,
        product: Product::Delivery,
        purpose: Purpose::Entry,
        signal: signal.map(SignalId),
        rsi: Some(27.4),
        retry_of: None,
    }
}

pub fn order(user: u64, number: u32, state: OrderState) -> Order {
    Order {
        id: order_id(user, number),
        tag: None,
        request: request(None),
        run: RunId(1),
        strategy: StrategyName::REBOUND,
        state,
        broker_id: None,
        filled: 0,
        fill_value: Paise::ZERO,
        fill_keys: Vec::new(),
        terms: Default::default(),
        reason: String::new(),
        retryable: false,
        first_placed_at: Timestamp(1),
        placed_at: Timestamp(1),
        updated_at: Timestamp(1),
    }
}

/// An entry that writes an order down.
pub fn intended(user: u64, sequence: u64, run: u64, signal: Option<u64>) -> JournalEntry {
    let event = OrderEvent::Intended {
        request: request(signal),
        run: RunId(run),
        first_placed_at: Timestamp(1_000),
        strategy: StrategyName::REBOUND,
        tag: None,
    };
    entry(user, sequence, 1, event)
}

/// An entry about order `number`, at the instant that equals its sequence number.
pub fn entry(user: u64, sequence: u64, number: u32, event: OrderEvent) -> JournalEntry {
    JournalEntry { sequence, order: order_id(user, number), at: Timestamp(sequence.cast_signed()), event }
}

pub fn filled(key: &str) -> OrderEvent {
    OrderEvent::Filled(Fill { key: key.to_owned(), quantity: 10, price: Paise(301_000), at: Timestamp(5) })
}

/// A reply that recordings may share, told from others by its number.
pub fn shared(number: u8) -> SharedReplyRow {
    SharedReplyRow { hash: [number; 32], data: vec![number; 3_000].into() }
}

/// The shared replies in a folder's database, by number, with how many recordings use each. What is counted must be
/// what the recordings say, and the data of all of them must be there and of nothing else.
pub fn shared_in(folder: &Path) -> Vec<(u8, i64)> {
    let conn = Connection::open(folder.join("prahari.db")).unwrap();
    let rows = |sql: &str| -> Vec<(Vec<u8>, i64)> {
        let mut statement = conn.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.map(Result::unwrap).collect()
    };
    let counted = rows("SELECT hash, uses FROM shared_reply_uses ORDER BY hash");
    let mut used: BTreeMap<Vec<u8>, i64> = BTreeMap::new();
    for (hashes, _) in rows("SELECT replies, run_id FROM recordings") {
        hashes.chunks(32).for_each(|hash| *used.entry(hash.to_vec()).or_default() += 1);
    }
    assert_eq!(counted, used.into_iter().collect::<Vec<_>>());
    let there = rows("SELECT hash, length(data) FROM shared_replies ORDER BY hash");
    assert!(there.iter().map(|(hash, _)| hash).eq(counted.iter().map(|(hash, _)| hash)), "{there:?}");
    counted.into_iter().map(|(hash, uses)| (hash[0], uses)).collect()
}

pub fn run_start(id: u64, task: Task, started_at: i64) -> RunStart {
    RunStart {
        id: RunId(id),
        task,
        slot_due: Some(Timestamp(started_at)),
        trigger: RunTrigger::Scheduled,
        service: None,
        module_hash: "d5".repeat(32),
        started_at: Timestamp(started_at),
        attempt: 1,
        cause: None,
    }
}
