//! Looking through the log lines of everybody's runs, newest run first.
//!
//! As in the search of one user, what is read for one page is bounded in runs and bytes.

use rusqlite::Connection;

use prahari_domain::ids::{RunId, UserId};
use prahari_domain::tasks::Task;

use crate::columns::{from_json, instant, parsed, unsigned, user};
use crate::decisions::LogRow;
use crate::errors::StoreError;
use crate::logs::{FoundLine, LogCursor, LogFilter, LogLevel};
use crate::run_list::RunCursor;
use crate::run_numbers::numbers_between;
use crate::store::SystemScope;

/// Most runs that are looked at for one page: half a tick of 10,000 users.
const MOST_RUNS: usize = 5_000;

/// Most text that is looked at for one page, in bytes.
const MOST_BYTES: usize = 4 << 20;

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

/// Runs of a time that left notes, from the newest down.
const RUNS: &str = "
    SELECT runs.id, runs.user_id, runs.task, runs.started_at, run_notes.log
    FROM run_notes CROSS JOIN runs ON runs.id = run_notes.run_id
    WHERE run_notes.run_id >= ?1 AND run_notes.run_id < ?2 AND runs.started_at >= ?3 AND runs.started_at < ?4
    ORDER BY run_notes.run_id DESC";

fn search(conn: &Connection, filter: &LogFilter) -> Result<LogPageOfAll, StoreError> {
    let text = filter.text.as_deref().map(str::to_lowercase);
    let wanted = |line: &LogRow| {
        let level = line.level.parse().unwrap_or(LogLevel::Error);
        filter.level.is_none_or(|least| level >= least)
            && text.as_deref().is_none_or(|text| line.message.to_lowercase().contains(text))
    };
    let (first, end) = numbers_between(conn, filter.since, filter.until)?;
    let end = filter.after.map_or(end, |after| end.min(after.run.run.0.cast_signed().saturating_add(1)));
    let since = filter.since.map_or(i64::MIN, |since| since.0);
    let until = filter.until.map_or(i64::MAX, |until| until.0);
    let mut statement = conn.prepare_cached(RUNS)?;
    let mut rows = statement.query((first, end, since, until))?;
    let mut page = LogPageOfAll::default();
    let (mut looked_at, mut read) = (0, 0);
    while let Some(row) = rows.next()? {
        let started_at = instant(row, "started_at")?;
        let run = RunCursor { started_at, run: RunId(unsigned(row, "id")?) };
        let task: Task = parsed(row, "task")?;
        looked_at += 1;
        if filter.task.is_none_or(|of| of == task) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::plan_of;

    #[test]
    fn runs_are_walked_through_from_the_newest_down_and_nothing_is_sorted() {
        let plan = plan_of(RUNS);
        assert!(
            plan.starts_with("SEARCH run_notes USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"),
            "{plan}"
        );
        assert!(plan.contains("SEARCH runs USING INTEGER PRIMARY KEY (rowid=?)"), "{plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    }
}
