//! `/api/v1/live`: what happens, as it happens.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::response::Response;
use prahari_app::events::{Filter, PriceWish, Since, Topic};
use prahari_domain::ids::UserId;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::Caller;
use crate::connections::Connection;
use crate::extract::Query;
use crate::live::{self, Credential};
use crate::problem::{Code, Problem};
use crate::routes::market_quotes::named;
use crate::state::Api;

/// The longest epoch that is meant; ours are about 30 characters.
const LONGEST_EPOCH: usize = 100;

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(live))
}

/// Which events are wanted, and the last one that a reconnecting client has received.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct LiveQuery {
    /// Only events of these types, with commas between them, such as `order,position`: `service`, `task`, `order`, `position`,
    /// `log`, `alert`, `notification`, `settings`, `changed`, `quote`. All types when nothing is said, `quote` only with `symbols`.
    #[param(min_length = 1, max_length = 100, pattern = "^[a-z]+(,[a-z]+)*$")]
    types: Option<String>,
    /// Only events of this user and those for everybody; only an admin may name somebody else.
    user: Option<u64>,
    /// Whether the heartbeats of services are told; they are when nothing is said.
    heartbeats: Option<bool>,
    /// The shares whose prices are told as `quote`, by their symbols with commas between them, 50 at most. With `quote` among
    /// `types` and no symbols, those that the user holds.
    #[param(min_length = 1, max_length = 1649, pattern = "^[A-Z0-9&,-]+$", example = "INFY,TCS")]
    symbols: Option<String>,
    /// The `sequence` of the last message that was dealt with.
    since: Option<u64>,
    /// The `epoch` of the last `hello`; goes with `since`.
    #[param(max_length = 100)]
    epoch: Option<String>,
}

impl LiveQuery {
    /// What `caller` asks for.
    fn filter(&self, caller: UserId) -> Result<Filter, Problem> {
        let topics = self.types.as_deref().map(topics).transpose()?;
        let user = self.user.map(UserId);
        let prices = self.prices(topics.as_deref(), user.unwrap_or(caller))?;
        Ok(Filter { topics, user, heartbeats: self.heartbeats.unwrap_or(true), prices })
    }

    /// Whose prices are asked for; `holder` is the user whose shares are followed when none are named.
    fn prices(&self, topics: Option<&[Topic]>, holder: UserId) -> Result<PriceWish, Problem> {
        let by_type = topics.map(|topics| topics.contains(&Topic::Quote));
        match (&self.symbols, by_type) {
            (Some(_), Some(false)) => {
                Err(Problem::invalid("symbols: they are shares for quotes, which types leaves out"))
            }
            (Some(symbols), _) => Ok(PriceWish::Named(named(symbols)?.into_iter().collect())),
            (None, Some(true)) => Ok(PriceWish::HeldBy(holder)),
            (None, _) => Ok(PriceWish::Nothing),
        }
    }

    fn since(self) -> Result<Option<Since>, Problem> {
        match (self.since, self.epoch) {
            (None, None) => Ok(None),
            (Some(sequence), Some(epoch)) if epoch.len() <= LONGEST_EPOCH => {
                Ok(Some(Since { epoch, sequence }))
            }
            (Some(_), Some(_)) => {
                Err(Problem::invalid(format!("epoch is longer than {LONGEST_EPOCH} characters")))
            }
            _ => Err(Problem::invalid("one of since and epoch is missing: they go together")),
        }
    }
}

/// The types that a list names.
fn topics(list: &str) -> Result<Vec<Topic>, Problem> {
    let topic = |name: &str| Topic::ALL.into_iter().find(|topic| topic.name() == name);
    let unknown = |name: &str| {
        let names: Vec<_> = Topic::ALL.iter().map(|topic| topic.name()).collect();
        Problem::invalid(format!("{name:?} is no type of event; there are {}", names.join(", ")))
    };
    list.split(',').map(|name| topic(name).ok_or_else(|| unknown(name))).collect()
}

/// The live stream: service, task, order, position, log, alert and notification events as they happen, and a word of what else
/// changed.
///
/// A WebSocket (RFC 6455). Users get their own events and those for everybody, admins get all. Each message is one
/// JSON object with a `type`; `docs/LIVE.md` lists them. The first is `hello`, with `epoch`, `sequence` and
/// `start`: `new`, `resumed` after the place that was named, or `resync` when it is not there any more. After
/// `resync`, as a `start` or as a message of its own, load anew what is shown. Clients send nothing but pongs. Prices of the
/// shares in `symbols` are told as `quote` once a minute of the session.
/// Codes on closing: 1001 the daemon stops, 1008 something was sent, 4401 signed out, 4408 no pong. A user may have
/// 32 streams open, unless the daemon is set otherwise.
#[utoipa::path(get, path = "/api/v1/live", tag = "live", params(LiveQuery),
    responses((status = SWITCHING_PROTOCOLS, description = "The stream begins.")))]
async fn live(
    State(api): State<Api>,
    caller: Caller,
    Extension(connection): Extension<Arc<Connection>>,
    Query(query): Query<LiveQuery>,
    credential: Credential,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let filter = query.filter(caller.0.user)?;
    if let Some(user) = filter.user {
        caller.target_user(&api, Some(user.0))?;
    }
    let since = query.since()?;
    let upgrade = upgrade.map_err(|rejection| {
        Problem::invalid(format!("this route is a WebSocket: {}", rejection.body_text()))
    })?;
    let stream = connection.begin_stream(caller.0.user).ok_or_else(|| {
        let most = api.connections.limits().streams_per_user;
        Problem::new(
            Code::TooManyStreams,
            format!("you have {most} live streams open already; close one first"),
        )
    })?;
    let upgrade = live::bounded(upgrade);
    Ok(upgrade.on_upgrade(move |socket| async move {
        live::stream(socket, api, caller, credential, (filter, since)).await;
        drop(stream);
    }))
}
