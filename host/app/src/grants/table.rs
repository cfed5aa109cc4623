//! The allowances of this daemon: for one user, else for everybody, else the default of its manifest.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::RwLock;
use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_runtime::abi::latest::Capability;
use prahari_store::{GrantRow, Store};

use super::Allowance;
use crate::error::AppError;
use crate::events::{Audience, EventBus, Resource};
use crate::modules::Permission;
use crate::tasks::Tasks;

type Key = (Option<UserId>, Task);

/// Every allowance that an operator has set.
pub struct Grants {
    store: Store,
    set: RwLock<BTreeMap<Key, Arc<Allowance>>>,
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
        for row in store.system().grants().await? {
            let allowance = Allowance::read(&row.allowance, &tasks.current().allowance(row.task))?;
            set.insert((row.user, row.task), Arc::new(allowance));
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
        found.cloned().unwrap_or_else(|| self.default_of(task))
    }

    /// Returns what a task may do and use for every user who has no allowance of their own.
    pub fn of_everybody(&self, task: Task) -> Arc<Allowance> {
        let set = self.set.read();
        set.get(&(None, task)).cloned().unwrap_or_else(|| self.default_of(task))
    }

    /// Returns the allowances that an operator has set.
    pub fn set(&self) -> Vec<(Option<UserId>, Task, Arc<Allowance>)> {
        let set = self.set.read();
        set.iter().map(|((user, task), allowance)| (*user, *task, allowance.clone())).collect()
    }

    /// Returns whether a task may do this for anybody at all.
    pub fn allow_anybody(&self, task: Task, capability: Capability) -> bool {
        let own = self.set().into_iter().filter(|(_, of, _)| *of == task).map(|(_, _, allowance)| allowance);
        own.chain([self.of_everybody(task)]).any(|allowance| allowance.grant().allows(capability))
    }

    /// Returns what a version of a task's module may want.
    pub fn permission(&self, task: Task) -> Permission {
        Permission(self.of_everybody(task).grant())
    }

    /// Sets an allowance, from the next run on.
    ///
    /// # Errors
    /// When it cannot be meant, or the store fails.
    pub async fn allow(
        &self,
        (user, task): Key,
        allowance: Allowance,
        by: UserId,
        at: Timestamp,
    ) -> Result<(), AppError> {
        allowance.validate()?;
        let _changing = self.change.lock().await;
        let row = GrantRow { user, task, allowance: serde_json::to_string(&allowance)?, at, by };
        self.store.system().save_grant(row).await?;
        self.set.write().insert((user, task), Arc::new(allowance));
        self.tell((user, task));
        Ok(())
    }

    /// Removes an allowance, by which the next wider one holds; whether there was one.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn forget(&self, (user, task): Key) -> Result<bool, AppError> {
        let _changing = self.change.lock().await;
        let removed = self.store.system().remove_grant(user, task).await?;
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
        let users: Vec<_> = self.set().into_iter().filter(|(_, of, _)| *of == task).collect();
        for (user, task, _) in users {
            self.forget((user, task)).await?;
        }
        Ok(())
    }

    /// Returns the default allowance of a task, from its accepted manifest.
    pub fn default_of(&self, task: Task) -> Arc<Allowance> {
        self.tasks.current().allowance(task)
    }
}
