//! `/api/v1/tasks`: what there is to run, for everybody; tasks that come, change and go, for admins.

use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use prahari_app::error::AppError;
use prahari_app::tasks::{Audience, KnownTask, MOST_MANIFEST_BYTES, ManifestError, NewTask, TaskManifest};
use prahari_domain::tasks::Task;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::modules::upload::{Component, ComponentBytes, MAX_COMPONENT_BYTES, Uploader};
use crate::caller::{Admin, Caller};
use crate::extract::{Json, Path};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::{Instant, Page, StrategyLabel, TaskName};

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    let uploads = OpenApiRouter::new().routes(routes!(add)).layer(DefaultBodyLimit::max(MAX_COMPONENT_BYTES));
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(read, declare, remove))
        .routes(routes!(accept))
        .merge(uploads)
}

/// A task and its accepted manifest.
#[derive(Debug, Serialize, ToSchema)]
struct TaskView {
    /// Name of the task.
    task: TaskName,
    /// Title, for people.
    title: String,
    /// Description, one line.
    description: String,
    /// Whether it runs once for all users instead of once for each.
    shared: bool,
    /// Whether only admins may see it and start it.
    admins_only: bool,
    /// Whether the task wants to place orders.
    trades: bool,
    /// To which strategy its orders belong; it sees and touches those of no other.
    strategy: StrategyLabel,
    /// Rank: of tasks that are due at the same instant, the lower rank runs first.
    rank: u32,
    /// Whether it comes with the program, and cannot be removed.
    built_in: bool,
    /// Time at which the manifest was accepted.
    accepted_at: Instant,
    /// Id of the admin; null for the program itself.
    #[schema(required)]
    accepted_by: Option<u64>,
    /// Their name; null for the program itself, and when the user is gone.
    #[schema(required)]
    accepted_by_name: Option<String>,
    /// The whole manifest, with every limit.
    #[schema(value_type = Object)]
    manifest: serde_json::Value,
}

/// A task that was added, and the version of its module that runs.
#[derive(Debug, Serialize, ToSchema)]
struct AddedTask {
    /// The task as it was added.
    task: TaskView,
    /// The version of its module.
    version: u64,
}

/// What a task is, as a document: the manifest of docs/PLUGIN-GUIDE.md.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = Object)]
struct ManifestDocument(serde_json::Value);

/// Version whose manifest is accepted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AcceptedVersion {
    /// The version of the task's module.
    version: u64,
}

/// Every task that the caller may see, in the order in which tasks run that are due at the same instant.
#[utoipa::path(get, path = "/api/v1/tasks", operation_id = "task_list", tag = "tasks", responses((status = OK, body = Page<TaskView>)))]
async fn list(State(api): State<Api>, caller: Caller) -> Json<Page<TaskView>> {
    let tasks = api.daemon.tasks.current();
    let seen = tasks.all().filter(|known| may_see(&caller, known));
    Json(Page::whole(seen.map(|known| TaskView::of(&api, known))))
}

/// Returns a task and its accepted manifest.
#[utoipa::path(get, path = "/api/v1/tasks/{task}", operation_id = "task", tag = "tasks", params(("task" = TaskName, Path)),
    responses((status = OK, body = TaskView)))]
async fn read(
    State(api): State<Api>,
    caller: Caller,
    Path(TaskName(task)): Path<TaskName>,
) -> Result<Json<TaskView>, Problem> {
    view(&api, task, |known| may_see(&caller, known)).map(Json)
}

/// Takes up a component that exports its manifest as a new task: the manifest is accepted by that, its schedule
/// added and its module active. Services that run take it up when they are started again.
#[utoipa::path(post, path = "/api/v1/tasks", operation_id = "add_task", tag = "tasks",
    request_body(content = ComponentBytes, content_type = "application/octet-stream"),
    responses((status = CREATED, body = AddedTask)))]
async fn add(
    State(api): State<Api>,
    uploader: Uploader,
    Component(bytes): Component,
) -> Result<(StatusCode, Json<AddedTask>), Problem> {
    let caller = &uploader.caller;
    api.audit(caller, "task.add", "tasks", json!({ "bytes": bytes.len() })).await?;
    let new = NewTask { bytes: bytes.to_vec(), by: caller.0.user };
    let (manifest, row) = api.daemon.task_changes.add_task(new).await?;
    let task = view(&api, manifest.name, |_| true)?;
    Ok((StatusCode::CREATED, Json(AddedTask { task, version: row.version })))
}

/// Takes up a new task by its manifest alone, for a component that exports none: the component is then brought as a
/// version of the task's module.
#[utoipa::path(put, path = "/api/v1/tasks/{task}", operation_id = "declare_task", tag = "tasks", params(("task" = TaskName, Path)),
    request_body = ManifestDocument, responses((status = CREATED, body = TaskView)))]
async fn declare(
    State(api): State<Api>,
    Admin(caller): Admin,
    Path(TaskName(task)): Path<TaskName>,
    Json(ManifestDocument(document)): Json<ManifestDocument>,
) -> Result<(StatusCode, Json<TaskView>), Problem> {
    let text = document.to_string();
    if text.len() > MOST_MANIFEST_BYTES {
        return Err(AppError::from(ManifestError::TooLong(text.len())).into());
    }
    let manifest = TaskManifest::read(&text).map_err(AppError::from)?;
    if manifest.name != task {
        return Err(AppError::OtherTask { task, named: manifest.name }.into());
    }
    api.audit(&caller, "task.add", resource(task), json!({ "manifest": document })).await?;
    api.daemon.task_changes.declare_task(manifest, caller.0.user).await?;
    Ok((StatusCode::CREATED, Json(view(&api, task, |_| true)?)))
}

/// Accepts the manifest of a version as what the task is from now on, by which that version may be activated. The
/// schedule of the task stays as it is.
#[utoipa::path(post, path = "/api/v1/tasks/{task}/accept", operation_id = "accept_task", tag = "tasks", params(("task" = TaskName, Path)),
    request_body = AcceptedVersion, responses((status = OK, body = TaskView)))]
async fn accept(
    State(api): State<Api>,
    Admin(caller): Admin,
    Path(TaskName(task)): Path<TaskName>,
    Json(AcceptedVersion { version }): Json<AcceptedVersion>,
) -> Result<Json<TaskView>, Problem> {
    api.audit(&caller, "task.accept", resource(task), json!({ "version": version })).await?;
    api.daemon.task_changes.accept_manifest(task, version, caller.0.user).await?;
    view(&api, task, |_| true).map(Json)
}

/// Removes a task that was added: nothing of it runs any more, its schedule ends, and what it did stays to be read.
#[utoipa::path(delete, path = "/api/v1/tasks/{task}", operation_id = "remove_task", tag = "tasks", params(("task" = TaskName, Path)),
    responses((status = NO_CONTENT)))]
async fn remove(
    State(api): State<Api>,
    Admin(caller): Admin,
    Path(TaskName(task)): Path<TaskName>,
) -> Result<StatusCode, Problem> {
    api.audit(&caller, "task.remove", resource(task), json!({})).await?;
    api.daemon.task_changes.remove_task(task, caller.0.user).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn may_see(caller: &Caller, known: &KnownTask) -> bool {
    known.manifest.audience == Audience::Everyone || caller.is_admin()
}

fn view(api: &Api, task: Task, sees: impl Fn(&KnownTask) -> bool) -> Result<TaskView, Problem> {
    let tasks = api.daemon.tasks.current();
    let known = tasks.find(task).filter(|known| sees(known)).ok_or(AppError::UnknownTask(task))?;
    Ok(TaskView::of(api, known))
}

fn resource(task: Task) -> String {
    format!("task {task}")
}

impl TaskView {
    fn of(api: &Api, known: &KnownTask) -> Self {
        let manifest = &*known.manifest;
        Self {
            task: TaskName(manifest.name),
            title: manifest.title.clone(),
            description: manifest.description.clone(),
            shared: manifest.shared,
            admins_only: manifest.is_for_admins(),
            trades: manifest.trades(),
            strategy: StrategyLabel(manifest.strategy),
            rank: manifest.rank,
            built_in: known.is_built_in,
            accepted_at: Instant(known.accepted_at),
            accepted_by: known.accepted_by.map(|user| user.0),
            accepted_by_name: api.name_of(known.accepted_by),
            manifest: serde_json::to_value(manifest).unwrap_or_default(),
        }
    }
}
