//! What corporate actions changed of a user's shares.

use axum::extract::State;
use prahari_app::queries::AppliedAction as Applied;
use prahari_domain::book::{HoldingPart, OpenLot};
use prahari_domain::money::Paise;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::view::ActionTerms;
use crate::caller::Caller;
use crate::extract::{Json, Query};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::{Cursor, Instant, Page, StrategyLabel, limit, parse_cursor, symbol};

/// Query parameters that select what was changed.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AppliedQuery {
    /// The user to ask about; the caller when nobody is named, and only an admin may name somebody else.
    user: Option<u64>,
    /// Only what changed positions of this share.
    #[param(min_length = 1, max_length = 32, pattern = "^[A-Z0-9&-]+$")]
    symbol: Option<String>,
    /// Largest number of items on the page.
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<u32>,
    /// Cursor: `next` of the previous page.
    #[param(max_length = 100)]
    cursor: Option<String>,
}

/// What a corporate action changed of a user's shares, as one entry of the journal.
#[derive(Debug, Serialize, ToSchema)]
pub struct AppliedAction {
    /// Number of the entry in the user's journal; newer entries have higher numbers.
    number: u64,
    /// Time at which it was booked.
    booked_at: Instant,
    /// Id of the action.
    action: u64,
    /// Whether it takes back what an earlier entry of the same action changed.
    undoes: bool,
    /// The action in words, with share and ex-date, as it was booked.
    what: String,
    /// The action as it is known now; null when it is not known any more.
    #[schema(required)]
    terms: Option<ActionTerms>,
    /// What changed of each position.
    positions: Vec<ChangedPosition>,
    /// Money that a fraction of a share came to, in paise; below zero when that is taken back.
    cash_paise: i64,
    /// Income beside the trading cash, such as a dividend, in paise; below zero when that is taken back.
    income_paise: i64,
}

/// A position before and after a corporate action.
#[derive(Debug, Serialize, ToSchema)]
struct ChangedPosition {
    /// The share.
    symbol: String,
    /// The strategy that holds it.
    strategy: StrategyLabel,
    /// Shares before, of the lots that the action concerned. Of a dividend the shares that it was paid for.
    quantity_before: u64,
    /// Shares after. A dividend leaves them as they were.
    quantity_after: u64,
    /// Cost of these shares before, in paise; 0 of a dividend, which changes no cost.
    cost_before_paise: i64,
    /// Cost of these shares after, in paise; 0 of a dividend.
    cost_after_paise: i64,
    /// Income of the position, in paise.
    income_paise: i64,
}

/// What corporate actions changed of a user's shares, the newest entry first. What is looked at for one page is bounded, so a
/// page of one share may be short or empty and still have a next one.
#[utoipa::path(get, path = "/api/v1/user/actions", operation_id = "applied_corporate_actions", tag = "actions",
    params(AppliedQuery), responses((status = OK, body = Page<AppliedAction>)))]
pub async fn applied(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<AppliedQuery>,
) -> Result<Json<Page<AppliedAction>>, Problem> {
    let user = caller.target_user(&api, query.user)?;
    let (limit, before) = (limit(query.limit)?, parse_cursor(query.cursor.as_deref())?);
    let symbol = symbol(query.symbol.as_deref())?;
    let found = api.daemon.queries.of(&user).applied_actions(symbol.as_ref(), before, limit).await?;
    let items = found.items.into_iter().map(AppliedAction::from).collect();
    Ok(Json(Page { items, next: found.next.map(|next| next.write()) }))
}

impl From<Applied> for AppliedAction {
    fn from(Applied { entry, row }: Applied) -> Self {
        let (change, income) = (entry.change, Paise::ZERO);
        let income = change.parts.iter().fold(income, |sum, part| sum + part.income);
        // The entry of a dividend changes no lots, and says the sum and in its words the amount for a share: the shares follow from
        // them, to the paisa. The amount that is known now may be another one.
        let per_share = change.per_share();
        Self {
            number: entry.sequence,
            booked_at: Instant(entry.at),
            action: change.action.0,
            undoes: change.undoes,
            what: change.what,
            terms: row.map(|row| ActionTerms::from(&row.action)),
            positions: change.parts.iter().map(|part| ChangedPosition::of(part, per_share)).collect(),
            cash_paise: change.cash.0,
            income_paise: income.0,
        }
    }
}

impl ChangedPosition {
    fn of(part: &HoldingPart, per_share: Option<Paise>) -> Self {
        let paid_for = per_share
            .and_then(|per_share| part.income.0.unsigned_abs().checked_div(per_share.0.unsigned_abs()));
        let shares = |lots: &[OpenLot]| {
            paid_for.unwrap_or_else(|| lots.iter().map(|lot| u64::from(lot.quantity)).sum())
        };
        let cost = |lots: &[OpenLot]| lots.iter().fold(Paise::ZERO, |sum, lot| sum + lot.cost()).0;
        Self {
            symbol: part.symbol.to_string(),
            strategy: StrategyLabel(part.strategy),
            quantity_before: shares(&part.before),
            quantity_after: shares(&part.after),
            cost_before_paise: cost(&part.before),
            cost_after_paise: cost(&part.after),
            income_paise: part.income.0,
        }
    }
}
