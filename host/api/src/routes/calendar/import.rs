//! Putting another calendar in force.

use axum::extract::State;
use prahari_app::error::AppError;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use crate::caller::Admin;
use crate::extract::{Json, Query};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::Date;

use super::text::{CalendarDocument, CalendarText, OfferedDocument};

/// Options of an import.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImportQuery {
    /// The version that is to be changed.
    expected_version: u64,
    /// The file is a whole calendar: what it does not name is gone. Otherwise it names what it changes, and a year
    /// that it names is that year as a whole.
    #[serde(default)]
    #[param(default = false)]
    whole: bool,
}

/// The calendar that is in force now.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportedCalendar {
    /// The version that is in force.
    version: u64,
    /// Whether it is a new one: what says the same as the calendar in force is not kept again.
    changed: bool,
    /// The last day of which it knows the holidays.
    known_through: Date,
    /// What is odd in the years that it brings, such as a holiday on a Sunday; it is in force all the same.
    warnings: Vec<String>,
}

/// Puts a calendar in force, at once and without a restart: today's slots follow it.
#[utoipa::path(post, path = "/api/v1/calendar", operation_id = "import_calendar", tag = "calendar", params(ImportQuery),
    request_body(content = CalendarDocument, content_type = "application/json"),
    responses((status = OK, body = ImportedCalendar)))]
pub async fn import(
    State(api): State<Api>,
    admin: Admin,
    Query(query): Query<ImportQuery>,
    text: CalendarText,
) -> Result<Json<ImportedCalendar>, Problem> {
    let ImportQuery { expected_version, whole } = query;
    let OfferedDocument { calendar, warnings } = text.read(&api, whole)?;
    let known_through = Date(calendar.covers().1);
    if api.daemon.calendars.is_in_force(expected_version, &calendar).await? {
        let version = expected_version;
        return Ok(Json(ImportedCalendar { version, changed: false, known_through, warnings }));
    }
    let details = json!({
        "expected_version": expected_version,
        "as_of": calendar.document().as_of.to_string(),
        "known_through": calendar.covers().1.to_string(),
        "whole": whole,
    });
    api.audit(&admin.0, "calendar.import", "calendar", details).await?;
    let (daemon, by) = (api.daemon.clone(), admin.0.0.user);
    // A task of its own: whoever asked may go away, and an import is not left half done.
    let imported =
        tokio::spawn(async move { daemon.calendars.import_calendar(by, expected_version, calendar).await });
    let version = imported.await.map_err(|error| AppError::Ended(error.to_string()))??;
    let changed = version != expected_version;
    Ok(Json(ImportedCalendar { version, changed, known_through, warnings }))
}
