//! `/api/v1/user/symbols/{symbol}/why`: why a share was not traded for a user on a day. The bars of the share are asked for, so each
//! request counts against what a user may ask of the market within a minute.

use axum::extract::State;
use prahari_app::queries::{self, StepSubject};
use prahari_domain::instruments::Symbol;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::Caller;
use crate::extract::{Json, Path, Query};
use crate::problem::{Code, Problem};
use crate::state::Api;
use crate::view::{Date, Instant, StepKindName, TaskName};

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(why))
}

/// Query parameters that select the day and the user.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct WhyQuery {
    /// The user to ask about; the caller when nobody is named, and only an admin may name somebody else.
    user: Option<u64>,
    /// The trading date; when nothing is said the newest one, which begins at 09:00.
    #[param(inline)]
    day: Option<Date>,
}

/// Why a share was traded for a user, or was not, on a day.
#[derive(Debug, Serialize, ToSchema)]
struct WhyNoTrade {
    /// The share, by its symbol at the exchange.
    symbol: String,
    /// The trading date.
    day: Date,
    /// The answer in one sentence, without a capital and a stop.
    conclusion: String,
    /// Whether there is an order of the day, whatever became of it: the conclusion says that.
    ordered: bool,
    /// The steps in the order of the chain; those of one kind by time. None when nothing is known of the day.
    #[schema(max_items = 200)]
    steps: Vec<WhyStep>,
    /// Kinds of steps of which there may be more than are told: 50 decisions, 20 slots and runs, 20 orders, 10 signals and 10 halts are
    /// the most.
    left_out: Vec<StepKindName>,
}

/// One step of the chain from a bar to an order.
#[derive(Debug, Serialize, ToSchema)]
struct WhyStep {
    /// What was looked at.
    kind: StepKindName,
    /// Time of what was found; null where it has none.
    #[schema(required)]
    at: Option<Instant>,
    /// What was found, one sentence without a capital and a stop.
    found: String,
    /// The task of a slot, a run or a decision; null of other steps.
    #[schema(required)]
    task: Option<TaskName>,
    /// The execution that it is about or that decided; null when there is none.
    #[schema(required)]
    execution: Option<u64>,
    /// The signal that it is about; null when it is about none.
    #[schema(required)]
    signal: Option<u64>,
    /// The order that it is about; null when it is about none.
    #[schema(required)]
    order: Option<String>,
    /// The halt that it is about; null when it is about none.
    #[schema(required)]
    halt: Option<u64>,
    /// Whether the chain ended here. At most one step says so; none when something was ordered or nothing is known.
    stops: bool,
}

/// Why a share was not traded for a user on a day: its bar, signals, halts, runs, decisions, refusals and orders as they were
/// written down, and where the chain from one to the next ended.
///
/// Of a share that had another symbol on that day, the conclusion names it.
///
/// Not found: a share that the source of market data does not know and that no signal, decision or order of the day names.
#[utoipa::path(get, path = "/api/v1/user/symbols/{symbol}/why", operation_id = "why_no_trade", tag = "executions",
    params(("symbol" = String, Path, min_length = 1, max_length = 32, pattern = "^[A-Z0-9&-]+$"), WhyQuery),
    responses((status = OK, body = WhyNoTrade)))]
async fn why(
    State(api): State<Api>,
    caller: Caller,
    Path(symbol): Path<String>,
    Query(query): Query<WhyQuery>,
) -> Result<Json<WhyNoTrade>, Problem> {
    let user = caller.target_user(&api, query.user)?;
    let unknown = || Problem::new(Code::NotFound, format!("there is no share {symbol}"));
    let share = Symbol::new(&symbol).map_err(|error| Problem::invalid(format!("symbol: {error}")))?;
    api.market_reads.begin(caller.0.user, api.daemon.clock.now())?;
    let found = api.daemon.queries.of(&user).why_no_trade(share, query.day.map(|day| day.0)).await?;
    found.map(|why| Json(why.into())).ok_or_else(unknown)
}

impl From<queries::WhyNoTrade> for WhyNoTrade {
    fn from(why: queries::WhyNoTrade) -> Self {
        Self {
            symbol: why.symbol.to_string(),
            day: Date(why.day),
            conclusion: why.conclusion,
            ordered: why.ordered,
            steps: why.steps.into_iter().map(WhyStep::from).collect(),
            left_out: why.left_out.into_iter().map(StepKindName).collect(),
        }
    }
}

impl From<queries::WhyStep> for WhyStep {
    fn from(step: queries::WhyStep) -> Self {
        let (mut execution, mut signal, mut order, mut halt) = (None, None, None, None);
        match step.subject {
            StepSubject::Nothing => {}
            StepSubject::Signal(of) => signal = Some(of.0),
            StepSubject::Halt(of) => halt = Some(of),
            StepSubject::Run(of) => execution = Some(of.0),
            StepSubject::Order(of) => order = Some(of.to_string()),
        }
        Self {
            kind: StepKindName(step.kind),
            at: step.at.map(Instant),
            found: step.found,
            task: step.task.map(TaskName),
            execution,
            signal,
            order,
            halt,
            stops: step.stops,
        }
    }
}
