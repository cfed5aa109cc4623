//! Looking through the decisions of a user's runs.

use rusqlite::Connection;

use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;

use crate::decisions::DecisionRow;
use crate::errors::StoreError;
use crate::looked::Looked;
use crate::note_search::{NoteBounds, NoteCursor, NoteOrder, NoteSearch};
use crate::run_list::RunFilter;
use crate::store::UserScope;

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
    pub after: Option<NoteCursor>,
    /// At most this many.
    pub limit: u32,
}

impl Default for DecisionSearch {
    /// Without conditions: the newest 100 rows.
    fn default() -> Self {
        Self {
            symbol: None,
            action: None,
            reason: None,
            task: None,
            since: None,
            until: None,
            after: None,
            limit: 100,
        }
    }
}

/// A decision with the run that made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionLine {
    /// Place of the decision in the list: the newest run first, and in the run's own order within it.
    pub cursor: NoteCursor,
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
    ) -> Result<Looked<DecisionLine, NoteCursor>, StoreError> {
        let user = self.user;
        self.read("search the decisions", move |conn| look(conn, user, &search, NoteBounds::OF_USER)).await
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
    bounds: NoteBounds,
) -> Result<Looked<DecisionLine, NoteCursor>, StoreError> {
    let DecisionSearch { task, since, until, after, limit, .. } = *search;
    let runs = RunFilter { task, since, until, ..RunFilter::default() };
    let order = NoteOrder::OldestFirst;
    NoteSearch { conn, column: "decisions", order, after, limit, bounds }.look_at_user(
        user,
        runs,
        |run, cursor, decision: DecisionRow| {
            search.wants(&decision).then_some(DecisionLine { cursor, task: run.task, decision })
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{finish, new_database, pages_of, start};

    /// Runs 1 to 6 decided about a share each, of which TCS is rare.
    fn decided() -> Connection {
        let conn = new_database();
        for run in 1..=6 {
            let symbol = if [2, 5].contains(&run) { "TCS" } else { "INFY" };
            let decision = |action: &str| {
                format!(r#"{{"symbol":"{symbol}","action":"{action}","reason":"signal","evidence":[]}}"#)
            };
            start(&conn, 1, run, run * 1_000);
            finish(&conn, run, "succeeded", &format!("[{},{}]", decision("hold"), decision("buy")), "[]");
        }
        conn
    }

    /// Run and number of the decisions on each page.
    fn pages(
        conn: &Connection,
        symbol: Option<&str>,
        limit: u32,
        bounds: NoteBounds,
    ) -> Vec<Vec<(u64, u32)>> {
        let search = |after| DecisionSearch {
            symbol: symbol.map(str::to_owned),
            after,
            limit,
            ..DecisionSearch::default()
        };
        let pages = pages_of(|after| look(conn, UserId(1), &search(after), bounds).unwrap());
        let key = |found: DecisionLine| (found.cursor.run.run.0, found.cursor.number);
        pages.into_iter().map(|page| page.into_iter().map(key).collect()).collect()
    }

    #[test]
    fn a_page_ends_at_its_bound_of_runs_and_the_next_one_goes_on_there() {
        let conn = decided();
        let bounds = |runs| NoteBounds { runs, bytes: usize::MAX };
        let found = pages(&conn, Some("TCS"), 9, bounds(2));
        assert_eq!(found, [vec![(5, 0), (5, 1)], vec![], vec![(2, 0), (2, 1)], vec![]]);
        let every: Vec<(u64, u32)> = (1..=6).rev().flat_map(|run| [(run, 0), (run, 1)]).collect();
        for (runs, limit) in [(1, 1), (1, 2), (1, 3), (2, 1), (2, 3), (7, 5)] {
            assert_eq!(pages(&conn, None, limit, bounds(runs)).concat(), every, "{runs} runs, by {limit}");
        }
    }

    #[test]
    fn a_page_ends_after_the_run_that_exceeds_its_bytes_and_the_next_one_gets_on() {
        let found = pages(&decided(), Some("TCS"), 9, NoteBounds { runs: 9, bytes: 1 });
        let of_run = |run| vec![(run, 0), (run, 1)];
        assert_eq!(found, [vec![], of_run(5), vec![], vec![], of_run(2), vec![], vec![]]);
    }
}
