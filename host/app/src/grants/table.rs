//! The allowances of this daemon: for one user, else for everybody, else the default of its manifest.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::RwLock;
use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_runtime::abi::latest::Capability;
use prahari_store::{GrantRow, NumberedGrant, Store};

use super::Allowance;
use crate::error::AppError;
use crate::events::{Audience, EventBus, Resource};
use crate::modules::Permission;
use crate::tasks::Tasks;

type Key = (Option<UserId>, Task);

/// An allowance that an operator has set.
#[derive(Debug, Clone)]
pub struct SetAllowance {
    /// The user; none for everybody who has none of their own.
    pub user: Option<UserId>,
    /// The task.
    pub task: Task,
    /// What it may do and use.
    pub allowance: Arc<Allowance>,
    /// Number of the change that made it so, which is never 0.
    pub version: u64,
}

/// Every allowance that an operator has set.
pub struct Grants {
    store: Store,
    set: RwLock<BTreeMap<Key, SetAllowance>>,
    tasks: Arc<Tasks>,
    /// Told of each change; nobody outside of a daemon.
    events: Option<Arc<EventBus>>,
    /// Held from writing down to taking effect.
    change: tokio::sync::Mutex<()>,
}

impl Grants {
    /// Loads the allowances from the database.
    ///
    /// # Errors
    /// When it cannot be read, or a row does not read.
    pub async fn load(store: Store, tasks: Arc<Tasks>) -> Result<Self, AppError> {
        let mut set = BTreeMap::new();
        for NumberedGrant { version, grant } in store.system().grants().await? {
            let GrantRow { user, task, allowance, .. } = grant;
            let allowance = Arc::new(Allowance::read(&allowance, &tasks.current().allowance(task))?);
            set.insert((user, task), SetAllowance { user, task, allowance, version });
        }
        let (set, change) = (RwLock::new(set), tokio::sync::Mutex::default());
        Ok(Self { store, set, tasks, events: None, change })
    }

    /// Has this bus told of every change from now on.
    pub(crate) fn telling(self, events: Arc<EventBus>) -> Self {
        Self { events: Some(events), ..self }
    }

    fn tell(&self, (user, task): Key) {
        if let Some(events) = &self.events {
            events.changed(user.map_or(Audience::Everybody, Audience::User), Resource::Grant, task);
        }
    }

    /// Returns what a task of a user may do and use.
    pub fn of(&self, user: UserId, task: Task) -> Arc<Allowance> {
        let set = self.set.read();
        let found = set.get(&(Some(user), task)).or_else(|| set.get(&(None, task)));
        found.map_or_else(|| self.default_of(task), |found| found.allowance.clone())
    }

    /// Returns what a task may do and use for every user who has no allowance of their own.
    pub fn of_everybody(&self, task: Task) -> Arc<Allowance> {
        let set = self.set.read();
        set.get(&(None, task)).map_or_else(|| self.default_of(task), |found| found.allowance.clone())
    }

    /// Returns the allowances that an operator has set, those of everybody first.
    pub fn set(&self) -> Vec<SetAllowance> {
        self.set.read().values().cloned().collect()
    }

    /// Returns whether a task may do this for anybody at all.
    pub fn allow_anybody(&self, task: Task, capability: Capability) -> bool {
        let own = self.set().into_iter().filter(|set| set.task == task).map(|set| set.allowance);
        own.chain([self.of_everybody(task)]).any(|allowance| allowance.grant().allows(capability))
    }

    /// Returns what a version of a task's module may want.
    pub fn permission(&self, task: Task) -> Permission {
        Permission(self.of_everybody(task).grant())
    }

    /// Sets an allowance, from the next run on, whatever stands.
    ///
    /// # Errors
    /// When it cannot be meant, or the store fails.
    pub async fn allow(
        &self,
        of: Key,
        allowance: Allowance,
        by: UserId,
        at: Timestamp,
    ) -> Result<(), AppError> {
        self.replace(of, None, allowance, by, at).await.map(|_| ())
    }

    /// Sets an allowance, from the next run on, and returns the number of the change.
    ///
    /// # Errors
    /// [`StoreError::GrantChanged`](prahari_store::StoreError::GrantChanged) when `expected` is given and is not the number of
    /// what stands, 0 when nothing is set; when it cannot be meant, or the store fails.
    pub async fn replace(
        &self,
        (user, task): Key,
        expected: Option<u64>,
        allowance: Allowance,
        by: UserId,
        at: Timestamp,
    ) -> Result<u64, AppError> {
        allowance.validate()?;
        let _changing = self.change.lock().await;
        let row = GrantRow { user, task, allowance: serde_json::to_string(&allowance)?, at, by };
        let version = self.store.system().save_grant(row, expected).await?;
        let set = SetAllowance { user, task, allowance: Arc::new(allowance), version };
        self.set.write().insert((user, task), set);
        self.tell((user, task));
        Ok(version)
    }

    /// Removes an allowance, by which the next wider one holds, whatever stands; whether there was one.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn forget(&self, of: Key) -> Result<bool, AppError> {
        self.remove(of, None).await
    }

    /// Removes an allowance, by which the next wider one holds; whether there was one.
    ///
    /// # Errors
    /// As [`Grants::replace`].
    pub async fn remove(&self, (user, task): Key, expected: Option<u64>) -> Result<bool, AppError> {
        let _changing = self.change.lock().await;
        let removed = self.store.system().remove_grant((user, task), expected).await?;
        self.set.write().remove(&(user, task));
        if removed {
            self.tell((user, task));
        }
        Ok(removed)
    }

    /// Removes every allowance of a task, of everybody and of single users.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn remove_task(&self, task: Task) -> Result<(), AppError> {
        for set in self.set().into_iter().filter(|set| set.task == task) {
            self.forget((set.user, task)).await?;
        }
        Ok(())
    }

    /// Returns the default allowance of a task, from its accepted manifest.
    pub fn default_of(&self, task: Task) -> Arc<Allowance> {
        self.tasks.current().allowance(task)
    }
}
