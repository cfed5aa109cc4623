//! A database in memory and rows to put into it, for the tests beside the code that reads them.

use rusqlite::Connection;

use prahari_domain::ids::{OrderId, RunId, UserId};
use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::orders::{
    Fill, Order, OrderEvent, OrderKind, OrderRequest, OrderState, Product, Purpose, Side, Variety,
};
use prahari_domain::strategies::StrategyName;
use prahari_domain::time::Timestamp;

use crate::looked::Looked;
use crate::orders::OrderColumns;

/// An empty database of the newest version.
pub(crate) fn new_database() -> Connection {
    let mut conn = Connection::open_in_memory().unwrap();
    crate::migrate::migrate(&mut conn, std::path::Path::new("in memory")).unwrap();
    conn
}

/// Begins a run of the task `each_minute`.
pub(crate) fn start(conn: &Connection, user: u64, run: i64, started_at: i64) {
    let sql = "INSERT INTO runs (id, user_id, task, trigger, module_hash, started_at, attempt)
               VALUES (?1, ?2, 'each_minute', 'scheduled', 'd5', ?3, 1)";
    conn.execute(sql, (run, user.cast_signed(), started_at)).unwrap();
}

/// Ends a run with what it left behind, both as JSON.
pub(crate) fn finish(conn: &Connection, run: i64, outcome: &str, decisions: &str, log: &str) {
    conn.execute("UPDATE runs SET outcome = ?2 WHERE id = ?1", (run, outcome)).unwrap();
    let sql = "INSERT INTO run_notes (run_id, user_id, decisions, log)
               SELECT id, user_id, ?2, ?3 FROM runs WHERE id = ?1";
    conn.execute(sql, (run, decisions, log)).unwrap();
}

/// Writes down an order of 2 January 2025, which the run of the same number decided.
pub(crate) fn write_order(conn: &Connection, user: u64, number: u32, symbol: &str, state: OrderState) {
    OrderColumns::new(&order(user, number, symbol, state)).unwrap().write(conn).unwrap();
}

/// Enters a fill of an order into the journal, at the instant that equals its sequence number.
pub(crate) fn fill(conn: &Connection, user: u64, sequence: i64, number: u32) {
    let fill = Fill { key: sequence.to_string(), quantity: 1, price: Paise(100), at: Timestamp(sequence) };
    let data = serde_json::to_string(&OrderEvent::Filled(fill)).unwrap();
    let sql = "INSERT INTO journal (user_id, sequence, order_id, at, event, data, checksum)
               VALUES (?1, ?2, ?3, ?2, 'filled', ?4, zeroblob(32))";
    conn.execute(sql, (user.cast_signed(), sequence, order_id(user, number).to_string(), data)).unwrap();
}

fn order_id(user: u64, number: u32) -> OrderId {
    OrderId { user: UserId(user), day: "2025-01-02".parse().unwrap(), number }
}

fn order(user: u64, number: u32, symbol: &str, state: OrderState) -> Order {
    Order {
        id: order_id(user, number),
        tag: None,
        request: OrderRequest {
            symbol: Symbol::new(symbol).unwrap(),
            side: Side::Buy,
            quantity: 10,
            kind: OrderKind::Market,
            variety: Variety::AfterMarket,
            product: Product::Delivery,
            purpose: Purpose::Entry,
            signal: None,
            rsi: None,
            retry_of: None,
        },
        run: RunId(number.into()),
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

/// Every page of a list, up to the one after which nothing comes.
pub(crate) fn pages_of<T, C: Copy>(page: impl Fn(Option<C>) -> Looked<T, C>) -> Vec<Vec<T>> {
    let (mut pages, mut after) = (Vec::new(), None);
    loop {
        let Looked { items, next } = page(after);
        pages.push(items);
        if next.is_none() {
            return pages;
        }
        assert!(pages.len() < 100, "the list gets on");
        after = next;
    }
}
