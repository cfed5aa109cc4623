//! What another calendar would change.

use axum::extract::State;
use prahari_app::calendar::{CalendarPreview, SlotChange};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::caller::Admin;
use crate::extract::{Json, Query};
use crate::problem::Problem;
use crate::routes::schedules::SlotView;
use crate::state::Api;
use crate::view::{Date, TaskName};

use super::days::CalendarDay;
use super::text::{CalendarDocument, CalendarText};

/// Most days, and most changes of slots, that are listed.
const MOST_LISTED: usize = 400;

/// How a calendar is meant.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PreviewQuery {
    /// The file is a whole calendar: what it does not name would be gone.
    #[serde(default)]
    #[param(default = false)]
    whole: bool,
}

/// What a calendar would change.
#[derive(Debug, Serialize, ToSchema)]
pub struct CalendarChanges {
    /// The last day of which the calendar in force knows the holidays.
    known_through: Date,
    /// The last day of which the other one knows them.
    would_know_through: Date,
    /// On how many days it says something else; days that become known and are as they were presumed do not count.
    differing_days: usize,
    /// The first of these days, 400 at most.
    days: Vec<CalendarDayChange>,
    /// How often a task would be due otherwise on a day from today on for a year, by the newest schedules.
    differing_slots: usize,
    /// The first of these, 400 at most.
    slots: Vec<CalendarSlotChange>,
    /// Schedules that give no answer for one of these days, with the reason: their tasks would not run on it.
    failed: Vec<String>,
}

/// A day of which it would say something else.
#[derive(Debug, Serialize, ToSchema)]
struct CalendarDayChange {
    /// As it is.
    before: CalendarDay,
    /// As it would be.
    after: CalendarDay,
}

/// A task that would be due otherwise on a day.
#[derive(Debug, Serialize, ToSchema)]
struct CalendarSlotChange {
    /// Which day.
    day: Date,
    /// Which task.
    task: TaskName,
    /// Slots that would go.
    removed: Vec<SlotView>,
    /// Slots that would come.
    added: Vec<SlotView>,
}

/// What a calendar would change, of days and of slots. Nothing is taken up.
#[utoipa::path(post, path = "/api/v1/calendar/preview", tag = "calendar", params(PreviewQuery),
    request_body(content = CalendarDocument, content_type = "application/json"),
    responses((status = OK, body = CalendarChanges)))]
pub async fn preview(
    State(api): State<Api>,
    _admin: Admin,
    Query(query): Query<PreviewQuery>,
    CalendarText(text): CalendarText,
) -> Result<Json<CalendarChanges>, Problem> {
    let calendar = api.daemon.read_calendar(&text, query.whole)?;
    Ok(Json(api.daemon.preview_calendar(calendar).await?.into()))
}

impl From<CalendarPreview> for CalendarChanges {
    fn from(preview: CalendarPreview) -> Self {
        let CalendarPreview { known_through, would_know_through, days, slots, failed } = preview;
        let (differing_days, differing_slots) = (days.len(), slots.len());
        let days = days
            .into_iter()
            .take(MOST_LISTED)
            .map(|change| CalendarDayChange { before: change.before.into(), after: change.after.into() });
        let slots = slots.iter().take(MOST_LISTED).map(CalendarSlotChange::from);
        Self {
            known_through: Date(known_through),
            would_know_through: Date(would_know_through),
            differing_days,
            days: days.collect(),
            differing_slots,
            slots: slots.collect(),
            failed,
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
