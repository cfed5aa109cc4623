//! What every row of the broker's lists promises.

use prahari_domain::money::Paise;
use prahari_domain::orders::OrderKind;
use prahari_domain::time::Timestamp;

use super::{LONGEST_FIELD, is_clean};
use crate::wire::holding::HoldingRow;
use crate::wire::order::OrderRow;
use crate::wire::position::PositionRow;
use crate::wire::quote::QuoteRow;
use crate::wire::status::OrderStatus;
use crate::wire::tag::Tag;
use crate::wire::trade::TradeRow;

pub(super) fn order(row: &OrderRow) {
    number(&row.number);
    tag(&row.tag);
    assert!(row.filled <= row.quantity, "{row:?}");
    assert!(row.average.is_none_or(is_price), "{row:?}");
    assert!(!matches!(row.kind, OrderKind::Limit(limit) if !is_price(limit)), "{row:?}");
    assert!(is_time(row.entered_at) && is_time(row.changed_at) && is_time(row.as_of), "{row:?}");
    assert!(row.product.len() <= LONGEST_FIELD);
    if let OrderStatus::Unknown(text) = &row.status {
        assert!(text.chars().count() <= 60 && !row.status.has_ended(), "{row:?}");
    }
    if let Some(reason) = &row.reason {
        is_clean(reason.said.as_str());
    }
}

pub(super) fn trade(row: &TradeRow) {
    number(&row.number);
    assert!(row.fill.quantity > 0 && is_price(row.fill.price) && is_time(row.fill.at), "{row:?}");
    assert!(row.fill.key.len() <= 2 * LONGEST_FIELD + 1, "{row:?}");
    assert!(row.value().is_none_or(|value| value >= row.fill.price), "{row:?}");
}

pub(super) fn position(row: &PositionRow) {
    assert_eq!(row.net(), row.of_today() + row.carried);
    assert!(row.last.is_none_or(is_price), "{row:?}");
}

pub(super) fn holding(row: &HoldingRow) {
    assert!(
        row.sellable.is_none_or(|sellable| sellable <= row.quantity) && row.average.is_none_or(is_price),
        "{row:?}"
    );
}

pub(super) fn quote(row: &QuoteRow) {
    let prices = [row.last, row.open, row.high, row.low, row.previous_close, row.band_low, row.band_high];
    assert!(prices.into_iter().flatten().all(is_price), "{row:?}");
    assert!(row.volume.is_none_or(|volume| volume >= 0) && row.at.is_none_or(is_time), "{row:?}");
    assert!(!row.segment.is_empty() && !row.token.is_empty(), "{row:?}");
}

pub(super) fn tag(tag: &Tag) {
    if let Some(sent) = tag.sent() {
        is_clean(sent);
    }
}

pub(super) fn is_price(price: Paise) -> bool {
    price > Paise::ZERO
}

/// A time of our years: 2015 to 2100.
fn is_time(at: Timestamp) -> bool {
    (1_420_000_000_000..4_102_444_800_000).contains(&at.0)
}

fn number(number: &str) {
    let is_plain = number.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    assert!((1..=40).contains(&number.len()) && is_plain, "{number:?}");
}
