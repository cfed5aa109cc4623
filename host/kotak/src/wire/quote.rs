//! Rows of quotes.

use prahari_domain::money::Paise;
use prahari_domain::time::Timestamp;
use serde_json::Value;

use super::row::{Misread, Row};
use super::time;

const WHAT: &str = "a quote";

/// Prices of one instrument. An answer may lack instruments that were asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuoteRow {
    /// Segment, such as `nse_cm`.
    pub segment: String,
    /// The broker's number of the share, or the name of an index.
    pub token: String,
    /// Last price.
    pub last: Option<Paise>,
    /// Time of it, which may be minutes old.
    pub at: Option<Timestamp>,
    /// Opening price of today.
    pub open: Option<Paise>,
    /// Highest price of today.
    pub high: Option<Paise>,
    /// Lowest price of today.
    pub low: Option<Paise>,
    /// Close of the session before.
    pub previous_close: Option<Paise>,
    /// Shares traded today.
    pub volume: Option<i64>,
    /// Lowest price that an order may name.
    pub band_low: Option<Paise>,
    /// Highest price that an order may name.
    pub band_high: Option<Paise>,
}

impl QuoteRow {
    /// Reads a row.
    ///
    /// # Errors
    /// When it does not say what it is of, or a price is no number.
    pub(crate) fn read(value: &Value) -> Result<Self, Misread> {
        let row = Row::new(WHAT, value)?;
        let prices = row.value("ohlc").and_then(|value| Row::new(WHAT, value).ok());
        let of_day = |field| prices.map_or(Ok(None), |prices| prices.price(field));
        Ok(Self {
            segment: row.need_text("exchange")?,
            token: row.need_text("exchange_token")?,
            last: row.price("ltp")?,
            at: row.whole("lstup_time").and_then(time::epoch),
            open: of_day("open")?,
            high: of_day("high")?,
            low: of_day("low")?,
            previous_close: of_day("close")?,
            volume: row.whole("last_volume").filter(|volume| *volume >= 0),
            band_low: row.price("low_price_range")?,
            band_high: row.price("high_price_range")?,
        })
    }
}
