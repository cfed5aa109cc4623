//! Placing an order: risk gate, durable intent, send, answer.

use std::iter;

use prahari_brokers::{BrokerError, MarketError, PriceSeen, Quote};
use prahari_domain::ids::OrderId;
use prahari_domain::instruments::{Instrument, Symbol};
use prahari_domain::money::Paise;
use prahari_domain::orders::{
    BrokerTerms, Order, OrderEvent, OrderKind, OrderRequest, OrderTag, Side, Variety,
};
use prahari_domain::risk::{self, Halted, Refusal, RefusalCode, RiskLimits, RiskView};
use prahari_domain::strategies::StrategyName;
use prahari_domain::time::Timestamp;

use super::{Desk, OrderContext};
use crate::error::AppError;
use crate::prices::{too_old, trading_minutes};

impl Desk {
    /// Places an order. The outer error is a failure of ours, such as of the store; the inner one is for the task.
    ///
    /// A buy that cash does not cover is kept as a rejected order that may be retried; every other refusal leaves
    /// no order.
    ///
    /// # Errors
    /// When the journal cannot be written; the order was then not sent.
    pub async fn place(
        &mut self,
        request: OrderRequest,
        order_context: OrderContext,
    ) -> Result<Result<OrderId, Refusal>, AppError> {
        if let Some(refusal) = self.halted() {
            return Ok(Err(refusal));
        }
        self.close_past_dates(order_context.now, None).await?;
        if self.needs_reconcile {
            self.reconcile(order_context.now).await?;
        }
        if let Some(refusal) = self.still_unreached().await {
            return Ok(Err(refusal));
        }
        let limit = match self.check(&request, order_context).await {
            Ok(limit) => limit,
            Err(refusal) => {
                if refusal.code == RefusalCode::Funds {
                    self.keep_for_retry(request, order_context, &refusal).await?;
                }
                return Ok(Err(refusal));
            }
        };
        let now = order_context.now;
        if let Some(refusal) = self.over_sellable(&request, now).await {
            return Ok(Err(refusal));
        }
        let id = self.book.next_order_id(order_context.day);
        let retried = request.retry_of.map(|earlier| {
            (earlier, now, OrderEvent::RetryGivenUp { reason: format!("tried again as {id}") })
        });
        let intended = self.intended(id, request, order_context)?;
        // In one commit: from the moment it is on disk the order may have reached the broker, and what it retries
        // is resolved.
        let limit = limit.map(|limit| (id, now, OrderEvent::Terms(BrokerTerms::limit(limit))));
        let events = iter::once((id, now, intended)).chain(limit);
        let events = events.chain([(id, now, OrderEvent::Sent)]).chain(retried);
        self.record_durably(events.collect()).await?;
        self.send(id, order_context).await
    }

    /// Sends an order whose intent is on disk and books the broker's answer.
    pub(super) async fn send(
        &mut self,
        id: OrderId,
        order_context: OrderContext,
    ) -> Result<Result<OrderId, Refusal>, AppError> {
        let Some(order) = self.book.order(&id).cloned() else {
            return Err(AppError::LostOrder { order: id });
        };
        // Whoever gives up on this request before the answer leaves an order of unknown outcome.
        let was_reconciled = !std::mem::replace(&mut self.needs_reconcile, true);
        let (event, answer) = match self.link.broker.place(&order.as_sent(), order_context.now).await {
            Ok(placed) => (OrderEvent::Accepted { broker_id: placed.broker_id }, Ok(id)),
            Err(BrokerError::TagInUse) => {
                return self.look_up(&order, was_reconciled, order_context.now).await;
            }
            Err(BrokerError::Refused { reason, retryable }) => {
                let refusal = Refusal { code: RefusalCode::Broker, detail: reason.clone() };
                (OrderEvent::refused(reason, retryable), Err(refusal))
            }
            // It certainly did not leave, so there is nothing to compare: whoever decided it decides anew.
            Err(error @ BrokerError::Unavailable(_)) => {
                self.unreached = true;
                let reason = format!("it was not sent: {error}");
                let detail = format!("order {id} was not sent: {error}");
                let retryable = !self.waits_already(&order);
                let refusal = Refusal { code: RefusalCode::Broker, detail };
                (OrderEvent::refused(reason, retryable), Err(refusal))
            }
            // Whether it arrived is for the broker's own book to say, before anything else is sent.
            Err(unclear @ BrokerError::Unclear(_)) => {
                let reason = unclear.to_string();
                let refusal = Refusal { code: RefusalCode::Unsettled, detail: reason.clone() };
                (OrderEvent::OutcomeUnknown { reason }, Err(refusal))
            }
        };
        let is_known = !matches!(event, OrderEvent::OutcomeUnknown { .. });
        self.record(id, order_context.now, event).await?;
        self.needs_reconcile = !(was_reconciled && is_known);
        Ok(answer)
    }

    /// Refuses while the broker cannot be reached after an order that could not be sent. Each further one would be written down
    /// for nothing, and count for its day.
    async fn still_unreached(&mut self) -> Option<Refusal> {
        if !self.unreached {
            return None;
        }
        let broker = &self.link.broker;
        let Err(error) = broker.book().await else {
            self.unreached = false;
            return None;
        };
        if broker.funds().await.is_ok() {
            self.unreached = false;
            return None;
        }
        Some(Refusal { code: RefusalCode::Broker, detail: format!("nothing is sent: {error}") })
    }

    /// Returns whether another order of its strategy, symbol and side waits to be tried again.
    pub(super) fn waits_already(&self, order: &Order) -> bool {
        let (strategy, request) = (order.strategy, &order.request);
        self.waits(strategy, &request.symbol, request.side)
    }

    fn waits(&self, strategy: StrategyName, symbol: &Symbol, side: Side) -> bool {
        self.book.retryable_orders().any(|order| {
            order.strategy == strategy && order.request.symbol == *symbol && order.request.side == side
        })
    }

    /// Refuses when everything of this user is halted, before the broker is asked anything.
    pub(super) fn halted(&self) -> Option<Refusal> {
        let halt = self.halts.of_user().map(|halt| halt.reason).or_else(|| self.fault.clone())?;
        let detail = format!("orders of this user are halted until an admin lifts it: {halt}");
        Some(Refusal { code: RefusalCode::UserHalted, detail })
    }

    /// Asks the gate, and returns the limit with which a market order is sent, where the broker wants one.
    async fn check(
        &self,
        request: &OrderRequest,
        order_context: OrderContext,
    ) -> Result<Option<Paise>, Refusal> {
        if self.needs_reconcile {
            let detail =
                "an earlier order has an unknown outcome; the broker's book has not shown it yet".into();
            return Err(Refusal { code: RefusalCode::Unsettled, detail });
        }
        let unsettled = self.outside.not_settled(&request.symbol, order_context.now.ist_day());
        if let Some(refusal) = unsettled.filter(|_| request.side == Side::Sell) {
            return Err(refusal);
        }
        if let Some(refusal) = self.strays.against(&request.symbol, request.side) {
            return Err(refusal);
        }
        let mut surroundings = self.surroundings(&request.symbol, order_context).await;
        surroundings.signal_stands = request.signal.is_none_or(|signal| self.shows(signal));
        let jump = self.jump_against(request, order_context).await.unwrap_or_else(|error| {
            surroundings.market_down.get_or_insert(error.to_string());
            None
        });
        let judge = |surroundings: &MarketSnapshot| {
            let (limits, halts) = (self.limits.in_force(), self.halts.open());
            let mut halted = halts.of(&request.symbol);
            halted.symbol = halted.symbol.or(jump.as_deref());
            risk::check(request, &self.risk_view(&limits, halted, surroundings, order_context))
        };
        judge(&surroundings)?;
        let limit = self.market_limit(request, &surroundings, order_context.now).await;
        if let Some(surroundings) = surroundings.at_most(request.side, limit) {
            judge(&surroundings)?;
        }
        Ok(limit)
    }

    /// Returns the limit with which a market order is sent, where the broker wants one and the price is good enough to make it
    /// of. An order that passes as a market order only, as after the close, has none.
    pub(super) async fn market_limit(
        &self,
        request: &OrderRequest,
        around: &MarketSnapshot,
        now: Timestamp,
    ) -> Option<Paise> {
        let (instrument, quote) = around.instrument.as_ref().zip(around.quote.as_ref())?;
        let passes = match (request.kind, request.variety) {
            (OrderKind::Limit(_), _) => false,
            (OrderKind::Market, Variety::AfterMarket) => true,
            (OrderKind::Market, Variety::Regular) => {
                let calendar = self.trading.calendar.current();
                calendar.phase_at(now, instrument.closing_auction).takes_limit_orders()
            }
        };
        if !passes {
            return None;
        }
        let minutes_old = trading_minutes(&*self.trading.calendar, quote.at, now)?;
        let price = quote.indicative.unwrap_or(quote.last);
        let seen = PriceSeen { price, minutes_old, instrument: instrument.clone() };
        self.link.broker.market_limit(request, &seen, now).await
    }

    /// Returns why nobody may buy a share now: its price left the exchange's band and nobody has explained it, so
    /// what tasks know of its past is of other shares than those that are traded.
    async fn jump_against(
        &self,
        request: &OrderRequest,
        order_context: OrderContext,
    ) -> Result<Option<String>, MarketError> {
        if request.side != Side::Buy {
            return Ok(None);
        }
        let jump = self.trading.unexplained_jump(&request.symbol, order_context.now).await?;
        Ok(jump.map(|jump| self.trading.jumps.refusal(&jump)))
    }

    /// Returns what the market says of a symbol at the moment an order is checked.
    pub(super) async fn surroundings(&self, symbol: &Symbol, order_context: OrderContext) -> MarketSnapshot {
        let reserved = self.reserved(order_context.now).await;
        match self.ask_market(symbol, order_context).await {
            Ok((instrument, quote)) => {
                let opened = quote.as_ref().is_some_and(|quote| quote.open.is_some());
                MarketSnapshot {
                    instrument,
                    last_price: quote.as_ref().map(|quote| quote.last),
                    quote,
                    reserved,
                    market_down: None,
                    signal_stands: true,
                    shut: self.shut(symbol, opened, order_context.now),
                }
            }
            Err(error) => {
                tracing::warn!(user = %self.book.user(), %symbol, %error, "an order is checked without the market");
                let market_down = Some(error.to_string());
                MarketSnapshot {
                    instrument: None,
                    quote: None,
                    last_price: None,
                    reserved,
                    market_down,
                    signal_stands: true,
                    shut: self.shut(symbol, false, order_context.now),
                }
            }
        }
    }

    /// Returns why no order of a share is taken on the ex-date of an action; `opened` says whether the market knows an open of
    /// the day.
    fn shut(&self, symbol: &Symbol, opened: bool, now: Timestamp) -> Option<String> {
        let (ex_dates, calendar) = (self.trading.jumps.ex_dates(), self.trading.calendar.current());
        let shut = ex_dates.without_price(symbol, opened, &calendar, now);
        let shut = shut.or_else(|| ex_dates.not_booked(symbol, &self.book, now))?;
        Some(shut.sentence(symbol))
    }

    async fn ask_market(
        &self,
        symbol: &Symbol,
        order_context: OrderContext,
    ) -> Result<(Option<Instrument>, Option<Quote>), MarketError> {
        let instrument = self.instrument(symbol, order_context.now).await?;
        let symbol = std::slice::from_ref(symbol);
        let quote = self.trading.market.quotes(symbol, order_context.now).await?.into_iter().flatten().next();
        let sessions = &*self.trading.calendar;
        if let Some(reason) = quote.as_ref().and_then(|quote| too_old(quote, sessions, order_context.now)) {
            return Err(MarketError::Unavailable(reason));
        }
        Ok((instrument, quote))
    }

    pub(super) fn risk_view<'a>(
        &'a self,
        limits: &'a RiskLimits,
        halted: Halted<'a>,
        around: &'a MarketSnapshot,
        order_context: OrderContext,
    ) -> RiskView<'a> {
        let auction = around.instrument.as_ref().is_some_and(|instrument| instrument.closing_auction);
        let calendar = self.trading.calendar.current();
        RiskView {
            limits,
            book: &self.book,
            strategy: order_context.strategy,
            day: order_context.day,
            instrument: around.instrument.as_ref(),
            last_price: around.last_price,
            reserved: around.reserved,
            market_down: around.market_down.as_deref(),
            signal_stands: around.signal_stands,
            phase: calendar.phase_at(order_context.now, auction),
            after_market_open: calendar.after_market_open(order_context.now),
            halted,
            shut: around.shut.as_deref(),
        }
    }

    fn intended(
        &self,
        id: OrderId,
        request: OrderRequest,
        order_context: OrderContext,
    ) -> Result<OrderEvent, AppError> {
        let first = request.retry_of.and_then(|id| self.book.order(&id)).map(|order| order.first_placed_at);
        Ok(OrderEvent::Intended {
            request,
            run: order_context.run,
            first_placed_at: first.unwrap_or(order_context.now),
            strategy: order_context.strategy,
            tag: Some(OrderTag::stamp(self.trading.tag_code, id)?),
        })
    }

    async fn keep_for_retry(
        &mut self,
        request: OrderRequest,
        order_context: OrderContext,
        refusal: &Refusal,
    ) -> Result<(), AppError> {
        if request.retry_of.is_some() {
            // The order being retried stays the one to try again.
            return Ok(());
        }
        if self.waits(order_context.strategy, &request.symbol, request.side) {
            return Ok(());
        }
        let (id, now) = (self.book.next_order_id(order_context.day), order_context.now);
        let intended = self.intended(id, request, order_context)?;
        let rejected = OrderEvent::refused(refusal.detail.clone(), true);
        self.record_all(vec![(id, now, intended), (id, now, rejected)]).await
    }
}

/// What the market says of a symbol at the moment an order is checked.
#[derive(Clone)]
pub(super) struct MarketSnapshot {
    instrument: Option<Instrument>,
    /// What a limit of a market order may be made of.
    quote: Option<Quote>,
    last_price: Option<Paise>,
    reserved: Paise,
    /// Reason why the market could not be asked.
    market_down: Option<String>,
    signal_stands: bool,
    /// Reason why no order of the symbol is taken on the ex-date of an action.
    shut: Option<String>,
}

impl MarketSnapshot {
    /// The same where a market buy is executed at its limit, which is what it may cost; none of what cannot cost more than the
    /// last price says.
    pub(super) fn at_most(&self, side: Side, limit: Option<Paise>) -> Option<Self> {
        let limit = limit.filter(|_| side == Side::Buy)?;
        Some(Self { last_price: Some(limit), ..self.clone() })
    }
}
