//! The state machine of an order: a pure function from an order and an event to the order afterwards.
//!
//! Four rules hold for every pair of state and event:
//! * What is already known changes nothing: a fill with a known key, an acceptance with the known number, a second end.
//!   Such an entry answers [`Transition::changed`] `false` and must not enter the journal.
//! * An execution is a fact of the exchange. It counts in every state, also after a rejection, a cancellation or an
//!   expiry that was reported before it.
//! * An execution that the exchange annuls is taken back in every state that may hold one. A filled order is open again
//!   then, until the broker says how it ended.
//! * What contradicts what is known is an error that names both, and leaves the order as it was.

use crate::book::FillWithdrawal;
use crate::ids::OrderId;
use crate::money::{Paise, rupees};
use crate::numbers::counted;
use crate::strategies::StrategyName;
use crate::time::Timestamp;

use super::{
    BrokerTerms, Fill, JournalEntry, Order, OrderEvent, OrderKind, OrderRequest, OrderState, OrderTag,
};

/// Result of an event.
#[derive(Debug, Clone, PartialEq)]
pub struct Transition {
    /// The order after the event.
    pub order: Order,
    /// What the books have to do about it, in order.
    pub effects: Vec<Effect>,
    /// Whether anything is different from before. When not, the entry tells nothing new and is not kept.
    pub changed: bool,
}

/// Effects of an event outside the order.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Shares and money changed hands.
    Executed(Fill),
    /// Shares and money go back, because an execution was annulled.
    Withdrawn(FillWithdrawal),
    /// The order has ended in this state.
    Closed(OrderState),
}

/// An event that cannot have happened to the order as it is known. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransitionError {
    /// The first event of an order is its intent.
    #[error("order {order} has no intent in the journal, so it cannot be {event}")]
    NoIntent {
        /// The order that it is about.
        order: OrderId,
        /// The event that came instead.
        event: &'static str,
    },
    /// An id was used for two different requests.
    #[error("order {order} was already written down for another request")]
    IdInUse {
        /// The order that it is about.
        order: OrderId,
    },
    /// The tag is that of another order.
    #[error("order {order} was given the tag {tag}, which is that of another order")]
    OtherTag {
        /// The order that it is about.
        order: OrderId,
        /// The tag that it was given.
        tag: OrderTag,
    },
    /// The event belongs to another order.
    #[error("an entry of order {entry} was given to order {order}")]
    OtherOrder {
        /// Id of the order to which the entry was given.
        order: OrderId,
        /// The order that the entry names.
        entry: OrderId,
    },
    /// The event does not fit the state.
    #[error("order {order} is {}, which does not allow the event {event}", state.name())]
    Impossible {
        /// The order that it is about.
        order: OrderId,
        /// State of the order.
        state: OrderState,
        /// Name of the event.
        event: &'static str,
    },
    /// The broker gave the order a second number.
    #[error("order {order} is {known} at the broker, but now it is said to be {told}")]
    OtherBrokerId {
        /// The order that it is about.
        order: OrderId,
        /// Order number at the broker that is known already.
        known: String,
        /// The number told now.
        told: String,
    },
    /// More was executed than ordered.
    #[error(
        "fill {key} of {} would fill order {order} beyond its {}",
        counted(*quantity, "share", "shares"),
        counted(*remaining, "remaining share", "remaining shares")
    )]
    Overfilled {
        /// The order that it is about.
        order: OrderId,
        /// Key of the fill.
        key: String,
        /// Shares of the fill.
        quantity: u32,
        /// Shares that were left to fill.
        remaining: u32,
    },
    /// A request or an event names numbers that no order can have.
    #[error("order {order}: {detail}")]
    BadNumbers {
        /// The order that it is about.
        order: OrderId,
        /// Which number and why.
        detail: String,
    },
}

/// Applies one journal entry to an order (`None` before its intent).
///
/// # Errors
/// When the event contradicts what is known of the order.
pub fn transition(order: Option<&Order>, entry: &JournalEntry) -> Result<Transition, TransitionError> {
    match order {
        None => open(entry),
        Some(order) if order.id != entry.order => {
            Err(TransitionError::OtherOrder { order: order.id, entry: entry.order })
        }
        Some(order) => advance(order, entry),
    }
}

fn open(entry: &JournalEntry) -> Result<Transition, TransitionError> {
    let OrderEvent::Intended { request, run, first_placed_at, strategy, tag } = &entry.event else {
        return Err(TransitionError::NoIntent { order: entry.order, event: entry.event.name() });
    };
    check_numbers(entry.order, request.quantity, request.kind)?;
    if let Some(tag) = tag.filter(|tag| tag.order() != entry.order) {
        return Err(TransitionError::OtherTag { order: entry.order, tag });
    }
    let order = Order {
        id: entry.order,
        tag: *tag,
        request: request.clone(),
        run: *run,
        strategy: *strategy,
        state: OrderState::Intent,
        broker_id: None,
        terms: BrokerTerms::default(),
        filled: 0,
        fill_value: Paise::ZERO,
        fill_keys: Vec::new(),
        reason: String::new(),
        retryable: false,
        first_placed_at: *first_placed_at,
        placed_at: entry.at,
        updated_at: entry.at,
    };
    Ok(Transition { order, effects: Vec::new(), changed: true })
}

fn advance(order: &Order, entry: &JournalEntry) -> Result<Transition, TransitionError> {
    let step = Step { order, at: entry.at, event: entry.event.name() };
    match &entry.event {
        OrderEvent::Intended { request, strategy, tag, .. } => step.intended(request, *strategy, *tag),
        OrderEvent::Sent => step.sent(),
        OrderEvent::Accepted { broker_id } => step.accepted(broker_id),
        OrderEvent::Rejected { reason, retryable, .. } => step.rejected(reason, *retryable),
        OrderEvent::OutcomeUnknown { .. } => step.outcome_unknown(),
        OrderEvent::NotAtBroker => step.not_at_broker(),
        OrderEvent::ChangeRequested { quantity, kind, .. } => step.change_requested(*quantity, *kind),
        OrderEvent::Changed { quantity, kind } => step.changed(*quantity, *kind),
        OrderEvent::ChangeRefused { .. } => step.change_refused(),
        OrderEvent::CancelRequested { .. } => step.cancel_requested(),
        OrderEvent::Filled(fill) => step.filled(fill),
        OrderEvent::FillWithdrawn(withdrawal) => step.fill_withdrawn(withdrawal),
        OrderEvent::Cancelled { reason } => step.ended(OrderState::Cancelled, reason),
        OrderEvent::Expired { reason } => step.ended(OrderState::Expired, reason),
        OrderEvent::RetryGivenUp { reason } => step.retry_given_up(reason),
        OrderEvent::Terms(terms) => step.terms(terms),
        // The books take it before an order is asked.
        OrderEvent::HoldingChanged(_) => step.impossible(),
    }
}

/// One event on its way to one order. Every method names every state.
struct Step<'a> {
    order: &'a Order,
    at: Timestamp,
    event: &'static str,
}

type Outcome = Result<Transition, TransitionError>;

impl Step<'_> {
    fn intended(&self, request: &OrderRequest, strategy: StrategyName, tag: Option<OrderTag>) -> Outcome {
        let same = self.order.request == *request && self.order.strategy == strategy && self.order.tag == tag;
        match self.order.state {
            OrderState::Intent if same => self.nothing(),
            OrderState::Intent
            | OrderState::Sent
            | OrderState::Accepted
            | OrderState::Rejected
            | OrderState::Unknown
            | OrderState::PartiallyFilled
            | OrderState::Filled
            | OrderState::Cancelled
            | OrderState::Expired => Err(TransitionError::IdInUse { order: self.order.id }),
        }
    }

    fn sent(&self) -> Outcome {
        match self.order.state {
            OrderState::Intent => self.to(OrderState::Sent, |_| {}),
            OrderState::Sent => self.nothing(),
            // An unknown order is not sent again before the broker's book has shown that it never arrived.
            OrderState::Unknown
            | OrderState::Accepted
            | OrderState::Rejected
            | OrderState::PartiallyFilled
            | OrderState::Filled
            | OrderState::Cancelled
            | OrderState::Expired => self.impossible(),
        }
    }

    fn accepted(&self, broker_id: &str) -> Outcome {
        if let Some(known) = self.order.broker_id.as_deref().filter(|known| *known != broker_id) {
            let (known, told) = (known.to_owned(), broker_id.to_owned());
            return Err(TransitionError::OtherBrokerId { order: self.order.id, known, told });
        }
        let number = |order: &mut Order| order.broker_id = Some(broker_id.to_owned());
        match self.order.state {
            // An intent too: the line that says it was sent may have been lost in a crash.
            OrderState::Intent | OrderState::Sent | OrderState::Unknown => {
                self.to(OrderState::Accepted, number)
            }
            OrderState::Accepted
            | OrderState::PartiallyFilled
            | OrderState::Filled
            | OrderState::Cancelled
            | OrderState::Expired => {
                if self.order.broker_id.is_some() {
                    self.nothing()
                } else {
                    self.to(self.order.state, number)
                }
            }
            OrderState::Rejected => self.impossible(),
        }
    }

    fn rejected(&self, reason: &str, retryable: bool) -> Outcome {
        match self.order.state {
            OrderState::Intent | OrderState::Sent | OrderState::Unknown | OrderState::Accepted => {
                self.to(OrderState::Rejected, |order| {
                    order.reason = reason.to_owned();
                    order.retryable = retryable;
                })
            }
            // What was filled stays filled; only the rest was refused, and trying "it" again would buy too much.
            OrderState::PartiallyFilled => self.ended(OrderState::Cancelled, reason),
            OrderState::Rejected | OrderState::Filled | OrderState::Cancelled | OrderState::Expired => {
                self.nothing()
            }
        }
    }

    fn outcome_unknown(&self) -> Outcome {
        match self.order.state {
            OrderState::Intent | OrderState::Sent => self.to(OrderState::Unknown, |_| {}),
            // The order itself is known; only the answer to a later question about it is not.
            OrderState::Unknown
            | OrderState::Accepted
            | OrderState::Rejected
            | OrderState::PartiallyFilled
            | OrderState::Filled
            | OrderState::Cancelled
            | OrderState::Expired => self.nothing(),
        }
    }

    fn not_at_broker(&self) -> Outcome {
        match self.order.state {
            OrderState::Sent | OrderState::Unknown => self.to(OrderState::Intent, |_| {}),
            OrderState::Intent
            | OrderState::Rejected
            | OrderState::Filled
            | OrderState::Cancelled
            | OrderState::Expired => self.nothing(),
            // The broker has confirmed it before, so it did arrive.
            OrderState::Accepted | OrderState::PartiallyFilled => self.impossible(),
        }
    }

    fn change_requested(&self, quantity: u32, kind: OrderKind) -> Outcome {
        match self.order.state {
            OrderState::Accepted | OrderState::PartiallyFilled => {
                self.check_change(quantity, kind)?;
                self.to(self.order.state, |_| {})
            }
            OrderState::Intent
            | OrderState::Sent
            | OrderState::Rejected
            | OrderState::Unknown
            | OrderState::Filled
            | OrderState::Cancelled
            | OrderState::Expired => self.impossible(),
        }
    }

    fn changed(&self, quantity: u32, kind: OrderKind) -> Outcome {
        let same = self.order.request.quantity == quantity && self.order.request.kind == kind;
        match self.order.state {
            // Filled too: a change that raised the quantity may be told after the fills of the old quantity.
            OrderState::Accepted | OrderState::PartiallyFilled | OrderState::Filled => {
                self.check_change(quantity, kind)?;
                let state = match (same, self.order.filled) {
                    (true, _) => return self.nothing(),
                    (false, 0) => OrderState::Accepted,
                    (false, filled) if filled == quantity => OrderState::Filled,
                    (false, _) => OrderState::PartiallyFilled,
                };
                self.to(state, |order| {
                    order.request.quantity = quantity;
                    order.request.kind = kind;
                    // Another order stands there now; with which limit, if it is a market order, is told after it.
                    (order.terms.limit, order.terms.asked) = (None, None);
                })
            }
            OrderState::Rejected | OrderState::Cancelled | OrderState::Expired => self.nothing(),
            OrderState::Intent | OrderState::Sent | OrderState::Unknown => self.impossible(),
        }
    }

    fn change_refused(&self) -> Outcome {
        match self.order.state {
            OrderState::Accepted | OrderState::PartiallyFilled => {
                self.to(self.order.state, |order| order.terms.asked = None)
            }
            // The usual reason of a refused change: the order ended first.
            OrderState::Rejected | OrderState::Filled | OrderState::Cancelled | OrderState::Expired => {
                self.nothing()
            }
            OrderState::Intent | OrderState::Sent | OrderState::Unknown => self.impossible(),
        }
    }

    fn cancel_requested(&self) -> Outcome {
        match self.order.state {
            OrderState::Intent
            | OrderState::Sent
            | OrderState::Unknown
            | OrderState::Accepted
            | OrderState::PartiallyFilled => self.to(self.order.state, |_| {}),
            OrderState::Rejected | OrderState::Filled | OrderState::Cancelled | OrderState::Expired => {
                self.impossible()
            }
        }
    }

    fn filled(&self, fill: &Fill) -> Outcome {
        if self.order.fill_keys.contains(&fill.key) {
            return self.nothing();
        }
        let remaining = self.order.remaining();
        if fill.quantity > remaining {
            let (key, quantity) = (fill.key.clone(), fill.quantity);
            return Err(TransitionError::Overfilled { order: self.order.id, key, quantity, remaining });
        }
        // The whole order at this price has to fit, so that fills of one price may be added up to one lot.
        let fits = fill.price.times(self.order.request.quantity).is_some();
        let value = fill.price.times(fill.quantity).filter(|value| fits && value.0 > 0).ok_or_else(|| {
            self.bad_numbers(format!(
                "fill {} has {} at {}",
                fill.key,
                counted(fill.quantity, "share", "shares"),
                rupees(fill.price)
            ))
        })?;
        let complete = fill.quantity == remaining;
        let state = match self.order.state {
            _ if complete => OrderState::Filled,
            OrderState::Cancelled => OrderState::Cancelled,
            OrderState::Expired => OrderState::Expired,
            OrderState::Intent
            | OrderState::Sent
            | OrderState::Accepted
            | OrderState::Rejected
            | OrderState::Unknown
            | OrderState::PartiallyFilled
            | OrderState::Filled => OrderState::PartiallyFilled,
        };
        let mut transition = self.to(state, |order| {
            order.filled = order.filled.saturating_add(fill.quantity);
            order.fill_value += value;
            order.fill_keys.push(fill.key.clone());
            if matches!(state, OrderState::Filled | OrderState::PartiallyFilled) {
                order.reason.clear();
                order.retryable = false;
            }
        })?;
        transition.effects.insert(0, Effect::Executed(fill.clone()));
        Ok(transition)
    }

    /// Only what is booked can be taken back, so a second withdrawal of a fill changes nothing. The fill may be told again later,
    /// and counts again then.
    fn fill_withdrawn(&self, withdrawal: &FillWithdrawal) -> Outcome {
        let fill = &withdrawal.fill;
        if !self.order.fill_keys.contains(&fill.key) {
            return self.nothing();
        }
        let filled = self.order.filled.checked_sub(fill.quantity);
        let value = fill.price.times(fill.quantity).filter(|value| *value <= self.order.fill_value);
        let (Some(filled), Some(value)) = (filled, value) else {
            let Fill { key, quantity, .. } = fill;
            let shares = counted(*quantity, "share", "shares");
            return Err(self.bad_numbers(format!("fill {key} of {shares} is more than was filled")));
        };
        let state = match self.order.state {
            OrderState::Cancelled => OrderState::Cancelled,
            OrderState::Expired => OrderState::Expired,
            OrderState::Filled | OrderState::PartiallyFilled if filled == 0 => OrderState::Accepted,
            OrderState::Filled | OrderState::PartiallyFilled => OrderState::PartiallyFilled,
            OrderState::Intent
            | OrderState::Sent
            | OrderState::Accepted
            | OrderState::Rejected
            | OrderState::Unknown => return self.impossible(),
        };
        let mut transition = self.to(state, |order| {
            order.filled = filled;
            order.fill_value -= value;
            order.fill_keys.retain(|key| *key != fill.key);
        })?;
        transition.effects.insert(0, Effect::Withdrawn(withdrawal.clone()));
        Ok(transition)
    }

    fn ended(&self, state: OrderState, reason: &str) -> Outcome {
        match self.order.state {
            OrderState::Intent
            | OrderState::Sent
            | OrderState::Accepted
            | OrderState::Unknown
            | OrderState::PartiallyFilled => self.to(state, |order| order.reason = reason.to_owned()),
            // An order ends once; brokers report the same end in several words.
            OrderState::Rejected | OrderState::Filled | OrderState::Cancelled | OrderState::Expired => {
                self.nothing()
            }
        }
    }

    fn retry_given_up(&self, reason: &str) -> Outcome {
        match self.order.state {
            OrderState::Rejected if self.order.retryable => self.to(OrderState::Rejected, |order| {
                order.retryable = false;
                order.reason = format!("{}; given up: {reason}", order.reason);
            }),
            OrderState::Rejected => self.nothing(),
            OrderState::Intent
            | OrderState::Sent
            | OrderState::Accepted
            | OrderState::Unknown
            | OrderState::PartiallyFilled
            | OrderState::Filled
            | OrderState::Cancelled
            | OrderState::Expired => self.impossible(),
        }
    }

    /// In every state: they change neither what was asked for nor what became of it.
    fn terms(&self, told: &BrokerTerms) -> Outcome {
        if let Some(limit) = told.limit.into_iter().chain(told.asked).find(|limit| *limit <= Paise::ZERO) {
            return Err(self.bad_numbers(format!("a limit of {}", rupees(limit))));
        }
        let terms = self.order.terms.with(told);
        if terms == self.order.terms {
            return self.nothing();
        }
        self.to(self.order.state, |order| order.terms = terms)
    }

    fn to(&self, state: OrderState, change: impl FnOnce(&mut Order)) -> Outcome {
        let mut order = self.order.clone();
        change(&mut order);
        order.state = state;
        order.updated_at = self.at;
        let closes = state.is_final() && !self.order.state.is_final();
        let effects = if closes { vec![Effect::Closed(state)] } else { Vec::new() };
        Ok(Transition { order, effects, changed: true })
    }

    fn nothing(&self) -> Outcome {
        Ok(Transition { order: self.order.clone(), effects: Vec::new(), changed: false })
    }

    fn impossible(&self) -> Outcome {
        Err(TransitionError::Impossible { order: self.order.id, state: self.order.state, event: self.event })
    }

    fn bad_numbers(&self, detail: String) -> TransitionError {
        TransitionError::BadNumbers { order: self.order.id, detail }
    }

    fn check_change(&self, quantity: u32, kind: OrderKind) -> Result<(), TransitionError> {
        check_numbers(self.order.id, quantity, kind)?;
        if quantity < self.order.filled {
            let filled = self.order.filled;
            let shares = counted(quantity, "share is fewer", "shares are fewer");
            return Err(self.bad_numbers(format!("{shares} than the {filled} already filled")));
        }
        Ok(())
    }
}

fn check_numbers(order: OrderId, quantity: u32, kind: OrderKind) -> Result<(), TransitionError> {
    let bad = |detail: String| Err(TransitionError::BadNumbers { order, detail });
    match kind {
        _ if quantity == 0 => bad("an order of no shares".to_owned()),
        OrderKind::Limit(price) if price.0 <= 0 => bad(format!("a limit of {}", rupees(price))),
        OrderKind::Limit(price) if price.times(quantity).is_none() => {
            let shares = counted(quantity, "share", "shares");
            bad(format!("{shares} at {} would be more money than there is", rupees(price)))
        }
        OrderKind::Limit(_) | OrderKind::Market => Ok(()),
    }
}

#[cfg(test)]
mod property_tests;
#[cfg(test)]
mod tests;
