//! Looking through the log lines of a user's runs.

use rusqlite::Connection;

use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;

use crate::columns::named;
use crate::decisions::LogRow;
use crate::errors::StoreError;
use crate::looked::Looked;
use crate::note_search::{NoteBounds, NoteCursor, NoteOrder, NoteSearch};
use crate::run_list::RunFilter;
use crate::store::UserScope;

named! {
    /// Level of a log line, the least severe first.
    LogLevel {
        /// Details for the author of the task.
        Debug = "debug",
        /// Normal operation.
        Info = "info",
        /// Something is unusual.
        Warn = "warn",
        /// An operation failed.
        Error = "error",
    }
}

/// Selects the log lines to look for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFilter {
    /// Only lines of runs of this task.
    pub task: Option<Task>,
    /// Only lines of runs that started at this instant or later.
    pub since: Option<Timestamp>,
    /// Only lines of runs that started before this instant.
    pub until: Option<Timestamp>,
    /// Only lines of this level or a more severe one.
    pub level: Option<LogLevel>,
    /// Containing this text, in capitals or not.
    pub text: Option<String>,
    /// Continues after this entry of the list: [`Looked::next`] of the page before.
    pub after: Option<NoteCursor>,
    /// At most this many, the newest ones.
    pub limit: u32,
}

impl Default for LogFilter {
    /// Without conditions: the newest 100 rows.
    fn default() -> Self {
        Self { task: None, since: None, until: None, level: None, text: None, after: None, limit: 100 }
    }
}

/// A log line with the run that wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundLine {
    /// Place of the line in the list: the newest run first, and the newest line first within it.
    pub cursor: NoteCursor,
    /// The task of the run.
    pub task: Task,
    /// The log line.
    pub line: LogRow,
}

impl UserScope {
    /// The newest log lines that the filter lets through, newest first. An unknown level of a line counts as the gravest.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn search_log(&self, filter: LogFilter) -> Result<Looked<FoundLine, NoteCursor>, StoreError> {
        let user = self.user;
        self.read("search the log", move |conn| search(conn, user, &filter, NoteBounds::OF_USER)).await
    }
}

impl LogFilter {
    /// The search for a page of it.
    pub(crate) fn search<'a>(&self, conn: &'a Connection, bounds: NoteBounds) -> NoteSearch<'a> {
        let order = NoteOrder::NewestFirst;
        NoteSearch { conn, column: "log", order, after: self.after, limit: self.limit, bounds }
    }

    /// Tells of each line of a run of the task whether it is wanted.
    pub(crate) fn wanted(&self) -> impl Fn(&LogRow) -> bool {
        let (least, text) = (self.level, self.text.as_deref().map(str::to_lowercase));
        move |line| {
            let level = line.level.parse().unwrap_or(LogLevel::Error);
            least.is_none_or(|least| level >= least)
                && text.as_deref().is_none_or(|text| line.message.to_lowercase().contains(text))
        }
    }
}

fn search(
    conn: &Connection,
    user: UserId,
    filter: &LogFilter,
    bounds: NoteBounds,
) -> Result<Looked<FoundLine, NoteCursor>, StoreError> {
    let runs =
        RunFilter { task: filter.task, since: filter.since, until: filter.until, ..RunFilter::default() };
    let wanted = filter.wanted();
    filter.search(conn, bounds).look_at_user(user, runs, |run, cursor, line: LogRow| {
        wanted(&line).then_some(FoundLine { cursor, task: run.task, line })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{finish, new_database, pages_of, start};

    #[test]
    fn no_line_is_lost_or_shown_twice_whatever_the_bounds_of_a_page_are() {
        let conn = new_database();
        let lines: Vec<_> =
            ["a", "b", "c"].map(|text| format!(r#"{{"level":"info","message":"{text}"}}"#)).into();
        for run in 1..=3 {
            start(&conn, 1, run, run * 1_000);
            finish(&conn, run, "succeeded", "[]", &format!("[{}]", lines.join(",")));
        }
        let every: Vec<(u64, u32)> =
            [3, 2, 1].into_iter().flat_map(|run| [(run, 2), (run, 1), (run, 0)]).collect();
        for (runs, bytes, limit) in [(1, 999, 2), (1, 999, 3), (2, 999, 4), (9, 1, 2), (9, 1, 9), (9, 999, 1)]
        {
            let bounds = NoteBounds { runs, bytes };
            let filter = |after| LogFilter { after, limit, ..LogFilter::default() };
            let pages = pages_of(|after| search(&conn, UserId(1), &filter(after), bounds).unwrap());
            let key = |found: &FoundLine| (found.cursor.run.run.0, found.cursor.number);
            let found: Vec<_> = pages.concat().iter().map(key).collect();
            assert_eq!(found, every, "{runs} runs, {bytes} bytes, by {limit}");
            assert!(pages.iter().all(|page| page.len() <= limit as usize), "by {limit}");
        }
    }
}
