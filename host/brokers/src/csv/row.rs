//! One row of a price file. Errors are the reason only; the reader adds file and line.

use csv::StringRecord;
use prahari_domain::instruments::Candle;
use prahari_domain::money::Paise;
use prahari_domain::time::Day;

/// The highest price taken, in rupees: a hundred million, far above any share, so that sums cannot overflow.
const HIGHEST: i64 = 100_000_000;

/// Where each field stands.
pub(super) struct Columns {
    date: usize,
    open: usize,
    high: usize,
    low: usize,
    close: usize,
    volume: usize,
}

impl Columns {
    pub fn find(header: &StringRecord) -> Result<Self, String> {
        let find = |name: &str| {
            // Files written on Windows begin with a byte order mark.
            let matches = |field: &str| field.trim_start_matches('\u{feff}').trim() == name;
            header.iter().position(matches).ok_or_else(|| format!("the column {name} is missing"))
        };
        Ok(Self {
            date: find("date")?,
            open: find("open")?,
            high: find("high")?,
            low: find("low")?,
            close: find("close")?,
            volume: find("volume")?,
        })
    }
}

/// The bar of a row.
pub(super) fn parse(record: &StringRecord, columns: &Columns) -> Result<Candle, String> {
    let field = |at: usize| record.get(at).unwrap_or_default().trim();
    let date = field(columns.date);
    let bar = Candle {
        day: date.parse().map_err(|_| format!("{date:?} is not a date such as 2025-01-31"))?,
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
pub(super) fn check_order(previous: Option<Day>, day: Day) -> Result<(), String> {
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

fn price(column: &str, text: &str) -> Result<Paise, String> {
    let price = decimal(text).ok_or_else(|| format!("{column} {text:?} is not a price"))?;
    if price <= Paise::ZERO || price > Paise::rupees(HIGHEST) {
        return Err(format!("{column} {text} is not between 0.01 and {HIGHEST}"));
    }
    Ok(price)
}

/// Rupees with any number of decimals, rounded half up to the paisa digit by digit, never through a float.
fn decimal(text: &str) -> Option<Paise> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) {
        return None;
    }
    let digit = |at: usize| fraction.as_bytes().get(at).map_or(0, |byte| i64::from(byte - b'0'));
    let paise = digit(0) * 10 + digit(1) + i64::from(digit(2) >= 5);
    whole.parse::<i64>().ok()?.checked_mul(100)?.checked_add(paise).map(Paise)
}

fn volume(text: &str) -> Result<u64, String> {
    // Some exports write whole numbers as floats.
    let whole = text.strip_suffix(".0").unwrap_or(text);
    whole.parse().map_err(|_| format!("volume {text:?} is not a number of shares"))
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
            ("0.29", Some(29)),
            ("1465.199951", Some(146_520)),
            ("1.005", Some(101)),
            ("1.0049999", Some(100)),
            ("1e3", None),
            ("-1", None),
            ("", None),
            (".5", None),
            ("nan", None),
            ("99999999999999999999", None),
        ];
        for (text, paise) in cases {
            assert_eq!(decimal(text), paise.map(Paise), "{text}");
        }
    }
}
