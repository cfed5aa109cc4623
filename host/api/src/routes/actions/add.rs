//! Entering one action.

use axum::extract::State;
use axum::http::StatusCode;
use prahari_domain::actions::{Origin, Provenance};
use serde_json::json;

use super::view::{AddedAction, NewAction};
use crate::caller::Admin;
use crate::extract::Json;
use crate::problem::Problem;
use crate::state::Api;

/// Enters a corporate action. On its ex-date it changes the books of whoever held the share the evening before; one whose
/// ex-date has come is applied at once. What bars, calendar or market contradict, or what would replace a known action, is
/// refused as `action_doubted` until it is sent with `confirm`.
#[utoipa::path(post, path = "/api/v1/system/actions", operation_id = "add_corporate_action", tag = "actions",
    request_body = NewAction, responses((status = CREATED, body = AddedAction)))]
pub async fn add(
    State(api): State<Api>,
    Admin(caller): Admin,
    Json(body): Json<NewAction>,
) -> Result<(StatusCode, Json<AddedAction>), Problem> {
    let login = api.user_name(caller.0.user);
    let provenance = Provenance { origin: Origin::Admin, teller: login.clone() };
    let confirm = body.confirm;
    let action = body.plain().read(provenance).map_err(Problem::invalid)?;
    let details = json!({ "action": action.to_string(), "note": action.note(), "confirm": confirm });
    api.audit(&caller, "action.add", format!("corporate actions of {}", action.symbol()), details).await?;
    let actions = &api.daemon.actions;
    let before = actions.known_as(action.key()).await?;
    let row = if confirm {
        actions.add_confirmed(action, &login).await?
    } else {
        actions.add(action, &login).await?
    };
    Ok((StatusCode::CREATED, Json(AddedAction::of(row, before.as_ref()))))
}
