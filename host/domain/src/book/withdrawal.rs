//! A fill that the exchange annuls after it was reported.
//!
//! The books become what they would be had the fill never happened: the lots that are left come from folding the journal once
//! more without it, so what later sells took, and at which cost, follows too. An entry names the lots before and after, as that of
//! a corporate action does: a fold does no arithmetic, and needs no earlier entry.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::charges::{ChargeSchedule, DayFill};
use crate::ids::OrderId;
use crate::instruments::Symbol;
use crate::money::Paise;
use crate::orders::machine::transition;
use crate::orders::{Fill, JournalEntry, Order, OrderEvent, Side};
use crate::strategies::StrategyName;
use crate::time::Day;

use super::holdings::{Bought, Holdings};
use super::{Book, BookError, HoldingPart, OpenLot};

/// A fill that is taken back, and what becomes of the position with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FillWithdrawal {
    /// The fill as it was booked: its key, shares, price and time.
    pub fill: Fill,
    /// Why it is taken back, one sentence.
    pub reason: String,
    /// The lots and the history of the position of the order's strategy, before and after.
    pub part: HoldingPart,
}

/// A withdrawal whose consequences have been computed.
pub(super) struct Undone {
    holdings: Holdings,
    day: Day,
    day_fill: DayFill,
    cash: Paise,
    realised: Paise,
    /// The day's charges without the fill.
    charges: Paise,
}

/// Fills by order and key.
type Keys<'a> = BTreeSet<(OrderId, &'a str)>;

impl Book {
    /// Returns what takes fills of an order back, one after the other. `journal` is the user's whole journal.
    ///
    /// # Errors
    /// When a fill is not in the books, when its shares were sold since and nothing else could have been sold in their place, or
    /// when the journal does not lead to these books.
    pub fn plan_withdrawals(
        &self,
        journal: &[JournalEntry],
        order: OrderId,
        keys: &[String],
        reason: &str,
    ) -> Result<Vec<FillWithdrawal>, BookError> {
        let missing = |key: &str| BookError::NoSuchFill { order, key: key.to_owned() };
        let known = self.order(&order).ok_or_else(|| missing(keys.first().map_or("", String::as_str)))?;
        let (strategy, symbol) = (known.strategy, &known.request.symbol);
        let standing = standing_entries(journal);
        let mut left_out = Keys::new();
        let (mut lots, mut entries) = self.holdings.whole(strategy, symbol);
        let now = held_without(&standing, (strategy, symbol), &left_out)?.whole(strategy, symbol);
        if now != (lots.clone(), entries.clone()) {
            let what = format!("taking fills of order {order} back");
            return Err(BookError::HoldingDiffers { symbol: symbol.clone(), what });
        }
        let mut withdrawals = Vec::new();
        for key in keys {
            let fill = standing
                .iter()
                .find_map(|entry| fill_of(entry).filter(|_| entry.order == order && is(entry, key)));
            let fill = fill.ok_or_else(|| missing(key))?.clone();
            left_out.insert((order, key.as_str()));
            let sold = |error| match error {
                BookError::SoldMoreThanHeld { .. } if known.request.side == Side::Buy => {
                    let all: Keys<'_> = keys.iter().map(|key| (order, key.as_str())).collect();
                    let quantity = sold_beyond(&standing, known, &all);
                    BookError::WithdrawnSharesSold { order, symbol: symbol.clone(), quantity }
                }
                error => error,
            };
            let without = held_without(&standing, (strategy, symbol), &left_out).map_err(sold)?;
            let (after, entries_after) = without.whole(strategy, symbol);
            let part = HoldingPart {
                symbol: symbol.clone(),
                strategy,
                before: std::mem::replace(&mut lots, after.clone()),
                after,
                entries_before: std::mem::replace(&mut entries, entries_after.clone()),
                entries_after,
                income: Paise::ZERO,
            };
            withdrawals.push(FillWithdrawal { fill, reason: reason.to_owned(), part });
        }
        Ok(withdrawals)
    }

    /// Computes everything that may fail about taking a fill back.
    pub(super) fn prepare_withdrawal(
        &self,
        order: &Order,
        withdrawal: &FillWithdrawal,
    ) -> Result<Undone, BookError> {
        let FillWithdrawal { fill, part, .. } = withdrawal;
        let (symbol, side) = (&order.request.symbol, order.request.side);
        let what = || format!("taking fill {} of order {} back", fill.key, order.id);
        let shares = |lots: &[OpenLot]| lots.iter().map(|lot| i64::from(lot.quantity)).sum::<i64>();
        let back = match side {
            Side::Buy => -i64::from(fill.quantity),
            Side::Sell => i64::from(fill.quantity),
        };
        let is_of_order = part.symbol == *symbol && part.strategy == order.strategy;
        if !is_of_order || part.income != Paise::ZERO || shares(&part.after) - shares(&part.before) != back {
            return Err(BookError::Unbalanced { what: what() });
        }
        if u32::try_from(i64::from(self.held(symbol)).saturating_add(back)).is_err() {
            return Err(BookError::TooManySharesByAction { symbol: symbol.clone(), what: what() });
        }
        let mut holdings = self.holdings.only(std::slice::from_ref(symbol));
        if !holdings.exchange(part) {
            return Err(BookError::HoldingDiffers { symbol: symbol.clone(), what: what() });
        }
        // `transition` has refused values that do not fit.
        let value = fill.price.times(fill.quantity).unwrap_or_default();
        let cash = match side {
            Side::Buy => value,
            Side::Sell => -value,
        };
        let (quantity, price, day) = (fill.quantity, fill.price, fill.at.ist_day());
        let day_fill = DayFill { symbol: symbol.clone(), side, quantity, price };
        let charges = self.days.charges_without(day, &day_fill, ChargeSchedule::embedded()?, &self.plan)?;
        let charges = charges.ok_or_else(|| BookError::WithdrawnTooLate { key: fill.key.clone(), day })?;
        // What later sells earned changes by what other lots cost than those that they took: cash and cost stay conserved.
        let realised = cash + holdings.invested_in(symbol) - self.invested_in(symbol);
        Ok(Undone { holdings, day, day_fill, cash, realised, charges })
    }

    /// Takes a fill back. Nothing of it can fail.
    pub(super) fn commit_withdrawal(&mut self, order: &Order, undone: Undone) {
        let Undone { holdings, day, day_fill, cash, realised, charges } = undone;
        self.holdings.replace(&order.request.symbol, &holdings);
        self.cash += cash;
        self.realised += realised;
        let added = self.days.withdraw(day, &day_fill, (order.strategy, realised), charges);
        self.results.withdraw(order.strategy, realised, added);
        self.charges += added;
        self.cash -= added;
    }
}

/// Returns the entries of a journal without the fills that were taken back, and without what took them back: their fold is the books
/// as they would be had those fills never happened.
pub fn standing_entries(journal: &[JournalEntry]) -> Vec<&JournalEntry> {
    let mut booked: BTreeMap<(OrderId, &str), usize> = BTreeMap::new();
    let mut gone = BTreeSet::new();
    for (place, entry) in journal.iter().enumerate() {
        match &entry.event {
            OrderEvent::Filled(fill) => {
                booked.insert((entry.order, fill.key.as_str()), place);
            }
            OrderEvent::FillWithdrawn(withdrawal) => {
                gone.insert(place);
                gone.extend(booked.remove(&(entry.order, withdrawal.fill.key.as_str())));
            }
            _ => {}
        }
    }
    journal.iter().enumerate().filter(|(place, _)| !gone.contains(place)).map(|(_, entry)| entry).collect()
}

fn fill_of(entry: &JournalEntry) -> Option<&Fill> {
    if let OrderEvent::Filled(fill) = &entry.event { Some(fill) } else { None }
}

fn is(entry: &JournalEntry, key: &str) -> bool {
    fill_of(entry).is_some_and(|fill| fill.key == key)
}

/// What a journal leaves of a position when some fills are left out.
fn held_without(
    journal: &[&JournalEntry],
    (strategy, symbol): (StrategyName, &Symbol),
    left_out: &Keys<'_>,
) -> Result<Holdings, BookError> {
    let mut holdings = Holdings::default();
    let mut orders: BTreeMap<OrderId, Order> = BTreeMap::new();
    for entry in journal {
        match &entry.event {
            OrderEvent::Intended { request, strategy: of, .. }
                if *of == strategy && request.symbol == *symbol =>
            {
                orders.insert(entry.order, transition(None, entry)?.order);
            }
            OrderEvent::Filled(fill) if !left_out.contains(&(entry.order, fill.key.as_str())) => {
                if let Some(order) = orders.get(&entry.order) {
                    trade(&mut holdings, order, fill)?;
                }
            }
            OrderEvent::HoldingChanged(change) => {
                let of =
                    change.parts.iter().filter(|part| part.symbol == *symbol && part.strategy == strategy);
                for part in of {
                    if !holdings.exchange(part) {
                        let (symbol, what) = (symbol.clone(), change.what.clone());
                        return Err(BookError::HoldingDiffers { symbol, what });
                    }
                }
            }
            _ => {}
        }
    }
    Ok(holdings)
}

/// Shares that were sold of those that some fills of a buy brought: what sells had too few for without them. They are counted up to the
/// next corporate action of the share, after which shares are others.
fn sold_beyond(journal: &[&JournalEntry], buy: &Order, left_out: &Keys<'_>) -> u32 {
    let (strategy, symbol) = (buy.strategy, &buy.request.symbol);
    let mut sides: BTreeMap<OrderId, Side> = BTreeMap::new();
    let (mut held, mut missing) = (0_u32, 0_u32);
    for entry in journal {
        match &entry.event {
            OrderEvent::Intended { request, strategy: of, .. }
                if *of == strategy && request.symbol == *symbol =>
            {
                sides.insert(entry.order, request.side);
            }
            OrderEvent::Filled(fill) if !left_out.contains(&(entry.order, fill.key.as_str())) => {
                match sides.get(&entry.order) {
                    Some(Side::Buy) => held = held.saturating_add(fill.quantity),
                    Some(Side::Sell) => {
                        missing = missing.saturating_add(fill.quantity.saturating_sub(held));
                        held = held.saturating_sub(fill.quantity);
                    }
                    None => {}
                }
            }
            OrderEvent::HoldingChanged(change) => {
                let is_of_it = |part: &&HoldingPart| part.symbol == *symbol && part.strategy == strategy;
                match change.parts.iter().find(is_of_it) {
                    Some(_) if missing > 0 => break,
                    Some(part) => {
                        held = part.after.iter().map(|lot| lot.quantity).fold(0, u32::saturating_add)
                    }
                    None => {}
                }
            }
            _ => {}
        }
    }
    missing
}

fn trade(holdings: &mut Holdings, order: &Order, fill: &Fill) -> Result<(), BookError> {
    let (symbol, quantity, price) = (&order.request.symbol, fill.quantity, fill.price);
    match order.request.side {
        Side::Buy => {
            let value = price.times(quantity).unwrap_or_default();
            holdings.buy(Bought { order, quantity, price, value, day: fill.at.ist_day() });
        }
        Side::Sell => {
            let held = holdings.held_by(order.strategy, symbol);
            if held < quantity {
                let (order, symbol, sold) = (order.id, symbol.clone(), quantity);
                return Err(BookError::SoldMoreThanHeld { order, symbol, sold, held });
            }
            holdings.sell(order.strategy, symbol, quantity);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
