//! Rows of the order book, of an order's history and of the order feed.

use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::orders::{OrderKind, Side};
use prahari_domain::time::Timestamp;
use serde_json::Value;

use super::rejection::Rejection;
use super::row::{Misread, Row};
use super::status::OrderStatus;
use super::tag::Tag;
use super::time;
use crate::mask::Masker;

const WHAT: &str = "a row of the order book";

/// The segment of shares at the exchange.
pub(crate) const SHARES: &str = "nse_cm";

/// An order in the broker's book. Account and PAN, which the row has too, are not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderRow {
    /// The broker's number, which is the order's identity. That of an after-market order keeps the evening's date.
    pub number: String,
    /// The tag as it is now.
    pub tag: Tag,
    /// Symbol, without its series.
    pub symbol: Symbol,
    /// Series, such as `EQ`; none where the row does not say it.
    pub series: Option<String>,
    /// Side of the order.
    pub side: Side,
    /// Product as the broker writes it, such as `CNC`.
    pub product: String,
    /// Kind and limit price in force. A market order is shown as a limit, most often.
    pub kind: OrderKind,
    /// Total shares.
    pub quantity: u32,
    /// Shares filled so far.
    pub filled: u32,
    /// Mean price of the fills; none before the first, and for a moment after it.
    pub average: Option<Paise>,
    /// State of the order.
    pub status: OrderStatus,
    /// Reason beside the row, which of one that has not ended is that of a refused change.
    pub reason: Option<Rejection>,
    /// Whether it was placed as an after-market order.
    pub after_market: bool,
    /// The algo id with which the broker tagged it; none where the row says that there is none.
    pub algo_id: Option<String>,
    /// Time of entry.
    pub entered_at: Timestamp,
    /// Time of the last change; that of entry if the row does not say it. Executions leave it as it is.
    pub changed_at: Timestamp,
    /// The latest of all times that the row names: what it says is not older than that.
    pub as_of: Timestamp,
    /// Number that grows with each state, where the row has one; it orders messages of the feed.
    pub updated: Option<i64>,
}

impl OrderRow {
    /// Returns whether the row is of a share; others are of no concern.
    pub(crate) fn is_of_shares(value: &Value) -> bool {
        let segment = Row::new(WHAT, value).ok().and_then(|row| row.text("exSeg"));
        // A row that does not say it is read, and then says what is wrong with it.
        segment.is_none_or(|segment| segment.eq_ignore_ascii_case(SHARES))
    }

    /// Reads a row.
    ///
    /// # Errors
    /// When something is missing that an order cannot be known without.
    pub(crate) fn read(value: &Value, masker: &Masker) -> Result<Self, Misread> {
        let row = Row::new(WHAT, value)?;
        let (symbol, series) = symbol(row)?;
        let entered_at = entered(row).ok_or_else(|| row.misread("ordEntTm", "is no time"))?;
        let changed_at = row.text("ordDtTm").and_then(|text| time::ist(&text)).unwrap_or(entered_at);
        let reason = row.text("rejRsn").map(|text| Rejection::new(masker.clean(&text)));
        let quantity = row.need_count("qty")?;
        let filled = row.count("fldQty")?.unwrap_or(0);
        if filled > quantity {
            return Err(row.misread("fldQty", "is more than was ordered"));
        }
        Ok(Self {
            number: number(row)?,
            tag: Tag::read(row.text("GuiOrdId").as_deref(), masker),
            symbol,
            series,
            side: side(row)?,
            product: row.text("prod").map_or_else(String::new, |text| text.to_ascii_uppercase()),
            kind: kind(row)?,
            quantity,
            filled,
            average: row.price("avgPrc")?,
            status: OrderStatus::read(&row.text("ordSt").unwrap_or_default()),
            reason,
            after_market: row.text("ordGenTp").is_some_and(|text| text.eq_ignore_ascii_case("AMO")),
            algo_id: row.text("algId").and_then(|text| algo_id(&text)),
            entered_at,
            changed_at,
            as_of: times(row).fold(changed_at.max(entered_at), Ord::max),
            updated: row.whole("updRecvTm"),
        })
    }
}

/// Longest algo id that is taken; the exchange's have 5 digits.
const LONGEST_ALGO_ID: usize = 20;

/// The algo id in a text, such as `99999` of orders that no registered algo places.
fn algo_id(text: &str) -> Option<String> {
    let text = text.trim();
    let is_id = (1..=LONGEST_ALGO_ID).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && text.bytes().any(|byte| byte != b'0');
    (is_id && !text.eq_ignore_ascii_case("NA")).then(|| text.to_owned())
}

/// Longest number of an order that is taken; known ones have 15 characters.
const LONGEST_NUMBER: usize = 40;

/// The broker's number of an order.
pub(crate) fn number(row: Row<'_>) -> Result<String, Misread> {
    let number = row.need_text("nOrdNo")?;
    let known = number.len() <= LONGEST_NUMBER
        && number.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if known { Ok(number) } else { Err(row.misread("nOrdNo", "is no number of an order")) }
}

/// Symbol and series: from the trading symbol, whose series is its end, or from the short name.
pub(crate) fn symbol(row: Row<'_>) -> Result<(Symbol, Option<String>), Misread> {
    let series = row.text("series").or_else(|| row.text("it")).map(|text| text.to_ascii_uppercase());
    let traded = row.text("trdSym").map(|text| text.to_ascii_uppercase());
    let named = match (&traded, &series) {
        (Some(traded), Some(series)) => {
            traded.strip_suffix(series.as_str()).and_then(|rest| rest.strip_suffix('-'))
        }
        _ => None,
    };
    let short = row.text("sym").map(|text| text.to_ascii_uppercase());
    let text = named.or(short.as_deref()).or(traded.as_deref());
    let text = text.ok_or_else(|| row.misread("trdSym", "is missing"))?;
    let symbol = Symbol::new(text).map_err(|_| row.misread("trdSym", "is no symbol"))?;
    Ok((symbol, series))
}

pub(crate) fn side(row: Row<'_>) -> Result<Side, Misread> {
    match row.text("trnsTp").as_deref() {
        Some("B" | "b" | "BUY" | "Buy") => Ok(Side::Buy),
        Some("S" | "s" | "SELL" | "Sell") => Ok(Side::Sell),
        _ => Err(row.misread("trnsTp", "is neither B nor S")),
    }
}

/// A market order is one that says so and names no price: a market order that became a limit names one.
fn kind(row: Row<'_>) -> Result<OrderKind, Misread> {
    let price = row.price("prc")?;
    Ok(price.map_or(OrderKind::Market, OrderKind::Limit))
}

/// The first time that the row names, those of the order's own life before those of the row.
fn entered(row: Row<'_>) -> Option<Timestamp> {
    times(row).next()
}

/// The times that the row names.
fn times(row: Row<'_>) -> impl Iterator<Item = Timestamp> {
    let written = ["ordEntTm", "ordDtTm", "flDtTm", "exCfmTm", "hsUpTm"];
    let by_text = written.into_iter().filter_map(move |field| time::ist(&row.text(field)?));
    let counted = ["boeSec", "uSec", "updRecvTm"];
    by_text.chain(counted.into_iter().filter_map(move |field| time::epoch(row.whole(field)?)))
}
