//! Cron expressions, one trading day at a time.
//!
//! What an expression means is `croner`'s: lists, ranges and steps; names of months and days of the week, of which
//! 0 and 7 are Sunday; `L`, `W` and `#`; and that of a day of the month and one of the week either will do. So is
//! what happens where the clocks of a zone are moved: a time that they skip is due when they go on, one that they
//! repeat is due once, and `*/30` goes on each half hour. Evaluated is nothing but one day: an expression that fits
//! none of its dates costs a look at each, and no search.

use std::sync::LazyLock;

use chrono::{DateTime, Datelike, TimeZone};
use chrono_tz::Tz;
use croner::errors::CronError;
use croner::parser::{CronParser, Seconds, Year};
use croner::{Cron, Weekday};
use prahari_domain::numbers::counted;
use prahari_domain::text;
use prahari_domain::time::{Day, Timestamp};

use crate::engine::{MAX_TIMES, MINUTES};

/// Longest cron expression, in bytes: a list of every minute of an hour fits.
pub const MAX_CRON_BYTES: usize = 256;

/// The fields of an expression, in order.
const FIELDS: [&str; 5] = ["minute", "hour", "day of the month", "month", "day of the week"];

/// What an expression may be made of, beside letters and digits.
const SIGNS: &str = " *,-/?#";

static PARSER: LazyLock<CronParser> =
    LazyLock::new(|| CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build());

/// An expression that was read once and can be asked for many days.
#[derive(Debug)]
pub(crate) struct CronProgram {
    cron: Cron,
    zone: Tz,
}

impl CronProgram {
    /// Reads an expression.
    ///
    /// # Errors
    /// One sentence that says what is wrong, and in which field.
    pub fn read(expression: &str, zone: Tz) -> Result<Self, String> {
        if expression.len() > MAX_CRON_BYTES {
            return Err(format!(
                "the cron expression has {} bytes, the limit is {MAX_CRON_BYTES}",
                expression.len()
            ));
        }
        let strange = |sign: &char| !sign.is_ascii_alphanumeric() && !SIGNS.contains(*sign);
        if let Some(sign) = expression.chars().find(strange) {
            return Err(format!(
                "the cron expression has the character {sign:?}, which means nothing in one"
            ));
        }
        let fields: Vec<&str> = expression.split_whitespace().collect();
        if fields.len() != FIELDS.len() {
            let (count, names) = (counted(fields.len(), "field", "fields"), FIELDS.join(", "));
            return Err(format!("the cron expression has {count} instead of five: {names}"));
        }
        for (index, (field, name)) in fields.iter().zip(FIELDS).enumerate() {
            // The others as wide as can be, so that what is wrong is wrong in this one.
            let alone: Vec<&str> =
                (0..FIELDS.len()).map(|at| if at == index { *field } else { "*" }).collect();
            if let Err(error) = PARSER.parse(&alone.join(" ")) {
                return Err(format!(
                    "the {name} {field:?} of the cron expression is not valid: {}",
                    said(&error)
                ));
            }
        }
        let cron =
            PARSER.parse(expression).map_err(|error| format!("the cron expression: {}", said(&error)))?;
        Ok(Self { cron, zone })
    }

    /// The minutes since midnight of a day of the exchange at which it is due, ascending.
    ///
    /// # Errors
    /// One sentence, when it is due too often or its times cannot be found.
    pub fn minutes(&self, day: Day) -> Result<Vec<i64>, String> {
        let midnight = Timestamp::start_of(day);
        let first = self.local(midnight).ok_or("its zone has no such day")?;
        let last = self.local(midnight.plus_minutes(MINUTES - 1)).ok_or("its zone has no such day")?;
        let mut times = Vec::new();
        if !self.fits_a_date(&first, &last).map_err(|error| said(&error))? {
            return Ok(times);
        }
        let (mut from, mut inclusive) = (first, true);
        loop {
            let next = match self.cron.find_next_occurrence(&from, inclusive) {
                Ok(next) => next,
                // It is due on no day after this one.
                Err(CronError::TimeSearchLimitExceeded) => return Ok(times),
                Err(error) => return Err(said(&error)),
            };
            let minute = Timestamp(next.timestamp_millis()).millis_since(midnight).div_euclid(60_000);
            if minute >= MINUTES {
                return Ok(times);
            }
            if times.len() == MAX_TIMES {
                return Err(format!("it is due more than {MAX_TIMES} times, which is the limit"));
            }
            times.push(minute);
            (from, inclusive) = (next, false);
        }
    }

    fn local(&self, at: Timestamp) -> Option<DateTime<Tz>> {
        self.zone.timestamp_millis_opt(at.0).single()
    }

    /// Returns whether one of the dates that the zone has on this day is meant. Only then is anything searched for:
    /// what fits one date fits another within the four centuries in which the calendar repeats, so that a search
    /// ends.
    fn fits_a_date(&self, first: &DateTime<Tz>, last: &DateTime<Tz>) -> Result<bool, CronError> {
        let (first, last) = (first.date_naive(), last.date_naive());
        for date in first.iter_days().take_while(|date| *date <= last) {
            let weekday = Weekday::from_days_from_sunday(date.weekday().num_days_from_sunday());
            let pattern = &self.cron.pattern;
            if pattern.month_match(date.month())?
                && pattern.day_match(date.year(), date.month(), date.day(), weekday)?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Returns what the parser says, as the end of a sentence.
fn said(error: &CronError) -> String {
    let told = match error {
        CronError::InvalidPattern(told)
        | CronError::IllegalCharacters(told)
        | CronError::ComponentError(told) => told.clone(),
        other => other.to_string(),
    };
    text::one_line(told.trim_end_matches('.')).into_owned()
}
