//! `/api/v1/system/retention`: for how long what runs leave behind is kept.

use axum::extract::State;
use prahari_app::service::Retention;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::Admin;
use crate::extract::Json;
use crate::problem::Problem;
use crate::state::Api;

/// The longest that anything can be told to be kept: ten years.
const MOST_DAYS: u32 = 3_650;

/// The routes.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(read, change))
}

/// Days, counted from the start of a run. Whatever the rule, runs that touched an order keep their rows and recordings,
/// and so do runs that failed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RetentionRule {
    /// Of recordings, with which a run can be replayed.
    #[schema(minimum = 1, maximum = 3650)]
    recordings_days: u32,
    /// Of the rows of plain successes of continuous tasks.
    #[schema(minimum = 1, maximum = 3650)]
    plain_ticks_days: u32,
    /// Of log lines.
    #[schema(minimum = 1, maximum = 3650)]
    logs_days: u32,
}

/// The rule in force.
#[utoipa::path(get, path = "/api/v1/system/retention", tag = "system",
    responses((status = OK, body = RetentionRule)))]
async fn read(State(api): State<Api>, _admin: Admin) -> Result<Json<RetentionRule>, Problem> {
    Ok(Json(api.daemon.retention().await?.into()))
}

/// Changes the rule, from its next application on: once a day.
#[utoipa::path(put, path = "/api/v1/system/retention", tag = "system", request_body = RetentionRule,
    responses((status = OK, body = RetentionRule)))]
async fn change(
    State(api): State<Api>,
    Admin(caller): Admin,
    Json(rule): Json<RetentionRule>,
) -> Result<Json<RetentionRule>, Problem> {
    let RetentionRule { recordings_days, plain_ticks_days, logs_days } = rule;
    let named = [
        ("recordings_days", recordings_days),
        ("plain_ticks_days", plain_ticks_days),
        ("logs_days", logs_days),
    ];
    for (name, days) in named {
        if !(1..=MOST_DAYS).contains(&days) {
            return Err(Problem::invalid(format!("{name}: {days} is not between 1 and {MOST_DAYS}")));
        }
    }
    let details = serde_json::to_value(&rule).unwrap_or_default();
    api.audit(&caller, "system.retention", "system", details).await?;
    api.daemon.set_retention(Retention { recordings_days, plain_ticks_days, logs_days }).await?;
    Ok(Json(api.daemon.retention().await?.into()))
}

impl From<Retention> for RetentionRule {
    fn from(rule: Retention) -> Self {
        let Retention { recordings_days, plain_ticks_days, logs_days } = rule;
        Self { recordings_days, plain_ticks_days, logs_days }
    }
}
