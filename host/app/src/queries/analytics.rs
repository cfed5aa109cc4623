//! How tasks did over a stretch of dates: success, times, processor, what they left behind, and what their orders brought.

use std::collections::BTreeMap;

use prahari_domain::ids::{OrderId, UserId};
use prahari_domain::money::Paise;
use prahari_domain::tasks::Task;
use prahari_domain::time::{Day, Timestamp};
use prahari_store::{AnalyticsRange, Results, RunGroup, RunGroupKey, RunSums};

use super::trades::MOST_FILLS;
use super::{ClosedLotFilter, Queries, UserQueries};
use crate::error::AppError;

/// Most executions of each task that one request of a user looks at.
const MOST_OF_TASK: u32 = 20_000;

/// Most executions that one request about everybody looks at.
const MOST_OF_ALL: u32 = 250_000;

/// How tasks did, in groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Analytics {
    /// The groups, by user, task and module.
    pub rows: Vec<AnalyticsRow>,
    /// Whether all executions of the range were looked at; otherwise the newest ones alone.
    pub complete: bool,
}

/// How the executions of one group did. Amounts in paise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnalyticsRow {
    /// The user, where groups are told apart by it.
    pub user: Option<UserId>,
    /// The task, where groups are told apart by it.
    pub task: Option<Task>,
    /// Hash of the module in hex, where groups are told apart by it.
    pub module: Option<String>,
    /// Number of that version; none when it is not kept any more.
    pub version: Option<u64>,
    /// Sums of the executions that have ended.
    pub sums: RunSums,
    /// How long they took, in milliseconds; none when there are none.
    pub duration: Option<Spread>,
    /// How long after their slots were due they began, in milliseconds; none when none had a slot.
    pub lateness: Option<Spread>,
    /// What was earned; none where it is not computed.
    pub results: Option<Results>,
}

/// How values spread: the value that so many percent of them are not above.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spread {
    /// Of half of them.
    pub p50: i64,
    /// Of 95 percent.
    pub p95: i64,
    /// Of 99 percent.
    pub p99: i64,
    /// The largest.
    pub most: i64,
}

impl Spread {
    /// The spread of values, the smallest first; none of no values.
    fn of(sorted: &[i64]) -> Option<Self> {
        let at = |percent: usize| {
            let rank = sorted.len().saturating_mul(percent).div_ceil(100);
            sorted.get(rank.saturating_sub(1)).copied()
        };
        Some(Self { p50: at(50)?, p95: at(95)?, p99: at(99)?, most: *sorted.last()? })
    }
}

impl UserQueries<'_> {
    /// How the tasks of the user did from one date through another (IST), by task or by version of the module. The results are
    /// those of the closed lots that were sold in that time, each with the task whose execution sold it; what nobody is known for
    /// stands in a row without a task. What the retention rule has removed is not in it. A user with too many fills for that has
    /// no results.
    ///
    /// # Errors
    /// When the database cannot be read, or the fills cannot be folded.
    pub async fn analytics(&self, from: Day, through: Day, by: RunGroup) -> Result<Analytics, AppError> {
        let found = {
            let _turn = self.all.heavy.turn().await;
            self.scope.run_analytics(range(from, through, MOST_OF_TASK), by).await?
        };
        let mut results = match self.results(from, through, by).await {
            Ok(results) => Some(results),
            Err(AppError::TooManyFills { .. }) => None,
            Err(error) => return Err(error),
        };
        let mut groups = found.groups;
        // A task may have sold by executions that are not among the newest ones.
        let sellers = results.iter().flat_map(BTreeMap::keys);
        sellers.for_each(|key| _ = groups.entry(key.clone()).or_default());
        let rows = groups.into_iter().map(|(key, sums)| {
            let results = results.as_mut().map(|results| results.remove(&key).unwrap_or_default());
            AnalyticsRow::of(key, sums, results)
        });
        let rows = self.all.numbered(rows.collect()).await?;
        Ok(Analytics { rows, complete: found.complete })
    }

    /// What the closed lots of a time came to, by the key of the group that sold them.
    async fn results(
        &self,
        from: Day,
        through: Day,
        by: RunGroup,
    ) -> Result<BTreeMap<RunGroupKey, Results>, AppError> {
        let filter = ClosedLotFilter {
            from: Some(from),
            through: Some(through),
            symbol: None,
            before: None,
            // Each closed lot takes a fill to begin and one to end it.
            limit: MOST_FILLS,
        };
        let lots = self.closed_lots(filter).await?;
        let mut sells: Vec<OrderId> = lots.iter().map(|lot| lot.sold_by).collect();
        sells.sort_unstable();
        sells.dedup();
        let deciders = self.scope.deciders_of(sells).await?;
        let mut results: BTreeMap<RunGroupKey, Results> = BTreeMap::new();
        for lot in lots {
            let key = match deciders.get(&lot.sold_by) {
                Some((task, module)) => RunGroupKey {
                    user: None,
                    task: Some(*task),
                    module: (by == RunGroup::Version).then(|| module.clone()),
                },
                None => RunGroupKey::default(),
            };
            let results = results.entry(key).or_default();
            results.realised += lot.gross();
            results.charges += lot.charges;
        }
        Ok(results)
    }
}

impl Queries {
    /// How the tasks of everybody did from one date through another (IST). The results are those of the statements, where groups
    /// are users; a statement does not say which task earned what.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn analytics(&self, from: Day, through: Day, by: RunGroup) -> Result<Analytics, AppError> {
        let system = self.store.system();
        let _turn = self.heavy.turn().await;
        let found = system.run_analytics(range(from, through, MOST_OF_ALL), by).await?;
        let results =
            if by == RunGroup::User { system.results_by_user(from, through).await? } else { BTreeMap::new() };
        let rows = found.groups.into_iter().map(|(key, sums)| {
            let none = Results { income: Some(Paise::ZERO), ..Results::default() };
            let results = key.user.map(|user| results.get(&user).copied().unwrap_or(none));
            AnalyticsRow::of(key, sums, results)
        });
        let rows = self.numbered(rows.collect()).await?;
        Ok(Analytics { rows, complete: found.complete })
    }

    /// The same rows with the numbers of their versions.
    async fn numbered(&self, mut rows: Vec<AnalyticsRow>) -> Result<Vec<AnalyticsRow>, AppError> {
        let of = |row: &AnalyticsRow| Some((row.task?, row.module.clone()?));
        let numbers = self.store.system().module_numbers(rows.iter().filter_map(of).collect()).await?;
        for row in &mut rows {
            row.version = of(&*row).and_then(|of| numbers.get(&of).copied());
        }
        Ok(rows)
    }
}

impl AnalyticsRow {
    fn of(key: RunGroupKey, sums: RunSums, results: Option<Results>) -> Self {
        let RunGroupKey { user, task, module } = key;
        let (duration, lateness) = (Spread::of(&sums.durations), Spread::of(&sums.lateness));
        Self { user, task, module, version: None, sums, duration, lateness, results }
    }
}

/// The instants of these dates.
fn range(from: Day, through: Day, most: u32) -> AnalyticsRange {
    AnalyticsRange { since: Timestamp::start_of(from), until: Timestamp::end_of(through), most }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_the_value_that_so_many_are_not_above() {
        let hundred: Vec<i64> = (1..=100).collect();
        assert_eq!(Spread::of(&hundred), Some(Spread { p50: 50, p95: 95, p99: 99, most: 100 }));
        assert_eq!(Spread::of(&[7]), Some(Spread { p50: 7, p95: 7, p99: 7, most: 7 }));
        assert_eq!(Spread::of(&[1, 9, 20]), Some(Spread { p50: 9, p95: 20, p99: 20, most: 20 }));
        assert_eq!(Spread::of(&[]), None);
    }
}
