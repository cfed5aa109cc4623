//! `/api/v1/alerts`: slots that were expected and not seen.

use axum::extract::State;
use prahari_store::{AlertFilter, AlertRow};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::{Admin, Caller};
use crate::extract::{Json, Path, Query};
use crate::problem::{Code, Problem};
use crate::state::Api;
use crate::view::{Instant, Page, TaskName, Whose, limit, page, place};

/// Most characters of a sentence that settles an alert.
const LONGEST_RESOLUTION: usize = 500;

/// The routes.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(alerts)).routes(routes!(resolve)).routes(routes!(alerts_of_all))
}

/// Which alerts are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AlertsQuery {
    /// Whose; an admin may name anybody.
    user: Option<u64>,
    /// Those that nobody has settled, or those that are settled.
    open: Option<bool>,
    /// Most items of the page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// Which alerts of everybody are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AlertsOfAllQuery {
    /// Those that nobody has settled, or those that are settled.
    open: Option<bool>,
    /// Most items of the page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// `next` of the page before.
    cursor: Option<String>,
}

/// How an alert is settled.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Resolution {
    /// What was found, in one sentence.
    #[schema(min_length = 1, max_length = 500)]
    resolution: String,
}

/// A slot that was expected and not seen.
#[derive(Debug, Serialize, ToSchema)]
struct Alert {
    /// Grows with time.
    id: u64,
    /// Whose slot.
    user: u64,
    /// Of which task.
    task: TaskName,
    /// When it was due.
    due_at: Instant,
    /// When it was missed.
    raised_at: Instant,
    /// One sentence.
    detail: String,
    /// When it was settled; null while it is open.
    #[schema(required)]
    resolved_at: Option<Instant>,
    /// Who settled it; null while it is open and when the slot was seen after all.
    #[schema(required)]
    resolved_by: Option<u64>,
    /// How it was settled; empty while it is open.
    resolution: String,
}

/// The alerts of a user, newest first.
#[utoipa::path(get, path = "/api/v1/alerts", tag = "alerts", params(AlertsQuery),
    responses((status = OK, body = Page<Alert>)))]
async fn alerts(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<AlertsQuery>,
) -> Result<Json<Page<Alert>>, Problem> {
    let user = caller.subject(&api, query.user)?;
    let limit = limit(query.limit)?;
    let filter = AlertFilter { open: query.open, before: place(query.cursor.as_deref())?, limit: limit + 1 };
    let rows = api.daemon.store.user(user).alerts(filter).await?;
    Ok(Json(page(rows, limit, |row| row.id, Alert::from)))
}

/// Settles an alert by hand. One that is settled stays as it is.
#[utoipa::path(post, path = "/api/v1/alerts/{id}/resolve", tag = "alerts", params(("id" = u64, Path), Whose),
    request_body = Resolution, responses((status = OK, body = Alert)))]
async fn resolve(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<u64>,
    Query(whose): Query<Whose>,
    Json(body): Json<Resolution>,
) -> Result<Json<Alert>, Problem> {
    let user = caller.subject(&api, whose.user)?;
    let resolution = body.resolution.trim();
    if resolution.is_empty() || resolution.chars().count() > LONGEST_RESOLUTION {
        return Err(Problem::invalid(format!("resolution: 1 to {LONGEST_RESOLUTION} characters")));
    }
    if resolution.chars().any(char::is_control) {
        return Err(Problem::invalid("resolution: it has a control character"));
    }
    let find = async || {
        let found = api.daemon.store.system().find_alert(id).await?.filter(|alert| alert.user == user);
        found.ok_or_else(|| Problem::new(Code::NotFound, format!("there is no alert {id}")))
    };
    find().await?;
    let details = json!({ "resolution": resolution });
    api.audit(&caller, "alert.resolve", format!("alert {id}"), details).await?;
    let now = api.daemon.clock.now();
    let scope = api.daemon.store.user(user);
    scope.resolve_alert(id, caller.0.user, now, resolution.to_owned()).await?;
    find().await.map(|alert| Json(alert.into()))
}

/// The alerts of everybody, newest first.
#[utoipa::path(get, path = "/api/v1/system/alerts", tag = "alerts", params(AlertsOfAllQuery),
    responses((status = OK, body = Page<Alert>)))]
async fn alerts_of_all(
    State(api): State<Api>,
    _admin: Admin,
    Query(query): Query<AlertsOfAllQuery>,
) -> Result<Json<Page<Alert>>, Problem> {
    let limit = limit(query.limit)?;
    let filter = AlertFilter { open: query.open, before: place(query.cursor.as_deref())?, limit: limit + 1 };
    let rows = api.daemon.store.system().alerts(filter).await?;
    Ok(Json(page(rows, limit, |row| row.id, Alert::from)))
}

impl From<AlertRow> for Alert {
    fn from(row: AlertRow) -> Self {
        Self {
            id: row.id,
            user: row.user.0,
            task: TaskName(row.task),
            due_at: Instant(row.due_at),
            raised_at: Instant(row.raised_at),
            detail: row.detail,
            resolved_at: row.resolved_at.map(Instant),
            resolved_by: row.resolved_by.map(|user| user.0),
            resolution: row.resolution,
        }
    }
}
