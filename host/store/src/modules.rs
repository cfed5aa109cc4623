//! Versions of task modules: their bytes, which of them is active, and who stays with another one.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, Row, params};

use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;

use crate::columns::{
    execute, instant, named, optional_instant, optional_user, parsed, select, select_one, unsigned, user,
};
use crate::errors::StoreError;
use crate::store::SystemScope;

named! {
    /// Origin of a version of a module.
    ModuleOrigin {
        /// It came with the program.
        BuiltIn = "built_in",
        /// A person brought it.
        Uploaded = "uploaded",
        /// It lay in the watched folder.
        Watched = "watched",
    }
}

/// A version to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewModule {
    /// The task.
    pub task: Task,
    /// Hash of its bytes, in hex.
    pub hash: String,
    /// Bytes of the component.
    pub bytes: Vec<u8>,
    /// Origin of the version.
    pub origin: ModuleOrigin,
    /// Description that the component gives of itself, as JSON.
    pub info: String,
    /// The manifest that it exports; none when it exports none.
    pub manifest: Option<String>,
    /// Time at which it was uploaded, by the daemon's clock.
    pub at: Timestamp,
    /// Who; none for the program.
    pub by: Option<UserId>,
}

/// A version of a task's module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleRow {
    /// The task.
    pub task: Task,
    /// Version number within the task; the first is 1.
    pub version: u64,
    /// Hash of its bytes, in hex.
    pub hash: String,
    /// Origin of the version.
    pub origin: ModuleOrigin,
    /// Description that the component gives of itself, as JSON.
    pub info: String,
    /// The manifest that it exports; none when it exports none.
    pub manifest: Option<String>,
    /// Bytes of the component.
    pub size: u64,
    /// Time at which it was added.
    pub added_at: Timestamp,
    /// Admin who added it; none for the program itself.
    pub added_by: Option<UserId>,
    /// Time at which it was found not to be fit to run; none while it may run.
    pub quarantined_at: Option<Timestamp>,
    /// The reason, in one sentence.
    pub quarantine: String,
}

/// That a version became the active one of its task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActivationRow {
    /// The task.
    pub task: Task,
    /// The number of the module's version, from 1.
    pub version: u64,
    /// Time from which the version is active.
    pub at: Timestamp,
    /// User who did it; none for the program.
    pub by: Option<UserId>,
    /// The reason, in one sentence.
    pub reason: String,
}

/// Row of a pin: a user stays with a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinRow {
    /// The user that it is about.
    pub user: UserId,
    /// The task.
    pub task: Task,
    /// The number of the module's version, from 1.
    pub version: u64,
    /// Time at which it began to hold, by the daemon's clock.
    pub at: Timestamp,
    /// User who pinned the version.
    pub by: UserId,
}

impl SystemScope {
    /// Keeps a version and waits until it is durable; answers its row, which is the old one when the task has these
    /// bytes already.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn add_module(&self, new: NewModule) -> Result<ModuleRow, StoreError> {
        self.store.write_durable("add a module", move |conn| add(conn, &new)).await
    }

    /// Every version that was not removed, by task and version.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn modules(&self) -> Result<Vec<ModuleRow>, StoreError> {
        self.store
            .read("read the modules", |conn| {
                select(
                    conn,
                    "SELECT * FROM modules WHERE removed_at IS NULL ORDER BY task, version",
                    [],
                    read,
                )
            })
            .await
    }

    /// The numbers of those of these versions, each named by its task and hash, that are kept.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn module_numbers(
        &self,
        wanted: BTreeSet<(Task, String)>,
    ) -> Result<BTreeMap<(Task, String), u64>, StoreError> {
        self.store
            .read("read the numbers of modules", move |conn| {
                let mut found = BTreeMap::new();
                for (task, hash) in wanted {
                    let read = |row: &Row<'_>| unsigned(row, "version");
                    if let Some(number) = select_one(conn, NUMBER_OF, (task.name(), &hash), read)? {
                        found.insert((task, hash), number);
                    }
                }
                Ok(found)
            })
            .await
    }

    /// The bytes of a component; none when they are not kept.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn module_bytes(&self, hash: String) -> Result<Option<Vec<u8>>, StoreError> {
        self.store
            .read("read a module", move |conn| {
                select_one(conn, "SELECT bytes FROM module_bytes WHERE hash = ?1", [hash], |row| {
                    Ok(row.get(0)?)
                })
            })
            .await
    }

    /// Makes a version the active one of its task and waits until that is durable.
    ///
    /// # Errors
    /// When there is no such version, or the store is closed or has stopped.
    pub async fn activate_module(&self, activation: ActivationRow) -> Result<(), StoreError> {
        self.store
            .write_durable("activate a module", move |conn| {
                let sql = "INSERT INTO module_activations (task, version, at, by_user, reason)
                           VALUES (?1, ?2, ?3, ?4, ?5)";
                let ActivationRow { task, version, at, by, reason } = &activation;
                let by = by.map(|by| by.0.cast_signed());
                execute(conn, sql, (task.name(), version.cast_signed(), at.0, by, reason)).map(|_| ())
            })
            .await
    }

    /// Returns what was active of each task and when, newest first; of one task or of all.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn module_activations(
        &self,
        task: Option<Task>,
        limit: u32,
    ) -> Result<Vec<ActivationRow>, StoreError> {
        self.store
            .read("read what was active", move |conn| {
                let sql = "SELECT * FROM module_activations WHERE ?1 IS NULL OR task = ?1
                           ORDER BY id DESC LIMIT ?2";
                select(conn, sql, params![task.as_ref().map(Task::name), limit], activation)
            })
            .await
    }

    /// The version that is active of each task.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn active_modules(&self) -> Result<Vec<ActivationRow>, StoreError> {
        self.store
            .read("read what is active", |conn| {
                // SQLite takes the other columns from the row that has the maximum.
                let sql = "SELECT task, version, at, by_user, reason, max(id) FROM module_activations
                           GROUP BY task";
                select(conn, sql, [], activation)
            })
            .await
    }

    /// Lets a user stay with a version, or follow the active one again, and waits until that is durable.
    ///
    /// # Errors
    /// When there is no such version, or the store is closed or has stopped.
    pub async fn pin_module(&self, pin: PinRow) -> Result<(), StoreError> {
        self.store
            .write_durable("pin a module", move |conn| {
                let sql =
                    "INSERT INTO module_pins (user_id, task, version, at, by_user) VALUES (?1, ?2, ?3, ?4, ?5)
                           ON CONFLICT (user_id, task) DO UPDATE
                           SET version = excluded.version, at = excluded.at, by_user = excluded.by_user";
                let PinRow { user, task, version, at, by } = pin;
                let (user, by) = (user.0.cast_signed(), by.0.cast_signed());
                execute(conn, sql, (user, task.name(), version.cast_signed(), at.0, by)).map(|_| ())
            })
            .await
    }

    /// Lets a user follow the active version again; whether they did not.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn unpin_module(&self, user: UserId, task: Task) -> Result<bool, StoreError> {
        self.store
            .write_durable("unpin a module", move |conn| {
                let sql = "DELETE FROM module_pins WHERE user_id = ?1 AND task = ?2";
                Ok(execute(conn, sql, (user.0.cast_signed(), task.name()))? > 0)
            })
            .await
    }

    /// Returns who stays with which version.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn module_pins(&self) -> Result<Vec<PinRow>, StoreError> {
        self.store
            .read("read the pins", |conn| {
                select(conn, "SELECT * FROM module_pins ORDER BY task, user_id", [], |row| {
                    Ok(PinRow {
                        user: user(row, "user_id")?,
                        task: parsed(row, "task")?,
                        version: unsigned(row, "version")?,
                        at: instant(row, "at")?,
                        by: user(row, "by_user")?,
                    })
                })
            })
            .await
    }

    /// Marks a version as not fit to run, with the reason, or as fit again, and waits until that is durable.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn quarantine_module(
        &self,
        task: Task,
        version: u64,
        since: Option<Timestamp>,
        reason: String,
    ) -> Result<(), StoreError> {
        self.store
            .write_durable("quarantine a module", move |conn| {
                let sql =
                    "UPDATE modules SET quarantined_at = ?3, quarantine = ?4 WHERE task = ?1 AND version = ?2";
                let values = (task.name(), version.cast_signed(), since.map(|at| at.0), reason);
                execute(conn, sql, values).map(|_| ())
            })
            .await
    }

    /// Removes a version and, when no other task has them, its bytes; its number stays taken. Waits until that is
    /// durable.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn remove_module(&self, task: Task, version: u64, at: Timestamp) -> Result<(), StoreError> {
        self.store
            .write_durable("remove a module", move |conn| {
                let key = (task.name(), version.cast_signed());
                let sql = "UPDATE modules SET removed_at = ?3 WHERE task = ?1 AND version = ?2";
                execute(conn, sql, (key.0, key.1, at.0))?;
                let sql = "DELETE FROM module_bytes
                           WHERE hash = (SELECT hash FROM modules WHERE task = ?1 AND version = ?2)
                               AND NOT EXISTS (SELECT 1 FROM modules
                                               WHERE modules.hash = module_bytes.hash AND removed_at IS NULL)";
                execute(conn, sql, key).map(|_| ())
            })
            .await
    }
}

const NUMBER_OF: &str = "SELECT version FROM modules WHERE task = ?1 AND hash = ?2 AND removed_at IS NULL";

fn add(conn: &Connection, new: &NewModule) -> Result<ModuleRow, StoreError> {
    let NewModule { task, hash, bytes, origin, info, manifest, at, by } = new;
    execute(
        conn,
        "INSERT INTO module_bytes (hash, bytes) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
        (hash, bytes),
    )?;
    // One that was removed comes back under its number.
    let sql = "INSERT INTO modules (task, version, hash, origin, info, size, added_at, added_by, manifest)
               VALUES (?1, (SELECT coalesce(max(version), 0) + 1 FROM modules WHERE task = ?1),
                       ?2, ?3, ?4, ?5, ?6, ?7, ?8)
               ON CONFLICT (task, hash) DO UPDATE SET removed_at = NULL RETURNING *";
    let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    let by = by.map(|by| by.0.cast_signed());
    let values = (task.name(), hash, origin.name(), info, size, at.0, by, manifest);
    // To its end: a statement with an answer takes effect only when it is read through.
    let mut rows = select(conn, sql, values, read)?;
    rows.pop().ok_or_else(|| rusqlite::Error::QueryReturnedNoRows.into())
}

fn activation(row: &Row<'_>) -> Result<ActivationRow, StoreError> {
    Ok(ActivationRow {
        task: parsed(row, "task")?,
        version: unsigned(row, "version")?,
        at: instant(row, "at")?,
        by: optional_user(row, "by_user")?,
        reason: row.get("reason")?,
    })
}

fn read(row: &Row<'_>) -> Result<ModuleRow, StoreError> {
    Ok(ModuleRow {
        task: parsed(row, "task")?,
        version: unsigned(row, "version")?,
        hash: row.get("hash")?,
        origin: parsed(row, "origin")?,
        info: row.get("info")?,
        manifest: row.get("manifest")?,
        size: unsigned(row, "size")?,
        added_at: instant(row, "added_at")?,
        added_by: optional_user(row, "added_by")?,
        quarantined_at: optional_instant(row, "quarantined_at")?,
        quarantine: row.get("quarantine")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::plan_of;

    #[test]
    fn a_version_is_found_by_its_hash() {
        let plan = plan_of(NUMBER_OF);
        assert!(
            plan.starts_with("SEARCH modules USING INDEX") && plan.contains("task=? AND hash=?"),
            "{plan}"
        );
    }
}
