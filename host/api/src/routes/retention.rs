//! `/api/v1/system/retention`: for how long what runs leave behind is kept.

use axum::extract::State;
use prahari_app::maintenance::Retention;
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

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(read, change))
}

/// Days, counted from the start of a run. Whatever the rule, runs with an order in the journal keep their rows and
/// recordings, and runs that failed keep their rows.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RetentionRule {
    /// Days for which recordings are kept; a run can be replayed for as long.
    #[schema(minimum = 1, maximum = 3650)]
    recordings_days: u32,
    /// Days for which rows of plain successes are kept, of tasks whose manifest has `plain_runs` `thinned`.
    #[schema(minimum = 1, maximum = 3650)]
    plain_ticks_days: u32,
    /// Days for which log lines of runs, lines about services and the doctor's looks are kept.
    #[schema(minimum = 1, maximum = 3650)]
    logs_days: u32,
    /// Days for which decisions, and the whole of long sentences with which runs ended, are kept; 400 when absent,
    /// as for the two fields below.
    #[schema(minimum = 1, maximum = 3650)]
    #[serde(default = "year")]
    decisions_days: u32,
    /// Days for which messages to users are kept.
    #[schema(minimum = 1, maximum = 3650)]
    #[serde(default = "year")]
    notifications_days: u32,
    /// Days for which signals are kept after they expired.
    #[schema(minimum = 1, maximum = 3650)]
    #[serde(default = "year")]
    signals_days: u32,
}

/// Days that hold when an older client does not send the field.
fn year() -> u32 {
    Retention::default().decisions_days
}

/// The rule in force.
#[utoipa::path(get, path = "/api/v1/system/retention", operation_id = "retention", tag = "system",
    responses((status = OK, body = RetentionRule)))]
async fn read(State(api): State<Api>, _admin: Admin) -> Result<Json<RetentionRule>, Problem> {
    Ok(Json(api.daemon.maintenance.retention().await?.into()))
}

/// Changes the rule, from its next application on: once a day.
#[utoipa::path(put, path = "/api/v1/system/retention", operation_id = "change_retention", tag = "system", request_body = RetentionRule,
    responses((status = OK, body = RetentionRule)))]
async fn change(
    State(api): State<Api>,
    Admin(caller): Admin,
    Json(rule): Json<RetentionRule>,
) -> Result<Json<RetentionRule>, Problem> {
    let named = [
        ("recordings_days", rule.recordings_days),
        ("plain_ticks_days", rule.plain_ticks_days),
        ("logs_days", rule.logs_days),
        ("decisions_days", rule.decisions_days),
        ("notifications_days", rule.notifications_days),
        ("signals_days", rule.signals_days),
    ];
    for (name, days) in named {
        if !(1..=MOST_DAYS).contains(&days) {
            return Err(Problem::invalid(format!("{name}: {days} is not between 1 and {MOST_DAYS}")));
        }
    }
    let details = serde_json::to_value(&rule).unwrap_or_default();
    api.audit(&caller, "system.retention", "system", details).await?;
    api.daemon.maintenance.set_retention(rule.into()).await?;
    Ok(Json(api.daemon.maintenance.retention().await?.into()))
}

impl From<Retention> for RetentionRule {
    fn from(rule: Retention) -> Self {
        let Retention {
            recordings_days,
            plain_ticks_days,
            logs_days,
            decisions_days,
            notifications_days,
            signals_days,
        } = rule;
        Self {
            recordings_days,
            plain_ticks_days,
            logs_days,
            decisions_days,
            notifications_days,
            signals_days,
        }
    }
}

impl From<RetentionRule> for Retention {
    fn from(rule: RetentionRule) -> Self {
        Self {
            recordings_days: rule.recordings_days,
            plain_ticks_days: rule.plain_ticks_days,
            logs_days: rule.logs_days,
            decisions_days: rule.decisions_days,
            notifications_days: rule.notifications_days,
            signals_days: rule.signals_days,
        }
    }
}
