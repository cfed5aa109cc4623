//! `/api/v1/market/price-jumps`: opens outside the exchange's band, and what an admin says of them.

use axum::extract::State;
use prahari_app::queries::PriceJumpRow;
use prahari_domain::instruments::Symbol;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::{Admin, Caller};
use crate::extract::{Json, Path};
use crate::problem::{Code, Problem};
use crate::state::Api;
use crate::view::{Date, Instant, Page, sentence};

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(price_jumps)).routes(routes!(explain))
}

/// An open that no trading can lead to: a corporate action that the prices are not adjusted for, or a fault.
#[derive(Debug, Serialize, ToSchema)]
struct PriceJump {
    /// The share, by its symbol at the exchange.
    symbol: String,
    /// The session that opened there.
    day: Date,
    /// Opening price, in paise.
    open_paise: i64,
    /// Date of the previous session.
    previous_day: Date,
    /// Closing price of the previous session, in paise.
    previous_close_paise: i64,
    /// Time at which the daemon saw it.
    noticed_at: Instant,
    /// Time at which it was explained; null while it is not, and until then nobody buys the share.
    #[schema(required)]
    explained_at: Option<Instant>,
    /// Admin who explained it; null while nobody has, and of one that is closed because an action explains it, or the one that made it was taken back.
    #[schema(required)]
    explained_by: Option<u64>,
    /// What the admin said; empty while it is not explained.
    explanation: String,
}

/// Body that explains a jump.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct JumpExplanation {
    /// What happened, and why the share may be bought again, in one sentence.
    #[schema(min_length = 1, max_length = 500)]
    explanation: String,
}

/// The 500 newest jumps, newest first.
#[utoipa::path(get, path = "/api/v1/market/price-jumps", tag = "market",
    responses((status = OK, body = Page<PriceJump>)))]
async fn price_jumps(State(api): State<Api>, _caller: Caller) -> Result<Json<Page<PriceJump>>, Problem> {
    let rows = api.daemon.queries.price_jumps().await?;
    Ok(Json(Page::whole(rows.into_iter().map(PriceJump::from))))
}

/// Explains every jump of a share that is not explained: it may be bought again. Halts of those who hold it are
/// lifted one by one.
#[utoipa::path(post, path = "/api/v1/market/price-jumps/{symbol}/explain", operation_id = "explain_price_jump", tag = "market",
    params(("symbol" = String, Path, min_length = 1, max_length = 32, pattern = "^[A-Z0-9&-]+$")), request_body = JumpExplanation,
    responses((status = OK, body = Page<PriceJump>)))]
async fn explain(
    State(api): State<Api>,
    Admin(caller): Admin,
    Path(symbol): Path<String>,
    Json(body): Json<JumpExplanation>,
) -> Result<Json<Page<PriceJump>>, Problem> {
    let explanation = sentence("explanation", &body.explanation)?;
    let none = || Problem::new(Code::NotFound, "there is no unexplained jump of this share");
    let symbol = Symbol::new(&symbol).map_err(|_| none())?;
    let details = json!({ "symbol": symbol.as_str(), "explanation": explanation });
    api.audit(&caller, "price_jump.explain", format!("price jumps of {symbol}"), details).await?;
    let rows = api.daemon.queries.price_jumps_of(&symbol).await?;
    if rows.iter().all(|row| row.explained_at.is_some()) {
        return Err(none());
    }
    api.daemon.prices.explain_price_jumps(&symbol, caller.0.user, explanation).await?;
    let rows = api.daemon.queries.price_jumps_of(&symbol).await?;
    Ok(Json(Page::whole(rows.into_iter().map(PriceJump::from))))
}

impl From<PriceJumpRow> for PriceJump {
    fn from(row: PriceJumpRow) -> Self {
        Self {
            symbol: row.jump.symbol.to_string(),
            day: Date(row.jump.day),
            open_paise: row.jump.open.0,
            previous_day: Date(row.jump.previous_day),
            previous_close_paise: row.jump.previous_close.0,
            noticed_at: Instant(row.noticed_at),
            explained_at: row.explained_at.map(Instant),
            explained_by: row.explained_by.map(|user| user.0),
            explanation: row.explanation,
        }
    }
}
