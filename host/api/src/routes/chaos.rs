//! `/api/v1/users/{id}/chaos`: a user's simulated broker that misbehaves on purpose, for admins.

use axum::extract::State;
use axum::http::StatusCode;
use prahari_app::chaos::{Chaos, ChaosCounts, ChaosModes, ChaosStatus};
use prahari_domain::ids::UserId;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::{Admin, AdminPerson};
use crate::extract::{Json, Path};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::Instant;

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(read_chaos, turn_on, turn_off))
}

/// How a simulated broker misbehaves on purpose now, and how often it has.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ChaosInForce {
    /// By how many milliseconds answers are late; null when they are not.
    #[schema(required)]
    late_ms: Option<u32>,
    /// Each so-many-th answer to an order, a change or a cancellation is lost; null when none is.
    #[schema(required)]
    lose_every: Option<u32>,
    /// By how many milliseconds the order book lags; null when it does not.
    #[schema(required)]
    lag_ms: Option<u32>,
    /// Whether no call arrives.
    down: bool,
    /// Time at which it began, by the daemon's clock.
    since: Instant,
    /// Time at which it ends, by the daemon's clock.
    until: Instant,
    /// Answers that came late, since it began or the daemon was started, whichever was later.
    late_answers: u64,
    /// Answers that were lost since then.
    lost_answers: u64,
    /// Answers with the order book that left something out since then.
    lagging_books: u64,
    /// Calls that did not arrive since then.
    refused_calls: u64,
}

/// Whether a user's simulated broker misbehaves on purpose.
#[derive(Serialize, ToSchema)]
struct ChaosBody {
    /// How, since when and until when; null when it does not.
    #[schema(required)]
    chaos: Option<ChaosInForce>,
}

/// How a user's simulated broker is to misbehave: at least one way.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChaosChange {
    /// By how many milliseconds answers are late.
    #[schema(minimum = 1, maximum = 15000)]
    late_ms: Option<u32>,
    /// Each so-many-th answer to an order, a change or a cancellation that was taken is lost; 1 loses all.
    #[schema(minimum = 1, maximum = 1000)]
    lose_every: Option<u32>,
    /// By how many milliseconds the order book and the reports of fills lag.
    #[schema(minimum = 1, maximum = 300000)]
    lag_ms: Option<u32>,
    /// Whether no call arrives.
    #[serde(default)]
    down: bool,
    /// Time at which it ends, by the daemon's clock: on this date. The end of the date without it.
    until: Option<Instant>,
}

impl From<ChaosStatus> for ChaosInForce {
    fn from(ChaosStatus { chaos, counts }: ChaosStatus) -> Self {
        let Chaos { modes: ChaosModes { late_ms, lose_every, lag_ms, down }, since, until } = chaos;
        let ChaosCounts { late, lost, lagged, refused } = counts;
        Self {
            late_ms,
            lose_every,
            lag_ms,
            down,
            since: since.into(),
            until: until.into(),
            late_answers: late,
            lost_answers: lost,
            lagging_books: lagged,
            refused_calls: refused,
        }
    }
}

/// Whether a user's simulated broker misbehaves on purpose, how, and how often it has.
#[utoipa::path(get, path = "/api/v1/users/{id}/chaos", operation_id = "user_chaos", tag = "users", params(("id" = u64, Path)),
    responses((status = OK, body = ChaosBody)))]
async fn read_chaos(
    State(api): State<Api>,
    _admin: Admin,
    Path(id): Path<u64>,
) -> Result<Json<ChaosBody>, Problem> {
    let chaos = api.daemon.chaos.status(UserId(id))?;
    Ok(Json(ChaosBody { chaos: chaos.map(ChaosInForce::from) }))
}

/// Makes a user's simulated broker misbehave from now on, in place of what was on before: late, lossy, lagging or down, for
/// practice and for new modules. It ends with the date at the latest. Refused where the money is real. Not for API tokens.
#[utoipa::path(put, path = "/api/v1/users/{id}/chaos", operation_id = "turn_on_chaos", tag = "users", params(("id" = u64, Path)),
    request_body = ChaosChange, responses((status = OK, body = ChaosBody)))]
async fn turn_on(
    State(api): State<Api>,
    AdminPerson(admin): AdminPerson,
    Path(id): Path<u64>,
    Json(body): Json<ChaosChange>,
) -> Result<Json<ChaosBody>, Problem> {
    let ChaosChange { late_ms, lose_every, lag_ms, down, until } = body;
    let modes = ChaosModes { late_ms, lose_every, lag_ms, down };
    if let Some(fault) = modes.fault() {
        return Err(Problem::invalid(fault));
    }
    let details = json!({
        "late_ms": late_ms, "lose_every": lose_every, "lag_ms": lag_ms, "down": down, "until": until,
    });
    api.audit(&admin.caller, "user.chaos", format!("user {id}"), details).await?;
    let until = until.map(|until| until.0);
    let status = api.daemon.chaos.turn_on(UserId(id), modes, until, admin.caller.0.user).await?;
    Ok(Json(ChaosBody { chaos: Some(status.into()) }))
}

/// Has a user's simulated broker be well again. Nothing happens when it is. Not for API tokens.
#[utoipa::path(delete, path = "/api/v1/users/{id}/chaos", operation_id = "turn_off_chaos", tag = "users", params(("id" = u64, Path)),
    responses((status = NO_CONTENT)))]
async fn turn_off(
    State(api): State<Api>,
    AdminPerson(admin): AdminPerson,
    Path(id): Path<u64>,
) -> Result<StatusCode, Problem> {
    api.audit(&admin.caller, "user.chaos_off", format!("user {id}"), json!({})).await?;
    api.daemon.chaos.turn_off(UserId(id), admin.caller.0.user).await?;
    Ok(StatusCode::NO_CONTENT)
}
