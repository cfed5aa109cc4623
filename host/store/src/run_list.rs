//! Runs as they are listed: filters, pages, and the indices that keep both fast over years.

use rusqlite::{Connection, params};

use prahari_domain::ids::{RunId, UserId};
use prahari_domain::instruments::Symbol;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;

use crate::columns::{parsed, select};
use crate::errors::StoreError;
use crate::runs::{EXECUTING, RunRow, RunTrigger, SUCCEEDED, ServiceKind, read};
use crate::store::UserScope;

/// Selects the runs to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunFilter {
    /// Only runs of this task.
    pub task: Option<Task>,
    /// Run for this reason only.
    pub trigger: Option<RunTrigger>,
    /// Only runs of slots of this service.
    pub service: Option<ServiceKind>,
    /// Only runs that happened because the price of this share had changed.
    pub on_price: Option<Symbol>,
    /// Ended like this only; [`EXECUTING`] finds those that have not ended.
    pub outcome: Option<String>,
    /// Started at this instant or later.
    pub since: Option<Timestamp>,
    /// Started before this instant.
    pub until: Option<Timestamp>,
    /// Continues after this entry of the list: that of the last run of the page before.
    pub after: Option<RunCursor>,
    /// At most this many, the newest ones.
    pub limit: u32,
}

impl Default for RunFilter {
    /// Without conditions: the newest 100 rows.
    fn default() -> Self {
        Self {
            task: None,
            trigger: None,
            service: None,
            on_price: None,
            outcome: None,
            since: None,
            until: None,
            after: None,
            limit: 100,
        }
    }
}

/// Where a run stands in the list of all runs, newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RunCursor {
    /// Start time of the run.
    pub started_at: Timestamp,
    /// Id of the run, which orders runs that started at the same instant.
    pub run: RunId,
}

impl RunRow {
    /// The cursor of this row in the list.
    pub fn cursor(&self) -> RunCursor {
        RunCursor { started_at: self.started_at, run: self.id }
    }
}

impl UserScope {
    /// The newest runs that the filter lets through, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn runs(&self, filter: RunFilter) -> Result<Vec<RunRow>, StoreError> {
        let user = self.user;
        self.read("read the runs", move |conn| list(conn, user, &filter)).await
    }
}

/// One look into the index per task: together they are the newest of all, without a second index to be kept up.
pub(crate) fn list(conn: &Connection, user: UserId, filter: &RunFilter) -> Result<Vec<RunRow>, StoreError> {
    let sql = statement(filter);
    let since = filter.since.map_or(i64::MIN, |at| at.0);
    let end = end_of(filter);
    let outcome = filter.outcome.as_deref().filter(|outcome| *outcome != EXECUTING);
    let trigger = filter.trigger.map(RunTrigger::name);
    let service = filter.service.map(ServiceKind::name);
    let on_price = filter.on_price.as_ref().map(Symbol::as_str);
    let mut found = Vec::new();
    for task in tasks_of(conn, user, filter.task)? {
        let run = end.run.0.cast_signed();
        let values = params![
            user.0.cast_signed(),
            task.name(),
            since,
            end.started_at.0,
            run,
            outcome,
            trigger,
            filter.limit,
            service,
            on_price
        ];
        found.append(&mut select(conn, &sql, values, read)?);
    }
    found.sort_unstable_by_key(|run| std::cmp::Reverse(run.cursor()));
    found.truncate(filter.limit as usize);
    Ok(found)
}

/// The tasks that a user has runs of, or the one that is wanted: each is found by one look into the index.
pub(crate) fn tasks_of(
    conn: &Connection,
    user: UserId,
    wanted: Option<Task>,
) -> Result<Vec<Task>, StoreError> {
    match wanted {
        Some(task) => Ok(vec![task]),
        None => select(conn, TASKS_OF, [user.0.cast_signed()], |row| parsed(row, "task")),
    }
}

/// The least name, and after each name the next one.
const TASKS_OF: &str = "WITH RECURSIVE found (task) AS (
        SELECT min(task) FROM runs WHERE user_id = ?1
        UNION ALL
        SELECT (SELECT min(task) FROM runs WHERE user_id = ?1 AND task > found.task)
        FROM found WHERE found.task IS NOT NULL)
    SELECT task FROM found WHERE task IS NOT NULL";

/// The conditions that say in constants what the parameters say again let SQLite use the partial indices: runs that
/// did not succeed or were not scheduled are few among the runs of years.
fn statement(filter: &RunFilter) -> String {
    let ended = match filter.outcome.as_deref() {
        Some(EXECUTING) => " AND outcome IS NULL",
        Some(outcome) if outcome != SUCCEEDED => " AND outcome <> 'succeeded'",
        _ => "",
    };
    let triggered = match filter.trigger {
        Some(RunTrigger::RunOnce | RunTrigger::Manual) => " AND trigger <> 'scheduled'",
        _ => "",
    };
    let served = match filter.service {
        Some(ServiceKind::Individual) => " AND service = 'individual'",
        _ => "",
    };
    let priced = match filter.on_price {
        Some(_) => " AND cause_symbol > '' AND cause_symbol = ?10",
        None => " AND ?10 IS NULL",
    };
    format!(
        "SELECT * FROM runs
         WHERE user_id = ?1 AND task = ?2 AND started_at >= ?3 AND (started_at, id) < (?4, ?5)
             AND (?6 IS NULL OR outcome = ?6) AND (?7 IS NULL OR trigger = ?7)
             AND (?9 IS NULL OR service = ?9){ended}{triggered}{served}{priced}
         ORDER BY started_at DESC, id DESC LIMIT ?8"
    )
}

/// Every run that the filter wants comes after this place: one bound instead of two, so that it is the index's.
fn end_of(filter: &RunFilter) -> RunCursor {
    let started_at = filter.until.unwrap_or(Timestamp(i64::MAX));
    let until = RunCursor { started_at, run: RunId(0) };
    filter.after.map_or(until, |after| after.min(until))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::plan_of;

    fn index_for(filter: RunFilter) -> String {
        plan_of(&statement(&filter))
    }

    #[test]
    fn the_tasks_of_a_user_are_found_without_walking_through_the_runs() {
        let plan = plan_of(TASKS_OF);
        assert!(plan.contains("SEARCH runs USING COVERING INDEX") && !plan.contains("SCAN runs"), "{plan}");
    }

    #[test]
    fn no_filter_walks_through_all_runs_of_a_user() {
        let of = |outcome: Option<&str>, trigger| RunFilter {
            outcome: outcome.map(str::to_owned),
            trigger,
            ..RunFilter::default()
        };
        let whole =
            "SEARCH runs USING INDEX runs_of_task (user_id=? AND task=? AND started_at>? AND started_at<?)";
        assert_eq!(index_for(of(None, None)), whole);
        assert_eq!(index_for(of(Some("succeeded"), Some(RunTrigger::Scheduled))), whole);
        let failed = index_for(of(Some("trapped"), None));
        assert!(failed.starts_with("SEARCH runs USING INDEX runs_not_succeeded"), "{failed}");
        let executing = index_for(of(Some(EXECUTING), None));
        assert!(executing.starts_with("SEARCH runs USING INDEX runs_executing"), "{executing}");
        let by_hand = index_for(of(None, Some(RunTrigger::RunOnce)));
        assert!(by_hand.starts_with("SEARCH runs USING INDEX runs_not_scheduled"), "{by_hand}");
        let individual = RunFilter { service: Some(ServiceKind::Individual), ..RunFilter::default() };
        let individual = index_for(individual);
        assert!(individual.starts_with("SEARCH runs USING INDEX runs_individual"), "{individual}");
        let on_price = RunFilter { on_price: Some("ABC".parse().unwrap()), ..RunFilter::default() };
        let on_price = index_for(on_price);
        assert!(on_price.starts_with("SEARCH runs USING INDEX runs_of_task_on_price"), "{on_price}");
    }
}
