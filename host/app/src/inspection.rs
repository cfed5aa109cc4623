//! `prahari database check`: a look at everything in a database that can contradict itself.

use std::path::Path;

use prahari_brokers::PaperRow;
use prahari_brokers::paper::read_account;
use prahari_domain::book::Book;
use prahari_domain::ids::UserId;
use prahari_domain::money::Paise;
use prahari_domain::orders::JournalEntry;
use prahari_store::{Inspection, StoreError};

use crate::books;
use crate::error::AppError;
use crate::recordings;

/// The most faults that one check names; the rest is counted.
const MOST_FAULTS: usize = 50;

/// What one check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What was looked at.
    pub name: &'static str,
    /// How much of it.
    pub looked_at: u64,
    /// What is wrong, one sentence each that names what and where; nothing when all is well.
    pub faults: Vec<String>,
    /// How many faults more there are.
    pub unnamed: u64,
}

impl Check {
    fn new(name: &'static str) -> Self {
        Self { name, looked_at: 0, faults: Vec::new(), unnamed: 0 }
    }

    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.faults.is_empty()
    }

    fn fault(&mut self, sentence: impl ToString) {
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(sentence.to_string());
        } else {
            self.unnamed += 1;
        }
    }

    /// Takes up a list of faults, or the reason why there is none.
    fn take(mut self, faults: Result<Vec<String>, StoreError>) -> Self {
        match faults {
            Ok(faults) => faults.iter().for_each(|fault| self.fault(fault)),
            Err(error) => self.fault(error),
        }
        self
    }
}

/// Looks at everything in the database at `path` and changes nothing. A daemon may be running on it.
///
/// # Errors
/// When it is no database of this program's version, or cannot be opened at all.
pub fn check(path: &Path) -> Result<Vec<Check>, AppError> {
    let database = Inspection::open(path)?;
    let mut checks = vec![
        Check { looked_at: 1, ..Check::new("database files") }.take(database.page_faults()),
        Check { looked_at: 1, ..Check::new("references between rows") }.take(database.reference_faults()),
    ];
    checks.extend(BookChecks::of(&database).into_checks());
    checks.push(audit(&database));
    checks.push(recorded(&database));
    if database.was_disturbed() {
        return Err(AppError::Disturbed(path.display().to_string()));
    }
    Ok(checks)
}

/// What is looked at of each user's books.
struct BookChecks {
    journals: Check,
    books: Check,
    snapshots: Check,
    paper: Check,
}

impl BookChecks {
    fn of(database: &Inspection) -> Self {
        let mut checks = Self {
            journals: Check::new("journal entries against their checksums"),
            books: Check::new("books folded from the journals"),
            snapshots: Check::new("snapshots against the journals"),
            paper: Check::new("paper accounts against the books"),
        };
        match database.strangers() {
            Ok(strangers) => {
                let sentence =
                    |user: &UserId| format!("user {user} has a journal, and there is no such user");
                strangers.iter().for_each(|user| checks.journals.fault(sentence(user)));
            }
            Err(error) => checks.journals.fault(error),
        }
        match database.users() {
            Ok(users) => users.iter().for_each(|(user, capital)| checks.look_at(database, *user, *capital)),
            Err(error) => checks.books.fault(error),
        }
        checks
    }

    fn look_at(&mut self, database: &Inspection, user: UserId, capital: Paise) {
        let entries = match database.journal(user) {
            Ok(entries) => entries,
            Err(error) => return self.journals.fault(error),
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
            let sentence = format!("the books of user {user} do not balance by {} rupees", book.difference());
            self.books.fault(sentence);
        }
        if let Err(error) = self.look_at_snapshot(database, &book, &entries) {
            self.snapshots.fault(error);
        }
        if let Err(error) = self.look_at_paper(database, &book) {
            self.paper.fault(error);
        }
    }

    fn look_at_snapshot(
        &mut self,
        database: &Inspection,
        book: &Book,
        entries: &[JournalEntry],
    ) -> Result<(), String> {
        let user = book.user();
        let Some((through, data)) = database.snapshot(user).map_err(|error| error.to_string())? else {
            return Ok(());
        };
        self.snapshots.looked_at += 1;
        let named = |why: String| format!("the snapshot of the books of user {user} {why}");
        let kept = Book::from_snapshot(&data).map_err(|error| named(format!("cannot be read: {error}")))?;
        let later: Vec<_> = entries.iter().filter(|entry| entry.sequence > through).cloned().collect();
        let mut kept = fold(kept, &later).map_err(|error| named(format!("does not go on: {error}")))?;
        kept.set_capital(book.capital());
        match first_difference(&kept, book) {
            Some(what) => Err(named(format!("differs from the journal in {what}"))),
            None => Ok(()),
        }
    }

    fn look_at_paper(&mut self, database: &Inspection, book: &Book) -> Result<(), String> {
        let (rows, account) = database.paper(book.user()).map_err(|error| error.to_string())?;
        let Some(account) = account else { return Ok(()) };
        self.paper.looked_at += 1;
        let rows: Vec<_> = rows
            .into_iter()
            .map(|row| PaperRow { tag: row.tag, active: row.active, data: row.data })
            .collect();
        let account = read_account(book.user(), &rows, &account).map_err(|error| error.to_string())?;
        match books::difference(book, &account) {
            Some(difference) => Err(format!("user {}: {difference}", book.user())),
            None => Ok(()),
        }
    }

    fn into_checks(self) -> [Check; 4] {
        [self.journals, self.books, self.snapshots, self.paper]
    }
}

fn fold(mut book: Book, entries: &[JournalEntry]) -> Result<Book, AppError> {
    for entry in entries {
        book.apply(entry)?;
    }
    Ok(book)
}

/// In what two folds of one journal differ, if in anything.
fn first_difference(kept: &Book, folded: &Book) -> Option<&'static str> {
    let differs = [
        ("whose books they are", kept.user() != folded.user()),
        ("how many entries it goes through", kept.next_sequence() != folded.next_sequence()),
        ("cash", kept.cash() != folded.cash()),
        ("realised result", kept.realised() != folded.realised()),
        ("charges", kept.charges() != folded.charges()),
        ("positions", kept.positions() != folded.positions()),
        ("active orders", !kept.active_orders().eq(folded.active_orders())),
    ];
    differs.into_iter().find(|(_, differs)| *differs).map(|(what, _)| what)
}

fn audit(database: &Inspection) -> Check {
    let mut check = Check::new("audit entries against their hashes");
    match database.audit() {
        Ok(found) => {
            check.looked_at = found.entries;
            if let Some((id, why)) = found.broken {
                check.fault(format!("the audit log is broken at entry {id}: {why}"));
            }
        }
        Err(error) => check.fault(error),
    }
    check
}

fn recorded(database: &Inspection) -> Check {
    let mut check = Check::new("recordings and the replies they share against their hashes");
    match database.miscounted_replies() {
        Ok(0) => {}
        Ok(count) => {
            check.fault(format!("{count} shared replies of recordings have no count, or no content"))
        }
        Err(error) => check.fault(error),
    }
    let runs = match database.recorded() {
        Ok(runs) => runs,
        Err(error) => {
            check.fault(error);
            return check;
        }
    };
    for (user, run) in runs {
        check.looked_at += 1;
        let found = database.recording(user, run).map_err(AppError::from);
        let read = found.and_then(|row| row.map(|row| recordings::read(run, row)).transpose());
        let calls = read.map(|recording| recording.map(|recording| recording.calls()).transpose());
        if let Err(error) =
            calls.and_then(|calls| calls.map_err(|source| AppError::Recording { run, source }))
        {
            check.fault(format!("the recording of run {run} of user {user}: {error}"));
        }
    }
    check
}
