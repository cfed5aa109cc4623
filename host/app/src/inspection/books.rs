//! Each user's books: the journal, and everything that only repeats what it says.

use std::collections::BTreeMap;

use prahari_brokers::PaperRow;
use prahari_brokers::paper::read_account;
use prahari_domain::book::Book;
use prahari_domain::ids::{RunId, UserId};
use prahari_domain::money::{Paise, rupees};
use prahari_domain::numbers;
use prahari_domain::orders::{JournalEntry, OrderEvent, Purpose};
use prahari_store::{Inspection, StoreError};

use super::{Check, statements};
use crate::error::AppError;
use crate::maintenance::books;
use crate::paper_store::PAPER;

/// How much was looked at and what is wrong with it, or why it could not be read.
type Looked = Result<(u64, Vec<String>), StoreError>;

/// Checks of each user's book.
pub(super) struct BookChecks {
    journals: Check,
    books: Check,
    snapshots: Check,
    paper: Check,
    orders: Check,
    decided: Check,
    statements: Check,
}

impl BookChecks {
    pub(super) fn of(database: &Inspection) -> Self {
        let mut checks = Self {
            journals: Check::new("journal entries against their checksums"),
            books: Check::new("books folded from the journals"),
            snapshots: Check::new("snapshots against the journals"),
            paper: Check::new("paper accounts against the books"),
            orders: Check::new("rows of orders against the journals"),
            decided: Check::new("runs that decided orders against the journals"),
            statements: Check::new("statements of closed dates against the journals"),
        };
        match database.unknown_users() {
            Ok(unknown_users) => {
                let sentence =
                    |user: &UserId| format!("user {user} has a journal, and there is no such user");
                unknown_users.iter().for_each(|user| checks.journals.fault(sentence(user)));
            }
            Err(error) => checks.journals.unread(&error),
        }
        match database.users() {
            Ok(users) => users.iter().for_each(|(user, capital, broker)| {
                // What is kept of a paper account that its user does not trade over is older than the books.
                checks.look_at(database, *user, *capital, broker == PAPER);
            }),
            Err(error) => {
                checks.journals.unread(&error);
                checks.cut_off_by(&error);
            }
        }
        checks
    }

    fn look_at(&mut self, database: &Inspection, user: UserId, capital: Paise, on_paper: bool) {
        let entries = match database.journal(user) {
            Ok(entries) => entries,
            Err(error) => {
                self.journals.unread(&error);
                return self.cut_off_by(&error);
            }
        };
        self.journals.looked_at += entries.len() as u64;
        self.books.looked_at += 1;
        let book = match fold(Book::open(user, capital), &entries) {
            Ok(book) => book,
            Err(error) => {
                return self.books.fault(format!("the books of user {user} cannot be folded: {error}"));
            }
        };
        if book.difference() != Paise::ZERO {
            let sentence =
                format!("the books of user {user} do not balance by {}", rupees(book.difference()));
            self.books.fault(sentence);
        }
        self.snapshots.take(look_at_snapshot(database, &book, &entries));
        if on_paper {
            self.paper.take(look_at_paper(database, &book));
        }
        self.orders.take(database.order_faults(user, book.orders()));
        self.decided.take(look_at_decisions(database, user, &entries));
        let closed = database.closed_statements(user);
        self.statements.take(closed.map(|closed| statements::compare(user, capital, &entries, &closed)));
    }

    /// When a damaged page makes the journals unreadable, everything that is compared with them is left out too.
    fn cut_off_by(&mut self, error: &StoreError) {
        if !error.is_damaged_page() {
            return;
        }
        let Self { journals: _, books, snapshots, paper, orders, decided, statements } = self;
        for check in [books, snapshots, paper, orders, decided, statements] {
            check.unread(error);
        }
    }

    pub(super) fn into_checks(self) -> [Check; 7] {
        [self.journals, self.books, self.snapshots, self.paper, self.orders, self.decided, self.statements]
    }
}

/// Compares the snapshot of a user's books with their folded journal.
fn look_at_snapshot(database: &Inspection, book: &Book, entries: &[JournalEntry]) -> Looked {
    let user = book.user();
    let found = match database.snapshot(user) {
        Ok(found) => found,
        Err(error @ StoreError::SnapshotDamaged { .. }) => return Ok((1, vec![error.to_string()])),
        Err(error) => return Err(error),
    };
    let Some((through, data)) = found else { return Ok((0, Vec::new())) };
    let fault = |why: String| Ok((1, vec![format!("the snapshot of the books of user {user} {why}")]));
    let kept = match Book::from_snapshot(&data) {
        Ok(kept) => kept,
        Err(error) => return fault(format!("cannot be read: {error}")),
    };
    let later: Vec<_> = entries.iter().filter(|entry| entry.sequence > through).cloned().collect();
    let mut kept = match fold(kept, &later) {
        Ok(kept) => kept,
        Err(error) => return fault(format!("does not go on: {error}")),
    };
    kept.set_capital(book.capital());
    match first_difference(&kept, book) {
        Some(what) => fault(format!("differs from the journal in {what}")),
        None => Ok((1, Vec::new())),
    }
}

/// Compares the paper broker's account of a user with their books.
fn look_at_paper(database: &Inspection, book: &Book) -> Looked {
    let user = book.user();
    let (rows, account) = database.paper(user)?;
    let Some(account) = account else { return Ok((0, Vec::new())) };
    let rows: Vec<_> =
        rows.into_iter().map(|row| PaperRow { tag: row.tag, active: row.active, data: row.data }).collect();
    let difference = match read_account(user, &rows, &account) {
        Ok(account) => books::difference(book, &account),
        Err(error) => Some(error.to_string()),
    };
    Ok((1, difference.map(|difference| format!("user {user}: {difference}")).into_iter().collect()))
}

/// Compares how many orders each run placed by the journal with what the run counted. What was traded outside and only
/// booked here was decided by no run.
fn look_at_decisions(database: &Inspection, user: UserId, entries: &[JournalEntry]) -> Looked {
    let mut placed: BTreeMap<RunId, u64> = BTreeMap::new();
    for entry in entries {
        if let OrderEvent::Intended { run, request, .. } = &entry.event
            && request.purpose != Purpose::External
        {
            *placed.entry(*run).or_default() += 1;
        }
    }
    let mut faults = Vec::new();
    for (run, orders) in &placed {
        match database.counted(user, *run)? {
            None => faults.push(format!(
                "the journal of user {user} has orders of run {run}, which is no run of theirs"
            )),
            Some(Some(counted)) if counted.orders < *orders => faults.push(format!(
                "run {run} of user {user} counted {}, and the journal has {orders} of it",
                numbers::counted(counted.orders, "order", "orders")
            )),
            Some(_) => {}
        }
    }
    Ok((placed.len() as u64, faults))
}

fn fold(mut book: Book, entries: &[JournalEntry]) -> Result<Book, AppError> {
    for entry in entries {
        book.apply(entry)?;
    }
    Ok(book)
}

/// Returns the first difference between two folds of one journal.
fn first_difference(kept: &Book, folded: &Book) -> Option<&'static str> {
    let differs = [
        ("whose books they are", kept.user() != folded.user()),
        ("how many entries it goes through", kept.next_sequence() != folded.next_sequence()),
        ("cash", kept.cash() != folded.cash()),
        ("realised result", kept.realised() != folded.realised()),
        ("charges", kept.charges() != folded.charges()),
        ("results of strategies", kept.results() != folded.results()),
        ("positions", kept.positions() != folded.positions()),
        ("active orders", !kept.active_orders().eq(folded.active_orders())),
    ];
    differs.into_iter().find(|(_, differs)| *differs).map(|(what, _)| what)
}
