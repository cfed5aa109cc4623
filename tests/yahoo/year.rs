//! The strategy over a year of the same bars from files by share, from the exchange's daily files and over the net: each
//! source has them in its own form and with the faults that it is known for, and each order is the same.

use std::path::Path;

use serde_json::Value;

use crate::bars::Bars;
use crate::simulated::{served, simulated};
use crate::support::heavy;
use crate::world::day;

/// With three special Saturdays, a Muhurat evening, and the day on which the exchange's files changed.
const YEAR: [&str; 4] = ["--from", "2024-01-01", "--to", "2024-12-31"];
/// The part of it that is always simulated, around that day.
const QUARTER: [&str; 4] = ["--from", "2024-05-15", "--to", "2024-08-16"];

/// A holiday on which one source repeats the day before, and another one has it without volume.
const HOLIDAY: &str = "2024-07-17";

/// Of 32 bits, fewer than one in a paisa is left from here on.
const DEAR_PAISE: i64 = 13_107_200;

/// The made-up bars with a share that is dear, one that is not traded for a while and one that is new.
async fn bars() -> Bars {
    let mut bars = Bars::made_up_until("2024-12-31").await;
    let lowest = bars.0[DEAR].iter().filter(|bar| bar.day >= day("2024-01-01")).map(|bar| bar.low.0).min();
    bars.make_dearer(DEAR, DEAR_PAISE / lowest.unwrap() + 1);
    bars.suspend(SUSPENDED, day("2024-06-05"), day("2024-06-14"));
    bars.list_on(NEW, day("2023-07-03"));
    bars
}

/// Nobody buys it, but it is looked at each evening.
const DEAR: &str = "KALDIVAR";
const SUSPENDED: &str = "TREMANDI";
const NEW: &str = "RIVALDIS";

/// What a simulation did: each fact of each order, and the report.
struct Traded {
    orders: String,
    report: Value,
}

impl Traded {
    /// Simulates on a market.
    async fn on(market: &str, options: &[String], days: [&str; 4], orders: &Path) -> Self {
        let fixed = days.into_iter().chain(["--market", market, "--orders", orders.to_str().unwrap()]);
        let arguments = fixed.map(str::to_owned).chain(options.iter().cloned()).collect();
        let report = simulated(arguments).await.report;
        Self { orders: std::fs::read_to_string(orders).unwrap(), report }
    }

    fn count(&self, what: &str, of: &str) -> u64 {
        self.report[what][of].as_u64().unwrap_or_default()
    }

    /// Expects another simulation to have done the same.
    fn is_that_of(&self, other: &Self, source: &str) {
        assert_eq!(self.report["settings"]["bars"], other.report["settings"]["bars"], "the bars of {source}");
        let differs = self.orders.lines().zip(other.orders.lines()).find(|(here, there)| here != there);
        assert_eq!(differs, None, "the first line of {source} that differs, and what it is elsewhere");
        for part in
            ["journal_digest", "slots", "runs", "signals", "orders", "fills", "halts", "books", "months"]
        {
            assert_eq!(self.report[part], other.report[part], "{part} of {source}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_bars_are_traded_alike_from_whichever_source_they_come() {
    let (days, least) = if heavy() { (YEAR, 80) } else { (QUARTER, 20) };
    let folder = tempfile::tempdir().unwrap();
    let [by_share, by_day] = ["by-share", "by-day"].map(|name| folder.path().join(name));
    for dir in [&by_share, &by_day] {
        std::fs::create_dir(dir).unwrap();
    }
    let bars = bars().await;
    let bhavcopy = bars.write_as_published(&by_day);
    let (fake, options) = served(&bars, folder.path()).await;
    fake.add_phantoms(&[day(HOLIDAY)]);
    let mut repeated = bars.clone();
    repeated.repeat_on(day(HOLIDAY));
    let csv = repeated.write(&by_share);

    let [a, b, c] = ["csv", "bhavcopy", "yahoo"].map(|source| folder.path().join(format!("{source}.tsv")));
    let (on_csv, on_bhavcopy, on_yahoo) = tokio::join!(
        Traded::on(&csv, &[], days, &a),
        Traded::on(&bhavcopy, &[], days, &b),
        Traded::on("yahoo", &options, days, &c),
    );
    on_bhavcopy.is_that_of(&on_csv, "bhavcopy");
    on_yahoo.is_that_of(&on_csv, "yahoo");
    // Each was what it was named, and there was something to compare.
    assert_eq!(fake.take_asked().len(), bars.0.len());
    let notes = on_csv.report["bars"].to_string();
    for said in ["without a session ", "without volume"] {
        assert!(notes.contains(said), "{said}: {notes}");
    }
    for side in ["buy", "sell"] {
        assert!(on_csv.count("fills", side) > least, "{}", on_csv.report["fills"]);
    }
    assert_eq!(on_csv.report["slots"]["expected"], on_csv.report["slots"]["accounted"]);
    assert_eq!(on_csv.report["books"][0]["difference_paise"], 0);
    for symbol in [SUSPENDED, NEW] {
        assert!(on_csv.orders.contains(symbol), "nothing was ordered of {symbol}");
    }
}
