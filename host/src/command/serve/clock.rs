//! The clock of a daemon: the system's, or one that runs faster. That of a demonstration begins on an ordinary morning and
//! passes nights and closed days quickly.

use chrono::{Days, NaiveTime};
use prahari_app::clock::Clock;
use prahari_domain::calendar::Calendar;
use prahari_domain::time::{Day, Timestamp};

use super::SYNTHETIC_DAYS_AHEAD;
use crate::cli::Serve;
use crate::exit::{Failure, say};

/// The speed of a demonstration when none is named: a minute passes each second.
const DEMO_SPEED: u32 = 60;

/// The speed at which nights and closed days of a demonstration pass, where its own is not higher: a night takes 15 seconds.
const REST_SPEED: u32 = 3_600;

/// How many trading days are looked at for an ordinary one; special sessions stand alone.
const MOST_LOOKS: u32 = 10;

/// Returns how many times as fast as the real clock the daemon's runs; none when it is the real one.
pub fn speed(options: &Serve) -> Option<u32> {
    options.speed.or(options.demo.then_some(DEMO_SPEED))
}

/// Returns the daemon's clock, which goes on at `reached` where an earlier process has come that far.
///
/// # Errors
/// When the day to start on is not one that the calendar answers for.
pub fn clock(options: &Serve, calendar: &Calendar, reached: Option<Timestamp>) -> Result<Clock, Failure> {
    let Some(speed) = speed(options) else { return Ok(Clock::System) };
    let start = match (reached, options.from) {
        (Some(reached), _) => reached,
        (None, Some(day)) => {
            explain(calendar, day)?;
            opening_of(day)
        }
        (None, None) => opening_of(ordinary_day(calendar, Clock::System.now().ist_day())?),
    };
    if !options.demo {
        return Ok(Clock::scaled(start, speed));
    }
    let rests = rests(calendar, start.ist_day())?;
    Ok(Clock::scaled_with_rests(start, speed, REST_SPEED.max(speed), rests))
}

/// A few minutes before the first task is due.
fn opening_of(day: Day) -> Timestamp {
    Timestamp::from_ist(day, NaiveTime::from_hms_opt(8, 55, 0).unwrap_or_default())
}

/// Says what happens on a day that is no ordinary one.
fn explain(calendar: &Calendar, day: Day) -> Result<(), Failure> {
    let named = calendar.trading_day(day).map_err(Failure::input)?;
    if !named.open {
        let next = calendar.trading_day_from(day, 1).map_err(Failure::input)?;
        say!("--from {day}: no session is held on it ({}); the first tasks are due on {next}.", named.note);
    } else if named.special {
        say!("--from {day}: it is a special session ({}), with which the times of tasks move.", named.note);
    }
    Ok(())
}

/// The last day before `today` with an ordinary session.
fn ordinary_day(calendar: &Calendar, today: Day) -> Result<Day, Failure> {
    let mut day = today;
    for _ in 0..MOST_LOOKS {
        day = calendar.trading_day_from(day, -1).map_err(Failure::work)?;
        if !calendar.trading_day(day).map_err(Failure::work)?.special {
            break;
        }
    }
    Ok(day)
}

/// The stretches from `first` on in which nothing is due by the schedules that come with the program.
fn rests(calendar: &Calendar, first: Day) -> Result<Vec<(Timestamp, Timestamp)>, Failure> {
    let mut rests = Vec::new();
    let mut quiet_since = Timestamp::start_of(first);
    let last = first.checked_add_days(Days::new(SYNTHETIC_DAYS_AHEAD)).unwrap_or(first);
    for day in first.iter_days().take_while(|day| *day <= last) {
        let Some((begins, ends)) = waking_hours(calendar, day) else { continue };
        rests.push((quiet_since, begins));
        quiet_since = ends;
    }
    Ok(rests)
}

/// From shortly before the first task of a trading day until shortly after its last; none of a closed day.
fn waking_hours(calendar: &Calendar, day: Day) -> Option<(Timestamp, Timestamp)> {
    let trading_day = calendar.day_or_closed(day);
    let at =
        |hour, minute| Timestamp::from_ist(day, NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default());
    let (opens, closes) = (trading_day.windows.first()?.starts, trading_day.windows.last()?.ends);
    let (begins, ends) = (at(8, 50).min(opens.plus_minutes(-15)), at(18, 10).max(closes.plus_minutes(60)));
    trading_day.open.then_some((begins, ends))
}
