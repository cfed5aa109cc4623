//! What of a desk is to be looked at before the market opens.

use std::collections::BTreeSet;

use prahari_domain::ids::OrderId;
use prahari_domain::orders::{Order, OrderState, Side, Variety};
use prahari_domain::strategies::StrategyName;
use prahari_domain::time::Timestamp;

use super::{Desk, Held, Stray};

/// How a desk stands.
#[derive(Debug, Clone)]
pub(crate) struct DeskReadiness {
    /// What is held.
    pub positions: Vec<Held>,
    /// The strategies that hold something.
    pub holders: BTreeSet<StrategyName>,
    /// The buys that wait at the broker for the next session.
    pub waiting_buys: Vec<Order>,
    /// Orders of which it is not known whether the broker has them.
    pub unknown: Vec<OrderId>,
    /// Open orders at the broker that Prahari has placed and the books do not know, each in a sentence.
    pub strays: Vec<String>,
    /// Whether the broker's book has to be compared before anything is sent.
    pub needs_reconcile: bool,
    /// Why nothing can be booked any more; none while it can.
    pub fault: Option<String>,
}

impl Desk {
    /// Returns how the desk stands.
    pub(crate) fn readiness(&self, now: Timestamp) -> DeskReadiness {
        let unknown = self.book.active_orders().filter(|order| order.state == OrderState::Unknown);
        DeskReadiness {
            positions: self.held(now),
            holders: self.book.holders().map(|(strategy, _)| strategy).collect(),
            waiting_buys: self.book.active_orders().filter(waits_for_session).cloned().collect(),
            unknown: unknown.map(|order| order.id).collect(),
            strays: self.strays.open().map(Stray::in_words).collect(),
            needs_reconcile: self.needs_reconcile,
            fault: self.fault.clone(),
        }
    }
}

/// Returns whether an order is a buy that the broker holds back until the next session opens, as far as is known.
fn waits_for_session(order: &&Order) -> bool {
    let request = &order.request;
    request.side == Side::Buy
        && request.variety == Variety::AfterMarket
        && order.state == OrderState::Accepted
}
