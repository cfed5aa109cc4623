//! A version of a module as it is answered.

use prahari_app::queries::{self, ModuleRow};
use prahari_app::settings::users_who_do_not_fit;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::problem::Problem;
use crate::state::Api;
use crate::view::{Instant, ModuleOriginName, TaskName};

/// A version of a task's module.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ModuleVersion {
    /// The task whose module it is a version of.
    task: TaskName,
    /// Version number within the task; the first is 1.
    version: u64,
    /// Whether it is the one that runs for everybody who is not pinned.
    active: bool,
    /// The users who stay with it.
    pinned_users: Vec<u64>,
    /// BLAKE3 of its bytes, in hex; executions name it.
    hash: String,
    /// Size of the component, in bytes.
    size_bytes: u64,
    /// Origin of the version.
    origin: ModuleOriginName,
    /// What it says of itself; null when what was kept cannot be read any more.
    #[schema(required)]
    info: Option<ModuleInfo>,
    /// Whether the manifest that it exports is not the accepted one: it cannot be activated before that is accepted.
    awaits_acceptance: bool,
    /// Time at which it was added.
    added_at: Instant,
    /// Id of the admin; null for the program itself.
    #[schema(required)]
    added_by: Option<u64>,
    /// Their name; null for the program itself, and when the user is gone.
    #[schema(required)]
    added_by_name: Option<String>,
    /// Time at which it was found not to be fit to run; null while it may run.
    #[schema(required)]
    quarantined_at: Option<Instant>,
    /// Reason why it may not run; empty while it may run.
    quarantine: String,
    /// How many of the users for whom it runs have set something for the task that does not fit its schema: their runs are told
    /// so. Null where nothing was changed by the request.
    #[schema(required)]
    users_with_unfit_settings: Option<u64>,
}

/// What a component says of itself. It grants nothing.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct ModuleInfo {
    /// Its name, such as `gap_watch`.
    name: String,
    /// Semantic version of the component.
    version: String,
    /// When it runs.
    kind: ModuleKind,
    /// The capabilities that it wants, such as `BrokerTrade`, which grants call `broker-trade`.
    capabilities: Vec<String>,
    /// When it usually runs, in one line for people.
    default_schedule: String,
    /// JSON Schema of settings of its own, as text; empty when it has none.
    config_schema: String,
}

/// When a component runs.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
enum ModuleKind {
    /// At given times.
    Scheduled,
    /// Each minute of a session.
    Continuous,
}

impl ModuleVersion {
    /// A version that runs from now on, with what that means for what users have set.
    pub(super) async fn running(api: &Api, row: ModuleRow) -> Result<Self, Problem> {
        let daemon = &api.daemon;
        let module = daemon.modules.loaded(&row).await?;
        let unfit = users_who_do_not_fit(&daemon.users, &daemon.modules, row.task, &module);
        let version = Self::of(api, daemon.queries.module_version(row).await?);
        Ok(Self { users_with_unfit_settings: Some(u64::try_from(unfit).unwrap_or(u64::MAX)), ..version })
    }

    /// A version as it stands.
    pub(super) fn of(api: &Api, found: queries::ModuleVersion) -> Self {
        let queries::ModuleVersion { row, info, active, pinned, awaits_acceptance } = found;
        Self {
            awaits_acceptance,
            task: TaskName(row.task),
            version: row.version,
            active,
            pinned_users: pinned.into_iter().map(|user| user.0).collect(),
            hash: row.hash,
            size_bytes: row.size,
            origin: ModuleOriginName(row.origin),
            info: serde_json::from_value(info).ok(),
            added_at: Instant(row.added_at),
            added_by: row.added_by.map(|user| user.0),
            added_by_name: api.name_of(row.added_by),
            quarantined_at: row.quarantined_at.map(Instant),
            quarantine: row.quarantine,
            users_with_unfit_settings: None,
        }
    }
}
