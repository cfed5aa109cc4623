//! `/api/v1/system/market/restatements`: bars of past days that a source said otherwise than before.

use axum::extract::State;
use prahari_app::queries::{RestatedBar, RestatedFilter};
use prahari_domain::instruments::Candle;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::Admin;
use crate::extract::{Json, Query};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::{Date, Instant, Page, limit, page, parse_cursor, symbol};

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(restatements))
}

/// Query parameters that select the bars.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct RestatementsQuery {
    /// Only bars of this share.
    #[param(min_length = 1, max_length = 32, pattern = "^[A-Z0-9&-]+$")]
    symbol: Option<String>,
    /// Largest number of items on the page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// Cursor: `next` of the previous page.
    #[param(max_length = 100)]
    cursor: Option<String>,
}

/// A bar of a past day that came otherwise than it was known.
#[derive(Debug, Serialize, ToSchema)]
struct Restatement {
    /// Real time at which it came otherwise.
    restated_at: Instant,
    /// Name of the source that says so.
    source: String,
    /// The share, by its symbol at the exchange.
    symbol: String,
    /// Day of the bar.
    day: Date,
    /// What changed of it: `open`, `high`, `low`, `close`, `volume`; all of it when it is gone.
    changed: Vec<&'static str>,
    /// The bar as it was known.
    before: BarValues,
    /// The bar as it came; null when it came no more.
    #[schema(required)]
    after: Option<BarValues>,
}

/// What a bar of a day says.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
struct BarValues {
    /// First price, in paise.
    open_paise: i64,
    /// Highest price, in paise.
    high_paise: i64,
    /// Lowest price, in paise.
    low_paise: i64,
    /// Last price, in paise.
    close_paise: i64,
    /// Number of shares traded.
    volume: u64,
}

/// Bars of past days that a source over the net said otherwise than when they were fetched before: the newest restatement first, of
/// one the latest day first. After a split all of a share's history is among them. Of a year's bars the last five versions are kept.
#[utoipa::path(get, path = "/api/v1/system/market/restatements", operation_id = "restatements", tag = "market",
    params(RestatementsQuery), responses((status = OK, body = Page<Restatement>)))]
async fn restatements(
    State(api): State<Api>,
    _admin: Admin,
    Query(query): Query<RestatementsQuery>,
) -> Result<Json<Page<Restatement>>, Problem> {
    let limit = limit(query.limit)?;
    let filter = RestatedFilter {
        symbol: symbol(query.symbol.as_deref())?,
        after: parse_cursor(query.cursor.as_deref())?,
        limit: limit + 1,
    };
    let bars = api.daemon.queries.restated_bars(&filter).await?;
    Ok(Json(page(bars, limit, |bar| bar.cursor.clone(), Restatement::from)))
}

impl From<RestatedBar> for Restatement {
    fn from(bar: RestatedBar) -> Self {
        let RestatedBar { cursor, before, after } = bar;
        let (before, after) = (BarValues::from(before), after.map(BarValues::from));
        Self {
            restated_at: Instant(cursor.restated_at),
            source: cursor.source,
            symbol: cursor.symbol.to_string(),
            day: Date(cursor.day),
            changed: before.changed(after),
            before,
            after,
        }
    }
}

impl BarValues {
    /// The names of what is otherwise in a newer bar; all where there is none.
    fn changed(self, after: Option<Self>) -> Vec<&'static str> {
        let fields = |bar: Self| {
            [
                ("open", bar.open_paise.unsigned_abs()),
                ("high", bar.high_paise.unsigned_abs()),
                ("low", bar.low_paise.unsigned_abs()),
                ("close", bar.close_paise.unsigned_abs()),
                ("volume", bar.volume),
            ]
        };
        let after = after.map(fields);
        let is_other = |(at, value): &(usize, (&str, u64))| {
            after.is_none_or(|after| after.get(*at).is_none_or(|now| now != value))
        };
        fields(self).into_iter().enumerate().filter(is_other).map(|(_, (name, _))| name).collect()
    }
}

impl From<Candle> for BarValues {
    fn from(bar: Candle) -> Self {
        Self {
            open_paise: bar.open.0,
            high_paise: bar.high.0,
            low_paise: bar.low.0,
            close_paise: bar.close.0,
            volume: bar.volume,
        }
    }
}
