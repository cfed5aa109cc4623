//! A version of a module as it is answered.

use std::collections::BTreeMap;

use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_store::ModuleRow;
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::Problem;
use crate::state::Api;
use crate::view::{Instant, ModuleOriginName, TaskName};

/// A version of a task's module.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ModuleVersion {
    /// Of which task.
    task: TaskName,
    /// From 1, within the task.
    version: u64,
    /// Whether it is the one that runs for everybody who is not pinned.
    active: bool,
    /// The users who stay with it.
    pinned_users: Vec<u64>,
    /// BLAKE3 of its bytes, in hex; executions name it.
    hash: String,
    /// Its size in bytes.
    size_bytes: u64,
    /// Where it came from.
    origin: ModuleOriginName,
    /// What it says of itself: name, version, kind, capabilities that it wants.
    #[schema(value_type = Object)]
    info: serde_json::Value,
    /// Whether the manifest that it exports is not the accepted one: it cannot be activated before that is accepted.
    awaits_acceptance: bool,
    /// When it was added.
    added_at: Instant,
    /// By whom; null for the program.
    #[schema(required)]
    added_by: Option<u64>,
    /// When it was found not to be fit to run; null while it may.
    #[schema(required)]
    quarantined_at: Option<Instant>,
    /// Why; empty while it may.
    quarantine: String,
}

/// What is active and who is pinned.
pub(super) struct Standing {
    api: Api,
    active: BTreeMap<Task, u64>,
    pins: Vec<(Task, u64, UserId)>,
}

impl Standing {
    pub(super) async fn load(api: &Api) -> Result<Self, Problem> {
        let system = api.daemon.store.system();
        let active = system.active_modules().await?.into_iter().map(|row| (row.task, row.version)).collect();
        let pins = system.module_pins().await?;
        Ok(Self {
            api: api.clone(),
            active,
            pins: pins.into_iter().map(|pin| (pin.task, pin.version, pin.user)).collect(),
        })
    }

    pub(super) fn view(&self, row: ModuleRow) -> ModuleVersion {
        let pinned =
            self.pins.iter().filter(|(task, version, _)| (*task, *version) == (row.task, row.version));
        let awaits_acceptance = !self.api.daemon.manifest_is_accepted(&row);
        ModuleVersion {
            awaits_acceptance,
            task: TaskName(row.task),
            version: row.version,
            active: self.active.get(&row.task) == Some(&row.version),
            pinned_users: pinned.map(|(_, _, user)| user.0).collect(),
            hash: row.hash,
            size_bytes: row.size,
            origin: ModuleOriginName(row.origin),
            info: serde_json::from_str(&row.info).unwrap_or_default(),
            added_at: Instant(row.added_at),
            added_by: row.added_by.map(|user| user.0),
            quarantined_at: row.quarantined_at.map(Instant),
            quarantine: row.quarantine,
        }
    }
}
