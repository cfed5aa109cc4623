//! The days and hours of the exchange by the calendar in force.

use axum::extract::State;
use prahari_app::error::AppError;
use prahari_domain::calendar::{Calendar, LAST_DAY, TradingDay};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::caller::Caller;
use crate::extract::{Json, Query};
use crate::problem::Problem;
use crate::state::Api;
use crate::view::{Date, Instant, Page, range};

/// Most days of one answer: a year and a month.
const MOST_DAYS: i64 = 400;

/// Number of days that are returned when no end is given.
const USUAL_DAYS: u64 = 31;

/// Query parameters that select the days.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DaysQuery {
    /// The first day; today when it is not named.
    #[param(inline)]
    from: Option<Date>,
    /// The last day, at most 400 days later; a month later when it is not named.
    #[param(inline)]
    through: Option<Date>,
}

/// A day as the exchange sees it.
#[derive(Debug, Serialize, ToSchema)]
pub struct CalendarDay {
    /// The calendar date in India.
    day: Date,
    /// Whether any session is held on it.
    open: bool,
    /// Reason why it is closed, the name of its special session, or that it is presumed; empty on an ordinary day
    /// that is known.
    note: String,
    /// Whether it is a special session.
    special: bool,
    /// Whether some of its hours are not published and were derived.
    assumed: bool,
    /// Whether no list of holidays is known for it, so that it is only presumed to be what is said here.
    presumed: bool,
    /// Whether money and shares are settled on it; not on every day with a session.
    settlement: bool,
    /// When money and shares of what is traded on it change hands: on the first later session that is no settlement
    /// holiday. Null on a closed day.
    #[schema(required)]
    settles_on: Option<Date>,
    /// The phases of its sessions, in order, of shares outside the closing auction; none when closed.
    phases: Vec<CalendarPhase>,
    /// The phases of shares in the closing auction, in order.
    closing_auction_phases: Vec<CalendarPhase>,
}

/// A stretch of one phase.
#[derive(Debug, Serialize, ToSchema)]
pub struct CalendarPhase {
    /// Such as `pre_open` or `continuous`.
    phase: &'static str,
    /// Start of the phase, included.
    starts_at: Instant,
    /// End of the phase, not included.
    ends_at: Instant,
}

/// A phase that is to come.
#[derive(Debug, Serialize, ToSchema)]
pub struct NextPhase {
    /// Such as `continuous` or `closed`.
    phase: &'static str,
    /// Time at which it begins.
    starts_at: Instant,
}

/// The exchange at this instant.
#[derive(Debug, Serialize, ToSchema)]
pub struct CalendarNow {
    /// Current time of the daemon's clock.
    now_at: Instant,
    /// Seconds of the daemon's clock in a real second: 1 on the real clock, more in a demonstration, 0 while the
    /// clock stands.
    #[schema(minimum = 0)]
    speed: u32,
    /// Time by the daemon's clock at which the speed changes; null when it does not.
    #[schema(required)]
    speed_until: Option<Instant>,
    /// Such as `continuous` or `closed`.
    phase: &'static str,
    /// Start of the next phase, of today or of the next day with a session; null when none is known.
    #[schema(required)]
    next_phase: Option<NextPhase>,
    /// Today (IST), as the calendar in force has it.
    today: CalendarDay,
    /// The next day with a session; null when none is known or presumed.
    #[schema(required)]
    next_open_day: Option<Date>,
    /// The last day of which the holidays are known; later days are presumed.
    known_through: Date,
}

/// Days of the exchange, in order. Those after the last known day are presumed.
#[utoipa::path(get, path = "/api/v1/calendar/days", operation_id = "calendar_days", tag = "calendar", params(DaysQuery),
    responses((status = OK, body = Page<CalendarDay>)))]
pub async fn days(
    State(api): State<Api>,
    _caller: Caller,
    Query(query): Query<DaysQuery>,
) -> Result<Json<Page<CalendarDay>>, Problem> {
    range(("from", query.from), ("through", query.through))?;
    let calendar = api.daemon.trading.calendar.current();
    let from = query.from.map_or_else(|| api.daemon.clock.now().ist_day(), |day| day.0);
    let first = calendar.covers().0;
    let usual = from.checked_add_days(chrono::Days::new(USUAL_DAYS)).unwrap_or(LAST_DAY).min(LAST_DAY);
    let through = query.through.map_or(usual, |day| day.0);
    if through.signed_duration_since(from).num_days() > MOST_DAYS {
        return Err(Problem::invalid(format!("through: it is more than {MOST_DAYS} days after from")));
    }
    if from < first || through > LAST_DAY {
        return Err(Problem::invalid(format!(
            "from, through: the calendar reaches from {first} to {LAST_DAY}"
        )));
    }
    let days = from.iter_days().take_while(|day| *day <= through);
    let view = |found| CalendarDay::of(&calendar, found);
    let days = days.map(|day| calendar.trading_day(day).map(view).map_err(AppError::from));
    Ok(Json(Page::whole(days.collect::<Result<Vec<_>, _>>()?)))
}

/// The exchange at this instant, by the daemon's clock.
#[utoipa::path(get, path = "/api/v1/calendar/now", operation_id = "calendar_now", tag = "calendar", responses((status = OK, body = CalendarNow)))]
pub async fn now(State(api): State<Api>, _caller: Caller) -> Result<Json<CalendarNow>, Problem> {
    let now = api.daemon.clock.now();
    let calendar: &Calendar = &api.daemon.trading.calendar.current();
    let speed = api.daemon.clock.speed_at(now);
    Ok(Json(CalendarNow {
        now_at: Instant(now),
        speed: speed.times,
        speed_until: speed.until.map(Instant),
        phase: calendar.phase_at(now, false).name(),
        next_phase: calendar
            .next_phase(now)
            .map(|(phase, starts)| NextPhase { phase: phase.name(), starts_at: Instant(starts) }),
        today: CalendarDay::of(calendar, calendar.day_or_closed(now.ist_day())),
        next_open_day: calendar.next_open(now.ist_day()).ok().map(Date),
        known_through: Date(calendar.covers().1),
    }))
}

impl CalendarDay {
    /// A day as a calendar has it.
    pub fn of(calendar: &Calendar, found: TradingDay) -> Self {
        let TradingDay { day, open, note, special, assumed, presumed, settlement, .. } = found;
        let phases = |windows: &[prahari_domain::calendar::PhaseWindow]| {
            let phase = |window: &prahari_domain::calendar::PhaseWindow| CalendarPhase {
                phase: window.phase.name(),
                starts_at: Instant(window.starts),
                ends_at: Instant(window.ends),
            };
            windows.iter().map(phase).collect()
        };
        Self {
            day: Date(day),
            open,
            special,
            assumed,
            presumed,
            settlement,
            settles_on: if open { calendar.settlement_day(day).ok().map(Date) } else { None },
            phases: phases(&found.windows),
            closing_auction_phases: phases(&found.auction_windows),
            note,
        }
    }
}
