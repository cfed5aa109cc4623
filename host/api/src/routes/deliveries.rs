//! `/api/v1/user/deliveries`: what became of the messages to the caller on their way to the channels.

use axum::extract::State;
use prahari_app::channels::{DeliveryFilter, DeliveryRow};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::Caller;
use crate::extract::{Json, Query};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::{
    DeliveryStateName, Instant, LevelName, NotificationKindName, Page, limit, page, parse_cursor,
};

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(deliveries))
}

/// Query parameters that select the deliveries.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DeliveriesQuery {
    /// Only those to this channel.
    channel: Option<u64>,
    /// Only those in this state.
    #[param(inline)]
    state: Option<DeliveryStateName>,
    /// Largest number of items on the page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// Cursor: `next` of the previous page.
    #[param(max_length = 100)]
    cursor: Option<String>,
}

/// A message on its way to a channel.
#[derive(Debug, Serialize, ToSchema)]
struct Delivery {
    /// Numbered over all users.
    id: u64,
    /// The number of the channel, which may be removed by now.
    channel: u64,
    /// Name of the channel when the message was queued.
    channel_name: String,
    /// Kind of the message; null of a test.
    #[schema(required)]
    kind: Option<NotificationKindName>,
    /// Level of the message.
    level: LevelName,
    /// The message in one line.
    title: String,
    /// What there is to say beyond the title; may be empty.
    body: String,
    /// Time at which it was queued.
    queued_at: Instant,
    /// Number of further messages of the kind for which it stands, because many came within minutes or too many waited.
    more: u64,
    /// Whether title and text say themselves for how many messages it stands.
    says_how_many: bool,
    /// State of the delivery.
    state: DeliveryStateName,
    /// Number of attempts so far.
    attempts: u64,
    /// Whether the receiver may have had it before the last attempt.
    repeated: bool,
    /// Why the last attempt failed or, while quiet hours hold it back, that they do; null of any other.
    #[schema(required)]
    reason: Option<String>,
    /// Time of the next attempt; null once it has ended.
    #[schema(required)]
    due_at: Option<Instant>,
    /// Time at which it was delivered or given up; null before that.
    #[schema(required)]
    ended_at: Option<Instant>,
}

/// What became of the messages to the caller on their way to the channels, newest first.
#[utoipa::path(get, path = "/api/v1/user/deliveries", tag = "channels", params(DeliveriesQuery),
    responses((status = OK, body = Page<Delivery>)))]
async fn deliveries(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<DeliveriesQuery>,
) -> Result<Json<Page<Delivery>>, Problem> {
    let limit = limit(query.limit)?;
    let filter = DeliveryFilter {
        channel: query.channel,
        state: query.state.map(|state| state.0),
        after: parse_cursor(query.cursor.as_deref())?,
        limit: limit + 1,
    };
    let rows = api.channels.deliveries(caller.0.user, filter).await?;
    Ok(Json(page(rows, limit, |row| row.id, Delivery::from)))
}

impl From<DeliveryRow> for Delivery {
    fn from(row: DeliveryRow) -> Self {
        let says_how_many = row.says_how_many();
        Self {
            id: row.id,
            channel: row.channel,
            channel_name: row.channel_name,
            kind: row.kind.map(NotificationKindName),
            says_how_many,
            level: LevelName(row.level),
            title: row.title,
            body: row.body,
            queued_at: Instant(row.at),
            more: row.more,
            state: DeliveryStateName(row.state),
            attempts: row.attempts,
            repeated: row.repeated,
            reason: Some(row.reason).filter(|reason| !reason.is_empty()),
            due_at: row.due_at.map(Instant),
            ended_at: row.ended_at.map(Instant),
        }
    }
}
