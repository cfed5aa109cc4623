//! The sentences about orders of unknown outcome.

use prahari_domain::orders::{Order, OrderState, Side};
use prahari_domain::time::Day;

use super::ended::says_not_seen;
use super::{Search, is_unknown};
use crate::desk::Desk;
use crate::desk::their_book::in_words;

/// The most orders that a note names.
const MOST_NAMED: usize = 3;

impl Desk {
    /// The sentence about an unknown order, with all that speaks for or against it.
    pub(in crate::desk) fn evidence_of(&self, order: &Order) -> String {
        evidence(order, self.unknown.searches.get(&order.id).unwrap_or(&Search::default()))
    }

    /// Says for the statement of a date what is not known of its orders; none when everything is.
    pub(in crate::desk) fn not_known_of(&self, day: Day) -> Option<String> {
        if self.link.broker.book_proves_absence() {
            return None;
        }
        let unknown = self.book.active_orders().filter(is_unknown);
        let unknown = unknown.filter(|order| order.placed_at.ist_day() <= day);
        let unseen = self.book.orders().filter(|order| {
            order.state == OrderState::Expired
                && says_not_seen(&order.reason)
                && order.updated_at.ist_day() == day
                && !self.unknown.seen_since.contains(&order.id)
        });
        let arrived =
            named(unknown).map(|orders| format!("whether these orders arrived is not known: {orders}"));
        let ended = named(unseen).map(|orders| {
            format!("how these orders ended is not known, and executions may have been missed: {orders}")
        });
        match (arrived, ended) {
            (Some(arrived), Some(ended)) => Some(format!("{arrived}; {ended}")),
            (arrived, ended) => arrived.or(ended),
        }
    }
}

/// The first ids of some orders, and that there are more; none of no order.
fn named<'a>(orders: impl Iterator<Item = &'a Order>) -> Option<String> {
    let ids: Vec<String> = orders.take(MOST_NAMED + 1).map(|order| order.id.to_string()).collect();
    let more = if ids.len() > MOST_NAMED { " and others" } else { "" };
    let first: Vec<String> = ids.into_iter().take(MOST_NAMED).collect();
    (!first.is_empty()).then(|| format!("{}{more}", first.join(", ")))
}

/// The sentence about an unknown order, with all that speaks for or against it.
pub(super) fn evidence(order: &Order, search: &Search) -> String {
    let (id, symbol) = (order.id, &order.request.symbol);
    let traded = match order.request.side {
        Side::Buy => "bought",
        Side::Sell => "sold",
    };
    if search.looks == 0 {
        return format!(
            "order {id} may have been sent, and the broker's book cannot be had: nothing more of {symbol} is {traded} before its outcome is known"
        );
    }
    let mut said = format!(
        "order {id} may have been sent and is not in the broker's book, which proves nothing: nothing more of {symbol} is {traded} before its outcome is known"
    );
    for evidence in in_words(&search.alike).into_iter().chain(search.holdings.clone()) {
        said.push_str("; ");
        said.push_str(&evidence);
    }
    said
}
