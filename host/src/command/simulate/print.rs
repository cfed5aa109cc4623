//! The report as text.

use std::collections::BTreeMap;

use prahari_app::simulation::{BookReport, HaltReport, MonthReport, Report};
use prahari_domain::money::{Paise, rupees};
use prahari_domain::numbers::counted;
use prahari_store::MonthTotals;

use crate::exit::say;

/// Number of notes on the bars that are printed; the JSON report has all of them.
const NOTES: usize = 20;

/// Prints what is to be known of the bars, each month, the total, the books and the digest.
pub fn report(report: &Report) {
    report.bars.iter().take(NOTES).for_each(|note| say!("{note}"));
    if let Some(more) = report.bars.len().checked_sub(NOTES).filter(|more| *more > 0) {
        say!("and {} on the bars", counted(more, "more note", "more notes"));
    }
    if let Some(note) = &report.days.note {
        say!("{note}");
    }
    for (name, month) in &report.months {
        say!("{name}");
        counts_of(&month.counts);
        money_of(month);
    }
    say!("total");
    counts_of(&total(report));
    say!("");
    say!("user         cash     invested     realised      charges   unrealised   difference");
    report.books.iter().for_each(book);
    // With one strategy its line says what the user's says.
    report.books.iter().filter(|book| book.strategies.len() > 1).for_each(strategies);
    report.halts.iter().for_each(halt);
    say!("");
    say!("journal {}", report.journal_digest);
    say!("took {:.1} s, {} MB at most", report.wall_seconds, report.peak_rss_bytes / 1_000_000);
}

fn counts_of(counts: &MonthTotals) {
    let runs: Counts = counts.runs.iter().map(|(task, by_outcome)| (task.clone(), sum(by_outcome))).collect();
    say!("  runs     {}", list(&runs));
    say!("  failed   {}", list(&failures(counts)));
    say!("  slots    {} expected: {}", sum(&counts.slots), list(&counts.slots));
    say!("  ticks    {}", list(&counts.ticks));
    say!("  signals  {}", list(&counts.signals));
    say!("  orders   {}", list(&counts.orders));
    say!("  fills    {}", list(&counts.fills));
}

fn money_of(month: &MonthReport) {
    let MonthReport { realised_paise, charges_paise, unrealised_paise, .. } = month;
    let [realised, charges, unrealised] =
        [*realised_paise, *charges_paise, *unrealised_paise].map(|paise| rupees(Paise(paise)));
    say!("  P&L      realised {realised}, charges {charges}, unrealised {unrealised}");
}

fn book(book: &BookReport) {
    say!(
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

fn strategies(book: &BookReport) {
    for strategy in &book.strategies {
        say!(
            "user {}, {}: realised {}, charges {}, invested {}, unrealised {}, fills {}",
            book.user,
            strategy.strategy,
            rupees(Paise(strategy.realised_paise)),
            rupees(Paise(strategy.charges_paise)),
            rupees(Paise(strategy.invested_paise)),
            rupees(Paise(strategy.unrealised_paise)),
            strategy.fills
        );
    }
}

fn halt(halt: &HaltReport) {
    let HaltReport { user, symbol, since, reason } = halt;
    let what = symbol.as_deref().unwrap_or("everything");
    say!("halted   {what} of user {user} since {since} IST: {reason}");
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
