//! The slot ledger: every expected occurrence of a task, and what became of it.

use rusqlite::{Connection, Row, params};

use prahari_domain::ids::{RunId, UserId};
use prahari_domain::tasks::Task;
use prahari_domain::time::{Day, Timestamp};

use crate::columns::{
    execute, instant, named, optional_instant, optional_parsed, optional_run, parsed, select, select_one,
    unsigned, user,
};
use crate::errors::StoreError;
use crate::notifications::{NewNotification, keep_all};
use crate::store::{SystemScope, UserScope};

named! {
    /// Kind of a slot: once or each minute.
    SlotKind {
        /// Runs once.
        OneShot = "one_shot",
        /// Each minute of its session.
        Continuous = "continuous",
    }
}

named! {
    /// What became of a slot or a tick. Once set it is final.
    SlotOutcome {
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

/// An expected occurrence of a task of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotRow {
    /// The user that it belongs to.
    pub user: UserId,
    /// The task.
    pub task: Task,
    /// Trading date of the slot (IST).
    pub day: Day,
    /// Time at which it is due; of a continuous slot its first tick.
    pub due_at: Timestamp,
    /// Once or each minute.
    pub kind: SlotKind,
    /// Time at which a continuous slot ends.
    pub ends_at: Option<Timestamp>,
    /// Time at which a slot that waited for other tasks could start. While it waits: the latest time until
    /// which it does.
    pub free_at: Option<Timestamp>,
    /// Time at which a slot is tried again, or was the last time, whose run ended as `unavailable`; none while it has not been, and
    /// once it has its outcome.
    pub retry_at: Option<Timestamp>,
    /// Outcome of the slot; none while it is open.
    pub outcome: Option<SlotOutcome>,
    /// Reason, for people; empty when there is nothing to say.
    pub reason: String,
    /// The run that decided its outcome.
    pub run: Option<RunId>,
    /// Runs begun for it.
    pub attempts: u32,
    /// Ticks a continuous slot should have.
    pub ticks_expected: u32,
    /// Ticks that ran and succeeded.
    pub ticks_ran: u32,
    /// Ticks that ran and did not succeed.
    pub ticks_failed: u32,
    /// Ticks that were left out on purpose.
    pub ticks_skipped: u32,
    /// Ticks that could not run in time.
    pub ticks_missed: u32,
    /// The last tick accounted for.
    pub last_tick_at: Option<Timestamp>,
}

impl SlotRow {
    /// A slot to be planned, with nothing known of it yet.
    pub fn planned(user: UserId, task: Task, day: Day, due_at: Timestamp, kind: SlotKind) -> Self {
        Self {
            user,
            task,
            day,
            due_at,
            kind,
            ends_at: None,
            free_at: None,
            retry_at: None,
            outcome: None,
            reason: String::new(),
            run: None,
            attempts: 0,
            ticks_expected: 0,
            ticks_ran: 0,
            ticks_failed: 0,
            ticks_skipped: 0,
            ticks_missed: 0,
            last_tick_at: None,
        }
    }
}

/// How a slot stands now. Counters are totals, not increments, so that saving one twice changes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotUpdate {
    /// The task.
    pub task: Task,
    /// Time at which the slot was due.
    pub due_at: Timestamp,
    /// Outcome of the slot; none while it is open. The first outcome stays, with its reason and run.
    pub outcome: Option<SlotOutcome>,
    /// The reason, in one sentence.
    pub reason: String,
    /// The run that decided it, or the last one so far.
    pub run: Option<RunId>,
    /// Runs begun for it.
    pub attempts: u32,
    /// Time at which it ends, if it is a continuous one: earlier than it was planned when it was cut short.
    pub ends_at: Option<Timestamp>,
    /// Time at which a slot that waited for other tasks could start. While it waits: the latest time until
    /// which it does.
    pub free_at: Option<Timestamp>,
    /// Time at which a slot is tried again, or was the last time, whose run ended as `unavailable`; none while it has not been, and
    /// once it has its outcome.
    pub retry_at: Option<Timestamp>,
    /// Ticks up to its end.
    pub ticks_expected: u32,
    /// Ticks that ran and succeeded.
    pub ticks_ran: u32,
    /// Ticks that ran and did not succeed.
    pub ticks_failed: u32,
    /// Ticks that were left out on purpose.
    pub ticks_skipped: u32,
    /// Ticks that could not run in time.
    pub ticks_missed: u32,
    /// The last tick accounted for.
    pub last_tick_at: Option<Timestamp>,
    /// Ticks to be kept, because they were no plain successes.
    pub ticks: Vec<TickRow>,
    /// What the user is told of it; not kept with an outcome that the slot has already.
    pub messages: Vec<NewNotification>,
}

impl From<&SlotRow> for SlotUpdate {
    fn from(slot: &SlotRow) -> Self {
        Self {
            task: slot.task,
            due_at: slot.due_at,
            outcome: slot.outcome,
            reason: slot.reason.clone(),
            run: slot.run,
            attempts: slot.attempts,
            ends_at: slot.ends_at,
            free_at: slot.free_at,
            retry_at: slot.retry_at,
            ticks_expected: slot.ticks_expected,
            ticks_ran: slot.ticks_ran,
            ticks_failed: slot.ticks_failed,
            ticks_skipped: slot.ticks_skipped,
            ticks_missed: slot.ticks_missed,
            last_tick_at: slot.last_tick_at,
            ticks: Vec::new(),
            messages: Vec::new(),
        }
    }
}

/// Ticks of a continuous slot, one after another, that were no plain successes and of which the same is to be said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TickRow {
    /// Time at which the first was due.
    pub at: Timestamp,
    /// How many they are, each a minute after the one before. Writing it again with another number replaces the number.
    pub count: u32,
    /// Outcome of the ticks.
    pub outcome: SlotOutcome,
    /// The reason, in one sentence.
    pub reason: String,
    /// Run of the tick; none when it had none.
    pub run: Option<RunId>,
}

impl UserScope {
    /// Writes slots down before they are due. A slot that is there already stays as it is.
    ///
    /// # Errors
    /// [`StoreError::ForeignUser`], or when the store is closed or has stopped.
    pub async fn plan_slots(&self, slots: Vec<SlotRow>) -> Result<(), StoreError> {
        slots.iter().try_for_each(|slot| self.check_owner("the slot", slot.user))?;
        self.write("plan slots", move |conn| slots.iter().try_for_each(|slot| insert(conn, slot))).await
    }

    /// Stores the progress of a slot, and what the user is told of it in the same write. A slot that was withdrawn
    /// meanwhile or has another outcome is left as it is, and nothing is told.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn update_slot(&self, update: SlotUpdate) -> Result<(), StoreError> {
        let user = self.user;
        self.write("update a slot", move |conn| match write(conn, user, &update) {
            Err(left @ (StoreError::UnknownSlot { .. } | StoreError::OutcomeKept { .. })) => {
                tracing::debug!(%left, "a slot is left as it is");
                Ok(())
            }
            written => written,
        })
        .await
    }

    /// Stores the progress of a slot and waits until it is durable; the caller handles a contradiction.
    ///
    /// # Errors
    /// [`StoreError::OutcomeKept`], [`StoreError::UnknownSlot`]; or when the store is closed or has stopped.
    pub async fn update_slot_durable(&self, update: SlotUpdate) -> Result<(), StoreError> {
        let user = self.user;
        self.store.write_durable("update a slot", move |conn| write(conn, user, &update)).await
    }

    /// Takes back slots that are not due yet, because the schedules by which they were planned are not followed any
    /// more. A slot with an outcome, or for which a run was begun, stays.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn withdraw_slots(&self, slots: Vec<(Task, Timestamp)>) -> Result<(), StoreError> {
        let user = self.user.0.cast_signed();
        self.write("withdraw slots", move |conn| {
            let sql = "DELETE FROM slots WHERE user_id = ?1 AND task = ?2 AND due_at = ?3
                               AND outcome IS NULL AND attempts = 0";
            let mut slots = slots.iter();
            slots.try_for_each(|(task, due_at)| execute(conn, sql, (user, task.name(), due_at.0)).map(|_| ()))
        })
        .await
    }

    /// The slots of a trading date, by due time and task name.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn slots(&self, day: Day) -> Result<Vec<SlotRow>, StoreError> {
        let values = (self.user.0.cast_signed(), day.to_string());
        self.read("read the slots of a day", move |conn| select(conn, SLOTS_OF_DAY, values, read)).await
    }

    /// Returns how many slots of the user on a trading date failed or were missed.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn slots_in_trouble_on(&self, day: Day) -> Result<u64, StoreError> {
        let values = (self.user.0.cast_signed(), day.to_string());
        self.read("count the slots in trouble", move |conn| {
            let sql = "SELECT count(*) AS count FROM slots
                       WHERE user_id = ?1 AND day = ?2 AND outcome IN ('failed', 'missed')";
            Ok(select_one(conn, sql, values, |row| unsigned(row, "count"))?.unwrap_or(0))
        })
        .await
    }

    /// The ticks kept of a continuous slot, in order.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn ticks(&self, task: Task, due_at: Timestamp) -> Result<Vec<TickRow>, StoreError> {
        let values = (self.user.0.cast_signed(), task.to_string(), due_at.0);
        self.read("read the ticks of a slot", move |conn| {
            let sql = "SELECT at, count, outcome, reason, run_id FROM slot_ticks
                           WHERE user_id = ?1 AND task = ?2 AND due_at = ?3 ORDER BY at";
            let rows = select(conn, sql, values, read_tick)?;
            Ok(rows.into_iter().flat_map(TickRow::each).collect())
        })
        .await
    }

    /// Returns what was kept of the ticks of a continuous slot, counted by outcome and reason.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn tick_reasons(
        &self,
        task: Task,
        due_at: Timestamp,
    ) -> Result<Vec<(SlotOutcome, String, u32)>, StoreError> {
        let values = (self.user.0.cast_signed(), task.to_string(), due_at.0);
        self.read("count the ticks of a slot", move |conn| {
            let sql = "SELECT outcome, reason, sum(count) AS count FROM slot_ticks
                           WHERE user_id = ?1 AND task = ?2 AND due_at = ?3
                           GROUP BY outcome, reason ORDER BY min(at)";
            select(conn, sql, values, |row| {
                Ok((parsed(row, "outcome")?, row.get("reason")?, row.get("count")?))
            })
        })
        .await
    }
}

impl TickRow {
    /// Every tick by itself.
    fn each(self) -> impl Iterator<Item = Self> {
        let at = self.at;
        (0..self.count).map(move |tick| Self {
            at: at.plus_minutes(i64::from(tick)),
            count: 1,
            ..self.clone()
        })
    }
}

impl SystemScope {
    /// The slots of days before `day` that have no outcome, by user. A process that ended in the moment after a day
    /// left them.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn open_slots_before(&self, day: Day) -> Result<Vec<SlotRow>, StoreError> {
        self.store
            .read("read the slots that were left open", move |conn| {
                let sql =
                    "SELECT * FROM slots WHERE outcome IS NULL AND day < ?1 ORDER BY user_id, due_at, task";
                select(conn, sql, [day.to_string()], read)
            })
            .await
    }

    /// The users who have a slot without an outcome on a trading date.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn users_with_open_slots(&self, day: Day) -> Result<Vec<UserId>, StoreError> {
        self.store
            .read("look for open slots", move |conn| {
                let sql =
                    "SELECT DISTINCT user_id FROM slots WHERE outcome IS NULL AND day = ?1 ORDER BY user_id";
                select(conn, sql, [day.to_string()], |row| user(row, "user_id"))
            })
            .await
    }
}

/// A user's slots of a day, in order.
pub(crate) const SLOTS_OF_DAY: &str =
    "SELECT * FROM slots WHERE user_id = ?1 AND day = ?2 ORDER BY due_at, task";

fn insert(conn: &Connection, slot: &SlotRow) -> Result<(), StoreError> {
    let sql =
        "INSERT INTO slots (user_id, task, due_at, day, kind, ends_at, outcome, reason, run_id, attempts,
                                  ticks_expected, ticks_ran, ticks_failed, ticks_skipped, ticks_missed,
                                  last_tick_at, free_at, retry_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)
               ON CONFLICT (user_id, task, due_at) DO NOTHING";
    let values = params![
        slot.user.0.cast_signed(),
        slot.task.name(),
        slot.due_at.0,
        slot.day.to_string(),
        slot.kind.name(),
        slot.ends_at.map(|at| at.0),
        slot.outcome.map(SlotOutcome::name),
        &slot.reason,
        slot.run.map(|run| run.0.cast_signed()),
        slot.attempts,
        slot.ticks_expected,
        slot.ticks_ran,
        slot.ticks_failed,
        slot.ticks_skipped,
        slot.ticks_missed,
        slot.last_tick_at.map(|at| at.0),
        slot.free_at.map(|at| at.0),
        slot.retry_at.map(|at| at.0),
    ];
    execute(conn, sql, values).map(|_| ())
}

fn write(conn: &Connection, user: UserId, update: &SlotUpdate) -> Result<(), StoreError> {
    let sql = "UPDATE slots
               SET reason = CASE WHEN outcome IS NULL THEN ?5 ELSE reason END,
                   run_id = CASE WHEN outcome IS NULL THEN ?6 ELSE run_id END,
                   outcome = coalesce(outcome, ?4),
                   attempts = ?7, ticks_ran = ?8, ticks_failed = ?9, last_tick_at = ?10,
                   ticks_skipped = ?11, ticks_missed = ?12, ends_at = ?13, ticks_expected = ?14, free_at = ?15,
                   retry_at = ?16
               WHERE user_id = ?1 AND task = ?2 AND due_at = ?3
                   AND (outcome IS NULL OR ?4 IS NULL OR outcome = ?4)";
    let values = (
        user.0.cast_signed(),
        update.task.name(),
        update.due_at.0,
        update.outcome.map(SlotOutcome::name),
        &update.reason,
        update.run.map(|run| run.0.cast_signed()),
        update.attempts,
        update.ticks_ran,
        update.ticks_failed,
        update.last_tick_at.map(|at| at.0),
        update.ticks_skipped,
        update.ticks_missed,
        update.ends_at.map(|at| at.0),
        update.ticks_expected,
        update.free_at.map(|at| at.0),
        update.retry_at.map(|at| at.0),
    );
    let is_told = !update.messages.is_empty() && !is_repeated(conn, user, update)?;
    if execute(conn, sql, values)? == 0 {
        return Err(contradiction(conn, user, update)?);
    }
    update.ticks.iter().try_for_each(|tick| write_tick(conn, user, update, tick))?;
    if is_told { keep_all(conn, user, &update.messages) } else { Ok(()) }
}

/// Returns whether an update gives a slot an outcome that has one already.
fn is_repeated(conn: &Connection, user: UserId, update: &SlotUpdate) -> Result<bool, StoreError> {
    Ok(update.outcome.is_some() && outcome_of(conn, user, update)?.is_some())
}

/// The outcome that a slot has; none of one that is open or unknown.
fn outcome_of(
    conn: &Connection,
    user: UserId,
    update: &SlotUpdate,
) -> Result<Option<SlotOutcome>, StoreError> {
    let sql = "SELECT outcome FROM slots WHERE user_id = ?1 AND task = ?2 AND due_at = ?3";
    let values = (user.0.cast_signed(), update.task.name(), update.due_at.0);
    Ok(select_one(conn, sql, values, |row| optional_parsed::<SlotOutcome>(row, "outcome"))?.flatten())
}

/// Returns why an update found no slot that it may change.
fn contradiction(conn: &Connection, user: UserId, update: &SlotUpdate) -> Result<StoreError, StoreError> {
    let SlotUpdate { task, due_at, .. } = *update;
    Ok(match (outcome_of(conn, user, update)?, update.outcome) {
        (Some(kept), Some(given)) => {
            StoreError::OutcomeKept { user, task, due_at, kept: kept.name(), given: given.name() }
        }
        _ => StoreError::UnknownSlot { user, task, due_at },
    })
}

fn write_tick(conn: &Connection, user: UserId, slot: &SlotUpdate, tick: &TickRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO slot_ticks (user_id, task, due_at, at, outcome, reason, run_id, count)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
               ON CONFLICT (user_id, task, due_at, at) DO UPDATE
               SET outcome = excluded.outcome, reason = excluded.reason, run_id = excluded.run_id,
                   count = excluded.count";
    let values = (
        user.0.cast_signed(),
        slot.task.name(),
        slot.due_at.0,
        tick.at.0,
        tick.outcome.name(),
        &tick.reason,
        tick.run.map(|run| run.0.cast_signed()),
        tick.count,
    );
    execute(conn, sql, values).map(|_| ())
}

pub(crate) fn read(row: &Row<'_>) -> Result<SlotRow, StoreError> {
    Ok(SlotRow {
        user: user(row, "user_id")?,
        task: parsed(row, "task")?,
        day: parsed(row, "day")?,
        due_at: instant(row, "due_at")?,
        kind: parsed(row, "kind")?,
        ends_at: optional_instant(row, "ends_at")?,
        free_at: optional_instant(row, "free_at")?,
        retry_at: optional_instant(row, "retry_at")?,
        outcome: optional_parsed(row, "outcome")?,
        reason: row.get("reason")?,
        run: optional_run(row, "run_id")?,
        attempts: row.get("attempts")?,
        ticks_expected: row.get("ticks_expected")?,
        ticks_ran: row.get("ticks_ran")?,
        ticks_failed: row.get("ticks_failed")?,
        ticks_skipped: row.get("ticks_skipped")?,
        ticks_missed: row.get("ticks_missed")?,
        last_tick_at: optional_instant(row, "last_tick_at")?,
    })
}

fn read_tick(row: &Row<'_>) -> Result<TickRow, StoreError> {
    Ok(TickRow {
        at: instant(row, "at")?,
        count: row.get("count")?,
        outcome: parsed(row, "outcome")?,
        reason: row.get("reason")?,
        run: optional_run(row, "run_id")?,
    })
}
