//! One row of a price file. Errors are the reason only; the reader adds file and line.

use std::borrow::Cow;

use chrono::{Datelike, NaiveDate};
use csv::StringRecord;
use prahari_domain::instruments::Candle;
use prahari_domain::money::Paise;
use prahari_domain::time::Day;

use super::columns::Columns;

/// The highest price taken, in rupees: a hundred million, far above any share, so that sums cannot overflow.
const HIGHEST: i64 = 100_000_000;

/// The years taken. The exchange began in 1994; what lies far outside is a damaged date.
const YEARS: std::ops::RangeInclusive<i32> = 1990..=2100;

/// The bar of a row.
pub(crate) fn parse(record: &StringRecord, columns: &Columns) -> Result<Candle, String> {
    let field = |at: usize| record.get(at).unwrap_or_default().trim();
    let bar = Candle {
        day: date(field(columns.date))?,
        open: price("open", field(columns.open))?,
        high: price("high", field(columns.high))?,
        low: price("low", field(columns.low))?,
        close: price("close", field(columns.close))?,
        volume: volume(field(columns.volume))?,
    };
    check_shape(&bar)?;
    Ok(bar)
}

/// Refuses a day that does not come after the one of the row before.
pub(crate) fn check_order(previous: Option<Day>, day: Day) -> Result<(), String> {
    match previous {
        Some(previous) if previous == day => Err(format!("{day} is there twice")),
        Some(previous) if previous > day => {
            Err(format!("{day} comes after {previous}: rows must be sorted by date"))
        }
        _ => Ok(()),
    }
}

fn check_shape(bar: &Candle) -> Result<(), String> {
    let Candle { open, high, low, close, .. } = *bar;
    if high < open.max(close) {
        return Err(format!("high {high} is below open {open} or close {close}"));
    }
    if low > open.min(close) {
        return Err(format!("low {low} is above open {open} or close {close}"));
    }
    Ok(())
}

/// `2025-01-31`, the same with midnight behind it as data frames write it, or `31-Jan-2025` as the exchange does.
pub(crate) fn date(text: &str) -> Result<Day, String> {
    let plain = |text: &str| text.parse().ok().or_else(|| NaiveDate::parse_from_str(text, "%d-%b-%Y").ok());
    // Another time would mean another zone, and thereby perhaps another day. Looked at second: OCT has a T of its own.
    let parsed = plain(text).or_else(|| {
        let (date, time) = text.split_once([' ', 'T'])?;
        time.starts_with("00:00:00").then(|| plain(date)).flatten()
    });
    let day: Day = parsed.ok_or_else(|| format!("{text:?} is not a date such as 2025-01-31"))?;
    check_year(day)?;
    Ok(day)
}

/// Refuses a day far from any of the exchange's.
pub(crate) fn check_year(day: Day) -> Result<(), String> {
    if YEARS.contains(&day.year()) {
        return Ok(());
    }
    Err(format!("{day} is outside the years {} to {}", YEARS.start(), YEARS.end()))
}

fn price(column: &str, text: &str) -> Result<Paise, String> {
    let price = decimal(text).ok_or_else(|| format!("{column} {text:?} is not a price"))?;
    if price <= Paise::ZERO || price > Paise::rupees(HIGHEST) {
        return Err(format!("{column} {text} is not between 0.01 and {HIGHEST}"));
    }
    Ok(price)
}

/// A whole number without the commas between its groups of digits, where they stand as they do in India (`1,23,456`) or
/// elsewhere (`123,456`); nothing when they stand otherwise, as a decimal comma would.
fn ungrouped(whole: &str) -> Option<Cow<'_, str>> {
    let Some((others, last)) = whole.rsplit_once(',') else { return Some(Cow::Borrowed(whole)) };
    let mut groups = others.split(',').map(str::len);
    let first = groups.next()?;
    let (mut in_twos, mut in_threes) = ((1..=2).contains(&first), (1..=3).contains(&first));
    for group in groups {
        in_twos &= group == 2;
        in_threes &= group == 3;
    }
    (last.len() == 3 && (in_twos || in_threes)).then(|| Cow::Owned(whole.replace(',', "")))
}

/// Rupees with any number of decimals, rounded half up to the paisa digit by digit, never through a float.
fn decimal(text: &str) -> Option<Paise> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let whole = &*ungrouped(whole)?;
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !digits(whole) || !digits(fraction) {
        return None;
    }
    let digit = |at: usize| fraction.as_bytes().get(at).map_or(0, |byte| i64::from(byte - b'0'));
    let paise = digit(0) * 10 + digit(1) + i64::from(digit(2) >= 5);
    let whole = if whole.is_empty() { 0 } else { whole.parse::<i64>().ok()? };
    whole.checked_mul(100)?.checked_add(paise).map(Paise)
}

/// A number of shares. Some exports write whole numbers with decimals, all of them zero.
pub(crate) fn volume(text: &str) -> Result<u64, String> {
    let whole = match text.split_once('.') {
        Some((whole, zeros)) if zeros.bytes().all(|byte| byte == b'0') => whole,
        _ => text,
    };
    let number = ungrouped(whole).and_then(|whole| whole.parse().ok());
    number.ok_or_else(|| format!("volume {text:?} is not a number of shares"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_read_to_the_paisa() {
        let cases = [
            ("698.14", Some(69_814)),
            ("698.1", Some(69_810)),
            ("698", Some(69_800)),
            ("698.", Some(69_800)),
            ("0.29", Some(29)),
            (".50", Some(50)),
            (".5", Some(50)),
            ("1465.199951", Some(146_520)),
            ("1.005", Some(101)),
            ("1.0049999", Some(100)),
            ("1,234.50", Some(123_450)),
            ("1,23,456.50", Some(12_345_650)),
            ("12,34,56,789", Some(12_345_678_900)),
            ("123,456.5", Some(12_345_650)),
            ("1,234,567", Some(123_456_700)),
            ("698,14", None),
            ("1,2345", None),
            ("12,3456,789", None),
            ("123,45,678", None),
            ("1,23,456,789", None),
            (",123", None),
            ("1,,234", None),
            ("1,234.5,6", None),
            ("1e3", None),
            ("-1", None),
            ("", None),
            (".", None),
            ("nan", None),
            ("99999999999999999999", None),
        ];
        for (text, paise) in cases {
            assert_eq!(decimal(text), paise.map(Paise), "{text}");
        }
    }

    #[test]
    fn whole_volumes_are_read_with_and_without_decimals() {
        for text in ["5892590", "5892590.0", "5892590.00", "5892590.", "58,92,590", "5,892,590.0"] {
            assert_eq!(volume(text), Ok(5_892_590), "{text}");
        }
        for text in ["", ".0", "1.5", "-1", "nan", "1e6"] {
            assert!(volume(text).is_err(), "{text}");
        }
    }

    #[test]
    fn dates_of_the_common_layouts_are_read_and_impossible_years_refused() {
        let day: Day = "2024-07-05".parse().unwrap();
        for text in
            ["2024-07-05", "05-JUL-2024", "05-Jul-2024", "2024-07-05 00:00:00+05:30", "2024-07-05T00:00:00"]
        {
            assert_eq!(date(text), Ok(day), "{text}");
        }
        assert_eq!(date("01-OCT-2018"), Ok("2018-10-01".parse().unwrap()));
        for text in ["", "2024-07", "05/07/2024", "2024-07-04 18:30:00+00:00", "20240705"] {
            assert!(date(text).unwrap_err().ends_with("is not a date such as 2025-01-31"), "{text}");
        }
        for text in ["1989-12-31", "2101-01-01", "0205-01-01", "9999-01-01"] {
            assert_eq!(date(text).unwrap_err(), format!("{text} is outside the years 1990 to 2100"));
        }
    }
}
