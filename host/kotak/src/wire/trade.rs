//! Rows of the executions of today.

use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::orders::{Fill, Side};
use prahari_domain::time::Timestamp;
use serde_json::Value;

use super::order;
use super::row::{Misread, Row};
use super::time;

const WHAT: &str = "a row of the executions";

/// One execution of part of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TradeRow {
    /// The broker's number of the order.
    pub number: String,
    /// Symbol, without its series.
    pub symbol: Symbol,
    /// Side of the order.
    pub side: Side,
    /// Shares, price and time; its key is the exchange's number of the order with that of the execution.
    pub fill: Fill,
}

impl TradeRow {
    /// Reads a row.
    ///
    /// # Errors
    /// When something is missing that an execution cannot be known without.
    pub(crate) fn read(value: &Value) -> Result<Self, Misread> {
        let row = Row::new(WHAT, value)?;
        let (symbol, _) = order::symbol(row)?;
        let quantity = row.need_count("fldQty")?;
        let price = row.price("avgPrc")?.ok_or_else(|| row.misread("avgPrc", "is no price"))?;
        let (of_order, of_fill) = (row.need_text("exOrdId")?, row.need_text("flId")?);
        let at = at(row).ok_or_else(|| row.misread("exTm", "is no time"))?;
        if quantity == 0 {
            return Err(row.misread("fldQty", "is no share"));
        }
        Ok(Self {
            number: order::number(row)?,
            symbol,
            side: order::side(row)?,
            fill: Fill { key: format!("{of_order}-{of_fill}"), quantity, price, at },
        })
    }

    /// Value of the execution; none when it does not fit.
    pub fn value(&self) -> Option<Paise> {
        self.fill.price.times(self.fill.quantity)
    }
}

fn at(row: Row<'_>) -> Option<Timestamp> {
    let whole = || time::ist(&row.text("exTm")?);
    let parts = || time::ist(&format!("{} {}", row.text("flDt")?, row.text("flTm")?));
    whole()
        .or_else(parts)
        .or_else(|| ["boeSec", "uSec"].iter().find_map(|field| time::epoch(row.whole(field)?)))
}
