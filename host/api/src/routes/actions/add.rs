//! Entering one action.

use axum::extract::State;
use axum::http::StatusCode;
use prahari_domain::actions::{Origin, Provenance};
use serde_json::json;

use super::view::{ListedAction, NewAction};
use crate::caller::Admin;
use crate::extract::Json;
use crate::problem::Problem;
use crate::state::Api;

/// Enters a corporate action. On its ex-date it changes the books of whoever held the share the evening before; one whose
/// ex-date has come is applied at once.
#[utoipa::path(post, path = "/api/v1/system/actions", operation_id = "add_corporate_action", tag = "actions",
    request_body = NewAction, responses((status = CREATED, body = ListedAction)))]
pub async fn add(
    State(api): State<Api>,
    Admin(caller): Admin,
    Json(body): Json<NewAction>,
) -> Result<(StatusCode, Json<ListedAction>), Problem> {
    let login = api.user_name(caller.0.user);
    let provenance = Provenance { origin: Origin::Admin, teller: login.clone() };
    let action = body.plain().read(provenance).map_err(Problem::invalid)?;
    let details = json!({ "action": action.to_string(), "note": action.note() });
    api.audit(&caller, "action.add", format!("corporate actions of {}", action.symbol()), details).await?;
    let row = api.daemon.actions.add(action, &login).await?;
    Ok((StatusCode::CREATED, Json(ListedAction::from(row))))
}
