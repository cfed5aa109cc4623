//! What of a desk is to be looked at before the market opens.

use std::collections::BTreeSet;

use prahari_domain::ids::OrderId;
use prahari_domain::orders::OrderState;
use prahari_domain::strategies::StrategyName;
use prahari_domain::time::Timestamp;

use super::{Desk, Held};

/// How a desk stands.
#[derive(Debug, Clone)]
pub(crate) struct DeskReadiness {
    /// What is held.
    pub positions: Vec<Held>,
    /// The strategies that hold something.
    pub holders: BTreeSet<StrategyName>,
    /// Orders of which it is not known whether the broker has them.
    pub unknown: Vec<OrderId>,
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
            unknown: unknown.map(|order| order.id).collect(),
            needs_reconcile: self.needs_reconcile,
            fault: self.fault.clone(),
        }
    }
}
