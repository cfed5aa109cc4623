//! Actions of a source that something speaks against, and what an admin decides about them.

use axum::extract::State;
use prahari_app::actions::DoubtFilter;
use prahari_domain::actions::DoubtedRow;
use prahari_domain::ids::DoubtId;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::view::{ActionReason, ActionTerms, ListedAction};
use crate::caller::Admin;
use crate::extract::{Json, Path, Query};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::{ActionOriginName, DoubtStateName, Instant, Page, limit, page, parse_cursor, sentence};

/// Query parameters that select doubted actions.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DoubtedQuery {
    /// Only those that have come this far.
    #[param(inline)]
    state: Option<DoubtStateName>,
    /// Largest number of items on the page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// Cursor: `next` of the previous page.
    #[param(max_length = 100)]
    cursor: Option<String>,
}

/// A corporate action of a source that something speaks against.
#[derive(Debug, Serialize, ToSchema)]
pub struct DoubtedAction {
    /// Id among the doubted actions; newer rows have higher ids.
    id: u64,
    #[serde(flatten)]
    terms: ActionTerms,
    /// On which way it became known.
    origin: ActionOriginName,
    /// Name of the file or the source that told it.
    teller: String,
    /// What speaks against it, one sentence.
    doubt: String,
    /// Whether it waits for a decision, counts, or was rejected.
    state: DoubtStateName,
    /// Time at which it was told so.
    told_at: Instant,
    /// Time of the decision; null while it is pending.
    #[schema(required)]
    decided_at: Option<Instant>,
    /// Who decided: a login, or the name of a part of the program; empty while it is pending.
    decided_by: String,
    /// Why it was rejected; empty otherwise.
    reason: String,
}

/// The corporate actions of sources that prices or known actions contradict, newest first. They change nothing before an admin has
/// confirmed them.
#[utoipa::path(get, path = "/api/v1/system/actions/doubted", operation_id = "doubted_corporate_actions", tag = "actions",
    params(DoubtedQuery), responses((status = OK, body = Page<DoubtedAction>)))]
pub async fn doubted(
    State(api): State<Api>,
    _admin: Admin,
    Query(query): Query<DoubtedQuery>,
) -> Result<Json<Page<DoubtedAction>>, Problem> {
    let limit = limit(query.limit)?;
    let before = parse_cursor(query.cursor.as_deref())?.map(DoubtId);
    let filter = DoubtFilter { state: query.state.map(|state| state.0), before, limit: limit + 1 };
    let rows = api.daemon.actions.doubted(filter).await?;
    Ok(Json(page(rows, limit, |row| row.id.0, DoubtedAction::from)))
}

/// Takes up a doubted corporate action, whatever speaks against it. One that contradicts an applied action is refused as
/// `action_refused`, with the number of that one, which is to be undone first.
#[utoipa::path(post, path = "/api/v1/system/actions/doubted/{id}/confirm", operation_id = "confirm_doubted_action", tag = "actions",
    params(("id" = u64, Path)), responses((status = OK, body = ListedAction)))]
pub async fn confirm(
    State(api): State<Api>,
    Admin(caller): Admin,
    Path(id): Path<u64>,
) -> Result<Json<ListedAction>, Problem> {
    let row = api.daemon.actions.find_doubt(DoubtId(id)).await?;
    let details = json!({ "action": row.action.to_string(), "doubt": row.doubt });
    api.audit(&caller, "action.confirm", format!("doubted corporate action {id}"), details).await?;
    let login = api.user_name(caller.0.user);
    Ok(Json(ListedAction::from(api.daemon.actions.confirm_doubt(row.id, &login).await?)))
}

/// Rejects a doubted corporate action: it counts for nothing, also while its source goes on telling it so.
#[utoipa::path(post, path = "/api/v1/system/actions/doubted/{id}/reject", operation_id = "reject_doubted_action", tag = "actions",
    params(("id" = u64, Path)), request_body = ActionReason, responses((status = OK, body = DoubtedAction)))]
pub async fn reject(
    State(api): State<Api>,
    Admin(caller): Admin,
    Path(id): Path<u64>,
    Json(body): Json<ActionReason>,
) -> Result<Json<DoubtedAction>, Problem> {
    let reason = sentence("reason", &body.reason)?;
    let row = api.daemon.actions.find_doubt(DoubtId(id)).await?;
    let details = json!({ "action": row.action.to_string(), "reason": reason });
    api.audit(&caller, "action.reject", format!("doubted corporate action {id}"), details).await?;
    let login = api.user_name(caller.0.user);
    Ok(Json(DoubtedAction::from(api.daemon.actions.reject_doubt(row.id, reason, &login).await?)))
}

impl From<DoubtedRow> for DoubtedAction {
    fn from(row: DoubtedRow) -> Self {
        Self {
            id: row.id.0,
            terms: ActionTerms::from(&row.action),
            origin: ActionOriginName(row.action.provenance().origin),
            teller: row.action.provenance().teller.clone(),
            doubt: row.doubt,
            state: DoubtStateName(row.state),
            told_at: Instant(row.told_at),
            decided_at: row.decided_at.map(Instant),
            decided_by: row.decided_by,
            reason: row.reason,
        }
    }
}
