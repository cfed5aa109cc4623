//! `/api/v1/user/channels/email`: a user's mailbox becomes a channel once a code that was sent there comes back.

use axum::extract::State;
use axum::http::StatusCode;
use prahari_secrets::Secret;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::Person;
use crate::extract::Json;
use crate::problem::Problem;
use crate::state::Api;
use crate::view::{Instant, own_name};

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(send_code)).routes(routes!(confirm))
}

/// Body that names a mailbox.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MailboxRequest {
    /// The name by which its user will know the channel.
    #[schema(min_length = 1, max_length = 64)]
    name: String,
    /// Address of the mailbox. It is not shown again.
    #[schema(value_type = String, min_length = 3, max_length = 254)]
    address: Secret,
}

/// A code that was sent.
#[derive(Serialize, ToSchema)]
struct SentCode {
    /// Time from which it does not help any more, by the system's clock.
    expires_at: Instant,
}

/// Body that shows a code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CodeRequest {
    /// The code as it came.
    #[schema(value_type = String, min_length = 1, max_length = 64)]
    code: Secret,
}

/// A channel that was just added.
#[derive(Serialize, ToSchema)]
struct AddedChannel {
    /// The number by which other routes name it.
    id: u64,
}

/// Sends a code to a mailbox. The one before does not help any more.
#[utoipa::path(post, path = "/api/v1/user/channels/email", operation_id = "send_mailbox_code", tag = "channels", request_body = MailboxRequest,
    responses((status = ACCEPTED, body = SentCode)))]
async fn send_code(
    State(api): State<Api>,
    person: Person,
    Json(body): Json<MailboxRequest>,
) -> Result<(StatusCode, Json<SentCode>), Problem> {
    let name = own_name("name", &body.name)?.to_owned();
    let user = person.caller.0.user;
    let details = json!({ "kind": "email", "name": name });
    api.audit(&person.caller, "channel.code", format!("user {user}"), details).await?;
    let expires_at = Instant(api.channels.begin_mailbox(user, name, &body.address).await?);
    Ok((StatusCode::ACCEPTED, Json(SentCode { expires_at })))
}

/// Adds the mailbox to which the code was sent to the caller's channels.
#[utoipa::path(post, path = "/api/v1/user/channels/email/confirm", operation_id = "confirm_mailbox", tag = "channels", request_body = CodeRequest,
    responses((status = CREATED, body = AddedChannel)))]
async fn confirm(
    State(api): State<Api>,
    person: Person,
    Json(body): Json<CodeRequest>,
) -> Result<(StatusCode, Json<AddedChannel>), Problem> {
    let user = person.caller.0.user;
    api.audit(&person.caller, "channel.add", format!("user {user}"), json!({ "kind": "email" })).await?;
    let id = api.channels.confirm_mailbox(user, &body.code).await?;
    Ok((StatusCode::CREATED, Json(AddedChannel { id })))
}
