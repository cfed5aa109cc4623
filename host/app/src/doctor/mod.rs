//! The doctor: what can be proved of a user's day before the market opens. It logs in for nobody, sends nothing, and changes
//! nothing; what each look finds of the broker is the broker's to say ([`prahari_brokers::Broker::readiness`]).
//!
//! Whoever asks gets a look that is a few seconds old at most, and each user is looked at once at a time. In the morning of each
//! session everybody is looked at by itself (`morning.rs`), and what was found is kept.

mod day;
mod disk;
mod kept;
mod means;
mod morning;
mod trading;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use parking_lot::Mutex;
use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::time::{Day, Timestamp};

pub use kept::{MORNINGS_SHOWN, Morning};
pub use morning::due_on;
pub(crate) use morning::look_each_morning;
pub use prahari_brokers::{Check, CheckOutcome};
pub use prahari_store::ReadinessOutcome;

use crate::caretakers::Caretakers;
use crate::desk::{DeskReadiness, TradingServices};
use crate::error::AppError;
use crate::handles::Handles;
use crate::ledger::Ledger;
use crate::modules::Modules;
use crate::notices::Notices;
use crate::prices::Prices;
use crate::queries::Queries;
use crate::schedules::Schedules;
use crate::tasks::Tasks;
use crate::user::User;
use crate::users::Users;

/// How old a look may be that is answered again: somebody who asks again and again asks the broker and the market no more
/// often than this.
const FRESH_MS: i64 = 10_000;

/// Longest time that a desk is waited for on a real clock.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// Most checks of a broker that are taken.
const MOST_OF_BROKER: usize = 20;

/// What was found of a user at one instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examination {
    /// The user.
    pub user: UserId,
    /// The date on which it was looked.
    pub day: Day,
    /// When, by the daemon's clock.
    pub at: Timestamp,
    /// What was looked at, the broker's first.
    pub checks: Vec<Check>,
}

/// The last look at each user, which whoever looks holds meanwhile.
type Recent = BTreeMap<UserId, Arc<tokio::sync::Mutex<Option<Examination>>>>;

/// Looks at users.
pub struct Doctor {
    pub(crate) handles: Handles,
    pub(crate) users: Arc<Users>,
    pub(crate) trading: Arc<TradingServices>,
    pub(crate) tasks: Arc<Tasks>,
    pub(crate) schedules: Arc<Schedules>,
    pub(crate) modules: Arc<Modules>,
    pub(crate) prices: Arc<Prices>,
    pub(crate) caretakers: Arc<Caretakers>,
    pub(crate) notices: Arc<Notices>,
    pub(crate) queries: Queries,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) recent: Mutex<Recent>,
    pub(crate) looked: Mutex<morning::Looked>,
    /// Folder that backups are put into, where one is named.
    pub(crate) backups: OnceLock<PathBuf>,
}

/// What several checks look at.
struct Facts<'a> {
    user: &'a User,
    now: Timestamp,
    today: Day,
    /// The tasks that a service runs for the user and whose schedules are enabled.
    enabled: Vec<Task>,
    /// Those of them that wait for a shared task which no service runs, each with that task.
    unserved: Vec<(Task, Task)>,
    /// How the desk stands; none when it is busy for long.
    desk: Option<DeskReadiness>,
}

impl Examination {
    /// Returns the most severe outcome of all checks.
    pub fn outcome(&self) -> CheckOutcome {
        CheckOutcome::worst(self.checks.iter().map(|check| check.outcome))
    }

    /// Returns the checks that came out like this.
    pub fn with(&self, outcome: CheckOutcome) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(move |check| check.outcome == outcome)
    }
}

impl Doctor {
    /// Looks at a user, unless that was done a moment ago.
    ///
    /// # Errors
    /// When the store cannot be read, or the schedules of a service.
    pub async fn examine(&self, user: &User) -> Result<Examination, AppError> {
        self.examine_since(user, self.handles.clock.now().plus_millis(-FRESH_MS)).await
    }

    /// Looks at a user, unless that was done after an instant.
    async fn examine_since(&self, user: &User, since: Timestamp) -> Result<Examination, AppError> {
        let recent = self.recent.lock().entry(user.id).or_default().clone();
        let mut recent = recent.lock().await;
        let now = self.handles.clock.now();
        // One of a time that is still to come is of a clock that was set back.
        if let Some(fresh) = recent.as_ref().filter(|look| look.at > since && look.at <= now) {
            return Ok(fresh.clone());
        }
        let found = self.look(user, now).await?;
        Ok(recent.insert(found).clone())
    }

    async fn look(&self, user: &User, now: Timestamp) -> Result<Examination, AppError> {
        let today = now.ist_day();
        let broker = user.link().broker;
        let (of_broker, of_host) = tokio::join!(broker.readiness(now), self.of_host(user, now));
        let mut checks: Vec<Check> = of_broker.into_iter().take(MOST_OF_BROKER).collect();
        self.compare_with_before(user, &mut checks).await?;
        checks.extend(of_host?);
        Ok(Examination { user: user.id, day: today, at: now, checks })
    }

    /// What the host knows without the broker.
    async fn of_host(&self, user: &User, now: Timestamp) -> Result<Vec<Check>, AppError> {
        let (enabled, unserved) = self.enabled(user).await?;
        let facts = Facts { user, now, today: now.ist_day(), enabled, unserved, desk: self.desk(user).await };
        let mut checks: Vec<Check> = self.margin(&facts).await.into_iter().collect();
        checks.extend([
            trading::link(user),
            self.calendar(&facts),
            day::service(&facts),
            self.slots(&facts).await?,
            self.modules(&facts),
            self.market(&facts),
            self.held_prices(&facts).await,
            trading::orders(facts.desk.as_ref()),
            self.attended(&facts).await?,
            trading::halts(user),
            self.alerts(user).await?,
            self.channels(user).await?,
            self.storage().await?,
            self.disk().await,
        ]);
        checks.extend(self.backup(user, now).await);
        Ok(checks)
    }

    /// The tasks that a service runs for the user and whose schedules are enabled; and those of them that wait for a shared
    /// task which no service runs, each with that task.
    async fn enabled(&self, user: &User) -> Result<(Vec<Task>, Vec<(Task, Task)>), AppError> {
        let (tasks, mut enabled, mut unserved) = (self.tasks.current(), Vec::new(), Vec::new());
        let is_shared = |task: Task| tasks.find(task).is_some_and(|known| known.manifest.shared);
        for known in tasks.all().filter(|known| !known.manifest.shared) {
            let task = known.manifest.name;
            let Some(version) = user.services.schedule_version(task) else { continue };
            let set = self.schedules.set(version).await?;
            let Some(entry) = set.entry(task).filter(|entry| entry.schedule.enabled) else { continue };
            enabled.push(task);
            let awaited = entry.schedule.after.iter().flat_map(|after| after.tasks.iter().copied());
            let by_nobody =
                awaited.filter(|other| is_shared(*other) && self.ledger.owner_of_shared(*other).is_none());
            unserved.extend(by_nobody.map(|other| (task, other)));
        }
        Ok((enabled, unserved))
    }

    /// How the user's desk stands; none when it is busy for long.
    async fn desk(&self, user: &User) -> Option<DeskReadiness> {
        let desk = if self.handles.clock.is_lockstep() {
            user.desk.lock().await
        } else {
            tokio::time::timeout(LONGEST_WAIT, user.desk.lock()).await.ok()?
        };
        Some(desk.readiness(self.handles.clock.now()))
    }

    /// Doubts what should be the same each day and is not what it was in the last morning that knew it.
    async fn compare_with_before(&self, user: &User, checks: &mut [Check]) -> Result<(), AppError> {
        if checks.iter().all(|check| check.steady.is_none()) {
            return Ok(());
        }
        let before = self.mornings(user, MORNINGS_SHOWN).await?;
        for check in checks.iter_mut().filter(|check| check.outcome == CheckOutcome::Ok) {
            let Some((day, earlier)) = before.iter().find_map(|morning| morning.steady(&check.name)) else {
                continue;
            };
            if check.steady.as_deref() != Some(earlier) {
                check.outcome = CheckOutcome::Warning;
                check.evidence = format!("{}; on {day} it was {earlier}", check.evidence);
                check.advice =
                    "see whether this change is meant; where the earlier one is registered, register this one".to_owned();
            }
        }
        Ok(())
    }
}
