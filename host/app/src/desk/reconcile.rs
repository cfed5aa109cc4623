//! Comparing the broker's book with ours, and resolving what is open between them.

use prahari_brokers::{BrokerOrder, BrokerOrderState};
use prahari_domain::book::TimedEvent;
use prahari_domain::ids::OrderId;
use prahari_domain::instruments::Symbol;
use prahari_domain::money::rupees;
use prahari_domain::numbers::counted;
use prahari_domain::orders::{Order, OrderEvent, OrderState};
use prahari_domain::risk::{self, Refusal};
use prahari_domain::time::Timestamp;

use super::annulled::Gone;
use super::their_book::{self, TheirBook};
use super::{Desk, OrderContext};
use crate::error::AppError;

/// An intent that never reached the broker is sent after all within this time of its decision; later the price and
/// the reason may be stale, and it is cancelled instead. The same window as for late slots.
const RESEND_WINDOW_MS: i64 = 2 * 60_000;

/// Kinds of differences between the broker's book and ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DifferenceKind {
    /// The broker executed what we had not booked.
    MissedFill,
    /// The broker's book has no trace of an order that we wrote down.
    LostOrder,
    /// An order's state was behind the broker's.
    SettledOrder,
    /// The broker holds shares that are not in our books, or fewer than we have.
    ExternalTrade,
}

impl DifferenceKind {
    /// Returns the name in the task interface.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MissedFill => "missed_fill",
            Self::LostOrder => "lost_order",
            Self::SettledOrder => "settled_order",
            Self::ExternalTrade => "external_trade",
        }
    }
}

/// One difference and what was done about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Symbol of the difference.
    pub symbol: Symbol,
    /// The kind of difference.
    pub kind: DifferenceKind,
    /// The sentence for the user.
    pub detail: String,
}

impl Desk {
    /// Returns whether the broker's book has to be compared before anything may be sent.
    pub fn needs_reconcile(&self) -> bool {
        self.needs_reconcile
    }

    /// Returns whether there is an order of which it is not known whether the broker has it.
    pub fn has_unknown_orders(&self) -> bool {
        use OrderState::{Intent, Sent, Unknown};
        self.book.active_orders().any(|order| matches!(order.state, Intent | Sent | Unknown))
    }

    /// Compares the broker's book and holdings with ours, and resolves every order whose outcome was open and is shown or
    /// proven by that book. What is not stays unknown.
    ///
    /// # Errors
    /// When the broker's book cannot be had (nothing is resolved then) or the journal cannot be written.
    pub async fn reconcile(&mut self, now: Timestamp) -> Result<Vec<Difference>, AppError> {
        self.check_usable()?;
        // Until everything is compared: an error on the way leaves the rest for the next time.
        self.needs_reconcile = true;
        let theirs = match self.ask_book().await {
            Ok(theirs) => theirs,
            Err(error) => {
                self.not_looked_for(now).await?;
                return Err(error);
            }
        };
        let ours: Vec<Order> = self.book.active_orders().cloned().collect();
        let mut differences = Vec::new();
        for order in &ours {
            match theirs.find(order, &self.book) {
                Some(known) => self.catch_up(order, known, now, &mut differences).await?,
                None => self.resolve_absent(order, &theirs, now, &mut differences).await?,
            }
        }
        self.look_for_ended(&theirs, &mut differences).await?;
        self.watch_fills(&theirs, now).await?;
        self.look_for_strays(&theirs, now);
        // The book of a simulated account proves again what it does not prove now, and then tells what became of them.
        self.needs_reconcile = self.link.simulated.is_some() && self.awaits_word();
        self.resend_proven_absent(now).await?;
        let compared = self.compare_holdings(&mut differences).await;
        self.keep_looks().await;
        compared?;
        Ok(differences)
    }

    /// Returns whether there is an order that may have been sent and of which the broker's book has said nothing.
    fn awaits_word(&self) -> bool {
        self.book.active_orders().any(|order| matches!(order.state, OrderState::Sent | OrderState::Unknown))
    }

    /// The broker's book.
    pub(super) async fn ask_book(&self) -> Result<TheirBook, AppError> {
        Ok(TheirBook::new(self.link.broker.book().await?))
    }

    /// Books what the broker's book tells of our open orders and of those that have ended, and answers those that changed. An
    /// order that it does not show stays as it is: one list without it proves nothing, and [`Desk::reconcile`] comes when
    /// there is a doubt. Those of unknown outcome are looked for too.
    pub(super) async fn follow_book(&mut self, now: Timestamp) -> Result<Vec<OrderId>, AppError> {
        use OrderState::{Accepted, PartiallyFilled, Sent, Unknown};
        let open = |order: &&Order| matches!(order.state, Accepted | PartiallyFilled | Sent | Unknown);
        let ours: Vec<Order> = self.book.active_orders().filter(open).cloned().collect();
        let waits = self.looks_back(now) || self.watches_fills(now) || !self.strays.is_empty();
        if ours.is_empty() && !waits {
            self.keep_looks().await;
            return Ok(Vec::new());
        }
        self.check_usable()?;
        let theirs = self.ask_book().await?;
        let (mut changed, proven) = (Vec::new(), self.link.broker.book_proves_absence());
        for order in &ours {
            let mut differences = Vec::new();
            match theirs.find(order, &self.book) {
                Some(known) => self.catch_up(order, known, now, &mut differences).await?,
                None if !proven && matches!(order.state, Sent | Unknown) => {
                    self.not_shown(order, &theirs, now).await?;
                }
                None => {}
            }
            if !differences.is_empty() {
                changed.push(order.id);
            }
        }
        changed.extend(self.look_for_ended(&theirs, &mut Vec::new()).await?);
        changed.extend(self.watch_fills(&theirs, now).await?);
        self.look_for_strays(&theirs, now);
        self.look_at_holdings().await;
        self.keep_looks().await;
        Ok(changed)
    }

    /// Books what the broker knows of an order and we do not.
    pub(super) async fn catch_up(
        &mut self,
        ours: &Order,
        known: &BrokerOrder,
        now: Timestamp,
        differences: &mut Vec<Difference>,
    ) -> Result<(), AppError> {
        let id = ours.id;
        let mut timed_events: Vec<TimedEvent> = Vec::new();
        let mut note = |kind, detail| {
            differences.push(Difference { symbol: ours.request.symbol.clone(), kind, detail });
        };
        let was_open = matches!(ours.state, OrderState::Intent | OrderState::Sent | OrderState::Unknown);
        if was_open {
            note(DifferenceKind::SettledOrder, format!("order {id} is at the broker as {}", known.broker_id));
        }
        // An execution may have been told before the number. Where the book proves nothing the tag alone is not enough later.
        let is_unbound = ours.broker_id.is_none() && !self.link.broker.book_proves_absence();
        if was_open || is_unbound {
            let accepted = OrderEvent::Accepted { broker_id: known.broker_id.clone() };
            timed_events.push((id, known.accepted_at, accepted));
        }
        let kind = their_book::kind_of(known, ours, self.link.broker.shows_market_as_limit());
        let is_changed = known.quantity != ours.request.quantity || kind != ours.request.kind;
        if is_changed {
            note(DifferenceKind::SettledOrder, format!("order {id} was changed at the broker"));
            let changed = OrderEvent::Changed { quantity: known.quantity, kind };
            timed_events.push((id, known.modified_at, changed));
        }
        let terms = their_book::terms_of(known, ours, is_changed);
        if !terms.is_empty() {
            timed_events.push((id, known.changed_at.min(now), OrderEvent::Terms(terms)));
        }
        let replaces = Gone::of(ours, known).is_some();
        let mut room = known.quantity.saturating_sub(ours.filled);
        for fill in known.fills.iter().filter(|fill| !ours.fill_keys.contains(&fill.key)) {
            // It may stand for one that was annulled, which is taken back before.
            if replaces && fill.quantity > room {
                continue;
            }
            room = room.saturating_sub(fill.quantity);
            let shares = counted(fill.quantity, "share", "shares");
            note(DifferenceKind::MissedFill, format!("order {id}: {shares} at {}", rupees(fill.price)));
            timed_events.push((id, fill.at, OrderEvent::Filled(fill.clone())));
        }
        let ended = match &known.state {
            BrokerOrderState::Open | BrokerOrderState::Filled => None,
            BrokerOrderState::Cancelled { reason } => {
                let ours = self.asked_to_cancel(id).await?;
                Some(OrderEvent::Cancelled { reason: ours.unwrap_or_else(|| reason.clone()) })
            }
            BrokerOrderState::Expired { reason } => Some(OrderEvent::Expired { reason: reason.clone() }),
            BrokerOrderState::Rejected { reason, retryable, unsettled } => {
                let (reason, retryable, unsettled) = (reason.clone(), *retryable, *unsettled);
                Some(OrderEvent::Rejected { reason, retryable, unsettled })
            }
        };
        if let Some(event) = ended {
            note(
                DifferenceKind::SettledOrder,
                format!("order {id} has ended at the broker: {}", event.name()),
            );
            timed_events.push((id, known.changed_at.min(now), event));
        }
        self.record_all(timed_events).await
    }

    /// Returns why we asked for a cancellation whose answer was lost; the broker does not keep our reasons.
    async fn asked_to_cancel(&self, id: OrderId) -> Result<Option<String>, AppError> {
        let journal = self.scope().load_journal(0).await?;
        let asked =
            journal.into_iter().rev().filter(|entry| entry.order == id).find_map(|entry| match entry.event {
                OrderEvent::CancelRequested { reason } => Some(reason),
                _ => None,
            });
        Ok(asked)
    }

    /// Books what follows from an order that the broker's book does not show. Absence of an answer is no proof; absence from
    /// that book is one where the broker says so. Where it does not, what may have been sent stays unknown, and what stood at
    /// the broker stands there still: rows are missing from single answers.
    async fn resolve_absent(
        &mut self,
        ours: &Order,
        theirs: &TheirBook,
        now: Timestamp,
        differences: &mut Vec<Difference>,
    ) -> Result<(), AppError> {
        let (id, symbol) = (ours.id, ours.request.symbol.clone());
        let proven = self.link.broker.book_proves_absence();
        let absent = || format!("order {id} is not in the broker's book");
        let (detail, event) = match ours.state {
            OrderState::Intent | OrderState::Sent | OrderState::Unknown if proven => {
                (absent(), OrderEvent::NotAtBroker)
            }
            // That it is sent is on disk before it is: without that line nothing of it has left.
            OrderState::Intent => {
                let retryable = !self.waits_already(ours);
                let reason = "it was written down and never sent".to_owned();
                (format!("order {id} was never sent"), OrderEvent::refused(reason, retryable))
            }
            OrderState::Sent | OrderState::Unknown => {
                self.not_shown(ours, theirs, now).await?;
                let detail = self.evidence_of(ours);
                differences.push(Difference { symbol, kind: DifferenceKind::LostOrder, detail });
                return Ok(());
            }
            _ if proven => {
                let reason = "the broker no longer has this order".to_owned();
                (absent(), OrderEvent::Cancelled { reason })
            }
            _ => return Ok(()),
        };
        differences.push(Difference { symbol, kind: DifferenceKind::LostOrder, detail });
        self.record(id, now, event).await
    }

    /// Sends what is proven never to have arrived, while it is fresh and the risk gate lets it through still.
    async fn resend_proven_absent(&mut self, now: Timestamp) -> Result<(), AppError> {
        let waiting: Vec<Order> =
            self.book.active_orders().filter(|order| order.state == OrderState::Intent).cloned().collect();
        for order in waiting {
            let order_context =
                OrderContext { run: order.run, strategy: order.strategy, day: order.day(), now };
            let old = now.millis_since(order.placed_at) > RESEND_WINDOW_MS;
            let reason = if old {
                Some("it never reached the broker and is too old to send".to_owned())
            } else {
                let refused = self.check_resend(&order, order_context).await.err();
                refused.map(|refusal| format!("it never reached the broker and is not sent again: {refusal}"))
            };
            match reason {
                Some(reason) => self.record(order.id, now, OrderEvent::Cancelled { reason }).await?,
                None => {
                    self.record_durably(vec![(order.id, now, OrderEvent::Sent)]).await?;
                    let _answer_is_in_the_journal = self.send(order.id, order_context).await?;
                }
            }
        }
        Ok(())
    }

    async fn check_resend(&self, order: &Order, order_context: OrderContext) -> Result<(), Refusal> {
        if let Some(refusal) = self.halted() {
            return Err(refusal);
        }
        let surroundings = self.surroundings(&order.request.symbol, order_context).await;
        let (limits, halts) = (self.limits.in_force(), self.halts.open());
        let halted = halts.of(&order.request.symbol);
        risk::check_resend(order, &self.risk_view(&limits, halted, &surroundings, order_context))
    }
}
