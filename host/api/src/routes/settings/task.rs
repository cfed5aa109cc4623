//! `/api/v1/user/tasks/{task}/settings`: what a user sets for a task, as the task's own schema describes it.

use axum::extract::State;
use prahari_app::modules::Running;
use prahari_app::settings::{TaskSettings, TaskSettingsError};
use prahari_app::user::User;
use prahari_domain::settings::Values;
use prahari_domain::tasks::Task;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa::openapi::schema::Object;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::Caller;
use crate::extract::{Json, Path, Query};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::{Instant, Page, TaskName, UserQuery};

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(read, put)).routes(routes!(history))
}

/// What a user has set for a task, and what its runs are told. Which settings there are is said by the module's own schema, so the
/// document cannot name them.
#[derive(Debug, Serialize, ToSchema)]
struct TaskSettingsBody {
    /// The task.
    task: TaskName,
    /// Version of the settings; the first is 1, and 0 says that the user has set nothing.
    version: u64,
    /// What the user has set, by name.
    #[schema(value_type = Object)]
    values: Values,
    /// What a run is told: what is set, and the defaults of the rest; null when there is a problem or no schema.
    #[schema(value_type = Option<Object>, required)]
    in_force: Option<Values>,
    /// Why runs are told nothing, such as what is set and does not fit the version that runs; null when all is well.
    #[schema(required)]
    problem: Option<String>,
    /// JSON Schema of the settings, as the version that runs for the user describes them; null when it has none.
    #[schema(value_type = Option<Object>, required)]
    schema: Option<serde_json::Value>,
    /// The version of the task's module that runs for the user.
    module_version: u64,
    /// Id of the user who made this version; null when nothing was set.
    #[schema(required)]
    changed_by: Option<u64>,
    /// Time at which it was made; null when nothing was set.
    #[schema(required)]
    changed_at: Option<Instant>,
}

/// A version of what a user has set for a task.
#[derive(Debug, Serialize, ToSchema)]
struct TaskSettingsVersion {
    /// Version of the settings; the first is 1.
    version: u64,
    /// What the user has set, by name.
    #[schema(value_type = Object)]
    values: Values,
    /// Id of the user who made this version.
    changed_by: u64,
    /// Time at which it was made.
    changed_at: Instant,
}

/// Settings that are put in the place of those that are set.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewTaskSettings {
    /// The version that they follow, 0 for the first; they are refused with `settings_changed` when there is a newer one.
    /// Without it they replace whatever stands.
    expected_version: Option<u64>,
    /// Every setting that is to be set, by name; the others have their defaults.
    #[schema(schema_with = named_values)]
    values: Values,
}

fn named_values() -> Object {
    super::by_name("Every setting that is to be set, by name; at most 4,096 bytes as JSON.")
}

/// What is set for a task, what its runs are told, and the schema.
#[utoipa::path(get, path = "/api/v1/user/tasks/{task}/settings", operation_id = "task_settings", tag = "settings",
    params(("task" = TaskName, Path), UserQuery), responses((status = OK, body = TaskSettingsBody)))]
async fn read(
    State(api): State<Api>,
    caller: Caller,
    Path(TaskName(task)): Path<TaskName>,
    Query(target): Query<UserQuery>,
) -> Result<Json<TaskSettingsBody>, Problem> {
    let user = caller.target_user(&api, target.user)?;
    caller.visible_task(&api, task)?;
    let running = api.daemon.modules.for_user(task, user.id)?;
    Ok(Json(body(&user, task, &running)))
}

/// Puts settings in the place of what is set for a task, for runs that start from now on. They must fit the schema of the
/// version that runs for the user.
#[utoipa::path(put, path = "/api/v1/user/tasks/{task}/settings", operation_id = "set_task_settings", tag = "settings",
    params(("task" = TaskName, Path), UserQuery), request_body = NewTaskSettings,
    responses((status = OK, body = TaskSettingsBody)))]
async fn put(
    State(api): State<Api>,
    caller: Caller,
    Path(TaskName(task)): Path<TaskName>,
    Query(target): Query<UserQuery>,
    Json(NewTaskSettings { expected_version, values }): Json<NewTaskSettings>,
) -> Result<Json<TaskSettingsBody>, Problem> {
    let user = caller.target_user(&api, target.user)?;
    caller.visible_task(&api, task)?;
    let running = api.daemon.modules.for_user(task, user.id)?;
    let described = running.module.described_settings();
    let details = json!({ "task": task, "values": values });
    let settings = &api.daemon.settings;
    let change = settings.change_task_settings(&user, (task, &described), values, expected_version).await?;
    api.audit(&caller, "task_settings.change", format!("user {}", user.id), details).await?;
    change.save(caller.0.user).await?;
    Ok(Json(body(&user, task, &running)))
}

/// What was set for a task over time, the newest first; the last hundred versions are kept.
#[utoipa::path(get, path = "/api/v1/user/tasks/{task}/settings/history", operation_id = "task_settings_history", tag = "settings",
    params(("task" = TaskName, Path), UserQuery), responses((status = OK, body = Page<TaskSettingsVersion>)))]
async fn history(
    State(api): State<Api>,
    caller: Caller,
    Path(TaskName(task)): Path<TaskName>,
    Query(target): Query<UserQuery>,
) -> Result<Json<Page<TaskSettingsVersion>>, Problem> {
    let user = caller.target_user(&api, target.user)?;
    caller.visible_task(&api, task)?;
    let rows = api.daemon.queries.of(&user).task_settings_history(task).await?;
    Ok(Json(Page::whole(rows.into_iter().filter_map(TaskSettingsVersion::of))))
}

fn body(user: &User, task: Task, running: &Running) -> TaskSettingsBody {
    let TaskSettings { version, values, changed } = &*user.settings.of_task(task);
    let described = running.module.described_settings();
    let (in_force, problem) = match user.settings.of_task(task).in_force(task, &described) {
        Ok(in_force) => (Some(in_force), None),
        // There is nothing to be set, and nothing is.
        Err(TaskSettingsError::Undescribed(_)) if *version == 0 => (None, None),
        Err(error) => (None, Some(error.to_string())),
    };
    TaskSettingsBody {
        task: TaskName(task),
        version: *version,
        values: values.clone(),
        in_force,
        problem,
        schema: described.ok().flatten().map(|schema| schema.document().clone()),
        module_version: running.version,
        changed_by: changed.map(|(by, _)| by.0),
        changed_at: changed.map(|(_, at)| Instant(at)),
    }
}

impl TaskSettingsVersion {
    /// A version that somebody made; what stands before the first is none.
    fn of(settings: TaskSettings) -> Option<Self> {
        let TaskSettings { version, values, changed } = settings;
        let (by, at) = changed?;
        Some(Self { version, values, changed_by: by.0, changed_at: Instant(at) })
    }
}
