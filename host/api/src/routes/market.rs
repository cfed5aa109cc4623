//! `/api/v1/market`: shares, their bars and their last prices. Each request counts against what a user may ask within a minute.

use axum::extract::State;
use prahari_app::queries::{IndicatedCandle, Interval, MarketSymbol};
use prahari_domain::instruments::Symbol;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::Caller;
use crate::extract::{Json, Query};
use crate::problem::{Code, Problem};
use crate::state::Api;
use crate::view::{Date, Instant, Page, limit, page, parse_cursor, symbol};

/// Most bars of one answer.
const MOST_BARS: u32 = 1_000;

/// Number of bars when the request gives none: a quarter of sessions.
const USUAL_BARS: u32 = 60;

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(symbols)).routes(routes!(candles))
}

/// Query parameters that select the shares.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SymbolsQuery {
    /// Only shares whose symbol contains this, in capitals or not; all of them when it is not named.
    #[param(min_length = 1, max_length = 32, pattern = "^[A-Za-z0-9&-]+$")]
    q: Option<String>,
    /// Largest number of items on the page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// Cursor: `next` of the previous page.
    #[param(max_length = 100)]
    cursor: Option<String>,
}

/// A share that the source of market data knows.
#[derive(Debug, Serialize, ToSchema)]
struct Share {
    /// The share, by its symbol at the exchange.
    symbol: String,
    /// Name of the company; null, because no source of market data that there is tells it.
    #[schema(required)]
    name: Option<String>,
    /// Series at the exchange, such as `EQ`; null when the source tells nothing of the share today.
    #[schema(required)]
    series: Option<String>,
}

/// Query parameters that select the bars.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct CandlesQuery {
    /// The share, by its symbol at the exchange.
    #[param(min_length = 1, max_length = 32, pattern = "^[A-Z0-9&-]+$")]
    symbol: String,
    /// Length of time of a bar; a session (`1d`) when it is not named.
    #[param(inline)]
    interval: Option<IntervalName>,
    /// Number of bars, the newest ones.
    #[param(minimum = 1, maximum = 1000, default = 60)]
    count: Option<u32>,
}

/// Length of time that a bar covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
enum IntervalName {
    /// A session.
    #[serde(rename = "1d")]
    Day,
    /// Monday to Sunday, dated by the Monday.
    #[serde(rename = "1w")]
    Week,
}

/// The bars of a share.
#[derive(Debug, Serialize, ToSchema)]
struct Bars {
    /// The share, by its symbol at the exchange.
    symbol: String,
    /// Length of time of each bar.
    interval: IntervalName,
    /// Name of the source that the bars are of, such as `csv` or `synthetic`.
    source: &'static str,
    /// Time of the newest trade that is in the bars; null when there are none.
    #[schema(required)]
    as_of: Option<Instant>,
    /// Whether the bars are computed back from adjusted ones by corporate actions that came later: the source does not have them
    /// in the prices of the day asked about.
    derived: bool,
    /// The bars, oldest first.
    #[schema(max_items = 1000)]
    bars: Vec<Bar>,
}

/// One bar, adjusted for splits and bonus issues. Prices in paise.
#[derive(Debug, Serialize, ToSchema)]
struct Bar {
    /// Trading date (IST); of a week its Monday.
    day: Date,
    /// First price.
    open_paise: i64,
    /// Highest price.
    high_paise: i64,
    /// Lowest price.
    low_paise: i64,
    /// Last price, of a running bar the last so far.
    close_paise: i64,
    /// Number of shares traded.
    volume: u64,
    /// The part of its trades that was delivered, and not sold again on the same day, in percent; null of a week, of a bar that
    /// still runs, and where the source does not tell it.
    #[schema(required)]
    delivered_percent: Option<f64>,
    /// Whether its session or week still runs.
    running: bool,
    /// Exponential average of the closes over nine bars, in paise and parts of a paisa; null of the first eight bars that there
    /// are. It is computed by what the tasks compute it with, from up to 250 bars before the first one of the answer.
    #[schema(required)]
    ema9_paise: Option<f64>,
    /// Wilder's relative strength index of the closes over ten bars, from 0 to 100; null of the first ten bars that there are.
    #[schema(required)]
    rsi10: Option<f64>,
}

/// Returns the shares that the source of market data knows, by symbol.
#[utoipa::path(get, path = "/api/v1/market/symbols", operation_id = "market_symbols", tag = "market", params(SymbolsQuery),
    responses((status = OK, body = Page<Share>)))]
async fn symbols(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<SymbolsQuery>,
) -> Result<Json<Page<Share>>, Problem> {
    let limit = limit(query.limit)?;
    let after: Option<Symbol> = parse_cursor(query.cursor.as_deref())?;
    api.market_reads.begin(caller.0.user, api.daemon.clock.now())?;
    let part = query.q.as_deref().unwrap_or_default();
    let found = api.daemon.queries.market_symbols(part, after.as_ref(), limit as usize + 1).await?;
    Ok(Json(page(found, limit, |share| share.symbol.clone(), Share::from)))
}

/// Returns the newest bars of a share, oldest first, with the indicators that the tasks go by.
#[utoipa::path(get, path = "/api/v1/market/candles", operation_id = "market_candles", tag = "market", params(CandlesQuery),
    responses((status = OK, body = Bars)))]
async fn candles(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<CandlesQuery>,
) -> Result<Json<Bars>, Problem> {
    let count = query.count.unwrap_or(USUAL_BARS);
    if !(1..=MOST_BARS).contains(&count) {
        return Err(Problem::invalid(format!("count: {count} is not between 1 and {MOST_BARS}")));
    }
    let unknown = || Problem::new(Code::NotFound, format!("there is no share {}", query.symbol));
    let symbol = symbol(Some(&query.symbol))?.ok_or_else(unknown)?;
    api.market_reads.begin(caller.0.user, api.daemon.clock.now())?;
    let interval = query.interval.unwrap_or(IntervalName::Day);
    let found = api.daemon.queries.market_candles(&symbol, interval.into(), count).await?;
    let found = found.ok_or_else(unknown)?;
    let (source, as_of, derived) = (found.source, found.as_of.map(Instant), found.derived);
    let bars = found.candles.into_iter().map(Bar::from).collect();
    Ok(Json(Bars { symbol: symbol.to_string(), interval, source, as_of, derived, bars }))
}

impl From<MarketSymbol> for Share {
    fn from(share: MarketSymbol) -> Self {
        Self { symbol: share.symbol.to_string(), name: None, series: share.series }
    }
}

impl From<IntervalName> for Interval {
    fn from(name: IntervalName) -> Self {
        match name {
            IntervalName::Day => Self::Daily,
            IntervalName::Week => Self::Weekly,
        }
    }
}

impl From<IndicatedCandle> for Bar {
    fn from(of: IndicatedCandle) -> Self {
        let IndicatedCandle { candle, running, delivered, ema9, rsi10 } = of;
        Self {
            day: Date(candle.day),
            open_paise: candle.open.0,
            high_paise: candle.high.0,
            low_paise: candle.low.0,
            close_paise: candle.close.0,
            volume: candle.volume,
            delivered_percent: delivered.map(|part| f64::from(part) / 100.0),
            running,
            ema9_paise: ema9,
            rsi10,
        }
    }
}
