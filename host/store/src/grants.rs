//! What the operator allows each task, and what its runs have used of it. What an allowance means is the application's
//! affair; here it is text.

use rusqlite::{Connection, Row};

use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::time::{Day, Timestamp};

use crate::columns::{execute, instant, parsed, select, select_one, unsigned, user};
use crate::errors::StoreError;
use crate::meta;
use crate::run_footprint::{self, RunFootprint};
use crate::run_list::tasks_of;
use crate::store::{SystemScope, UserScope};

/// Stands for everybody in the place of a user.
const EVERYBODY: i64 = 0;

/// Key under which the number of the last change of a grant is stored.
const NEWEST: &str = "newest_grant";

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

/// An allowance with the change that made it so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberedGrant {
    /// Number of that change; a later one has a larger number.
    pub version: u64,
    /// The allowance.
    pub grant: GrantRow,
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
    /// Sets an allowance, waits until it is durable, and answers the number of the change.
    ///
    /// # Errors
    /// [`StoreError::GrantChanged`] when `expected` is given and is not the number of what stands, 0 when nothing is set; or when
    /// the store is closed or has stopped.
    pub async fn save_grant(&self, row: GrantRow, expected: Option<u64>) -> Result<u64, StoreError> {
        self.store
            .write_durable("save a grant", move |conn| {
                check(conn, (row.user, row.task), expected)?;
                let version = next_version(conn)?;
                let sql =
                    "INSERT INTO grants (user_id, task, allowance, at, by_user, version) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                           ON CONFLICT (user_id, task) DO UPDATE
                           SET allowance = excluded.allowance, at = excluded.at, by_user = excluded.by_user,
                               version = excluded.version";
                let (by, number) = (row.by.0.cast_signed(), version.cast_signed());
                execute(conn, sql, (key(row.user), row.task.name(), row.allowance, row.at.0, by, number))?;
                Ok(version)
            })
            .await
    }

    /// Removes an allowance, by which the next wider one holds; whether there was one.
    ///
    /// # Errors
    /// As [`SystemScope::save_grant`].
    pub async fn remove_grant(
        &self,
        (user, task): (Option<UserId>, Task),
        expected: Option<u64>,
    ) -> Result<bool, StoreError> {
        self.store
            .write_durable("remove a grant", move |conn| {
                check(conn, (user, task), expected)?;
                let sql = "DELETE FROM grants WHERE user_id = ?1 AND task = ?2";
                Ok(execute(conn, sql, (key(user), task.name()))? > 0)
            })
            .await
    }

    /// Every allowance that an operator set.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn grants(&self) -> Result<Vec<NumberedGrant>, StoreError> {
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

/// Checks that what stands is what a change expects.
fn check(
    conn: &Connection,
    (user, task): (Option<UserId>, Task),
    expected: Option<u64>,
) -> Result<(), StoreError> {
    let Some(expected) = expected else { return Ok(()) };
    let sql = "SELECT version FROM grants WHERE user_id = ?1 AND task = ?2";
    let found = select_one(conn, sql, (key(user), task.name()), |row| unsigned(row, "version"))?.unwrap_or(0);
    if found == expected { Ok(()) } else { Err(StoreError::GrantChanged { task, expected, found }) }
}

/// The number of the next change. Grants of before there were numbers have the first one.
fn next_version(conn: &Connection) -> Result<u64, StoreError> {
    let sql = "SELECT value FROM meta WHERE key = ?1";
    let newest: u64 = select_one(conn, sql, [NEWEST], |row| parsed(row, "value"))?.unwrap_or(1);
    let version = newest + 1;
    meta::set(conn, NEWEST, &version.to_string())?;
    Ok(version)
}

fn read(row: &Row<'_>) -> Result<NumberedGrant, StoreError> {
    let grant = GrantRow {
        user: Some(user(row, "user_id")?).filter(|user| user.0.cast_signed() != EVERYBODY),
        task: parsed(row, "task")?,
        allowance: row.get("allowance")?,
        at: instant(row, "at")?,
        by: user(row, "by_user")?,
    };
    Ok(NumberedGrant { version: unsigned(row, "version")?, grant })
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
