//! Changing schedules: times and scripts, on and off, one task or several.

use std::collections::BTreeSet;

use axum::extract::State;
use prahari_app::tasks::MOST_TASKS;
use prahari_domain::tasks::Task;
use prahari_domain::text::is_plain;
use prahari_schedule::Schedule;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::caller::Admin;
use crate::extract::{Json, Path};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::TaskName;

use super::rule::{AfterView, RuleView, given, rules_of};
use super::{ScheduleSetView, after_of, answer, resource};

/// Longest description, in characters.
const MOST_DESCRIPTION: usize = 512;

/// A task's schedule as it is to be.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScheduleChange {
    /// The version of the set that the change was made against.
    expected_version: u64,
    /// When the task is due on a trading day, if one rule says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<RuleView>,
    /// Several rules in place of one; an instant that more than one rule names counts once.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_items = 1, max_items = 8)]
    rules: Option<Vec<RuleView>>,
    /// What it waits for; null for nothing. When it is left out, what it waits for stays as it is.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<AfterView>)]
    after: Option<Option<AfterView>>,
    /// Whether the schedule is enabled.
    enabled: bool,
    /// Description of the schedule, one sentence.
    #[serde(default)]
    #[schema(max_length = 512)]
    description: String,
    /// Saves it although it is flagged.
    #[serde(default, skip_serializing_if = "is_false")]
    confirm: bool,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

/// The version that a change was made against.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Against {
    /// The version of the set.
    expected_version: u64,
    /// Turns it on although its schedule is flagged.
    #[serde(default)]
    confirm: bool,
}

/// Tasks to be turned on or off together.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BulkChange {
    /// The version of the set that the change was made against.
    expected_version: u64,
    /// Tasks whose schedules are changed.
    #[schema(min_items = 1, max_items = 64)]
    tasks: Vec<TaskName>,
    /// Whether the schedules are enabled.
    enabled: bool,
    /// Turns them on although one is flagged.
    #[serde(default)]
    confirm: bool,
}

/// Gives a task another schedule. What runs by the old one goes on until its service is started again. One that is flagged
/// (see the preview) is refused with `schedule_flagged` unless `confirm` is true.
#[utoipa::path(put, path = "/api/v1/service/schedules/{task}", operation_id = "set_schedule", tag = "schedules",
    params(("task" = TaskName, Path)), request_body = ScheduleChange,
    responses((status = OK, body = ScheduleSetView)))]
pub async fn put(
    State(api): State<Api>,
    admin: Admin,
    Path(task): Path<TaskName>,
    Json(change): Json<ScheduleChange>,
) -> Result<Json<ScheduleSetView>, Problem> {
    check_description(&change.description)?;
    let details = serde_json::to_value(&change).unwrap_or_default();
    let ScheduleChange { expected_version, rule, rules, after, enabled, description, confirm } = change;
    let (task, rules) = (task.0, rules_of(rule, rules)?);
    let after = after_of(&api, task, after);
    let schedule = Schedule { task, rules, after, enabled, description };
    api.audit(&admin.0, "schedule.change", resource(task), details).await?;
    api.daemon.tasks.manifest(task)?;
    let changes = &api.daemon.schedule_changes;
    changes.change_schedules(admin.0.0.user, expected_version, vec![schedule], confirm).await?;
    answer(&api, &admin.0).await.map(Json)
}

/// Turns a task on.
#[utoipa::path(post, path = "/api/v1/service/schedules/{task}/enable", operation_id = "enable_schedule", tag = "schedules",
    params(("task" = TaskName, Path)), request_body = Against, responses((status = OK, body = ScheduleSetView)))]
pub async fn enable(
    State(api): State<Api>,
    admin: Admin,
    Path(task): Path<TaskName>,
    Json(against): Json<Against>,
) -> Result<Json<ScheduleSetView>, Problem> {
    switch(&api, &admin, &against, &[task.0], true).await
}

/// Turns a task off.
#[utoipa::path(post, path = "/api/v1/service/schedules/{task}/disable", operation_id = "disable_schedule", tag = "schedules",
    params(("task" = TaskName, Path)), request_body = Against, responses((status = OK, body = ScheduleSetView)))]
pub async fn disable(
    State(api): State<Api>,
    admin: Admin,
    Path(task): Path<TaskName>,
    Json(against): Json<Against>,
) -> Result<Json<ScheduleSetView>, Problem> {
    switch(&api, &admin, &against, &[task.0], false).await
}

/// Turns several tasks on or off, in one new version.
#[utoipa::path(post, path = "/api/v1/service/schedules/bulk", operation_id = "change_schedules", tag = "schedules", request_body = BulkChange,
    responses((status = OK, body = ScheduleSetView)))]
pub async fn bulk(
    State(api): State<Api>,
    admin: Admin,
    Json(change): Json<BulkChange>,
) -> Result<Json<ScheduleSetView>, Problem> {
    let tasks: Vec<Task> = change.tasks.iter().map(|task| task.0).collect();
    if !(1..=MOST_TASKS).contains(&tasks.len()) {
        return Err(Problem::invalid(format!("tasks: name 1 to {MOST_TASKS} tasks")));
    }
    let against = Against { expected_version: change.expected_version, confirm: change.confirm };
    switch(&api, &admin, &against, &tasks, change.enabled).await
}

async fn switch(
    api: &Api,
    admin: &Admin,
    against: &Against,
    tasks: &[Task],
    enabled: bool,
) -> Result<Json<ScheduleSetView>, Problem> {
    let expected = against.expected_version;
    let action = if enabled { "schedule.enable" } else { "schedule.disable" };
    // An entry for each, by which it is found. They are changed together or not at all, so the answer is the outcome of all.
    for task in tasks.iter().collect::<BTreeSet<_>>() {
        let details = json!({ "expected_version": expected, "confirm": against.confirm });
        api.audit(&admin.0, action, resource(*task), details).await?;
    }
    let (user, changes) = (admin.0.0.user, &api.daemon.schedule_changes);
    changes.enable_schedules(user, expected, (tasks, enabled), against.confirm).await?;
    answer(api, &admin.0).await.map(Json)
}

fn check_description(description: &str) -> Result<(), Problem> {
    if description.chars().count() > MOST_DESCRIPTION {
        return Err(Problem::invalid(format!("description: it has more than {MOST_DESCRIPTION} characters")));
    }
    if !is_plain(description) {
        return Err(Problem::invalid("description: it has a character that cannot be seen, or a line break"));
    }
    Ok(())
}
