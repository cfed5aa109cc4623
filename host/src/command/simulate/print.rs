//! The report as text.

use std::collections::BTreeMap;

use prahari_app::simulation::Report;
use prahari_domain::money::Paise;

/// Prints months, totals and books.
pub fn report(report: &Report) {
    println!("month    runs     slots  signals  orders  fills     realised      charges   unrealised");
    for (name, month) in &report.months {
        let runs: u64 = month.counts.runs.values().flat_map(BTreeMap::values).sum();
        println!(
            "{name} {runs:>6} {:>9} {:>8} {:>7} {:>6} {:>12} {:>12} {:>12}",
            sum(&month.counts.slots),
            sum(&month.counts.signals),
            sum(&month.counts.orders),
            sum(&month.counts.fills),
            Paise(month.realised_paise).to_string(),
            Paise(month.charges_paise).to_string(),
            Paise(month.unrealised_paise).to_string(),
        );
    }
    println!();
    println!("runs     {} ({})", report.runs.total, counts(&report.runs.by_task));
    let slots = &report.slots;
    println!(
        "slots    {} expected, {} accounted ({})",
        slots.expected,
        slots.accounted,
        counts(&slots.by_outcome)
    );
    println!("ticks    {}", counts(&slots.ticks));
    println!("signals  {}", counts(&report.signals));
    println!("orders   {}", counts(&report.orders.by_state));
    println!("fills    {}", counts(&report.fills));
    println!();
    println!("user         cash     invested     realised      charges   unrealised   difference");
    for book in &report.books {
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
    println!();
    println!("journal  {}", report.journal_digest);
    println!("took     {:.1} s, {} MB at most", report.wall_seconds, report.peak_rss_bytes / 1_000_000);
}

fn sum(counts: &BTreeMap<String, u64>) -> u64 {
    counts.values().sum()
}

fn counts(counts: &BTreeMap<String, u64>) -> String {
    if counts.is_empty() {
        return "none".to_owned();
    }
    counts.iter().map(|(name, count)| format!("{name} {count}")).collect::<Vec<_>>().join(", ")
}
