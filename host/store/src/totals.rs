//! Counts for a report over a stretch of trading dates, by month.

use std::collections::BTreeMap;

use rusqlite::{Connection, Row};
use serde::Serialize;

use prahari_domain::ids::UserId;
use prahari_domain::time::{Day, Timestamp};

use crate::columns::{select, unsigned};
use crate::errors::StoreError;
use crate::store::{SystemScope, UserScope};

/// Counts by name.
type Counts = BTreeMap<String, u64>;

/// Totals of a month.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct MonthTotals {
    /// Runs by task and outcome (`executing` while there is none), by the date they started on.
    pub runs: BTreeMap<String, Counts>,
    /// Slots by outcome (`open` while there is none).
    pub slots: Counts,
    /// Slots by task, whatever their outcome.
    pub slots_by_task: Counts,
    /// Ticks of continuous slots: `expected`, `ran`, `failed`, `skipped` and `missed`.
    pub ticks: Counts,
    /// Orders by state, by the trading date they were placed for.
    pub orders: Counts,
    /// Fills by side of their order, by the same date.
    pub fills: Counts,
    /// Signals by kind, by trading date.
    pub signals: Counts,
}

/// Totals by month, named as `2025-01`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Only months in which something happened.
    pub months: BTreeMap<String, MonthTotals>,
}

impl Totals {
    /// Adds up the totals of all months.
    pub fn sum(&self) -> MonthTotals {
        let mut sum = MonthTotals::default();
        for month in self.months.values() {
            for (task, counts) in &month.runs {
                add(sum.runs.entry(task.clone()).or_default(), counts);
            }
            add(&mut sum.slots, &month.slots);
            add(&mut sum.slots_by_task, &month.slots_by_task);
            add(&mut sum.ticks, &month.ticks);
            add(&mut sum.orders, &month.orders);
            add(&mut sum.fills, &month.fills);
            add(&mut sum.signals, &month.signals);
        }
        sum
    }

    fn month(&mut self, name: String) -> &mut MonthTotals {
        self.months.entry(name).or_default()
    }
}

impl SystemScope {
    /// Counts over all users, from one trading date through another. Shared signals count once.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn totals(&self, from: Day, through: Day) -> Result<Totals, StoreError> {
        let range = Range { user: None, from, through };
        self.store.read("count what happened", move |conn| range.totals(conn)).await
    }
}

impl UserScope {
    /// Counts of this user alone, from one trading date through another; signals are the user's own.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn totals(&self, from: Day, through: Day) -> Result<Totals, StoreError> {
        let range = Range { user: Some(self.user), from, through };
        self.read("count what happened to a user", move |conn| range.totals(conn)).await
    }
}

/// The user, or everybody, and the dates for which to count.
struct Range {
    user: Option<UserId>,
    from: Day,
    through: Day,
}

impl Range {
    fn totals(&self, conn: &Connection) -> Result<Totals, StoreError> {
        let mut totals = Totals::default();
        self.runs(conn, &mut totals)?;
        self.slots(conn, &mut totals)?;
        let orders = "SELECT substr(day, 1, 7) AS month, state AS name, count(*) AS count FROM orders
                      WHERE (?1 IS NULL OR user_id = ?1) AND day BETWEEN ?2 AND ?3 GROUP BY month, name";
        self.count(conn, orders, &mut totals, |month| &mut month.orders)?;
        let fills = "SELECT substr(day, 1, 7) AS month, side AS name,
                            sum(json_array_length(data, '$.fill_keys')) AS count FROM orders
                     WHERE (?1 IS NULL OR user_id = ?1) AND day BETWEEN ?2 AND ?3 AND filled > 0
                     GROUP BY month, name";
        self.count(conn, fills, &mut totals, |month| &mut month.fills)?;
        let signals = "SELECT substr(day, 1, 7) AS month, kind AS name, count(*) AS count FROM signals
                       WHERE (?1 IS NULL OR user_id = ?1) AND day BETWEEN ?2 AND ?3 GROUP BY month, name";
        self.count(conn, signals, &mut totals, |month| &mut month.signals)?;
        Ok(totals)
    }

    /// Runs carry instants; their month is that of the IST date, which has been UTC+5:30 without change since 1945.
    fn runs(&self, conn: &Connection, totals: &mut Totals) -> Result<(), StoreError> {
        let sql = "SELECT strftime('%Y-%m', started_at / 1000 + 19800, 'unixepoch') AS month, task,
                          coalesce(outcome, 'executing') AS outcome, count(*) AS count
                   FROM runs WHERE (?1 IS NULL OR user_id = ?1) AND started_at >= ?2 AND started_at < ?3
                   GROUP BY 1, 2, 3";
        let after = self.through.succ_opt().unwrap_or(self.through);
        let start_of = |day| Timestamp::start_of(day).0;
        let values = (self.user_id(), start_of(self.from), start_of(after));
        let rows = select(conn, sql, values, |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, unsigned(row, "count")?))
        })?;
        for (month, task, outcome, count) in rows {
            totals.month(month).runs.entry(task).or_default().insert(outcome, count);
        }
        Ok(())
    }

    fn slots(&self, conn: &Connection, totals: &mut Totals) -> Result<(), StoreError> {
        let sql = "SELECT substr(day, 1, 7) AS month, task, coalesce(outcome, 'open') AS outcome, count(*) AS count,
                          sum(ticks_expected) AS expected, sum(ticks_ran) AS ran, sum(ticks_failed) AS failed,
                          sum(ticks_skipped) AS skipped, sum(ticks_missed) AS missed
                   FROM slots WHERE (?1 IS NULL OR user_id = ?1) AND day BETWEEN ?2 AND ?3 GROUP BY 1, 2, 3";
        for row in select(conn, sql, self.values(), SlotCounts::read)? {
            let month = totals.month(row.month);
            *month.slots.entry(row.outcome).or_default() += row.count;
            *month.slots_by_task.entry(row.task).or_default() += row.count;
            for (name, count) in row.ticks {
                *month.ticks.entry(name.to_owned()).or_default() += count;
            }
        }
        Ok(())
    }

    /// Runs a query of the columns `month`, `name` and `count`.
    fn count(
        &self,
        conn: &Connection,
        sql: &str,
        totals: &mut Totals,
        of: impl Fn(&mut MonthTotals) -> &mut Counts,
    ) -> Result<(), StoreError> {
        let read = |row: &Row<'_>| Ok((row.get("month")?, row.get("name")?, unsigned(row, "count")?));
        for (month, name, count) in select(conn, sql, self.values(), read)? {
            of(totals.month(month)).insert(name, count);
        }
        Ok(())
    }

    fn values(&self) -> (Option<i64>, String, String) {
        (self.user_id(), self.from.to_string(), self.through.to_string())
    }

    fn user_id(&self) -> Option<i64> {
        self.user.map(|user| user.0.cast_signed())
    }
}

struct SlotCounts {
    month: String,
    task: String,
    outcome: String,
    count: u64,
    ticks: [(&'static str, u64); 5],
}

impl SlotCounts {
    fn read(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            month: row.get("month")?,
            task: row.get("task")?,
            outcome: row.get("outcome")?,
            count: unsigned(row, "count")?,
            ticks: [
                ("expected", unsigned(row, "expected")?),
                ("ran", unsigned(row, "ran")?),
                ("failed", unsigned(row, "failed")?),
                ("skipped", unsigned(row, "skipped")?),
                ("missed", unsigned(row, "missed")?),
            ],
        })
    }
}

fn add(sum: &mut Counts, counts: &Counts) {
    for (name, count) in counts {
        *sum.entry(name.clone()).or_default() += count;
    }
}
