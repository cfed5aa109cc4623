//! Statements against the journal they were made from. What things were worth depends on prices, and is not looked at.

use prahari_domain::book::{Book, StrategyResult};
use prahari_domain::ids::UserId;
use prahari_domain::money::Paise;
use prahari_domain::orders::{JournalEntry, OrderState};
use prahari_domain::time::Day;
use prahari_store::ClosedStatement;

use crate::desk::{DailyStatement, StrategyStatement, last_instant};

/// Compares the statements of dates that are over with the journal; how many there are, and what is wrong.
pub(super) fn compare(
    user: UserId,
    capital: Paise,
    entries: &[JournalEntry],
    closed: &[ClosedStatement],
) -> (u64, Vec<String>) {
    let mut folds = Folds { entries, book: Book::open(user, capital), folded: 0 };
    let mut faults = Vec::new();
    for ClosedStatement { day, json } in closed {
        let what = format!("the statement of user {user} of {day}");
        match serde_json::from_str::<DailyStatement>(json) {
            Err(error) => faults.push(format!("{what} cannot be read: {error}")),
            // It says itself that the books may have been incomplete.
            Ok(statement) if statement.note.is_some() => {}
            Ok(statement) => {
                let differs = folds.through(*day).and_then(|book| difference(&statement, *day, book));
                faults.extend(differs.map(|column| format!("{what} differs from the journal in {column}")));
            }
        }
    }
    (closed.len() as u64, faults)
}

/// The books at the end of one date after the other.
struct Folds<'a> {
    entries: &'a [JournalEntry],
    book: Book,
    /// How many entries are in the book.
    folded: usize,
}

impl Folds<'_> {
    /// The books at the end of a date, which is later than the one before; none when later entries stand before
    /// earlier ones, so that there are none to be told apart.
    fn through(&mut self, day: Day) -> Option<&mut Book> {
        let end = last_instant(day);
        while let Some(entry) = self.entries.get(self.folded).filter(|entry| entry.at <= end) {
            self.book.apply(entry).ok()?;
            self.folded += 1;
        }
        let later = self.entries.get(self.folded..).unwrap_or_default();
        later.iter().all(|entry| entry.at > end).then_some(&mut self.book)
    }
}

/// Returns the first difference between a statement and the book at the end of its date.
fn difference(statement: &DailyStatement, day: Day, book: &mut Book) -> Option<&'static str> {
    if let Some(capital) = statement.capital {
        book.set_capital(capital);
    }
    let expired = |order: &&_| is_expired_on(order, day);
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let differs = [
        ("the date", statement.day != day),
        ("cash", statement.capital.is_some() && statement.cash != book.cash()),
        ("cost of what is held", statement.invested != book.invested()),
        ("realised result", statement.realised != book.realised_on(day)),
        ("charges", statement.charges != book.charges_on(day)),
        ("income", statement.income != book.income_on(day)),
        (
            "orders",
            statement.orders_placed != count(book.orders().filter(|order| order.day() == day).count()),
        ),
        ("executions", statement.fills != count(book.fills_on(day).len())),
        ("orders that expired", statement.orders_expired != count(book.orders().filter(expired).count())),
        ("results of strategies", !parts_fit(&statement.by_strategy(), book.results_on(day))),
        ("positions", statement.open_positions != count(book.held_symbols().count())),
    ];
    differs.into_iter().find(|(_, differs)| *differs).map(|(what, _)| what)
}

/// Whether the parts of a statement are what each strategy did by the books. One that only holds something did nothing.
fn parts_fit(parts: &[StrategyStatement], results: &[StrategyResult]) -> bool {
    let done = |part: &&StrategyStatement| {
        (part.realised, part.charges, part.fills) != (Paise::ZERO, Paise::ZERO, 0)
    };
    let parts =
        parts.iter().filter(done).map(|part| (part.strategy, part.realised, part.charges, part.fills));
    let of = |result: &StrategyResult| (result.strategy, result.realised, result.charges, result.fills);
    // A dividend alone is no trade.
    parts.eq(results.iter().map(of).filter(|(_, realised, charges, fills)| {
        (*realised, *charges, *fills) != (Paise::ZERO, Paise::ZERO, 0)
    }))
}

fn is_expired_on(order: &prahari_domain::orders::Order, day: Day) -> bool {
    order.state == OrderState::Expired && order.updated_at.ist_day() == day
}
