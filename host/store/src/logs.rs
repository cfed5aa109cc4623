//! Looking through the log lines of a user's runs.
//!
//! The lines of a run are one JSON array, so a search reads whole runs. What it reads for one page is bounded: a search
//! that finds little answers a short page and says where to go on.

use rusqlite::Connection;

use prahari_domain::ids::{RunId, UserId};
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;

use crate::columns::{from_json, named, select_one};
use crate::decisions::LogRow;
use crate::errors::StoreError;
use crate::run_list::{self, RunCursor, RunFilter};
use crate::runs::RunRow;
use crate::store::UserScope;

/// Most runs that are looked at for one page: about five days of a user's ticks, read in some 10 ms.
const MOST_RUNS: u32 = 2_000;

/// Most text that is looked at for one page, in bytes.
const MOST_BYTES: usize = 4 << 20;

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
    /// Continues after this entry of the list: [`LogPage::next`] of the page before.
    pub after: Option<LogCursor>,
    /// At most this many, the newest ones.
    pub limit: u32,
}

impl Default for LogFilter {
    /// Without conditions: the newest 100 rows.
    fn default() -> Self {
        Self { task: None, since: None, until: None, level: None, text: None, after: None, limit: 100 }
    }
}

/// Where a line stands in the list of all lines, newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogCursor {
    /// Cursor of the run.
    pub run: RunCursor,
    /// Number of the line within the run; the first is 0.
    pub line: u32,
}

/// A log line with the run that wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundLine {
    /// Cursor of the line.
    pub cursor: LogCursor,
    /// The task of the run.
    pub task: Task,
    /// The log line.
    pub line: LogRow,
}

/// The lines that were found, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogPage {
    /// They may be fewer than asked for, even none, with more to come.
    pub lines: Vec<FoundLine>,
    /// Where the search ended; none when everything was looked at.
    pub next: Option<LogCursor>,
}

impl UserScope {
    /// The newest log lines that the filter lets through. An unknown level of a line counts as the gravest.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn search_log(&self, filter: LogFilter) -> Result<LogPage, StoreError> {
        let user = self.user;
        self.read("search the log", move |conn| search(conn, user, &filter)).await
    }
}

fn search(conn: &Connection, user: UserId, filter: &LogFilter) -> Result<LogPage, StoreError> {
    let text = filter.text.as_deref().map(str::to_lowercase);
    let wanted = |line: &LogRow| {
        let level = line.level.parse().unwrap_or(LogLevel::Error);
        filter.level.is_none_or(|least| level >= least)
            && text.as_deref().is_none_or(|text| line.message.to_lowercase().contains(text))
    };
    let runs = candidates(conn, user, filter)?;
    let mut page = LogPage::default();
    let mut read = 0;
    for (looked_at, run) in (1..).zip(&runs) {
        let lines = lines_of(conn, user, run)?;
        read += lines.iter().map(|line| line.message.len()).sum::<usize>();
        // Where the last page ended inside this run, the lines from there on have been shown.
        let end = match filter.after {
            Some(after) if after.run == run.cursor() => after.line,
            _ => u32::MAX,
        };
        let older = (0..end).zip(lines).collect::<Vec<_>>().into_iter().rev();
        for (number, line) in older.filter(|(_, line)| wanted(line)) {
            let cursor = LogCursor { run: run.cursor(), line: number };
            page.lines.push(FoundLine { cursor, task: run.task, line });
            if page.lines.len() >= filter.limit as usize {
                page.next = Some(cursor);
                return Ok(page);
            }
        }
        if read > MOST_BYTES || looked_at == MOST_RUNS {
            page.next = Some(LogCursor { run: run.cursor(), line: 0 });
            return Ok(page);
        }
    }
    Ok(page)
}

/// The runs to look at, beginning with the one in which the last page ended.
fn candidates(conn: &Connection, user: UserId, filter: &LogFilter) -> Result<Vec<RunRow>, StoreError> {
    let first = filter.after.map(|LogCursor { run: RunCursor { started_at, run }, .. }| RunCursor {
        started_at,
        run: RunId(run.0.saturating_add(1)),
    });
    let filter = RunFilter {
        task: filter.task,
        since: filter.since,
        until: filter.until,
        after: first,
        limit: MOST_RUNS,
        ..RunFilter::default()
    };
    run_list::list(conn, user, &filter)
}

fn lines_of(conn: &Connection, user: UserId, run: &RunRow) -> Result<Vec<LogRow>, StoreError> {
    let sql = "SELECT log FROM run_notes WHERE run_id = ?1 AND user_id = ?2";
    let values = (run.id.0.cast_signed(), user.0.cast_signed());
    Ok(select_one(conn, sql, values, |row| from_json(row, "log"))?.unwrap_or_default())
}
