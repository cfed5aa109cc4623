//! Taking fills back in the books, once nothing is offered of their shares.

use prahari_brokers::{BrokerOrder, BrokerOrderState};
use prahari_domain::book::{FillWithdrawal, TimedEvent};
use prahari_domain::ids::OrderId;
use prahari_domain::numbers::counted;
use prahari_domain::orders::{Fill, JournalEntry, Order, OrderEvent, Side};
use prahari_domain::time::Timestamp;

use super::words::{not_booked, shares_of};
use super::{Asked, Gone, Question};
use crate::desk::Desk;
use crate::error::AppError;

/// Why a fill is taken back that two readings did not show.
const ANNULLED: &str =
    "the exchange has annulled it: the broker's order and its list of executions do not have it any more";

impl Desk {
    /// Takes fills of an order back; answers whether that was possible.
    pub(super) async fn take_back(
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
                let (gone, detail) = (Some(gone.clone()), not_booked(order, &fills, &error));
                self.ask_person(order.id, Asked { gone, question: Question::NotBooked, detail });
                return Ok(false);
            }
        };
        self.book_without(order, Some(known), (withdrawals, &fills), now).await
    }

    /// Books that fills of an order are taken back, once nothing is offered of their shares; answers whether it was booked.
    pub(super) async fn book_without(
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
        self.note_taken_back(id, fills);
        Ok(true)
    }

    fn note_taken_back(&mut self, id: OrderId, fills: &[Fill]) {
        self.annulled.suspected.remove(&id);
        self.annulled.stuck.remove(&id);
        // All of it that was not shown is taken back.
        self.annulled.asked.remove(&id);
        for fill in fills {
            self.annulled.note(id, fill.clone());
        }
        self.tell_gone(id);
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

    /// The user's journal, what is queued for it included.
    pub(super) async fn whole_journal(&self) -> Result<Vec<JournalEntry>, AppError> {
        self.trading.store.flush().await?;
        Ok(self.scope().load_journal(0).await?)
    }
}

/// The fills of these keys that the journal has of an order; of one that was told twice the later.
pub(super) fn newest_of(journal: &[JournalEntry], order: OrderId, keys: &[String]) -> Vec<Fill> {
    let of_key = |key: &String| {
        journal.iter().rev().filter(|entry| entry.order == order).find_map(|entry| match &entry.event {
            OrderEvent::Filled(fill) if fill.key == *key => Some(fill.clone()),
            _ => None,
        })
    };
    keys.iter().filter_map(of_key).collect()
}

/// Whole seconds: brokers tell no more.
const fn seconds(at: Timestamp) -> i64 {
    at.0.div_euclid(1_000)
}
