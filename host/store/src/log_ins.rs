//! How users prove who they are: password hash, authenticator, recovery codes.
//!
//! Whatever may be used once is used by a write that says whether it was the one, so that of two requests at the same
//! time one wins.

use rusqlite::{Connection, Row};

use prahari_domain::ids::UserId;
use prahari_domain::time::Timestamp;

use crate::columns::{execute, optional_instant, select_one, unsigned};
use crate::errors::StoreError;
use crate::links;
use crate::meta;
use crate::sessions;
use crate::store::{SystemScope, UserScope};
use crate::users::{self, NewUser, UserRow};

/// How a user logs in. Without `Debug`: none of it belongs into a log.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct LogInRow {
    /// Password hash as a PHC string; without it the user cannot log in.
    pub password_hash: Option<String>,
    /// Time at which the password was chosen.
    pub password_changed_at: Option<Timestamp>,
    /// The sealed secret of the authenticator that a log-in needs.
    pub totp: Option<Vec<u8>>,
    /// The sealed secret of an authenticator that has not shown a code yet.
    pub totp_pending: Option<Vec<u8>>,
    /// The last step whose code was used; 0 when none was.
    pub totp_step: u64,
}

/// Sessions and tokens that a new password does not end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeptAccess {
    /// The session that changes it.
    pub session: Option<u64>,
    /// API tokens of these names.
    pub tokens: Vec<String>,
}

impl SystemScope {
    /// The user of this name and how they log in.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn find_log_in(&self, name: String) -> Result<Option<(UserRow, LogInRow)>, StoreError> {
        self.store
            .read("read how a user logs in", move |conn| {
                let Some(user) = users::find_by_name(conn, &name)? else { return Ok(None) };
                let log_in = find(conn, user.id)?;
                Ok(Some((user, log_in)))
            })
            .await
    }

    /// Adds users who all log in with one password, and remembers facts about the database by key: all or nothing,
    /// however the process ends.
    ///
    /// # Errors
    /// [`StoreError::NameTaken`]; or when the store is closed or has stopped.
    pub async fn create_users_with_password(
        &self,
        users: Vec<NewUser>,
        password_hash: String,
        facts: Vec<(&'static str, String)>,
    ) -> Result<(), StoreError> {
        let write = move |conn: &Connection| {
            for new in &users {
                users::check_name(conn, &new.name, None)?;
            }
            for new in &users {
                let user = users::insert(conn, new)?;
                write_password(conn, user, &password_hash, new.created_at)?;
            }
            facts.iter().try_for_each(|(key, value)| meta::set(conn, key, value))
        };
        self.store.write_durable("create users with their password", write).await
    }

    /// Returns whether no active admin could log in, so that somebody has to be let in by a set-up link.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn needs_set_up(&self) -> Result<bool, StoreError> {
        self.store.read("look for an admin", |conn| Ok(!users::has_other_admin(conn, None)?)).await
    }
}

impl UserScope {
    /// Returns how the user logs in.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn log_in(&self) -> Result<LogInRow, StoreError> {
        let user = self.user;
        self.read("read how a user logs in", move |conn| find(conn, user)).await
    }

    /// Sets the password, ends what rested on the old one except for what is kept, and waits until both are
    /// durable. Answers whether the session that changes it goes on; nothing is changed without it.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn set_password(
        &self,
        hash: String,
        now: Timestamp,
        kept: KeptAccess,
    ) -> Result<bool, StoreError> {
        let user = self.user;
        self.store
            .write_durable("save a password", move |conn| {
                if let Some(session) = kept.session
                    && !sessions::goes_on(conn, user, session)?
                {
                    return Ok(false);
                }
                write_password(conn, user, &hash, now)?;
                end_rights(conn, user, now, &kept).map(|()| true)
            })
            .await
    }

    /// Stores an authenticator that has not been confirmed by a code yet. The current one stays in use.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn begin_totp(&self, sealed: Vec<u8>) -> Result<(), StoreError> {
        let user = self.user.0.cast_signed();
        self.store
            .write_durable("save an authenticator", move |conn| {
                let sql = "INSERT INTO log_ins (user_id, totp_pending, totp_step) VALUES (?1, ?2, 0)
                           ON CONFLICT (user_id) DO UPDATE SET totp_pending = excluded.totp_pending";
                execute(conn, sql, (user, sealed)).map(|_| ())
            })
            .await
    }

    /// Puts the authenticator that was begun into use, with recovery codes for it. Answers false when it is not (or no
    /// longer) the one that was begun.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn enable_totp(
        &self,
        sealed: Vec<u8>,
        step: u64,
        codes: Vec<[u8; 32]>,
    ) -> Result<bool, StoreError> {
        let user = self.user.0.cast_signed();
        self.store
            .write_durable("put an authenticator into use", move |conn| {
                let sql = "UPDATE log_ins SET totp = totp_pending, totp_pending = NULL, totp_step = ?3
                           WHERE user_id = ?1 AND totp_pending = ?2";
                if execute(conn, sql, (user, sealed, step.cast_signed()))? == 0 {
                    return Ok(false);
                }
                execute(conn, "DELETE FROM recovery_codes WHERE user_id = ?1", [user])?;
                for hash in codes {
                    execute(
                        conn,
                        "INSERT INTO recovery_codes (user_id, hash) VALUES (?1, ?2)",
                        (user, hash),
                    )?;
                }
                Ok(true)
            })
            .await
    }

    /// Logs in without an authenticator from now on.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn disable_totp(&self) -> Result<(), StoreError> {
        let user = self.user;
        self.store.write_durable("remove an authenticator", move |conn| remove_totp(conn, user)).await
    }

    /// Uses the code of a step. Answers false when it, or a later one, was used before.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn use_totp_step(&self, step: u64) -> Result<bool, StoreError> {
        let values = (self.user.0.cast_signed(), step.cast_signed());
        self.store
            .write_durable("use a one-time code", move |conn| {
                let sql = "UPDATE log_ins SET totp_step = ?2 WHERE user_id = ?1 AND totp_step < ?2";
                Ok(execute(conn, sql, values)? == 1)
            })
            .await
    }

    /// Uses a recovery code. Answers false when the user has no such code, or has used it before.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn use_recovery_code(&self, hash: [u8; 32], now: Timestamp) -> Result<bool, StoreError> {
        let values = (self.user.0.cast_signed(), hash, now.0);
        self.store
            .write_durable("use a recovery code", move |conn| {
                let sql = "UPDATE recovery_codes SET used_at = ?3
                           WHERE user_id = ?1 AND hash = ?2 AND used_at IS NULL";
                Ok(execute(conn, sql, values)? == 1)
            })
            .await
    }

    /// Returns how many recovery codes are left.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn recovery_codes_left(&self) -> Result<u64, StoreError> {
        let user = self.user.0.cast_signed();
        self.read("count recovery codes", move |conn| {
            let sql = "SELECT count(*) AS n FROM recovery_codes WHERE user_id = ?1 AND used_at IS NULL";
            Ok(select_one(conn, sql, [user], |row| unsigned(row, "n"))?.unwrap_or(0))
        })
        .await
    }
}

/// Ends what rested on a user's password: sessions, API tokens, and links that they made for others.
pub(crate) fn end_rights(
    conn: &Connection,
    user: UserId,
    now: Timestamp,
    kept: &KeptAccess,
) -> Result<(), StoreError> {
    let id = user.0.cast_signed();
    let sql = "DELETE FROM sessions WHERE user_id = ?1 AND id IS NOT ?2";
    execute(conn, sql, (id, kept.session.map(u64::cast_signed)))?;
    let names = serde_json::to_string(&kept.tokens).unwrap_or_else(|_| "[]".to_owned());
    let sql = "UPDATE api_tokens SET revoked_at = ?2
               WHERE user_id = ?1 AND revoked_at IS NULL AND name NOT IN (SELECT value FROM json_each(?3))";
    execute(conn, sql, (id, now.0, names))?;
    links::end_links_made_by(conn, user)
}

/// Sets a password; the caller ends sessions.
pub(crate) fn write_password(
    conn: &Connection,
    user: UserId,
    hash: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql =
        "INSERT INTO log_ins (user_id, password_hash, password_changed_at, totp_step) VALUES (?1, ?2, ?3, 0)
               ON CONFLICT (user_id) DO UPDATE SET password_hash = excluded.password_hash,
                                                   password_changed_at = excluded.password_changed_at";
    execute(conn, sql, (user.0.cast_signed(), hash, now.0)).map(|_| ())
}

/// Removes authenticator and recovery codes.
pub(crate) fn remove_totp(conn: &Connection, user: UserId) -> Result<(), StoreError> {
    let user = user.0.cast_signed();
    execute(conn, "UPDATE log_ins SET totp = NULL, totp_pending = NULL WHERE user_id = ?1", [user])?;
    execute(conn, "DELETE FROM recovery_codes WHERE user_id = ?1", [user]).map(|_| ())
}

pub(crate) fn find(conn: &Connection, user: UserId) -> Result<LogInRow, StoreError> {
    let sql = "SELECT * FROM log_ins WHERE user_id = ?1";
    Ok(select_one(conn, sql, [user.0.cast_signed()], read)?.unwrap_or_default())
}

fn read(row: &Row<'_>) -> Result<LogInRow, StoreError> {
    Ok(LogInRow {
        password_hash: row.get("password_hash")?,
        password_changed_at: optional_instant(row, "password_changed_at")?,
        totp: row.get("totp")?,
        totp_pending: row.get("totp_pending")?,
        totp_step: unsigned(row, "totp_step")?,
    })
}
