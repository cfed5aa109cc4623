//! Telling the user what is booked, in the write that books it: once each, whatever crashes when.
//!
//! An order is told of when it is filled, when its first part is, and when it ends otherwise; a sell that leaves nothing
//! of a position tells what the position came to instead. What a run places is told when the run has ended
//! (`host/app/src/runs/tell.rs`). A sell that expires unfilled is told of in the summary of its date alone: each held
//! position is offered anew each day.

use std::sync::Arc;

use prahari_domain::book::{Book, ClosedLot, OpenLot, OrderFill, Part, TradeEvent, Trades};
use prahari_domain::ids::RunId;
use prahari_domain::instruments::Symbol;
use prahari_domain::orders::{JournalEntry, Order, OrderEvent, Purpose, Side};
use prahari_domain::settings::{NotificationKind, Silence};
use prahari_domain::strategies::StrategyName;
use prahari_domain::time::Timestamp;
use prahari_store::NewNotification;

use super::Desk;
use super::unknown::says_not_seen;
use crate::channels::Outbox;
use crate::error::AppError;
use crate::events::{Audience, Event, NotificationEvent};
use crate::notices::Words;
use crate::notices::words::{actions, orders, positions};
use crate::settings::PreferencesInForce;

/// Most fills that are read for what one position came to.
const MOST_FILLS: u32 = 10_000;

/// By what a desk tells its user.
#[derive(Clone)]
pub(crate) struct Teller {
    /// What may disturb the user.
    pub preferences: PreferencesInForce,
    /// Wakes whoever delivers messages.
    pub outbox: Arc<Outbox>,
}

impl Desk {
    /// Tells the user of what is booked from now on.
    pub(crate) fn tell_by(&mut self, teller: Teller) {
        self.teller = Some(teller);
    }

    /// Returns the messages about entries that are about to be booked, marked as the user prefers.
    pub(super) async fn messages_of(&self, part: &Part) -> Vec<NewNotification> {
        let Some(teller) = &self.teller else { return Vec::new() };
        let mut messages = Vec::new();
        for (place, (entry, order)) in part.entries().enumerate() {
            let words = match &entry.event {
                OrderEvent::Filled(_) => self.words_of_fill(part, place, order, teller).await,
                event => self.words_of_end(event, order),
            };
            messages.extend(words.map(|words| mark(words, entry.at, order, teller)));
        }
        for entry in part.journal() {
            if let OrderEvent::HoldingChanged(change) = &entry.event {
                messages.push(mark_of_run(actions::booked(change), entry.at, None, teller));
            }
        }
        messages
    }

    /// Publishes the messages that are on their way to the disk, and wakes who delivers them.
    pub(super) fn announce_messages(&self, messages: Vec<NewNotification>) {
        let user = self.book.user();
        for message in messages {
            if let Some(teller) = self.teller.as_ref().filter(|_| message.is_for_channels()) {
                teller.outbox.message_queued(user);
            }
            let NewNotification { row, kind, silence, held_until: _ } = message;
            if let Some(events) = &self.events {
                events.publish_with(Audience::User(user), || {
                    let (level, title, run) = (row.level.name(), row.title, row.run);
                    Event::Notification(NotificationEvent { kind, level, title, run, silence })
                });
            }
        }
    }

    fn words_of_end(&self, event: &OrderEvent, order: &Order) -> Option<Words> {
        match event {
            OrderEvent::Rejected { reason, retryable, .. } => {
                Some(orders::refused(order, reason, *retryable))
            }
            OrderEvent::Cancelled { reason } => Some(orders::withdrawn(order, reason)),
            // Of an order whose end nobody has seen an alert tells.
            OrderEvent::Expired { reason } if says_not_seen(reason) => None,
            OrderEvent::Expired { reason } if order.request.side == Side::Buy || order.filled > 0 => {
                Some(orders::expired(order, reason))
            }
            _ => None,
        }
    }

    /// What there is to say of a fill: of several fills of an order that are booked at once, the last says it.
    async fn words_of_fill(
        &self,
        part: &Part,
        place: usize,
        order: &Order,
        teller: &Teller,
    ) -> Option<Words> {
        let is_same = |(entry, _): (&JournalEntry, &Order)| {
            entry.order == order.id && matches!(entry.event, OrderEvent::Filled(_))
        };
        if part.entries().skip(place + 1).any(is_same) {
            return None;
        }
        if order.request.purpose == Purpose::External {
            return Some(orders::outside(order));
        }
        if self.is_closed_by(part, order) && wants(teller, NotificationKind::PositionClosed) {
            match self.closed_position(part, order).await {
                Ok(lots) => {
                    if let Some(words) = positions::closed(order, &lots) {
                        return Some(words);
                    }
                }
                Err(error) => {
                    tracing::warn!(user = %self.book.user(), order = %order.id, %error, "what a position came to is not known");
                }
            }
        }
        let filled_before = self.book.order(&order.id).map_or(0, |before| before.filled);
        (order.remaining() == 0 || filled_before == 0).then(|| orders::filled(order))
    }

    /// Returns whether nothing of the position is left once an order that sells of it is booked.
    fn is_closed_by(&self, part: &Part, order: &Order) -> bool {
        order.request.side == Side::Sell && part.held_by(order.strategy, &order.request.symbol) == 0
    }

    /// The lots of the position that an order closes, from its first buy on. The fills of every trade of those dates are
    /// folded, because the trades of a date share its contract note.
    async fn closed_position(&self, part: &Part, order: &Order) -> Result<Vec<ClosedLot>, AppError> {
        let symbol = &order.request.symbol;
        let opened = self.book.position(order.strategy, symbol).map(|position| position.opened_on);
        let since = opened.map_or(order.placed_at, Timestamp::start_of);
        let mut events = self.scope().fills_since(since, MOST_FILLS).await?;
        let booked = part.entries().filter_map(|(entry, order)| fill_of(entry, order));
        events.extend(booked.map(TradeEvent::Fill));
        let mut trades = Trades::new(Book::usual_plan());
        let (mut held, mut begun) = (0_u32, 0);
        for event in &events {
            let TradeEvent::Fill(filled) = event else {
                trades.fold(event).map_err(|error| AppError::Book(error.into()))?;
                held = held_after(event, symbol, order.strategy, held);
                continue;
            };
            let is_ours = filled.symbol == *symbol && filled.strategy == order.strategy;
            if is_ours && held == 0 {
                begun = trades.closed().len();
            }
            trades.book(filled).map_err(|error| AppError::Book(error.into()))?;
            if is_ours {
                held = match filled.side {
                    Side::Buy => held.saturating_add(filled.fill.quantity),
                    Side::Sell => held.saturating_sub(filled.fill.quantity),
                };
            }
        }
        let of_position = |lot: &&ClosedLot| lot.symbol == *symbol && lot.strategy == order.strategy;
        Ok(trades.closed().iter().skip(begun).filter(of_position).cloned().collect())
    }
}

/// How many shares of a position there are after a change.
fn held_after(event: &TradeEvent, symbol: &Symbol, strategy: StrategyName, held: u32) -> u32 {
    let TradeEvent::Change(change) = event else { return held };
    let of = |lots: &[OpenLot]| lots.iter().map(|lot| lot.quantity).fold(0, u32::saturating_add);
    let parts = change.parts.iter().filter(|part| part.symbol == *symbol && part.strategy == strategy);
    parts.fold(held, |held, part| held.saturating_sub(of(&part.before)).saturating_add(of(&part.after)))
}

fn fill_of(entry: &JournalEntry, order: &Order) -> Option<OrderFill> {
    let OrderEvent::Filled(fill) = &entry.event else { return None };
    Some(OrderFill {
        order: order.id,
        symbol: order.request.symbol.clone(),
        side: order.request.side,
        strategy: order.strategy,
        fill: fill.clone(),
    })
}

fn wants(teller: &Teller, kind: NotificationKind) -> bool {
    // Whether it disturbs now is another question.
    let silence = teller.preferences.get().value.silence(kind, Timestamp(0));
    silence != Some(Silence::SwitchedOff)
}

fn mark(words: Words, at: Timestamp, order: &Order, teller: &Teller) -> NewNotification {
    // Nobody's run is number 0: the host itself withdrew or placed it.
    mark_of_run(words, at, order.run.if_any(), teller)
}

fn mark_of_run(words: Words, at: Timestamp, run: Option<RunId>, teller: &Teller) -> NewNotification {
    let kind = words.kind;
    NewNotification::marked(words.into_row(at, run), kind, &teller.preferences.get().value)
}
