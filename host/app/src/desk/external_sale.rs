//! Shares of the books that were sold outside: offers of them are withdrawn, and the sale is booked.
//!
//! It is an order of the journal that nobody sent, of the purpose `external`: so charges, results and contract notes are those of any
//! other sale. Its fills are those that the broker's book shows of orders that are not ours; where it shows none, one at the last
//! price, whose key says that it is an estimate.

use std::collections::BTreeMap;

use prahari_brokers::Holding;
use prahari_domain::book::TimedEvent;
use prahari_domain::ids::{OrderId, RunId};
use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::numbers::counted;
use prahari_domain::orders::{
    Fill, Order, OrderEvent, OrderKind, OrderRequest, OrderState, Product, Purpose, Side, Variety,
};
use prahari_domain::strategies::StrategyName;
use prahari_domain::time::{Day, Timestamp};
use prahari_store::{DifferenceCause, DifferenceEnd, DifferenceState};

use super::Desk;
use super::external::Reading;
use super::their_book::TheirBook;
use crate::error::AppError;

/// What the broker and all differences were when something was found missing.
type Seen<'a> = (&'a BTreeMap<Symbol, Holding>, &'a [(Symbol, Reading)]);

impl Desk {
    /// Books shares as sold that the broker has no more: those of others first, then ours. What nothing explains is shown instead.
    pub(super) async fn settle_missing(
        &mut self,
        symbol: &Symbol,
        reading: Reading,
        seen: Seen<'_>,
        theirs: &TheirBook,
        now: Timestamp,
    ) -> Result<(), AppError> {
        let missing = reading.excess().unsigned_abs();
        let missing = u32::try_from(missing).unwrap_or(u32::MAX);
        let of_others = missing.min(reading.of_others);
        let of_ours = missing - of_others;
        let shown = theirs.fills_of_others(symbol, Side::Sell, now.ist_day(), &self.book);
        // What was shown earlier than these explained shares of others before.
        let earlier = total(&shown).saturating_sub(missing);
        let fills = part_of(shown, earlier.saturating_add(of_others), of_ours);
        let is_shown = total(&fills) == of_ours;
        if !is_shown && of_ours.saturating_sub(total(&fills)) <= self.on_their_way(symbol, now) {
            self.outside.look_later(symbol);
            return Ok(());
        }
        if of_ours > 0 {
            let fills =
                if is_shown { Ok(fills) } else { self.estimated(symbol, of_ours, fills, seen, now).await };
            let fills = match fills {
                Ok(fills) => fills,
                Err(why) => {
                    let detail = format!("{symbol}: {}, and {why}", reading.in_words());
                    let seen = reading.as_seen(symbol, DifferenceCause::Unexplained, None, detail, now);
                    return self.show(seen).await;
                }
            };
            if !self.withdraw_offers(symbol, of_ours, is_shown, reading, now).await? {
                return Ok(());
            }
            self.book_sale(symbol, of_ours, &fills, now).await?;
            let sold = counted(of_ours, "was", "were");
            let detail = format!("{symbol}: {}; {sold} sold outside", reading.in_words());
            let difference = reading.as_seen(symbol, DifferenceCause::ExternalSale, None, detail, now);
            let end = DifferenceEnd {
                price: mean(&fills),
                estimated: !is_shown,
                ..DifferenceEnd::by_itself(DifferenceState::Booked, now)
            };
            self.scope().keep_ended_difference(difference, end).await?;
        }
        if of_others > 0 {
            self.leave_to_others(symbol, reading.of_others - of_others).await?;
        }
        self.is_over(symbol.clone(), "the shares were sold outside, and the books say so");
        Ok(())
    }

    /// Shares of a symbol that were bought so lately that they may be in none of the broker's lists: no longer a position of today,
    /// and not settled yet.
    fn on_their_way(&self, symbol: &Symbol, now: Timestamp) -> u32 {
        let calendar = self.trading.calendar.current();
        // In the morning of the day of settlement they may be in neither list. One more day is for a settlement holiday that
        // nobody has entered: shares that are missing are booked as sold.
        let is_under_way = |bought: Day| {
            let settled = calendar.settlement_day(bought).and_then(|day| calendar.next_open(day));
            settled.map_or(true, |settled| settled >= now.ist_day())
        };
        self.bought_when(symbol, is_under_way)
    }

    /// Shares of a symbol, of all strategies, in lots that were bought on dates of which something holds.
    pub(super) fn bought_when(&self, symbol: &Symbol, holds: impl Fn(Day) -> bool) -> u32 {
        let holders = self.book.holders().filter(|(_, held)| *held == symbol);
        let lots = holders.flat_map(|(strategy, held)| self.book.lots(strategy, held));
        lots.filter(|lot| holds(lot.bought_on)).map(|lot| lot.quantity).fold(0, u32::saturating_add)
    }

    async fn leave_to_others(&mut self, symbol: &Symbol, quantity: u32) -> Result<(), AppError> {
        self.scope().save_shares_of_others(symbol.clone(), quantity).await?;
        match quantity {
            0 => self.outside.of_others.remove(symbol),
            _ => self.outside.of_others.insert(symbol.clone(), quantity),
        };
        Ok(())
    }

    /// The fills that are shown, and for the rest one at the last price; or why nobody can say that it was sold.
    async fn estimated(
        &self,
        symbol: &Symbol,
        quantity: u32,
        mut shown: Vec<Fill>,
        (theirs, all): Seen<'_>,
        now: Timestamp,
    ) -> Result<Vec<Fill>, String> {
        if theirs.is_empty() {
            return Err("its list of shares is empty, so nothing of it is believed".to_owned());
        }
        let of_size = |(_, other): &&(Symbol, Reading)| {
            other.ours == 0 && other.of_others == 0 && other.excess() == i64::from(quantity)
        };
        if let Some((other, _)) = all.iter().find(of_size) {
            return Err(format!("it holds as many of {other}, which may be another name of the share"));
        }
        let last = self.last_prices(std::slice::from_ref(symbol), now).await;
        let Some((_, price)) = last.into_iter().next() else {
            return Err("its last price is not known".to_owned());
        };
        shown.push(Fill::estimated(quantity.saturating_sub(total(&shown)), price, now));
        Ok(shown)
    }

    /// Withdraws the offers that stand in the way: of a strategy that loses shares those that exceed what is left, and all of the
    /// symbol where no sale is shown, because they may be what was sold. Returns whether all is still as it was seen.
    pub(super) async fn withdraw_offers(
        &mut self,
        symbol: &Symbol,
        quantity: u32,
        is_shown: bool,
        seen: Reading,
        now: Timestamp,
    ) -> Result<bool, AppError> {
        let offers = self.offers_in_the_way(symbol, quantity, is_shown);
        if offers.is_empty() {
            return Ok(true);
        }
        let sold = counted(quantity, &format!("share of {symbol} was"), &format!("shares of {symbol} were"));
        let reason = format!("{sold} sold outside, and the offer is of more than is left");
        if !self.take_offers_back(offers, &reason, now).await? {
            return Ok(false);
        }
        let theirs = self.ask_holdings().await?;
        Ok(self.reading(symbol, &theirs) == seen)
    }

    /// Withdraws offers, and reads the broker's book after that. Returns whether all of them have ended and nothing was executed
    /// meanwhile.
    pub(super) async fn take_offers_back(
        &mut self,
        offers: Vec<Order>,
        reason: &str,
        now: Timestamp,
    ) -> Result<bool, AppError> {
        for order in &offers {
            let answer = self.cancel_at_broker(order.id, reason, Self::of_host(order.strategy, now)).await?;
            if answer.is_err() {
                // It may be executed meanwhile: the next minute sees what became of it.
                return Ok(false);
            }
        }
        let book = self.ask_book().await?;
        for order in offers {
            let Some(order) = self.book.order(&order.id).cloned() else { return Ok(false) };
            if book.find(&order, &self.book).is_none() || self.catch_up_fills(&order, &book, now).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn offers_in_the_way(&self, symbol: &Symbol, quantity: u32, is_shown: bool) -> Vec<Order> {
        let offers = || {
            let of_symbol =
                move |order: &&Order| order.request.symbol == *symbol && order.request.side == Side::Sell;
            self.book.active_orders().filter(of_symbol)
        };
        if !is_shown {
            return offers().cloned().collect();
        }
        let mut in_the_way = Vec::new();
        for (strategy, taken) in self.book.taken_outside(symbol, quantity) {
            let of_strategy = || offers().filter(move |order| order.strategy == strategy);
            let offered: u64 = of_strategy().map(|order| u64::from(order.remaining())).sum();
            let left = self.book.held_by(strategy, symbol).saturating_sub(taken);
            if offered > u64::from(left) {
                in_the_way.extend(of_strategy().cloned());
            }
        }
        in_the_way
    }

    /// Books a sale of as many shares as the fills have, from the oldest lots, each strategy by an order of its own.
    pub(super) async fn book_sale(
        &mut self,
        symbol: &Symbol,
        quantity: u32,
        fills: &[Fill],
        now: Timestamp,
    ) -> Result<(), AppError> {
        let mut before = 0_u32;
        let mut parts = Vec::new();
        for (strategy, taken) in self.book.taken_outside(symbol, quantity) {
            parts.push((strategy, part_of(fills.to_vec(), before, taken)));
            before = before.saturating_add(taken);
        }
        self.book_external(symbol, Side::Sell, parts, now).await
    }

    /// Books executions that no order of ours brought, for each strategy by an order of its own, all of them in one write.
    pub(super) async fn book_external(
        &mut self,
        symbol: &Symbol,
        side: Side,
        parts: Vec<(StrategyName, Vec<Fill>)>,
        now: Timestamp,
    ) -> Result<(), AppError> {
        let first = self.book.next_order_id(now.ist_day());
        let mut events: Vec<TimedEvent> = Vec::new();
        for (number, (strategy, fills)) in (first.number..).zip(parts) {
            let id = OrderId { number, ..first };
            let quantity = total(&fills);
            events.push((id, now, intended(symbol, side, quantity, strategy, now)));
            events.extend(fills.into_iter().map(|fill| (id, now, OrderEvent::Filled(fill))));
        }
        self.record_durably(events).await
    }
}

/// The intent of an order that others have placed. It was never sent by us, so it has no tag.
fn intended(
    symbol: &Symbol,
    side: Side,
    quantity: u32,
    strategy: StrategyName,
    now: Timestamp,
) -> OrderEvent {
    let request = OrderRequest {
        symbol: symbol.clone(),
        side,
        quantity,
        kind: OrderKind::Market,
        variety: Variety::Regular,
        product: Product::Delivery,
        purpose: Purpose::External,
        signal: None,
        rsi: None,
        retry_of: None,
    };
    OrderEvent::Intended { request, run: RunId(0), first_placed_at: now, strategy, tag: None }
}

/// As many shares of the fills as there are, up to `quantity`, after the first `skipped`.
fn part_of(fills: Vec<Fill>, skipped: u32, quantity: u32) -> Vec<Fill> {
    let (mut skipped, mut left) = (skipped, quantity);
    let mut part = Vec::new();
    for fill in fills {
        let passed = fill.quantity.min(skipped);
        skipped -= passed;
        let taken = (fill.quantity - passed).min(left);
        left -= taken;
        if taken > 0 {
            part.push(Fill { quantity: taken, ..fill });
        }
    }
    part
}

/// Shares of all fills.
fn total(fills: &[Fill]) -> u32 {
    fills.iter().map(|fill| fill.quantity).fold(0, u32::saturating_add)
}

/// The newest fills that make up this many shares; none when they are fewer.
pub(super) fn newest(fills: Vec<Fill>, quantity: u32) -> Option<Vec<Fill>> {
    let earlier = total(&fills).checked_sub(quantity)?;
    Some(part_of(fills, earlier, quantity))
}

/// Mean price of fills; none when there are no shares.
pub(super) fn mean(fills: &[Fill]) -> Option<Paise> {
    let shares: i64 = fills.iter().map(|fill| i64::from(fill.quantity)).sum();
    let value: Paise = fills.iter().filter_map(|fill| fill.price.times(fill.quantity)).sum();
    if shares == 0 { None } else { value.scale(1, shares) }
}

/// Keys of the fills of others that are booked already.
pub(super) fn is_booked(order: &Order, key: &str) -> bool {
    order.request.purpose == Purpose::External
        && order.state == OrderState::Filled
        && order.fill_keys.iter().any(|known| known == key)
}
