//! `/api/v1/user/differences`: shares that the broker holds and the books do not, or the other way round, and what is decided of
//! them.

use axum::extract::State;
use prahari_app::desk::DifferenceDecision;
use prahari_app::queries::{DifferenceFilter, DifferenceRow};
use prahari_domain::money::Paise;
use prahari_domain::strategies::StrategyName;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::Caller;
use crate::extract::{Json, Path, Query};
use crate::problem::{Code, Problem};
use crate::state::Api;
use crate::view::{
    DifferenceCauseName, DifferenceStateName, Instant, OpenList, Page, StrategyLabel, UserQuery, page,
};

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(differences))
        .routes(routes!(decide_difference))
        .routes(routes!(outside_purchases, set_outside_purchases))
}

/// Body that decides a difference.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct HoldingDifferenceDecision {
    /// What becomes of it.
    decision: DifferenceDecisionName,
    /// Price per share in paise: what bought shares cost, or missing ones were sold at. Only with `adopt`; needed where the broker
    /// does not say it.
    #[schema(minimum = 1, maximum = 100_000_000)]
    cost_paise: Option<i64>,
    /// Strategy whose shares bought ones become. Only with `adopt`, and needed there.
    strategy: Option<StrategyLabel>,
}

/// Body that says what becomes of shares that are bought outside.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OutsidePurchasesRule {
    /// `ignore` shows each purchase, `adopt` has the books take it over.
    rule: DifferenceDecisionName,
    /// Strategy whose shares they become. Only with `adopt`, and needed there.
    strategy: Option<StrategyLabel>,
}

/// What becomes of shares that are bought outside.
#[derive(Debug, Serialize, ToSchema)]
struct OutsidePurchases {
    /// `ignore` shows each purchase and trades nothing of it before it is decided; `adopt` has the books take it over, where the
    /// broker tells what it cost. Shares that were there before are asked about in either case.
    rule: DifferenceDecisionName,
    /// Strategy whose shares they become; with `adopt`, and null otherwise.
    #[schema(required)]
    strategy: Option<StrategyLabel>,
}

impl From<Option<StrategyName>> for OutsidePurchases {
    fn from(strategy: Option<StrategyName>) -> Self {
        let rule = match strategy {
            Some(_) => DifferenceDecisionName::Adopt,
            None => DifferenceDecisionName::Ignore,
        };
        Self { rule, strategy: strategy.map(StrategyLabel) }
    }
}

/// What becomes of a difference: `adopt` has the books take over what the broker says, `ignore` says that the shares are not
/// Prahari's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum DifferenceDecisionName {
    Adopt,
    Ignore,
}

/// A difference between the shares that the broker holds and those of the books. It was read twice, and no order of ours explains it.
#[derive(Debug, Serialize, ToSchema)]
struct HoldingDifference {
    /// Id; newer rows have higher ids.
    id: u64,
    /// The user whose account it is about.
    user: u64,
    /// The share, by its symbol at the exchange.
    symbol: String,
    /// What it is put down to.
    cause: DifferenceCauseName,
    /// Shares by which the two differ, without those that are not Prahari's.
    quantity: u32,
    /// Shares that the broker holds.
    broker_quantity: u32,
    /// Shares of the books.
    book_quantity: u32,
    /// What a share cost, as the broker says; null where it does not know.
    #[schema(required)]
    broker_cost_paise: Option<i64>,
    /// How far it has come.
    state: DifferenceStateName,
    /// Time at which it was first seen.
    seen_at: Instant,
    /// Time at which it ended; null while it is open.
    #[schema(required)]
    ended_at: Option<Instant>,
    /// User who decided it; null while it is open and when the daemon ended it.
    #[schema(required)]
    decided_by: Option<u64>,
    /// Price per share at which the books have it; null where nothing was booked.
    #[schema(required)]
    price_paise: Option<i64>,
    /// Whether that price is an estimate, the last price.
    estimated: bool,
    /// Strategy that the shares were given to; null where they were given to none.
    #[schema(required)]
    strategy: Option<StrategyLabel>,
    /// What was seen, one sentence.
    detail: String,
}

impl From<DifferenceRow> for HoldingDifference {
    fn from(row: DifferenceRow) -> Self {
        let seen = row.seen;
        Self {
            id: row.id,
            user: row.user.0,
            symbol: seen.symbol.to_string(),
            cause: DifferenceCauseName(seen.cause),
            quantity: seen.quantity,
            broker_quantity: seen.broker_quantity,
            book_quantity: seen.book_quantity,
            broker_cost_paise: seen.broker_cost.map(|cost| cost.0),
            state: DifferenceStateName(row.state),
            seen_at: Instant(seen.seen_at),
            ended_at: row.ended_at.map(Instant),
            decided_by: row.decided_by.map(|by| by.0),
            price_paise: row.price.map(|price| price.0),
            estimated: row.estimated,
            strategy: row.strategy.map(StrategyLabel),
            detail: seen.detail,
        }
    }
}

/// The differences of a user, newest first. On paper there are none: the account is Prahari's alone.
#[utoipa::path(get, path = "/api/v1/user/differences", tag = "positions", params(OpenList),
    responses((status = OK, body = Page<HoldingDifference>)))]
async fn differences(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<OpenList>,
) -> Result<Json<Page<HoldingDifference>>, Problem> {
    let user = caller.target_user(&api, query.user)?;
    let part = query.part()?;
    let filter = DifferenceFilter { open: part.open, before: part.before, limit: part.limit + 1 };
    let rows = api.daemon.queries.of(&user).differences(filter).await?;
    Ok(Json(page(rows, part.limit, |row| row.id, HoldingDifference::from)))
}

/// Decides an open difference. What cannot be done, such as taking over shares whose cost nobody knows, is refused with
/// `difference_refused`, and it stays open.
#[utoipa::path(post, path = "/api/v1/user/differences/{id}", tag = "positions", params(("id" = u64, Path), UserQuery),
    request_body = HoldingDifferenceDecision, responses((status = OK, body = HoldingDifference)))]
async fn decide_difference(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<u64>,
    Query(target): Query<UserQuery>,
    Json(body): Json<HoldingDifferenceDecision>,
) -> Result<Json<HoldingDifference>, Problem> {
    let user = caller.target_user(&api, target.user)?;
    let decision = body.decision()?;
    if api.daemon.queries.of(&user).difference(id).await?.is_none() {
        return Err(Problem::new(Code::NotFound, format!("there is no difference {id}")));
    }
    let (action, details) = body.in_audit();
    api.audit(&caller, action, format!("difference {id} user {}", user.id), details).await?;
    let row = api.daemon.differences.decide(&user, id, decision, caller.0.user).await?;
    Ok(Json(row.into()))
}

/// What becomes of shares that a user buys outside.
#[utoipa::path(get, path = "/api/v1/user/outside-purchases", tag = "positions", params(UserQuery),
    responses((status = OK, body = OutsidePurchases)))]
async fn outside_purchases(
    State(api): State<Api>,
    caller: Caller,
    Query(target): Query<UserQuery>,
) -> Result<Json<OutsidePurchases>, Problem> {
    let user = caller.target_user(&api, target.user)?;
    Ok(Json(api.daemon.queries.of(&user).outside_purchases().await?.into()))
}

/// Says what becomes of shares that a user buys outside from now on. What is open stays open.
#[utoipa::path(put, path = "/api/v1/user/outside-purchases", tag = "positions", params(UserQuery),
    request_body = OutsidePurchasesRule, responses((status = OK, body = OutsidePurchases)))]
async fn set_outside_purchases(
    State(api): State<Api>,
    caller: Caller,
    Query(target): Query<UserQuery>,
    Json(body): Json<OutsidePurchasesRule>,
) -> Result<Json<OutsidePurchases>, Problem> {
    let user = caller.target_user(&api, target.user)?;
    let strategy = body.strategy.map(|label| label.0);
    if (body.rule == DifferenceDecisionName::Adopt) != strategy.is_some() {
        let detail = "strategy: the rule adopt needs one, and the rule ignore takes none";
        return Err(Problem::invalid(detail));
    }
    let details = json!({ "strategy": strategy.map(|strategy| strategy.name().to_owned()) });
    api.audit(&caller, "purchases.rule", format!("user {}", user.id), details).await?;
    api.daemon.differences.adopt_purchases_for(&user, strategy).await?;
    Ok(Json(strategy.into()))
}

/// Highest price per share that can be meant, in paise.
const MOST_COST: i64 = 100_000_000;

impl HoldingDifferenceDecision {
    fn decision(&self) -> Result<DifferenceDecision, Problem> {
        let Self { decision, cost_paise, strategy } = self;
        match decision {
            DifferenceDecisionName::Ignore if cost_paise.is_some() || strategy.is_some() => Err(
                Problem::invalid("cost_paise and strategy: shares that are not Prahari's have neither here"),
            ),
            DifferenceDecisionName::Ignore => Ok(DifferenceDecision::Ignore),
            DifferenceDecisionName::Adopt => match cost_paise {
                Some(cost) if !(1..=MOST_COST).contains(cost) => {
                    Err(Problem::invalid(format!("cost_paise: {cost} is not from 1 to {MOST_COST}")))
                }
                cost => Ok(DifferenceDecision::Adopt {
                    price: cost.map(Paise),
                    strategy: strategy.map(|label| label.0),
                }),
            },
        }
    }

    /// What the audit log says of it.
    fn in_audit(&self) -> (&'static str, serde_json::Value) {
        match self.decision {
            DifferenceDecisionName::Ignore => ("difference.ignore", json!({})),
            DifferenceDecisionName::Adopt => {
                let strategy = self.strategy.map(|label| label.0.name().to_owned());
                ("difference.adopt", json!({ "cost_paise": self.cost_paise, "strategy": strategy }))
            }
        }
    }
}
