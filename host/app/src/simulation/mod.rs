//! The whole daemon on a virtual clock: the same scheduler, runtime, components, desk and store as live.

mod report;
mod trial;

use std::sync::Arc;

use prahari_domain::calendar::Calendar;
use prahari_domain::ids::UserId;
use prahari_domain::money::Paise;
use prahari_domain::numbers::counted;
use prahari_domain::risk::RiskLimits;
use prahari_domain::settings::Strategy;
use prahari_domain::time::{Day, Timestamp};
use prahari_store::{NewUser, Role, Store};
use serde::{Deserialize, Serialize};

pub use report::{BookReport, DaysReport, HaltReport, MonthReport, Report, StrategyReport};
pub use trial::try_module;

use crate::clock::Stopwatch;
use crate::daemon::Daemon;
use crate::error::AppError;

/// Where the settings of a simulation are kept in its database.
const SETTINGS_KEY: &str = "simulation";

/// Paper capital of a new user; the replaced system's default.
pub const PAPER_CAPITAL: Paise = Paise::rupees(1_000_000);

/// What a simulation was asked to do. A resumed one must ask the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Simulation {
    /// The market, as given on the command line.
    pub market: String,
    /// First day, included.
    pub from: Day,
    /// Last day, included.
    pub to: Day,
    /// Number of users.
    pub users: u32,
    /// Seed of the market and of the paper broker.
    pub seed: u64,
    /// Hash of the bars of a folder; `None` of a made-up market, which follows from its seed.
    #[serde(default)]
    pub bars: Option<String>,
    /// Whether weekdays whose holidays are not known are closed; otherwise they are ordinary sessions.
    #[serde(default)]
    pub unknown_days_closed: bool,
}

impl Simulation {
    /// The simulation that a database holds, if it is that of one.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn of(store: &Store) -> Result<Option<Self>, AppError> {
        let kept = store.system().meta(SETTINGS_KEY).await?;
        Ok(kept.map(|text| serde_json::from_str(&text)).transpose()?)
    }

    /// Refuses days that make no sense before anything is opened.
    ///
    /// # Errors
    /// When the last day is before the first, or the calendar does not cover both.
    pub fn check(&self, calendar: &Calendar) -> Result<(), AppError> {
        let range = |reason: String| AppError::Range { from: self.from, to: self.to, reason };
        if self.to < self.from {
            return Err(range("the last day is before the first".to_owned()));
        }
        for day in [self.from, self.to] {
            calendar.trading_day(day).map_err(|error| range(error.to_string()))?;
        }
        Ok(())
    }

    /// Makes the users of a new simulation, or finds where an interrupted one stopped. Answers the instant the clock
    /// has to stand at.
    ///
    /// # Errors
    /// When the database already holds a simulation and it is not to be resumed, or another one is.
    pub async fn prepare(&self, store: &Store, resume: bool) -> Result<Timestamp, AppError> {
        let system = store.system();
        let start = Timestamp::start_of(self.from);
        match system.meta(SETTINGS_KEY).await? {
            None if !system.users().await?.is_empty() => {
                return Err(AppError::Resume("it belongs to a daemon, not to a simulation".to_owned()));
            }
            None => system.set_meta(SETTINGS_KEY, serde_json::to_string(self)?).await?,
            Some(_) if !resume => {
                return Err(AppError::Resume(
                    "it holds a simulation already; go on with --resume".to_owned(),
                ));
            }
            Some(text) => self.check_same(&serde_json::from_str(&text)?)?,
        }
        create_users(store, self.users, start).await?;
        Ok(system.cursor().await?.unwrap_or(start))
    }

    fn check_same(&self, stored: &Self) -> Result<(), AppError> {
        // Databases of earlier releases do not say which bars they were made on.
        let stored = Self { bars: stored.bars.clone().or_else(|| self.bars.clone()), ..stored.clone() };
        if *self == stored {
            return Ok(());
        }
        if *self == (Self { bars: self.bars.clone(), ..stored.clone() }) {
            return Err(AppError::Resume(format!(
                "it holds a simulation on other bars than {} has now; put the old ones back or begin anew",
                self.market
            )));
        }
        Err(AppError::Resume(format!(
            "it holds the simulation of {} from {} to {} with {} and seed {}",
            stored.market,
            stored.from,
            stored.to,
            counted(stored.users, "user", "users"),
            stored.seed
        )))
    }

    /// Runs the days and reports on them.
    ///
    /// # Errors
    /// When the store, the calendar or a module fails.
    pub async fn run(&self, daemon: &Arc<Daemon>) -> Result<Report, AppError> {
        let stopwatch = Stopwatch::start();
        for user in daemon.users.all() {
            if !user.services.is_running() {
                daemon.services.start_service(user.id).await?;
            }
        }
        let end = self.to.succ_opt().unwrap_or(self.to);
        daemon.scheduler().run(Some(Timestamp::start_of(end))).await?;
        Report::of(daemon, self, stopwatch.elapsed()).await
    }
}

/// Makes users until there are `count`: the first is the admin, whose service runs what is shared.
///
/// # Errors
/// When they cannot be written.
pub async fn create_users(store: &Store, count: u32, now: Timestamp) -> Result<(), AppError> {
    let system = store.system();
    let there = system.users().await?.len();
    for (number, user) in (1..).zip(new_users(count, now)?).skip(there) {
        let id = system.create_user(user).await?;
        debug_assert_eq!(id, UserId(number));
    }
    Ok(())
}

/// The users of a simulation: `admin`, `user2`, `user3` and so on, with the settings that everybody begins with.
///
/// # Errors
/// When the settings cannot be written as JSON: a fault of ours.
pub fn new_users(count: u32, now: Timestamp) -> Result<Vec<NewUser>, AppError> {
    let (strategy, limits) =
        (serde_json::to_string(&Strategy::default())?, serde_json::to_string(&RiskLimits::default())?);
    let user = |number: u32| NewUser {
        name: if number == 1 { "admin".to_owned() } else { format!("user{number}") },
        role: if number == 1 { Role::Admin } else { Role::User },
        capital: PAPER_CAPITAL,
        strategy: strategy.clone(),
        limits: limits.clone(),
        created_at: now,
    };
    Ok((1..=count).map(user).collect())
}
