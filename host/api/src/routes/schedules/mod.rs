//! `/api/v1/service/schedules`: when tasks run, trying that out, and who changed it.

mod change;
mod preview;
mod rule;
mod view;

use axum::extract::State;
use prahari_app::error::AppError;
use prahari_domain::tasks::Task;
use prahari_schedule::After;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::Caller;
use crate::extract::{Json, Path};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::{Page, TaskName};

pub(super) use rule::{AfterView, TimeOfDay, ZoneName};
pub(super) use view::SlotView;

use view::ScheduleView;

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(schedules))
        .routes(routes!(preview::test_run))
        .routes(routes!(change::bulk))
        .routes(routes!(change::put))
        .routes(routes!(change::enable))
        .routes(routes!(change::disable))
        .routes(routes!(preview::preview))
        .routes(routes!(history))
}

/// The schedules in force.
#[derive(Debug, Serialize, ToSchema)]
struct ScheduleSetView {
    /// The version of the set; a change names the one that it was made against.
    version: u64,
    /// Whether a service of the caller runs by other times than these, and has to be started again to follow them.
    restart_needed: bool,
    /// Schedules, in the order in which tasks run that are due at the same time.
    items: Vec<ScheduleView>,
}

/// The newest schedules of the tasks that the caller may see, with the next slots of each. A running service keeps those that it was started with.
#[utoipa::path(get, path = "/api/v1/service/schedules", tag = "schedules",
    responses((status = OK, body = ScheduleSetView)))]
async fn schedules(State(api): State<Api>, caller: Caller) -> Result<Json<ScheduleSetView>, Problem> {
    answer(&api, &caller).await.map(Json)
}

/// What a task's schedule was over time, the newest first.
#[utoipa::path(get, path = "/api/v1/service/schedules/{task}/history", operation_id = "schedule_history", tag = "schedules",
    params(("task" = TaskName, Path)), responses((status = OK, body = Page<ScheduleView>)))]
async fn history(
    State(api): State<Api>,
    caller: Caller,
    Path(task): Path<TaskName>,
) -> Result<Json<Page<ScheduleView>>, Problem> {
    let entries = api.daemon.schedules.history(task.0).await?;
    if entries.is_empty() || !caller.may_know(&api, task.0) {
        return Err(AppError::UnknownSchedule(task.0).into());
    }
    Ok(Json(Page::whole(entries.iter().map(|entry| ScheduleView::past(&api.daemon, entry)))))
}

/// The newest set as it is answered. A script may take its time for each of the days until its next slots, so they are
/// computed where that holds nobody up.
async fn answer(api: &Api, caller: &Caller) -> Result<ScheduleSetView, Problem> {
    let user = api.daemon.users.find(caller.0.user)?;
    let restart_needed = api.daemon.previews.restart_needed(&user).await?;
    let (daemon, role) = (api.daemon.clone(), caller.0.role);
    let listed = tokio::task::spawn_blocking(move || {
        let (set, tasks) = (daemon.schedules.current(), daemon.tasks.current());
        let seen = set.entries.iter().filter(|entry| tasks.is_open_to(entry.schedule.task, role));
        let items = seen.map(|entry| ScheduleView::present(&daemon, entry)).collect();
        ScheduleSetView { version: set.version, restart_needed, items }
    });
    listed.await.map_err(|error| AppError::Ended(error.to_string()).into())
}

/// The resource of a task's schedule in the audit log.
fn resource(task: Task) -> String {
    format!("schedule {task}")
}

/// Returns what a task is to wait for: what a request says, or what it waits for now.
fn after_of(api: &Api, task: Task, given: Option<Option<AfterView>>) -> Option<After> {
    match given {
        Some(after) => after.map(After::from),
        None => api.daemon.schedules.current().entry(task).and_then(|entry| entry.schedule.after.clone()),
    }
}
