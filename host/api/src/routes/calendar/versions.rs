//! Which calendars were in force.

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use prahari_app::calendar::ShippedCalendar;
use prahari_app::queries::CalendarRow;
use prahari_domain::calendar::Calendar;
use serde::Serialize;
use utoipa::ToSchema;

use crate::caller::Admin;
use crate::extract::{Json, Path};
use crate::problem::{Code, Problem};
use crate::state::Api;
use crate::view::{Date, Instant};

/// The versions of the calendar.
#[derive(Debug, Serialize, ToSchema)]
pub struct CalendarVersions {
    /// The number of the newest, which an import names as `expected_version`.
    newest: u64,
    /// Newest first; the newest is in force. The last 100, without those whose row is damaged.
    items: Vec<CalendarVersion>,
    /// A calendar that ships with the program and is newer than the one in force; null when there is none.
    #[schema(required)]
    offered: Option<OfferedCalendar>,
}

/// A version of the calendar.
#[derive(Debug, Serialize, ToSchema)]
struct CalendarVersion {
    /// Version number; the first is 1.
    version: u64,
    /// `shipped` with the program, or brought by an `operator`.
    origin: &'static str,
    /// The day on which it was compiled.
    as_of: Date,
    /// The last day of which it knows the holidays.
    known_through: Date,
    /// User who brought it; null for one that shipped.
    #[schema(required)]
    imported_by: Option<u64>,
    /// Their name; null for one that shipped, and when the user is gone.
    #[schema(required)]
    imported_by_name: Option<String>,
    /// Time at which it was added, by the system's clock.
    imported_at: Instant,
}

/// A calendar that could be imported.
#[derive(Debug, Serialize, ToSchema)]
struct OfferedCalendar {
    /// The day on which it was compiled.
    as_of: Date,
    /// The last day of which it knows the holidays.
    known_through: Date,
}

/// The versions of the calendar, newest first, and a newer one that ships, if any.
#[utoipa::path(get, path = "/api/v1/calendar/versions", operation_id = "calendar_versions", tag = "calendar",
    responses((status = OK, body = CalendarVersions)))]
pub async fn versions(State(api): State<Api>, _admin: Admin) -> Result<Json<CalendarVersions>, Problem> {
    let found = api.daemon.queries.calendar_versions().await?;
    let offered = api.daemon.calendars.offered_calendar().await?;
    Ok(Json(CalendarVersions {
        newest: found.newest,
        items: found.versions.into_iter().map(|row| CalendarVersion::of(&api, row)).collect(),
        offered: offered.map(OfferedCalendar::from),
    }))
}

/// The whole document of a version, as it can be changed and imported.
#[utoipa::path(get, path = "/api/v1/calendar/versions/{version}", operation_id = "calendar_document", tag = "calendar",
    params(("version" = u64, Path)), responses((status = OK, body = Object)))]
pub async fn document(
    State(api): State<Api>,
    _admin: Admin,
    Path(version): Path<u64>,
) -> Result<impl IntoResponse, Problem> {
    let found = api.daemon.queries.calendar_document(version).await?;
    let missing = || Problem::new(Code::NotFound, format!("there is no version {version} of the calendar"));
    Ok(as_json(found.ok_or_else(missing)?))
}

/// The document of the calendar that ships with the program.
#[utoipa::path(get, path = "/api/v1/calendar/shipped", operation_id = "shipped_calendar", tag = "calendar", responses((status = OK, body = Object)))]
pub async fn shipped(_admin: Admin) -> Result<impl IntoResponse, Problem> {
    let text = Calendar::embedded().and_then(|calendar| calendar.document().to_text());
    text.map(as_json).map_err(|error| Problem::fault(&error))
}

/// A text that is JSON already, in the order in which a person wants to read it.
fn as_json(text: String) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], text)
}

impl CalendarVersion {
    fn of(api: &Api, row: CalendarRow) -> Self {
        let CalendarRow { version, origin, as_of, known_through, imported_by, imported_at } = row;
        Self {
            version,
            origin: origin.name(),
            as_of: Date(as_of),
            known_through: Date(known_through),
            imported_by: imported_by.map(|user| user.0),
            imported_by_name: api.name_of(imported_by),
            imported_at: Instant(imported_at),
        }
    }
}

impl From<ShippedCalendar> for OfferedCalendar {
    fn from(ShippedCalendar { as_of, known_through }: ShippedCalendar) -> Self {
        Self { as_of: Date(as_of), known_through: Date(known_through) }
    }
}
