//! Looking through the log lines of everybody's runs, newest run first.

use rusqlite::{Connection, Row};

use prahari_domain::ids::{RunId, UserId};

use crate::columns::{instant, parsed, unsigned, user};
use crate::decisions::LogRow;
use crate::errors::StoreError;
use crate::logs::{FoundLine, LogFilter};
use crate::looked::Looked;
use crate::note_search::{NoteBounds, NoteCursor, NotedRun};
use crate::run_list::RunCursor;
use crate::run_numbers::numbers_between;
use crate::store::SystemScope;

/// Lines with the users whose runs wrote them.
type LinesOfAll = Looked<(UserId, FoundLine), NoteCursor>;

impl SystemScope {
    /// The newest log lines of everybody that the filter lets through, newest run first, each with the user whose run wrote it. An
    /// unknown level of a line counts as the gravest.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn search_log(
        &self,
        filter: LogFilter,
    ) -> Result<Looked<(UserId, FoundLine), NoteCursor>, StoreError> {
        self.store
            .read("search the log of everybody", move |conn| search(conn, &filter, NoteBounds::OF_ALL))
            .await
    }
}

/// Runs of a time that left notes, from the newest down.
const RUNS: &str = "
    SELECT runs.id, runs.user_id, runs.task, runs.started_at
    FROM run_notes CROSS JOIN runs ON runs.id = run_notes.run_id
    WHERE run_notes.run_id >= ?1 AND run_notes.run_id < ?2 AND runs.started_at >= ?3 AND runs.started_at < ?4
    ORDER BY run_notes.run_id DESC";

fn search(conn: &Connection, filter: &LogFilter, bounds: NoteBounds) -> Result<LinesOfAll, StoreError> {
    let search = filter.search(conn, bounds);
    let (first, end) = numbers_between(conn, filter.since, filter.until)?;
    let end = search.runs_after().map_or(end, |after| end.min(after.run.0.cast_signed()));
    let since = filter.since.map_or(i64::MIN, |since| since.0);
    let until = filter.until.map_or(i64::MAX, |until| until.0);
    let mut statement = conn.prepare_cached(RUNS)?;
    let mut rows = statement.query((first, end, since, until))?;
    let wanted = filter.wanted();
    search.look(
        || rows.next()?.map(|row| read(row, filter)).transpose(),
        |run, cursor, line: LogRow| {
            wanted(&line).then_some((run.user, FoundLine { cursor, task: run.task, line }))
        },
    )
}

fn read(row: &Row<'_>, filter: &LogFilter) -> Result<NotedRun, StoreError> {
    let task = parsed(row, "task")?;
    Ok(NotedRun {
        user: user(row, "user_id")?,
        task,
        cursor: RunCursor { started_at: instant(row, "started_at")?, run: RunId(unsigned(row, "id")?) },
        wanted: filter.task.is_none_or(|of| of == task),
    })
}

#[cfg(test)]
mod tests {
    use prahari_domain::time::Timestamp;

    use super::*;
    use crate::columns::plan_of;
    use crate::samples::{finish, new_database, pages_of, start};

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

    /// User and run of the lines on each page of two runs.
    fn pages(conn: &Connection, filter: &LogFilter) -> Vec<Vec<(u64, u64)>> {
        let bounds = NoteBounds { runs: 2, bytes: usize::MAX };
        let pages = pages_of(|after| search(conn, &LogFilter { after, ..filter.clone() }, bounds).unwrap());
        let key = |(user, found): (UserId, FoundLine)| (user.0, found.cursor.run.run.0);
        pages.into_iter().map(|page| page.into_iter().map(key).collect()).collect()
    }

    #[test]
    fn a_page_ends_at_its_bound_and_begins_where_the_time_ends() {
        let conn = new_database();
        for run in 1..=6 {
            let text = if [2, 5].contains(&run) { "crash" } else { "tick" };
            start(&conn, 1 + u64::from(run % 2 == 0), run, run * 1_000_000);
            let log = format!(r#"[{{"level":"info","message":"{text}"}}]"#);
            finish(&conn, run, "succeeded", "[]", &log);
        }
        let rare = LogFilter { text: Some("crash".to_owned()), ..LogFilter::default() };
        assert_eq!(pages(&conn, &rare), [vec![(1, 5)], vec![], vec![(2, 2)], vec![]]);
        let until = Some(Timestamp(4_000_000));
        assert_eq!(pages(&conn, &LogFilter { until, ..rare }), [vec![(2, 2)], vec![]]);
        let all = LogFilter { limit: 1, ..LogFilter::default() };
        let every = [(2, 6), (1, 5), (2, 4), (1, 3), (2, 2), (1, 1)];
        assert_eq!(pages(&conn, &all).concat(), every);
    }
}
