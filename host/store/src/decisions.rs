//! What runs decided and logged.

use rusqlite::Connection;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use prahari_domain::ids::{RunId, UserId};
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;

use crate::columns::{execute, from_json, select_one};
use crate::errors::StoreError;
use crate::store::UserScope;

/// Decision of a task about a symbol.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionRow {
    /// Empty when the decision is about the whole run.
    pub symbol: String,
    /// Action, such as `buy` or `skip`.
    pub action: String,
    /// A stable code, such as `open_position_exists`.
    pub reason: String,
    /// Names and values that led to it.
    pub evidence: Vec<(String, String)>,
}

/// A line of a run's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogRow {
    /// The name of a [`LogLevel`](crate::LogLevel).
    pub level: String,
    /// Text of the log line.
    pub message: String,
    /// Time at which it was written; none of lines from before that was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

/// A decision with the run that made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundDecision {
    /// Run that decided.
    pub run: RunId,
    /// Task of the run.
    pub task: Task,
    /// Start time of the run.
    pub started_at: Timestamp,
    /// The decision.
    pub decision: DecisionRow,
}

impl UserScope {
    /// The decisions of one run, in order.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn decisions_of(&self, run: RunId) -> Result<Vec<DecisionRow>, StoreError> {
        let of = (run, self.user);
        self.read("read the decisions of a run", move |conn| Ok(notes_of(conn, "decisions", of)?.0)).await
    }

    /// The decisions of each of some runs, in order; of one that is not kept any more none.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn decisions_of_each(
        &self,
        runs: Vec<RunId>,
    ) -> Result<Vec<(RunId, Vec<DecisionRow>)>, StoreError> {
        let user = self.user;
        self.read("read the decisions of runs", move |conn| {
            let of = |run| Ok((run, notes_of(conn, "decisions", (run, user))?.0));
            runs.into_iter().map(of).collect()
        })
        .await
    }

    /// The log lines of one run, in order.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn log_of(&self, run: RunId) -> Result<Vec<LogRow>, StoreError> {
        let of = (run, self.user);
        self.read("read the log of a run", move |conn| Ok(notes_of(conn, "log", of)?.0)).await
    }
}

/// The decisions or log lines of a run, by the column in which they stand, in order; and how many bytes they are there.
pub(crate) fn notes_of<T: DeserializeOwned>(
    conn: &Connection,
    column: &'static str,
    (run, user): (RunId, UserId),
) -> Result<(Vec<T>, usize), StoreError> {
    let sql = format!("SELECT {column} FROM run_notes WHERE run_id = ?1 AND user_id = ?2");
    let found = select_one(conn, &sql, (run.0.cast_signed(), user.0.cast_signed()), |row| {
        Ok((from_json(row, column)?, row.get_ref(column)?.as_str().map_or(0, str::len)))
    })?;
    Ok(found.unwrap_or_default())
}

/// Most text of one page, in bytes. What runs leave today is far below it for any page; what earlier hosts kept is not.
const MOST_PAGE_BYTES: usize = 1 << 20;

/// A part of what one run decided or logged, each with its number within the run, from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotesPage<T> {
    /// Items with their numbers, in order.
    pub items: Vec<(u32, T)>,
    /// The number of the first that is not in it; none when there is none.
    pub next: Option<u32>,
}

impl UserScope {
    /// The decisions of one run from a number on, in order: at most `limit` of them, and fewer when they are long.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn decisions_page(
        &self,
        run: RunId,
        from: u32,
        limit: u32,
    ) -> Result<NotesPage<DecisionRow>, StoreError> {
        let of = (run, self.user);
        self.read("read decisions of a run", move |conn| notes_page(conn, "decisions", of, from, limit)).await
    }

    /// The log lines of one run from a number on, likewise.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn log_page(&self, run: RunId, from: u32, limit: u32) -> Result<NotesPage<LogRow>, StoreError> {
        let of = (run, self.user);
        self.read("read log lines of a run", move |conn| notes_page(conn, "log", of, from, limit)).await
    }
}

fn notes_page<T: DeserializeOwned>(
    conn: &Connection,
    column: &str,
    (run, user): (RunId, UserId),
    from: u32,
    limit: u32,
) -> Result<NotesPage<T>, StoreError> {
    let sql = format!(
        "SELECT entry.key AS number, entry.value AS note
         FROM run_notes CROSS JOIN json_each(run_notes.{column}) AS entry
         WHERE run_notes.run_id = ?1 AND run_notes.user_id = ?2 AND entry.key >= ?3
         ORDER BY entry.key LIMIT ?4"
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let values = (run.0.cast_signed(), user.0.cast_signed(), from, i64::from(limit) + 1);
    let mut rows = statement.query(values)?;
    let mut page = NotesPage { items: Vec::new(), next: None };
    let mut bytes = 0;
    while let Some(row) = rows.next()? {
        let number = row.get("number")?;
        if page.items.len() >= limit as usize || bytes > MOST_PAGE_BYTES {
            page.next = Some(number);
            break;
        }
        bytes += row.get_ref("note")?.as_str().map_or(0, str::len);
        page.items.push((number, from_json(row, "note")?));
    }
    Ok(page)
}

/// Keeps the decisions and log lines of a run, both as JSON arrays.
pub(crate) fn write_notes(
    conn: &Connection,
    user: UserId,
    run: RunId,
    decisions: &str,
    log: &str,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO run_notes (run_id, user_id, decisions, log) VALUES (?1, ?2, ?3, ?4)";
    execute(conn, sql, (run.0.cast_signed(), user.0.cast_signed(), decisions, log)).map(|_| ())
}
