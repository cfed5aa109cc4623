//! `/api/v1/notifications`: messages to a user.

use axum::extract::State;
use prahari_store::{KeptNotification, NotificationFilter};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::Caller;
use crate::extract::{Json, Path, Query};
use crate::problem::{Code, Problem};
use crate::state::Api;
use crate::view::{Instant, LevelName, limit, page, place};

/// The routes.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(notifications)).routes(routes!(read)).routes(routes!(read_all))
}

/// Which messages are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct NotificationsQuery {
    /// To whom; an admin may name anybody.
    user: Option<u64>,
    /// Of this level only.
    #[param(inline)]
    level: Option<LevelName>,
    /// Only those that the user has not seen.
    #[serde(default)]
    unread: bool,
    /// Most items of the page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// `next` of the page before.
    #[param(max_length = 100)]
    cursor: Option<String>,
}

/// A message.
#[derive(Debug, Serialize, ToSchema)]
struct Notification {
    /// Numbered over all users.
    id: u64,
    /// When it was sent.
    sent_at: Instant,
    /// How urgent it is.
    level: LevelName,
    /// One line.
    title: String,
    /// The rest.
    body: String,
    /// The execution that sent it; null when none did.
    #[schema(required)]
    execution: Option<u64>,
    /// When the user saw it; null before that.
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

/// How many messages were marked.
#[derive(Debug, Serialize, ToSchema)]
struct Marked {
    /// Those that had not been seen.
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
    let scope = api.daemon.store.user(caller.subject(&api, query.user)?);
    let limit = limit(query.limit)?;
    let filter = NotificationFilter {
        level: query.level.map(|level| level.0),
        unread: query.unread,
        after: place(query.cursor.as_deref())?,
        limit: limit + 1,
    };
    let page = page(scope.notifications(filter).await?, limit, |kept| kept.id, Notification::from);
    let unread = scope.unread_notifications().await?;
    Ok(Json(Notifications { items: page.items, next: page.next, unread }))
}

/// Marks one of one's own messages as seen.
#[utoipa::path(post, path = "/api/v1/notifications/{id}/read", tag = "notifications", params(("id" = u64, Path)),
    responses((status = OK, body = Marked)))]
async fn read(State(api): State<Api>, caller: Caller, Path(id): Path<u64>) -> Result<Json<Marked>, Problem> {
    api.audit(&caller, "notification.read", format!("notification {id}"), json!({})).await?;
    let scope = api.daemon.store.user(caller.0.user);
    if !scope.mark_notification_read_durable(id, api.daemon.clock.now()).await? {
        return Err(Problem::new(Code::NotFound, format!("there is no notification {id}")));
    }
    Ok(Json(Marked { marked: 1 }))
}

/// Marks all of one's own messages as seen.
#[utoipa::path(post, path = "/api/v1/notifications/read-all", tag = "notifications",
    responses((status = OK, body = Marked)))]
async fn read_all(State(api): State<Api>, caller: Caller) -> Result<Json<Marked>, Problem> {
    api.audit(&caller, "notification.read_all", format!("user {}", caller.0.user), json!({})).await?;
    let scope = api.daemon.store.user(caller.0.user);
    let marked = scope.mark_all_notifications_read_durable(api.daemon.clock.now()).await?;
    Ok(Json(Marked { marked }))
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
