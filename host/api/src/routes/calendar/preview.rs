//! What another calendar would change.

use axum::extract::State;
use prahari_app::calendar::{CalendarPreview, SlotChange};
use prahari_domain::calendar::Calendar;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::caller::Admin;
use crate::extract::{Json, Query};
use crate::problem::Problem;
use crate::routes::schedules::SlotView;
use crate::state::Api;
use crate::view::{Date, TaskName};

use super::days::CalendarDay;
use super::text::{CalendarDocument, CalendarText, OfferedDocument};

/// Most days, and most changes of slots, that are listed.
const MOST_LISTED: usize = 400;

/// Options of a preview.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PreviewQuery {
    /// The file is a whole calendar: what it does not name would be gone.
    #[serde(default)]
    #[param(default = false)]
    whole: bool,
}

/// Changes that a calendar would make.
#[derive(Debug, Serialize, ToSchema)]
pub struct CalendarChanges {
    /// The last day of which the calendar in force knows the holidays.
    known_through: Date,
    /// The last day of which the other one knows them.
    would_know_through: Date,
    /// Number of days that change. Presumed days that are confirmed as they were do not count.
    differing_days: usize,
    /// The first of these days, 400 at most.
    days: Vec<CalendarDayChange>,
    /// How often a task would be due otherwise on a day from today on for a year, by the newest schedules.
    differing_slots: usize,
    /// The first of these, 400 at most.
    slots: Vec<CalendarSlotChange>,
    /// Schedules that give no answer for one of these days, with the reason: their tasks would not run on it.
    failed: Vec<String>,
    /// What is odd in the years that it brings, such as a holiday on a Sunday, and whether it changes nothing.
    warnings: Vec<String>,
}

/// A day of which it would say something else.
#[derive(Debug, Serialize, ToSchema)]
struct CalendarDayChange {
    /// The day by the calendar in force.
    before: CalendarDay,
    /// The day by the offered calendar.
    after: CalendarDay,
}

/// A task that would be due otherwise on a day.
#[derive(Debug, Serialize, ToSchema)]
struct CalendarSlotChange {
    /// The calendar date in India.
    day: Date,
    /// The task that would be due otherwise.
    task: TaskName,
    /// Slots that would be removed.
    removed: Vec<SlotView>,
    /// Slots that would be added.
    added: Vec<SlotView>,
}

/// What a calendar would change, of days and of slots. Nothing is taken up.
#[utoipa::path(post, path = "/api/v1/calendar/preview", operation_id = "preview_calendar", tag = "calendar", params(PreviewQuery),
    request_body(content = CalendarDocument, content_type = "application/json"),
    responses((status = OK, body = CalendarChanges)))]
pub async fn preview(
    State(api): State<Api>,
    _admin: Admin,
    Query(query): Query<PreviewQuery>,
    text: CalendarText,
) -> Result<Json<CalendarChanges>, Problem> {
    let OfferedDocument { calendar, mut warnings } = text.read(&api, query.whole)?;
    let newest = api.daemon.queries.newest_calendar_version().await?;
    if api.daemon.calendars.is_in_force(newest, &calendar).await? {
        warnings.push("it says the same as the calendar in force: an import would change nothing".to_owned());
    }
    let other = calendar.clone();
    let preview = api.daemon.calendars.preview_calendar(calendar).await?;
    Ok(Json(CalendarChanges::of(preview, warnings, [&api.daemon.trading.calendar.current(), &other])))
}

impl CalendarChanges {
    /// Returns what a preview found, of the days as the calendar in force and the other one have them.
    fn of(preview: CalendarPreview, warnings: Vec<String>, [current, other]: [&Calendar; 2]) -> Self {
        let CalendarPreview { known_through, would_know_through, days, slots, failed } = preview;
        let (differing_days, differing_slots) = (days.len(), slots.len());
        let days = days.into_iter().take(MOST_LISTED).map(|change| CalendarDayChange {
            before: CalendarDay::of(current, change.before),
            after: CalendarDay::of(other, change.after),
        });
        let slots = slots.iter().take(MOST_LISTED).map(CalendarSlotChange::from);
        Self {
            known_through: Date(known_through),
            would_know_through: Date(would_know_through),
            differing_days,
            days: days.collect(),
            differing_slots,
            slots: slots.collect(),
            failed,
            warnings,
        }
    }
}

impl From<&SlotChange> for CalendarSlotChange {
    fn from(SlotChange { task, difference }: &SlotChange) -> Self {
        let view = |slots: &[_]| slots.iter().map(SlotView::from).collect();
        Self {
            day: Date(difference.day),
            task: TaskName(*task),
            removed: view(&difference.removed),
            added: view(&difference.added),
        }
    }
}
