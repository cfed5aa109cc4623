//! Fills that the exchange annuls after they were reported.
//!
//! Nobody says so: the execution is gone from the broker's list, and its order has less filled. Rows are missing from single answers,
//! so it is believed when two readings some time apart say the same, list and order agree, and the order's row is not older than the
//! fill. Then the journal takes the fill back, and what was offered beyond what is left is withdrawn before. What cannot be booked is
//! shown to a person, and nothing of the share is put down to others' trade meanwhile.

use std::collections::{BTreeMap, BTreeSet};

use prahari_brokers::{BrokerOrder, BrokerOrderState};
use prahari_domain::book::{Book, BookError, FillWithdrawal, TimedEvent};
use prahari_domain::ids::OrderId;
use prahari_domain::instruments::Symbol;
use prahari_domain::money::rupees;
use prahari_domain::numbers::counted;
use prahari_domain::orders::{Fill, JournalEntry, Order, OrderEvent, Purpose, Side};
use prahari_domain::risk::{Refusal, RefusalCode};
use prahari_domain::time::Timestamp;
use prahari_store::UserScope;

use super::Desk;
use super::external::{LOOKS_APART_MS, READINGS_APART_MS};
use super::their_book::TheirBook;
use super::unknown::OrderAlarm;
use crate::error::AppError;

/// Time after which a person is asked about an execution that is gone and not taken back, such as where the broker's two lists do
/// not agree, by the daemon's clock.
const DISPUTED_AFTER_MS: i64 = 15 * 60_000;

/// Why a fill is taken back that two readings did not show.
const ANNULLED: &str =
    "the exchange has annulled it: the broker's order and its list of executions do not have it any more";

/// What is known of fills that the broker shows no more.
#[derive(Debug, Default)]
pub(super) struct Annulled {
    looked_at: Option<Timestamp>,
    /// What was seen of each order, and when first.
    suspected: BTreeMap<OrderId, (Gone, Timestamp)>,
    /// What could not be taken back, and when it was tried.
    stuck: BTreeMap<OrderId, (Gone, Timestamp)>,
    /// Orders of which somebody was told that something has to be decided.
    told: BTreeSet<OrderId>,
    /// Keys of the fills that were taken back and have not come back, by their order.
    keys: BTreeMap<OrderId, BTreeSet<String>>,
}

impl Annulled {
    /// What was taken back before a start. Where it cannot be read nothing is known of it: the journal has it all the same.
    pub async fn load(scope: &UserScope, book: &Book) -> Self {
        let withdrawn = scope.withdrawn_fills().await.unwrap_or_else(|error| {
            tracing::warn!(user = %scope.id(), %error, "which fills were taken back cannot be read");
            Vec::new()
        });
        let mut annulled = Self::default();
        for (id, key) in withdrawn {
            if book.order(&id).is_some_and(|order| !order.fill_keys.contains(&key)) {
                annulled.keys.entry(id).or_default().insert(key);
            }
        }
        annulled
    }

    /// Returns whether a fill was taken back: only the broker's book may say that it stands after all.
    pub fn has(&self, order: OrderId, key: &str) -> bool {
        self.keys.get(&order).is_some_and(|keys| keys.contains(key))
    }

    /// Takes the fills that are booked again out of those that were taken back, and answers them by their order.
    pub fn returned(&mut self, entries: &[JournalEntry]) -> BTreeMap<OrderId, Vec<Fill>> {
        let mut returned: BTreeMap<OrderId, Vec<Fill>> = BTreeMap::new();
        for entry in entries {
            let OrderEvent::Filled(fill) = &entry.event else { continue };
            let Some(keys) = self.keys.get_mut(&entry.order) else { continue };
            if keys.remove(&fill.key) {
                returned.entry(entry.order).or_default().push(fill.clone());
            }
            if keys.is_empty() {
                self.keys.remove(&entry.order);
            }
        }
        returned
    }

    fn is_stuck(&self, order: OrderId, gone: &Gone, now: Timestamp) -> bool {
        let tried = self.stuck.get(&order).filter(|(of, _)| of == gone);
        tried.is_some_and(|(_, at)| now.millis_since(*at) < LOOKS_APART_MS)
    }
}

/// What the broker's book lacks of the fills of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Gone {
    /// Keys of the fills that it does not show.
    keys: Vec<String>,
    /// Shares that its row says to be filled.
    filled: u32,
    /// Shares of the fills that it shows.
    shown: u32,
}

impl Gone {
    /// What is gone of an order; none when the book shows all of it.
    pub fn of(ours: &Order, known: &BrokerOrder) -> Option<Self> {
        let is_shown = |key: &&String| known.fills.iter().any(|fill| fill.key == **key);
        let keys: Vec<String> = ours.fill_keys.iter().filter(|key| !is_shown(key)).cloned().collect();
        let shown = shares_of(&known.fills);
        let is_gone = !keys.is_empty() || known.filled < ours.filled;
        is_gone.then_some(Self { keys, filled: known.filled, shown })
    }

    /// What the list of executions lacks, as the middle of a sentence.
    fn in_words(&self) -> String {
        match self.keys.as_slice() {
            [] => "which show each fill that our books have".to_owned(),
            [key] => format!("which do not show the fill {key}"),
            keys => format!("which do not show the fills {}", keys.join(", ")),
        }
    }

    /// Whether the order and the list of executions say the same.
    fn is_agreed(&self) -> bool {
        !self.keys.is_empty() && self.filled == self.shown
    }
}

impl Desk {
    /// Returns whether the broker's book has to be read although no order is open: fills of today are looked at again each 15
    /// minutes, and each minute while one is not shown.
    pub(super) fn watches_fills(&self, now: Timestamp) -> bool {
        let is_over = |at: Timestamp| now.millis_since(at) >= LOOKS_APART_MS;
        let is_due = !self.annulled.suspected.is_empty() || self.annulled.looked_at.is_none_or(is_over);
        !self.executions_stay() && is_due && self.filled_today(now).next().is_some()
    }

    /// Looks whether the broker's book still shows the fills of today, and takes back what is certainly annulled. Answers the
    /// orders that changed.
    pub(super) async fn watch_fills(
        &mut self,
        theirs: &TheirBook,
        now: Timestamp,
    ) -> Result<Vec<OrderId>, AppError> {
        if self.executions_stay() {
            return Ok(Vec::new());
        }
        self.annulled.looked_at = Some(now);
        let all: Vec<(Order, BrokerOrder, Gone)> = self.gone_from(theirs, now).collect();
        self.forget_what_is_shown(&all);
        let mut changed = Vec::new();
        for (order, known, gone) in all {
            let seen = self.annulled.suspected.entry(order.id).or_insert_with(|| (gone.clone(), now));
            let age = now.millis_since(seen.1);
            if age >= DISPUTED_AFTER_MS {
                let detail = format!(
                    "order {}: our books have {} of {} filled, the broker's order {} and its executions {}, {}: whether a trade was annulled has to be asked there, and nothing is booked",
                    order.id,
                    counted(order.filled, "share", "shares"),
                    order.request.symbol,
                    gone.filled,
                    gone.shown,
                    gone.in_words()
                );
                self.ask_person(order.id, detail);
            }
            let is_certain = gone.is_agreed() && age >= READINGS_APART_MS;
            if is_certain
                && !self.annulled.is_stuck(order.id, &gone, now)
                && self.take_back(&order, &known, &gone, now).await?
            {
                changed.push(order.id);
            }
        }
        Ok(changed)
    }

    /// Returns whether fills of a share that our books have are not in the broker's book. They are looked for again in the next
    /// minute, and explain that shares or money differ.
    pub(super) fn lacks_fills(&mut self, symbol: &Symbol, theirs: &TheirBook, now: Timestamp) -> bool {
        let is_of_symbol = |(order, ..): (Order, BrokerOrder, Gone)| order.request.symbol == *symbol;
        let lacks = !self.executions_stay() && self.gone_from(theirs, now).any(is_of_symbol);
        if lacks {
            self.annulled.looked_at = None;
        }
        lacks
    }

    fn executions_stay(&self) -> bool {
        self.link.simulated.is_some() || self.link.broker.executions_are_final()
    }

    /// Orders of ours of which something was filled, and that changed today: the broker's lists are of the day.
    fn filled_today(&self, now: Timestamp) -> impl Iterator<Item = &Order> {
        self.book.orders().filter(move |order| {
            order.filled > 0
                && order.broker_id.is_some()
                && order.request.purpose != Purpose::External
                && order.updated_at.ist_day() == now.ist_day()
        })
    }

    fn gone_from<'a>(
        &'a self,
        theirs: &'a TheirBook,
        now: Timestamp,
    ) -> impl Iterator<Item = (Order, BrokerOrder, Gone)> + 'a {
        self.filled_today(now).filter_map(move |order| {
            // Without its row nothing is known of an order.
            let known = theirs.find(order, &self.book)?;
            Some((order.clone(), known.clone(), Gone::of(order, known)?))
        })
    }

    /// Forgets what is shown again, or is gone in another way than before.
    fn forget_what_is_shown(&mut self, all: &[(Order, BrokerOrder, Gone)]) {
        let is_gone = |id: &OrderId| all.iter().find(|(order, ..)| order.id == *id).map(|(.., gone)| gone);
        self.annulled.suspected.retain(|id, seen| is_gone(id) == Some(&seen.0));
        self.annulled.stuck.retain(|id, tried| is_gone(id) == Some(&tried.0));
        let back: Vec<OrderId> =
            self.annulled.told.iter().copied().filter(|id| is_gone(id).is_none()).collect();
        for order in back {
            self.annulled.told.remove(&order);
            let how = format!("the broker and the books agree on what was filled of order {order}");
            self.tell(OrderAlarm::FillSettled { order, how });
        }
    }

    /// Takes fills of an order back; answers whether that was possible.
    async fn take_back(
        &mut self,
        order: &Order,
        known: &BrokerOrder,
        gone: &Gone,
        now: Timestamp,
    ) -> Result<bool, AppError> {
        let journal = self.whole_journal().await?;
        let fills = newest_of(&journal, order.id, &gone.keys);
        let is_of_today = fills.iter().all(|fill| fill.at.ist_day() == now.ist_day());
        // A list that stands still shows the order as it was before the fill.
        let is_older = |fill: &Fill| seconds(known.changed_at) < seconds(fill.at);
        if fills.len() != gone.keys.len() || !is_of_today || fills.iter().any(is_older) {
            self.annulled.stuck.insert(order.id, (gone.clone(), now));
            return Ok(false);
        }
        let withdrawals = match self.book.plan_withdrawals(&journal, order.id, &gone.keys, ANNULLED) {
            Ok(withdrawals) => withdrawals,
            Err(error) => {
                self.annulled.stuck.insert(order.id, (gone.clone(), now));
                self.ask_person(order.id, not_booked(order, &fills, &error));
                return Ok(false);
            }
        };
        self.book_without(order, Some(known), (withdrawals, &fills), now).await
    }

    /// Books that fills of an order are taken back, once nothing is offered of their shares; answers whether it was booked.
    async fn book_without(
        &mut self,
        order: &Order,
        known: Option<&BrokerOrder>,
        (withdrawals, fills): (Vec<FillWithdrawal>, &[Fill]),
        now: Timestamp,
    ) -> Result<bool, AppError> {
        if !self.offers_fit_without(order, fills, now).await? {
            return Ok(false);
        }
        let id = order.id;
        let reason = withdrawals.first().map_or(ANNULLED, |withdrawal| withdrawal.reason.as_str()).to_owned();
        let taken_back =
            withdrawals.into_iter().map(|withdrawal| (id, now, OrderEvent::FillWithdrawn(withdrawal)));
        let mut events: Vec<TimedEvent> = taken_back.collect();
        // The exchange may put another trade in the place of one, such as at a corrected price.
        let shown = known.map_or(&[][..], |known| known.fills.as_slice());
        let new = shown.iter().filter(|fill| !order.fill_keys.contains(&fill.key));
        events.extend(new.map(|fill| (id, fill.at, OrderEvent::Filled(fill.clone()))));
        if known.is_none_or(|known| known.state != BrokerOrderState::Open) {
            events.push((id, now, OrderEvent::Cancelled { reason }));
        }
        self.record_durably(events).await?;
        self.note_taken_back(order, fills);
        Ok(true)
    }

    /// Books the word of a person that a fill was annulled, such as on a later date, when the broker's lists have nothing of it any
    /// more. A fill that the broker's book shows needs no decision, and stays; so does one that the row of its order still counts.
    ///
    /// # Errors
    /// When the journal cannot be written or the broker's book contradicts ours. A book that cannot be had is a refusal: it may
    /// show the fill.
    pub async fn annulled_by_word(
        &mut self,
        id: OrderId,
        key: &str,
        reason: &str,
        now: Timestamp,
    ) -> Result<Result<(), Refusal>, AppError> {
        let refused = |code, detail| Ok(Err(Refusal { code, detail }));
        self.close_past_dates(now, None).await?;
        let theirs = match self.read_again(now).await {
            Ok(theirs) => theirs,
            Err(AppError::Broker(error)) => {
                let detail = format!("the broker's book may show it and cannot be read now: {error}");
                return refused(RefusalCode::Unsettled, detail);
            }
            Err(error) => return Err(error),
        };
        let Some(order) = self.book.order(&id).filter(|_| !self.executions_stay()).cloned() else {
            let detail = format!("fills of order {id} are final");
            return refused(RefusalCode::State, detail);
        };
        let known = theirs.find(&order, &self.book);
        if known.is_some_and(|known| known.fills.iter().any(|fill| fill.key == key)) {
            return refused(RefusalCode::State, format!("the broker's book shows the fill {key}"));
        }
        if let Some(detail) = known.and_then(|known| still_counted(known, key)) {
            return refused(RefusalCode::State, detail);
        }
        let (known, keys) = (known.cloned(), [key.to_owned()]);
        let journal = self.whole_journal().await?;
        let reason = format!("decided by hand that it was annulled: {reason}");
        let withdrawals = match self.book.plan_withdrawals(&journal, id, &keys, &reason) {
            Ok(withdrawals) => withdrawals,
            Err(error) => return refused(RefusalCode::State, error.to_string()),
        };
        let fills = newest_of(&journal, id, &keys);
        if !self.book_without(&order, known.as_ref(), (withdrawals, &fills), now).await? {
            let detail = format!("what is offered of {} cannot be withdrawn now", order.request.symbol);
            return refused(RefusalCode::Unsettled, detail);
        }
        // The statement of its date changes.
        self.close_past_dates(now, None).await?;
        Ok(Ok(()))
    }

    /// The broker's book, after everything that it tells is booked.
    async fn read_again(&mut self, now: Timestamp) -> Result<TheirBook, AppError> {
        self.reconcile(now).await?;
        self.ask_book().await
    }

    /// The user's journal, what is queued for it included.
    async fn whole_journal(&self) -> Result<Vec<JournalEntry>, AppError> {
        self.trading.store.flush().await?;
        Ok(self.scope().load_journal(0).await?)
    }

    /// Withdraws offers of shares that are gone with a buy. Answers whether all is as it was, so that it can be booked.
    async fn offers_fit_without(
        &mut self,
        order: &Order,
        fills: &[Fill],
        now: Timestamp,
    ) -> Result<bool, AppError> {
        if order.request.side == Side::Sell {
            return Ok(true);
        }
        let symbol = &order.request.symbol;
        let left = self.book.held_by(order.strategy, symbol).saturating_sub(shares_of(fills));
        let is_offer = |offer: &&Order| {
            offer.strategy == order.strategy
                && offer.request.symbol == *symbol
                && offer.request.side == Side::Sell
        };
        let offers: Vec<Order> = self.book.active_orders().filter(is_offer).cloned().collect();
        let offered: u64 = offers.iter().map(|offer| u64::from(offer.remaining())).sum();
        if offered <= u64::from(left) {
            return Ok(true);
        }
        let reason = format!(
            "{} bought in a trade that was annulled, and the offer is of more than is left",
            counted(shares_of(fills), &format!("share of {symbol} was"), &format!("shares of {symbol} were"))
        );
        self.take_offers_back(offers, &reason, now).await
    }

    fn note_taken_back(&mut self, order: &Order, fills: &[Fill]) {
        let id = order.id;
        self.annulled.suspected.remove(&id);
        self.annulled.stuck.remove(&id);
        self.annulled.keys.entry(id).or_default().extend(fills.iter().map(|fill| fill.key.clone()));
        if self.annulled.told.remove(&id) {
            let how = format!("what was annulled of order {id} is taken back");
            self.tell(OrderAlarm::FillSettled { order: id, how });
        }
        let detail =
            format!("order {id}: {} was annulled, and is taken back in the books", in_words(order, fills));
        self.tell(OrderAlarm::FillGone { order: id, detail });
    }

    /// Has what was told of fills that are booked again resolved, unless something else of their order is gone still.
    pub(super) fn tell_of_returned(&mut self, returned: BTreeMap<OrderId, Vec<Fill>>) {
        for (id, fills) in returned {
            if self.annulled.keys.contains_key(&id) || self.annulled.told.contains(&id) {
                continue;
            }
            let Some(order) = self.book.order(&id) else { continue };
            let how = format!(
                "it is back: order {id}: {} is in the broker's book again, and booked again",
                in_words(order, &fills)
            );
            self.tell(OrderAlarm::FillSettled { order: id, how });
        }
    }

    /// Has an alert raised about what a person has to decide, once.
    fn ask_person(&mut self, order: OrderId, detail: String) {
        if self.annulled.told.insert(order) {
            self.tell(OrderAlarm::FillGone { order, detail });
        }
    }
}

/// The fills of these keys that the journal has of an order; of one that was told twice the later.
fn newest_of(journal: &[JournalEntry], order: OrderId, keys: &[String]) -> Vec<Fill> {
    let of_key = |key: &String| {
        journal.iter().rev().filter(|entry| entry.order == order).find_map(|entry| match &entry.event {
            OrderEvent::Filled(fill) if fill.key == *key => Some(fill.clone()),
            _ => None,
        })
    };
    keys.iter().filter_map(of_key).collect()
}

/// Why a fill that the list of executions lacks stands all the same: the row of its order has more filled than that list.
fn still_counted(known: &BrokerOrder, key: &str) -> Option<String> {
    let shown = shares_of(&known.fills);
    (known.filled > shown).then(|| {
        format!(
            "the broker's order still has {} filled, its executions {shown}: while they do not agree the fill {key} stays",
            counted(known.filled, "share", "shares")
        )
    })
}

fn not_booked(order: &Order, fills: &[Fill], error: &BookError) -> String {
    format!(
        "order {}: {} was annulled, and the books cannot say so: {error}. What the account owes now has to be looked at in the broker's own application",
        order.id,
        in_words(order, fills)
    )
}

fn in_words(order: &Order, fills: &[Fill]) -> String {
    let side = match order.request.side {
        Side::Buy => "the buy",
        Side::Sell => "the sell",
    };
    let parts: Vec<String> =
        fills.iter().map(|fill| format!("{} at {}", fill.quantity, rupees(fill.price))).collect();
    format!("{side} of {} ({})", order.request.symbol, parts.join(", "))
}

fn shares_of(fills: &[Fill]) -> u32 {
    fills.iter().map(|fill| fill.quantity).fold(0, u32::saturating_add)
}

/// Whole seconds: brokers tell no more.
const fn seconds(at: Timestamp) -> i64 {
    at.0.div_euclid(1_000)
}
