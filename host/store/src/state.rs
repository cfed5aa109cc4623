//! The key-value memory of a user's tasks. It is written as part of finishing a run; what is about a share is removed when a
//! corporate action changes it.

use rusqlite::Connection;

use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;

use crate::columns::{execute, parsed, select};
use crate::errors::StoreError;
use crate::store::UserScope;

impl UserScope {
    /// Every key of every task of the user, sorted by task name and key.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn load_state(&self) -> Result<Vec<(Task, String, Vec<u8>)>, StoreError> {
        let user = self.user.0.cast_signed();
        self.read("read the state of the tasks", move |conn| {
            let sql = "SELECT task, key, value FROM task_state WHERE user_id = ?1 ORDER BY task, key";
            select(conn, sql, [user], |row| Ok((parsed(row, "task")?, row.get("key")?, row.get("value")?)))
        })
        .await
    }
}

impl UserScope {
    /// Removes keys of tasks, beside any run, and waits until that is durable.
    ///
    /// # Errors
    /// When the store is closed or has stopped.
    pub async fn forget_state(&self, keys: Vec<(Task, String)>) -> Result<(), StoreError> {
        let user = self.user;
        let changes: Vec<_> = keys.into_iter().map(|(task, key)| (task, key, None)).collect();
        self.store.write_durable("forget state of tasks", move |conn| write_state(conn, user, &changes)).await
    }
}

/// Sets and removes keys, in order.
pub(crate) fn write_state(
    conn: &Connection,
    user: UserId,
    changes: &[(Task, String, Option<Vec<u8>>)],
) -> Result<(), StoreError> {
    let set = "INSERT INTO task_state (user_id, task, key, value) VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT (user_id, task, key) DO UPDATE SET value = excluded.value";
    let remove = "DELETE FROM task_state WHERE user_id = ?1 AND task = ?2 AND key = ?3";
    let user = user.0.cast_signed();
    changes.iter().try_for_each(|(task, key, value)| {
        match value {
            Some(value) => execute(conn, set, (user, task.name(), key, value)),
            None => execute(conn, remove, (user, task.name(), key)),
        }
        .map(|_| ())
    })
}
