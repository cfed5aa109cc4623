//! `/api/v1/audit`: who changed what, for admins.

use axum::extract::State;
use prahari_domain::ids::UserId;
use prahari_store::{AuditFilter, AuditRow};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::Admin;
use crate::extract::{Json, Query};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::Instant;
use crate::view::{Page, limit, page, place};

/// The routes.
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
    /// Who; null for the program itself.
    user: Option<u64>,
    /// Their name.
    user_name: Option<String>,
    /// By which way: a session, a token, a link.
    via: String,
    /// What was done.
    action: String,
    /// To what.
    resource: String,
    /// More about it.
    #[schema(value_type = Object)]
    details: serde_json::Value,
    /// From where.
    address: String,
}

/// Which entries.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Which {
    /// By this user.
    user: Option<u64>,
    /// Of this action, such as `user.change`, or of a group of them, such as `user`.
    #[param(max_length = 64)]
    action: Option<String>,
    /// At this instant or later.
    since: Option<Instant>,
    /// How many at most, 1 to 500.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// `next` of the part before.
    #[param(max_length = 100)]
    cursor: Option<String>,
}

/// The audit log, newest first.
#[utoipa::path(get, path = "/api/v1/audit", tag = "audit", params(Which),
    responses((status = OK, body = Page<AuditEntry>)))]
async fn list(
    State(api): State<Api>,
    _admin: Admin,
    Query(which): Query<Which>,
) -> Result<Json<Page<AuditEntry>>, Problem> {
    let limit = limit(which.limit)?;
    let filter = AuditFilter {
        user: which.user.map(UserId),
        action: which.action,
        since: which.since.map(|since| since.0),
        before: place(which.cursor.as_deref())?,
        limit: limit + 1,
    };
    let rows = api.daemon.store.system().audit(filter).await?;
    Ok(Json(page(rows, limit, |row| row.id, |row| shown(&api, row))))
}

fn shown(api: &Api, row: AuditRow) -> AuditEntry {
    let entry = row.entry;
    AuditEntry {
        id: row.id,
        at: entry.at.into(),
        user: entry.user.map(|user| user.0),
        user_name: entry.user.and_then(|user| api.daemon.user(user).ok()).map(|user| user.name.clone()),
        via: entry.via,
        action: entry.action,
        resource: entry.resource,
        details: serde_json::from_str(&entry.details).unwrap_or_default(),
        address: entry.address,
    }
}
