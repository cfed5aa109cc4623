//! What a new version of a task would have done on the last days: shadow runs of all recorded runs, and their report.
//!
//! ```no_run
//! use prahari_app::daemon::Daemon;
//! use prahari_app::error::AppError;
//! use prahari_app::shadow::{Scope, ShadowReport};
//! use prahari_domain::tasks::Task;
//!
//! /// Whether a candidate does what the active version did, on the last five days of every user.
//! async fn may_replace(daemon: &Daemon, bytes: &[u8]) -> Result<bool, AppError> {
//!     let task = Task::literal("gap_watch");
//!     let loaded = daemon.runtime.load(bytes).await;
//!     let candidate = loaded.map_err(|source| AppError::Module { task, source })?;
//!     let report: ShadowReport = daemon.replays.shadow(&candidate, &Scope::last_days(task, 5)).await?;
//!     println!("{report}");
//!     Ok(report.accepted_without_change())
//! }
//! ```

mod days;
mod month;
mod report;
mod runs;

use std::collections::BTreeSet;

use prahari_domain::calendar::Calendar;
use prahari_domain::ids::UserId;
use prahari_domain::instruments::Symbol;
use prahari_domain::tasks::Task;
use prahari_domain::time::Day;
use prahari_runtime::shadow::Terms;
use prahari_runtime::{Module, Runtime};
use prahari_store::Store;

use crate::error::AppError;
use crate::grants::Grants;
use crate::replays::Replays;

pub use month::SimulatedMonth;
pub use report::{Finding, FindingKind, OrderFinding, ShadowReport};

/// Number of runs that are under way at once. Two, so that a shadow of a month leaves the rest of the machine to
/// the day's work.
const AT_ONCE: usize = 2;

/// Days whose runs are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Days {
    /// The newest day with a run of the task, and the trading days before it, so many in all.
    Last(u32),
    /// Runs of one day.
    On(Day),
}

/// Selects the recorded runs that a candidate is compared on.
#[derive(Debug, Clone)]
pub struct Scope {
    /// Task whose runs are compared.
    pub task: Task,
    /// Days whose runs are compared.
    pub days: Days,
    /// Only this user; none for all users.
    pub user: Option<UserId>,
}

impl Scope {
    /// The last days of every user.
    pub fn last_days(task: Task, days: u32) -> Self {
        Self { task, days: Days::Last(days), user: None }
    }
}

/// What a shadow needs of a daemon; without one, of an open database.
#[derive(Clone, Copy)]
pub struct Archive<'a> {
    /// Store with the recordings.
    pub store: &'a Store,
    /// Runtime in which the candidate runs.
    pub runtime: &'a Runtime,
    /// Calendar of the trading days.
    pub calendar: &'a Calendar,
    /// What the task of each user may do today; without them the candidate may do what the recorded run might.
    pub grants: Option<&'a Grants>,
}

impl Archive<'_> {
    fn terms(&self, user: UserId, task: Task) -> Terms {
        let Some(allowance) = self.grants.map(|grants| grants.of(user, task)) else {
            return Terms::default();
        };
        let named = |symbols: &BTreeSet<Symbol>| symbols.iter().map(ToString::to_string).collect();
        Terms {
            grant: Some(allowance.grant()),
            symbols: allowance.symbols.as_ref().map(named),
            max_order_value: allowance.max_order_value_paise.map(|most| most.0),
        }
    }
}

impl Replays {
    /// Runs a candidate on the recorded runs of a scope, with what is granted today: a buy of a symbol outside the
    /// grant shows as refused. Nothing is executed and nothing is changed.
    ///
    /// # Errors
    /// When the store or the calendar fails. What is wrong with single runs stands in the report.
    pub async fn shadow(&self, candidate: &Module, scope: &Scope) -> Result<ShadowReport, AppError> {
        let calendar = self.handles.calendar.current();
        let archive = Archive {
            store: &self.handles.store,
            runtime: &self.runtime,
            calendar: &calendar,
            grants: Some(&self.grants),
        };
        shadow(archive, candidate, scope).await
    }
}

/// Runs a candidate on the recorded runs of a scope, a page of runs in memory at a time.
///
/// # Errors
/// When the store or the calendar fails. What is wrong with single runs stands in the report.
pub async fn shadow(
    archive: Archive<'_>,
    candidate: &Module,
    scope: &Scope,
) -> Result<ShadowReport, AppError> {
    let users = match scope.user {
        Some(user) => vec![user],
        None => archive.store.system().users().await?.into_iter().map(|user| user.id).collect(),
    };
    let mut report = ShadowReport::new(scope.task, candidate.hash());
    let Some((from, to)) = days::span(&archive, scope, &users).await? else { return Ok(report) };
    report.days = Some((from, to));
    for user in users {
        runs::of_user(&archive, candidate, scope, user, (from, to), &mut report).await?;
    }
    Ok(report)
}
