//! The runs of everybody, newest first.
//!
//! Runs are numbered as they begin, so the list is a walk of the table itself, by number. What is looked at for one page is
//! bounded, as in the list of orders; the runs of the minute before and after the time that is asked for do not count.

use rusqlite::{Connection, Row, params};

use prahari_domain::ids::RunId;
use prahari_domain::instruments::Symbol;
use prahari_domain::tasks::Task;

use crate::columns::unsigned;
use crate::errors::StoreError;
use crate::looked::{Looked, MOST_LOOKED_AT};
use crate::run_list::RunFilter;
use crate::run_numbers::numbers_between;
use crate::runs::{EXECUTING, RunRow, RunTrigger, SUCCEEDED, ServiceKind, read};
use crate::store::SystemScope;

impl SystemScope {
    /// The newest runs of all users that the filter lets through, after a run of the list. Where the filter itself says to
    /// go on is not looked at.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn runs(
        &self,
        filter: RunFilter,
        after: Option<RunId>,
    ) -> Result<Looked<RunRow, RunId>, StoreError> {
        self.store
            .read("read the runs of everybody", move |conn| look(conn, &filter, after, MOST_LOOKED_AT))
            .await
    }
}

fn look(
    conn: &Connection,
    filter: &RunFilter,
    after: Option<RunId>,
    most: u32,
) -> Result<Looked<RunRow, RunId>, StoreError> {
    let (first, end) = numbers_between(conn, filter.since, filter.until)?;
    let end = after.map_or(end, |after| end.min(after.0.cast_signed()));
    let mut statement = conn.prepare_cached(&statement(filter))?;
    let rows = statement.query(params![
        end,
        filter.task.as_ref().map(Task::name),
        filter.outcome.as_deref().filter(|outcome| *outcome != EXECUTING),
        filter.trigger.map(RunTrigger::name),
        filter.service.map(ServiceKind::name),
        filter.since.map_or(i64::MIN, |since| since.0),
        filter.until.map_or(i64::MAX, |until| until.0),
        most,
        first,
        filter.on_price.as_ref().map(Symbol::as_str),
    ])?;
    Looked::through(rows, filter.limit, most, wanted_run, |row| Ok(RunId(unsigned(row, "id")?)))
}

fn wanted_run(row: &Row<'_>) -> Result<Option<RunRow>, StoreError> {
    Ok(if row.get("wanted")? { Some(read(row)?) } else { None })
}

/// Runs that did not succeed or execute are few, so they have an index; of those that execute there are as many as run at
/// once, and they are sorted.
fn statement(filter: &RunFilter) -> String {
    let (index, condition) = match filter.outcome.as_deref() {
        Some(EXECUTING) => (" INDEXED BY runs_executing", " AND outcome IS NULL"),
        Some(outcome) if outcome != SUCCEEDED => {
            (" INDEXED BY runs_not_succeeded_of_all", " AND outcome = ?3 AND outcome <> 'succeeded'")
        }
        _ => ("", ""),
    };
    format!(
        "SELECT *, (?2 IS NULL OR task = ?2) AND (?3 IS NULL OR outcome IS ?3) AND (?4 IS NULL OR trigger = ?4)
             AND (?5 IS NULL OR service IS ?5) AND (?10 IS NULL OR cause_symbol IS ?10) AS wanted
         FROM runs{index} WHERE id >= ?9 AND id < ?1 AND started_at >= ?6 AND started_at < ?7{condition}
         ORDER BY id DESC LIMIT ?8"
    )
}

#[cfg(test)]
mod tests {
    use prahari_domain::time::Timestamp;

    use super::*;
    use crate::columns::plan_of;
    use crate::samples::{finish, new_database, pages_of, start};

    fn plan(outcome: Option<&str>) -> String {
        plan_of(&statement(&RunFilter { outcome: outcome.map(str::to_owned), ..RunFilter::default() }))
    }

    #[test]
    fn the_runs_of_everybody_are_walked_by_number() {
        for outcome in [None, Some("succeeded")] {
            let plan = plan(outcome);
            assert_eq!(plan, "SEARCH runs USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)");
        }
        let failed = plan(Some("trapped"));
        assert!(
            failed.starts_with("SEARCH runs USING INDEX runs_not_succeeded_of_all (outcome=?"),
            "{failed}"
        );
        assert!(!failed.contains("TEMP B-TREE"), "{failed}");
        assert!(plan(Some(EXECUTING)).contains("USING INDEX runs_executing"));
    }

    /// The runs on each page.
    fn pages(conn: &Connection, filter: &RunFilter, most: u32) -> Vec<Vec<u64>> {
        let pages = pages_of(|after| look(conn, filter, after, most).unwrap());
        pages.into_iter().map(|page| page.into_iter().map(|run| run.id.0).collect()).collect()
    }

    #[test]
    fn a_page_ends_at_its_bound_and_the_next_one_goes_on_there() {
        let conn = new_database();
        for run in 1..=8 {
            start(&conn, 1 + u64::from(run % 2 == 0), run, run * 1_000);
            finish(&conn, run, if [2, 7].contains(&run) { "succeeded" } else { "trapped" }, "[]", "[]");
        }
        let rare = RunFilter { outcome: Some("succeeded".to_owned()), ..RunFilter::default() };
        assert_eq!(pages(&conn, &rare, 3), [vec![7], vec![], vec![2]]);
        let all = RunFilter { limit: 2, ..RunFilter::default() };
        for most in 1..=9 {
            assert_eq!(pages(&conn, &all, most).concat(), [8, 7, 6, 5, 4, 3, 2, 1], "by {most}");
        }
        // All runs stand among the numbers of this time; those beside it do not count.
        let (since, until) = (Some(Timestamp(4_000)), Some(Timestamp(7_000)));
        assert_eq!(
            pages(&conn, &RunFilter { since, until, ..RunFilter::default() }, 2),
            [vec![6, 5], vec![4]]
        );
    }

    #[test]
    fn only_the_runs_on_the_price_of_one_share_are_wanted() {
        let conn = new_database();
        for run in 1..=4 {
            start(&conn, 1 + u64::from(run % 2 == 0), run, run * 1_000);
        }
        conn.execute(
            "UPDATE runs SET cause_symbol = 'ABC', cause_price = 5, cause_at = 1 WHERE id IN (1, 4)",
            [],
        )
        .unwrap();
        let on = |symbol: &str| RunFilter { on_price: Some(symbol.parse().unwrap()), ..RunFilter::default() };
        assert_eq!(pages(&conn, &on("ABC"), 100).concat(), [4, 1], "of everybody");
        assert!(pages(&conn, &on("XYZ"), 100).concat().is_empty());
        let executing = RunFilter { outcome: Some(EXECUTING.to_owned()), ..on("ABC") };
        assert_eq!(pages(&conn, &executing, 100).concat(), [4, 1]);
    }
}
