//! The report as text.

use std::collections::BTreeMap;

use prahari_app::simulation::{BookReport, MonthReport, Report};
use prahari_domain::money::Paise;
use prahari_store::MonthTotals;

/// Prints each month, the total, the books and the digest.
pub fn report(report: &Report) {
    for (name, month) in &report.months {
        println!("{name}");
        counts_of(&month.counts);
        money_of(month);
    }
    println!("total");
    counts_of(&total(report));
    println!();
    println!("user         cash     invested     realised      charges   unrealised   difference");
    report.books.iter().for_each(book);
    println!();
    println!("journal {}", report.journal_digest);
    println!("took {:.1} s, {} MB at most", report.wall_seconds, report.peak_rss_bytes / 1_000_000);
}

fn counts_of(counts: &MonthTotals) {
    let runs: Counts = counts.runs.iter().map(|(task, by_outcome)| (task.clone(), sum(by_outcome))).collect();
    println!("  runs     {}", list(&runs));
    println!("  failed   {}", list(&failures(counts)));
    println!("  slots    {} expected: {}", sum(&counts.slots), list(&counts.slots));
    println!("  ticks    {}", list(&counts.ticks));
    println!("  signals  {}", list(&counts.signals));
    println!("  orders   {}", list(&counts.orders));
    println!("  fills    {}", list(&counts.fills));
}

fn money_of(month: &MonthReport) {
    let MonthReport { realised_paise, charges_paise, unrealised_paise, .. } = month;
    let (realised, charges, unrealised) =
        (Paise(*realised_paise), Paise(*charges_paise), Paise(*unrealised_paise));
    println!("  P&L      realised {realised}, charges {charges}, unrealised {unrealised}");
}

fn book(book: &BookReport) {
    println!(
        "{:>4} {:>12} {:>12} {:>12} {:>12} {:>12} {:>12}",
        book.user,
        Paise(book.cash_paise).to_string(),
        Paise(book.invested_paise).to_string(),
        Paise(book.realised_paise).to_string(),
        Paise(book.charges_paise).to_string(),
        Paise(book.unrealised_paise).to_string(),
        Paise(book.difference_paise).to_string(),
    );
}

fn total(report: &Report) -> MonthTotals {
    MonthTotals {
        runs: report.runs.by_outcome.clone(),
        slots: report.slots.by_outcome.clone(),
        slots_by_task: report.slots.by_task.clone(),
        ticks: report.slots.ticks.clone(),
        orders: report.orders.by_state.clone(),
        fills: report.fills.clone(),
        signals: report.signals.clone(),
    }
}

/// Runs by outcome, without those that did their work.
fn failures(counts: &MonthTotals) -> Counts {
    let mut failures = Counts::new();
    for (outcome, count) in counts.runs.values().flatten().filter(|(outcome, _)| *outcome != "succeeded") {
        *failures.entry(outcome.clone()).or_default() += count;
    }
    failures
}

type Counts = BTreeMap<String, u64>;

fn sum(counts: &Counts) -> u64 {
    counts.values().sum()
}

fn list(counts: &Counts) -> String {
    if counts.is_empty() {
        return "none".to_owned();
    }
    counts.iter().map(|(name, count)| format!("{name} {count}")).collect::<Vec<_>>().join(", ")
}
