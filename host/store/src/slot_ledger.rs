//! The slot ledger as people read it: pages over days and users, and the counts of a day.

use rusqlite::{Connection, Row, params};

use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::time::{Day, Timestamp};

use crate::columns::{named, parsed, select, unsigned, user};
use crate::errors::StoreError;
use crate::slots::{SlotOutcome, SlotRow, read as read_slot};
use crate::store::{SystemScope, UserScope};

named! {
    /// How a slot stands for somebody who looks at it.
    SlotState {
        /// It has no outcome yet.
        Open = "open",
        /// It ran in time.
        Ran = "ran",
        /// It was left out on purpose.
        Skipped = "skipped",
        /// It ran, later than due.
        Late = "late",
        /// It could not run in time.
        Missed = "missed",
        /// It ran and failed.
        Failed = "failed",
    }
}

impl From<Option<SlotOutcome>> for SlotState {
    fn from(outcome: Option<SlotOutcome>) -> Self {
        match outcome {
            None => Self::Open,
            Some(SlotOutcome::Ran) => Self::Ran,
            Some(SlotOutcome::Skipped) => Self::Skipped,
            Some(SlotOutcome::Late) => Self::Late,
            Some(SlotOutcome::Missed) => Self::Missed,
            Some(SlotOutcome::Failed) => Self::Failed,
        }
    }
}

/// The last slot of a page; the next page begins after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlotCursor {
    /// Time at which it was due.
    pub due_at: Timestamp,
    /// User of the slot.
    pub user: UserId,
    /// The task.
    pub task: Task,
}

/// Which slots to list, by due time, user and task name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlotFilter {
    /// First trading date of the range, included.
    pub from: Day,
    /// Last trading date of the range, included.
    pub to: Day,
    /// Only slots of this task.
    pub task: Option<Task>,
    /// Only those that stand like this.
    pub state: Option<SlotState>,
    /// Only after this slot.
    pub after: Option<SlotCursor>,
    /// At most this many.
    pub limit: u32,
}

/// Slots of a task or user on one day, counted by how they stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SlotCounts {
    /// Slots that are not over yet and have no outcome.
    pub expected: u64,
    /// Slots that are over and have no outcome.
    pub open: u64,
    /// Slots that ran in time.
    pub ran: u64,
    /// Slots that were skipped on purpose.
    pub skipped: u64,
    /// Slots that ran late.
    pub late: u64,
    /// Slots that could not run in time.
    pub missed: u64,
    /// Slots that ran and failed.
    pub failed: u64,
    /// Ticks that continuous slots should have.
    pub ticks_expected: u64,
    /// Ticks that ran and succeeded.
    pub ticks_ran: u64,
    /// Ticks that ran and did not succeed.
    pub ticks_failed: u64,
    /// Ticks that were left out on purpose.
    pub ticks_skipped: u64,
    /// Ticks that could not run in time.
    pub ticks_missed: u64,
}

impl UserScope {
    /// A page of the user's slots.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn slot_page(&self, filter: SlotFilter) -> Result<Vec<SlotRow>, StoreError> {
        let user = self.user;
        self.read("read a page of slots", move |conn| page_of_user(conn, user, &filter)).await
    }

    /// The user's slots of a day, counted by task; `now` tells what is over.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn slot_counts(&self, day: Day, now: Timestamp) -> Result<Vec<(Task, SlotCounts)>, StoreError> {
        let user = self.user;
        self.read("count the slots of a day", move |conn| {
            let sql = counts_of_user();
            let values = (day.to_string(), now.0, user.0.cast_signed());
            select(conn, &sql, values, |row| Ok((parsed(row, "task")?, counts(row)?)))
        })
        .await
    }
}

impl SystemScope {
    /// A page of everybody's slots.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn slot_page(&self, filter: SlotFilter) -> Result<Vec<SlotRow>, StoreError> {
        self.store.read("read a page of slots", move |conn| page_of_all(conn, &filter)).await
    }

    /// Everybody's slots of a day, counted by task.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn slot_counts(&self, day: Day, now: Timestamp) -> Result<Vec<(Task, SlotCounts)>, StoreError> {
        self.store
            .read("count the slots of a day", move |conn| {
                let sql = format!("SELECT task, {COUNTS} FROM slots WHERE day = ?1 GROUP BY task");
                let values = (day.to_string(), now.0);
                select(conn, &sql, values, |row| Ok((parsed(row, "task")?, counts(row)?)))
            })
            .await
    }

    /// The users whose day has slots that are open, missed or failed, those with most of them first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn users_with_trouble(
        &self,
        day: Day,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<(UserId, SlotCounts)>, StoreError> {
        self.store
            .read("look for users with trouble", move |conn| {
                let sql = format!(
                    "SELECT user_id, {COUNTS} FROM slots WHERE day = ?1 GROUP BY user_id
                     HAVING open + missed + failed > 0
                     ORDER BY open + missed + failed DESC, user_id LIMIT ?3"
                );
                select(conn, &sql, (day.to_string(), now.0, limit), |row| {
                    Ok((user(row, "user_id")?, counts(row)?))
                })
            })
            .await
    }
}

/// The columns of [`SlotCounts`]; `?2` is now.
const COUNTS: &str = "
    sum(outcome IS NULL AND coalesce(ends_at, due_at) > ?2) AS expected,
    sum(outcome IS NULL AND coalesce(ends_at, due_at) <= ?2) AS open,
    sum(outcome IS 'ran') AS ran, sum(outcome IS 'skipped') AS skipped, sum(outcome IS 'late') AS late,
    sum(outcome IS 'missed') AS missed, sum(outcome IS 'failed') AS failed,
    sum(ticks_expected) AS ticks_expected, sum(ticks_ran) AS ticks_ran, sum(ticks_failed) AS ticks_failed,
    sum(ticks_skipped) AS ticks_skipped, sum(ticks_missed) AS ticks_missed";

fn counts(row: &Row<'_>) -> Result<SlotCounts, StoreError> {
    Ok(SlotCounts {
        expected: unsigned(row, "expected")?,
        open: unsigned(row, "open")?,
        ran: unsigned(row, "ran")?,
        skipped: unsigned(row, "skipped")?,
        late: unsigned(row, "late")?,
        missed: unsigned(row, "missed")?,
        failed: unsigned(row, "failed")?,
        ticks_expected: unsigned(row, "ticks_expected")?,
        ticks_ran: unsigned(row, "ticks_ran")?,
        ticks_failed: unsigned(row, "ticks_failed")?,
        ticks_skipped: unsigned(row, "ticks_skipped")?,
        ticks_missed: unsigned(row, "ticks_missed")?,
    })
}

fn counts_of_user() -> String {
    // The primary key has the order of the groups, but would go through all of the user's days.
    format!(
        "SELECT task, {COUNTS} FROM slots INDEXED BY slots_of_user_by_day
         WHERE user_id = ?3 AND day = ?1 GROUP BY task"
    )
}

const PAGE_OF_USER: &str = "
    SELECT * FROM slots
    WHERE user_id = ?1 AND day >= ?2 AND day <= ?3 AND (?4 IS NULL OR task = ?4)
        AND (?5 IS NULL OR coalesce(outcome, 'open') = ?5) AND (due_at, user_id, task) > (?6, ?7, ?8)
    ORDER BY day, due_at, user_id, task LIMIT ?9";

fn page_of_user(conn: &Connection, user: UserId, filter: &SlotFilter) -> Result<Vec<SlotRow>, StoreError> {
    page(conn, PAGE_OF_USER, Some(user), filter)
}

fn page_of_all(conn: &Connection, filter: &SlotFilter) -> Result<Vec<SlotRow>, StoreError> {
    // The hint keeps to the index that has the order of the page.
    let sql = "SELECT * FROM slots INDEXED BY slots_by_day
               WHERE ?1 IS NULL AND day >= ?2 AND day <= ?3 AND (?4 IS NULL OR task = ?4)
                   AND (?5 IS NULL OR coalesce(outcome, 'open') = ?5) AND (due_at, user_id, task) > (?6, ?7, ?8)
               ORDER BY day, due_at, user_id, task LIMIT ?9";
    page(conn, sql, None, filter)
}

fn page(
    conn: &Connection,
    sql: &str,
    user: Option<UserId>,
    filter: &SlotFilter,
) -> Result<Vec<SlotRow>, StoreError> {
    // Days sort as instants do, so the page begins with the day of its cursor.
    let from = filter.after.map_or(filter.from, |cursor| filter.from.max(cursor.due_at.ist_day()));
    let after = filter.after;
    let values = params![
        user.map(|user| user.0.cast_signed()),
        from.to_string(),
        filter.to.to_string(),
        filter.task.as_ref().map(Task::name),
        filter.state.map(SlotState::name),
        after.map_or(i64::MIN, |cursor| cursor.due_at.0),
        after.map_or(0, |cursor| cursor.user.0.cast_signed()),
        after.as_ref().map_or("", |cursor| cursor.task.name()),
        filter.limit,
    ];
    select(conn, sql, values, read_slot)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::plan_of;
    use crate::slots::SLOTS_OF_DAY;

    #[test]
    fn what_is_asked_of_one_user_is_not_looked_for_among_everybody() {
        for sql in [SLOTS_OF_DAY, PAGE_OF_USER, &counts_of_user()] {
            let plan = plan_of(sql);
            assert!(
                plan.starts_with("SEARCH slots USING INDEX slots_of_user_by_day (user_id=? AND day"),
                "{plan}"
            );
        }
    }
}
