//! What a user has set, as the running daemon holds it, and how it changes.
//!
//! A change is checked, audited by the caller, written down, and then takes effect: the strategy with the next run,
//! limits and preferences at once. Values are replaced as a whole, so whoever has taken them keeps what was in
//! force then.

mod change;
mod limits;
mod task;
mod trading_state;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::RwLock;
use prahari_domain::settings::{NotificationPreferences, PriceRuns, Strategy};
use prahari_domain::tasks::Task;
use prahari_store::UserRow;
use serde::de::DeserializeOwned;

pub use change::{Change, SettingsChange};
pub use limits::{KillSwitch, Limits, LimitsSet};
pub(crate) use task::check_described;
pub use task::{TaskSettings, TaskSettingsChange, TaskSettingsError, users_who_do_not_fit};
pub use trading_state::{Hand, Restriction, RestrictionSource, TradingStatus};

use crate::error::AppError;
use crate::handles::Handles;

/// Changes what users have set, and stops the orders of everybody.
pub struct Settings {
    handles: Handles,
    kill_switch: Arc<KillSwitch>,
}

impl Settings {
    /// Loads the kill switch as it was left.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) async fn load(handles: Handles) -> Result<Self, AppError> {
        let kill_switch = Arc::new(KillSwitch::load(&handles.store).await?);
        Ok(Self { handles, kill_switch })
    }

    /// The switch that stands before the limits of every user.
    pub(crate) fn kill_switch(&self) -> &Arc<KillSwitch> {
        &self.kill_switch
    }
}

/// A value and which change of it this is, from 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Versioned<T> {
    /// Version of the settings; each change adds 1.
    pub version: u64,
    /// Value in force.
    pub value: T,
}

/// Settings of one user.
pub struct UserSettings {
    strategy: Current<Strategy>,
    preferences: PreferencesInForce,
    price_runs: Current<PriceRuns>,
    /// What is set for single tasks.
    tasks: RwLock<BTreeMap<Task, Arc<TaskSettings>>>,
    limits: Arc<Limits>,
    /// Whether a part could not be read when it was loaded: what is kept of it is not what is in force.
    damaged: AtomicBool,
    /// Held from the check of a change until it is in force.
    changing: tokio::sync::Mutex<()>,
}

impl UserSettings {
    /// Reads the settings of a row, under the daemon's kill switch, and returns a sentence for each part that
    /// cannot be read. Such a part gets its default, and the user must not trade.
    pub fn load(row: &UserRow, kill_switch: Arc<KillSwitch>) -> (Self, Vec<String>) {
        let mut damaged = Vec::new();
        let limits = LimitsSet {
            admin: read("limits", &row.limits, &mut damaged),
            own: read("own limits", &row.own_limits, &mut damaged),
            states: read("trading state", &row.trading_state, &mut damaged),
        };
        let limits = Versioned { version: row.limits_version, value: limits };
        let strategy = read("strategy", &row.strategy, &mut damaged);
        let preferences = read("preferences about notifications", &row.preferences, &mut damaged);
        let price_runs = read("choice of tasks that run on prices", &row.price_runs, &mut damaged);
        let settings = Self {
            price_runs: Current::new(row.price_runs_version, price_runs),
            strategy: Current::new(row.strategy_version, strategy),
            preferences: PreferencesInForce(Arc::new(Current::new(row.preferences_version, preferences))),
            tasks: RwLock::default(),
            limits: Arc::new(Limits::new(limits, kill_switch)),
            damaged: AtomicBool::new(!damaged.is_empty()),
            changing: tokio::sync::Mutex::default(),
        };
        (settings, damaged)
    }

    /// Takes over what other settings of the same user hold.
    pub(crate) fn take_over(&self, loaded: &Self) {
        let (strategy, preferences, limits) = (loaded.strategy(), loaded.preferences(), loaded.limits.set());
        self.strategy.set(strategy.version, strategy.value.clone());
        self.preferences.set(preferences.version, preferences.value.clone());
        self.limits.replace(limits.version, limits.value.clone());
        let price_runs = loaded.price_runs();
        self.price_runs.set(price_runs.version, price_runs.value.clone());
        *self.tasks.write() = loaded.tasks.read().clone();
        self.damaged.store(loaded.is_damaged(), Ordering::Relaxed);
    }

    /// Returns whether what is kept may differ from what is in force, because a part of it could not be read. A change is
    /// written down then, whatever it changes: that mends it.
    fn is_damaged(&self) -> bool {
        self.damaged.load(Ordering::Relaxed)
    }

    /// The strategy that a run which starts now sees, to its end.
    pub fn strategy(&self) -> Arc<Versioned<Strategy>> {
        self.strategy.get()
    }

    /// Returns the tasks that also run when prices change.
    pub fn price_runs(&self) -> Arc<Versioned<PriceRuns>> {
        self.price_runs.get()
    }

    /// Returns the notification preferences of the user.
    pub fn preferences(&self) -> Arc<Versioned<NotificationPreferences>> {
        self.preferences.get()
    }

    /// What always answers the preferences in force, for whoever tells this user of something.
    pub(crate) fn preferences_in_force(&self) -> PreferencesInForce {
        self.preferences.clone()
    }

    /// The limits on the user's orders.
    pub fn limits(&self) -> &Arc<Limits> {
        &self.limits
    }
}

fn read<T: DeserializeOwned + Default>(what: &str, text: &str, damaged: &mut Vec<String>) -> T {
    serde_json::from_str(text).unwrap_or_else(|error| {
        damaged.push(format!("the stored {what} cannot be read: {error}"));
        T::default()
    })
}

/// The notification preferences of a user, as they are at any time. Clones share them.
#[derive(Clone)]
pub(crate) struct PreferencesInForce(Arc<Current<NotificationPreferences>>);

impl PreferencesInForce {
    /// Returns the preferences in force.
    pub fn get(&self) -> Arc<Versioned<NotificationPreferences>> {
        self.0.get()
    }

    fn set(&self, version: u64, value: NotificationPreferences) {
        self.0.set(version, value);
    }
}

/// A value that is replaced as a whole.
struct Current<T>(RwLock<Arc<Versioned<T>>>);

impl<T> Current<T> {
    fn new(version: u64, value: T) -> Self {
        Self(RwLock::new(Arc::new(Versioned { version, value })))
    }

    fn get(&self) -> Arc<Versioned<T>> {
        self.0.read().clone()
    }

    fn set(&self, version: u64, value: T) {
        *self.0.write() = Arc::new(Versioned { version, value });
    }
}
