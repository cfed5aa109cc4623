//! What can go wrong with the store, each as one sentence for a person.

use std::path::PathBuf;
use std::sync::Arc;

use prahari_domain::ids::{RunId, SignalId, UserId};
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use rusqlite::ErrorCode;

use crate::settings::Settings;

/// What is wrong with an entry that cannot be read because of the page that it lies on.
pub(crate) const ON_A_DAMAGED_PAGE: &str = "lies on a damaged page of the file";

/// A read or write that did not happen.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// Another process, or this one, has the database open.
    #[error("the database {} is in use by another daemon: stop it first, or name another database", path.display())]
    InUse {
        /// Path of the database.
        path: PathBuf,
    },
    /// The database, or SQLite's log beside it, is not the file any more that was opened.
    #[error("{} {fate} while the daemon used it: nothing is written any more, because nobody would find it", path.display())]
    Gone {
        /// Path of the file.
        path: PathBuf,
        /// What happened to the file.
        fate: &'static str,
    },
    /// The database is gone, and its log still stands there.
    #[error("there is no database {}, but its log {} holds what was written last: put the database back beside its log, or move the log away if it belongs to none", path.display(), log.display())]
    LogWithoutDatabase {
        /// The database that is not there.
        path: PathBuf,
        /// The log beside it.
        log: PathBuf,
    },
    /// The file has another name, beside which there is a log with what is not in the file yet.
    #[error("the database {} is also named {}, and what was written last is in the log beside that name: open it by that name", path.display(), other.display())]
    LogOfOtherName {
        /// The database by the name that was given.
        path: PathBuf,
        /// Path of the other hard link.
        other: PathBuf,
    },
    /// A file stands where a copy of a database, or one that is moved aside, is to be.
    #[error("there is {} already, and nothing is overwritten: name another file, or move this one away", path.display())]
    Taken {
        /// Path of the file.
        path: PathBuf,
    },
    /// Another process is making a copy of that name.
    #[error("another backup is being written to {}: wait until it ends, or name another file", path.display())]
    CopyUnderWay {
        /// Path of the file that it writes.
        path: PathBuf,
    },
    /// The file holds something else.
    #[error("{} is not a Prahari database: name another file, or move this one away", path.display())]
    NotADatabase {
        /// Path of the file.
        path: PathBuf,
    },
    /// The file is a database, and cannot be opened as one any more.
    #[error("the database {} is damaged: {fault}; put a backup from before in its place", path.display())]
    Damaged {
        /// Path of the file.
        path: PathBuf,
        /// What is wrong with the file.
        fault: String,
    },
    /// The database was written by a newer program.
    #[error("the database {} has version {found}, but this program knows versions up to {known}: use a newer program", path.display())]
    NewerVersion {
        /// Path of the database.
        path: PathBuf,
        /// The version it has.
        found: u32,
        /// The newest version this program can use.
        known: u32,
    },
    /// The database was written by an older program, and is only looked at here.
    #[error("the database {} has version {found}, and this program looks at version {known}: start a daemon of this version on it once, or check it with the program that wrote it", path.display())]
    OlderVersion {
        /// Path of the database.
        path: PathBuf,
        /// The version it has.
        found: u32,
        /// The version that this program writes.
        known: u32,
    },
    /// A file or folder could not be used.
    #[error("cannot {doing} {}: {source}", path.display())]
    File {
        /// Operation that failed.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Cause.
        source: Arc<std::io::Error>,
    },
    /// The database could not be opened.
    #[error("cannot open the database {}: {source}", path.display())]
    Open {
        /// Path of the database.
        path: PathBuf,
        /// Cause.
        source: Arc<rusqlite::Error>,
    },
    /// A migration failed; the database is as it was before.
    #[error("the migration {name} of the database failed, which is left as it was: {source}")]
    Migration {
        /// File name of the migration.
        name: &'static str,
        /// Cause.
        source: Arc<rusqlite::Error>,
    },
    /// SQLite refused a statement.
    #[error("cannot {doing} in the database: {source}")]
    Sql {
        /// Operation that failed.
        doing: &'static str,
        /// Cause.
        source: Arc<rusqlite::Error>,
    },
    /// A stored value cannot be read back.
    #[error("the database column {column} holds {value:?}, which cannot be read: {why}")]
    Unreadable {
        /// Column of the value.
        column: &'static str,
        /// The start of the value.
        value: String,
        /// The reason, in one sentence.
        why: String,
    },
    /// A value cannot be written as JSON.
    #[error("cannot write {what} as JSON: {why}")]
    Unwritable {
        /// What the value is, such as "the heartbeats".
        what: &'static str,
        /// The reason, in one sentence.
        why: String,
    },
    /// An earlier write failed, so nothing is written any more.
    #[error("nothing is written to the database any more, because an earlier write failed: {first}")]
    Stopped {
        /// The sentence of the first failure.
        first: Arc<str>,
    },
    /// The store was closed.
    #[error("the database is closed")]
    Closed,
    /// A row of one user was given to the scope of another.
    #[error("{what} belongs to user {owner}, not to user {scope}")]
    ForeignUser {
        /// Kind of the row.
        what: &'static str,
        /// User to whom the row belongs.
        owner: UserId,
        /// User of the scope that was used.
        scope: UserId,
    },
    /// A journal entry does not follow the last one.
    #[error("the journal of user {user} continues with entry {expected}, not with entry {given}")]
    JournalGap {
        /// The user whose journal it is.
        user: UserId,
        /// The sequence number that comes next.
        expected: u64,
        /// The one that was given.
        given: u64,
    },
    /// An entry of a journal is not what was written: the file was damaged or changed.
    #[error("entry {sequence} of the order journal of user {user} {fault}")]
    JournalDamaged {
        /// The user whose journal it is.
        user: UserId,
        /// The number of the entry, from 1.
        sequence: u64,
        /// What is wrong with the entry, as the end of a sentence that names it.
        fault: String,
    },
    /// A snapshot of a user's books is not what was written.
    #[error("the snapshot of the books of user {user} cannot be used: {fault}")]
    SnapshotDamaged {
        /// The user that it belongs to.
        user: UserId,
        /// What is wrong with the snapshot.
        fault: &'static str,
    },
    /// A slot already has another outcome.
    #[error("the slot of {task} of user {user} due at {due_at} is {kept}, so it cannot become {given}")]
    OutcomeKept {
        /// The user whose slot it is.
        user: UserId,
        /// The task.
        task: Task,
        /// Time at which it was due.
        due_at: Timestamp,
        /// The outcome it has.
        kept: &'static str,
        /// The outcome that was given.
        given: &'static str,
    },
    /// A slot that was never planned.
    #[error("user {user} has no slot of {task} due at {due_at}")]
    UnknownSlot {
        /// The user whose slot it is.
        user: UserId,
        /// The task.
        task: Task,
        /// Time at which it would be due.
        due_at: Timestamp,
    },
    /// A run that is not executing: never started, finished already, or of another user.
    #[error("user {user} has no executing run {run}")]
    NotExecuting {
        /// The user whose run it is.
        user: UserId,
        /// The run that it is about.
        run: RunId,
    },
    /// The task of the user is executing, or was started within the window.
    #[error("run {run} of {task} of user {user} started at {started_at} and blocks another one")]
    RunTooSoon {
        /// The user whose run it is.
        user: UserId,
        /// The task.
        task: Task,
        /// The run in the way.
        run: RunId,
        /// Start time of the other run.
        started_at: Timestamp,
    },
    /// A signal of one owner was saved as another's.
    #[error("signal {signal} has another owner already")]
    ForeignSignal {
        /// The signal that it is about.
        signal: SignalId,
    },
    /// The user's name is taken.
    #[error("there is a user named {name:?} already")]
    NameTaken {
        /// Name that is taken.
        name: String,
    },
    /// Another change of the schedules came first.
    #[error("the schedules are at version {current}, and the change was made against version {expected}")]
    ScheduleChanged {
        /// The version that the change was made against.
        expected: u64,
        /// The version there is.
        current: u64,
    },
    /// Another change of the grant came first.
    #[error(
        "somebody else has changed the grant of {task}: its version is {found} by now, not {expected}; 0 is none"
    )]
    GrantChanged {
        /// The task whose grant it is.
        task: Task,
        /// The version that was to be changed.
        expected: u64,
        /// The version there is.
        found: u64,
    },
    /// Another calendar was imported first.
    #[error("the calendar is at version {current}, and the change was made against version {expected}")]
    CalendarChanged {
        /// The version that the change was made against.
        expected: u64,
        /// The version there is.
        current: u64,
    },
    /// Nobody but this user could let anybody in any more.
    #[error("user {user} is the last active admin who can log in")]
    LastAdmin {
        /// The user that it is about.
        user: UserId,
    },
    /// A one-time link that was used, is over, or never was.
    #[error("this link cannot be used: it was used before, is too old, or was never given")]
    LinkUnusable,
    /// A sealed value does not open, so that nothing was sealed anew.
    #[error("a sealed value of user {user} cannot be sealed anew: {why}")]
    Unsealable {
        /// The user that it belongs to.
        user: UserId,
        /// The reason, in one sentence.
        why: String,
    },
    /// Another change of the settings came first.
    #[error(
        "somebody else has changed the {what} of user {user}: its version is {found} by now, not {expected}"
    )]
    SettingsChanged {
        /// The user that it belongs to.
        user: UserId,
        /// The settings that were to be changed.
        what: Settings,
        /// The version that was to be changed.
        expected: u64,
        /// The version they have.
        found: u64,
    },
    /// No user has this id.
    #[error("there is no user {user}")]
    UnknownUser {
        /// Id of the user.
        user: UserId,
    },
}

impl StoreError {
    /// Returns whether the write was refused before it changed anything, so that other writes may go on: it
    /// contradicts what the database holds. The caller that waits for the write gets the error; when none
    /// waits, the user of the row is halted.
    pub const fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::ForeignUser { .. }
                | Self::JournalGap { .. }
                | Self::OutcomeKept { .. }
                | Self::UnknownSlot { .. }
                | Self::NotExecuting { .. }
                | Self::RunTooSoon { .. }
                | Self::ForeignSignal { .. }
                | Self::NameTaken { .. }
                | Self::ScheduleChanged { .. }
                | Self::GrantChanged { .. }
                | Self::CalendarChanged { .. }
                | Self::LastAdmin { .. }
                | Self::LinkUnusable
                | Self::Unsealable { .. }
                | Self::SettingsChanged { .. }
                | Self::UnknownUser { .. }
        )
    }

    /// Returns whether the store as a whole fails, rather than one row or one request.
    pub fn concerns_everybody(&self) -> bool {
        match self {
            Self::Unreadable { .. } | Self::Unwritable { .. } | Self::ForeignSignal { .. } => false,
            // What is damaged is the journal or the snapshot of one user.
            Self::JournalDamaged { .. } | Self::SnapshotDamaged { .. } => false,
            Self::Sql { source, .. } => !is_of_one_value(source),
            other => !other.is_refusal(),
        }
    }

    /// Returns whether what was to be read lies on a page of the file that is not what was written.
    pub fn is_damaged_page(&self) -> bool {
        match self {
            Self::Sql { source, .. } => source.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt),
            Self::JournalDamaged { fault, .. } => fault == ON_A_DAMAGED_PAGE,
            _ => false,
        }
    }

    /// Names what was being done when SQLite refused.
    pub(crate) fn while_doing(self, doing: &'static str) -> Self {
        match self {
            Self::Sql { source, .. } => Self::Sql { doing, source },
            other => other,
        }
    }
}

/// Returns whether SQLite answered, and one value of the answer is not what its column should hold, such as text
/// that is not UTF-8.
fn is_of_one_value(error: &rusqlite::Error) -> bool {
    matches!(
        error,
        rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
    )
}

impl From<rusqlite::Error> for StoreError {
    fn from(source: rusqlite::Error) -> Self {
        Self::Sql { doing: "do what was asked", source: Arc::new(source) }
    }
}
