//! Taking an action back.

use axum::extract::State;
use prahari_domain::ids::ActionId;
use serde_json::json;

use super::view::{ActionReason, ListedAction};
use crate::caller::Admin;
use crate::extract::{Json, Path};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::sentence;

/// Takes a corporate action back: it counts for nothing any more, and what it had booked is booked back by an entry of its
/// own. It stays in the list.
#[utoipa::path(post, path = "/api/v1/system/actions/{id}/undo", operation_id = "undo_corporate_action", tag = "actions",
    params(("id" = u64, Path)), request_body = ActionReason, responses((status = OK, body = ListedAction)))]
pub async fn undo(
    State(api): State<Api>,
    Admin(caller): Admin,
    Path(id): Path<u64>,
    Json(body): Json<ActionReason>,
) -> Result<Json<ListedAction>, Problem> {
    let reason = sentence("reason", &body.reason)?;
    let row = api.daemon.actions.find(ActionId(id)).await?;
    let details = json!({ "action": row.action.to_string(), "reason": reason });
    api.audit(&caller, "action.undo", format!("corporate action {id}"), details).await?;
    let login = api.user_name(caller.0.user);
    Ok(Json(ListedAction::from(api.daemon.actions.undo(row.id, reason, &login).await?)))
}
