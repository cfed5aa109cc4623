//! Looks for orders of unknown outcome in the store, so that a restart forgets neither what was seen nor how often.

use prahari_domain::book::Book;
use prahari_domain::ids::OrderId;
use prahari_domain::orders::{Order, OrderState};
use prahari_store::{OrderLookRow, UserScope};

use super::{Look, Search, UnknownOrders};
use crate::desk::Desk;
use crate::desk::their_book::LikeIt;

impl UnknownOrders {
    /// What processes before this one looked at, of the orders whose outcome is not known still. Looks that cannot be read are
    /// left out: they are evidence, and nobody's trading waits for them.
    pub(in crate::desk) async fn load(scope: &UserScope, book: &Book) -> Self {
        let may_be_there = |order: &&Order| matches!(order.state, OrderState::Sent | OrderState::Unknown);
        let looks = scope.order_looks().await.unwrap_or_else(|error| {
            tracing::warn!(user = %scope.id(), %error, "looks for unknown orders cannot be read");
            Vec::new()
        });
        let mut unknown = Self::default();
        for look in looks {
            let id = look.order;
            if book.order(&id).filter(may_be_there).is_some() {
                // The newest look for an order comes last.
                unknown.searches.insert(id, Search::from(Look::from(look)));
            } else {
                unknown.over.insert(id);
            }
        }
        unknown
    }

    /// Ends the search for an order.
    pub(super) fn forget(&mut self, order: OrderId) {
        self.looked_for.remove(&order);
        self.unkept.remove(&order);
        self.told.remove(&order);
        if self.searches.remove(&order).is_some_and(|search| search.looks > 0) {
            self.over.insert(order);
        }
    }

    /// The newest looks that are not in the store yet.
    fn rows_to_keep(&self) -> Vec<OrderLookRow> {
        let newest = |order: &OrderId| {
            let search = self.searches.get(order)?;
            Some(OrderLookRow {
                order: *order,
                number: search.looks,
                at: search.last?,
                // Numbers and texts of ours always are JSON.
                alike: serde_json::to_string(&search.alike).ok()?,
                holdings: search.holdings.clone(),
            })
        };
        self.unkept.iter().filter_map(newest).collect()
    }
}

impl Desk {
    /// Has the store keep what was looked at, and forget what is known by now. What cannot be kept is told in the log only:
    /// it is evidence, and the next look says the same.
    pub(in crate::desk) async fn keep_looks(&mut self) {
        let looks = self.unknown.rows_to_keep();
        self.unknown.unkept.clear();
        let over: Vec<OrderId> = std::mem::take(&mut self.unknown.over).into_iter().collect();
        if looks.is_empty() && over.is_empty() {
            return;
        }
        if let Err(error) = self.scope().keep_order_looks(looks, over).await {
            tracing::warn!(user = %self.book.user(), %error, "looks for unknown orders could not be kept");
        }
    }
}

impl From<OrderLookRow> for Look {
    fn from(row: OrderLookRow) -> Self {
        let alike: Vec<LikeIt> = serde_json::from_str(&row.alike).unwrap_or_else(|error| {
            tracing::warn!(order = %row.order, %error, "what was like an unknown order cannot be read");
            Vec::new()
        });
        Self { number: row.number, at: row.at, alike, holdings: row.holdings }
    }
}

impl From<Look> for Search {
    fn from(look: Look) -> Self {
        Self { looks: look.number, last: Some(look.at), alike: look.alike, holdings: look.holdings }
    }
}
