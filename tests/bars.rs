//! What is wrong with bars is said, and moves no money: rows of closed days, locked circuits.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/bars.rs"]
mod bars;
mod support;

use bars::Bars;
use prahari_domain::ids::UserId;
use prahari_domain::orders::{JournalEntry, OrderEvent, Side};
use prahari_domain::time::Day;
use prahari_store::{Durability, Store};
use serde_json::Value;
use support::{Simulated, simulate};

/// Weeks in which the tasks buy and sell on the made-up market.
const WEEKS: [&str; 4] = ["--from", "2024-03-18", "--to", "2024-04-19"];

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// A simulation on bars, with its report and the journal of its only user.
struct Traded {
    report: Value,
    journal: Vec<JournalEntry>,
}

impl Traded {
    async fn on(bars: &Bars) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let market = bars.write(folder.path());
        let database = tempfile::tempdir().unwrap();
        let db = database.path().join("prahari.db");
        let arguments =
            [&WEEKS[..], &["--market", &market, "--users", "1", "--db", db.to_str().unwrap()]].concat();
        let Simulated { report, .. } = simulate(&arguments);
        let store = Store::open(&db, Durability::Off).unwrap();
        let journal = store.user(UserId(1)).load_journal(0).await.unwrap();
        store.close().await.unwrap();
        Self { report, journal }
    }

    /// Every fill: its share, side, day and price.
    fn fills(&self) -> Vec<(String, Side, Day, i64)> {
        let order = |entry: &JournalEntry| {
            self.journal.iter().find_map(|intended| match &intended.event {
                OrderEvent::Intended { request, .. } if intended.order == entry.order => {
                    Some(request.clone())
                }
                _ => None,
            })
        };
        let fill = |entry: &JournalEntry| match &entry.event {
            OrderEvent::Filled(fill) => {
                let request = order(entry)?;
                Some((request.symbol.to_string(), request.side, fill.at.ist_day(), fill.price.0))
            }
            _ => None,
        };
        self.journal.iter().filter_map(fill).collect()
    }

    /// The days on which orders of a share were decided.
    fn ordered_on(&self, symbol: &str) -> Vec<Day> {
        let ordered = |entry: &JournalEntry| match &entry.event {
            OrderEvent::Intended { request, .. } if request.symbol.as_str() == symbol => {
                Some(entry.at.ist_day())
            }
            _ => None,
        };
        self.journal.iter().filter_map(ordered).collect()
    }
}

#[tokio::test]
async fn rows_of_days_without_a_session_change_no_trade_and_are_named() {
    let plain = Bars::made_up().await;
    // A Sunday and a holiday, under which the session before was served again.
    let mut repeated = plain.clone();
    repeated.repeat_on(day("2024-03-24"));
    repeated.repeat_on(day("2024-03-25"));
    let (plain, repeated) = (Traded::on(&plain).await, Traded::on(&repeated).await);
    assert!(!plain.fills().is_empty());
    assert_eq!(repeated.report["journal_digest"], plain.report["journal_digest"]);
    assert_eq!(repeated.journal, plain.journal);
    let notes = repeated.report["bars"].as_array().unwrap();
    let note = notes[0].as_str().unwrap();
    assert!(
        note.ends_with("2 rows on days without a session are left out: 2024-03-24, 2024-03-25"),
        "{note}"
    );
    assert_eq!((notes.len(), &plain.report["bars"]), (50, &Value::from(Vec::<String>::new())));
}

#[tokio::test]
async fn a_share_that_opens_locked_at_its_upper_circuit_is_not_bought() {
    let mut bars = Bars::made_up().await;
    let (symbol, _, bought, _) =
        Traded::on(&bars).await.fills().into_iter().find(|(_, side, ..)| *side == Side::Buy).unwrap();
    let locked = bars.lock(&symbol, bought);
    let traded = Traded::on(&bars).await;
    assert!(traded.ordered_on(&symbol).iter().any(|day| *day < bought), "it is wanted");
    for (of, side, on, price) in traded.fills() {
        assert!(of != symbol || on != bought || side == Side::Sell, "bought {of} at {price}");
        assert!(of != symbol || on != bought || price <= locked.0, "{price}");
    }
}
