//! IST dates and the clock times of a trading day.

use crate::{Day, Host, HostError, Instant, Phase, TradingDay};

const DAY_MS: i64 = 86_400_000;
/// IST is UTC+05:30 all year; India keeps no daylight saving time.
const IST_MS: i64 = 19_800_000;

/// The IST calendar date of an instant.
pub fn ist_day(instant: Instant) -> Day {
    let day = instant.saturating_add(IST_MS).div_euclid(DAY_MS);
    Day::try_from(day).unwrap_or(if day < 0 { Day::MIN } else { Day::MAX })
}

/// The instant of a clock time in IST on a date.
pub fn at(day: Day, hour: u8, minute: u8) -> Instant {
    i64::from(day) * DAY_MS + (i64::from(hour) * 60 + i64::from(minute)) * 60_000 - IST_MS
}

/// When continuous trading ends for shares outside the closing auction; `None` on a closed day.
pub fn session_close(day: &TradingDay) -> Option<Instant> {
    day.windows.iter().filter(|window| window.phase == Phase::Continuous).map(|window| window.ends).max()
}

/// When an order first placed then is no longer worth retrying: the close of the next trading day after it.
///
/// # Errors
/// When the calendar cannot say.
pub fn retry_expires_at(host: &mut dyn Host, first_placed_at: Instant) -> Result<Instant, HostError> {
    let next = host.trading_day_from(ist_day(first_placed_at), 1)?;
    let day = host.trading_day(next)?;
    session_close(&day).ok_or_else(|| {
        HostError::Unavailable(format!("the calendar has no continuous session on the trading day {next}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ist_date_changes_at_half_past_six_in_the_evening_utc() {
        assert_eq!(ist_day(DAY_MS - IST_MS - 1), 0);
        assert_eq!(ist_day(DAY_MS - IST_MS), 1);
        assert_eq!(ist_day(at(20_000, 0, 0)), 20_000);
        assert_eq!(ist_day(at(20_000, 23, 59)), 20_000);
    }

    #[test]
    fn an_impossible_instant_gives_an_impossible_date_instead_of_a_panic() {
        assert_eq!(ist_day(i64::MAX), ist_day(i64::MAX - 1));
        assert_eq!(ist_day(i64::MIN), ist_day(i64::MIN + 1));
    }
}
