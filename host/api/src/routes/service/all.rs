//! The services of everybody, for an admin.

use axum::extract::State;
use prahari_app::services::By;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::unified::{self, ServiceStatus, service_status};
use crate::auth::Attempt;
use crate::caller::{Admin, Caller};
use crate::extract::{Json, Query};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::{Bulk, Page, limit, page, parse_cursor};

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(status)).routes(routes!(restart)).routes(routes!(switch_services))
}

/// Query parameters that select the services.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ServicesQuery {
    /// Only running services (true) or only stopped ones (false).
    running: Option<bool>,
    /// Largest number of items on the page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// Cursor: `next` of the previous page.
    #[param(max_length = 100)]
    cursor: Option<String>,
}

/// Result of restarting every service.
#[derive(Debug, Serialize, ToSchema)]
struct Restarted {
    /// Number of services that were running and run again.
    restarted: usize,
}

/// The services of all users, by user: each unified one, with the individual ones that run or wait to be started again.
#[utoipa::path(get, path = "/api/v1/service/status", operation_id = "services", tag = "service", params(ServicesQuery),
    responses((status = OK, body = Page<ServiceStatus>)))]
async fn status(
    State(api): State<Api>,
    _admin: Admin,
    Query(query): Query<ServicesQuery>,
) -> Result<Json<Page<ServiceStatus>>, Problem> {
    let limit = limit(query.limit)?;
    let after: u64 = parse_cursor(query.cursor.as_deref())?.unwrap_or(0);
    let users = api.daemon.users.all();
    let wanted = users.iter().filter(|user| {
        user.id.0 > after && query.running.is_none_or(|running| running == user.services.is_running())
    });
    let users: Vec<_> = wanted.take(limit as usize + 1).collect();
    let users = page(users, limit, |user| user.id.0, |user| user);
    let mut items = Vec::new();
    for user in users.items {
        items.push(service_status(&api, user).await?);
    }
    Ok(Json(Page { items, next: users.next }))
}

/// Services that are switched at once: the process of an individual service may take half a minute to stop.
const AT_ONCE: usize = 8;

/// What is done with the unified services of several users.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ServicesSwitch {
    /// Ids of the users.
    #[schema(min_items = 1, max_items = 100)]
    users: Vec<u64>,
    /// What is done with the service of each.
    action: ServiceAction,
}

/// What is done with a unified service.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ServiceAction {
    /// It is turned on; one that is on stays as it is.
    Start,
    /// It is turned off; what executes ends by itself.
    Stop,
    /// It is turned off and on again, by which it follows the newest schedules.
    Restart,
}

impl ServiceAction {
    /// The name that the routes for a single service write into the audit log.
    fn in_audit(self) -> &'static str {
        match self {
            Self::Start => "service.start",
            Self::Stop => "service.stop",
            Self::Restart => "service.restart",
        }
    }
}

/// Turns the unified services of several users on or off, each by itself: one that is refused does not keep the others.
/// A start counts as any start of the user's services does.
#[utoipa::path(post, path = "/api/v1/system/services", tag = "service", request_body = ServicesSwitch,
    responses((status = OK, body = Bulk)))]
async fn switch_services(
    State(api): State<Api>,
    Admin(caller): Admin,
    Json(ServicesSwitch { users, action }): Json<ServicesSwitch>,
) -> Result<Json<Bulk>, Problem> {
    let attempt = |user: u64| Attempt {
        action: action.in_audit(),
        resource: format!("user {user}"),
        details: json!({}),
    };
    let switch = async |user| switch_one(&api, &caller, user, action).await;
    Ok(Json(Bulk::each((&api, &caller), users, AT_ONCE, attempt, switch).await))
}

async fn switch_one(api: &Api, caller: &Caller, user: u64, action: ServiceAction) -> Result<(), Problem> {
    let user = caller.target_user(api, Some(user))?.id;
    match action {
        ServiceAction::Start => unified::start_of(api, caller, user).await,
        ServiceAction::Stop => unified::stop_of(api, caller, user).await,
        ServiceAction::Restart => unified::restart_of(api, caller, user).await,
    }
    .map(drop)
}

/// Restarts every unified service that is on, by which all follow the newest schedules.
///
/// At most as often within an hour as one user may start services; more are refused with `started_too_often` and
/// `retry_at`.
#[utoipa::path(post, path = "/api/v1/service/restart", operation_id = "restart_services", tag = "service",
    responses((status = OK, body = Restarted)))]
async fn restart(State(api): State<Api>, Admin(caller): Admin) -> Result<Json<Restarted>, Problem> {
    api.starts.begin_all(api.daemon.clock.now())?;
    api.audit(&caller, "service.restart_all", "services", json!({})).await?;
    Ok(Json(Restarted {
        restarted: api.daemon.services.restart_all_services(&By::User(caller.0.user)).await?,
    }))
}
