//! Who is served.

use rusqlite::{Connection, Row};

use prahari_domain::ids::UserId;
use prahari_domain::money::Paise;
use prahari_domain::time::Timestamp;

use crate::columns::{execute, instant, named, parsed, select, select_one, unsigned, user};
use crate::errors::StoreError;
use crate::left_brokers;
use crate::links;
use crate::store::{SystemScope, UserScope};

named! {
    /// Role of a user, which decides what they may do.
    Role {
        /// May see and change everything, for all users.
        Admin = "admin",
        /// May see and change only their own data.
        User = "user",
    }
}

/// A user to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUser {
    /// Name with which the user logs in; unique.
    pub name: String,
    /// Role of the user.
    pub role: Role,
    /// The money their book opens with.
    pub capital: Paise,
    /// Strategy settings as JSON.
    pub strategy: String,
    /// Risk limits as JSON.
    pub limits: String,
    /// Time at which the user was created, by the daemon's clock.
    pub created_at: Timestamp,
}

/// Row of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserRow {
    /// Numbered from 1, never given twice.
    pub id: UserId,
    /// Name with which the user logs in; unique.
    pub name: String,
    /// Role of the user.
    pub role: Role,
    /// Whether they may log in and their services may run.
    pub active: bool,
    /// The money paid in, withdrawals taken off.
    pub capital: Paise,
    /// The name of the broker that they are linked with.
    pub broker: String,
    /// Strategy settings as JSON.
    pub strategy: String,
    /// Version of the strategy settings; the first is 1.
    pub strategy_version: u64,
    /// Risk limits that the admin has set, as JSON.
    pub limits: String,
    /// Tighter limits that the user has set, as JSON.
    pub own_limits: String,
    /// The version of both, from 1.
    pub limits_version: u64,
    /// What was set of the trading state, as JSON; it has the version of the limits.
    pub trading_state: String,
    /// Preferences about notifications as JSON.
    pub preferences: String,
    /// Their version, from 1.
    pub preferences_version: u64,
    /// The tasks that also run when prices change, as JSON.
    pub price_runs: String,
    /// Their version, from 1.
    pub price_runs_version: u64,
    /// Time at which the user was created, by the daemon's clock.
    pub created_at: Timestamp,
}

impl SystemScope {
    /// Adds an active user and waits until they are durable.
    ///
    /// # Errors
    /// [`StoreError::NameTaken`]; or when the store is closed or has stopped.
    pub async fn create_user(&self, new: NewUser) -> Result<UserId, StoreError> {
        self.store.write_durable("create a user", move |conn| insert(conn, &new)).await
    }

    /// Every user, by id.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn users(&self) -> Result<Vec<UserRow>, StoreError> {
        self.store
            .read("read the users", |conn| select(conn, "SELECT * FROM users ORDER BY id", [], read))
            .await
    }

    /// Returns the user of this name, if there is one.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn user_named(&self, name: &str) -> Result<Option<UserRow>, StoreError> {
        let name = name.to_owned();
        self.store.read("read a user", move |conn| find_by_name(conn, &name)).await
    }

    /// Returns the next users after one, by id, at most `limit`: for whoever goes through all of them and holds few at a time.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn users_after(&self, after: UserId, limit: u32) -> Result<Vec<UserRow>, StoreError> {
        let sql = "SELECT * FROM users WHERE id > ?1 ORDER BY id LIMIT ?2";
        let after = after.0.cast_signed();
        self.store
            .read("read some of the users", move |conn| {
                select(conn, sql, rusqlite::params![after, limit], read)
            })
            .await
    }
}

impl UserScope {
    /// The user, if there is one with this id.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn find(&self) -> Result<Option<UserRow>, StoreError> {
        let id = self.user.0.cast_signed();
        self.read("read a user", move |conn| {
            select_one(conn, "SELECT * FROM users WHERE id = ?1", [id], read)
        })
        .await
    }

    /// Sets what the user may do and whether they may log in, and waits until it is durable. Somebody who is not active
    /// any more has no session, token or link left.
    ///
    /// # Errors
    /// [`StoreError::UnknownUser`], [`StoreError::LastAdmin`]; or when the store is closed or has stopped.
    pub async fn set_access(&self, role: Role, active: bool, now: Timestamp) -> Result<(), StoreError> {
        let user = self.user;
        self.store
            .write_durable("save what a user may do", move |conn| set_access(conn, user, role, active, now))
            .await
    }

    /// Stores the name of the broker that the user is linked with, and the last order that went over the one before; waits until it
    /// is durable.
    ///
    /// # Errors
    /// [`StoreError::UnknownUser`]; or when the store is closed or has stopped.
    pub async fn save_broker(&self, broker: String) -> Result<(), StoreError> {
        let user = self.user;
        self.store
            .write_durable("save a user's broker", move |conn| {
                left_brokers::leave(conn, user, &broker)?;
                let sql = "UPDATE users SET broker = ?2 WHERE id = ?1";
                match execute(conn, sql, (user.0.cast_signed(), broker))? {
                    0 => Err(StoreError::UnknownUser { user }),
                    _ => Ok(()),
                }
            })
            .await
    }

    /// Changes name, role and activity, and waits until it is durable; settings have their own ways.
    ///
    /// # Errors
    /// [`StoreError::UnknownUser`], [`StoreError::NameTaken`], [`StoreError::ForeignUser`]; or when the store is
    /// closed or has stopped.
    pub async fn save(&self, row: UserRow) -> Result<(), StoreError> {
        self.check_owner("the user", row.id)?;
        self.store.write_durable("save a user", move |conn| update(conn, &row)).await
    }
}

pub(crate) fn insert(conn: &Connection, new: &NewUser) -> Result<UserId, StoreError> {
    // Asked beforehand, because an insert that fails uses up a number.
    check_name(conn, &new.name, None)?;
    let sql = "INSERT INTO users (name, role, active, capital, strategy, limits, created_at)
               VALUES (?1, ?2, 1, ?3, ?4, ?5, ?6)";
    let NewUser { name, role, capital, strategy, limits, created_at } = new;
    execute(conn, sql, (name, role.name(), capital.0, strategy, limits, created_at.0))?;
    Ok(UserId(conn.last_insert_rowid().cast_unsigned()))
}

/// A user by id.
pub(crate) fn find(conn: &Connection, id: UserId) -> Result<Option<UserRow>, StoreError> {
    select_one(conn, "SELECT * FROM users WHERE id = ?1", [id.0.cast_signed()], read)
}

/// A user by name.
pub(crate) fn find_by_name(conn: &Connection, name: &str) -> Result<Option<UserRow>, StoreError> {
    select_one(conn, "SELECT * FROM users WHERE name = ?1", [name], read)
}

/// Returns whether an active admin other than `user` can log in.
pub(crate) fn has_other_admin(conn: &Connection, user: Option<UserId>) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM users JOIN log_ins ON log_ins.user_id = users.id
               WHERE role = 'admin' AND active = 1 AND password_hash IS NOT NULL AND users.id IS NOT ?1";
    let user = user.map(|user| user.0.cast_signed());
    Ok(select_one(conn, sql, [user], |_| Ok(()))?.is_some())
}

fn set_access(
    conn: &Connection,
    user: UserId,
    role: Role,
    active: bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    let before = find(conn, user)?.ok_or(StoreError::UnknownUser { user })?;
    let (was_admin, is_admin) = (before.active && before.role == Role::Admin, active && role == Role::Admin);
    if was_admin && !is_admin && !has_other_admin(conn, Some(user))? {
        return Err(StoreError::LastAdmin { user });
    }
    let id = user.0.cast_signed();
    execute(conn, "UPDATE users SET role = ?2, active = ?3 WHERE id = ?1", (id, role.name(), active))?;
    if !active {
        execute(conn, "DELETE FROM sessions WHERE user_id = ?1", [id])?;
        let sql = "UPDATE api_tokens SET revoked_at = coalesce(revoked_at, ?2) WHERE user_id = ?1";
        execute(conn, sql, (id, now.0))?;
        links::end_links(conn, user)?;
    }
    if !is_admin {
        links::end_links_made_by(conn, user)?;
    }
    Ok(())
}

fn update(conn: &Connection, row: &UserRow) -> Result<(), StoreError> {
    check_name(conn, &row.name, Some(row.id))?;
    let sql = "UPDATE users SET name = ?2, role = ?3, active = ?4 WHERE id = ?1";
    let UserRow { id, name, role, active, .. } = row;
    let values = (id.0.cast_signed(), name, role.name(), active);
    match execute(conn, sql, values)? {
        0 => Err(StoreError::UnknownUser { user: row.id }),
        _ => Ok(()),
    }
}

/// Checks that nobody but `owner` has this name.
pub(crate) fn check_name(conn: &Connection, name: &str, owner: Option<UserId>) -> Result<(), StoreError> {
    let found = select_one(conn, "SELECT id FROM users WHERE name = ?1", [name], |row| user(row, "id"))?;
    if found.is_none() || found == owner {
        Ok(())
    } else {
        Err(StoreError::NameTaken { name: name.to_owned() })
    }
}

pub(crate) fn read(row: &Row<'_>) -> Result<UserRow, StoreError> {
    Ok(UserRow {
        id: user(row, "id")?,
        name: row.get("name")?,
        role: parsed(row, "role")?,
        active: row.get("active")?,
        capital: Paise(row.get("capital")?),
        broker: row.get("broker")?,
        strategy: row.get("strategy")?,
        strategy_version: unsigned(row, "strategy_version")?,
        limits: row.get("limits")?,
        own_limits: row.get("own_limits")?,
        limits_version: unsigned(row, "limits_version")?,
        trading_state: row.get("trading_state")?,
        preferences: row.get("preferences")?,
        preferences_version: unsigned(row, "preferences_version")?,
        price_runs: row.get("price_runs")?,
        price_runs_version: unsigned(row, "price_runs_version")?,
        created_at: instant(row, "created_at")?,
    })
}
