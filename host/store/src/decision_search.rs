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
            search.wants(&decision).then(|| DecisionLine { cursor, task: run.task, decision })
        },
    )
}
