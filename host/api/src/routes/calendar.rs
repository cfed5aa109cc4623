//! `/api/v1/calendar`: the days and hours of the exchange.

use axum::extract::State;
use prahari_app::error::AppError;
use prahari_domain::calendar::TradingDay;
use prahari_domain::time::Day;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::Caller;
use crate::extract::{Json, Query};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::{Date, Instant, Page, range};

/// The routes.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(days)).routes(routes!(now))
}

/// Most days of one answer: a year and a month.
const MOST_DAYS: i64 = 400;

/// How many days are answered when no end is named.
const USUAL_DAYS: u64 = 31;

/// Which days are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DaysQuery {
    /// The first day; today when it is not named.
    #[param(inline)]
    from: Option<Date>,
    /// The last day, at most 400 days later; a month later when it is not named.
    #[param(inline)]
    through: Option<Date>,
}

/// A day as the exchange sees it.
#[derive(Debug, Serialize, ToSchema)]
struct CalendarDay {
    /// Which day.
    day: Date,
    /// Whether any session is held on it.
    open: bool,
    /// Why it is closed, or the name of its special session; empty on an ordinary day.
    note: String,
    /// Whether it is a special session.
    special: bool,
    /// Whether some of its hours are not published and were derived.
    assumed: bool,
    /// The phases of its sessions, in order; none when closed.
    phases: Vec<CalendarPhase>,
}

/// A stretch of one phase.
#[derive(Debug, Serialize, ToSchema)]
struct CalendarPhase {
    /// Such as `pre_open` or `continuous`.
    phase: &'static str,
    /// Its first instant.
    starts_at: Instant,
    /// The first instant after it.
    ends_at: Instant,
}

/// The exchange at this instant.
#[derive(Debug, Serialize, ToSchema)]
struct CalendarNow {
    /// The daemon's clock.
    now_at: Instant,
    /// Such as `continuous` or `closed`.
    phase: &'static str,
    /// Today.
    today: CalendarDay,
    /// The next day with a session; null when the calendar ends before it.
    #[schema(required)]
    next_open_day: Option<Date>,
}

/// Days of the exchange, in order.
#[utoipa::path(get, path = "/api/v1/calendar/days", tag = "calendar", params(DaysQuery),
    responses((status = OK, body = Page<CalendarDay>)))]
async fn days(
    State(api): State<Api>,
    _caller: Caller,
    Query(query): Query<DaysQuery>,
) -> Result<Json<Page<CalendarDay>>, Problem> {
    range(("from", query.from), ("through", query.through))?;
    let from = query.from.map_or_else(|| api.daemon.clock.now().ist_day(), |day| day.0);
    let (first, last) = api.daemon.venue.calendar.current().covers();
    let usual = from.checked_add_days(chrono::Days::new(USUAL_DAYS)).unwrap_or(last).min(last);
    let through = query.through.map_or(usual, |day| day.0);
    if through.signed_duration_since(from).num_days() > MOST_DAYS {
        return Err(Problem::invalid(format!("through: it is more than {MOST_DAYS} days after from")));
    }
    if from < first || through > last {
        return Err(Problem::invalid(format!("from, through: the calendar covers {first} to {last}")));
    }
    let days = from.iter_days().take_while(|day| *day <= through).map(|day| view(&api, day));
    Ok(Json(Page::whole(days.collect::<Result<Vec<_>, _>>()?)))
}

/// The exchange at this instant, by the daemon's clock.
#[utoipa::path(get, path = "/api/v1/calendar/now", tag = "calendar", responses((status = OK, body = CalendarNow)))]
async fn now(State(api): State<Api>, _caller: Caller) -> Result<Json<CalendarNow>, Problem> {
    let now = api.daemon.clock.now();
    let calendar = api.daemon.venue.calendar.current();
    Ok(Json(CalendarNow {
        now_at: Instant(now),
        phase: calendar.phase_at(now, false).name(),
        today: view(&api, now.ist_day())?,
        next_open_day: calendar.next_open(now.ist_day()).ok().map(Date),
    }))
}

fn view(api: &Api, day: Day) -> Result<CalendarDay, Problem> {
    let TradingDay { day, open, note, windows, special, assumed, .. } =
        api.daemon.venue.calendar.current().trading_day(day).map_err(AppError::from)?;
    let phases = windows.into_iter().map(|window| CalendarPhase {
        phase: window.phase.name(),
        starts_at: Instant(window.starts),
        ends_at: Instant(window.ends),
    });
    Ok(CalendarDay { day: Date(day), open, note, special, assumed, phases: phases.collect() })
}
