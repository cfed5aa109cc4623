//! The day of many users at once, as lanes show it: their slots, ticks and executions, and who has trouble.
//!
//! A query answers for a list of users, never for one after another; the list bounds how many rows are read. Who has trouble is asked
//! of everybody, so it has a bound of its own.

use rusqlite::{Connection, Row};

use prahari_domain::ids::{RunId, UserId};
use prahari_domain::tasks::Task;
use prahari_domain::time::{Day, Timestamp};

use crate::columns::{instant, parsed, select, unsigned, user};
use crate::errors::StoreError;
use crate::slots::{SlotOutcome, SlotRow, read as read_slot};
use crate::store::{SystemScope, UserScope};

/// Most rows that are looked at for one kind of trouble: more slots than 15,000 users have on a day. What comes after them is not told,
/// so users who have nothing but that count as without trouble.
const MOST_OF_TROUBLE: u32 = 200_000;

/// Ticks of a continuous slot, one after another, that were no plain successes and have one outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LaneTicks {
    /// User of the slot.
    pub user: UserId,
    /// The task.
    pub task: Task,
    /// Time at which the first tick of the slot was due.
    pub due_at: Timestamp,
    /// Time at which the first of these ticks was due.
    pub at: Timestamp,
    /// How many they are, each a minute after the one before.
    pub count: u32,
    /// Outcome of the ticks.
    pub outcome: SlotOutcome,
}

/// A run that has not ended, of a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExecutingSlot {
    /// User of the run.
    pub user: UserId,
    /// The task that runs.
    pub task: Task,
    /// Time at which its slot was due; of a continuous slot, its tick.
    pub slot_due: Timestamp,
    /// The run.
    pub run: RunId,
}

/// The day of some users: every row that their lanes are drawn from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LaneRows {
    /// Every slot of the day; those of a user by due time.
    pub slots: Vec<SlotRow>,
    /// What was kept of the ticks of its continuous slots; those of a slot in order.
    pub ticks: Vec<LaneTicks>,
    /// What executes now for a slot, of whichever day.
    pub executing: Vec<ExecutingSlot>,
}

impl UserScope {
    /// The user's day, as lanes show it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn lane_rows(&self, day: Day) -> Result<LaneRows, StoreError> {
        let users = list([self.user]);
        self.read("read the lanes of a user", move |conn| rows(conn, day, &users)).await
    }

    /// Returns how many open alerts are about the user, and how many of their orders are unknown.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn open_questions(&self) -> Result<(u32, u32), StoreError> {
        let user = self.user.0.cast_signed();
        self.read("count what is open of a user", move |conn| {
            let count = |sql| select(conn, sql, [user], |row| Ok(row.get(0)?));
            let first = |counts: Vec<u32>| counts.first().copied().unwrap_or(0);
            Ok((first(count(ALERTS_OF_USER)?), first(count(UNKNOWN_OF_USER)?)))
        })
        .await
    }
}

impl SystemScope {
    /// The day of these users, as lanes show it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn lane_rows(&self, day: Day, users: &[UserId]) -> Result<LaneRows, StoreError> {
        let users = list(users.iter().copied());
        self.store.read("read the lanes of a day", move |conn| rows(conn, day, &users)).await
    }

    /// Returns how many slots of `day` were missed or failed, by user; users without any are left out. The 200,000 slots that were due
    /// first are looked at.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn slots_gone_wrong(&self, day: Day) -> Result<Vec<(UserId, u32)>, StoreError> {
        self.store
            .read("count the slots that went wrong", move |conn| {
                select(conn, GONE_WRONG, (day.to_string(), MOST_OF_TROUBLE), by_user)
            })
            .await
    }

    /// The slots of `day` that were due by `now` and have no outcome, of every user, and no more than 200,000.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn due_slots(&self, day: Day, now: Timestamp) -> Result<Vec<SlotRow>, StoreError> {
        let values = (day.to_string(), now.0, MOST_OF_TROUBLE);
        self.store.read("read the slots that are due", move |conn| select(conn, DUE, values, read_slot)).await
    }

    /// Returns how many open alerts are about each user; users without any are left out. Of more than 200,000 alerts, those of the users
    /// with the lowest numbers are looked at.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn open_alerts_by_user(&self) -> Result<Vec<(UserId, u32)>, StoreError> {
        self.store
            .read("count the open alerts", |conn| select(conn, ALERTS_BY_USER, [MOST_OF_TROUBLE], by_user))
            .await
    }

    /// Returns how many orders of each user are unknown; users without any are left out. Of more than 200,000 orders to which something
    /// can still happen, those of the users with the lowest numbers are looked at.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn unknown_orders_by_user(&self) -> Result<Vec<(UserId, u32)>, StoreError> {
        self.store
            .read("count the unknown orders", |conn| {
                select(conn, UNKNOWN_BY_USER, [MOST_OF_TROUBLE], by_user)
            })
            .await
    }
}

/// The slots of the users of a list; `CROSS JOIN` keeps the order of the tables, so that it is never the day that is walked
/// through.
const SLOTS: &str = "
    SELECT slots.* FROM json_each(?1) AS wanted
    CROSS JOIN slots INDEXED BY slots_of_user_by_day ON slots.user_id = wanted.value AND slots.day = ?2
    ORDER BY slots.user_id, slots.due_at, slots.task";

const TICKS: &str = "
    SELECT ticks.user_id, ticks.task, ticks.due_at, ticks.at, ticks.count, ticks.outcome
    FROM json_each(?1) AS wanted
    CROSS JOIN slots INDEXED BY slots_of_user_by_day ON slots.user_id = wanted.value AND slots.day = ?2
    CROSS JOIN slot_ticks AS ticks
        ON ticks.user_id = slots.user_id AND ticks.task = slots.task AND ticks.due_at = slots.due_at
    ORDER BY ticks.user_id, ticks.task, ticks.due_at, ticks.at";

const EXECUTING: &str = "
    SELECT runs.user_id, runs.task, runs.slot_due, runs.id FROM json_each(?1) AS wanted
    CROSS JOIN runs INDEXED BY runs_executing ON runs.user_id = wanted.value AND runs.outcome IS NULL
    WHERE runs.slot_due IS NOT NULL";

const GONE_WRONG: &str = "
    SELECT user_id, count(*) AS count
    FROM (SELECT user_id, outcome FROM slots INDEXED BY slots_by_day WHERE day = ?1 ORDER BY due_at LIMIT ?2)
    WHERE outcome IN ('missed', 'failed') GROUP BY user_id";

const DUE: &str = "
    SELECT * FROM slots INDEXED BY slots_open WHERE outcome IS NULL AND day = ?1 AND due_at <= ?2 LIMIT ?3";

const ALERTS_BY_USER: &str = "
    SELECT user_id, count(*) AS count
    FROM (SELECT user_id FROM alerts INDEXED BY alerts_open
          WHERE resolved_at IS NULL AND user_id IS NOT NULL ORDER BY user_id LIMIT ?1)
    GROUP BY user_id";

const ALERTS_OF_USER: &str =
    "SELECT count(*) FROM alerts INDEXED BY alerts_open WHERE resolved_at IS NULL AND user_id = ?1";

const UNKNOWN_BY_USER: &str = "
    SELECT user_id, count(*) AS count
    FROM (SELECT user_id, state FROM orders INDEXED BY orders_active WHERE active = 1 ORDER BY user_id LIMIT ?1)
    WHERE state = 'unknown' GROUP BY user_id";

const UNKNOWN_OF_USER: &str = "
    SELECT count(*) FROM orders INDEXED BY orders_active
    WHERE active = 1 AND state = 'unknown' AND user_id = ?1";

fn rows(conn: &Connection, day: Day, users: &str) -> Result<LaneRows, StoreError> {
    let of_day = (users, day.to_string());
    Ok(LaneRows {
        slots: select(conn, SLOTS, of_day.clone(), read_slot)?,
        ticks: select(conn, TICKS, of_day, read_ticks)?,
        executing: select(conn, EXECUTING, [users], read_executing)?,
    })
}

/// Users as a JSON list of their numbers, which one parameter of a query holds.
pub(crate) fn list(users: impl IntoIterator<Item = UserId>) -> String {
    let numbers: Vec<String> = users.into_iter().map(|user| user.0.cast_signed().to_string()).collect();
    format!("[{}]", numbers.join(","))
}

fn by_user(row: &Row<'_>) -> Result<(UserId, u32), StoreError> {
    Ok((user(row, "user_id")?, row.get("count")?))
}

fn read_ticks(row: &Row<'_>) -> Result<LaneTicks, StoreError> {
    Ok(LaneTicks {
        user: user(row, "user_id")?,
        task: parsed(row, "task")?,
        due_at: instant(row, "due_at")?,
        at: instant(row, "at")?,
        count: row.get("count")?,
        outcome: parsed(row, "outcome")?,
    })
}

fn read_executing(row: &Row<'_>) -> Result<ExecutingSlot, StoreError> {
    Ok(ExecutingSlot {
        user: user(row, "user_id")?,
        task: parsed(row, "task")?,
        slot_due: instant(row, "slot_due")?,
        run: RunId(unsigned(row, "id")?),
    })
}

#[cfg(test)]
mod tests {
    use prahari_domain::orders::OrderState;

    use super::*;
    use crate::columns::plan_of;
    use crate::samples::{new_database, write_order};

    #[test]
    fn the_rows_of_some_users_are_found_user_by_user() {
        for sql in [SLOTS, TICKS] {
            let plan = plan_of(sql);
            assert!(plan.contains("INDEX slots_of_user_by_day (user_id=? AND day=?)"), "{plan}");
            assert!(!plan.contains("SCAN slot"), "{plan}");
        }
        assert!(plan_of(TICKS).contains("SEARCH ticks USING"), "{}", plan_of(TICKS));
        let executing = plan_of(EXECUTING);
        assert!(executing.contains("SEARCH runs USING INDEX runs_executing (user_id=?)"), "{executing}");
    }

    #[test]
    fn trouble_is_found_in_the_day_and_among_what_is_open() {
        let starts = [
            (DUE, "SEARCH slots USING INDEX slots_open (day=?)"),
            (ALERTS_OF_USER, "SEARCH alerts USING"),
            (UNKNOWN_OF_USER, "SEARCH orders USING INDEX orders_active (user_id=?)"),
        ];
        for (sql, start) in starts {
            let plan = plan_of(sql);
            assert!(plan.starts_with(start), "{plan}");
        }
        let walks = [
            (GONE_WRONG, "SEARCH slots USING INDEX slots_by_day (day=?)"),
            (ALERTS_BY_USER, "INDEX alerts_open"),
            (UNKNOWN_BY_USER, "INDEX orders_active"),
        ];
        for (sql, walk) in walks {
            let plan = plan_of(sql);
            assert!(plan.contains(walk) && !plan.contains("ORDER BY"), "{plan}");
        }
    }

    /// Four users, each with a slot that failed, one that is due, an open alert and an unknown order.
    fn troubled() -> Connection {
        let conn = new_database();
        let slot = "INSERT INTO slots (user_id, task, due_at, day, kind, outcome, reason, attempts,
                                       ticks_expected, ticks_ran, ticks_failed)
                    VALUES (?1, 'analysis', ?2, '2025-01-02', 'one_shot', ?3, '', 1, 0, 0, 0)";
        let alert = "INSERT INTO alerts (code, user_id, raised_at, detail) VALUES ('user_halted', ?1, 1, '')";
        for user in 1..=4_i64 {
            conn.execute(slot, (user, user, Some("failed"))).unwrap();
            conn.execute(slot, (user, 10 + user, None::<&str>)).unwrap();
            conn.execute(alert, [user]).unwrap();
            write_order(&conn, user.cast_unsigned(), 1, "TCS", OrderState::Unknown);
        }
        conn
    }

    #[test]
    fn of_each_kind_of_trouble_no_more_than_the_most_is_looked_at() {
        let conn = troubled();
        let users = |found: Result<Vec<(UserId, u32)>, StoreError>| -> Vec<u64> {
            found.unwrap().into_iter().map(|(user, _)| user.0).collect()
        };
        for (most, expected) in [(3, vec![1, 2, 3]), (200, vec![1, 2, 3, 4])] {
            assert_eq!(users(select(&conn, GONE_WRONG, ("2025-01-02", most), by_user)), expected);
            assert_eq!(users(select(&conn, ALERTS_BY_USER, [most], by_user)), expected);
            assert_eq!(users(select(&conn, UNKNOWN_BY_USER, [most], by_user)), expected);
            let due = select(&conn, DUE, ("2025-01-02", 99, most), read_slot).unwrap();
            assert_eq!(due.into_iter().map(|slot| slot.user.0).collect::<Vec<_>>(), expected);
        }
    }
}
