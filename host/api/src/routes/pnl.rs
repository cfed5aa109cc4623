//! `/api/v1/pnl`: what each trading date brought, and a stretch of them together.

use axum::extract::State;
use prahari_app::desk::{Statement, UnpricedPosition};
use prahari_app::error::AppError;
use prahari_domain::ids::UserId;
use prahari_domain::money::Paise;
use prahari_domain::time::Day;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::Caller;
use crate::extract::{Json, Query};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::{Date, Page, limit, page, place, range};

/// The routes.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(daily)).routes(routes!(summary))
}

/// Most trading dates that one summary adds up: forty years.
const MOST_DATES: u32 = 10_000;

/// Which dates are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DailyQuery {
    /// Whose; an admin may name anybody.
    user: Option<u64>,
    /// The first date.
    #[param(inline)]
    from: Option<Date>,
    /// The last date.
    #[param(inline)]
    through: Option<Date>,
    /// Most items of the page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// `next` of the page before.
    #[param(max_length = 100)]
    cursor: Option<String>,
}

/// What to add up.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SummaryQuery {
    /// Whose; an admin may name anybody.
    user: Option<u64>,
    /// The first date.
    #[param(inline)]
    from: Option<Date>,
    /// The last date.
    #[param(inline)]
    through: Option<Date>,
}

/// A trading date after its close.
#[derive(Debug, Serialize, ToSchema)]
struct DailyPnl {
    /// Which date.
    day: Date,
    /// Realised on it, before charges.
    realised_paise: i64,
    /// Its charges.
    charges_paise: i64,
    /// Realised less charges.
    net_paise: i64,
    /// Market value less cost of what was held at its end.
    unrealised_paise: i64,
    /// Cash at its end.
    cash_paise: i64,
    /// What was held at its end, each share at its last price or at the last that was known.
    market_value_paise: i64,
    /// Executions of its orders.
    trades: u32,
    /// Its orders.
    orders: u32,
    /// Those that ended with their validity.
    orders_expired: u32,
    /// Shares held at its end.
    open_positions: u32,
    /// Those for which the market told no price, with the one that they are valued at.
    unpriced: Vec<UnpricedShare>,
}

/// A share that is valued at an earlier day's price.
#[derive(Debug, Serialize, ToSchema)]
struct UnpricedShare {
    /// Which share.
    symbol: String,
    /// The price that was known last.
    price_paise: i64,
    /// The date of that price.
    priced_on: Date,
}

/// A stretch of trading dates together.
#[derive(Debug, Serialize, ToSchema)]
struct PnlSummary {
    /// The first date with a statement; null when there is none.
    #[schema(required)]
    from: Option<Date>,
    /// The last one.
    #[schema(required)]
    through: Option<Date>,
    /// How many there are.
    days: u32,
    /// Realised, before charges.
    realised_paise: i64,
    /// Charges.
    charges_paise: i64,
    /// Realised less charges.
    net_paise: i64,
    /// Market value less cost of what was held at the end.
    unrealised_paise: i64,
    /// Executions.
    trades: u64,
    /// Dates that brought more than they cost.
    days_up: u32,
    /// Dates that cost more than they brought.
    days_down: u32,
    /// The best date.
    #[schema(required)]
    best_day: Option<DayNet>,
    /// The worst date.
    #[schema(required)]
    worst_day: Option<DayNet>,
}

/// What one date brought.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
struct DayNet {
    /// Which date.
    day: Date,
    /// Realised less charges.
    net_paise: i64,
}

/// Profit and loss by trading date, newest first: the dates whose books are closed.
#[utoipa::path(get, path = "/api/v1/pnl/daily", tag = "pnl", params(DailyQuery),
    responses((status = OK, body = Page<DailyPnl>)))]
async fn daily(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<DailyQuery>,
) -> Result<Json<Page<DailyPnl>>, Problem> {
    let user = caller.subject(&api, query.user)?;
    let limit = limit(query.limit)?;
    range(("from", query.from), ("through", query.through))?;
    let (from, mut through) = bounds(query.from, query.through);
    if let Some(last) = place::<Day>(query.cursor.as_deref())? {
        let Some(before) = last.pred_opt() else { return Ok(Json(Page::whole([]))) };
        through = through.min(before);
    }
    let statements = statements(&api, user, from, through, limit + 1).await?;
    Ok(Json(page(statements, limit, |statement| statement.day, DailyPnl::from)))
}

/// Profit and loss of a stretch of trading dates; of all of them when no date is named.
#[utoipa::path(get, path = "/api/v1/pnl/summary", tag = "pnl", params(SummaryQuery),
    responses((status = OK, body = PnlSummary)))]
async fn summary(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<SummaryQuery>,
) -> Result<Json<PnlSummary>, Problem> {
    let user = caller.subject(&api, query.user)?;
    range(("from", query.from), ("through", query.through))?;
    let (from, through) = bounds(query.from, query.through);
    Ok(Json(PnlSummary::of(&statements(&api, user, from, through, MOST_DATES).await?)))
}

/// The years that can be written with four digits: dates are compared as text.
fn bounds(from: Option<Date>, through: Option<Date>) -> (Day, Day) {
    let first = Day::from_ymd_opt(1, 1, 1).unwrap_or(Day::MIN);
    let last = Day::from_ymd_opt(9999, 12, 31).unwrap_or(Day::MAX);
    (from.map_or(first, |day| day.0), through.map_or(last, |day| day.0))
}

/// Newest first.
async fn statements(
    api: &Api,
    user: UserId,
    from: Day,
    through: Day,
    limit: u32,
) -> Result<Vec<Statement>, Problem> {
    let rows = api.daemon.store.user(user).statements_between(from, through, limit).await?;
    let read = |(_, text): (Day, String)| serde_json::from_str(&text).map_err(AppError::from);
    Ok(rows.into_iter().map(read).collect::<Result<_, _>>()?)
}

fn net(statement: &Statement) -> Paise {
    statement.realised - statement.charges
}

impl From<Statement> for DailyPnl {
    fn from(statement: Statement) -> Self {
        Self {
            day: Date(statement.day),
            realised_paise: statement.realised.0,
            charges_paise: statement.charges.0,
            net_paise: net(&statement).0,
            unrealised_paise: statement.unrealised.0,
            cash_paise: statement.cash.0,
            market_value_paise: statement.market_value.0,
            trades: statement.fills,
            orders: statement.orders_placed,
            orders_expired: statement.orders_expired,
            open_positions: statement.open_positions,
            unpriced: statement.unpriced.into_iter().map(UnpricedShare::from).collect(),
        }
    }
}

impl From<UnpricedPosition> for UnpricedShare {
    fn from(position: UnpricedPosition) -> Self {
        Self {
            symbol: position.symbol.to_string(),
            price_paise: position.price.0,
            priced_on: Date(position.priced_on),
        }
    }
}

impl PnlSummary {
    /// Of statements, newest first.
    fn of(statements: &[Statement]) -> Self {
        let count = |wanted: fn(Paise) -> bool| {
            let days = statements.iter().filter(|statement| wanted(net(statement))).count();
            u32::try_from(days).unwrap_or(u32::MAX)
        };
        let day_net =
            |statement: &Statement| DayNet { day: Date(statement.day), net_paise: net(statement).0 };
        let realised: Paise = statements.iter().map(|statement| statement.realised).sum();
        let charges: Paise = statements.iter().map(|statement| statement.charges).sum();
        Self {
            from: statements.last().map(|statement| Date(statement.day)),
            through: statements.first().map(|statement| Date(statement.day)),
            days: count(|_| true),
            realised_paise: realised.0,
            charges_paise: charges.0,
            net_paise: (realised - charges).0,
            unrealised_paise: statements.first().map_or(0, |statement| statement.unrealised.0),
            trades: statements.iter().map(|statement| u64::from(statement.fills)).sum(),
            days_up: count(|net| net > Paise::ZERO),
            days_down: count(|net| net < Paise::ZERO),
            best_day: statements.iter().max_by_key(|statement| net(statement)).map(day_net),
            worst_day: statements.iter().min_by_key(|statement| net(statement)).map(day_net),
        }
    }
}
