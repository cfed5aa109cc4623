//! The daily bars of an answer that count.

use std::collections::BTreeMap;

use prahari_domain::instruments::Candle;
use prahari_domain::money::Paise;
use prahari_domain::time::{Day, Timestamp};

use super::wire::{Chart, Row};
use crate::csv::row::check_year;
use crate::sessions::Sessions;

/// How long after the end of a session its bar is taken for final, in minutes. The closing auction of shares with
/// derivatives ends up to twenty minutes after continuous trading.
const SETTLING_MINUTES: i64 = 20;

/// The highest price taken, in paise: a hundred million rupees, so that sums cannot overflow.
const HIGHEST: f64 = 1e10;

/// From here on, in paise, the 32 bits in which prices come tell no paisa from the next: 131,072 rupees.
const COARSE: f64 = 13_107_200.0;

/// What they tell apart there, which no tick of so dear a share has ever been below: five paise.
const COARSE_STEP: f64 = 5.0;

/// The most shares of a day: far above any, so that sums cannot overflow.
const MOST_SHARES: f64 = 1e14;

/// How far a high or a low may lie on the wrong side of open and close, as one part of so many: prices are rounded
/// on their way. Beyond it the bar is damaged.
const ROUNDING: i64 = 200;

/// When the bar of a day is final; `None` of a day without a session and of one that the calendar does not cover.
pub(super) fn final_at(day: Day, sessions: &dyn Sessions) -> Option<Timestamp> {
    sessions.session(day).map(|session| session.closes().plus_minutes(SETTLING_MINUTES))
}

/// The bars of days that had a session and were final when it was asked for them, sorted, no day twice: of two bars of a day
/// the later one counts. Bars without volume or close are left out, and those that make no sense.
pub(super) fn bars(chart: &Chart, sessions: &dyn Sessions, asked_at: Timestamp) -> Vec<Candle> {
    let mut bars: BTreeMap<Day, Candle> = BTreeMap::new();
    for row in &chart.rows {
        let day = Timestamp(row.at.saturating_mul(1_000)).ist_day();
        if !is_final(day, sessions, asked_at) {
            continue;
        }
        if let Some((prices, volume)) = prices(row).filter(|(_, volume)| *volume > 0) {
            let [open, high, low, close] = prices;
            bars.insert(day, Candle { day, open, high, low, close, volume });
        }
    }
    bars.into_values().collect()
}

fn is_final(day: Day, sessions: &dyn Sessions, asked_at: Timestamp) -> bool {
    // A time that is none of the exchange's is damaged, whatever the calendar covers.
    if check_year(day).is_err() {
        return false;
    }
    match final_at(day, sessions) {
        Some(at) => asked_at >= at,
        // Of days that the calendar does not cover nothing is known, so they are not refused.
        None => sessions.is_open(day).is_none() && day < asked_at.ist_day(),
    }
}

/// Open, high, low and close of a row, and its volume. Those that are missing are the close.
pub(super) fn prices(row: &Row) -> Option<([Paise; 4], u64)> {
    let close = paise(row.close?)?;
    let or_close = |price: Option<f64>| price.map_or(Some(close), paise);
    let (open, high, low) = (or_close(row.open)?, or_close(row.high)?, or_close(row.low)?);
    let (top, bottom) = (open.max(close), open.min(close));
    let is_near = |price: Paise, limit: Paise| (price.0 - limit.0).abs().saturating_mul(ROUNDING) <= limit.0;
    if (high < top && !is_near(high, top)) || (low > bottom && !is_near(low, bottom)) {
        return None;
    }
    let volume = row.volume.filter(|volume| (0.0..=MOST_SHARES).contains(volume)).unwrap_or_default();
    Some(([open, high.max(top), low.min(bottom), close], volume as u64))
}

fn paise(rupees: f64) -> Option<Paise> {
    let paise = (rupees * 100.0).round();
    let paise = if paise < COARSE { paise } else { (rupees * 100.0 / COARSE_STEP).round() * COARSE_STEP };
    (1.0..=HIGHEST).contains(&paise).then_some(Paise(paise as i64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::tests::Weekdays;

    /// A row at 09:15 of a day.
    fn row(day: &str, close: Option<f64>, volume: f64) -> Row {
        let at = Timestamp::start_of(day.parse().unwrap()).plus_minutes(9 * 60 + 15).0 / 1_000;
        Row { at, open: close, high: close, low: close, close, volume: Some(volume) }
    }

    fn kept(rows: Vec<Row>, asked_on: &str, minute: i64) -> Vec<(String, i64)> {
        let asked_at = Timestamp::start_of(asked_on.parse().unwrap()).plus_minutes(minute);
        let chart = Chart { rows, ..Chart::default() };
        let kept = bars(&chart, &Weekdays, asked_at);
        kept.iter().map(|bar| (bar.day.to_string(), bar.close.0)).collect()
    }

    #[test]
    fn holes_closed_days_and_bars_without_volume_are_left_out() {
        let rows = vec![
            row("2025-01-02", Some(1_465.199_951), 10.0),
            row("2025-01-03", None, 10.0),
            // A Saturday, under which Friday was served again.
            row("2025-01-04", Some(100.0), 10.0),
            row("2025-01-06", Some(100.0), 0.0),
            row("2025-01-07", Some(f64::NAN), 10.0),
            row("2025-01-08", Some(-1.0), 10.0),
            row("1925-01-02", Some(100.0), 10.0),
            Row { at: i64::MAX, ..row("2025-01-09", Some(100.0), 10.0) },
            // The last hours of the calendar, which India has no time of.
            Row { at: 8_210_266_876_799, ..row("2025-01-09", Some(100.0), 10.0) },
        ];
        assert_eq!(kept(rows, "2025-02-01", 0), [("2025-01-02".to_owned(), 146_520)]);
    }

    #[test]
    fn the_running_day_counts_when_its_bar_is_final_and_of_two_the_later_one() {
        let rows = vec![row("2025-01-03", Some(100.0), 5.0), row("2025-01-03", Some(101.0), 9.0)];
        assert_eq!(kept(rows.clone(), "2025-01-03", 15 * 60 + 49), []);
        assert_eq!(kept(rows, "2025-01-03", 15 * 60 + 50), [("2025-01-03".to_owned(), 10_100)]);
    }

    #[test]
    fn a_price_is_the_one_that_was_traded_also_where_32_bits_tell_no_paisa_apart() {
        let sent = |paise: i64| f64::from((paise as f64 / 100.0) as f32);
        let cheap = (1..13_107_200).step_by(997);
        let dear = (13_107_200..26_214_400).step_by(1_235);
        for price in cheap.chain(dear) {
            assert_eq!(paise(sent(price)), Some(Paise(price)), "{price}");
        }
    }

    #[test]
    fn a_high_that_rounding_broke_is_mended_and_one_that_is_wrong_is_not_taken() {
        let row = |high| Row { high: Some(high), ..row("2025-01-02", Some(100.0), 1.0) };
        let high = |high| prices(&row(high)).map(|([_, high, ..], _)| high.0);
        assert_eq!([high(99.99), high(100.5), high(90.0)], [Some(10_000), Some(10_050), None]);
    }
}
