//! `/api/v1/system/market/warming`: prices that are fetched ahead of their use.

use axum::extract::State;
use axum::http::StatusCode;
use prahari_app::prices::{WarmKind, Warming};
use prahari_domain::instruments::Symbol;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::Admin;
use crate::extract::Json;
use crate::problem::Problem;
use crate::state::Api;
use crate::view::Instant;

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(read, begin))
}

/// What is fetched ahead.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Prefetched {
    /// What users hold or have orders of: from half an hour before the pre-open session on.
    Held,
    /// All shares, what is held first: after the session.
    Universe,
}

/// How fetching ahead stands.
#[derive(Debug, Serialize, ToSchema)]
struct WarmingState {
    /// Whether there is a source of which something is fetched ahead.
    fetches: bool,
    /// The newest fetch of what is held, since the start of the daemon; null before the first.
    #[schema(required)]
    held: Option<Prefetch>,
    /// The newest fetch of all shares, since the start of the daemon; null before the first.
    #[schema(required)]
    universe: Option<Prefetch>,
    /// Time at which what failed is tried again by itself; null when nothing did.
    #[schema(required)]
    again_at: Option<Instant>,
}

/// A fetch of many shares ahead of their use, which may go on.
#[derive(Debug, Serialize, ToSchema)]
struct Prefetch {
    /// What is fetched.
    what: Prefetched,
    /// Admin who asked for it; null when it was due by itself.
    #[schema(required)]
    asked_by: Option<u64>,
    /// Time at which it began.
    began_at: Instant,
    /// Time at which it ended; null while it goes on.
    #[schema(required)]
    ended_at: Option<Instant>,
    /// Name of the source that fetches, or was the last to; null before the first share.
    #[schema(required)]
    source: Option<&'static str>,
    /// Shares that are done.
    done: u64,
    /// Shares altogether; those of which an earlier source has the bars are none.
    of: u64,
    /// Shares that something was fetched of.
    fetched: u64,
    /// Shares of which everything was there; 0 until it has ended.
    known: u64,
    /// Shares that the source does not list; 0 until it has ended.
    unlisted: u64,
    /// Shares that could not be fetched.
    failed: u64,
    /// The first 100 that the source does not list; none until it has ended.
    unlisted_shares: Vec<String>,
    /// The first 100 that could not be fetched; none until it has ended.
    failures: Vec<PrefetchFailure>,
    /// Why nothing could be fetched at all; null when something was.
    #[schema(required)]
    problem: Option<String>,
}

/// A share that could not be fetched.
#[derive(Debug, Serialize, ToSchema)]
struct PrefetchFailure {
    /// The share, by its symbol at the exchange.
    symbol: String,
    /// Why, one sentence.
    reason: String,
}

/// Body that begins a fetch.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PrefetchRequest {
    /// What is to be fetched.
    what: Prefetched,
}

/// How far fetching ahead has come, and what became of the last one of each kind.
#[utoipa::path(get, path = "/api/v1/system/market/warming", operation_id = "warming", tag = "market",
    responses((status = OK, body = WarmingState)))]
async fn read(State(api): State<Api>, _admin: Admin) -> Json<WarmingState> {
    let state = api.daemon.prices.warming();
    Json(WarmingState {
        fetches: state.fetches,
        held: state.held.map(Prefetch::from),
        universe: state.universe.map(Prefetch::from),
        again_at: state.again_at.map(Instant),
    })
}

/// Fetches prices ahead now. What is there is not fetched again. Refused with `warming` while something is fetched ahead, and with
/// `nothing_to_warm` where nothing ever is.
#[utoipa::path(post, path = "/api/v1/system/market/warming", operation_id = "begin_warming", tag = "market",
    request_body = PrefetchRequest, responses((status = ACCEPTED, body = Prefetch)))]
async fn begin(
    State(api): State<Api>,
    Admin(caller): Admin,
    Json(body): Json<PrefetchRequest>,
) -> Result<(StatusCode, Json<Prefetch>), Problem> {
    let kind = WarmKind::from(body.what);
    api.audit(&caller, "market.warm", "market", json!({ "what": kind.name() })).await?;
    let begun = api.daemon.prices.warm_now(kind, caller.0.user)?;
    Ok((StatusCode::ACCEPTED, Json(begun.into())))
}

impl From<Prefetched> for WarmKind {
    fn from(what: Prefetched) -> Self {
        match what {
            Prefetched::Held => Self::Held,
            Prefetched::Universe => Self::Universe,
        }
    }
}

impl From<Warming> for Prefetch {
    fn from(warming: Warming) -> Self {
        let failure =
            |(symbol, reason): (Symbol, String)| PrefetchFailure { symbol: symbol.to_string(), reason };
        Self {
            what: match warming.kind {
                WarmKind::Held => Prefetched::Held,
                WarmKind::Universe => Prefetched::Universe,
            },
            asked_by: warming.asked_by.map(|user| user.0),
            began_at: Instant(warming.began_at),
            ended_at: warming.ended_at.map(Instant),
            source: warming.source,
            done: warming.done as u64,
            of: warming.of as u64,
            fetched: warming.fetched as u64,
            known: warming.known as u64,
            unlisted: warming.unlisted as u64,
            failed: warming.failed as u64,
            unlisted_shares: warming.unlisted_shares.iter().map(ToString::to_string).collect(),
            failures: warming.failures.into_iter().map(failure).collect(),
            problem: warming.problem,
        }
    }
}
