//! Changing and cancelling orders that stand at the broker.

use std::iter;

use prahari_brokers::BrokerError;
use prahari_domain::ids::OrderId;
use prahari_domain::money::Paise;
use prahari_domain::orders::{BrokerTerms, Order, OrderEvent, OrderKind, OrderRequest, OrderState};
use prahari_domain::risk::{self, Refusal, RefusalCode};

use super::place::MarketSnapshot;
use super::{Desk, OrderContext};
use crate::error::AppError;

impl Desk {
    /// Changes quantity or kind of an active order; `None` keeps what is. An order of another strategy is refused.
    ///
    /// # Errors
    /// When the journal cannot be written; the change was then not sent.
    pub async fn modify(
        &mut self,
        id: OrderId,
        quantity: Option<u32>,
        kind: Option<OrderKind>,
        order_context: OrderContext,
    ) -> Result<Result<(), Refusal>, AppError> {
        if let Some(refusal) = self.halted().or_else(|| self.foreign(id, order_context)) {
            return Ok(Err(refusal));
        }
        self.ensure_reconciled(order_context).await?;
        let order = match self.changeable(id) {
            Ok(order) => order.clone(),
            Err(refusal) => return Ok(Err(refusal)),
        };
        let mut changed = order.request.clone();
        changed.quantity = quantity.unwrap_or(changed.quantity);
        changed.kind = kind.unwrap_or(changed.kind);
        if changed == order.request {
            return Ok(Ok(()));
        }
        let limit = match self.check_change(&order, &changed, order_context).await {
            Ok(limit) => limit,
            Err(refusal) => return Ok(Err(refusal)),
        };
        if let Some(refusal) = self.grows_over_sellable(&order, &changed, order_context.now).await {
            return Ok(Err(refusal));
        }
        let (quantity, kind, now) = (changed.quantity, changed.kind, order_context.now);
        let told = |event| (id, now, event);
        let requested = OrderEvent::ChangeRequested { quantity, kind, run: order_context.run.if_any() };
        let asked = limit.map(|limit| OrderEvent::Terms(BrokerTerms::asked(limit)));
        self.record_durably(iter::once(requested).chain(asked).map(told).collect()).await?;
        let was_reconciled = !std::mem::replace(&mut self.needs_reconcile, true);
        let sent = limit.map_or(kind, OrderKind::Limit);
        let answer = self.link.broker.modify(&order.as_sent(), quantity, sent, now).await;
        let stands = limit.map(|limit| OrderEvent::Terms(BrokerTerms::limit(limit)));
        let done = iter::once(OrderEvent::Changed { quantity, kind }).chain(stands);
        self.book_answer((id, was_reconciled), order_context, answer, done.collect()).await
    }

    /// Cancels an active order. A rejected order that may be retried is given up instead. An order of another
    /// strategy is refused.
    ///
    /// # Errors
    /// When the journal cannot be written; the cancellation was then not sent.
    pub async fn cancel(
        &mut self,
        id: OrderId,
        reason: &str,
        order_context: OrderContext,
    ) -> Result<Result<(), Refusal>, AppError> {
        if let Some(refusal) = self.foreign(id, order_context) {
            return Ok(Err(refusal));
        }
        if self.book.order(&id).is_some_and(|order| order.state == OrderState::Rejected && order.retryable) {
            self.record(id, order_context.now, OrderEvent::RetryGivenUp { reason: reason.to_owned() })
                .await?;
            return Ok(Ok(()));
        }
        self.ensure_reconciled(order_context).await?;
        self.cancel_at_broker(id, reason, order_context).await
    }

    /// Cancels an order that stands at the broker, as far as is known; the broker's book is not compared before.
    pub(super) async fn cancel_at_broker(
        &mut self,
        id: OrderId,
        reason: &str,
        order_context: OrderContext,
    ) -> Result<Result<(), Refusal>, AppError> {
        let order = match self.changeable(id) {
            Ok(order) => order.clone(),
            Err(refusal) => return Ok(Err(refusal)),
        };
        let requested = OrderEvent::CancelRequested { reason: reason.to_owned() };
        self.record_durably(vec![(id, order_context.now, requested)]).await?;
        let was_reconciled = !std::mem::replace(&mut self.needs_reconcile, true);
        let answer = self.link.broker.cancel(&order, order_context.now).await;
        self.book_answer(
            (id, was_reconciled),
            order_context,
            answer,
            vec![OrderEvent::Cancelled { reason: reason.to_owned() }],
        )
        .await
    }

    /// Returns the refusal to touch an order that belongs to another strategy; none otherwise. Checked before
    /// anything is done, the comparison with the broker included.
    fn foreign(&self, id: OrderId, order_context: OrderContext) -> Option<Refusal> {
        let order = self.book.order(&id).filter(|order| order.strategy != order_context.strategy)?;
        Some(risk::foreign(order, order_context.strategy))
    }

    /// An earlier answer may be missing: the order is compared with the broker's before it is changed.
    async fn ensure_reconciled(&mut self, order_context: OrderContext) -> Result<(), AppError> {
        if self.needs_reconcile {
            self.reconcile(order_context.now).await?;
        }
        Ok(())
    }

    async fn book_answer(
        &mut self,
        (id, was_reconciled): (OrderId, bool),
        order_context: OrderContext,
        answer: Result<(), BrokerError>,
        done: Vec<OrderEvent>,
    ) -> Result<Result<(), Refusal>, AppError> {
        let (events, answer) = match answer {
            Ok(()) => (done, Ok(())),
            Err(BrokerError::Refused { reason, .. }) => {
                let refusal = Refusal { code: RefusalCode::Broker, detail: reason.clone() };
                (vec![OrderEvent::ChangeRefused { reason }], Err(refusal))
            }
            // Nothing of it has left, so the order stands as it was.
            Err(error @ BrokerError::Unavailable(_)) => {
                let reason = format!("it was not sent: {error}");
                let refusal = Refusal { code: RefusalCode::Broker, detail: reason.clone() };
                (vec![OrderEvent::ChangeRefused { reason }], Err(refusal))
            }
            // The order may or may not have changed: the broker's book says which, before anything else is sent.
            // The desk has needed a reconcile since the broker was called, also when the caller stops waiting.
            Err(unclear @ (BrokerError::Unclear(_) | BrokerError::TagInUse)) => {
                return Ok(Err(Refusal { code: RefusalCode::Unsettled, detail: unclear.to_string() }));
            }
        };
        let now = order_context.now;
        self.record_all(events.into_iter().map(|event| (id, now, event)).collect()).await?;
        self.needs_reconcile = !was_reconciled;
        Ok(answer)
    }

    fn changeable(&self, id: OrderId) -> Result<&Order, Refusal> {
        let Some(order) = self.book.order(&id) else {
            let detail = format!("this user has no order {id}");
            return Err(Refusal { code: RefusalCode::UnknownOrder, detail });
        };
        match order.state {
            OrderState::Accepted | OrderState::PartiallyFilled => Ok(order),
            state => {
                let detail = format!("order {id} is {} and cannot be changed", state.in_words());
                Err(Refusal { code: RefusalCode::State, detail })
            }
        }
    }

    /// Asks the gate, and returns the limit with which a change to a market order is sent, where the broker wants one.
    async fn check_change(
        &self,
        order: &Order,
        changed: &OrderRequest,
        order_context: OrderContext,
    ) -> Result<Option<Paise>, Refusal> {
        let surroundings = self.surroundings(&changed.symbol, order_context).await;
        let judge = |surroundings: &MarketSnapshot| {
            let (limits, halts) = (self.limits.in_force(), self.halts.open());
            let halted = halts.of(&changed.symbol);
            risk::check_change(order, changed, &self.risk_view(&limits, halted, surroundings, order_context))
        };
        judge(&surroundings)?;
        let limit = self.market_limit(changed, &surroundings, order_context.now).await;
        if let Some(surroundings) = surroundings.at_most(changed.side, limit) {
            judge(&surroundings)?;
        }
        Ok(limit)
    }
}
