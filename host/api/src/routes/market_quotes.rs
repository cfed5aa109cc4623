//! `/api/v1/market/quotes`: the last prices of some shares.

use std::collections::BTreeSet;

use axum::extract::State;
use prahari_app::queries::Quote as MarketQuote;
use prahari_domain::instruments::Symbol;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::Caller;
use crate::extract::{Json, Query};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::Instant;

/// Most shares of one request.
const MOST_SYMBOLS: usize = 50;

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(quotes))
}

/// Query parameters that select the shares.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct QuotesQuery {
    /// The shares, by their symbols at the exchange with commas between them, 50 at most. One that is named twice counts once.
    #[param(min_length = 1, max_length = 1649, pattern = "^[A-Z0-9&,-]+$", example = "INFY,TCS")]
    symbols: String,
}

/// The last prices of some shares.
#[derive(Debug, Serialize, ToSchema)]
struct Quotes {
    /// One for each share that has a price, by symbol.
    #[schema(max_items = 50)]
    quotes: Vec<Quote>,
    /// The shares that are unknown or have no price yet, by symbol.
    #[schema(max_items = 50)]
    unpriced: Vec<String>,
}

/// The last price of a share. Prices in paise.
#[derive(Debug, Serialize, ToSchema)]
struct Quote {
    /// The share, by its symbol at the exchange.
    symbol: String,
    /// Last traded price; before the first trade of the day, the previous close.
    last_paise: i64,
    /// Close of the last session before today, not adjusted on an ex-date.
    previous_close_paise: i64,
    /// Last price less previous close.
    day_change_paise: i64,
    /// That change in hundredths of a percent of the previous close, rounded; null when there is no previous close.
    #[schema(required)]
    day_change_basis_points: Option<i64>,
    /// Opening price of today; null before the open.
    #[schema(required)]
    open_paise: Option<i64>,
    /// Highest price of today so far; null before the open.
    #[schema(required)]
    high_paise: Option<i64>,
    /// Lowest price of today so far; null before the open.
    #[schema(required)]
    low_paise: Option<i64>,
    /// Shares traded today so far.
    volume: u64,
    /// Time at which the last trade was seen.
    priced_at: Instant,
    /// Name of the source that says so, such as `csv` or `synthetic`.
    source: &'static str,
    /// Whether a price here is computed back from an adjusted one by corporate actions: the source does not have what was traded.
    /// Prices of today never are, other than the previous close.
    derived: bool,
}

/// Returns the last prices of some shares, by symbol. Each request counts against what a user may ask within a minute.
#[utoipa::path(get, path = "/api/v1/market/quotes", operation_id = "market_quotes", tag = "market", params(QuotesQuery),
    responses((status = OK, body = Quotes)))]
async fn quotes(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<QuotesQuery>,
) -> Result<Json<Quotes>, Problem> {
    let symbols = named(&query.symbols)?;
    api.market_reads.begin(caller.0.user, api.daemon.clock.now())?;
    let found = api.daemon.queries.market_quotes(&symbols).await?;
    let (mut quotes, mut unpriced) = (Vec::new(), Vec::new());
    for (symbol, quote) in symbols.iter().zip(found) {
        match quote {
            Some(quote) => quotes.push(Quote::from(quote)),
            None => unpriced.push(symbol.to_string()),
        }
    }
    Ok(Json(Quotes { quotes, unpriced }))
}

/// The shares that a text names, by symbol and each once.
///
/// # Errors
/// When one is no symbol, or there are more than 50.
pub(super) fn named(text: &str) -> Result<Vec<Symbol>, Problem> {
    let read = |name| Symbol::new(name).map_err(|error| Problem::invalid(format!("symbols: {error}")));
    let symbols = text.split(',').map(read).collect::<Result<BTreeSet<Symbol>, Problem>>()?;
    if symbols.len() > MOST_SYMBOLS {
        let sentence = format!("symbols: {} are more than {MOST_SYMBOLS}", symbols.len());
        return Err(Problem::invalid(sentence));
    }
    Ok(symbols.into_iter().collect())
}

impl From<MarketQuote> for Quote {
    fn from(quote: MarketQuote) -> Self {
        let change = quote.last - quote.previous_close;
        Self {
            symbol: quote.symbol.to_string(),
            last_paise: quote.last.0,
            previous_close_paise: quote.previous_close.0,
            day_change_paise: change.0,
            day_change_basis_points: change.scale(10_000, quote.previous_close.0).map(|points| points.0),
            open_paise: quote.open.map(|price| price.0),
            high_paise: quote.high.map(|price| price.0),
            low_paise: quote.low.map(|price| price.0),
            volume: quote.volume,
            priced_at: Instant(quote.at),
            source: quote.source,
            derived: quote.derived,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_named_once_each_and_fifty_at_most() {
        let of =
            |text: &str| named(text).map(|symbols| symbols.iter().map(Symbol::to_string).collect::<Vec<_>>());
        assert_eq!(of("TCS,INFY,TCS").unwrap(), ["INFY", "TCS"]);
        for wrong in ["", "TCS,", "tcs", "TCS;INFY"] {
            assert!(of(wrong).is_err(), "{wrong:?}");
        }
        let many = |count: usize| (0..count).map(|number| format!("S{number}")).collect::<Vec<_>>().join(",");
        assert_eq!(of(&many(50)).unwrap().len(), 50);
        assert!(of(&many(51)).is_err());
    }
}
