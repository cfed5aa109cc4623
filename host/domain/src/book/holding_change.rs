//! What a corporate action makes of the lots of a user: planned from the books, written into the journal with the lots
//! before and after it, and undone by exchanging the two.
//!
//! An entry says everything that it changes, so a fold does no arithmetic and an inverse is exact. The cost of a lot
//! stays what it was to the paisa: where it does not divide by the new number of shares, the lot becomes two whose
//! prices differ by a paisa.

use serde::{Deserialize, Serialize};

use crate::actions::{ActionKind, CorporateAction, PriceFactor, Ratio};
use crate::ids::{ActionId, OrderId};
use crate::instruments::Symbol;
use crate::money::Paise;
use crate::strategies::StrategyName;
use crate::time::{Day, Timestamp};

use super::holdings::{HeldEntry, OpenLot};
use super::{Book, BookError};

/// What an action changed in the books of one user.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HoldingChange {
    /// The action.
    pub action: ActionId,
    /// Whether it takes back what an earlier entry of the same action changed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub undoes: bool,
    /// The action in plain words, with symbol and ex-date.
    pub what: String,
    /// What changes of each position.
    pub parts: Vec<HoldingPart>,
    /// Money that a fraction of a share came to, in paise; taken back by an undoing entry.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub cash: Paise,
}

/// What changes of one position.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HoldingPart {
    /// Symbol of the position.
    pub symbol: Symbol,
    /// Strategy of the position.
    pub strategy: StrategyName,
    /// Lots that are taken out of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<OpenLot>,
    /// Lots that are put in their place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<OpenLot>,
    /// Entries of its history that are taken out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entries_before: Vec<HeldEntry>,
    /// Entries of its history that are put in their place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entries_after: Vec<HeldEntry>,
    /// Income that is no trading cash, such as a dividend, in paise.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub income: Paise,
}

fn is_zero(amount: &Paise) -> bool {
    *amount == Paise::ZERO
}

impl HoldingChange {
    /// Returns the change that takes this one back.
    #[must_use]
    pub fn inverse(&self) -> Self {
        let parts = self.parts.iter().rev().map(HoldingPart::inverse).collect();
        Self { undoes: !self.undoes, parts, cash: -self.cash, ..self.clone() }
    }

    /// Returns by how many shares each symbol changes, and each symbol once; those that do not change are left out.
    pub fn shares(&self) -> Vec<(Symbol, i64)> {
        let mut shares: std::collections::BTreeMap<Symbol, i64> = std::collections::BTreeMap::new();
        for part in &self.parts {
            let of = |lots: &[OpenLot]| lots.iter().map(|lot| i64::from(lot.quantity)).sum::<i64>();
            *shares.entry(part.symbol.clone()).or_default() += of(&part.after) - of(&part.before);
        }
        shares.into_iter().filter(|(_, change)| *change != 0).collect()
    }

    /// Returns what a dividend brought for one share, as the entry says it: the action may have another amount by now. None of
    /// another kind.
    pub fn per_share(&self) -> Option<Paise> {
        let (_, words) = self.what.split_once(": ")?;
        ActionKind::dividend_in(words)
    }

    /// Returns the income of all parts.
    pub fn income(&self) -> Paise {
        self.parts.iter().map(|part| part.income).sum()
    }

    /// Returns the symbols whose positions it touches, in order, each once.
    pub fn symbols(&self) -> Vec<Symbol> {
        let mut symbols: Vec<Symbol> = self.parts.iter().map(|part| part.symbol.clone()).collect();
        symbols.sort();
        symbols.dedup();
        symbols
    }
}

impl HoldingPart {
    fn inverse(&self) -> Self {
        Self {
            symbol: self.symbol.clone(),
            strategy: self.strategy,
            before: self.after.clone(),
            after: self.before.clone(),
            entries_before: self.entries_after.clone(),
            entries_after: self.entries_before.clone(),
            income: -self.income,
        }
    }
}

impl Book {
    /// Returns what an action changes in these books; none where nothing of before the ex-date is held, where the action
    /// changes no books, or where it was applied already. `open_factor` is what the open of the ex-date says of a
    /// demerger whose terms do not.
    ///
    /// # Errors
    /// When it would bring more shares than can be counted.
    pub fn plan_action(
        &self,
        id: ActionId,
        action: &CorporateAction,
        open_factor: Option<PriceFactor>,
    ) -> Result<Option<HoldingChange>, BookError> {
        if self.has_applied(id) {
            return Ok(None);
        }
        let held = self.holdings.before(action.symbol(), action.ex_day());
        if held.is_empty() {
            return Ok(None);
        }
        let planned = match action.kind() {
            ActionKind::Split { .. } | ActionKind::Consolidation { .. } | ActionKind::Bonus { .. } => {
                action.kind().share_ratio().map(|ratio| scaled(held, ratio))
            }
            ActionKind::Demerger { child: Some(child), ratio, .. } => {
                let factor = action.price_factor().or(open_factor);
                factor.map(|factor| divided(held, child, *ratio, factor))
            }
            ActionKind::SymbolChange { to } => Some((renamed(held, to), Paise::ZERO)),
            ActionKind::Dividend { per_share } => Some((paid(held, *per_share), Paise::ZERO)),
            // Without a symbol of the new company there is nothing to open lots of, and the cost stays.
            ActionKind::Demerger { child: None, .. }
            | ActionKind::IsinChange { .. }
            | ActionKind::Rights { .. } => None,
        };
        let Some((parts, cash)) = planned else { return Ok(None) };
        let change = HoldingChange { action: id, undoes: false, what: action.to_string(), parts, cash };
        self.check_shares(&change)?;
        Ok(Some(change))
    }

    /// Returns what a dividend brings for the shares that each strategy held at the end of the day before its ex-date, see
    /// [`HeldShares::before`](super::HeldShares::before): nothing of them need be held any more. None of another kind, for no
    /// shares, or where it was applied already.
    pub fn plan_dividend(
        &self,
        id: ActionId,
        action: &CorporateAction,
        held: &[(StrategyName, u32)],
    ) -> Option<HoldingChange> {
        let ActionKind::Dividend { per_share } = action.kind() else { return None };
        if self.has_applied(id) || held.is_empty() {
            return None;
        }
        let part = |(strategy, shares): &(StrategyName, u32)| {
            // The most of a dividend times the most of shares fits.
            let income = per_share.times(*shares).unwrap_or_default();
            income_part(action.symbol().clone(), *strategy, income)
        };
        let parts = held.iter().map(part).collect();
        let what = action.to_string();
        Some(HoldingChange { action: id, undoes: false, what, parts, cash: Paise::ZERO })
    }

    /// Returns whether an action was applied to these books and not undone since.
    pub fn has_applied(&self, id: ActionId) -> bool {
        self.applied.binary_search(&id).is_ok()
    }

    /// Returns the actions that were applied and not undone, by number.
    pub fn applied_actions(&self) -> &[ActionId] {
        &self.applied
    }

    /// Income since the books were opened that is no trading cash, such as dividends: the company pays it to the bank.
    pub fn income(&self) -> Paise {
        self.income
    }

    /// The part of [`Book::income`] of one day; zero for days that are no longer kept.
    pub fn income_on(&self, day: Day) -> Paise {
        self.results_on(day).iter().map(|result| result.income).sum()
    }

    fn check_shares(&self, change: &HoldingChange) -> Result<(), BookError> {
        for (symbol, more) in change.shares() {
            let held = i64::from(self.held(&symbol)).saturating_add(more);
            let what = || change.what.clone();
            if held < 0 {
                return Err(BookError::HoldingDiffers { symbol, what: what() });
            }
            if u32::try_from(held).is_err() {
                return Err(BookError::TooManySharesByAction { symbol, what: what() });
            }
        }
        Ok(())
    }

    /// Books a change, all of it or nothing.
    pub(super) fn apply_change(&mut self, at: Timestamp, change: &HoldingChange) -> Result<(), BookError> {
        let place = self.applied.binary_search(&change.action);
        match (place, change.undoes) {
            (Ok(_), false) => return Err(BookError::ActionTwice { what: change.what.clone() }),
            (Err(_), true) => return Err(BookError::ActionNotApplied { what: change.what.clone() }),
            (Ok(_), true) | (Err(_), false) => {}
        }
        self.check_shares(change)?;
        let symbols = change.symbols();
        let before: Paise = symbols.iter().map(|symbol| self.invested_in(symbol)).sum();
        let mut holdings = self.holdings.only(&symbols);
        for part in &change.parts {
            if !holdings.exchange(part) {
                let (symbol, what) = (part.symbol.clone(), change.what.clone());
                return Err(BookError::HoldingDiffers { symbol, what });
            }
        }
        let after: Paise = symbols.iter().map(|symbol| holdings.invested_in(symbol)).sum();
        if before != after + change.cash {
            return Err(BookError::Unbalanced { what: change.what.clone() });
        }
        // From here on nothing fails.
        for symbol in &symbols {
            self.holdings.replace(symbol, &holdings);
        }
        self.cash += change.cash;
        for part in change.parts.iter().filter(|part| part.income != Paise::ZERO) {
            self.income += part.income;
            self.days.add_income(at.ist_day(), part.strategy, part.income);
            self.results.add_income(part.strategy, part.income);
        }
        match place {
            Ok(place) => {
                self.applied.remove(place);
            }
            Err(place) => self.applied.insert(place, change.action),
        }
        Ok(())
    }
}

/// What one strategy holds of before an ex-date.
pub(super) struct HeldBefore {
    pub symbol: Symbol,
    pub strategy: StrategyName,
    pub lots: Vec<OpenLot>,
    pub entries: Vec<HeldEntry>,
}

impl HeldBefore {
    fn becomes(self, after: Vec<OpenLot>, entries_after: Vec<HeldEntry>) -> HoldingPart {
        let Self { symbol, strategy, lots, entries } = self;
        HoldingPart {
            symbol,
            strategy,
            before: lots,
            after,
            entries_before: entries,
            entries_after,
            income: Paise::ZERO,
        }
    }

    /// Lots of one order and day together: `(order and day, shares, cost)`.
    fn grouped(&self) -> Vec<(OpenLot, u32, Paise)> {
        let mut groups: Vec<(OpenLot, u32, Paise)> = Vec::new();
        for lot in &self.lots {
            match groups.last_mut() {
                Some((first, quantity, cost))
                    if first.order == lot.order && first.bought_on == lot.bought_on =>
                {
                    *quantity = quantity.saturating_add(lot.quantity);
                    *cost += lot.cost();
                }
                _ => groups.push((*lot, lot.quantity, lot.cost())),
            }
        }
        groups
    }

    /// The history with `after` in the place of the lots: of each buy the shares and the cost that its lots have become, and beside
    /// them what `sold` makes of those of its shares that are not held any more. Of a position of which no share is left there is
    /// none. A buy of which no share became whole stays with none, because tasks ask at which levels somebody bought.
    fn history(&self, after: &[OpenLot], sold: impl Fn(&HeldEntry) -> HeldEntry) -> Vec<HeldEntry> {
        let of = |entry: &HeldEntry| {
            let (held, cost) = bought_by(entry.order, &self.lots);
            let (quantity, value) = bought_by(entry.order, after);
            let becomes = HeldEntry { quantity, value, ..entry.clone() };
            // Histories that were scaled apart from their lots, by entries of before, may tell fewer shares than are held.
            let gone = entry.quantity.saturating_sub(held);
            if gone == 0 {
                return becomes;
            }
            let value = (entry.value - cost).max(Paise::ZERO);
            becomes.and(&sold(&HeldEntry { quantity: gone, value, ..entry.clone() }))
        };
        if after.is_empty() {
            return Vec::new();
        }
        // Two demergers into one company leave two entries of one buy there.
        let mut buys: Vec<HeldEntry> = Vec::new();
        for entry in &self.entries {
            match buys.iter_mut().find(|known| known.order == entry.order) {
                Some(known) => *known = known.and(entry),
                None => buys.push(entry.clone()),
            }
        }
        buys.iter().map(of).collect()
    }
}

/// The shares of the lots of an order, and what they cost.
fn bought_by(order: OrderId, lots: &[OpenLot]) -> (u32, Paise) {
    let of = lots.iter().filter(|lot| lot.order == order);
    of.fold((0, Paise::ZERO), |(shares, cost), lot| (shares.saturating_add(lot.quantity), cost + lot.cost()))
}

/// What is counted of lots one after the other, as the depository counts: what a lot has too little of for a share goes on to the
/// next, with its cost.
struct WholeShares {
    ratio: Ratio,
    /// What the lots so far have left of a share, in as many parts as shares of before give new ones.
    left: u64,
    left_cost: Paise,
}

impl WholeShares {
    const fn of(ratio: Ratio) -> Self {
        Self { ratio, left: 0, left_cost: Paise::ZERO }
    }

    /// Counts a lot whose shares together have this cost: the whole shares that it brings, and their cost; `None` when it brings
    /// none yet.
    fn take(&mut self, quantity: u32, cost: Paise) -> Option<(u64, Paise)> {
        let (new, old) = (u64::from(self.ratio.new_shares()), u64::from(self.ratio.old_shares()));
        let own = u64::from(quantity) * new;
        let together = self.left + own;
        let (shares, rest) = (together / old, together % old);
        if shares == 0 {
            (self.left, self.left_cost) = (together, self.left_cost + cost);
            return None;
        }
        // Less than a share was left before this lot, so what is left now is of this lot alone.
        let rest_cost = part_of(cost, rest, own);
        let whole_cost = self.left_cost + cost - rest_cost;
        (self.left, self.left_cost) = (rest, rest_cost);
        Some((shares, whole_cost))
    }

    /// The cost of what is left of a share after the last lot.
    const fn fraction(self) -> Paise {
        self.left_cost
    }
}

/// As many whole shares as the ratio gives for all lots together, each lot at its cost. What is left of a share is paid out at its
/// part of the cost.
fn scaled(held: Vec<HeldBefore>, ratio: Ratio) -> (Vec<HoldingPart>, Paise) {
    let mut counted = WholeShares::of(ratio);
    let mut parts = Vec::new();
    for of in held {
        let mut after = Vec::new();
        for (lot, quantity, cost) in of.grouped() {
            if let Some((shares, cost)) = counted.take(quantity, cost) {
                spread(lot, shares, cost, &mut after);
            }
        }
        let entries = of.history(&after, |sold| sold.scaled(ratio));
        parts.push(of.becomes(after, entries));
    }
    (parts, counted.fraction())
}

/// The lots at their part of the cost, and lots of the new company of the same dates at the rest. What is left of a share of the
/// new company is paid out at its part of the cost.
fn divided(
    held: Vec<HeldBefore>,
    child: &Symbol,
    ratio: Ratio,
    factor: PriceFactor,
) -> (Vec<HoldingPart>, Paise) {
    let stays = |cost: Paise| {
        // A factor above one, or one that does not fit, takes nothing from the parent.
        factor.apply(cost).unwrap_or(cost).clamp(Paise::ZERO, cost.max(Paise::ZERO))
    };
    let mut counted = WholeShares::of(ratio);
    let mut parts = Vec::new();
    for of in held {
        let (mut parent, mut children) = (Vec::new(), Vec::new());
        for (lot, quantity, cost) in of.grouped() {
            let stays = stays(cost);
            spread(lot, quantity.into(), stays, &mut parent);
            if let Some((shares, cost)) = counted.take(quantity, cost - stays) {
                spread(lot, shares, cost, &mut children);
            }
        }
        let entries = of.history(&parent, |sold| sold.with_value(stays(sold.value)));
        let of_child = |sold: &HeldEntry| sold.with_value(sold.value - stays(sold.value)).scaled(ratio);
        let child_entries = of.history(&children, of_child);
        let strategy = of.strategy;
        parts.push(of.becomes(parent, entries));
        if !children.is_empty() {
            parts.push(HoldingPart {
                symbol: child.clone(),
                strategy,
                before: Vec::new(),
                after: children,
                entries_before: Vec::new(),
                entries_after: child_entries,
                income: Paise::ZERO,
            });
        }
    }
    (parts, counted.fraction())
}

fn renamed(held: Vec<HeldBefore>, to: &Symbol) -> Vec<HoldingPart> {
    let mut parts = Vec::new();
    for of in held {
        let (strategy, lots, entries) = (of.strategy, of.lots.clone(), of.entries.clone());
        parts.push(of.becomes(Vec::new(), Vec::new()));
        parts.push(HoldingPart {
            symbol: to.clone(),
            strategy,
            before: Vec::new(),
            after: lots,
            entries_before: Vec::new(),
            entries_after: entries,
            income: Paise::ZERO,
        });
    }
    parts
}

fn paid(held: Vec<HeldBefore>, per_share: Paise) -> Vec<HoldingPart> {
    let part = |of: HeldBefore| {
        let income = of.lots.iter().filter_map(|lot| per_share.times(lot.quantity)).sum();
        income_part(of.symbol, of.strategy, income)
    };
    held.into_iter().map(part).collect()
}

/// Income of a position whose lots stay as they are.
fn income_part(symbol: Symbol, strategy: StrategyName, income: Paise) -> HoldingPart {
    HoldingPart {
        symbol,
        strategy,
        before: Vec::new(),
        after: Vec::new(),
        entries_before: Vec::new(),
        entries_after: Vec::new(),
        income,
    }
}

/// Adds `shares` at `cost` altogether as one lot, or as two whose prices differ by a paisa.
fn spread(like: OpenLot, shares: u64, cost: Paise, lots: &mut Vec<OpenLot>) {
    // More shares than can be counted are refused when the change is checked.
    let quantity = u32::try_from(shares).unwrap_or(u32::MAX);
    let per = i64::from(quantity.max(1));
    let (price, more) = (Paise(cost.0.div_euclid(per)), cost.0.rem_euclid(per));
    // Below the quantity, which is a u32.
    let dearer = u32::try_from(more).unwrap_or(0);
    let lot = |quantity: u32, price: Paise| OpenLot { quantity, price, ..like };
    lots.extend((dearer > 0).then(|| lot(dearer, Paise(price.0.saturating_add(1)))));
    lots.extend((quantity > dearer).then(|| lot(quantity - dearer, price)));
}

/// The part of a cost that belongs to `part` of `whole`, rounded half up.
fn part_of(cost: Paise, part: u64, whole: u64) -> Paise {
    let whole = i128::from(whole.max(1));
    let value = (i128::from(cost.0) * i128::from(part) + whole / 2) / whole;
    i64::try_from(value).map_or(cost, Paise)
}

/// Returns whether a date is before an ex-date, so that what was bought on it takes part.
pub(super) fn takes_part(bought_on: Day, ex_day: Day) -> bool {
    bought_on < ex_day
}
