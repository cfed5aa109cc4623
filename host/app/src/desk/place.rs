//! Placing an order: risk gate, durable intent, send, answer.

use prahari_brokers::BrokerError;
use prahari_domain::ids::OrderId;
use prahari_domain::instruments::{Instrument, Symbol};
use prahari_domain::money::Paise;
use prahari_domain::orders::{OrderEvent, OrderRequest};
use prahari_domain::risk::{self, Refusal, RefusalCode, RiskLimits, RiskView};

use super::{Desk, Occasion};
use crate::error::AppError;

impl Desk {
    /// Places an order. The answer's outer error is ours (the store failed), the inner one is for the task.
    ///
    /// A buy that cash does not cover is kept as a rejected order that may be retried; every other refusal leaves no order.
    ///
    /// # Errors
    /// When the journal cannot be written; the order was then not sent.
    pub async fn place(
        &mut self,
        request: OrderRequest,
        occasion: Occasion,
    ) -> Result<Result<OrderId, Refusal>, AppError> {
        if self.unsettled {
            self.reconcile(occasion.now).await?;
        }
        if let Err(refusal) = self.check(&request, occasion).await {
            if refusal.code == RefusalCode::Funds {
                self.keep_for_retry(request, occasion, &refusal).await?;
            }
            return Ok(Err(refusal));
        }
        let id = self.book.next_order_id(occasion.day);
        let retried = request
            .retry_of
            .map(|earlier| (earlier, OrderEvent::RetryGivenUp { reason: format!("tried again as {id}") }));
        let intended = self.intended(request, occasion);
        // In one commit: from the moment it is on disk the order may have reached the broker, and what it retries is settled.
        let events = [(id, intended), (id, OrderEvent::Sent)].into_iter().chain(retried);
        self.record_durably(occasion.now, events).await?;
        self.send(id, occasion).await
    }

    /// Sends an order whose intent is on disk and books the broker's answer.
    pub(super) async fn send(
        &mut self,
        id: OrderId,
        occasion: Occasion,
    ) -> Result<Result<OrderId, Refusal>, AppError> {
        let Some(order) = self.book.order(&id).cloned() else {
            return Err(AppError::LostOrder { order: id });
        };
        let user = self.book.user();
        let (event, answer) = match self.venue.broker.place(user, &order, occasion.now).await {
            Ok(placed) => (OrderEvent::Accepted { broker_id: placed.broker_id }, Ok(id)),
            Err(BrokerError::Refused { reason, retryable }) => {
                let refusal = Refusal { code: RefusalCode::Broker, detail: reason.clone() };
                (OrderEvent::Rejected { reason, retryable }, Err(refusal))
            }
            // Whether it arrived is for the broker's own book to say, before anything else is sent.
            Err(unclear) => {
                self.unsettled = true;
                let reason = unclear.to_string();
                let refusal = Refusal { code: RefusalCode::Unsettled, detail: reason.clone() };
                (OrderEvent::OutcomeUnknown { reason }, Err(refusal))
            }
        };
        self.record(id, occasion.now, event).await?;
        Ok(answer)
    }

    async fn check(&self, request: &OrderRequest, occasion: Occasion) -> Result<(), Refusal> {
        if self.unsettled {
            let detail =
                "an earlier order has an unknown outcome; the broker's book has not settled it yet".into();
            return Err(Refusal { code: RefusalCode::Unsettled, detail });
        }
        let surroundings = self.surroundings(&request.symbol, occasion).await;
        let limits = self.limits.in_force();
        risk::check(request, &self.risk_view(&limits, &surroundings, occasion))
    }

    /// What the market says of a symbol at the moment an order is checked.
    pub(super) async fn surroundings(&self, symbol: &Symbol, occasion: Occasion) -> Surroundings {
        let symbol = std::slice::from_ref(symbol);
        let instruments = self.venue.market.instruments(symbol, occasion.now).await.unwrap_or_default();
        let last_price = self.last_prices(symbol, occasion.now).await.first().map(|(_, price)| *price);
        let reserved = self.reserved(occasion.now).await;
        Surroundings { instrument: instruments.into_iter().flatten().next(), last_price, reserved }
    }

    pub(super) fn risk_view<'a>(
        &'a self,
        limits: &'a RiskLimits,
        around: &'a Surroundings,
        occasion: Occasion,
    ) -> RiskView<'a> {
        let auction = around.instrument.as_ref().is_some_and(|instrument| instrument.closing_auction);
        let calendar = self.venue.calendar.current();
        RiskView {
            limits,
            book: &self.book,
            day: occasion.day,
            instrument: around.instrument.as_ref(),
            last_price: around.last_price,
            reserved: around.reserved,
            phase: calendar.phase_at(occasion.now, auction),
            after_market_open: calendar.after_market_open(occasion.now),
        }
    }

    fn intended(&self, request: OrderRequest, occasion: Occasion) -> OrderEvent {
        let first = request.retry_of.and_then(|id| self.book.order(&id)).map(|order| order.first_placed_at);
        OrderEvent::Intended { request, run: occasion.run, first_placed_at: first.unwrap_or(occasion.now) }
    }

    async fn keep_for_retry(
        &mut self,
        request: OrderRequest,
        occasion: Occasion,
        refusal: &Refusal,
    ) -> Result<(), AppError> {
        if request.retry_of.is_some() {
            // The order being retried stays the one to try again.
            return Ok(());
        }
        let already = self
            .book
            .retryable_orders()
            .any(|order| order.request.symbol == request.symbol && order.request.side == request.side);
        if already {
            return Ok(());
        }
        let id = self.book.next_order_id(occasion.day);
        let intended = self.intended(request, occasion);
        let rejected = OrderEvent::Rejected { reason: refusal.detail.clone(), retryable: true };
        self.record(id, occasion.now, intended).await?;
        self.record(id, occasion.now, rejected).await
    }
}

/// What the market says of a symbol at the moment an order is checked.
pub(super) struct Surroundings {
    instrument: Option<Instrument>,
    last_price: Option<Paise>,
    reserved: Paise,
}
