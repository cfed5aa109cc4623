//! What is wrong with bars is said, and moves no money: rows of closed days, prices that left the band,
//! locked circuits.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[allow(dead_code, reason = "each test file uses its part")]
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
const WEEKS: [&str; 4] = ["--from", "2024-03-18", "--to", "2024-04-05"];

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
        Self::at(&[&bars.write(folder.path())]).await
    }

    /// On these markets, as the command line names them.
    async fn at(markets: &[&str]) -> Self {
        let markets = markets.iter().flat_map(|market| ["--market", market]).collect::<Vec<_>>();
        let database = tempfile::tempdir().unwrap();
        let db = database.path().join("prahari.db");
        let arguments = [&WEEKS[..], &markets[..], &["--users", "1", "--db", db.to_str().unwrap()]].concat();
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

    /// The first share that is held at the end of its day of buying, and the next trading day.
    fn held_over_night(&self, bars: &Bars) -> (String, Day) {
        let fills = self.fills();
        let sold = |symbol: &str, on: Day| {
            fills.iter().any(|(sold, side, day, _)| sold == symbol && *side == Side::Sell && *day == on)
        };
        let (symbol, _, bought, _) = fills
            .iter()
            .find(|(symbol, side, bought, _)| *side == Side::Buy && !sold(symbol, *bought))
            .expect("a share that is kept over night");
        let next = bars.0[symbol].iter().find(|bar| bar.day > *bought).unwrap().day;
        (symbol.clone(), next)
    }

    fn realised(&self) -> i64 {
        self.report["books"][0]["realised_paise"].as_i64().unwrap()
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
async fn the_same_bars_by_share_by_day_and_in_a_chain_lead_to_the_same_journal() {
    let bars = Bars::made_up().await;
    let (by_share, by_day) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let csv = bars.write(by_share.path());
    let bhavcopy = bars.write_by_day(by_day.path());
    let plain = Traded::at(&[&csv]).await;
    assert!(!plain.fills().is_empty());
    for markets in
        [vec![bhavcopy.as_str()], vec![bhavcopy.as_str(), csv.as_str()], vec![csv.as_str(), &bhavcopy]]
    {
        let traded = Traded::at(&markets).await;
        assert_eq!(traded.report["journal_digest"], plain.report["journal_digest"], "{markets:?}");
        assert_eq!(traded.journal, plain.journal, "{markets:?}");
    }
}

#[tokio::test]
async fn a_corporate_action_that_the_prices_are_not_adjusted_for_moves_no_money() {
    let bars = Bars::made_up().await;
    let (symbol, ex_day) = Traded::on(&bars).await.held_over_night(&bars);
    // Bonus 1:1, split 10:1, a demerger of the greater part, consolidation 1:10.
    for (old, new) in [(1, 2), (1, 10), (3, 8), (10, 1)] {
        let mut split = bars.clone();
        split.split(&symbol, ex_day, old, new);
        let traded = Traded::on(&split).await;
        let traded_on = |day: &Day| traded.fills().iter().any(|(of, _, on, _)| *of == symbol && on == day);
        assert!(traded.fills().iter().any(|(of, _, on, _)| *of == symbol && *on < ex_day), "it was bought");
        assert!(!ex_day.iter_days().take(60).any(|day| traded_on(&day)), "{old}:{new}");
        let later = traded.ordered_on(&symbol).into_iter().filter(|day| *day > ex_day).count();
        assert_eq!(later, 0, "no order of {symbol} is sent after {ex_day}");
        assert!(traded.realised().abs() < 5_000_000, "{old}:{new}: {}", traded.realised());
        let book = &traded.report["books"][0];
        assert_eq!(
            (&book["difference_paise"], &book["holdings_differing"]),
            (&Value::from(0), &Value::from(0))
        );
        // What is still held is valued at the last price before the jump.
        let (invested, unrealised) =
            (book["invested_paise"].as_i64().unwrap(), book["unrealised_paise"].as_i64().unwrap());
        assert!(unrealised.abs() * 5 < invested, "{old}:{new}: {unrealised} of {invested}");
        let halts = traded.report["halts"].as_array().unwrap();
        assert_eq!(
            (halts.len(), &halts[0]["symbol"], &halts[0]["user"]),
            (1, &Value::from(symbol.as_str()), &Value::from(1))
        );
        let reason = halts[0]["reason"].as_str().unwrap();
        assert!(
            reason.starts_with(&format!("{symbol} opened at ")) && reason.contains(&ex_day.to_string()),
            "{reason}"
        );
        let note = traded.report["bars"][0].as_str().unwrap();
        assert!(note.starts_with(&format!("{symbol}.csv: {symbol} opened at ")), "{note}");
    }
}

#[tokio::test]
async fn nobody_buys_a_share_after_a_jump_that_nobody_has_explained() {
    let bars = Bars::made_up().await;
    let plain = Traded::on(&bars).await;
    let (symbol, _, bought, _) = plain.fills().into_iter().find(|(_, side, ..)| *side == Side::Buy).unwrap();
    // Nobody holds it yet, and its price left the band weeks before.
    let mut split = bars.clone();
    split.split(&symbol, day("2024-02-01"), 1, 2);
    let traded = Traded::on(&split).await;
    assert!(plain.ordered_on(&symbol).iter().any(|day| *day < bought));
    assert_eq!(traded.ordered_on(&symbol), []);
    assert_eq!(traded.report["halts"], Value::from(Vec::<String>::new()));
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
