//! `/api/v1/pnl/charges`: what trading cost, line by line, as the contract notes have it.

use axum::extract::State;
use prahari_app::queries;
use prahari_domain::charges::ContractNote;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::pnl_curve::DATES;
use crate::caller::Caller;
use crate::extract::{Json, Query};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::Date;

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(charges))
}

/// Query parameters that select the dates.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ChargesQuery {
    /// The user to ask about; the caller when nobody is named, and only an admin may name somebody else.
    user: Option<u64>,
    /// First trading date of the range, included; 799 days before the last when it is not named.
    #[param(inline)]
    from: Option<Date>,
    /// Last trading date of the range, included, less than 800 days after the first; today when it is not named.
    #[param(inline)]
    through: Option<Date>,
    /// Whether each date is told beside the whole (`day`), or the whole alone (`kind`).
    #[param(inline)]
    by: Option<ChargesBy>,
}

/// How charges are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ChargesBy {
    /// Each date of its own, and the whole.
    Day,
    /// Each kind of the whole.
    Kind,
}

/// The charges of a range of trading dates.
#[derive(Debug, Serialize, ToSchema)]
struct Charges {
    /// First date of the range that was asked for.
    from: Date,
    /// Last date of the range that was asked for.
    through: Date,
    /// All charges of the range. Of dates that are closed they are the `charges_paise` of `GET /api/v1/pnl/daily` together; a date
    /// that is not closed adds those of its fills so far.
    total: ChargeLines,
    /// The dates with fills, oldest first; empty unless they are asked for.
    #[schema(max_items = 800)]
    days: Vec<DayCharges>,
}

/// The charges of one trading date.
#[derive(Debug, Serialize, ToSchema)]
struct DayCharges {
    /// Trading date (IST).
    day: Date,
    /// Its charges.
    charges: ChargeLines,
}

/// The lines of contract notes, each rounded as the note rounds it, in paise.
#[derive(Debug, Serialize, ToSchema)]
struct ChargeLines {
    /// Brokerage.
    brokerage_paise: i64,
    /// Securities transaction tax.
    stt_paise: i64,
    /// The exchange's transaction charge.
    transaction_paise: i64,
    /// Investor Protection Fund Trust.
    ipft_paise: i64,
    /// SEBI turnover fee.
    sebi_paise: i64,
    /// Stamp duty.
    stamp_paise: i64,
    /// Goods and services tax on brokerage, transaction charge, IPFT and SEBI turnover fee.
    gst_paise: i64,
    /// Depository charge of delivery sells, with the tax on it.
    depository_paise: i64,
    /// The sum of all lines.
    total_paise: i64,
}

/// Returns what trading cost over a range of trading dates, line by line. A user with more than 50,000 fills is not answered.
#[utoipa::path(get, path = "/api/v1/pnl/charges", operation_id = "pnl_charges", tag = "pnl", params(ChargesQuery),
    responses((status = OK, body = Charges)))]
async fn charges(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<ChargesQuery>,
) -> Result<Json<Charges>, Problem> {
    let user = caller.target_user(&api, query.user)?;
    let (from, through) = DATES.dates(api.daemon.clock.now().ist_day(), query.from, query.through)?;
    let days = api.daemon.queries.of(&user).charges(from, through).await?;
    let total = days.iter().map(|of| of.note).sum::<ContractNote>().into();
    let by_day = query.by == Some(ChargesBy::Day);
    let days = days.into_iter().filter(|_| by_day).map(DayCharges::from).collect();
    Ok(Json(Charges { from: Date(from), through: Date(through), total, days }))
}

impl From<queries::DayCharges> for DayCharges {
    fn from(of: queries::DayCharges) -> Self {
        Self { day: Date(of.day), charges: of.note.into() }
    }
}

impl From<ContractNote> for ChargeLines {
    fn from(note: ContractNote) -> Self {
        Self {
            total_paise: note.total().0,
            brokerage_paise: note.brokerage.0,
            stt_paise: note.stt.0,
            transaction_paise: note.transaction.0,
            ipft_paise: note.ipft.0,
            sebi_paise: note.sebi.0,
            stamp_paise: note.stamp.0,
            gst_paise: note.gst.0,
            depository_paise: note.depository.0,
        }
    }
}
