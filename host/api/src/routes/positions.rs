//! `/api/v1/positions` and `/api/v1/funds`: what a user holds, at the last price, and the money beside it.

use axum::extract::State;
use prahari_app::caretakers::TasksOfStrategies;
use prahari_app::desk::Valuation;
use prahari_app::queries::{self, FoundDecision};
use prahari_domain::book::{OpenLot, PositionEntry};
use prahari_domain::calendar::Calendar;
use prahari_domain::strategies::StrategyName;
use prahari_domain::time::Day;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::executions::Decision;
use super::orders::OrderPurpose;
use crate::caller::Caller;
use crate::extract::{Json, Query};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::{Date, Instant, Page, StrategyLabel, TaskName, UserQuery};

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(positions)).routes(routes!(funds))
}

/// What one strategy holds of a share. At the broker the lots of all strategies are one position.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Position {
    /// The share, by its symbol at the exchange.
    symbol: String,
    /// The strategy whose lots they are: its tasks see them and may sell them, and no others.
    strategy: StrategyLabel,
    /// The tasks of that strategy that may trade and that a service runs for the user, in their order; none when nothing looks
    /// after the position.
    looked_after_by: Vec<TaskName>,
    /// Shares held now.
    quantity: u32,
    /// Mean cost per share of what is still held, charges not included.
    average_price_paise: i64,
    /// Cost of what is still held, charges not included.
    invested_paise: i64,
    /// The last price; while the market tells none, the last that was known; what a share cost where there never was one.
    last_price_paise: i64,
    /// Time at which that price was seen; null where no price of the share was ever known.
    #[schema(required)]
    priced_at: Option<Instant>,
    /// Whether the market tells no price, so that this one is of an earlier day or none at all.
    unpriced: bool,
    /// Name of the source that told the price, such as `csv` or `synthetic`; null of a price that was known before.
    #[schema(required)]
    source: Option<&'static str>,
    /// Value of the position at the last price, in paise.
    market_value_paise: i64,
    /// Market value less cost, in paise.
    unrealised_paise: i64,
    /// Trading date of the first buy since nothing was held.
    opened_on: Date,
    /// The buys since then, oldest first.
    entries: Vec<Entry>,
}

/// Query parameters that say whose positions are asked for, and how much of them.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PositionsQuery {
    /// The user to ask about; the caller when nobody is named, and only an admin may name somebody else.
    user: Option<u64>,
    /// Whether the lots of each position are told too.
    #[param(default = false)]
    lots: Option<bool>,
}

/// An open position, and what tasks said of it.
#[derive(Debug, Serialize, ToSchema)]
struct PositionDetail {
    #[serde(flatten)]
    position: Position,
    /// The last decision of each task of its strategy about the position since it was opened, newest first. The newest
    /// 800 executions of each task are looked at.
    verdicts: Vec<Verdict>,
    /// The lots that are left of it, the one that is sold first before the others; null unless they are asked for.
    #[schema(required)]
    lots: Option<Vec<PositionLot>>,
}

/// Shares of a position that were bought together and are still held.
#[derive(Debug, Serialize, ToSchema)]
struct PositionLot {
    /// Id of the buying order.
    order: String,
    /// The strategy whose lot it is, which is that of the position.
    strategy: StrategyLabel,
    /// Trading date of the buy (IST).
    bought_on: Date,
    /// Trading day on which its shares arrive: the next one after the buy that is no settlement holiday. Null where the calendar does
    /// not reach so far.
    #[schema(required)]
    settles_on: Option<Date>,
    /// Calendar days since then; 0 on that date.
    age_days: i64,
    /// Shares that are left of it.
    quantity: u32,
    /// Price per share of the buy, in paise.
    price_paise: i64,
    /// Cost of the shares that are left, charges not included, in paise.
    cost_paise: i64,
}

/// The last decision of a task about a position.
#[derive(Debug, Serialize, ToSchema)]
struct Verdict {
    /// The task that decided.
    task: TaskName,
    /// The execution in which it did.
    execution: u64,
    /// Start time of that execution.
    decided_at: Instant,
    #[serde(flatten)]
    decision: Decision,
}

/// A buy that is part of a position.
#[derive(Debug, Serialize, ToSchema)]
struct Entry {
    /// Id of the buying order.
    order: String,
    /// The purpose of the buy.
    purpose: OrderPurpose,
    /// Shares that the order has bought so far, also those that were sold since, in the shares of now; 0 where a corporate action left
    /// no whole share of it.
    quantity: u32,
    /// Average price of the fills, in paise.
    price_paise: i64,
    /// RSI at the decision, over the days that the user has set.
    #[schema(required)]
    rsi: Option<f64>,
    /// Trading date of its first fill.
    day: Date,
}

/// Money of a user, in paise.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Funds {
    /// Capital paid in, withdrawals taken off, in paise.
    capital_paise: i64,
    /// Money on the account, charges paid.
    cash_paise: i64,
    /// Cash reserved for open buys, in paise.
    reserved_paise: i64,
    /// Cash that a new buy may use, in paise.
    available_paise: i64,
    /// Cost of what is held, charges not included, in paise.
    invested_paise: i64,
    /// What is held, each share at its last price or at the last that was known.
    market_value_paise: i64,
    /// Cash and market value of the positions, in paise.
    total_paise: i64,
    /// Realised profit or loss so far before charges, in paise.
    realised_paise: i64,
    /// Market value of the positions less cost, in paise.
    unrealised_paise: i64,
    /// All charges so far, in paise.
    charges_paise: i64,
    /// All dividends so far, in paise: paid to the bank, and no part of the cash.
    income_paise: i64,
}

/// Returns the open positions of a user, by symbol and strategy, each with what tasks said last of it.
#[utoipa::path(get, path = "/api/v1/positions", tag = "positions", params(PositionsQuery),
    responses((status = OK, body = Page<PositionDetail>)))]
async fn positions(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<PositionsQuery>,
) -> Result<Json<Page<PositionDetail>>, Problem> {
    let user = caller.target_user(&api, query.user)?;
    let of_user = api.daemon.queries.of(&user);
    let (held, caretakers) = (of_user.positions_with_lots().await, of_user.caretakers().await?);
    let (positions, lots): (Vec<Valuation>, Vec<Vec<OpenLot>>) = held.into_iter().unzip();
    let verdicts = of_user.verdicts(&positions).await?;
    let (today, asked) = (api.daemon.clock.now().ist_day(), query.lots == Some(true));
    let calendar = api.daemon.trading.calendar.current();
    let of = |((held, lots), verdicts): ((Valuation, Vec<OpenLot>), Vec<FoundDecision>)| PositionDetail {
        lots: asked.then(|| PositionLot::all(held.position.strategy, &lots, &calendar, today)),
        position: Position::of(held, &caretakers),
        verdicts: verdicts.into_iter().map(Verdict::from).collect(),
    };
    Ok(Json(Page::whole(positions.into_iter().zip(lots).zip(verdicts).map(of))))
}

/// Returns the funds of a user.
#[utoipa::path(get, path = "/api/v1/funds", tag = "positions", params(UserQuery),
    responses((status = OK, body = Funds)))]
async fn funds(
    State(api): State<Api>,
    caller: Caller,
    Query(target): Query<UserQuery>,
) -> Result<Json<Funds>, Problem> {
    let user = caller.target_user(&api, target.user)?;
    Ok(Json(api.daemon.queries.of(&user).holdings().await.funds.into()))
}

impl From<FoundDecision> for Verdict {
    fn from(found: FoundDecision) -> Self {
        Self {
            task: TaskName(found.task),
            execution: found.run.0,
            decided_at: Instant(found.started_at),
            decision: found.decision.into(),
        }
    }
}

impl PositionLot {
    /// The lots of a position of a strategy, with their age on `today`.
    fn all(strategy: StrategyName, lots: &[OpenLot], calendar: &Calendar, today: Day) -> Vec<Self> {
        let of = |lot: &OpenLot| Self {
            order: lot.order.to_string(),
            strategy: StrategyLabel(strategy),
            bought_on: Date(lot.bought_on),
            settles_on: calendar.settlement_day(lot.bought_on).ok().map(Date),
            age_days: today.signed_duration_since(lot.bought_on).num_days(),
            quantity: lot.quantity,
            price_paise: lot.price.0,
            cost_paise: lot.cost().0,
        };
        lots.iter().map(of).collect()
    }
}

impl From<queries::Funds> for Funds {
    fn from(funds: queries::Funds) -> Self {
        Self {
            capital_paise: funds.capital.0,
            cash_paise: funds.cash.0,
            reserved_paise: funds.reserved.0,
            available_paise: funds.available().0,
            invested_paise: funds.invested.0,
            market_value_paise: funds.market_value.0,
            total_paise: funds.total().0,
            realised_paise: funds.realised.0,
            unrealised_paise: funds.unrealised().0,
            charges_paise: funds.charges.0,
            income_paise: funds.income.0,
        }
    }
}

impl Position {
    /// A position, and which of these tasks look after it.
    pub(super) fn of(valuation: Valuation, caretakers: &TasksOfStrategies) -> Self {
        let market_value = valuation.value();
        let Valuation { position: held, price, at, unpriced, at_cost, source, .. } = valuation;
        let tasks = caretakers.get(&held.strategy).map_or(&[][..], Vec::as_slice);
        Self {
            symbol: held.symbol.to_string(),
            strategy: StrategyLabel(held.strategy),
            looked_after_by: tasks.iter().map(|task| TaskName(*task)).collect(),
            quantity: held.quantity,
            average_price_paise: held.average_price.0,
            invested_paise: held.invested.0,
            last_price_paise: price.0,
            priced_at: (!at_cost).then_some(Instant(at)),
            unpriced,
            source,
            market_value_paise: market_value.0,
            unrealised_paise: (market_value - held.invested).0,
            opened_on: Date(held.opened_on),
            entries: held.entries.into_iter().map(Entry::from).collect(),
        }
    }
}

impl From<PositionEntry> for Entry {
    fn from(entry: PositionEntry) -> Self {
        Self {
            order: entry.order.to_string(),
            purpose: entry.purpose.into(),
            quantity: entry.quantity,
            price_paise: entry.price.0,
            rsi: entry.rsi,
            day: Date(entry.day),
        }
    }
}
