//! What is held: lots for the cost, buys for the history of a position.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::actions::Ratio;
use crate::ids::OrderId;
use crate::instruments::Symbol;
use crate::money::Paise;
use crate::orders::{Order, Purpose};
use crate::strategies::StrategyName;
use crate::time::Day;

use super::holding_change::{HeldBefore, HoldingPart, takes_part};

/// What one strategy holds of a symbol. At the broker the lots of all strategies are one position.
#[derive(Debug, Clone, PartialEq)]
pub struct Position {
    /// Symbol of the position.
    pub symbol: Symbol,
    /// The strategy whose lots they are.
    pub strategy: StrategyName,
    /// Shares, more than zero.
    pub quantity: u32,
    /// Mean cost of the lots still held, rounded half up, charges not included.
    pub average_price: Paise,
    /// Exact cost of the lots still held, charges not included.
    pub invested: Paise,
    /// Trading date of the first buy since nothing was held.
    pub opened_on: Day,
    /// Every buy since the position was opened, oldest first, also those whose lots have been sold.
    pub entries: Vec<PositionEntry>,
}

/// A buying order that is part of an open position.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PositionEntry {
    /// The order that it is about.
    pub order: OrderId,
    /// Purpose of the order: a first buy, a re-entry, or found at the broker.
    pub purpose: Purpose,
    /// Shares it has bought so far, in the shares of now: as many as corporate actions have made of them. 0 where an action left no
    /// whole share of it.
    pub quantity: u32,
    /// Mean price of its fills, rounded half up, in the shares of now; zero where there are none.
    pub price: Paise,
    /// RSI at its decision, over the sessions that the user has set (10 by default).
    pub rsi: Option<f64>,
    /// Trading date of its first fill.
    pub day: Day,
}

/// Shares that were bought together and are still held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenLot {
    /// The buying order.
    pub order: OrderId,
    /// Trading date of the buy (IST).
    pub bought_on: Day,
    /// Shares that are left of it, more than zero.
    pub quantity: u32,
    /// Price per share of the buy, in paise.
    pub price: Paise,
}

impl OpenLot {
    /// Cost of the shares that are left, charges not included.
    pub fn cost(&self) -> Paise {
        // Part of a fill whose whole value fitted.
        self.price.times(self.quantity).unwrap_or_default()
    }
}

/// A fill of a buying order, on its way into the holdings.
pub(super) struct Bought<'a> {
    pub order: &'a Order,
    pub quantity: u32,
    pub price: Paise,
    pub value: Paise,
    pub day: Day,
}

/// Shares that were bought together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Lot {
    quantity: u32,
    price: Paise,
    order: OrderId,
    bought_on: Day,
}

/// One order's part in the history of a position.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HeldEntry {
    /// The buying order.
    pub order: OrderId,
    /// Purpose of the order.
    pub purpose: Purpose,
    /// Shares it has bought so far.
    pub quantity: u32,
    /// What they cost, in paise.
    pub value: Paise,
    /// RSI at its decision.
    pub rsi: Option<f64>,
    /// Trading date of its first fill.
    pub day: Day,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Holding {
    symbol: Symbol,
    strategy: StrategyName,
    quantity: u32,
    opened_on: Day,
    /// Lots in the order of their dates; the first one is sold first.
    lots: Vec<Lot>,
    entries: Vec<HeldEntry>,
}

/// Every held symbol of each strategy, sorted by symbol, then by strategy.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Holdings(Vec<Holding>);

impl Holdings {
    pub fn symbols(&self) -> impl Iterator<Item = &Symbol> {
        self.0.chunk_by(|one, next| one.symbol == next.symbol).filter_map(|of| Some(&of.first()?.symbol))
    }

    /// Strategy and symbol of each holding.
    pub fn holders(&self) -> impl Iterator<Item = (StrategyName, &Symbol)> {
        self.0.iter().map(|holding| (holding.strategy, &holding.symbol))
    }

    /// Shares of all strategies.
    pub fn held(&self, symbol: &Symbol) -> u32 {
        // Each buy was checked to leave a sum that can be counted.
        self.of(symbol).iter().map(|holding| holding.quantity).fold(0, u32::saturating_add)
    }

    pub fn held_by(&self, strategy: StrategyName, symbol: &Symbol) -> u32 {
        self.find(strategy, symbol).map_or(0, |holding| holding.quantity)
    }

    /// Cost of the lots of all strategies.
    pub fn invested_in(&self, symbol: &Symbol) -> Paise {
        self.of(symbol).iter().map(Holding::invested).sum()
    }

    pub fn positions(&self) -> Vec<Position> {
        self.0.iter().map(Holding::position).collect()
    }

    pub fn position(&self, strategy: StrategyName, symbol: &Symbol) -> Option<Position> {
        self.find(strategy, symbol).map(Holding::position)
    }

    pub fn lots(&self, strategy: StrategyName, symbol: &Symbol) -> Vec<OpenLot> {
        self.find(strategy, symbol)
            .map_or_else(Vec::new, |holding| holding.lots.iter().map(Lot::outside).collect())
    }

    /// The lots and the history of a position; none of what is not held.
    pub fn whole(&self, strategy: StrategyName, symbol: &Symbol) -> (Vec<OpenLot>, Vec<HeldEntry>) {
        let Some(holding) = self.find(strategy, symbol) else { return (Vec::new(), Vec::new()) };
        (holding.lots.iter().map(Lot::outside).collect(), holding.entries.clone())
    }

    pub fn invested(&self) -> Paise {
        self.0.iter().map(Holding::invested).sum()
    }

    /// Adds a fill. The caller has checked that the shares fit.
    pub fn buy(&mut self, bought: Bought<'_>) {
        let (symbol, strategy) = (&bought.order.request.symbol, bought.order.strategy);
        let place = match self.place_of(strategy, symbol) {
            Ok(place) => place,
            Err(place) => {
                let (symbol, opened_on, lots, entries) = (symbol.clone(), bought.day, Vec::new(), Vec::new());
                self.0.insert(place, Holding { symbol, strategy, quantity: 0, opened_on, lots, entries });
                place
            }
        };
        if let Some(holding) = self.0.get_mut(place) {
            holding.buy(&bought);
        }
    }

    /// Takes shares from the oldest lots of a strategy and answers what they cost. The caller has checked that they are held.
    pub fn sell(&mut self, strategy: StrategyName, symbol: &Symbol, quantity: u32) -> Paise {
        let place = self.place_of(strategy, symbol).ok();
        let cost = place.and_then(|place| self.0.get_mut(place)).map(|holding| holding.sell(quantity));
        self.0.retain(|holding| holding.quantity > 0);
        cost.unwrap_or_default()
    }

    /// A copy with these symbols only.
    pub fn only(&self, symbols: &[Symbol]) -> Self {
        Self(symbols.iter().flat_map(|symbol| self.of(symbol)).cloned().collect())
    }

    /// Makes a symbol what it is in other holdings, where it may not be any more.
    pub fn replace(&mut self, symbol: &Symbol, with: &Self) {
        self.0.splice(self.range(symbol), with.of(symbol).iter().cloned());
    }

    /// What each strategy holds of a symbol from before an ex-date.
    pub fn before(&self, symbol: &Symbol, ex_day: Day) -> Vec<HeldBefore> {
        let held = |holding: &Holding| {
            let lots = holding.lots.iter().filter(|lot| takes_part(lot.bought_on, ex_day));
            let entries = holding.entries.iter().filter(|entry| takes_part(entry.day, ex_day));
            HeldBefore {
                symbol: holding.symbol.clone(),
                strategy: holding.strategy,
                lots: lots.map(Lot::outside).collect(),
                entries: entries.cloned().collect(),
            }
        };
        self.of(symbol).iter().map(held).filter(|held| !held.lots.is_empty()).collect()
    }

    /// Takes lots and entries out of a position and puts others in their place. Answers false, with the position in
    /// between, when what is to be taken out is not there.
    pub fn exchange(&mut self, part: &HoldingPart) -> bool {
        let HoldingPart { symbol, strategy, .. } = part;
        let place = match self.place_of(*strategy, symbol) {
            Ok(place) => place,
            Err(_) if part.after.is_empty() && part.before.is_empty() => return true,
            Err(place) => {
                let opened_on = part.after.first().map_or(Day::MIN, |lot| lot.bought_on);
                let (symbol, strategy, lots, entries) = (symbol.clone(), *strategy, Vec::new(), Vec::new());
                self.0.insert(place, Holding { symbol, strategy, quantity: 0, opened_on, lots, entries });
                place
            }
        };
        let exchanged = self.0.get_mut(place).is_some_and(|holding| holding.exchange(part));
        self.0.retain(|holding| holding.quantity > 0);
        exchanged
    }

    /// What each strategy holds of a symbol.
    fn of(&self, symbol: &Symbol) -> &[Holding] {
        self.0.get(self.range(symbol)).unwrap_or_default()
    }

    fn range(&self, symbol: &Symbol) -> Range<usize> {
        let from = self.0.partition_point(|holding| holding.symbol < *symbol);
        let until = self.0.partition_point(|holding| holding.symbol <= *symbol);
        from..until
    }

    fn find(&self, strategy: StrategyName, symbol: &Symbol) -> Option<&Holding> {
        self.0.get(self.place_of(strategy, symbol).ok()?)
    }

    fn place_of(&self, strategy: StrategyName, symbol: &Symbol) -> Result<usize, usize> {
        self.0.binary_search_by(|holding| (&holding.symbol, holding.strategy).cmp(&(symbol, strategy)))
    }
}

impl Holding {
    fn buy(&mut self, bought: &Bought<'_>) {
        let Bought { order, quantity, price, value, day } = *bought;
        self.quantity = self.quantity.saturating_add(quantity);
        self.opened_on = self.opened_on.min(day);
        // A fill that is told late takes the place of its date.
        let place = self.lots.partition_point(|lot| lot.bought_on <= day);
        match self.lots.get_mut(place.wrapping_sub(1)) {
            Some(lot) if lot.order == order.id && lot.price == price && lot.bought_on == day => {
                lot.quantity = lot.quantity.saturating_add(quantity);
            }
            _ => self.lots.insert(place, Lot { quantity, price, order: order.id, bought_on: day }),
        }
        match self.entries.iter_mut().find(|entry| entry.order == order.id) {
            Some(entry) => {
                entry.quantity = entry.quantity.saturating_add(quantity);
                entry.value += value;
                entry.day = entry.day.min(day);
            }
            None => {
                let place = self.entries.partition_point(|entry| entry.day <= day);
                let (purpose, rsi) = (order.request.purpose.clone(), order.request.rsi);
                self.entries.insert(place, HeldEntry { order: order.id, purpose, quantity, value, rsi, day });
            }
        }
    }

    fn sell(&mut self, quantity: u32) -> Paise {
        let mut left = quantity;
        let mut cost = Paise::ZERO;
        for lot in &mut self.lots {
            let taken = lot.quantity.min(left);
            // Part of a fill whose whole value fitted.
            cost += lot.price.times(taken).unwrap_or_default();
            lot.quantity -= taken;
            left -= taken;
        }
        self.lots.retain(|lot| lot.quantity > 0);
        self.quantity = self.quantity.saturating_sub(quantity);
        cost
    }

    fn exchange(&mut self, part: &HoldingPart) -> bool {
        if part.before.is_empty() && part.after.is_empty() {
            return true;
        }
        let inside = |lot: &OpenLot| Lot {
            quantity: lot.quantity,
            price: lot.price,
            order: lot.order,
            bought_on: lot.bought_on,
        };
        let (before, after): (Vec<Lot>, Vec<Lot>) =
            (part.before.iter().map(inside).collect(), part.after.iter().map(inside).collect());
        let exchanged = exchange(&mut self.lots, &before, &after, |lot| lot.bought_on)
            && exchange(&mut self.entries, &part.entries_before, &part.entries_after, |entry| entry.day);
        self.quantity = self.lots.iter().map(|lot| lot.quantity).fold(0, u32::saturating_add);
        let first = self.entries.iter().map(|entry| entry.day).min();
        self.opened_on = first.unwrap_or(self.opened_on);
        exchanged
    }

    fn invested(&self) -> Paise {
        self.lots.iter().map(|lot| lot.price.times(lot.quantity).unwrap_or_default()).sum()
    }

    fn position(&self) -> Position {
        let invested = self.invested();
        Position {
            symbol: self.symbol.clone(),
            strategy: self.strategy,
            quantity: self.quantity,
            average_price: mean(invested, self.quantity),
            invested,
            opened_on: self.opened_on,
            entries: self.entries.iter().map(HeldEntry::outside).collect(),
        }
    }
}

impl Lot {
    fn outside(&self) -> OpenLot {
        let Self { quantity, price, order, bought_on } = *self;
        OpenLot { order, bought_on, quantity, price }
    }
}

impl HeldEntry {
    /// The same cost for as many shares as the ratio gives.
    pub(super) fn scaled(&self, ratio: Ratio) -> Self {
        let (shares, _) = ratio.split(self.quantity);
        Self { quantity: u32::try_from(shares).unwrap_or(u32::MAX).max(1), ..self.clone() }
    }

    /// The same shares at another cost.
    pub(super) fn with_value(&self, value: Paise) -> Self {
        Self { value, ..self.clone() }
    }

    /// The shares and the cost of both, which are of one order.
    pub(super) fn and(&self, other: &Self) -> Self {
        let quantity = self.quantity.saturating_add(other.quantity);
        Self { quantity, value: self.value + other.value, ..self.clone() }
    }

    fn outside(&self) -> PositionEntry {
        PositionEntry {
            order: self.order,
            purpose: self.purpose.clone(),
            quantity: self.quantity,
            price: mean(self.value, self.quantity),
            rsi: self.rsi,
            day: self.day,
        }
    }
}

/// Takes `before` out of a list by date and puts `after` in its place, or where its dates belong. Answers false when
/// something of `before` is not there.
fn exchange<T: Clone + PartialEq>(
    list: &mut Vec<T>,
    before: &[T],
    after: &[T],
    day: impl Fn(&T) -> Day,
) -> bool {
    let mut place = None;
    for gone in before {
        let Some(at) = list.iter().position(|kept| kept == gone) else { return false };
        list.remove(at);
        place.get_or_insert(at);
    }
    match place {
        Some(place) => drop(list.splice(place..place, after.iter().cloned())),
        None => {
            for new in after {
                let place = list.partition_point(|kept| day(kept) <= day(new));
                list.insert(place, new.clone());
            }
        }
    }
    true
}

fn mean(value: Paise, quantity: u32) -> Paise {
    value.scale(1, i64::from(quantity)).unwrap_or_default()
}
