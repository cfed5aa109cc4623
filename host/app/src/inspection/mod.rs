//! `prahari database check`: a look at everything in a database that can contradict itself.

mod books;
mod kept;
mod statements;

use std::path::Path;

use prahari_domain::ids::{RunId, UserId};
use prahari_domain::numbers;
use prahari_store::{Inspection, StoreError};

use crate::error::AppError;
use crate::runs::recordings;
use books::BookChecks;

/// The most faults that one check names; the rest is counted.
const MOST_FAULTS: usize = 50;

/// Result of one check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Name of what was checked.
    pub name: &'static str,
    /// Number of items checked.
    pub looked_at: u64,
    /// What is wrong, one sentence each that names what and where; nothing when all is well.
    pub faults: Vec<String>,
    /// Number of further faults that are not listed.
    pub unnamed: u64,
    /// Whether some of it could not be looked at, because it lies on damaged pages of the file.
    pub cut_off: bool,
}

impl Check {
    fn new(name: &'static str) -> Self {
        Self { name, looked_at: 0, faults: Vec::new(), unnamed: 0, cut_off: false }
    }

    /// Returns whether nothing is wrong, and everything could be looked at.
    pub fn is_sound(&self) -> bool {
        self.faults.is_empty() && !self.cut_off
    }

    fn fault(&mut self, sentence: impl ToString) {
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(sentence.to_string());
        } else {
            self.unnamed += 1;
        }
    }

    /// Takes up that something could not be read.
    fn unread(&mut self, error: &StoreError) {
        if error.is_damaged_page() {
            self.cut_off = true;
        } else {
            self.fault(error);
        }
    }

    /// Takes up how much was looked at and what is wrong with it, or why it could not be read.
    fn take(&mut self, found: Result<(u64, Vec<String>), StoreError>) {
        match found {
            Ok((looked_at, faults)) => {
                self.looked_at += looked_at;
                faults.iter().for_each(|fault| self.fault(fault));
            }
            Err(error) => self.unread(&error),
        }
    }

    /// A check that is one question.
    fn of(name: &'static str, found: Result<(u64, Vec<String>), StoreError>) -> Self {
        let mut check = Self::new(name);
        check.take(found);
        check
    }
}

/// Looks at everything in the database at `path` and changes nothing. A daemon may be running on it.
///
/// # Errors
/// When it is no database of this program's version, or cannot be opened at all.
pub fn check(path: &Path) -> Result<Vec<Check>, AppError> {
    let database = match Inspection::open(path) {
        Ok(database) => database,
        Err(error @ StoreError::Damaged { .. }) => {
            return Ok(vec![Check::of("database files", Ok((1, vec![error.to_string()])))]);
        }
        Err(error) => return Err(error.into()),
    };
    let pages = database.page_fault().map(|fault| (1, fault.into_iter().collect()));
    let references = database.reference_faults().map(|faults| (1, faults));
    let mut checks =
        vec![Check::of("database files", pages), Check::of("references between rows", references)];
    checks.extend(BookChecks::of(&database).into_checks());
    checks.push(Check::of("runs and what they left behind", database.run_faults()));
    checks.push(recorded(&database));
    checks.push(kept::modules(&database));
    checks.push(kept::settings(&database));
    checks.push(kept::calendars(&database));
    checks.push(audit(&database));
    if database.was_disturbed() {
        return Err(AppError::Disturbed(path.display().to_string()));
    }
    Ok(checks)
}

/// Looks at the pages of a database that may be of an earlier version, and at nothing else. Changes nothing.
///
/// # Errors
/// When it is no database that this program knows, or cannot be opened at all.
pub fn check_pages(path: &Path) -> Result<Check, AppError> {
    let fault = match Inspection::page_fault_of(path) {
        Err(error @ StoreError::Damaged { .. }) => Some(error.to_string()),
        found => found?,
    };
    Ok(Check::of("database files", Ok((1, fault.into_iter().collect()))))
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
        Err(error) => check.unread(&error),
    }
    check
}

fn recorded(database: &Inspection) -> Check {
    let mut check = Check::new("recordings and the replies they share against their hashes");
    match database.reply_faults() {
        Ok((_, faults)) => faults.iter().for_each(|fault| check.fault(fault)),
        Err(error) => check.unread(&error),
    }
    let runs = match database.recorded() {
        Ok(runs) => runs,
        Err(error) => {
            check.unread(&error);
            return check;
        }
    };
    for (user, run) in runs {
        check.looked_at += 1;
        match look_at_recording(database, user, run) {
            Ok(None) => {}
            Ok(Some(fault)) => check.fault(format!("the recording of run {run} of user {user} {fault}")),
            Err(AppError::Store(error)) => check.unread(&error),
            Err(error) => check.fault(format!("the recording of run {run} of user {user}: {error}")),
        }
    }
    check
}

/// Reads a recording to its last call, and compares how many calls there are with what the run counted.
fn look_at_recording(database: &Inspection, user: UserId, run: RunId) -> Result<Option<String>, AppError> {
    let Some(row) = database.recording(user, run)? else { return Ok(None) };
    let recording = recordings::read(run, row)?;
    let calls = recording.calls().map_err(|source| AppError::Recording { run, source })?.len() as u64;
    let counted = database.counted(user, run)?.flatten().filter(|counted| counted.calls != calls);
    let has = numbers::counted(calls, "host call", "host calls");
    Ok(counted.map(|counted| format!("has {has}, and the run counted {}", counted.calls)))
}
