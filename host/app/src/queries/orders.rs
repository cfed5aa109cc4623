//! Orders, and what the journal says of each.

use std::collections::BTreeMap;

use prahari_domain::ids::{OrderId, RunId};
use prahari_domain::orders::{Fill, JournalEntry, Order, OrderEvent};
use prahari_store::{DecisionRow, Looked, OrderCounts, OrderFilter, PlacedCursor};

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
    /// Why runs asked for changes, as codes, by the sequence number of the entry: as far as what they decided is kept.
    pub changes: BTreeMap<u64, String>,
}

/// Most changes of an order of which the reason is looked up, the newest ones: a sell may follow its price each minute.
const MOST_REASONS: usize = 100;

/// Name in the evidence of a decision that says which order it is about.
const ORDER: &str = "order";

/// Name in the evidence of a decision of what was refused.
const REFUSAL: &str = "refusal";

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
        let (fills, changes) = (fills_of(&journal), self.reasons_of_changes(id, &journal).await?);
        let is_live = !fills.is_empty() && self.user.mode_of(id) == TradingMode::Live;
        let fills_may_be_annulled = is_live && self.user.desk.lock().await.may_be_annulled(id);
        let module = run.map(|run| run.module_hash);
        Ok(Some(OrderDetail { order, module, fills, fills_may_be_annulled, journal, changes }))
    }

    /// Why runs asked for changes of an order, by entry: a change has no reason of its own, but a run records what it decides.
    async fn reasons_of_changes(
        &self,
        order: OrderId,
        journal: &[JournalEntry],
    ) -> Result<BTreeMap<u64, String>, AppError> {
        let asked = newest_changes(journal);
        if asked.is_empty() {
            return Ok(BTreeMap::new());
        }
        let runs: Vec<RunId> = asked.iter().map(|(_, run)| *run).collect();
        let decided = self.scope.decisions_of_each(runs).await?;
        let reason_of = |(sequence, run): (u64, RunId)| {
            let decisions = decided.iter().filter(|(of, _)| *of == run).flat_map(|(_, decisions)| decisions);
            Some((sequence, reason_about(order, decisions)?))
        };
        Ok(asked.into_iter().filter_map(reason_of).collect())
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

/// The newest changes that runs asked for, each with its run.
fn newest_changes(journal: &[JournalEntry]) -> Vec<(u64, RunId)> {
    let asked = journal.iter().rev().filter_map(|entry| match entry.event {
        OrderEvent::ChangeRequested { run: Some(run), .. } => Some((entry.sequence, run)),
        _ => None,
    });
    asked.take(MOST_REASONS).collect()
}

/// The reason of what a run decided about an order; of several decisions the last says what it came to. What was refused has the
/// reason of the refusal, which is not why it was asked for.
fn reason_about<'a>(order: OrderId, decisions: impl Iterator<Item = &'a DecisionRow>) -> Option<String> {
    let id = order.to_string();
    let is_about = |decision: &&DecisionRow| {
        let evidence = || decision.evidence.iter();
        evidence().any(|(name, value)| name == ORDER && *value == id)
            && !evidence().any(|(name, _)| name == REFUSAL)
    };
    decisions.filter(is_about).last().map(|decision| decision.reason.clone())
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

#[cfg(test)]
mod tests {
    use prahari_domain::ids::UserId;
    use prahari_domain::orders::OrderKind;
    use prahari_domain::time::Timestamp;

    use super::*;

    #[test]
    fn the_reason_of_a_change_is_that_of_the_last_decision_about_its_order() {
        let day = "2025-03-10".parse().unwrap();
        let order = |number| OrderId { user: UserId(1), day, number };
        let decided = |number: u32, reason: &str| DecisionRow {
            symbol: "TCS".to_owned(),
            action: "modify".to_owned(),
            reason: reason.to_owned(),
            evidence: vec![(ORDER.to_owned(), order(number).to_string())],
        };
        let without = DecisionRow { evidence: Vec::new(), ..decided(1, "hold") };
        let mut refused = decided(1, "price_band");
        refused.evidence.push((REFUSAL.to_owned(), "the limit is outside".to_owned()));
        let decisions =
            [decided(1, "ema9_lower"), decided(1, "rsi_exit"), decided(2, "ema9_target"), without, refused];
        assert_eq!(reason_about(order(1), decisions.iter()).as_deref(), Some("rsi_exit"));
        assert_eq!(reason_about(order(3), decisions.iter()), None);
    }

    #[test]
    fn of_an_order_that_changes_each_minute_the_newest_changes_are_told_why() {
        let order = OrderId { user: UserId(1), day: "2025-03-10".parse().unwrap(), number: 1 };
        let asked = |sequence| {
            let event = OrderEvent::ChangeRequested {
                quantity: 1,
                kind: OrderKind::Market,
                run: Some(RunId(sequence)),
            };
            JournalEntry { sequence, order, at: Timestamp(1), event }
        };
        let changes = newest_changes(&(1..=375).map(asked).collect::<Vec<_>>());
        assert_eq!(
            (changes.len(), changes.first(), changes.last()),
            (100, Some(&(375, RunId(375))), Some(&(276, RunId(276))))
        );
    }
}
