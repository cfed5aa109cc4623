//! `/api/v1/pnl`: what each trading date brought, and a stretch of them together.

use axum::extract::State;
use prahari_app::desk::{DailyStatement, StrategyStatement, UnpricedPosition};
use prahari_app::queries;
use prahari_domain::time::Day;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::Caller;
use crate::extract::{Json, Query};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::{Date, Page, StrategyLabel, limit, page, parse_cursor, range};

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(daily)).routes(routes!(summary))
}

/// Query parameters that select the dates.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DailyQuery {
    /// The user to ask about; the caller when nobody is named, and only an admin may name somebody else.
    user: Option<u64>,
    /// First trading date of the range, included.
    #[param(inline)]
    from: Option<Date>,
    /// Last trading date of the range, included.
    #[param(inline)]
    through: Option<Date>,
    /// Largest number of items on the page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// Cursor: `next` of the previous page.
    #[param(max_length = 100)]
    cursor: Option<String>,
}

/// Query parameters: range of trading dates to add up.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SummaryQuery {
    /// The user to ask about; the caller when nobody is named, and only an admin may name somebody else.
    user: Option<u64>,
    /// First trading date of the range, included.
    #[param(inline)]
    from: Option<Date>,
    /// Last trading date of the range, included.
    #[param(inline)]
    through: Option<Date>,
}

/// A trading date after its close.
#[derive(Debug, Serialize, ToSchema)]
struct DailyPnl {
    /// Trading date (IST).
    day: Date,
    /// Realised profit or loss of the date before charges, in paise.
    realised_paise: i64,
    /// The charges of its fills, in paise.
    charges_paise: i64,
    /// Dividends: paid to the bank, and no part of the cash, in paise.
    income_paise: i64,
    /// Realised profit or loss and income, less charges, in paise.
    net_paise: i64,
    /// Market value less cost of what was held at its end.
    unrealised_paise: i64,
    /// Cash at the end of the date, in paise.
    cash_paise: i64,
    /// What was held at its end, each share at its last price or at the last that was known.
    market_value_paise: i64,
    /// Executions of its orders.
    trades: u32,
    /// Number of orders placed for the date.
    orders: u32,
    /// Number of orders that expired.
    orders_expired: u32,
    /// Number of symbols held at the end of the date.
    open_positions: u32,
    /// Those for which the market told no price, with the one that they are valued at.
    unpriced: Vec<UnpricedShare>,
    /// The part of each strategy, by name; they add up to the figures above.
    strategies: Vec<StrategyPnl>,
}

/// What one strategy brought.
#[derive(Debug, Serialize, ToSchema)]
struct StrategyPnl {
    /// The strategy.
    strategy: StrategyLabel,
    /// Realised with its own lots, before charges.
    realised_paise: i64,
    /// By how much its fills made the charges grow, in paise; what strategies share on a day, the first of them pays.
    charges_paise: i64,
    /// Dividends of what it held, in paise.
    income_paise: i64,
    /// Realised and income, less charges.
    net_paise: i64,
    /// Market value less cost of what it held at the end.
    unrealised_paise: i64,
    /// Its fills.
    trades: u64,
}

/// A share that is valued at an earlier day's price.
#[derive(Debug, Serialize, ToSchema)]
struct UnpricedShare {
    /// The share, by its symbol at the exchange.
    symbol: String,
    /// The price that was known last; of a share that never had one, what it cost.
    price_paise: i64,
    /// The date of that price; of a share that never had one, the first on which it could have.
    priced_on: Date,
}

/// A stretch of trading dates together.
#[derive(Debug, Serialize, ToSchema)]
struct PnlSummary {
    /// The first date with a statement; null when there is none.
    #[schema(required)]
    from: Option<Date>,
    /// The last date with a statement; null when there is none.
    #[schema(required)]
    through: Option<Date>,
    /// Number of dates with a statement.
    days: u32,
    /// Realised profit or loss before charges, in paise.
    realised_paise: i64,
    /// Charges of all of them, in paise.
    charges_paise: i64,
    /// Dividends: paid to the bank, and no part of the cash, in paise.
    income_paise: i64,
    /// Realised profit or loss and income, less charges, in paise.
    net_paise: i64,
    /// Market value less cost of what was held at the end.
    unrealised_paise: i64,
    /// Fills of all of them.
    trades: u64,
    /// Dates that brought more than they cost.
    days_up: u32,
    /// Dates that cost more than they brought.
    days_down: u32,
    /// The date that brought most; null when there is none.
    #[schema(required)]
    best_day: Option<DayNet>,
    /// The date that brought least; null when there is none.
    #[schema(required)]
    worst_day: Option<DayNet>,
    /// The part of each strategy, by name; they add up to the figures above.
    strategies: Vec<StrategyPnl>,
}

/// Result of one trading date.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
struct DayNet {
    /// Trading date (IST).
    day: Date,
    /// Realised profit or loss and income, less charges, in paise.
    net_paise: i64,
}

/// Profit and loss by trading date, newest first: the dates with a statement, today among them from the evening on.
#[utoipa::path(get, path = "/api/v1/pnl/daily", operation_id = "daily_pnl", tag = "pnl", params(DailyQuery),
    responses((status = OK, body = Page<DailyPnl>)))]
async fn daily(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<DailyQuery>,
) -> Result<Json<Page<DailyPnl>>, Problem> {
    let user = caller.target_user(&api, query.user)?;
    let limit = limit(query.limit)?;
    range(("from", query.from), ("through", query.through))?;
    let (from, mut through) = bounds(query.from, query.through);
    if let Some(last) = parse_cursor::<Day>(query.cursor.as_deref())? {
        let Some(before) = last.pred_opt() else { return Ok(Json(Page::whole([]))) };
        through = through.min(before);
    }
    let statements = api.daemon.queries.of(&user).statements(from, through, limit + 1).await?;
    Ok(Json(page(statements, limit, |statement| statement.day, DailyPnl::from)))
}

/// Profit and loss of a stretch of trading dates; of all of them when no date is named.
#[utoipa::path(get, path = "/api/v1/pnl/summary", operation_id = "pnl_summary", tag = "pnl", params(SummaryQuery),
    responses((status = OK, body = PnlSummary)))]
async fn summary(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<SummaryQuery>,
) -> Result<Json<PnlSummary>, Problem> {
    let user = caller.target_user(&api, query.user)?;
    range(("from", query.from), ("through", query.through))?;
    let (from, through) = bounds(query.from, query.through);
    Ok(Json(api.daemon.queries.of(&user).pnl_summary(from, through).await?.into()))
}

/// The years that can be written with four digits: dates are compared as text.
fn bounds(from: Option<Date>, through: Option<Date>) -> (Day, Day) {
    let first = Day::from_ymd_opt(1, 1, 1).unwrap_or(Day::MIN);
    let last = Day::from_ymd_opt(9999, 12, 31).unwrap_or(Day::MAX);
    (from.map_or(first, |day| day.0), through.map_or(last, |day| day.0))
}

impl From<DailyStatement> for DailyPnl {
    fn from(statement: DailyStatement) -> Self {
        let strategies = statement.by_strategy().into_iter().map(StrategyPnl::from).collect();
        Self {
            day: Date(statement.day),
            realised_paise: statement.realised.0,
            charges_paise: statement.charges.0,
            income_paise: statement.income.0,
            net_paise: statement.net().0,
            unrealised_paise: statement.unrealised.0,
            cash_paise: statement.cash.0,
            market_value_paise: statement.market_value.0,
            trades: statement.fills,
            orders: statement.orders_placed,
            orders_expired: statement.orders_expired,
            open_positions: statement.open_positions,
            unpriced: statement.unpriced.into_iter().map(UnpricedShare::from).collect(),
            strategies,
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

impl From<queries::PnlSummary> for PnlSummary {
    fn from(summary: queries::PnlSummary) -> Self {
        let count = |days: usize| u32::try_from(days).unwrap_or(u32::MAX);
        Self {
            from: summary.from.map(Date),
            through: summary.through.map(Date),
            days: count(summary.days),
            realised_paise: summary.realised.0,
            charges_paise: summary.charges.0,
            income_paise: summary.income.0,
            net_paise: summary.net().0,
            unrealised_paise: summary.unrealised.0,
            trades: summary.trades,
            days_up: count(summary.days_up),
            days_down: count(summary.days_down),
            best_day: summary.best_day.map(DayNet::from),
            worst_day: summary.worst_day.map(DayNet::from),
            strategies: summary.strategies.into_iter().map(StrategyPnl::from).collect(),
        }
    }
}

impl From<StrategyStatement> for StrategyPnl {
    fn from(part: StrategyStatement) -> Self {
        Self {
            strategy: StrategyLabel(part.strategy),
            realised_paise: part.realised.0,
            charges_paise: part.charges.0,
            income_paise: part.income.0,
            net_paise: part.net().0,
            unrealised_paise: part.unrealised().0,
            trades: part.fills.into(),
        }
    }
}

impl From<queries::StrategyPnl> for StrategyPnl {
    fn from(part: queries::StrategyPnl) -> Self {
        Self {
            strategy: StrategyLabel(part.strategy),
            realised_paise: part.realised.0,
            charges_paise: part.charges.0,
            income_paise: part.income.0,
            net_paise: part.net().0,
            unrealised_paise: part.unrealised.0,
            trades: part.trades,
        }
    }
}

impl From<queries::DayNet> for DayNet {
    fn from(queries::DayNet { day, net }: queries::DayNet) -> Self {
        Self { day: Date(day), net_paise: net.0 }
    }
}
