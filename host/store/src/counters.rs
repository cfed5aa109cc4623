//! What runs counted, as they said at their end, and the sums of a day.

use std::collections::BTreeMap;

use rusqlite::Row;

use prahari_domain::tasks::Task;
use prahari_domain::text::into_one_line;
use prahari_domain::time::Timestamp;

use crate::columns::{from_json, select, to_json};
use crate::errors::StoreError;
use crate::run_list::tasks_of;
use crate::store::UserScope;

/// Most counters that are kept of one run: twice as many as any task that comes with the program has.
pub const MOST_COUNTERS: usize = 50;

/// Most characters of the name of a counter that is kept.
pub const LONGEST_COUNTER_NAME: usize = 64;

/// Most different counters in the sums of one task and day. Names come from guests, and each run may bring others.
pub const MOST_TOTALS: usize = 200;

/// What one run counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunCounters {
    /// Names and values, in the order of the summary; no name twice.
    pub counted: Vec<(String, i64)>,
    /// How many more the summary had; they stand in the recording of the run.
    pub left_out: u32,
}

impl RunCounters {
    /// The first [`MOST_COUNTERS`] of them. A name that is empty or longer than [`LONGEST_COUNTER_NAME`] is left out, and
    /// counters of the same name are added up.
    pub fn of(counters: impl IntoIterator<Item = (String, i64)>) -> Self {
        let mut kept = Self::default();
        for (name, value) in counters {
            let name = into_one_line(name);
            if let Some((_, sum)) = kept.counted.iter_mut().find(|(known, _)| *known == name) {
                *sum = sum.saturating_add(value);
            } else if name.is_empty()
                || name.chars().count() > LONGEST_COUNTER_NAME
                || kept.counted.len() == MOST_COUNTERS
            {
                kept.left_out = kept.left_out.saturating_add(1);
            } else {
                kept.counted.push((name, value));
            }
        }
        kept
    }

    /// Returns how they stand in their column: nothing takes no room.
    pub(crate) fn to_column(&self) -> Result<Option<String>, StoreError> {
        if self.counted.is_empty() { Ok(None) } else { to_json("counters", &self.counted).map(Some) }
    }
}

/// Reads what a run counted.
pub(crate) fn read(row: &Row<'_>) -> Result<RunCounters, StoreError> {
    let is_empty = matches!(row.get_ref("counters")?, rusqlite::types::ValueRef::Null);
    let counted = if is_empty { Vec::new() } else { from_json(row, "counters")? };
    Ok(RunCounters { counted, left_out: row.get("counters_left_out")? })
}

/// The counters of all runs of a task in some time, added up by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CounterTotals {
    /// The task that counted.
    pub task: Task,
    /// Runs that have ended.
    pub runs: u32,
    /// Those of them that succeeded: the others count nothing.
    pub succeeded: u32,
    /// Sums by name.
    pub counted: BTreeMap<String, i64>,
    /// How many counters are in no sum: those that were not kept with their runs, and those of the names after the first
    /// [`MOST_TOTALS`].
    pub left_out: u32,
}

impl CounterTotals {
    fn of(task: Task) -> Self {
        Self { task, runs: 0, succeeded: 0, counted: BTreeMap::new(), left_out: 0 }
    }

    fn add(&mut self, succeeded: bool, counters: RunCounters) {
        self.runs = self.runs.saturating_add(1);
        self.succeeded = self.succeeded.saturating_add(u32::from(succeeded));
        self.left_out = self.left_out.saturating_add(counters.left_out);
        for (name, value) in counters.counted {
            if let Some(sum) = self.counted.get_mut(&name) {
                *sum = sum.saturating_add(value);
            } else if self.counted.len() < MOST_TOTALS {
                self.counted.insert(name, value);
            } else {
                self.left_out = self.left_out.saturating_add(1);
            }
        }
    }
}

impl UserScope {
    /// The counters of the runs that began from `from` on and before `until`, added up for each task that has such
    /// runs, by the names of the tasks. What the retention rule has removed is in no sum.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn counter_totals(
        &self,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<CounterTotals>, StoreError> {
        let user = self.user;
        self.read("add up what runs counted", move |conn| {
            let sql = "SELECT outcome = 'succeeded' AS succeeded, counters, counters_left_out FROM runs
                       WHERE user_id = ?1 AND task = ?2 AND started_at >= ?3 AND started_at < ?4
                           AND outcome IS NOT NULL
                       ORDER BY started_at, id";
            let mut totals = Vec::new();
            for task in tasks_of(conn, user, None)? {
                let values = (user.0.cast_signed(), task.name(), from.0, until.0);
                let mut sums = CounterTotals::of(task);
                for (succeeded, counters) in
                    select(conn, sql, values, |row| Ok((row.get("succeeded")?, read(row)?)))?
                {
                    sums.add(succeeded, counters);
                }
                if sums.runs > 0 {
                    totals.push(sums);
                }
            }
            Ok(totals)
        })
        .await
    }
}
