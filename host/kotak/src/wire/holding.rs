//! Rows of the holdings: settled shares.

use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use serde_json::Value;

use super::row::{Misread, Row};

const WHAT: &str = "a row of the holdings";

/// Settled shares of one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldingRow {
    /// Symbol, without its series.
    pub symbol: Symbol,
    /// Series, where the row says it.
    pub series: Option<String>,
    /// ISIN, where the row says it.
    pub isin: Option<String>,
    /// Shares held; what was sold today is still among them.
    pub quantity: u32,
    /// Shares that can be sold now, where the row says it: without what was sold today, pledged or locked.
    pub sellable: Option<u32>,
    /// Mean cost of a share; none where the broker does not know it, which is not zero.
    pub average: Option<Paise>,
}

impl HoldingRow {
    /// Reads a row.
    ///
    /// # Errors
    /// When something is missing that a holding cannot be known without.
    pub(crate) fn read(value: &Value) -> Result<Self, Misread> {
        let row = Row::new(WHAT, value)?;
        let name = row.text("symbol").or_else(|| row.text("displaySymbol"));
        let name = name.ok_or_else(|| row.misread("symbol", "is missing"))?.to_ascii_uppercase();
        let series = row.text("series").map(|text| text.to_ascii_uppercase());
        let short = series.as_ref().and_then(|series| name.strip_suffix(series.as_str())?.strip_suffix('-'));
        let quantity = row.need_count("quantity")?;
        Ok(Self {
            symbol: Symbol::new(short.unwrap_or(&name)).map_err(|_| row.misread("symbol", "is no symbol"))?,
            isin: row.text("isin").map(|text| text.to_ascii_uppercase()),
            quantity,
            sellable: row.count("sellableQuantity")?.map(|sellable| sellable.min(quantity)),
            average: row.price("averagePrice")?,
            series,
        })
    }

    /// Returns whether the row is of the exchange on which we trade.
    pub(crate) fn is_of_shares(value: &Value) -> bool {
        super::order::OrderRow::is_of_shares(value)
            && Row::new(WHAT, value)
                .ok()
                .and_then(|row| row.text("exchangeSegment"))
                .is_none_or(|segment| segment.eq_ignore_ascii_case(super::order::SHARES))
    }
}
