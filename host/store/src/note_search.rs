//! Looking through what runs noted, newest run first.
//!
//! The log lines of a run are one JSON array, and so are its decisions, so a search reads the notes of whole runs.

use rusqlite::Connection;
use serde::de::DeserializeOwned;

use prahari_domain::ids::{RunId, UserId};
use prahari_domain::tasks::Task;

use crate::decisions::notes_of;
use crate::errors::StoreError;
use crate::looked::Looked;
use crate::run_list::{self, RunCursor, RunFilter};
use crate::runs::RunRow;

/// Where a log line or a decision stands in a list over many runs, newest run first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoteCursor {
    /// Cursor of the run.
    pub run: RunCursor,
    /// Number of the line or decision within the run; the first is 0.
    pub number: u32,
}

/// The order of the notes within a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoteOrder {
    OldestFirst,
    NewestFirst,
}

/// Most that is looked at for one page. The notes of a run are looked at together, so the last run may exceed the bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NoteBounds {
    /// Most runs, those without a note included.
    pub runs: u32,
    /// Most text of notes, in bytes as it is kept.
    pub bytes: usize,
}

impl NoteBounds {
    /// Of one user: about five days of ticks, read in some 10 ms.
    pub const OF_USER: Self = Self { runs: 2_000, bytes: 4 << 20 };

    /// Of everybody: half a tick of 10,000 users.
    pub const OF_ALL: Self = Self { runs: 5_000, bytes: 4 << 20 };
}

/// A run whose notes may be looked through.
pub(crate) struct NotedRun {
    pub user: UserId,
    pub task: Task,
    pub cursor: RunCursor,
    /// Whether they are; otherwise the run only counts as looked at.
    pub wanted: bool,
}

impl From<RunRow> for NotedRun {
    fn from(run: RunRow) -> Self {
        Self { user: run.user, task: run.task, cursor: run.cursor(), wanted: true }
    }
}

/// A search for one page.
pub(crate) struct NoteSearch<'a> {
    pub conn: &'a Connection,
    /// The column of the notes: `log` or `decisions`.
    pub column: &'static str,
    pub order: NoteOrder,
    /// Where the page before ended.
    pub after: Option<NoteCursor>,
    /// Most that is found.
    pub limit: u32,
    pub bounds: NoteBounds,
}

impl NoteSearch<'_> {
    /// Returns the place in the list of runs after which all stand that are still to be looked at: before the one in which the last
    /// page ended, unless that was looked at to its end. None when all are.
    pub fn runs_after(&self) -> Option<RunCursor> {
        let NoteCursor { run: RunCursor { started_at, run }, number } = self.after?;
        let run = if number == self.order.end() { run } else { RunId(run.0.saturating_add(1)) };
        Some(RunCursor { started_at, run })
    }

    /// Looks through the notes of those runs of a user that a filter lets through; the search says where they begin and end.
    pub fn look_at_user<N: DeserializeOwned, T>(
        &self,
        user: UserId,
        runs: RunFilter,
        find: impl Fn(&NotedRun, NoteCursor, N) -> Option<T>,
    ) -> Result<Looked<T, NoteCursor>, StoreError> {
        let filter = RunFilter { after: self.runs_after(), limit: self.bounds.runs, ..runs };
        let mut runs = run_list::list(self.conn, user, &filter)?.into_iter().map(NotedRun::from);
        self.look(|| Ok(runs.next()), find)
    }

    /// Looks through the notes of runs, which come newest first. A page ends where enough is found or a bound is reached.
    pub fn look<N: DeserializeOwned, T>(
        &self,
        mut next_run: impl FnMut() -> Result<Option<NotedRun>, StoreError>,
        find: impl Fn(&NotedRun, NoteCursor, N) -> Option<T>,
    ) -> Result<Looked<T, NoteCursor>, StoreError> {
        let mut page = Looked { items: Vec::new(), next: None };
        let (mut looked_at, mut read) = (0, 0);
        while let Some(run) = next_run()? {
            let (notes, bytes) = self.notes(&run)?;
            looked_at += 1;
            read += bytes;
            for (number, note) in notes {
                let cursor = NoteCursor { run: run.cursor, number };
                page.items.extend(find(&run, cursor, note));
                if page.items.len() >= self.limit as usize {
                    page.next = Some(cursor);
                    return Ok(page);
                }
            }
            if read > self.bounds.bytes || looked_at >= self.bounds.runs {
                page.next = Some(NoteCursor { run: run.cursor, number: self.order.end() });
                return Ok(page);
            }
        }
        Ok(page)
    }

    /// The notes of a run that no page before had, with their numbers, and how many bytes were read for them.
    fn notes<N: DeserializeOwned>(&self, run: &NotedRun) -> Result<(Vec<(u32, N)>, usize), StoreError> {
        if !run.wanted {
            return Ok((Vec::new(), 0));
        }
        let (notes, bytes) = notes_of::<N>(self.conn, self.column, (run.cursor.run, run.user))?;
        let shown = self.after.filter(|after| after.run.run == run.cursor.run).map(|after| after.number);
        let is_new = |(number, _): &(u32, N)| shown.is_none_or(|shown| self.order.is_after(*number, shown));
        let mut notes: Vec<_> = (0_u32..).zip(notes).filter(is_new).collect();
        if self.order == NoteOrder::NewestFirst {
            notes.reverse();
        }
        Ok((notes, bytes))
    }
}

impl NoteOrder {
    /// Whether a note comes after another one of its run.
    fn is_after(self, number: u32, other: u32) -> bool {
        match self {
            Self::OldestFirst => number > other,
            Self::NewestFirst => number < other,
        }
    }

    /// The number after which no note of a run comes.
    fn end(self) -> u32 {
        match self {
            Self::OldestFirst => u32::MAX,
            Self::NewestFirst => 0,
        }
    }
}
