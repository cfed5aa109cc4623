//! A simulation on the fake's bars, beside the same bars in files.

use std::path::Path;
use std::sync::Arc;

use prahari_app::clock::Clock;

use crate::bars::Bars;
use crate::fake_yahoo::{FakeYahoo, Mood};
use crate::support::{Simulated, run, simulate, stderr};

const WEEKS: [&str; 4] = ["--from", "2024-03-18", "--to", "2024-04-05"];

/// A server that has bars, and the options that lead to it.
pub async fn served(bars: &Bars, folder: &Path) -> (FakeYahoo, Vec<String>) {
    let fake = FakeYahoo::start(bars.0.clone(), Arc::new(|| Clock::System.now())).await;
    let list = folder.join("shares.txt");
    std::fs::write(&list, bars.0.keys().map(|name| format!("{name}.NS\n")).collect::<String>()).unwrap();
    let url = fake.url();
    let options =
        ["--yahoo-url", &url, "--yahoo-per-minute", "60000", "--yahoo-symbols", list.to_str().unwrap()];
    (fake.clone(), options.map(str::to_owned).to_vec())
}

/// Simulates on a thread of its own: the server has to go on.
pub async fn simulated(arguments: Vec<String>) -> Simulated {
    let simulating = tokio::task::spawn_blocking(move || {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        simulate(&arguments)
    });
    simulating.await.unwrap()
}

fn with(market: &[&str], options: &[String]) -> Vec<String> {
    let markets = market.iter().flat_map(|market| ["--market", market]);
    WEEKS.into_iter().chain(markets).map(str::to_owned).chain(options.iter().cloned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_bars_give_the_same_journal_as_files_alone_and_in_a_chain() {
    let folder = tempfile::tempdir().unwrap();
    let bars = Bars::made_up().await;
    let (fake, options) = served(&bars, folder.path()).await;
    let shares = folder.path().join("shares");
    std::fs::create_dir(&shares).unwrap();
    let csv = bars.write(&shares);
    let on_files = simulated(with(&[&csv], &[])).await;
    let on_yahoo = simulated(with(&["yahoo"], &options)).await;
    assert_eq!(on_yahoo.report["journal_digest"], on_files.report["journal_digest"]);
    assert_eq!(fake.take_asked().len(), bars.0.len());
    let in_chain = simulated(with(&[&csv, "yahoo"], &options)).await;
    assert_eq!(in_chain.report["journal_digest"], on_files.report["journal_digest"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_simulation_does_not_begin_on_a_source_that_is_down() {
    let folder = tempfile::tempdir().unwrap();
    let (fake, options) = served(&Bars::made_up().await, folder.path()).await;
    fake.set_mood(Mood::LockedOut);
    let arguments: Vec<String> =
        std::iter::once("simulate".to_owned()).chain(with(&["yahoo"], &options)).collect();
    let output =
        tokio::task::spawn_blocking(move || run(&arguments.iter().map(String::as_str).collect::<Vec<_>>()));
    let output = output.await.unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = stderr(&output);
    assert!(said.contains("the prices cannot be fetched: 0 shares fetched"), "{said}");
}
