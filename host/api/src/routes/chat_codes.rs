//! `/api/v1/user/channels/telegram`: the code by which a user connects a chat with the installation's bot.

use axum::extract::State;
use axum::http::StatusCode;
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
    OpenApiRouter::new().routes(routes!(connect))
}

/// Body that asks for a code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChatRequest {
    /// The name by which its user will know the channel.
    #[schema(min_length = 1, max_length = 64)]
    name: String,
}

/// A code that connects the chat from which it is sent to the bot. It helps once, and is shown this once.
#[derive(Serialize, ToSchema)]
struct ChatCode {
    /// Name of the bot, without the `@`.
    bot: String,
    /// What to send to the bot: `/start`, a space, and this code.
    code: String,
    /// Address that opens the chat with the bot and sends the code.
    link: String,
    /// Time from which it does not help any more, by the system's clock.
    expires_at: Instant,
}

/// Makes a code by which the caller connects a chat on Telegram. The one before does not help any more.
#[utoipa::path(post, path = "/api/v1/user/channels/telegram", operation_id = "connect_telegram", tag = "channels", request_body = ChatRequest,
    responses((status = CREATED, body = ChatCode)))]
async fn connect(
    State(api): State<Api>,
    person: Person,
    Json(body): Json<ChatRequest>,
) -> Result<(StatusCode, Json<ChatCode>), Problem> {
    let name = own_name("name", &body.name)?.to_owned();
    let user = person.caller.0.user;
    let details = json!({ "kind": "telegram", "name": name });
    api.audit(&person.caller, "channel.code", format!("user {user}"), details).await?;
    let begun = api.channels.begin_chat(user, name).await?;
    let (bot, code) = (begun.bot, begun.issued.code.expose().to_owned());
    let link = format!("https://t.me/{bot}?start={code}");
    Ok((
        StatusCode::CREATED,
        Json(ChatCode { bot, code, link, expires_at: Instant(begun.issued.expires_at) }),
    ))
}
