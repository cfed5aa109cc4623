//! `/api/v1/pnl/curve`: how the money of a user went from date to date.

use axum::extract::State;
use prahari_app::queries;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::Caller;
use crate::extract::{Json, Query};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::{Date, DateSpan};

/// As many calendar days as may be asked for, when nothing is said.
pub(super) const DATES: DateSpan = DateSpan { usual: 800, most: 800 };

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(curve))
}

/// Query parameters that select the dates.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct CurveQuery {
    /// The user to ask about; the caller when nobody is named, and only an admin may name somebody else.
    user: Option<u64>,
    /// First date of the range, included; 799 days before the last when it is not named.
    #[param(inline)]
    from: Option<Date>,
    /// Last date of the range, included, less than 800 days after the first; today when it is not named.
    #[param(inline)]
    through: Option<Date>,
}

/// How the money of a user went.
#[derive(Debug, Serialize, ToSchema)]
struct PnlCurve {
    /// First date of the range that was asked for.
    from: Date,
    /// Last date of the range that was asked for.
    through: Date,
    /// The dates with a statement, oldest first, and the present, which is the last one when today is in the range.
    #[schema(max_items = 800)]
    points: Vec<CurvePoint>,
}

/// The money of a user at the end of a trading date, or at present.
#[derive(Debug, Serialize, ToSchema)]
struct CurvePoint {
    /// The date (IST); today for the present point.
    day: Date,
    /// Cash and market value of what was held, in paise.
    equity_paise: i64,
    /// Capital paid in (positive) or out (negative) since the point before, in paise; of a user's first date all that was paid in.
    /// It is no gain and no loss.
    net_flow_paise: i64,
    /// Realised on the date less its charges, in paise.
    realised_net_paise: i64,
    /// Dividends of the date, in paise: paid to the bank, so that equity does not have them.
    income_paise: i64,
    /// Market value less cost of what was held, in paise.
    unrealised_paise: i64,
    /// By how much equity changed since the point before, beyond what was paid in or out, with the income of the date, in paise.
    result_paise: i64,
    /// The largest equity from the date before the range on, raised or lowered by each later flow and lowered by income, in paise.
    peak_paise: i64,
    /// Peak less equity, in paise: zero at a peak, never negative.
    drawdown_paise: i64,
    /// Whether it is the present, from the books and prices of this instant, and not the end of a date.
    present: bool,
}

/// Returns equity, flows, results and drawdown by trading date, oldest first. A deposit is a flow and no gain.
#[utoipa::path(get, path = "/api/v1/pnl/curve", operation_id = "pnl_curve", tag = "pnl", params(CurveQuery),
    responses((status = OK, body = PnlCurve)))]
async fn curve(
    State(api): State<Api>,
    caller: Caller,
    Query(query): Query<CurveQuery>,
) -> Result<Json<PnlCurve>, Problem> {
    let user = caller.target_user(&api, query.user)?;
    let (from, through) = DATES.dates(api.daemon.clock.now().ist_day(), query.from, query.through)?;
    let points = api.daemon.queries.of(&user).pnl_curve(from, through).await?;
    let points = points.into_iter().map(CurvePoint::from).collect();
    Ok(Json(PnlCurve { from: Date(from), through: Date(through), points }))
}

impl From<queries::CurvePoint> for CurvePoint {
    fn from(point: queries::CurvePoint) -> Self {
        Self {
            day: Date(point.day),
            equity_paise: point.equity.0,
            net_flow_paise: point.flow.0,
            realised_net_paise: point.net.0,
            income_paise: point.income.0,
            unrealised_paise: point.unrealised.0,
            result_paise: point.result.0,
            peak_paise: point.peak.0,
            drawdown_paise: point.drawdown().0,
            present: point.present,
        }
    }
}
