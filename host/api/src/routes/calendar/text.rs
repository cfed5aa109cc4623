//! The body that brings a calendar: the operator's file as it is, so that what is wrong with it can be said by its own
//! lines.

use axum::extract::{FromRequest, Request};
use prahari_domain::calendar::{Calendar, MOST_BYTES, oddities};
use utoipa::ToSchema;

use crate::extract::{is_json, not_json, read_body};
use crate::problem::{Code, Problem};
use crate::state::Api;

/// A calendar, or the parts of one that are to change: `as_of`, `source`, `years`, `hours` and `regimes`, as
/// `prahari calendar show` prints them.
#[derive(ToSchema)]
#[schema(value_type = Object)]
pub struct CalendarDocument(#[expect(dead_code, reason = "it stands for the body in the document")] String);

/// The body of a request.
pub struct CalendarText(pub String);

impl FromRequest<Api> for CalendarText {
    type Rejection = Problem;

    async fn from_request(request: Request, api: &Api) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(not_json(&request));
        }
        let too_large = || Problem::new(Code::TooLarge, format!("a calendar has at most {MOST_BYTES} bytes"));
        let (_, bytes) = read_body(request, api, "the calendar").await?;
        if bytes.len() > MOST_BYTES {
            return Err(too_large());
        }
        let text = String::from_utf8(bytes.into());
        text.map(Self).map_err(|_| Problem::new(Code::InvalidCalendar, "the calendar is not UTF-8 text"))
    }
}

/// A calendar that somebody brings, read against the one in force.
pub struct OfferedDocument {
    /// The calendar that would be in force.
    pub calendar: Calendar,
    /// Warnings about the document, one sentence each.
    pub warnings: Vec<String>,
}

impl CalendarText {
    /// Reads the text: a whole calendar, or one that names only what it changes.
    ///
    /// # Errors
    /// In one sentence that names the entry.
    pub fn read(&self, api: &Api, whole: bool) -> Result<OfferedDocument, Problem> {
        let calendar = api.daemon.calendars.read_calendar(&self.0, whole)?;
        let warnings = oddities(&api.daemon.trading.calendar.current(), &calendar);
        Ok(OfferedDocument { calendar, warnings })
    }
}
