//! Changing what a user has set.

use std::sync::Arc;

use prahari_domain::risk::{LIMITS, OwnLimits, RiskLimits, StatedState};
use prahari_domain::settings::{
    NotificationPreferences, PREFERENCES, PriceRuns, STRATEGY, Setting, SettingsError, Strategy, Values,
    from_values, merge, to_values,
};
use prahari_store::{Settings as Kind, StoreError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::MutexGuard;

use super::limits::LimitsSet;
use super::trading_state::Hand;
use super::{Settings, UserSettings, Versioned};
use crate::error::AppError;
use crate::events::{Audience, Resource};
use crate::handles::Handles;
use crate::user::User;

/// A change of settings.
#[derive(Debug, Clone, Copy)]
pub enum Change<'a> {
    /// Replace what is named, and bring back the default of what is named with `null`.
    Merge(&'a Values),
    /// Bring back every default.
    Reset,
}

/// A change that is allowed and not in force yet. While it lives, nobody else changes settings of this user.
#[must_use = "it takes effect when it is saved"]
pub struct SettingsChange<'a, T> {
    handles: &'a Handles,
    user: &'a User,
    version: u64,
    value: T,
    /// Whether it differs from what is kept. What does not is no version of its own, and nobody is told of it.
    differs: bool,
    _changing: MutexGuard<'a, ()>,
}

impl<T> SettingsChange<'_, T> {
    /// Returns the value that would be in force.
    pub fn value(&self) -> &T {
        &self.value
    }
}

impl Settings {
    /// Prepares a change of a user's strategy.
    ///
    /// # Errors
    /// [`AppError::Settings`] when it is not allowed; [`StoreError::SettingsChanged`] when `expected` is given and
    /// is no longer the version in force.
    pub async fn change_strategy<'a>(
        &'a self,
        user: &'a User,
        change: Change<'_>,
        expected: Option<u64>,
    ) -> Result<SettingsChange<'a, Strategy>, AppError> {
        let next = |now: &Strategy| {
            let value: Strategy = changed(&STRATEGY, now, change)?;
            value.validate().map(|()| value)
        };
        self.prepare(user, Kind::Strategy, expected, UserSettings::strategy, next).await
    }

    /// Prepares a change of a user's preferences about notifications.
    ///
    /// # Errors
    /// As [`Settings::change_strategy`].
    pub async fn change_preferences<'a>(
        &'a self,
        user: &'a User,
        change: Change<'_>,
        expected: Option<u64>,
    ) -> Result<SettingsChange<'a, NotificationPreferences>, AppError> {
        let next = |now: &NotificationPreferences| {
            let value: NotificationPreferences = changed(&PREFERENCES, now, change)?;
            value.validate().map(|()| value)
        };
        self.prepare(user, Kind::Preferences, expected, UserSettings::preferences, next).await
    }

    /// Prepares to let these tasks of a user also run when prices change, and no others. That they can is for the caller to check.
    ///
    /// # Errors
    /// As [`Settings::change_strategy`].
    pub async fn change_price_runs<'a>(
        &'a self,
        user: &'a User,
        price_runs: PriceRuns,
        expected: Option<u64>,
    ) -> Result<SettingsChange<'a, PriceRuns>, AppError> {
        self.prepare(user, Kind::PriceRuns, expected, UserSettings::price_runs, |_| Ok(price_runs)).await
    }

    /// Prepares a change of the limits that an admin sets for a user. What the user had tightened stays, and holds
    /// where it is still the tighter one.
    ///
    /// # Errors
    /// As [`Settings::change_strategy`].
    pub async fn change_limits<'a>(
        &'a self,
        user: &'a User,
        change: Change<'_>,
        expected: Option<u64>,
    ) -> Result<SettingsChange<'a, LimitsSet>, AppError> {
        let next = |now: &LimitsSet| {
            let admin: RiskLimits = changed(&LIMITS, &now.admin, change)?;
            admin.validate()?;
            Ok(LimitsSet { admin, ..now.clone() }.without_past_halts())
        };
        self.prepare(user, Kind::Limits, expected, |settings| settings.limits().set(), next).await
    }

    /// Prepares a change of what a user has tightened of the admin's limits.
    ///
    /// # Errors
    /// As [`Settings::change_strategy`]; also when a limit would be looser than the admin's.
    pub async fn change_own_limits<'a>(
        &'a self,
        user: &'a User,
        change: Change<'_>,
        expected: Option<u64>,
    ) -> Result<SettingsChange<'a, LimitsSet>, AppError> {
        let next = |now: &LimitsSet| {
            let own: OwnLimits = changed(&LIMITS, &now.own, change)?;
            own.validate(&now.admin)?;
            Ok(LimitsSet { own, ..now.clone() }.without_past_halts())
        };
        self.prepare(user, Kind::Limits, expected, |settings| settings.limits().set(), next).await
    }

    /// Prepares to set a user's trading state: the user's own, or the one that an admin sets for them. Halted turns the kill
    /// switch of the same hand on, any other state turns it off; what the other hand has set stays.
    ///
    /// # Errors
    /// [`StoreError::SettingsChanged`] when `expected` is given and is no longer the version in force.
    pub async fn change_trading_state<'a>(
        &'a self,
        user: &'a User,
        hand: Hand,
        stated: StatedState,
        expected: Option<u64>,
    ) -> Result<SettingsChange<'a, LimitsSet>, AppError> {
        let next = |now: &LimitsSet| Ok(now.with_state(hand, stated));
        self.prepare(user, Kind::Limits, expected, |settings| settings.limits().set(), next).await
    }

    /// Checks under the lock that keeps other changes of this user's settings away.
    async fn prepare<'a, T: PartialEq>(
        &'a self,
        user: &'a User,
        what: Kind,
        expected: Option<u64>,
        in_force: impl FnOnce(&UserSettings) -> Arc<Versioned<T>>,
        next: impl FnOnce(&T) -> Result<T, SettingsError>,
    ) -> Result<SettingsChange<'a, T>, AppError> {
        let changing = user.settings.changing.lock().await;
        let now = in_force(&user.settings);
        check_version(user, what, expected, now.version)?;
        let value = next(&now.value)?;
        let (handles, version) = (&self.handles, now.version);
        let differs = value != now.value || user.settings.is_damaged();
        Ok(SettingsChange { handles, user, version, value, differs, _changing: changing })
    }

    /// Returns whether orders of everybody are stopped.
    pub fn is_kill_switch_on(&self) -> bool {
        self.kill_switch.is_on()
    }

    /// Stops the orders of everybody, or lets them through again. It stops them at once, before that is written
    /// down, and lets them through only after.
    ///
    /// # Errors
    /// When it cannot be written down; a switch that was to be turned on is on all the same.
    pub async fn set_kill_switch(&self, on: bool) -> Result<(), AppError> {
        let (switch, store) = (self.kill_switch.clone(), self.handles.store.clone());
        // To its end, also when whoever asked goes away: database and memory must not part half way.
        let changed = tokio::spawn(async move { switch.set(on, &store).await }).await;
        // Also when it was not written down: one that was to be turned on is on all the same.
        self.handles.events.changed(Audience::Everybody, Resource::KillSwitch, "");
        changed.map_err(|error| AppError::Ended(error.to_string()))?.map_err(AppError::from)
    }
}

impl SettingsChange<'_, Strategy> {
    /// Writes the strategy down and puts it in force for the runs that start from now on. Answers the version in
    /// force: another one only when something has changed.
    ///
    /// # Errors
    /// When it cannot be written down; nothing has changed then.
    pub async fn save(self) -> Result<u64, AppError> {
        if !self.differs {
            return Ok(self.version);
        }
        let scope = self.handles.store.user(self.user.id);
        let version = scope.save_strategy(self.version, serde_json::to_string(&self.value)?).await?;
        self.user.settings.strategy.set(version, self.value);
        self.handles.events.changed(Audience::User(self.user.id), Resource::Settings, "strategy");
        Ok(version)
    }
}

impl SettingsChange<'_, NotificationPreferences> {
    /// Writes the preferences down and puts them in force. Answers the version in force, likewise.
    ///
    /// # Errors
    /// When they cannot be written down; nothing has changed then.
    pub async fn save(self) -> Result<u64, AppError> {
        if !self.differs {
            return Ok(self.version);
        }
        let scope = self.handles.store.user(self.user.id);
        let version = scope.save_preferences(self.version, serde_json::to_string(&self.value)?).await?;
        self.user.settings.preferences.set(version, self.value);
        self.handles.events.changed(Audience::User(self.user.id), Resource::Settings, "preferences");
        Ok(version)
    }
}

impl SettingsChange<'_, PriceRuns> {
    /// Writes the tasks down and puts them in force, from the next minute on. Answers the version in force, likewise.
    ///
    /// # Errors
    /// When they cannot be written down; nothing has changed then.
    pub async fn save(self) -> Result<u64, AppError> {
        if !self.differs {
            return Ok(self.version);
        }
        let scope = self.handles.store.user(self.user.id);
        let version = scope.save_price_runs(self.version, serde_json::to_string(&self.value)?).await?;
        self.user.settings.price_runs.set(version, self.value);
        self.handles.events.changed(Audience::User(self.user.id), Resource::Settings, "price_runs");
        Ok(version)
    }
}

impl SettingsChange<'_, LimitsSet> {
    /// Returns whether it changes anything of what is kept.
    pub fn differs(&self) -> bool {
        self.differs
    }

    /// Writes the limits down and puts them in force: the next order is checked against them. Answers the
    /// version in force, likewise.
    ///
    /// # Errors
    /// When they cannot be written down; nothing has changed then.
    pub async fn save(self) -> Result<u64, AppError> {
        if !self.differs {
            return Ok(self.version);
        }
        let LimitsSet { admin, own, states } = &self.value;
        let (admin, own) = (serde_json::to_string(admin)?, serde_json::to_string(own)?);
        let scope = self.handles.store.user(self.user.id);
        let version = scope.save_limits(self.version, admin, own, serde_json::to_string(states)?).await?;
        let switches = |set: &LimitsSet| (set.admin.kill_switch, set.own.kill_switch);
        let before = self.user.settings.limits().set();
        let turned = switches(&before.value) != switches(&self.value);
        let stated = before.value.states != self.value.states;
        self.user.settings.limits().replace(version, self.value);
        let (events, audience) = (&self.handles.events, Audience::User(self.user.id));
        events.changed(audience, Resource::Settings, "limits");
        if turned {
            events.changed(audience, Resource::KillSwitch, "");
        }
        if stated {
            events.changed(audience, Resource::TradingState, "");
        }
        Ok(version)
    }
}

fn changed<T>(fields: &[Setting], now: &T, change: Change<'_>) -> Result<T, SettingsError>
where
    T: Serialize + DeserializeOwned + Default,
{
    match change {
        Change::Merge(values) => from_values(merge(fields, &to_values(now)?, values)?),
        Change::Reset => Ok(T::default()),
    }
}

pub(super) fn check_version(
    user: &User,
    what: Kind,
    expected: Option<u64>,
    found: u64,
) -> Result<(), AppError> {
    match expected.filter(|expected| *expected != found) {
        Some(expected) => Err(StoreError::SettingsChanged { user: user.id, what, expected, found }.into()),
        None => Ok(()),
    }
}
