//! What a user sets: strategy, limits, trading state, paper capital, notifications, runs on prices. An admin reads and changes them
//! for any user with `?user=`, the trading state at a path of its own.
//!
//! Changes are merged (RFC 7396): a name replaces what was there, `null` brings its default back, and what is not named
//! stays. A change that names the version it starts from is refused when somebody else was faster.

mod capital;
mod config;
mod kill_switch;
mod limits;
mod named;
mod preferences;
mod price_runs;
mod task;
pub(super) mod trading_state;

pub(super) use limits::limits_in_force;
use prahari_domain::settings::{Description, Values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};
use utoipa_axum::router::OpenApiRouter;

use crate::state::Api;

/// Returns the routes of this resource.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .merge(config::routes())
        .merge(limits::routes())
        .merge(kill_switch::routes())
        .merge(capital::routes())
        .merge(preferences::routes())
        .merge(price_runs::routes())
        .merge(task::routes())
        .merge(trading_state::routes())
}

/// A change of settings. Their names are open here, because all lists of settings are changed in the same way, and each refuses
/// what it does not have in words of its own.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangeBody {
    /// The version that the change starts from; it is refused with `settings_changed` when there is a newer one.
    /// Without it the change is made to whatever stands.
    expected_version: Option<u64>,
    /// The settings to change by name; `null` brings a default back.
    #[schema(schema_with = named_values)]
    values: Values,
}

fn named_values() -> Object {
    by_name("The settings to change by name; `null` brings a default back.")
}

/// Settings by name: a strategy has fewer than a hundred, and the schema of a task describes a hundred at most.
fn by_name(description: &str) -> Object {
    let object = ObjectBuilder::new().schema_type(Type::Object).description(Some(description));
    object.max_properties(Some(100)).build()
}

/// A return to the defaults.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ResetBody {
    /// The version that the reset starts from; it is refused with `settings_changed` when there is a newer one.
    /// Without it whatever stands is reset.
    expected_version: Option<u64>,
}

/// Description and bounds of one setting.
#[derive(Debug, Serialize, ToSchema)]
struct SettingBody {
    /// The name by which a change refers to it.
    name: &'static str,
    /// `switch`, `whole`, `number`, `money`, `symbols` or `time`.
    kind: &'static str,
    /// What a number of it counts: `none`, `sessions`, `points`, `paise`, `symbols`, `shares`, `orders`, `ratio` or
    /// `percent`.
    unit: &'static str,
    /// Default value.
    #[schema(value_type = Value)]
    default: serde_json::Value,
    /// The smallest value, of symbols the smallest number; null where there is no such bound.
    #[schema(value_type = Option<f64>)]
    least: Option<serde_json::Value>,
    /// The greatest value, of symbols the greatest number; null where there is no such bound.
    #[schema(value_type = Option<f64>)]
    most: Option<serde_json::Value>,
    /// One sentence for people.
    about: &'static str,
}

impl From<Description> for SettingBody {
    fn from(description: Description) -> Self {
        let Description { name, kind, unit, default, least, most, about } = description;
        Self { name, kind, unit: unit.name(), default, least, most, about }
    }
}
