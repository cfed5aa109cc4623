//! `/api/v1/audit`: who changed what, for admins.

use axum::extract::State;
use prahari_app::audit::{AuditFilter, Entry};
use prahari_domain::ids::UserId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::Admin;
use crate::extract::{Json, Query};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::Instant;
use crate::view::{Page, limit, page, parse_cursor};

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list))
}

/// An entry of the audit log.
#[derive(Serialize, ToSchema)]
struct AuditEntry {
    /// Numbered from 1 without gaps.
    id: u64,
    /// Real time, also where the daemon's clock is another.
    at: Instant,
    /// The number of the user who did it; null for the program itself.
    user: Option<u64>,
    /// The name by which that user logs in; null for the program itself.
    user_name: Option<String>,
    /// What the action was done with, such as `session 3`, `token 2`, `password`, `one-time link`, `command line`
    /// or `the daemon`.
    via: String,
    /// Action, such as `user.change`.
    action: String,
    /// Object of the action, such as `user 3`.
    resource: String,
    /// Parameters of the change, by name; never a secret.
    #[schema(value_type = Object)]
    details: serde_json::Value,
    /// The address of the request; empty when it is not known.
    address: String,
    /// The HTTP status with which it was answered; null while that is not known, when the request or the daemon was cut off before,
    /// and for what the program did itself.
    #[schema(required)]
    status: Option<u16>,
    /// Why it was refused or has failed, as the `code` of the answer; null when it was done, or that is not known.
    #[schema(required)]
    code: Option<String>,
}

/// Query parameters that select the entries of the audit log.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AuditQuery {
    /// Only entries about actions of this user.
    user: Option<u64>,
    /// Only entries of this action, such as `user.change`, or of a group of actions, such as `user`.
    #[param(max_length = 64)]
    action: Option<String>,
    /// Only entries at this instant or later.
    since: Option<Instant>,
    /// Largest number of items, from 1 to 500.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// Cursor: `next` of the previous page.
    #[param(max_length = 100)]
    cursor: Option<String>,
}

/// The audit log, newest first.
#[utoipa::path(get, path = "/api/v1/audit", tag = "audit", params(AuditQuery),
    responses((status = OK, body = Page<AuditEntry>)))]
async fn list(
    State(api): State<Api>,
    _admin: Admin,
    Query(which): Query<AuditQuery>,
) -> Result<Json<Page<AuditEntry>>, Problem> {
    let limit = limit(which.limit)?;
    let filter = AuditFilter {
        user: which.user.map(UserId),
        action: which.action,
        since: which.since.map(|since| since.0),
        before: parse_cursor(which.cursor.as_deref())?,
        limit: limit + 1,
    };
    let entries = api.accounts.audit().entries(filter).await?;
    Ok(Json(page(entries, limit, |entry| entry.id, |entry| to_view(&api, entry))))
}

fn to_view(api: &Api, entry: Entry) -> AuditEntry {
    let (status, code) = entry.outcome.map(|outcome| (outcome.status, outcome.code)).unzip();
    AuditEntry {
        status,
        code: code.filter(|code| !code.is_empty()),
        id: entry.id,
        at: entry.at.into(),
        user: entry.user.map(|user| user.0),
        user_name: entry.user.and_then(|user| api.daemon.users.find(user).ok()).map(|user| user.name.clone()),
        via: entry.via,
        action: entry.action,
        resource: entry.resource,
        details: entry.details,
        address: entry.address,
    }
}
