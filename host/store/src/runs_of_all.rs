//! The runs of everybody, newest first.
//!
//! Runs are numbered as they begin, so the list is a walk of the table itself, by number. What is looked at for one page is
//! bounded, as in the list of orders; the few runs beside the time that is asked for, which stand among its numbers too, do not count.

use rusqlite::{Connection, params};

use prahari_domain::ids::RunId;
use prahari_domain::tasks::Task;

use crate::columns::unsigned;
use crate::errors::StoreError;
use crate::looked::Looked;
use crate::run_list::RunFilter;
use crate::run_numbers::numbers_between;
use crate::runs::{EXECUTING, RunRow, RunTrigger, SUCCEEDED, ServiceKind, read};
use crate::store::SystemScope;

/// Most runs that are looked at for one page.
const MOST_LOOKED_AT: u32 = 5_000;

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
        self.store.read("read the runs of everybody", move |conn| look(conn, &filter, after)).await
    }
}

fn look(
    conn: &Connection,
    filter: &RunFilter,
    after: Option<RunId>,
) -> Result<Looked<RunRow, RunId>, StoreError> {
    let (first, end) = numbers_between(conn, filter.since, filter.until)?;
    let end = after.map_or(end, |after| end.min(after.0.cast_signed()));
    let mut statement = conn.prepare_cached(&statement(filter))?;
    let mut rows = statement.query(params![
        end,
        filter.task.as_ref().map(Task::name),
        filter.outcome.as_deref().filter(|outcome| *outcome != EXECUTING),
        filter.trigger.map(RunTrigger::name),
        filter.service.map(ServiceKind::name),
        filter.since.map_or(i64::MIN, |since| since.0),
        filter.until.map_or(i64::MAX, |until| until.0),
        MOST_LOOKED_AT,
        first,
    ])?;
    let mut page = Looked { items: Vec::new(), next: None };
    let mut looked_at = 0;
    while let Some(row) = rows.next()? {
        looked_at += 1;
        if row.get("wanted")? {
            page.items.push(read(row)?);
        }
        if page.items.len() >= filter.limit as usize || looked_at == MOST_LOOKED_AT {
            page.next = Some(RunId(unsigned(row, "id")?));
            break;
        }
    }
    Ok(page)
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
             AND (?5 IS NULL OR service IS ?5) AS wanted
         FROM runs{index} WHERE id >= ?9 AND id < ?1 AND started_at >= ?6 AND started_at < ?7{condition}
         ORDER BY id DESC LIMIT ?8"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::plan_of;

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
}
