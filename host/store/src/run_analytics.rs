//! What runs took and left behind over a stretch of time, by task, user or version of the module.

use std::collections::BTreeMap;

use rusqlite::Row;

use prahari_domain::ids::{OrderId, UserId};
use prahari_domain::money::Paise;
use prahari_domain::tasks::Task;
use prahari_domain::time::{Day, Timestamp};

use crate::columns::{parsed, select, select_one, unsigned, user};
use crate::errors::StoreError;
use crate::run_list::tasks_of;
use crate::run_numbers::numbers_between;
use crate::store::{SystemScope, UserScope};

/// By what runs are added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunGroup {
    /// By task.
    Task,
    /// By user.
    User,
    /// By task and version of its module.
    Version,
}

/// The runs that are added up together: what is none is not told apart.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct RunGroupKey {
    /// The user of the runs.
    pub user: Option<UserId>,
    /// The task that ran.
    pub task: Option<Task>,
    /// Hash of the module that ran, in hex.
    pub module: Option<String>,
}

/// The sums of some runs. Times in milliseconds where nothing else is said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunSums {
    /// Runs that have ended.
    pub runs: u64,
    /// Those of them that succeeded.
    pub succeeded: u64,
    /// How long each took, shortest first.
    pub durations: Vec<i64>,
    /// How long after its slot was due each began that had one, earliest first.
    pub lateness: Vec<i64>,
    /// Processor time of the guests, in microseconds.
    pub cpu_micros: u64,
    /// Processor time of the host for them, in microseconds.
    pub host_micros: u64,
    /// Most memory that one of them held at once, in bytes.
    pub peak_memory: u64,
    /// Orders placed, changed or cancelled, refused ones included.
    pub orders: u64,
    /// Bytes of logs, decisions and recordings, as they were when the runs ended.
    pub stored_bytes: u64,
}

/// Runs that were added up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunAnalytics {
    /// The sums of each group, by key.
    pub groups: BTreeMap<RunGroupKey, RunSums>,
    /// Whether all runs of the time were looked at; otherwise the newest ones alone.
    pub complete: bool,
}

/// What was earned, in paise.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Results {
    /// Realised result before charges.
    pub realised: Paise,
    /// Charges.
    pub charges: Paise,
    /// Dividends; none where it is not known whose they are, as of a task.
    pub income: Option<Paise>,
}

impl Results {
    /// Returns the realised result with the income that is known, less charges.
    pub fn net(&self) -> Paise {
        self.realised + self.income.unwrap_or(Paise::ZERO) - self.charges
    }
}

/// Which runs are looked at, and how many at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnalyticsRange {
    /// Started at this instant or later.
    pub since: Timestamp,
    /// Started before this instant.
    pub until: Timestamp,
    /// Most runs that are looked at, the newest ones; of a user, of each task as many.
    pub most: u32,
}

/// What is read of a run. A superseded run ran nothing.
macro_rules! measured {
    ($from:literal) => {
        concat!(
            "SELECT user_id, task, module_hash, outcome = 'succeeded' AS succeeded, finished_at - started_at AS duration,
                    started_at - slot_due AS lateness, cpu_micros, host_micros, peak_memory, orders,
                    log_bytes + decision_bytes + recording_bytes AS stored_bytes
             FROM ",
            $from,
            " AND started_at >= ?1 AND started_at < ?2 AND outcome IS NOT NULL AND outcome <> 'superseded' "
        )
    };
}

const OF_TASK: &str = concat!(
    measured!("runs INDEXED BY runs_of_task WHERE user_id = ?4 AND task = ?5"),
    "ORDER BY started_at DESC, id DESC LIMIT ?3"
);
const OF_ALL: &str = concat!(measured!("runs WHERE id >= ?4 AND id < ?5"), "ORDER BY id DESC LIMIT ?3");

const DECIDER: &str =
    "SELECT runs.task, runs.module_hash FROM orders CROSS JOIN runs ON runs.id = orders.data ->> '$.run'
                       WHERE orders.user_id = ?1 AND orders.day = ?2 AND orders.number = ?3";

const RESULTS: &str = "SELECT users.id AS user_id, sum(statements.data ->> '$.realised') AS realised,
                              sum(statements.data ->> '$.charges') AS charges,
                              sum(coalesce(statements.data ->> '$.income', 0)) AS income
                       FROM users CROSS JOIN statements ON statements.user_id = users.id
                       WHERE statements.day BETWEEN ?1 AND ?2 GROUP BY users.id";

impl UserScope {
    /// Adds up the runs of the user that have ended.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn run_analytics(
        &self,
        range: AnalyticsRange,
        by: RunGroup,
    ) -> Result<RunAnalytics, StoreError> {
        let of = self.user;
        self.read("add up runs", move |conn| {
            let mut sums = Sums::new(by);
            for task in tasks_of(conn, of, None)? {
                let AnalyticsRange { since, until, most } = range;
                let values = (since.0, until.0, i64::from(most), of.0.cast_signed(), task.name());
                let mut read = 0;
                select(conn, OF_TASK, values, Measured::read)?.into_iter().for_each(|run| {
                    read += 1;
                    sums.add(run);
                });
                sums.complete &= read < most;
            }
            Ok(sums.finish())
        })
        .await
    }

    /// Returns the task and the module, by hash in hex, that decided each of these orders of the user; none of orders whose run is
    /// not kept any more.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn deciders_of(
        &self,
        orders: Vec<OrderId>,
    ) -> Result<BTreeMap<OrderId, (Task, String)>, StoreError> {
        let of = self.user;
        self.read("read what decided orders", move |conn| {
            let mut found = BTreeMap::new();
            for order in orders.into_iter().filter(|order| order.user == of) {
                let values = (of.0.cast_signed(), order.day.to_string(), order.number);
                let read = |row: &Row<'_>| Ok((parsed(row, "task")?, row.get("module_hash")?));
                if let Some(decider) = select_one(conn, DECIDER, values, read)? {
                    found.insert(order, decider);
                }
            }
            Ok(found)
        })
        .await
    }
}

impl SystemScope {
    /// Adds up the runs of everybody that have ended.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn run_analytics(
        &self,
        range: AnalyticsRange,
        by: RunGroup,
    ) -> Result<RunAnalytics, StoreError> {
        self.store
            .read("add up the runs of everybody", move |conn| {
                let AnalyticsRange { since, until, most } = range;
                let (first, end) = numbers_between(conn, Some(since), Some(until))?;
                let mut sums = Sums::new(by);
                let values = (since.0, until.0, i64::from(most), first, end);
                let mut read = 0;
                let mut statement = conn.prepare_cached(OF_ALL)?;
                let mut rows = statement.query(values)?;
                // Row by row: of everybody they are too many to be kept.
                while let Some(row) = rows.next()? {
                    read += 1;
                    sums.add(Measured::read(row)?);
                }
                sums.complete = read < most;
                Ok(sums.finish())
            })
            .await
    }

    /// Returns what the statements of each user from one trading date through another add up to, of users who have any.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn results_by_user(
        &self,
        from: Day,
        through: Day,
    ) -> Result<BTreeMap<UserId, Results>, StoreError> {
        let values = (from.to_string(), through.to_string());
        self.store
            .read("add up statements", move |conn| {
                let read = |row: &Row<'_>| {
                    let results = Results {
                        realised: Paise(row.get("realised")?),
                        charges: Paise(row.get("charges")?),
                        income: Some(Paise(row.get("income")?)),
                    };
                    Ok((user(row, "user_id")?, results))
                };
                Ok(select(conn, RESULTS, values, read)?.into_iter().collect())
            })
            .await
    }
}

/// What one run measured.
struct Measured {
    user: UserId,
    task: Task,
    module: String,
    succeeded: bool,
    duration: Option<i64>,
    lateness: Option<i64>,
    cpu_micros: u64,
    host_micros: u64,
    peak_memory: u64,
    orders: u64,
    stored_bytes: u64,
}

impl Measured {
    fn read(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            user: user(row, "user_id")?,
            task: parsed(row, "task")?,
            module: row.get("module_hash")?,
            succeeded: row.get("succeeded")?,
            duration: row.get("duration")?,
            lateness: row.get("lateness")?,
            cpu_micros: unsigned(row, "cpu_micros")?,
            host_micros: unsigned(row, "host_micros")?,
            peak_memory: unsigned(row, "peak_memory")?,
            orders: unsigned(row, "orders")?,
            stored_bytes: unsigned(row, "stored_bytes")?,
        })
    }
}

/// Sums on their way.
struct Sums {
    by: RunGroup,
    groups: BTreeMap<RunGroupKey, RunSums>,
    complete: bool,
}

impl Sums {
    fn new(by: RunGroup) -> Self {
        Self { by, groups: BTreeMap::new(), complete: true }
    }

    fn add(&mut self, run: Measured) {
        let key = match self.by {
            RunGroup::Task => RunGroupKey { task: Some(run.task), ..RunGroupKey::default() },
            RunGroup::User => RunGroupKey { user: Some(run.user), ..RunGroupKey::default() },
            RunGroup::Version => {
                RunGroupKey { task: Some(run.task), module: Some(run.module), ..RunGroupKey::default() }
            }
        };
        let sums = self.groups.entry(key).or_default();
        sums.runs = sums.runs.saturating_add(1);
        sums.succeeded = sums.succeeded.saturating_add(u64::from(run.succeeded));
        sums.durations.extend(run.duration);
        sums.lateness.extend(run.lateness);
        sums.cpu_micros = sums.cpu_micros.saturating_add(run.cpu_micros);
        sums.host_micros = sums.host_micros.saturating_add(run.host_micros);
        sums.peak_memory = sums.peak_memory.max(run.peak_memory);
        sums.orders = sums.orders.saturating_add(run.orders);
        sums.stored_bytes = sums.stored_bytes.saturating_add(run.stored_bytes);
    }

    fn finish(mut self) -> RunAnalytics {
        for sums in self.groups.values_mut() {
            sums.durations.sort_unstable();
            sums.lateness.sort_unstable();
        }
        RunAnalytics { groups: self.groups, complete: self.complete }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::plan_of;

    #[test]
    fn runs_are_found_by_task_and_time_or_by_their_numbers() {
        let plan = plan_of(OF_TASK);
        let index =
            "SEARCH runs USING INDEX runs_of_task (user_id=? AND task=? AND started_at>? AND started_at<?)";
        assert_eq!(plan, index);
        let plan = plan_of(OF_ALL);
        assert_eq!(plan, "SEARCH runs USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)");
    }

    #[test]
    fn orders_and_statements_are_found_by_their_keys() {
        let plan = plan_of(DECIDER);
        assert!(plan.contains("(user_id=? AND day=? AND number=?)"), "{plan}");
        assert!(plan.contains("SEARCH runs USING INTEGER PRIMARY KEY (rowid=?)"), "{plan}");
        let plan = plan_of(RESULTS);
        assert!(plan.contains("(user_id=? AND day>? AND day<?)"), "{plan}");
    }
}
