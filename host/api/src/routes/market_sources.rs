//! `/api/v1/system/market/sources`: how the sources of market data stand.

use axum::extract::State;
use prahari_app::queries::{FeedState, LineState, MarketSources, Question, SourceState, SourceTrouble};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::Admin;
use crate::extract::Json;
use crate::state::Api;
use crate::view::{Date, Instant};

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(sources))
}

/// How the sources of market data stand.
#[derive(Debug, Serialize, ToSchema)]
struct MarketSourceList {
    /// The sources in the order in which they are asked.
    items: Vec<MarketSource>,
    /// The last day whose bar is final now; null when the calendar knows none.
    #[schema(required)]
    expected_day: Option<Date>,
}

/// A source of market data.
#[derive(Debug, Serialize, ToSchema)]
struct MarketSource {
    /// Name of the source, such as `csv`.
    source: &'static str,
    /// What it is asked for: `bars` of closed days, `quotes` of the running day, `instruments`, `actions`.
    answers: Vec<&'static str>,
    /// The folders that it is made of; none of one that is not made of files.
    folders: Vec<String>,
    /// Number of shares that it knows by itself; others may be answered when they are asked for by name.
    shares: u64,
    /// Day of the newest bar in memory; null of a source that makes them up, or has none yet.
    #[schema(required)]
    newest_day: Option<Date>,
    /// Whether its newest bar is of an earlier day than the last one whose bar is final.
    stale: bool,
    /// Why it cannot be used as it should be; null while it can.
    #[schema(required)]
    trouble: Option<SourceFault>,
    /// How its line is used; null of a source on this machine.
    #[schema(required)]
    line: Option<SourceLine>,
    /// How the feed stands that tells prices by itself; null of a source without one.
    #[schema(required)]
    feed: Option<SourceFeed>,
    /// What was found when its files were last read: the first sentences, and how many more there are.
    notes: Vec<String>,
    /// Number of bars of past days that said something else when its files were last read than before.
    restated: u64,
}

/// Why a source cannot be used as it should be.
#[derive(Debug, Serialize, ToSchema)]
struct SourceFault {
    /// What is wrong, one sentence.
    reason: String,
    /// Since when, in real time; null where the source does not know.
    #[schema(required)]
    since: Option<Instant>,
    /// Real time before which it is not asked again; null where nothing is waited for.
    #[schema(required)]
    not_before: Option<Instant>,
}

/// How a feed stands that tells prices by itself. Times are real ones.
#[derive(Debug, Serialize, ToSchema)]
struct SourceFeed {
    /// Shares that are followed.
    followed: u64,
    /// Since when there is a connection; null without one.
    #[schema(required)]
    connected_at: Option<Instant>,
    /// When prices last came on this connection; null before the first.
    #[schema(required)]
    heard_at: Option<Instant>,
    /// Whether it is silent while the exchange trades, so that prices are asked for instead.
    silent: bool,
}

/// How the line to a source over the net is used. Times are real ones.
#[derive(Debug, Serialize, ToSchema)]
struct SourceLine {
    /// Requests since the start of the daemon.
    requests: u64,
    /// Requests within the last minute.
    last_minute: u64,
    /// Most requests in a minute.
    most_per_minute: u32,
    /// Shares that are being fetched or wait for it.
    waiting: u64,
    /// Time of the last usable answer; null before the first.
    #[schema(required)]
    answered_at: Option<Instant>,
    /// Time of the last request without one; null when there was none.
    #[schema(required)]
    failed_at: Option<Instant>,
    /// Why that had none; null when there was none.
    #[schema(required)]
    failed: Option<String>,
    /// Bars in memory.
    bars: u64,
    /// Most bars in memory.
    most_bars: u64,
    /// Shares whose minutes of the running day are in memory.
    minutes_of: u64,
    /// Most of them.
    most_minutes_of: u64,
}

/// How each source of market data stands, in the order in which they are asked. Nothing is asked over the net for it.
#[utoipa::path(get, path = "/api/v1/system/market/sources", operation_id = "market_sources", tag = "market",
    responses((status = OK, body = MarketSourceList)))]
async fn sources(State(api): State<Api>, _admin: Admin) -> Json<MarketSourceList> {
    let MarketSources { sources, expected } = api.daemon.queries.market_sources();
    let view = |source: SourceState| {
        let stale = source.newest.is_some_and(|newest| expected.is_some_and(|expected| newest < expected));
        MarketSource { stale, ..MarketSource::from(source) }
    };
    let items = sources.into_iter().map(view).collect();
    Json(MarketSourceList { items, expected_day: expected.map(Date) })
}

impl From<SourceState> for MarketSource {
    fn from(state: SourceState) -> Self {
        let report = state.report.as_ref();
        Self {
            source: state.source,
            answers: state.answers.questions().map(Question::name).collect(),
            folders: state.folders.iter().map(|folder| folder.display().to_string()).collect(),
            shares: state.shares as u64,
            newest_day: state.newest.map(Date),
            stale: false,
            notes: report.map(|report| report.shown()).unwrap_or_default(),
            restated: report.map_or(0, |report| report.restated as u64),
            trouble: state.trouble.map(SourceFault::from),
            line: state.line.map(SourceLine::from),
            feed: state.feed.map(SourceFeed::from),
        }
    }
}

impl From<SourceTrouble> for SourceFault {
    fn from(trouble: SourceTrouble) -> Self {
        let SourceTrouble { reason, since, until, .. } = trouble;
        Self { reason, since: since.map(Instant), not_before: until.map(Instant) }
    }
}

impl From<FeedState> for SourceFeed {
    fn from(feed: FeedState) -> Self {
        let FeedState { followed, connected, heard_at, silent } = feed;
        Self {
            followed: followed as u64,
            connected_at: connected.map(Instant),
            heard_at: heard_at.map(Instant),
            silent,
        }
    }
}

impl From<LineState> for SourceLine {
    fn from(line: LineState) -> Self {
        let (failed_at, failed) = line.failed.unzip();
        Self {
            requests: line.asked,
            last_minute: line.asked_last_minute as u64,
            most_per_minute: line.per_minute,
            waiting: line.waiting as u64,
            answered_at: line.answered_at.map(Instant),
            failed_at: failed_at.map(Instant),
            failed,
            bars: line.bars as u64,
            most_bars: line.most_bars as u64,
            minutes_of: line.tapes as u64,
            most_minutes_of: line.most_tapes as u64,
        }
    }
}
