//! `/api/v1/user/config`: the strategy, and what every setting is.

use axum::extract::State;
use prahari_app::settings::Change;
use prahari_domain::money::Paise;
use prahari_domain::risk::{LIMITS, RiskLimits};
use prahari_domain::settings::{
    CAPITAL, NotificationPreferences, PREFERENCES, STRATEGY, Setting, Strategy, Values, describe, to_values,
};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa::openapi::schema::Object;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{ChangeBody, ResetBody, SettingBody, named};
use crate::caller::Caller;
use crate::extract::{Json, Query};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::UserQuery;

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(read_config, change_config))
        .routes(routes!(reset_config))
        .routes(routes!(read_schema))
}

/// The strategy of a user and which change of it that is.
#[derive(Debug, Serialize, ToSchema)]
struct StrategyBody {
    /// Version of the settings; the first is 1.
    version: u64,
    /// Every setting by name; `GET /api/v1/user/config/schema` describes them.
    #[schema(schema_with = strategy_values)]
    values: Values,
}

fn strategy_values() -> Object {
    named::every(&STRATEGY, "Every setting by name; `GET /api/v1/user/config/schema` describes them.")
}

/// The strategy: every threshold that the tasks use.
#[utoipa::path(get, path = "/api/v1/user/config", tag = "settings", params(UserQuery),
    responses((status = OK, body = StrategyBody)))]
async fn read_config(
    State(api): State<Api>,
    caller: Caller,
    Query(target): Query<UserQuery>,
) -> Result<Json<StrategyBody>, Problem> {
    let user = caller.target_user(&api, target.user)?;
    let strategy = user.settings.strategy();
    Ok(Json(StrategyBody { version: strategy.version, values: to_values(&strategy.value)? }))
}

/// Changes the strategy, for runs that start from now on.
#[utoipa::path(patch, path = "/api/v1/user/config", tag = "settings", params(UserQuery), request_body = ChangeBody,
    responses((status = OK, body = StrategyBody)))]
async fn change_config(
    State(api): State<Api>,
    caller: Caller,
    Query(target): Query<UserQuery>,
    Json(body): Json<ChangeBody>,
) -> Result<Json<StrategyBody>, Problem> {
    change(&api, &caller, target, Change::Merge(&body.values), body.expected_version).await
}

/// Brings every default of the strategy back.
#[utoipa::path(post, path = "/api/v1/user/config/reset", tag = "settings", params(UserQuery), request_body = ResetBody,
    responses((status = OK, body = StrategyBody)))]
async fn reset_config(
    State(api): State<Api>,
    caller: Caller,
    Query(target): Query<UserQuery>,
    Json(body): Json<ResetBody>,
) -> Result<Json<StrategyBody>, Problem> {
    change(&api, &caller, target, Change::Reset, body.expected_version).await
}

async fn change(
    api: &Api,
    caller: &Caller,
    target: UserQuery,
    change: Change<'_>,
    expected: Option<u64>,
) -> Result<Json<StrategyBody>, Problem> {
    let user = caller.target_user(api, target.user)?;
    let details = match change {
        Change::Merge(values) => json!(values),
        Change::Reset => json!("defaults"),
    };
    let change = api.daemon.settings.change_strategy(&user, change, expected).await?;
    let values = to_values(change.value())?;
    api.audit(caller, "config.change", format!("user {}", user.id), json!({ "change": details })).await?;
    Ok(Json(StrategyBody { version: change.save().await?, values }))
}

/// Descriptions and bounds of all settings.
#[derive(Debug, Serialize, ToSchema)]
struct Schema {
    /// Settings of `/api/v1/user/config`.
    strategy: Vec<SettingBody>,
    /// Settings of `/api/v1/user/limits`.
    limits: Vec<SettingBody>,
    /// Settings of `/api/v1/user/notifications/preferences`.
    preferences: Vec<SettingBody>,
    /// Settings of `/api/v1/user/capital`.
    capital: Vec<SettingBody>,
}

/// What every setting is: kind, unit, default, bounds, purpose. The same lists refuse what lies beyond.
#[utoipa::path(get, path = "/api/v1/user/config/schema", tag = "settings", responses((status = OK, body = Schema)))]
async fn read_schema(_: Caller) -> Result<Json<Schema>, Problem> {
    let list = |list: &[Setting], defaults: &Values| -> Vec<SettingBody> {
        describe(list, defaults).into_iter().map(Into::into).collect()
    };
    let capital: Paise = prahari_app::simulation::PAPER_CAPITAL;
    let capital: Values = [(CAPITAL.name.to_owned(), json!(capital))].into_iter().collect();
    Ok(Json(Schema {
        strategy: list(&STRATEGY, &to_values(&Strategy::default())?),
        limits: list(&LIMITS, &to_values(&RiskLimits::default())?),
        preferences: list(&PREFERENCES, &to_values(&NotificationPreferences::default())?),
        capital: list(&[CAPITAL], &capital),
    }))
}
