//! The order book as it was a while ago, as far as orders, fills and ends go.

use prahari_domain::time::Timestamp;

use crate::broker::{BrokerOrder, BrokerOrderState};

/// Returns what a book shows of what had happened by `horizon`, and whether that leaves anything out. A changed quantity or
/// limit is shown at once: the book does not keep what they were before.
pub(super) fn as_of(book: Vec<BrokerOrder>, horizon: Timestamp) -> (Vec<BrokerOrder>, bool) {
    let before = book.clone();
    let shown: Vec<BrokerOrder> = book
        .into_iter()
        .filter(|order| order.accepted_at <= horizon)
        .map(|order| cut(order, horizon))
        .collect();
    let is_behind = shown != before;
    (shown, is_behind)
}

fn cut(mut order: BrokerOrder, horizon: Timestamp) -> BrokerOrder {
    order.fills.retain(|fill| fill.at <= horizon);
    let filled = order.fills.iter().map(|fill| fill.quantity).fold(0, u32::saturating_add);
    let is_cut = filled != order.filled;
    order.filled = filled;
    let ended_later = order.state != BrokerOrderState::Open && order.changed_at > horizon;
    if is_cut || ended_later {
        order.state = BrokerOrderState::Open;
        let last = order.fills.iter().map(|fill| fill.at).max().unwrap_or(order.accepted_at);
        order.changed_at = last.max(order.modified_at);
    }
    order
}
