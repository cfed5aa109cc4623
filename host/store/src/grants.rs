//! What the operator allows each task, and what its runs have used of it. What an allowance means is the application's
//! affair; here it is text.

use rusqlite::Row;

use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::time::{Day, Timestamp};

use crate::columns::{execute, instant, parsed, select, select_one, unsigned, user};
use crate::errors::StoreError;
use crate::run_footprint::{self, RunFootprint};
use crate::run_list::tasks_of;
use crate::store::{SystemScope, UserScope};

/// Stands for everybody in the place of a user.
const EVERYBODY: i64 = 0;

/// An allowance as an operator set it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantRow {
    /// User; none for the default allowance of the task.
    pub user: Option<UserId>,
    /// The task.
    pub task: Task,
    /// The allowance, as JSON.
    pub allowance: String,
    /// Time at which it was set.
    pub at: Timestamp,
    /// User who set the allowance.
    pub by: UserId,
}

/// What the runs of a task of a user have used over some days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsedRow {
    /// The task.
    pub task: Task,
    /// Number of runs.
    pub runs: u64,
    /// Processor time of all of them, in microseconds.
    pub cpu_micros: u64,
    /// The most that one of them took, in microseconds.
    pub most_cpu_micros: u64,
    /// The most memory that one of them held, in bytes.
    pub most_memory: u64,
    /// Host calls of all of them.
    pub calls: u64,
    /// The most calls of one of them.
    pub most_calls: u64,
    /// Orders placed, changed or cancelled by all of them, refused ones included.
    pub orders: u64,
    /// Work of the host and rows that the runs left behind.
    pub left: RunFootprint,
}

impl SystemScope {
    /// Sets an allowance and waits until it is durable.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn save_grant(&self, row: GrantRow) -> Result<(), StoreError> {
        self.store
            .write_durable("save a grant", move |conn| {
                let sql =
                    "INSERT INTO grants (user_id, task, allowance, at, by_user) VALUES (?1, ?2, ?3, ?4, ?5)
                           ON CONFLICT (user_id, task) DO UPDATE
                           SET allowance = excluded.allowance, at = excluded.at, by_user = excluded.by_user";
                let by = row.by.0.cast_signed();
                execute(conn, sql, (key(row.user), row.task.name(), row.allowance, row.at.0, by)).map(|_| ())
            })
            .await
    }

    /// Removes an allowance, by which the next wider one holds; whether there was one.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn remove_grant(&self, user: Option<UserId>, task: Task) -> Result<bool, StoreError> {
        self.store
            .write_durable("remove a grant", move |conn| {
                let sql = "DELETE FROM grants WHERE user_id = ?1 AND task = ?2";
                Ok(execute(conn, sql, (key(user), task.name()))? > 0)
            })
            .await
    }

    /// Every allowance that an operator set.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn grants(&self) -> Result<Vec<GrantRow>, StoreError> {
        self.store
            .read("read the grants", |conn| {
                select(conn, "SELECT * FROM grants ORDER BY user_id, task", [], read)
            })
            .await
    }
}

impl UserScope {
    /// Returns what the user's runs that began on these days have used, by task.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn used(&self, from: Timestamp, until: Timestamp) -> Result<Vec<UsedRow>, StoreError> {
        let (scope, user) = (self.user, self.user.0.cast_signed());
        self.read("sum up what runs have used", move |conn| {
            let sums = run_footprint::SUMS;
            let sql = &format!(
                "SELECT task, count(*) AS runs, sum(cpu_micros) AS cpu, max(cpu_micros) AS most_cpu,
                            max(peak_memory) AS memory, sum(calls) AS calls, max(calls) AS most_calls,
                            sum(orders) AS orders, {sums}
                     FROM runs WHERE user_id = ?1 AND task = ?2 AND started_at >= ?3 AND started_at < ?4
                     GROUP BY task"
            );
            let mut found = Vec::new();
            for task in tasks_of(conn, scope, None)? {
                found.extend(select_one(conn, sql, (user, task.name(), from.0, until.0), used)?);
            }
            Ok(found)
        })
        .await
    }

    /// Returns how many orders a task has placed on a trading date, whatever became of them.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn orders_of_task(&self, task: Task, day: Day) -> Result<u64, StoreError> {
        let user = self.user.0.cast_signed();
        self.read("count the orders of a task", move |conn| {
            let sql = "SELECT count(*) AS orders FROM orders
                           JOIN runs ON runs.id = orders.data ->> '$.run'
                           WHERE orders.user_id = ?1 AND orders.day = ?2 AND runs.task = ?3";
            let found =
                select_one(conn, sql, (user, day.to_string(), task.name()), |row| unsigned(row, "orders"))?;
            Ok(found.unwrap_or(0))
        })
        .await
    }
}

fn key(of: Option<UserId>) -> i64 {
    of.map_or(EVERYBODY, |user| user.0.cast_signed())
}

fn read(row: &Row<'_>) -> Result<GrantRow, StoreError> {
    Ok(GrantRow {
        user: Some(user(row, "user_id")?).filter(|user| user.0.cast_signed() != EVERYBODY),
        task: parsed(row, "task")?,
        allowance: row.get("allowance")?,
        at: instant(row, "at")?,
        by: user(row, "by_user")?,
    })
}

fn used(row: &Row<'_>) -> Result<UsedRow, StoreError> {
    Ok(UsedRow {
        task: parsed(row, "task")?,
        runs: unsigned(row, "runs")?,
        cpu_micros: unsigned(row, "cpu")?,
        most_cpu_micros: unsigned(row, "most_cpu")?,
        most_memory: unsigned(row, "memory")?,
        calls: unsigned(row, "calls")?,
        most_calls: unsigned(row, "most_calls")?,
        orders: unsigned(row, "orders")?,
        left: run_footprint::read(row)?,
    })
}
