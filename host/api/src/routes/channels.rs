//! `/api/v1/user/channels`: where messages to the caller go beside the console. Addresses and keys go in and do not
//! come out again.

use axum::extract::State;
use axum::http::StatusCode;
use prahari_app::channels::{ChannelRow, MOST_CHANNELS, MOST_TESTS, MOST_WAITING};
use prahari_secrets::Secret;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::{Caller, Person};
use crate::extract::{Json, Path};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::{ChannelKindName, Instant, own_name};

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(add_webhook))
        .routes(routes!(remove))
        .routes(routes!(test))
}

/// Body that adds a webhook.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WebhookRequest {
    /// The name by which its user knows it.
    #[schema(min_length = 1, max_length = 64)]
    name: String,
    /// Where messages are sent: an address of the internet that begins with `https://`. It is not shown again.
    #[schema(value_type = String, min_length = 8, max_length = 500)]
    url: Secret,
}

/// A webhook that was just added. Its key is shown this once.
#[derive(Serialize, ToSchema)]
struct AddedWebhook {
    /// The number by which other routes name it.
    id: u64,
    /// Key under which each message is signed, in the form of Standard Webhooks, such as `whsec_MfKQ9r8G`.
    signing_key: String,
}

/// A channel, without what is sealed of it.
#[derive(Serialize, ToSchema)]
struct Channel {
    /// The number by which other routes name it.
    id: u64,
    /// Kind of the channel.
    kind: ChannelKindName,
    /// The name by which its user knows it.
    name: String,
    /// Where it goes, as far as that may be shown, such as `https://hooks.example.org`.
    address: String,
    /// Time at which it was added.
    created_at: Instant,
    /// Number of messages that have been neither delivered nor given up.
    open: u64,
    /// Why its receiver takes nothing any more, such as a blocked bot; null while it does. A test tries it anew.
    #[schema(required)]
    ended_reason: Option<String>,
}

/// The caller's channels, and what is allowed.
#[derive(Serialize, ToSchema)]
struct ChannelList {
    /// The channels, oldest first.
    items: Vec<Channel>,
    /// Largest number of channels.
    most: u32,
    /// Largest number of tests within an hour, of all channels together.
    most_tests: u32,
    /// Number of messages that wait for one channel before further ones are counted with them by kind.
    most_waiting: u32,
    /// Name of the bot with which chats can be connected, without the `@`; null when the installation has none.
    #[schema(required)]
    bot: Option<String>,
    /// Whether the installation has a mail server, so that mailboxes can be added.
    has_mail: bool,
}

/// A test that was queued.
#[derive(Serialize, ToSchema)]
struct QueuedTest {
    /// Its number in the list of deliveries, which says what comes of it.
    delivery: u64,
}

/// The caller's channels.
#[utoipa::path(get, path = "/api/v1/user/channels", operation_id = "channels", tag = "channels",
    responses((status = OK, body = ChannelList)))]
async fn list(State(api): State<Api>, caller: Caller) -> Result<Json<ChannelList>, Problem> {
    let rows = api.channels.list(caller.0.user).await?;
    let items = rows.into_iter().map(Channel::from).collect();
    let (most, most_tests, most_waiting) = (MOST_CHANNELS, MOST_TESTS, MOST_WAITING);
    let bot = api.channels.bot().map(|bot| bot.name);
    let has_mail = api.channels.mail().is_some();
    Ok(Json(ChannelList { items, most, most_tests, most_waiting, bot, has_mail }))
}

/// Adds a webhook to the caller's channels. From then on every message that may disturb is sent there too.
#[utoipa::path(post, path = "/api/v1/user/channels/webhooks", operation_id = "add_webhook", tag = "channels", request_body = WebhookRequest,
    responses((status = CREATED, body = AddedWebhook)))]
async fn add_webhook(
    State(api): State<Api>,
    person: Person,
    Json(body): Json<WebhookRequest>,
) -> Result<(StatusCode, Json<AddedWebhook>), Problem> {
    let name = own_name("name", &body.name)?.to_owned();
    let prepared = api.channels.prepare_webhook(body.url)?;
    let user = person.caller.0.user;
    let details = json!({ "kind": "webhook", "name": name, "address": prepared.shown() });
    api.audit(&person.caller, "channel.add", format!("user {user}"), details).await?;
    let added = api.channels.add_webhook(user, name, prepared).await?;
    let signing_key = added.key.expose().to_owned();
    Ok((StatusCode::CREATED, Json(AddedWebhook { id: added.id, signing_key })))
}

/// Removes one of the caller's channels. What waits for it is given up.
#[utoipa::path(delete, path = "/api/v1/user/channels/{id}", operation_id = "remove_channel", tag = "channels", params(("id" = u64, Path)),
    responses((status = NO_CONTENT)))]
async fn remove(State(api): State<Api>, person: Person, Path(id): Path<u64>) -> Result<StatusCode, Problem> {
    api.audit(&person.caller, "channel.remove", format!("channel {id}"), json!({})).await?;
    api.channels.remove(person.caller.0.user, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sends a message to one of the caller's channels that only tries it, also in quiet hours.
#[utoipa::path(post, path = "/api/v1/user/channels/{id}/test", operation_id = "test_channel", tag = "channels", params(("id" = u64, Path)),
    responses((status = ACCEPTED, body = QueuedTest)))]
async fn test(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<u64>,
) -> Result<(StatusCode, Json<QueuedTest>), Problem> {
    api.audit(&caller, "channel.test", format!("channel {id}"), json!({})).await?;
    let delivery = api.channels.test(caller.0.user, id).await?;
    Ok((StatusCode::ACCEPTED, Json(QueuedTest { delivery })))
}

impl From<ChannelRow> for Channel {
    fn from(row: ChannelRow) -> Self {
        Self {
            id: row.id,
            kind: ChannelKindName(row.kind),
            name: row.name,
            address: row.shown,
            created_at: Instant(row.created_at),
            open: row.open,
            ended_reason: Some(row.ended_reason).filter(|reason| !reason.is_empty()),
        }
    }
}
