//! Orders of which it is not known what became of them, with all that is known.

use std::collections::BTreeMap;

use prahari_domain::ids::OrderId;
use prahari_domain::orders::{Order, OrderEvent};
use prahari_domain::time::Timestamp;

use super::UserQueries;
use crate::desk::{Look, Search, UnknownOrder};
use crate::error::AppError;

/// The most orders of unknown outcome that are told of a user, the oldest ones. Each blocks its share and side, so there are few.
pub const MOST_UNKNOWN: usize = 200;

/// An order of unknown outcome with the evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct UnknownOrderDetail {
    /// The order as it stands.
    pub order: Order,
    /// Since when its outcome is not known.
    pub since: Timestamp,
    /// What the broker answered, or why there is no answer, one sentence; none while the books say it no more.
    pub answer: Option<String>,
    /// What was looked at for it, before the daemon started too.
    pub search: Search,
    /// The looks of that search that are kept, oldest first: the first one and the newest.
    pub kept: Vec<Look>,
}

impl UserQueries<'_> {
    /// The orders of the user whose outcome is not known, oldest first, at most [`MOST_UNKNOWN`], and how many there are.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn unknown_orders(&self) -> Result<(Vec<UnknownOrderDetail>, usize), AppError> {
        // The desk is let go of before the database is asked: an order must not wait for somebody who looks.
        let mut unknown = self.user.desk.lock().await.unknown_orders();
        let count = unknown.len();
        unknown.truncate(MOST_UNKNOWN);
        let mut looks: BTreeMap<OrderId, Vec<Look>> = BTreeMap::new();
        for row in self.scope.order_looks().await? {
            looks.entry(row.order).or_default().push(Look::from(row));
        }
        let mut details = Vec::with_capacity(unknown.len());
        for UnknownOrder { order, search } in unknown {
            let journal = self.scope.journal_of(order.id).await?;
            let told = journal.into_iter().rev().find_map(|entry| match entry.event {
                OrderEvent::OutcomeUnknown { reason } => Some((entry.at, reason)),
                _ => None,
            });
            let since = told.as_ref().map_or(order.updated_at, |(at, _)| *at);
            let answer = told.map(|(_, reason)| reason);
            let kept = looks.remove(&order.id).unwrap_or_default();
            details.push(UnknownOrderDetail { order, since, answer, search, kept });
        }
        Ok((details, count))
    }
}
