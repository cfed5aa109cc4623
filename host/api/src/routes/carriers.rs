//! `/api/v1/system/carriers`: by what messages leave the installation. What is secret of it goes in and does not come out again.

use axum::extract::State;
use axum::http::StatusCode;
use prahari_app::channels::{Bot, Channels};
use prahari_secrets::Secret;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::mail_server::MailServerBody;
use crate::caller::{Admin, AdminPerson};
use crate::extract::Json;
use crate::problem::Problem;
use crate::state::Api;
use crate::view::Instant;

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(read)).routes(routes!(set_bot, remove_bot))
}

/// By what messages leave, beside webhooks, which need nothing.
#[derive(Serialize, ToSchema)]
struct Carriers {
    /// The bot on Telegram; null when there is none.
    #[schema(required)]
    telegram: Option<TelegramBot>,
    /// The mail server; null when there is none.
    #[schema(required)]
    email: Option<MailServerBody>,
}

/// The installation's bot, without its token.
#[derive(Serialize, ToSchema)]
struct TelegramBot {
    /// Its name, without the `@`.
    name: String,
    /// Time at which it was set, by the system's clock.
    changed_at: Instant,
}

/// Body that sets the bot.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BotRequest {
    /// Its token, as @BotFather tells it. It is not shown again.
    #[schema(value_type = String, format = Password, min_length = 10, max_length = 121)]
    token: Secret,
}

/// By what messages leave the installation.
#[utoipa::path(get, path = "/api/v1/system/carriers", operation_id = "carriers", tag = "channels",
    responses((status = OK, body = Carriers)))]
async fn read(State(api): State<Api>, _admin: Admin) -> Json<Carriers> {
    let (bot, mail) = (api.channels.bot(), api.channels.mail());
    Json(Carriers { telegram: bot.map(TelegramBot::from), email: mail.map(MailServerBody::from) })
}

/// Makes a bot the one of the installation, once Telegram has said which it is.
#[utoipa::path(put, path = "/api/v1/system/carriers/telegram", operation_id = "set_telegram_bot", tag = "channels", request_body = BotRequest,
    responses((status = OK, body = TelegramBot)))]
async fn set_bot(
    State(api): State<Api>,
    AdminPerson(person): AdminPerson,
    Json(body): Json<BotRequest>,
) -> Result<Json<TelegramBot>, Problem> {
    let details = json!({ "kind": "telegram", "bot": Channels::number_of_bot(&body.token)? });
    api.audit(&person.caller, "carrier.set", "system", details).await?;
    let bot = api.channels.prepare_bot(body.token).await?;
    api.channels.set_bot(bot.clone()).await?;
    Ok(Json(bot.into()))
}

/// Leaves the installation without a bot. Chats stay connected, and their messages wait for another for a day.
#[utoipa::path(delete, path = "/api/v1/system/carriers/telegram", operation_id = "remove_telegram_bot", tag = "channels",
    responses((status = NO_CONTENT)))]
async fn remove_bot(State(api): State<Api>, AdminPerson(person): AdminPerson) -> Result<StatusCode, Problem> {
    api.audit(&person.caller, "carrier.remove", "system", json!({ "kind": "telegram" })).await?;
    api.channels.remove_bot().await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<Bot> for TelegramBot {
    fn from(bot: Bot) -> Self {
        Self { name: bot.name, changed_at: Instant(bot.changed_at) }
    }
}
