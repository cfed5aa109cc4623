//! `/api/v1/user/price-runs`: which tasks of a user also run when prices change, and what came of it today.

use std::collections::BTreeSet;

use axum::extract::State;
use prahari_app::scheduler::{MOST_PRICE_RUNS_A_DAY, MOST_PRICE_RUNS_A_MINUTE, PriceRunsUse};
use prahari_app::user::User;
use prahari_domain::settings::PriceRuns;
use prahari_domain::tasks::Task;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::Caller;
use crate::extract::{Json, Query};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::{TaskName, UserQuery};

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(read, put))
}

/// Tasks that also run when prices change, beside the ticks of their session.
#[derive(Debug, Serialize, ToSchema)]
struct PriceRunsBody {
    /// Version of the settings; the first is 1.
    version: u64,
    /// Every task that could, by rank: those of the user that run each minute of a session.
    tasks: Vec<PriceRunTask>,
    /// Whether the source of prices tells changes by itself; otherwise it is asked once a minute, at which tasks have their ticks
    /// anyway.
    is_pushed: bool,
    /// Runs of the user that began today because a price had changed.
    runs_today: u32,
    /// Changes today without a run because something of the user was executing.
    left_out_busy: u32,
    /// Changes today without a run because their minute had its runs.
    left_out_of_minutes: u32,
    /// Changes today without a run because the day had its runs.
    left_out_of_day: u32,
    /// Most runs on prices of a user within a minute.
    most_a_minute: u32,
    /// Most runs on prices of a user on a day.
    most_a_day: u32,
}

/// A task that could run when prices change.
#[derive(Debug, Serialize, ToSchema)]
struct PriceRunTask {
    /// The task.
    task: TaskName,
    /// Whether it does.
    on: bool,
}

/// The tasks that are to run when prices change.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPriceRuns {
    /// The version that the change starts from; it is refused with `settings_changed` when there is a newer one. Without it
    /// whatever stands is replaced.
    expected_version: Option<u64>,
    /// All of them; none turns it off.
    #[schema(max_items = 64)]
    tasks: Vec<TaskName>,
}

/// Which tasks also run when prices change, and what came of it today.
#[utoipa::path(get, path = "/api/v1/user/price-runs", operation_id = "price_runs", tag = "settings", params(UserQuery),
    responses((status = OK, body = PriceRunsBody)))]
async fn read(
    State(api): State<Api>,
    caller: Caller,
    Query(target): Query<UserQuery>,
) -> Result<Json<PriceRunsBody>, Problem> {
    let user = caller.target_user(&api, target.user)?;
    Ok(Json(body(&api, &user)))
}

/// Lets these tasks also run when the price of a share changes that the user holds, from the next minute of their session on: at most
/// one run a second and share. Each costs what a tick costs, of the same budget.
#[utoipa::path(put, path = "/api/v1/user/price-runs", operation_id = "set_price_runs", tag = "settings", params(UserQuery),
    request_body = NewPriceRuns, responses((status = OK, body = PriceRunsBody)))]
async fn put(
    State(api): State<Api>,
    caller: Caller,
    Query(target): Query<UserQuery>,
    Json(NewPriceRuns { expected_version, tasks }): Json<NewPriceRuns>,
) -> Result<Json<PriceRunsBody>, Problem> {
    let user = caller.target_user(&api, target.user)?;
    let tasks: BTreeSet<Task> = tasks.into_iter().map(|TaskName(task)| task).collect();
    let possible = possible(&api, &user);
    for task in &tasks {
        caller.visible_task(&api, *task)?;
        if !possible.contains(task) {
            return Err(Problem::invalid(format!(
                "tasks: {task} is no task that runs each minute of a session for this user, and only such a task also runs when prices change"
            )));
        }
    }
    let details = json!({ "tasks": tasks });
    let settings = &api.daemon.settings;
    let change = settings.change_price_runs(&user, PriceRuns { tasks }, expected_version).await?;
    api.audit(&caller, "price_runs.change", format!("user {}", user.id), details).await?;
    change.save().await?;
    Ok(Json(body(&api, &user)))
}

/// The tasks of a user that could run on prices, by rank.
fn possible(api: &Api, user: &User) -> Vec<Task> {
    let tasks = api.daemon.tasks.current();
    tasks.running_each_minute().filter(|task| tasks.is_open_to(*task, user.access.role())).collect()
}

fn body(api: &Api, user: &User) -> PriceRunsBody {
    let chosen = user.settings.price_runs();
    let of_task = |task| PriceRunTask { task: TaskName(task), on: chosen.value.tasks.contains(&task) };
    let PriceRunsUse { runs, busy, over_minute, over_day } =
        user.price_runs.used_on(api.daemon.clock.now().ist_day());
    PriceRunsBody {
        version: chosen.version,
        tasks: possible(api, user).into_iter().map(of_task).collect(),
        is_pushed: api.daemon.trading.market.price_pushes().is_some(),
        runs_today: runs,
        left_out_busy: busy,
        left_out_of_minutes: over_minute,
        left_out_of_day: over_day,
        most_a_minute: MOST_PRICE_RUNS_A_MINUTE,
        most_a_day: MOST_PRICE_RUNS_A_DAY,
    }
}
