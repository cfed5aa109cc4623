//! What is kept of old runs, and for how long. Applied once a day, in batches small enough that nobody waits.

use prahari_domain::ids::{RunId, SignalId};
use prahari_domain::time::Timestamp;
use prahari_store::{PrunableRunData, Store};
use serde::{Deserialize, Serialize};

use crate::error::AppError;
use crate::maintenance::Maintenance;

/// Where the rule stands among the settings of the database.
const KEY: &str = "retention";

const DAY_MS: i64 = 24 * 60 * 60_000;

/// How long what runs leave behind is kept, in days from their start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Retention {
    /// Recordings, with which a run can be replayed. Runs with an order in the journal that they placed, changed or
    /// cancelled keep theirs for good.
    ///
    /// Default 30: a new version of a module is compared with the last month. A user's day with ten
    /// positions is less than 1 MB.
    pub recordings_days: u32,
    /// Rows of plain successes of tasks whose manifest has them thinned, of a continuous one 375 a day and user; they stay counted in their slots.
    ///
    /// Default 90: a quarter of looking at single minutes. All other runs are kept for good.
    pub plain_ticks_days: u32,
    /// Log lines of runs, lines about services, and what the doctor found in the mornings. Decisions stay with their runs.
    ///
    /// Default 90, as long as the rows that they explain.
    pub logs_days: u32,
    /// Decisions of runs, and the end of long sentences with which runs ended.
    ///
    /// Default 400: why something was bought or left alone is asked again when the year is closed.
    pub decisions_days: u32,
    /// Messages to users, read or not, and what became of them on their way to channels.
    ///
    /// Default 400, as the decisions that they tell of.
    pub notifications_days: u32,
    /// Signals, from when they ended by themselves, and what users did with them.
    ///
    /// Default 400, for the same reason.
    pub signals_days: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            recordings_days: 30,
            plain_ticks_days: 90,
            logs_days: 90,
            decisions_days: 400,
            notifications_days: 400,
            signals_days: 400,
        }
    }
}

/// Numbers of rows that one application of the rule removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Recordings deleted.
    pub recordings: u64,
    /// Runs that were plain successes of ticks.
    pub plain_ticks: u64,
    /// Logs of runs and lines about services.
    pub logs: u64,
    /// Decisions of runs, and sentences that were cut.
    pub decisions: u64,
    /// Messages deleted.
    pub notifications: u64,
    /// Deliveries of messages.
    pub deliveries: u64,
    /// Signals deleted.
    pub signals: u64,
    /// Looks of the doctor.
    pub readiness: u64,
}

impl Retention {
    /// The rule in force.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) async fn in_force(store: &Store) -> Result<Self, AppError> {
        Ok(match store.system().meta(KEY).await? {
            Some(text) => serde_json::from_str(&text)?,
            None => Self::default(),
        })
    }
}

impl Maintenance {
    /// The rule in force.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn retention(&self) -> Result<Retention, AppError> {
        Retention::in_force(&self.handles.store).await
    }

    /// Changes the rule, from its next application on.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub async fn set_retention(&self, retention: Retention) -> Result<(), AppError> {
        Ok(self.handles.store.system().set_meta(KEY, serde_json::to_string(&retention)?).await?)
    }

    /// Forgets what the rule no longer keeps.
    ///
    /// # Errors
    /// When the rule cannot be read or the store fails.
    pub async fn prune_old(&self) -> Result<Pruned, AppError> {
        let rule = self.retention().await?;
        let now = self.handles.clock.now();
        let before = |days: u32| now.plus_millis(-(i64::from(days) * DAY_MS));
        let recordings = self.prune_all(PrunableRunData::Recordings, before(rule.recordings_days)).await?;
        let plain_ticks = self
            .prune_all(
                PrunableRunData::PlainRuns(self.tasks.current().with_thinned_runs()),
                before(rule.plain_ticks_days),
            )
            .await?;
        let of_runs = self.prune_all(PrunableRunData::Logs, before(rule.logs_days)).await?;
        let of_services = self.prune_service_logs(before(rule.logs_days)).await?;
        let decisions = self.prune_all(PrunableRunData::Decisions, before(rule.decisions_days)).await?;
        let details = self.prune_all(PrunableRunData::Details, before(rule.decisions_days)).await?;
        let notifications = self.prune_notifications(before(rule.notifications_days)).await?;
        let deliveries = self.prune_deliveries(before(rule.notifications_days)).await?;
        let signals = self.prune_signals(before(rule.signals_days)).await?;
        let readiness = self.prune_readiness(before(rule.logs_days)).await?;
        Ok(Pruned {
            recordings,
            plain_ticks,
            logs: of_runs + of_services,
            decisions: decisions + details,
            notifications,
            deliveries,
            signals,
            readiness,
        })
    }

    /// Batch after batch until none is left; how many rows went.
    async fn prune_all(&self, what: PrunableRunData, before: Timestamp) -> Result<u64, AppError> {
        let (mut after, mut changed) = (RunId(0), 0);
        loop {
            let batch = self.handles.store.system().prune_run_data(what.clone(), after, before).await?;
            changed += batch.changed;
            match batch.through {
                Some(through) => after = through,
                None => return Ok(changed),
            }
        }
    }

    async fn prune_service_logs(&self, before: Timestamp) -> Result<u64, AppError> {
        let mut forgotten = 0;
        loop {
            match self.handles.store.system().prune_service_log(before).await? {
                0 => return Ok(forgotten),
                count => forgotten += count,
            }
        }
    }

    async fn prune_notifications(&self, before: Timestamp) -> Result<u64, AppError> {
        let mut forgotten = 0;
        loop {
            match self.handles.store.system().prune_notifications(before).await? {
                0 => return Ok(forgotten),
                count => forgotten += count,
            }
        }
    }

    async fn prune_deliveries(&self, before: Timestamp) -> Result<u64, AppError> {
        let mut forgotten = 0;
        loop {
            match self.handles.store.system().prune_deliveries(before).await? {
                0 => return Ok(forgotten),
                count => forgotten += count,
            }
        }
    }

    async fn prune_readiness(&self, before: Timestamp) -> Result<u64, AppError> {
        let mut forgotten = 0;
        loop {
            match self.handles.store.system().prune_readiness(before.ist_day()).await? {
                0 => return Ok(forgotten),
                count => forgotten += count,
            }
        }
    }

    async fn prune_signals(&self, before: Timestamp) -> Result<u64, AppError> {
        let (mut after, mut changed) = (SignalId(0), 0);
        loop {
            let batch = self.handles.store.system().prune_signals(after, before).await?;
            changed += batch.changed;
            match batch.through {
                Some(through) => after = through,
                None => return Ok(changed),
            }
        }
    }
}
