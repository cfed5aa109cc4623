//! Orders, and what the journal says of each.

use prahari_domain::ids::OrderId;
use prahari_domain::orders::{Fill, JournalEntry, Order, OrderEvent};
use prahari_store::{Looked, OrderCounts, OrderFilter, PlacedCursor};

use super::{Queries, UserQueries};
use crate::brokers::TradingMode;
use crate::error::AppError;

/// An order with everything that happened to it.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderDetail {
    /// The order as it stands.
    pub order: Order,
    /// Hash of the module version that decided it, in hex; none when no run did, or the run is not kept any more.
    pub module: Option<String>,
    /// Fills, in the order in which the broker reported them, each with why it was taken back, if it was.
    pub fills: Vec<(Fill, Option<String>)>,
    /// Whether somebody may say that one of the fills was annulled.
    pub fills_may_be_annulled: bool,
    /// Journal entries of the order, in sequence.
    pub journal: Vec<JournalEntry>,
}

impl UserQueries<'_> {
    /// The orders of the user that the filter lets through, newest first. What is looked at for one page is bounded.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn orders(&self, filter: OrderFilter) -> Result<Looked<Order, OrderId>, AppError> {
        Ok(self.scope.orders(filter).await?)
    }

    /// The orders of the user that the filter lets through, counted by state.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn order_counts(&self, filter: OrderFilter) -> Result<OrderCounts, AppError> {
        Ok(self.scope.order_counts(filter).await?)
    }

    /// An order of the user with its journal; none when they have no such order.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn order(&self, id: OrderId) -> Result<Option<OrderDetail>, AppError> {
        let Some(order) = self.scope.find_order(id).await? else { return Ok(None) };
        let journal = self.scope.journal_of(id).await?;
        let run = self.scope.find_run(order.run).await?;
        let fills = fills_of(&journal);
        let is_live = !fills.is_empty() && self.user.mode_of(id) == TradingMode::Live;
        let fills_may_be_annulled = is_live && self.user.desk.lock().await.may_be_annulled(id);
        let module = run.map(|run| run.module_hash);
        Ok(Some(OrderDetail { order, module, fills, fills_may_be_annulled, journal }))
    }
}

impl Queries {
    /// The orders of everybody that the filter lets through, newest first. What is looked at for one page is bounded.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn orders_of_all(
        &self,
        filter: OrderFilter,
        after: Option<PlacedCursor>,
    ) -> Result<Looked<Order, PlacedCursor>, AppError> {
        Ok(self.store.system().orders(filter, after).await?)
    }

    /// The orders of everybody that the filter lets through, counted by state: of the newest 100,000 of its dates.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn order_counts(&self, filter: OrderFilter) -> Result<OrderCounts, AppError> {
        Ok(self.store.system().order_counts(filter).await?)
    }
}

/// The fills that a journal tells of. One that was taken back and told again is there twice.
fn fills_of(journal: &[JournalEntry]) -> Vec<(Fill, Option<String>)> {
    let mut fills: Vec<(Fill, Option<String>)> = Vec::new();
    for entry in journal {
        match &entry.event {
            OrderEvent::Filled(fill) => fills.push((fill.clone(), None)),
            OrderEvent::FillWithdrawn(withdrawal) => {
                let is_it = |(fill, _): &&mut (Fill, Option<String>)| fill.key == withdrawal.fill.key;
                if let Some((_, withdrawn)) = fills.iter_mut().rev().find(is_it) {
                    *withdrawn = Some(withdrawal.reason.clone());
                }
            }
            _ => {}
        }
    }
    fills
}
