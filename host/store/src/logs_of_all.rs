//! Looking through the log lines of everybody's runs, newest run first.
//!
//! As in the search of one user, what is read for one page is bounded in runs and bytes.

use rusqlite::Connection;

use prahari_domain::ids::{RunId, UserId};
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;

use crate::columns::{from_json, instant, parsed, unsigned, user};
use crate::decisions::LogRow;
use crate::errors::StoreError;
use crate::logs::{FoundLine, LogCursor, LogFilter, LogLevel};
use crate::run_list::RunCursor;
use crate::store::SystemScope;

/// Most runs that are looked at for one page: half a tick of 10,000 users.
const MOST_RUNS: usize = 5_000;

/// Most text that is looked at for one page, in bytes.
const MOST_BYTES: usize = 4 << 20;

/// How much earlier than an older run a newer one can have started: numbers are given before runs start.
const OUT_OF_ORDER_MS: i64 = 10 * 60_000;

/// Lines of everybody that were found, newest run first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogPageOfAll {
    /// Each with the user whose run wrote it. They may be fewer than asked for, even none, with more to come.
    pub lines: Vec<(UserId, FoundLine)>,
    /// Where the search ended; none when everything was looked at.
    pub next: Option<LogCursor>,
}

impl SystemScope {
    /// The newest log lines of everybody that the filter lets through. An unknown level of a line counts as the gravest.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn search_log(&self, filter: LogFilter) -> Result<LogPageOfAll, StoreError> {
        self.store.read("search the log of everybody", move |conn| search(conn, &filter)).await
    }
}

/// Runs that left notes, from a number down.
const RUNS: &str = "
    SELECT runs.id, runs.user_id, runs.task, runs.started_at, run_notes.log
    FROM run_notes CROSS JOIN runs ON runs.id = run_notes.run_id
    WHERE run_notes.run_id <= ?1 ORDER BY run_notes.run_id DESC";

fn search(conn: &Connection, filter: &LogFilter) -> Result<LogPageOfAll, StoreError> {
    let text = filter.text.as_deref().map(str::to_lowercase);
    let wanted = |line: &LogRow| {
        let level = line.level.parse().unwrap_or(LogLevel::Error);
        filter.level.is_none_or(|least| level >= least)
            && text.as_deref().is_none_or(|text| line.message.to_lowercase().contains(text))
    };
    let first = filter.after.map_or(i64::MAX, |after| after.run.run.0.cast_signed());
    let mut statement = conn.prepare_cached(RUNS)?;
    let mut rows = statement.query([first])?;
    let mut page = LogPageOfAll::default();
    let (mut looked_at, mut read) = (0, 0);
    while let Some(row) = rows.next()? {
        let started_at = instant(row, "started_at")?;
        if filter.since.is_some_and(|since| started_at.plus_millis(OUT_OF_ORDER_MS) < since) {
            return Ok(page);
        }
        let run = RunCursor { started_at, run: RunId(unsigned(row, "id")?) };
        let task: Task = parsed(row, "task")?;
        looked_at += 1;
        if is_of(filter, task, started_at) {
            let lines: Vec<LogRow> = from_json(row, "log")?;
            read += lines.iter().map(|line| line.message.len()).sum::<usize>();
            // Where the last page ended inside this run, the lines from there on have been shown.
            let end = match filter.after {
                Some(after) if after.run.run == run.run => after.line,
                _ => u32::MAX,
            };
            let owner = user(row, "user_id")?;
            let numbered: Vec<_> = (0..end).zip(lines).collect();
            for (number, line) in numbered.into_iter().rev().filter(|(_, line)| wanted(line)) {
                let cursor = LogCursor { run, line: number };
                page.lines.push((owner, FoundLine { cursor, task, line }));
                if page.lines.len() >= filter.limit as usize {
                    page.next = Some(cursor);
                    return Ok(page);
                }
            }
        }
        if read > MOST_BYTES || looked_at == MOST_RUNS {
            page.next = Some(LogCursor { run, line: 0 });
            return Ok(page);
        }
    }
    Ok(page)
}

fn is_of(filter: &LogFilter, task: Task, started_at: Timestamp) -> bool {
    filter.task.is_none_or(|of| of == task)
        && filter.since.is_none_or(|since| started_at >= since)
        && filter.until.is_none_or(|until| started_at < until)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::plan_of;

    #[test]
    fn runs_are_walked_through_from_the_newest_down_and_nothing_is_sorted() {
        let plan = plan_of(RUNS);
        assert!(plan.starts_with("SEARCH run_notes USING INTEGER PRIMARY KEY (rowid<?)"), "{plan}");
        assert!(plan.contains("SEARCH runs USING INTEGER PRIMARY KEY (rowid=?)"), "{plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    }
}
