//! Looking through the decisions of a user's runs.
//!
//! The decisions of a run are one JSON array, so a search reads whole runs, and what it reads for one page is bounded as in
//! the search of the log.

use rusqlite::Connection;

use prahari_domain::ids::{RunId, UserId};
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;

use crate::columns::select_one;
use crate::decisions::DecisionRow;
use crate::errors::StoreError;
use crate::orders_of_all::Looked;
use crate::run_list::{self, RunCursor, RunFilter};
use crate::runs::RunRow;
use crate::store::UserScope;

/// Most runs that are looked at for one page.
const MOST_RUNS: u32 = 2_000;

/// Most text that is looked at for one page, in bytes.
const MOST_BYTES: usize = 4 << 20;

/// Selects the decisions to look for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionSearch {
    /// Only decisions about this symbol.
    pub symbol: Option<String>,
    /// Only decisions with this action.
    pub action: Option<String>,
    /// Only decisions with this reason.
    pub reason: Option<String>,
    /// Only decisions of runs of this task.
    pub task: Option<Task>,
    /// Only decisions of runs that started at this instant or later.
    pub since: Option<Timestamp>,
    /// Only decisions of runs that started before this instant.
    pub until: Option<Timestamp>,
    /// Continues after this entry of the list.
    pub after: Option<DecisionCursor>,
    /// At most this many.
    pub limit: u32,
}

/// Where a decision stands in the list: the newest run first, and in the run's own order within it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecisionCursor {
    /// Cursor of the run.
    pub run: RunCursor,
    /// Number of the decision within the run; the first is 0.
    pub number: u32,
}

/// A decision with the run that made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionLine {
    /// Place of the decision in the list.
    pub cursor: DecisionCursor,
    /// The task of the run.
    pub task: Task,
    /// The decision.
    pub decision: DecisionRow,
}

impl UserScope {
    /// The decisions that the search finds, the newest run first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn search_decisions(
        &self,
        search: DecisionSearch,
    ) -> Result<Looked<DecisionLine, DecisionCursor>, StoreError> {
        let user = self.user;
        self.read("search the decisions", move |conn| look(conn, user, &search)).await
    }
}

impl DecisionSearch {
    fn wants(&self, decision: &DecisionRow) -> bool {
        let is =
            |wanted: &Option<String>, found: &str| wanted.as_deref().is_none_or(|wanted| wanted == found);
        is(&self.symbol, &decision.symbol)
            && is(&self.action, &decision.action)
            && is(&self.reason, &decision.reason)
    }
}

fn look(
    conn: &Connection,
    user: UserId,
    search: &DecisionSearch,
) -> Result<Looked<DecisionLine, DecisionCursor>, StoreError> {
    let runs = candidates(conn, user, search)?;
    let mut page = Looked { items: Vec::new(), next: None };
    let mut read = 0;
    for (looked_at, run) in (1..).zip(&runs) {
        let (decisions, bytes) = decisions_of(conn, user, run)?;
        read += bytes;
        for (number, decision) in (0..).zip(decisions) {
            let cursor = DecisionCursor { run: run.cursor(), number };
            // Where the last page ended inside this run, the decisions up to there have been shown.
            let shown = search.after.is_some_and(|after| after.run == cursor.run && number <= after.number);
            if shown || !search.wants(&decision) {
                continue;
            }
            page.items.push(DecisionLine { cursor, task: run.task, decision });
            if page.items.len() >= search.limit as usize {
                page.next = Some(cursor);
                return Ok(page);
            }
        }
        if read > MOST_BYTES || looked_at == MOST_RUNS {
            page.next = Some(DecisionCursor { run: run.cursor(), number: u32::MAX });
            return Ok(page);
        }
    }
    Ok(page)
}

/// The runs to look at, beginning with the one in which the last page ended.
fn candidates(conn: &Connection, user: UserId, search: &DecisionSearch) -> Result<Vec<RunRow>, StoreError> {
    let first = search.after.map(|DecisionCursor { run: RunCursor { started_at, run }, .. }| RunCursor {
        started_at,
        run: RunId(run.0.saturating_add(1)),
    });
    let filter = RunFilter {
        task: search.task,
        since: search.since,
        until: search.until,
        after: first,
        limit: MOST_RUNS,
        ..RunFilter::default()
    };
    run_list::list(conn, user, &filter)
}

/// The decisions of a run in order, and their bytes.
fn decisions_of(
    conn: &Connection,
    user: UserId,
    run: &RunRow,
) -> Result<(Vec<DecisionRow>, usize), StoreError> {
    let sql = "SELECT decisions FROM run_notes WHERE run_id = ?1 AND user_id = ?2";
    let values = (run.id.0.cast_signed(), user.0.cast_signed());
    let found = select_one(conn, sql, values, |row| {
        let bytes = row.get_ref("decisions")?.as_str().map_err(rusqlite::Error::from)?.len();
        Ok((crate::columns::from_json(row, "decisions")?, bytes))
    })?;
    Ok(found.unwrap_or_default())
}
