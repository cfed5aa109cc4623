//! What a user can set: strategy, limits, preferences, capital. What the values mean is the domain's affair.

use rusqlite::types::ToSql;
use rusqlite::{Connection, params};

use prahari_domain::ids::UserId;
use prahari_domain::money::Paise;

use crate::columns::{execute, named, select_one, unsigned};
use crate::errors::StoreError;
use crate::store::UserScope;

named! {
    /// Settings that change together and share a version.
    Settings {
        /// Strategy settings.
        Strategy = "strategy",
        /// The admin's limits, the user's own and the trading state.
        Limits = "limits",
        /// The preferences about notifications.
        Preferences = "preferences",
        /// The tasks that also run when prices change.
        PriceRuns = "runs on prices",
        /// The settings of one task, which [`UserScope::save_task_settings`] keeps.
        OfTask = "settings of the task",
    }
}

impl UserScope {
    /// Replaces the strategy, waits until it is durable and answers its new version.
    ///
    /// # Errors
    /// [`StoreError::SettingsChanged`] when the version is no longer `version`, [`StoreError::UnknownUser`]; or
    /// when the store is closed or has stopped.
    pub async fn save_strategy(&self, version: u64, strategy: String) -> Result<u64, StoreError> {
        let sql = "UPDATE users SET strategy = ?3, strategy_version = strategy_version + 1
                   WHERE id = ?1 AND strategy_version = ?2 RETURNING strategy_version AS version";
        let found = "SELECT strategy_version AS version FROM users WHERE id = ?1";
        self.replace(Settings::Strategy, (sql, found), version, vec![strategy]).await
    }

    /// Replaces the admin's limits, the user's own and the trading state, which go together because a kill switch is part of
    /// each, as [`UserScope::save_strategy`] does.
    ///
    /// # Errors
    /// As [`UserScope::save_strategy`].
    pub async fn save_limits(
        &self,
        version: u64,
        limits: String,
        own: String,
        trading_state: String,
    ) -> Result<u64, StoreError> {
        let sql = "UPDATE users SET limits = ?3, own_limits = ?4, trading_state = ?5,
                       limits_version = limits_version + 1
                   WHERE id = ?1 AND limits_version = ?2 RETURNING limits_version AS version";
        let found = "SELECT limits_version AS version FROM users WHERE id = ?1";
        self.replace(Settings::Limits, (sql, found), version, vec![limits, own, trading_state]).await
    }

    /// Replaces the preferences about notifications, as [`UserScope::save_strategy`] does.
    ///
    /// # Errors
    /// As [`UserScope::save_strategy`].
    pub async fn save_preferences(&self, version: u64, preferences: String) -> Result<u64, StoreError> {
        let sql = "UPDATE users SET preferences = ?3, preferences_version = preferences_version + 1
                   WHERE id = ?1 AND preferences_version = ?2 RETURNING preferences_version AS version";
        let found = "SELECT preferences_version AS version FROM users WHERE id = ?1";
        self.replace(Settings::Preferences, (sql, found), version, vec![preferences]).await
    }

    /// Replaces the tasks that also run when prices change, as [`UserScope::save_strategy`] does.
    ///
    /// # Errors
    /// As [`UserScope::save_strategy`].
    pub async fn save_price_runs(&self, version: u64, price_runs: String) -> Result<u64, StoreError> {
        let sql = "UPDATE users SET price_runs = ?3, price_runs_version = price_runs_version + 1
                   WHERE id = ?1 AND price_runs_version = ?2 RETURNING price_runs_version AS version";
        let found = "SELECT price_runs_version AS version FROM users WHERE id = ?1";
        self.replace(Settings::PriceRuns, (sql, found), version, vec![price_runs]).await
    }

    /// Stores the capital paid in altogether, in paise, and waits until it is durable.
    ///
    /// # Errors
    /// [`StoreError::UnknownUser`]; or when the store is closed or has stopped.
    pub async fn save_capital(&self, capital: Paise) -> Result<(), StoreError> {
        let user = self.user;
        self.store
            .write_durable("save the capital of a user", move |conn| {
                let sql = "UPDATE users SET capital = ?2 WHERE id = ?1";
                match execute(conn, sql, params![user.0.cast_signed(), capital.0])? {
                    0 => Err(StoreError::UnknownUser { user }),
                    _ => Ok(()),
                }
            })
            .await
    }

    /// Replaces values by the first statement, which says nothing when the version is another one than `version`; the second
    /// says which it is.
    async fn replace(
        &self,
        what: Settings,
        sql: (&'static str, &'static str),
        version: u64,
        values: Vec<String>,
    ) -> Result<u64, StoreError> {
        let user = self.user;
        self.store
            .write_durable("save the settings of a user", move |conn| {
                update(conn, user, what, sql, version, &values)
            })
            .await
    }
}

fn update(
    conn: &Connection,
    user: UserId,
    what: Settings,
    (sql, found): (&str, &str),
    version: u64,
    values: &[String],
) -> Result<u64, StoreError> {
    let (id, given) = (user.0.cast_signed(), version.cast_signed());
    let mut params: Vec<&dyn ToSql> = vec![&id, &given];
    params.extend(values.iter().map(|value| value as &dyn ToSql));
    if let Some(version) = select_one(conn, sql, params.as_slice(), |row| unsigned(row, "version"))? {
        return Ok(version);
    }
    match select_one(conn, found, [id], |row| unsigned(row, "version"))? {
        Some(found) => Err(StoreError::SettingsChanged { user, what, expected: version, found }),
        None => Err(StoreError::UnknownUser { user }),
    }
}
