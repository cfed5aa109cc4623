//! `/api/v1/alerts`: what somebody has to know of: slots that were not seen, and conditions that last.

use axum::extract::State;
use prahari_app::queries::{AlertFilter, AlertRow, Role};
use prahari_app::user::User;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::auth::Attempt;
use crate::caller::{Admin, Caller};
use crate::extract::{Json, Path, Query};
use crate::problem::{Code, Problem};
use crate::state::Api;
use crate::view::{Bulk, Instant, OpenList, OpenListOfAll, Page, Part, TaskName, UserQuery, page, sentence};

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(alerts))
        .routes(routes!(resolve))
        .routes(routes!(resolve_alerts))
        .routes(routes!(alerts_of_all))
}

/// Body that resolves an alert.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Resolution {
    /// What was found, one sentence.
    #[schema(min_length = 1, max_length = 500)]
    resolution: String,
}

/// Alerts that are resolved together.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ResolvedAlerts {
    /// Ids of the alerts, of one user and, for an admin, about the installation.
    #[schema(min_items = 1, max_items = 100)]
    ids: Vec<u64>,
    /// What was found, one sentence.
    #[schema(min_length = 1, max_length = 500)]
    resolution: String,
}

/// A condition that somebody has to know of.
#[derive(Debug, Serialize, ToSchema)]
struct Alert {
    /// Id; newer rows have higher ids.
    id: u64,
    /// Kind of condition, such as `slot_not_seen`.
    code: &'static str,
    /// The user it is about; null when it concerns the whole installation.
    #[schema(required)]
    user: Option<u64>,
    /// The name by which that user logs in; null likewise.
    #[schema(required)]
    user_name: Option<String>,
    /// What it is about among others of its kind, such as a symbol; empty where there is only one.
    subject: String,
    /// The task whose slot was not seen; null for other conditions.
    #[schema(required)]
    task: Option<TaskName>,
    /// Time at which the slot that was not seen was due; null for other conditions.
    #[schema(required)]
    due_at: Option<Instant>,
    /// Time at which it was raised.
    raised_at: Instant,
    /// What is wrong, one sentence.
    detail: String,
    /// Time at which it was resolved; null while it is open.
    #[schema(required)]
    resolved_at: Option<Instant>,
    /// User who resolved it; null while it is open and when the daemon saw that it is over.
    #[schema(required)]
    resolved_by: Option<u64>,
    /// How it was resolved, one sentence; empty while it is open.
    resolution: String,
}

/// The alerts of a user, newest first.
#[utoipa::path(get, path = "/api/v1/alerts", tag = "alerts", params(OpenList),
    responses((status = OK, body = Page<Alert>)))]
async fn alerts(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<OpenList>,
) -> Result<Json<Page<Alert>>, Problem> {
    let user = caller.target_user(&api, query.user)?;
    let part = query.part()?;
    let rows = api.daemon.queries.of(&user).alerts(filter(part)).await?;
    Ok(Json(page(rows, part.limit, |row| row.id, |row| Alert::of(&api, row))))
}

/// Resolves an alert by hand. One that is resolved already is refused with `alert_resolved`, and stays as it is.
#[utoipa::path(post, path = "/api/v1/alerts/{id}/resolve", operation_id = "resolve_alert", tag = "alerts", params(("id" = u64, Path), UserQuery),
    request_body = Resolution, responses((status = OK, body = Alert)))]
async fn resolve(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<u64>,
    Query(target): Query<UserQuery>,
    Json(body): Json<Resolution>,
) -> Result<Json<Alert>, Problem> {
    let user = caller.target_user(&api, target.user)?;
    let resolution = sentence("resolution", &body.resolution)?;
    resolve_one(&api, &caller, &user, id, resolution).await.map(|alert| Json(Alert::of(&api, alert)))
}

/// Resolves alerts by hand, each by itself: one that is none of the caller's business does not keep the others.
#[utoipa::path(post, path = "/api/v1/alerts/resolve", tag = "alerts", params(UserQuery), request_body = ResolvedAlerts,
    responses((status = OK, body = Bulk)))]
async fn resolve_alerts(
    State(api): State<Api>,
    caller: Caller,
    Query(target): Query<UserQuery>,
    Json(ResolvedAlerts { ids, resolution }): Json<ResolvedAlerts>,
) -> Result<Json<Bulk>, Problem> {
    let user = caller.target_user(&api, target.user)?;
    let resolution = sentence("resolution", &resolution)?;
    let attempt = |id: u64| Attempt {
        action: "alert.resolve",
        resource: format!("alert {id}"),
        details: json!({ "resolution": resolution }),
    };
    let resolve = async |id| resolve_one(&api, &caller, &user, id, resolution).await.map(drop);
    Ok(Json(Bulk::each((&api, &caller), ids, 1, attempt, resolve).await))
}

async fn resolve_one(
    api: &Api,
    caller: &Caller,
    user: &User,
    id: u64,
    resolution: &str,
) -> Result<AlertRow, Problem> {
    let alert = find(api, caller, user, id).await?;
    let details = json!({ "resolution": resolution });
    let whose = alert.user.map(|user| format!(" user {user}")).unwrap_or_default();
    api.audit(caller, "alert.resolve", format!("alert {id}{whose}"), details).await?;
    if !api.daemon.inbox.resolve_alert(alert.user, id, caller.0.user, resolution.to_owned()).await? {
        return Err(Problem::new(Code::AlertResolved, format!("alert {id} is resolved already")));
    }
    find(api, caller, user, id).await
}

/// An alert of the user, or for an admin one about the installation.
async fn find(api: &Api, caller: &Caller, user: &User, id: u64) -> Result<AlertRow, Problem> {
    let queries = &api.daemon.queries;
    let own = queries.of(user).alert(id).await?;
    let found = match own {
        None if caller.0.role == Role::Admin => queries.installation_alert(id).await?,
        own => own,
    };
    found.ok_or_else(|| Problem::new(Code::NotFound, format!("there is no alert {id}")))
}

/// One more than the page has, to know whether there are more.
fn filter(Part { open, before, limit }: Part) -> AlertFilter {
    AlertFilter { open, before, limit: limit + 1 }
}

/// The alerts of everybody, newest first.
#[utoipa::path(get, path = "/api/v1/system/alerts", tag = "alerts", params(OpenListOfAll),
    responses((status = OK, body = Page<Alert>)))]
async fn alerts_of_all(
    State(api): State<Api>,
    _admin: Admin,
    Query(query): Query<OpenListOfAll>,
) -> Result<Json<Page<Alert>>, Problem> {
    let part = query.part()?;
    let rows = api.daemon.queries.alerts_of_all(filter(part)).await?;
    Ok(Json(page(rows, part.limit, |row| row.id, |row| Alert::of(&api, row))))
}

impl Alert {
    /// The view of an alert, with the name of its user.
    fn of(api: &Api, row: AlertRow) -> Self {
        Self {
            id: row.id,
            code: row.code.name(),
            user: row.user.map(|user| user.0),
            user_name: row.user.map(|user| api.user_name(user)),
            subject: row.subject,
            task: row.task.map(TaskName),
            due_at: row.due_at.map(Instant),
            raised_at: Instant(row.raised_at),
            detail: row.detail,
            resolved_at: row.resolved_at.map(Instant),
            resolved_by: row.resolved_by.map(|user| user.0),
            resolution: row.resolution,
        }
    }
}
