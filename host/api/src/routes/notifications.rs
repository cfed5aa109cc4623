//! `/api/v1/notifications`: messages to a user.

use axum::extract::State;
use prahari_app::queries::{KeptNotification, NotificationFilter};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::Caller;
use crate::extract::{Json, Path, Query};
use crate::problem::{Code, Problem};
use crate::state::Api;
use crate::view::{Instant, LevelName, limit, page, parse_cursor};

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(notifications)).routes(routes!(read)).routes(routes!(read_all))
}

/// Query parameters that select the messages.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct NotificationsQuery {
    /// The user whose messages are asked for; the caller when nobody is named, and only an admin may name somebody
    /// else.
    user: Option<u64>,
    /// Only messages of this level.
    #[param(inline)]
    level: Option<LevelName>,
    /// Only those that the user has not seen.
    #[serde(default)]
    unread: bool,
    /// Largest number of items on the page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// Cursor: `next` of the previous page.
    #[param(max_length = 100)]
    cursor: Option<String>,
}

/// A message to the user.
#[derive(Debug, Serialize, ToSchema)]
struct Notification {
    /// Numbered over all users.
    id: u64,
    /// Time at which it was sent.
    sent_at: Instant,
    /// Level of the message.
    level: LevelName,
    /// The message in one line.
    title: String,
    /// What there is to say beyond the title; may be empty.
    body: String,
    /// The execution that sent it; null when none did.
    #[schema(required)]
    execution: Option<u64>,
    /// Time at which the user saw it; null before that.
    #[schema(required)]
    read_at: Option<Instant>,
}

/// A part of the messages, and how many there are to be seen.
#[derive(Debug, Serialize, ToSchema)]
struct Notifications {
    /// The messages, newest first.
    items: Vec<Notification>,
    /// The `cursor` of the next page; null on the last one.
    #[schema(required)]
    next: Option<String>,
    /// How many messages the user has not seen, on whatever page.
    unread: u64,
}

/// Result of marking messages as read.
#[derive(Debug, Serialize, ToSchema)]
struct Marked {
    /// Number of messages that were unread before.
    marked: u64,
}

/// The messages to a user, newest first.
#[utoipa::path(get, path = "/api/v1/notifications", tag = "notifications", params(NotificationsQuery),
    responses((status = OK, body = Notifications)))]
async fn notifications(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<NotificationsQuery>,
) -> Result<Json<Notifications>, Problem> {
    let user = caller.target_user(&api, query.user)?;
    let limit = limit(query.limit)?;
    let filter = NotificationFilter {
        level: query.level.map(|level| level.0),
        unread: query.unread,
        after: parse_cursor(query.cursor.as_deref())?,
        limit: limit + 1,
    };
    let found = api.daemon.queries.of(&user).notifications(filter).await?;
    let page = page(found.items, limit, |kept| kept.id, Notification::from);
    Ok(Json(Notifications { items: page.items, next: page.next, unread: found.unread }))
}

/// Marks one of one's own messages as seen.
#[utoipa::path(post, path = "/api/v1/notifications/{id}/read", operation_id = "read_notification", tag = "notifications", params(("id" = u64, Path)),
    responses((status = OK, body = Marked)))]
async fn read(State(api): State<Api>, caller: Caller, Path(id): Path<u64>) -> Result<Json<Marked>, Problem> {
    api.audit(&caller, "notification.read", format!("notification {id}"), json!({})).await?;
    if !api.daemon.inbox.mark_read(caller.0.user, id).await? {
        return Err(Problem::new(Code::NotFound, format!("there is no notification {id}")));
    }
    Ok(Json(Marked { marked: 1 }))
}

/// Marks all of one's own messages as seen.
#[utoipa::path(post, path = "/api/v1/notifications/read-all", operation_id = "read_all_notifications", tag = "notifications",
    responses((status = OK, body = Marked)))]
async fn read_all(State(api): State<Api>, caller: Caller) -> Result<Json<Marked>, Problem> {
    api.audit(&caller, "notification.read_all", format!("user {}", caller.0.user), json!({})).await?;
    Ok(Json(Marked { marked: api.daemon.inbox.mark_all_read(caller.0.user).await? }))
}

impl From<KeptNotification> for Notification {
    fn from(kept: KeptNotification) -> Self {
        Self {
            id: kept.id,
            sent_at: Instant(kept.row.at),
            level: LevelName(kept.row.level),
            title: kept.row.title,
            body: kept.row.body,
            execution: kept.row.run.map(|run| run.0),
            read_at: kept.read_at.map(Instant),
        }
    }
}
