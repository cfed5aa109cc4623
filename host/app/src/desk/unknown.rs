//! Orders of which it is not known what became of them: what was looked at for each, what is told of it, and the word of a
//! person.
//!
//! Where a broker's book is no proof of absence, an order that it does not show stays unknown. It blocks its symbol and side,
//! its money and shares stay held back, and it is looked for whenever the book is read, on later days too. It ends when the
//! book shows it, or when a person decides. Nothing of it is ever sent a second time.

use std::collections::{BTreeMap, BTreeSet};

use prahari_brokers::{BrokerOrder, BrokerOrderState, Holding};
use prahari_domain::book::{Part, TimedEvent};
use prahari_domain::ids::OrderId;
use prahari_domain::instruments::Symbol;
use prahari_domain::money::rupees;
use prahari_domain::orders::{Order, OrderEvent, OrderState, Side};
use prahari_domain::risk::{Refusal, RefusalCode};
use prahari_domain::time::{Day, Timestamp};

use super::their_book::{LikeIt, TheirBook, in_words};
use super::{Desk, Difference, DifferenceKind};
use crate::error::AppError;

/// Ends the reason of an order whose validity is over, and whose end the broker's book did not show.
const END_NOT_SEEN: &str = "how it ended is not known, and executions may have been missed";

/// Begins the reason of an order of which a person decided that it never arrived.
const DECIDED: &str = "decided by hand that it never arrived: ";

/// For so long after an order has ended the broker's book is read for executions that came before its end, although nothing
/// else is open.
const LATE_FILLS_MS: i64 = 5 * 60_000;

/// The most orders that a note names.
const MOST_NAMED: usize = 3;

/// What was looked at for an order of unknown outcome, since the desk was loaded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// How often the broker's book was read and did not show it.
    pub looks: u64,
    /// When it was read last.
    pub last: Option<Timestamp>,
    /// Orders of the last book that nobody knows and that are like it.
    pub alike: Vec<LikeIt>,
    /// What the broker's holdings say of it, one sentence; none while they were not had.
    pub holdings: Option<String>,
}

/// An order of unknown outcome, with what was looked at for it.
#[derive(Debug, Clone, PartialEq)]
pub struct UnknownOrder {
    /// The order as the books have it.
    pub order: Order,
    /// What was looked at.
    pub search: Search,
}

/// What there is to tell of an order whose outcome is not known, or was not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderAlarm {
    /// It is not known what became of it.
    Raised {
        /// The order that it is about.
        order: OrderId,
        /// The sentence for the user, with the evidence.
        detail: String,
    },
    /// It is known by now.
    Over {
        /// The order that it is about.
        order: OrderId,
        /// How it came to be known, one sentence.
        how: String,
    },
    /// The broker shows an execution of it no more.
    FillGone {
        /// The order that it is about.
        order: OrderId,
        /// The sentence for the user.
        detail: String,
    },
    /// Broker and books agree again on what was executed of it.
    FillSettled {
        /// The order that it is about.
        order: OrderId,
        /// How it ended, one sentence.
        how: String,
    },
}

/// What a desk knows of its unknown orders beside the journal.
#[derive(Debug, Default)]
pub(super) struct UnknownOrders {
    searches: BTreeMap<OrderId, Search>,
    /// Orders of which somebody was told.
    told: BTreeSet<OrderId>,
    /// Orders that ended unseen and whose end the book has shown since.
    seen_since: BTreeSet<OrderId>,
    alarms: Vec<OrderAlarm>,
}

/// How the shares at the broker differ from the books, as far as an order of unknown outcome goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fit {
    /// By what the order would have brought or taken.
    Whole,
    /// By a part of it.
    Part,
    /// Not at all.
    Alike,
    /// In a way that the order does not explain.
    Otherwise,
}

impl Fit {
    fn of(order: &Order, theirs: u32, ours: u32) -> Self {
        let (more, fewer) = (theirs.saturating_sub(ours), ours.saturating_sub(theirs));
        let (explained, other) = match order.request.side {
            Side::Buy => (more, fewer),
            Side::Sell => (fewer, more),
        };
        match explained {
            _ if other > 0 || explained > order.remaining() => Self::Otherwise,
            0 => Self::Alike,
            shares if shares == order.remaining() => Self::Whole,
            _ => Self::Part,
        }
    }

    const fn in_words(self) -> &'static str {
        match self {
            Self::Whole => "the difference is its quantity",
            Self::Part => "the difference fits a part of it",
            Self::Alike => "nothing of it shows there",
            Self::Otherwise => "it does not explain the difference",
        }
    }
}

/// Returns the reason of an order whose validity is over at the end of a date, and whose end nobody has seen.
pub(super) fn end_not_seen(day: Day) -> String {
    format!("it was valid for {day} and the broker's book does not show it: {END_NOT_SEEN}")
}

/// Returns whether a reason is one of [`end_not_seen`]: an alert tells of such an order.
pub(super) fn says_not_seen(reason: &str) -> bool {
    reason.ends_with(END_NOT_SEEN)
}

/// Returns whether an order was ended by a conclusion or by a person, and not by the broker's word.
fn ended_unseen(order: &Order) -> bool {
    match order.state {
        OrderState::Expired => says_not_seen(&order.reason),
        OrderState::Cancelled => order.reason.starts_with(DECIDED),
        _ => false,
    }
}

/// Returns whether executions of an order may still come to light: it has ended before it was filled.
fn may_surface(order: &Order) -> bool {
    let has_name = order.tag.is_some() || order.broker_id.is_some();
    order.state.is_final() && order.remaining() > 0 && has_name
}

/// Returns whether the broker's book says of an ended order what we do not know.
fn is_news(order: &Order, known: &BrokerOrder) -> bool {
    let is_bound = order.broker_id.is_some() || order.state == OrderState::Rejected;
    let has_ended = ended_unseen(order) && known.state != BrokerOrderState::Open;
    !is_bound || has_ended || known.fills.iter().any(|fill| !order.fill_keys.contains(&fill.key))
}

fn is_unknown(order: &&Order) -> bool {
    order.state == OrderState::Unknown
}

impl Desk {
    /// Takes out what there is to tell of unknown orders since this was last asked: each once.
    pub fn take_alarms(&mut self) -> Vec<OrderAlarm> {
        let book = &self.book;
        let UnknownOrders { searches, told, alarms, .. } = &mut self.unknown;
        for (id, search) in searches.iter() {
            let Some(order) = book.order(id).filter(is_unknown) else { continue };
            if told.insert(*id) {
                alarms.push(OrderAlarm::Raised { order: *id, detail: evidence(order, search) });
            }
        }
        std::mem::take(alarms)
    }

    /// The orders whose outcome is not known, oldest first, with what was looked at for each.
    pub fn unknown_orders(&self) -> Vec<UnknownOrder> {
        let with_search = |order: &Order| UnknownOrder {
            order: order.clone(),
            search: self.unknown.searches.get(&order.id).cloned().unwrap_or_default(),
        };
        self.book.active_orders().filter(is_unknown).map(with_search).collect()
    }

    /// Books the word of a person that an order of unknown outcome never arrived. The broker's book is looked at before: what
    /// it shows needs no decision. An execution that comes to light afterwards counts all the same.
    ///
    /// # Errors
    /// When the journal cannot be written or the broker's book contradicts ours. A book that cannot be had is a refusal: it may
    /// show the order.
    pub async fn never_arrived(
        &mut self,
        id: OrderId,
        reason: &str,
        now: Timestamp,
    ) -> Result<Result<(), Refusal>, AppError> {
        self.close_past_dates(now, None).await?;
        match self.reconcile(now).await {
            Ok(_) => {}
            Err(AppError::Broker(error)) => {
                let detail = format!("the broker's book may show it and cannot be read now: {error}");
                return Ok(Err(Refusal { code: RefusalCode::Unsettled, detail }));
            }
            Err(error) => return Err(error),
        }
        let Some(order) = self.book.order(&id) else {
            let detail = format!("this user has no order {id}");
            return Ok(Err(Refusal { code: RefusalCode::UnknownOrder, detail }));
        };
        if order.state != OrderState::Unknown {
            let detail =
                format!("order {id} is {}: only an unknown outcome can be decided", order.state.in_words());
            return Ok(Err(Refusal { code: RefusalCode::State, detail }));
        }
        let reason = format!("{DECIDED}{reason}");
        self.record_durably(vec![(id, now, OrderEvent::Cancelled { reason })]).await?;
        // The statements of closed dates said that it is not known.
        self.close_past_dates(now, None).await?;
        Ok(Ok(()))
    }

    /// Takes note that the broker's book was read and does not show an order that may have been sent. It is unknown from then
    /// on, whatever the book says: one that is empty or lacks a row proves nothing.
    pub(super) async fn not_shown(
        &mut self,
        ours: &Order,
        theirs: &TheirBook,
        now: Timestamp,
    ) -> Result<(), AppError> {
        let alike = theirs.alike(ours, &self.book);
        if ours.state == OrderState::Sent {
            let mut reason =
                "no answer came, and the broker's book does not show it, which proves nothing".to_owned();
            in_words(&alike).iter().for_each(|like_it| reason.extend(["; ", like_it.as_str()]));
            self.record(ours.id, now, OrderEvent::OutcomeUnknown { reason }).await?;
        }
        let search = self.unknown.searches.entry(ours.id).or_default();
        search.looks = search.looks.saturating_add(1);
        (search.last, search.alike) = (Some(now), alike);
        Ok(())
    }

    /// Takes note that the broker's book could not be read for the orders that may have been sent: somebody has to know of them.
    pub(super) async fn not_looked_for(&mut self, now: Timestamp) -> Result<(), AppError> {
        if self.link.broker.book_proves_absence() {
            return Ok(());
        }
        let may_be_there = |order: &&Order| matches!(order.state, OrderState::Sent | OrderState::Unknown);
        let open: Vec<(OrderId, OrderState)> =
            self.book.active_orders().filter(may_be_there).map(|order| (order.id, order.state)).collect();
        for (id, state) in open {
            if state == OrderState::Sent {
                let reason = "no answer came, and the broker's book cannot be had".to_owned();
                self.record(id, now, OrderEvent::OutcomeUnknown { reason }).await?;
            }
            self.unknown.searches.entry(id).or_default();
        }
        Ok(())
    }

    /// The sentence about an unknown order, with all that speaks for or against it.
    pub(super) fn evidence_of(&self, order: &Order) -> String {
        evidence(order, self.unknown.searches.get(&order.id).unwrap_or(&Search::default()))
    }

    /// Looks at the broker's holdings for the orders of unknown outcome, if there are any. Holdings that cannot be had say
    /// nothing.
    pub(super) async fn look_at_holdings(&mut self) {
        if !self.book.active_orders().any(|order| order.state == OrderState::Unknown) {
            return;
        }
        match self.ask_holdings().await {
            Ok(held) => self.compare_unknown(&held),
            Err(error) => {
                tracing::debug!(user = %self.book.user(), %error, "holdings say nothing of an unknown order");
            }
        }
    }

    /// Notes what the shares at the broker say of each order of unknown outcome.
    pub(super) fn compare_unknown(&mut self, held: &BTreeMap<Symbol, Holding>) {
        for order in self.book.active_orders().filter(is_unknown) {
            let symbol = &order.request.symbol;
            let (theirs, ours) = (held.get(symbol).map_or(0, |held| held.quantity), self.book.held(symbol));
            let said = Fit::of(order, theirs, ours).in_words();
            let said = format!("the broker holds {theirs} shares of {symbol} and our books {ours}: {said}");
            self.unknown.searches.entry(order.id).or_default().holdings = Some(said);
        }
    }

    /// Says which order of unknown outcome explains that the broker holds `theirs` shares of a symbol; none when none does.
    pub(super) fn fits_unknown(&self, symbol: &Symbol, theirs: u32) -> Option<String> {
        let ours = self.book.held(symbol);
        let of_symbol = |order: &&Order| order.request.symbol == *symbol;
        let mut unknown = self.book.active_orders().filter(is_unknown).filter(of_symbol);
        let order = unknown.find(|order| matches!(Fit::of(order, theirs, ours), Fit::Whole | Fit::Part))?;
        Some(format!("it fits order {}, whose outcome is not known", order.id))
    }

    /// Returns whether the broker's book has to be read although no order is open: one has ended without the broker's word,
    /// or a moment ago.
    pub(super) fn looks_back(&self, now: Timestamp) -> bool {
        let ended_now = |order: &Order| now.millis_since(order.updated_at) <= LATE_FILLS_MS;
        // Of one that was refused nothing is executed.
        let was_taken = |order: &Order| order.state != OrderState::Rejected;
        let mut ended = self.book.orders().filter(|order| may_surface(order));
        !self.link.broker.book_proves_absence()
            && ended.any(|order| ended_unseen(order) || (was_taken(order) && ended_now(order)))
    }

    /// Books executions of orders that have ended in our books, and that the broker's book shows. Such an order came to light
    /// after somebody decided that it never arrived, or was executed before its end was known.
    pub(super) async fn look_for_ended(
        &mut self,
        theirs: &TheirBook,
        differences: &mut Vec<Difference>,
    ) -> Result<Vec<OrderId>, AppError> {
        if self.link.broker.book_proves_absence() {
            return Ok(Vec::new());
        }
        let shown = |order: &Order| {
            let known = theirs.find(order, &self.book).filter(|known| is_news(order, known))?;
            Some((order.clone(), known.clone()))
        };
        let ended = self.book.orders().filter(|order| may_surface(order));
        let surfaced: Vec<(Order, BrokerOrder)> = ended.filter_map(shown).collect();
        let mut changed = Vec::new();
        for (order, known) in surfaced {
            let before = self.book.next_sequence();
            self.take_surfaced(&order, &known, differences).await?;
            if self.book.next_sequence() != before {
                changed.push(order.id);
            }
        }
        Ok(changed)
    }

    async fn take_surfaced(
        &mut self,
        order: &Order,
        known: &BrokerOrder,
        differences: &mut Vec<Difference>,
    ) -> Result<(), AppError> {
        let (id, number) = (order.id, &known.broker_id);
        let mut timed_events: Vec<TimedEvent> = Vec::new();
        let is_new = order.broker_id.is_none() && order.state != OrderState::Rejected;
        if is_new {
            let accepted = OrderEvent::Accepted { broker_id: number.clone() };
            timed_events.push((id, known.accepted_at, accepted));
        }
        let mut found = Vec::new();
        for fill in known.fills.iter().filter(|fill| !order.fill_keys.contains(&fill.key)) {
            found.push(format!("order {id}: {} shares at {}", fill.quantity, rupees(fill.price)));
            timed_events.push((id, fill.at, OrderEvent::Filled(fill.clone())));
        }
        let needs_reconcile = self.needs_reconcile;
        match self.record_all(timed_events).await {
            Ok(()) => {}
            // One order that does not fit must not keep the others from being followed.
            Err(AppError::Book(error)) => {
                self.needs_reconcile = needs_reconcile;
                let detail =
                    format!("order {id} is at the broker as {number}, and cannot be booked: {error}");
                self.tell_once(id, detail);
                return Ok(());
            }
            Err(error) => return Err(error),
        }
        let symbol = &order.request.symbol;
        differences.extend(found.into_iter().map(|detail| Difference {
            symbol: symbol.clone(),
            kind: DifferenceKind::MissedFill,
            detail,
        }));
        if known.state != BrokerOrderState::Open {
            if ended_unseen(order) && self.unknown.seen_since.insert(id) {
                let how = format!("the broker's book shows order {id} as {number}, which has ended");
                self.unknown.alarms.push(OrderAlarm::Over { order: id, how });
                // The statement of the date said that it is not known.
                self.dates.note(order.updated_at);
            }
        } else if is_new {
            let ended = order.state.in_words();
            let detail = format!(
                "order {id}, which is {ended} in our books, stands at the broker as {number}: its executions are booked, and it has to be withdrawn in the broker's own application"
            );
            self.unknown.told.remove(&id);
            self.tell_once(id, detail);
        }
        Ok(())
    }

    /// Has something told about an order.
    pub(super) fn tell(&mut self, alarm: OrderAlarm) {
        self.unknown.alarms.push(alarm);
    }

    /// Has an alert raised about an order, unless that was done since the desk was loaded.
    fn tell_once(&mut self, order: OrderId, detail: String) {
        if self.unknown.told.insert(order) {
            self.unknown.alarms.push(OrderAlarm::Raised { order, detail });
        }
    }

    /// Has an alert raised about an order whose validity is over, and whose end the broker's book does not show.
    pub(super) fn tell_of_end_not_seen(&mut self, order: &Order, reason: &str) {
        let id = order.id;
        self.tell_once(id, format!("order {id} of {}: {reason}", order.request.symbol));
    }

    /// Returns the orders whose outcome becomes known by entries that are about to be booked.
    pub(super) fn settled_by(&self, part: &Part) -> Vec<Order> {
        if self.link.broker.book_proves_absence() {
            return Vec::new();
        }
        let mut settled: Vec<Order> = Vec::new();
        for (_, order) in part.entries() {
            if self.book.order(&order.id).filter(is_unknown).is_none() {
                continue;
            }
            settled.retain(|earlier| earlier.id != order.id);
            if order.state != OrderState::Unknown {
                settled.push(order.clone());
            }
        }
        settled
    }

    /// Ends the search for orders whose outcome is known by now.
    pub(super) fn note_settled(&mut self, settled: Vec<Order>) {
        for order in settled {
            let id = order.id;
            self.unknown.searches.remove(&id);
            self.unknown.told.remove(&id);
            let how = format!("the outcome of order {id} is known: it is {}", order.state.in_words());
            self.unknown.alarms.push(OrderAlarm::Over { order: id, how });
            // The statements of its dates said that it is not known.
            self.dates.note(order.placed_at);
        }
    }

    /// Says for the statement of a date what is not known of its orders; none when everything is.
    pub(super) fn not_known_of(&self, day: Day) -> Option<String> {
        if self.link.broker.book_proves_absence() {
            return None;
        }
        let unknown = self.book.active_orders().filter(is_unknown);
        let unknown = unknown.filter(|order| order.placed_at.ist_day() <= day);
        let unseen = self.book.orders().filter(|order| {
            order.state == OrderState::Expired
                && says_not_seen(&order.reason)
                && order.updated_at.ist_day() == day
                && !self.unknown.seen_since.contains(&order.id)
        });
        let arrived =
            named(unknown).map(|orders| format!("whether these orders arrived is not known: {orders}"));
        let ended = named(unseen).map(|orders| {
            format!("how these orders ended is not known, and executions may have been missed: {orders}")
        });
        match (arrived, ended) {
            (Some(arrived), Some(ended)) => Some(format!("{arrived}; {ended}")),
            (arrived, ended) => arrived.or(ended),
        }
    }
}

/// The first ids of some orders, and that there are more; none of no order.
fn named<'a>(orders: impl Iterator<Item = &'a Order>) -> Option<String> {
    let ids: Vec<String> = orders.take(MOST_NAMED + 1).map(|order| order.id.to_string()).collect();
    let more = if ids.len() > MOST_NAMED { " and others" } else { "" };
    let first: Vec<String> = ids.into_iter().take(MOST_NAMED).collect();
    (!first.is_empty()).then(|| format!("{}{more}", first.join(", ")))
}

/// The sentence about an unknown order, with all that speaks for or against it.
fn evidence(order: &Order, search: &Search) -> String {
    let (id, symbol) = (order.id, &order.request.symbol);
    let traded = match order.request.side {
        Side::Buy => "bought",
        Side::Sell => "sold",
    };
    if search.looks == 0 {
        return format!(
            "order {id} may have been sent, and the broker's book cannot be had: nothing more of {symbol} is {traded} before its outcome is known"
        );
    }
    let mut said = format!(
        "order {id} may have been sent and is not in the broker's book, which proves nothing: nothing more of {symbol} is {traded} before its outcome is known"
    );
    for evidence in in_words(&search.alike).into_iter().chain(search.holdings.clone()) {
        said.push_str("; ");
        said.push_str(&evidence);
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_of_holdings_fits_an_order_of_its_side_up_to_its_quantity() {
        let order = |side| super::super::their_book::tests::order_of(side, 10);
        let cases = [
            (Side::Buy, 10, 0, Fit::Whole),
            (Side::Buy, 14, 5, Fit::Part),
            (Side::Buy, 5, 5, Fit::Alike),
            (Side::Buy, 16, 5, Fit::Otherwise),
            (Side::Buy, 4, 5, Fit::Otherwise),
            (Side::Sell, 0, 10, Fit::Whole),
            (Side::Sell, 7, 10, Fit::Part),
            (Side::Sell, 10, 10, Fit::Alike),
            (Side::Sell, 11, 10, Fit::Otherwise),
            (Side::Sell, 0, 11, Fit::Otherwise),
        ];
        for (side, theirs, ours, fit) in cases {
            assert_eq!(Fit::of(&order(side), theirs, ours), fit, "{side:?} {theirs} {ours}");
        }
    }
}
