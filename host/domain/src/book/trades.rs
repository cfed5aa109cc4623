//! Trades that are over, and what each line of the contract notes came to.
//!
//! The books keep what is held and sums of what was realised, not which buy was matched with which sell. [`Trades`] folds the fills
//! of a journal once more by the rules of the books: the same lots are taken first, and each fill costs what it made the contract
//! note of its day grow. So the results add up to [`Book::realised`](super::Book::realised), the charges of what is closed and of
//! what is held to [`Book::charges`](super::Book::charges). A fill that makes the note smaller makes others of its day cheaper
//! (`savings` beside it): nothing costs less than nothing.

mod savings;

use std::collections::{BTreeMap, BTreeSet};

use crate::charges::{self, BrokeragePlan, ChargeSchedule, ChargesError, ContractNote, DayFill};
use crate::ids::OrderId;
use crate::instruments::Symbol;
use crate::money::Paise;
use crate::orders::{Fill, Side};
use crate::strategies::StrategyName;
use crate::time::Day;

use super::{HoldingChange, KEPT_DAYS};
use savings::{Saver, take_what_is_below_zero};

/// A fill, with what its order says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderFill {
    /// The order that was filled.
    pub order: OrderId,
    /// Its symbol.
    pub symbol: Symbol,
    /// Its side.
    pub side: Side,
    /// The strategy that it belongs to.
    pub strategy: StrategyName,
    /// The fill itself.
    pub fill: Fill,
}

/// What trades are folded of.
#[derive(Debug, Clone, PartialEq)]
pub enum TradeEvent {
    /// A fill.
    Fill(OrderFill),
    /// What a corporate action made of lots.
    Change(HoldingChange),
}

/// Shares that were bought by one order and sold by another, first in, first out. Prices and amounts in paise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosedLot {
    /// Place in the order in which the sells were booked, from 1. It never changes, because the journal only grows.
    pub number: u64,
    /// Symbol of the share.
    pub symbol: Symbol,
    /// The strategy whose lot it was.
    pub strategy: StrategyName,
    /// Shares, more than zero.
    pub quantity: u32,
    /// The buying order.
    pub bought_by: OrderId,
    /// Trading date of the buy (IST).
    pub bought_on: Day,
    /// Price per share of the buy.
    pub buy_price: Paise,
    /// The selling order.
    pub sold_by: OrderId,
    /// Trading date of the sell (IST).
    pub sold_on: Day,
    /// Price per share of the sell.
    pub sell_price: Paise,
    /// By how much these shares made the contract notes of both dates grow, in proportion to the shares of each fill. What several
    /// trades of a day share, such as a charge that is rounded to the rupee, stands with the first of them. Never below zero: by
    /// what a trade makes a note smaller than nothing is left of its own charges, other trades of that date cost less.
    pub charges: Paise,
}

impl ClosedLot {
    /// Returns the calendar days from the buy to the sell; 0 within one day.
    pub fn days_held(&self) -> i64 {
        self.sold_on.signed_duration_since(self.bought_on).num_days()
    }

    /// Sale value less cost, charges not included.
    pub fn gross(&self) -> Paise {
        // Both values were checked to fit when they were booked.
        let value = |price: Paise| price.times(self.quantity).unwrap_or_default();
        value(self.sell_price) - value(self.buy_price)
    }

    /// Sale value less cost and charges.
    pub fn net(&self) -> Paise {
        self.gross() - self.charges
    }

    /// Returns whether the other one is of the same orders, dates and prices.
    fn continues(&self, other: &Self) -> bool {
        let of = |lot: &Self| {
            (lot.bought_by, lot.bought_on, lot.buy_price, lot.sold_by, lot.sold_on, lot.sell_price)
        };
        of(self) == of(other)
    }
}

/// The trades of one user: a fold over their fills, in the order of the journal.
#[derive(Debug, Clone)]
pub struct Trades {
    plan: BrokeragePlan,
    lots: BTreeMap<(StrategyName, Symbol), Vec<Lot>>,
    closed: Vec<ClosedLot>,
    notes: BTreeMap<Day, ContractNote>,
    /// Charges of shares that a corporate action left nothing of.
    charges_of_none: Paise,
    /// Days whose note still grows, as the books keep them.
    recent: BTreeMap<Day, RecentDay>,
}

/// Shares that were bought together and are not sold.
#[derive(Debug, Clone)]
struct Lot {
    order: OrderId,
    day: Day,
    price: Paise,
    quantity: u32,
    charges: Paise,
}

/// The fills of a day, and its note with all of them.
#[derive(Debug, Clone, Default)]
struct RecentDay {
    fills: Vec<DayFill>,
    note: ContractNote,
    /// Places of the closed lots that were bought or sold on it.
    closed: BTreeSet<usize>,
}

impl Trades {
    /// No trades yet, of a user who is charged by this plan.
    pub fn new(plan: BrokeragePlan) -> Self {
        let (lots, notes, recent) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self { plan, lots, closed: Vec::new(), notes, charges_of_none: Paise::ZERO, recent }
    }

    /// Folds the next fill or change of holdings of the journal.
    ///
    /// # Errors
    /// When the rates of a fill's day are not known.
    pub fn fold(&mut self, event: &TradeEvent) -> Result<(), ChargesError> {
        match event {
            TradeEvent::Fill(fill) => self.book(fill),
            TradeEvent::Change(change) => {
                self.change(change);
                Ok(())
            }
        }
    }

    /// Folds the next fill of the journal.
    ///
    /// # Errors
    /// When the rates of its day are not known.
    pub fn book(&mut self, filled: &OrderFill) -> Result<(), ChargesError> {
        let charges = self.charge(filled)?;
        match filled.side {
            Side::Buy => self.buy(filled, charges),
            Side::Sell => self.sell(filled, charges),
        }
        Ok(())
    }

    /// Folds what a corporate action made of the lots. Charges go with the shares.
    pub fn change(&mut self, change: &HoldingChange) {
        let mut charges = Paise::ZERO;
        for part in &change.parts {
            let key = (part.strategy, part.symbol.clone());
            let lots = self.lots.entry(key).or_default();
            let gone = |lot: &Lot| {
                part.before.iter().any(|before| before.order == lot.order && before.bought_on == lot.day)
            };
            let place = lots.iter().position(gone);
            charges += lots.iter().filter(|lot| gone(lot)).map(|lot| lot.charges).sum();
            lots.retain(|lot| !gone(lot));
            let mut left: u32 = part.after.iter().map(|lot| lot.quantity).fold(0, u32::saturating_add);
            for (number, lot) in part.after.iter().enumerate() {
                let own = share(charges, lot.quantity, left);
                charges -= own;
                left = left.saturating_sub(lot.quantity);
                let (order, day, price, quantity) = (lot.order, lot.bought_on, lot.price, lot.quantity);
                let at = place.map_or_else(
                    || lots.partition_point(|kept| kept.day <= day),
                    |place| place.saturating_add(number),
                );
                lots.insert(at.min(lots.len()), Lot { order, day, price, quantity, charges: own });
            }
        }
        // What belonged to shares of which nothing is left stands with the closing of nothing: it is kept, so that charges
        // of what is closed and of what is held add up.
        self.charges_of_none += charges;
    }

    /// Returns what was bought and sold again, in the order in which the sells were booked.
    pub fn closed(&self) -> &[ClosedLot] {
        &self.closed
    }

    /// Returns the contract note of each date with fills, by date.
    pub fn notes(&self) -> impl Iterator<Item = (Day, &ContractNote)> {
        self.notes.iter().map(|(day, note)| (*day, note))
    }

    /// Returns the part of the charges that stands with shares which are still held, or of which a corporate action left nothing.
    pub fn charges_of_held(&self) -> Paise {
        self.charges_of_none + self.lots.values().flatten().map(|lot| lot.charges).sum()
    }

    /// Books the charges of a fill; by how much the notes grew (they shrink when a trade turns delivery into intraday).
    fn charge(&mut self, filled: &OrderFill) -> Result<Paise, ChargesError> {
        let Fill { quantity, price, at, .. } = filled.fill;
        let day = at.ist_day();
        let day_fill = DayFill { symbol: filled.symbol.clone(), side: filled.side, quantity, price };
        let recent = self.recent.entry(day).or_default();
        recent.fills.push(day_fill);
        let note = charges::note(&recent.fills, day, ChargeSchedule::embedded()?, &self.plan)?;
        let growth = note - recent.note;
        recent.note = note;
        let whole = self.notes.entry(day).or_default();
        *whole = *whole + growth;
        if let Some(newest) = self.recent.keys().next_back().copied() {
            self.recent.retain(|day, _| newest.signed_duration_since(*day).num_days() <= KEPT_DAYS);
        }
        Ok(growth.total())
    }

    fn buy(&mut self, filled: &OrderFill, mut charges: Paise) {
        let Fill { quantity, price, at, .. } = filled.fill;
        let day = at.ist_day();
        let saved = take_what_is_below_zero(&mut charges);
        self.spread(saved, Saver { day, symbol: &filled.symbol, side: Side::Buy });
        let lots = self.lots.entry((filled.strategy, filled.symbol.clone())).or_default();
        // A fill that is told late takes the place of its date.
        let place = lots.partition_point(|lot| lot.day <= day);
        lots.insert(place, Lot { order: filled.order, day, price, quantity, charges });
    }

    fn sell(&mut self, filled: &OrderFill, charges: Paise) {
        let Fill { quantity, price, at, .. } = filled.fill;
        // The books have refused a sell of more than is held.
        let Some(lots) = self.lots.get_mut(&(filled.strategy, filled.symbol.clone())) else { return };
        let (mut left, mut charges_left) = (quantity, charges);
        // The last lot may be of the same sell.
        let from = self.closed.len().saturating_sub(1);
        for lot in lots.iter_mut() {
            let taken = lot.quantity.min(left);
            if taken == 0 {
                continue;
            }
            let of_buy = share(lot.charges, taken, lot.quantity);
            let of_sell = share(charges_left, taken, left);
            lot.charges -= of_buy;
            lot.quantity -= taken;
            charges_left -= of_sell;
            left -= taken;
            let closed = ClosedLot {
                number: (self.closed.len() as u64).saturating_add(1),
                symbol: filled.symbol.clone(),
                strategy: filled.strategy,
                quantity: taken,
                bought_by: lot.order,
                bought_on: lot.day,
                buy_price: lot.price,
                sold_by: filled.order,
                sold_on: at.ist_day(),
                sell_price: price,
                charges: of_buy + of_sell,
            };
            match self.closed.last_mut().filter(|last| last.continues(&closed)) {
                Some(last) => {
                    last.quantity = last.quantity.saturating_add(closed.quantity);
                    last.charges += closed.charges;
                }
                None => self.closed.push(closed),
            }
        }
        lots.retain(|lot| lot.quantity > 0);
        self.level_closed(from, Saver { day: at.ist_day(), symbol: &filled.symbol, side: Side::Sell });
    }
}

/// The part of an amount that belongs to `part` of `whole` shares. What is left after the last part is nothing.
fn share(amount: Paise, part: u32, whole: u32) -> Paise {
    amount.scale(part.into(), whole.into()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
