//! What tasks said last about symbols.

use std::collections::BTreeSet;

use rusqlite::Connection;

use prahari_domain::ids::{RunId, UserId};
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;

use crate::columns::{instant, select, unsigned};
use crate::decisions::{DecisionRow, FoundDecision, notes_of};
use crate::errors::StoreError;
use crate::run_list::tasks_of;
use crate::store::UserScope;

/// The runs of each task that are looked at, newest first: two days of one that runs each minute, months of any other. A task that never
/// names a symbol is not searched to its first run each time somebody looks at a position.
pub const LOOKED_AT: u32 = 800;

impl UserScope {
    /// The last decision of each task about each of these symbols in runs that began at `since` or later, newest first.
    /// The newest [`LOOKED_AT`] runs of each task are looked at.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn last_decisions(
        &self,
        symbols: BTreeSet<String>,
        since: Timestamp,
    ) -> Result<Vec<FoundDecision>, StoreError> {
        let user = self.user;
        self.read("read the last decisions about symbols", move |conn| {
            let mut found = Vec::new();
            for task in tasks_of(conn, user, None)? {
                found.append(&mut last_of(conn, user, task, symbols.clone(), since)?);
            }
            found.sort_by_key(|decision| std::cmp::Reverse((decision.started_at, decision.run)));
            Ok(found)
        })
        .await
    }
}

/// The last decision of one task about each symbol that it has named.
fn last_of(
    conn: &Connection,
    user: UserId,
    task: Task,
    mut wanted: BTreeSet<String>,
    since: Timestamp,
) -> Result<Vec<FoundDecision>, StoreError> {
    let runs = "SELECT id, started_at, decisions FROM runs
                WHERE user_id = ?1 AND task = ?2 AND started_at >= ?3
                ORDER BY started_at DESC, id DESC LIMIT ?4";
    let values = (user.0.cast_signed(), task.name(), since.0, LOOKED_AT);
    let runs = select(conn, runs, values, |row| {
        Ok((RunId(unsigned(row, "id")?), instant(row, "started_at")?, unsigned(row, "decisions")?))
    })?;
    let mut found = Vec::new();
    for (run, started_at, decisions) in runs {
        if wanted.is_empty() {
            break;
        }
        if decisions == 0 {
            continue;
        }
        let (made, _) = notes_of::<DecisionRow>(conn, "decisions", (run, user))?;
        // The last word of a run about a symbol counts.
        for decision in made.into_iter().rev() {
            if wanted.remove(&decision.symbol) {
                found.push(FoundDecision { run, task, started_at, decision });
            }
        }
    }
    Ok(found)
}
