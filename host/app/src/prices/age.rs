//! How old a price is, in minutes of trading, and how old it may be for somebody to buy on it.

use prahari_brokers::{Quote, Sessions};
use prahari_domain::time::Timestamp;

/// The oldest price that anybody buys on, in minutes of trading since it was made: half an hour. Nights and closed days do
/// not count, so before the open the close of the session before is not old.
///
/// A share of which nothing was traded for longer has no price that an order can be judged by; of others the source stands
/// still. What is held may be sold all the same.
pub const MOST_TRADING_MINUTES: i64 = 30;

/// Days that are looked back over: a price of before is old in any case.
const MOST_DAYS: usize = 16;

const MINUTE_MS: i64 = 60_000;

/// Returns why a price is too old to buy on at an instant; nothing when it is not.
pub(crate) fn too_old(quote: &Quote, sessions: &dyn Sessions, now: Timestamp) -> Option<String> {
    is_too_old(quote.at, sessions, now).then(|| {
        let (symbol, at, source) = (&quote.symbol, quote.at, quote.source);
        let at = format!("{} {}", at.ist_day(), at.ist_time().format("%H:%M"));
        format!("the last price of {symbol} is of {at} ({source}), older than {MOST_TRADING_MINUTES} minutes of trading")
    })
}

/// Returns whether a price of `at` is too old to act on.
pub(super) fn is_too_old(at: Timestamp, sessions: &dyn Sessions, now: Timestamp) -> bool {
    trading_minutes(sessions, at, now).is_none_or(|minutes| minutes > MOST_TRADING_MINUTES)
}

/// Minutes of trading from one instant to a later one, none when it is earlier; `None` when they lie too far apart to
/// count.
pub(crate) fn trading_minutes(sessions: &dyn Sessions, from: Timestamp, to: Timestamp) -> Option<i64> {
    let (first, last) = (from.ist_day(), to.ist_day());
    let mut minutes = 0;
    for (passed, day) in first.iter_days().take_while(|day| *day <= last).enumerate() {
        if passed == MOST_DAYS {
            return None;
        }
        let Some(session) = sessions.session(day) else { continue };
        for (starts, ends) in &session.windows {
            let (starts, ends) = (from.max(*starts), to.min(*ends));
            minutes += ends.millis_since(starts).max(0).div_euclid(MINUTE_MS);
        }
    }
    Some(minutes)
}

#[cfg(test)]
mod tests {
    use chrono::NaiveTime;
    use prahari_domain::calendar::Calendar;

    use super::*;

    fn at(day: &str, time: &str) -> Timestamp {
        let time = NaiveTime::parse_from_str(time, "%H:%M").unwrap();
        Timestamp::from_ist(day.parse().unwrap(), time)
    }

    #[test]
    fn only_minutes_of_trading_make_a_price_old() {
        let calendar = Calendar::embedded().unwrap();
        let minutes = |from, to| trading_minutes(&calendar, from, to);
        let (friday, monday) = ("2025-01-03", "2025-01-06");
        assert_eq!(minutes(at(friday, "15:30"), at(monday, "09:15")), Some(0));
        assert_eq!(minutes(at(friday, "15:30"), at(monday, "09:46")), Some(31));
        assert_eq!(minutes(at(friday, "15:00"), at(friday, "16:05")), Some(30));
        assert_eq!(minutes(at("2025-01-02", "15:30"), at(friday, "18:00")), Some(375));
        assert_eq!(minutes(at(friday, "10:00"), at(friday, "09:30")), Some(0));
        assert_eq!(minutes(at("2024-10-03", "15:30"), at(friday, "10:00")), None);
    }
}
