//! What was held on days of the past, in the shares of those days: a dividend is for whoever held a share at the end of the day before
//! its ex-date, whatever became of the shares since.
//!
//! Only counts are kept, by share and strategy. They add up in any order, so what was learnt late stands on its own day: a fill on that
//! of its execution, what an action made of lots on its ex-date.

use std::collections::BTreeMap;

use crate::ids::OrderId;
use crate::instruments::Symbol;
use crate::orders::{JournalEntry, OrderEvent, Side};
use crate::strategies::StrategyName;
use crate::time::Day;

use super::{HoldingPart, OpenLot};

/// By how many shares each position changed on which day: a fold of a user's whole journal.
#[derive(Debug, Clone, Default)]
pub struct HeldShares {
    /// Sequence of the last entry that was folded.
    through: u64,
    orders: BTreeMap<OrderId, (Symbol, StrategyName, Side)>,
    changes: BTreeMap<Symbol, Vec<(Day, StrategyName, i64)>>,
}

impl HeldShares {
    /// Returns the sequence of the last entry that was folded; 0 before the first.
    pub fn through(&self) -> u64 {
        self.through
    }

    /// Folds the next entries of the journal.
    pub fn extend(&mut self, journal: &[JournalEntry]) {
        for entry in journal {
            self.fold(entry);
            self.through = entry.sequence;
        }
    }

    /// Returns the shares that each strategy held at the end of the day before an ex-date, as no action of that ex-date or a later
    /// one has changed them; strategies without any are left out.
    pub fn before(&self, symbol: &Symbol, ex_day: Day) -> Vec<(StrategyName, u32)> {
        let mut held: BTreeMap<StrategyName, i64> = BTreeMap::new();
        let changes = self.changes.get(symbol).into_iter().flatten();
        for (_, strategy, more) in changes.filter(|(day, ..)| *day < ex_day) {
            let shares = held.entry(*strategy).or_default();
            *shares = shares.saturating_add(*more);
        }
        let counted = held.into_iter().filter(|(_, shares)| *shares > 0);
        counted.map(|(strategy, shares)| (strategy, u32::try_from(shares).unwrap_or(u32::MAX))).collect()
    }

    fn fold(&mut self, entry: &JournalEntry) {
        match &entry.event {
            OrderEvent::Intended { request, strategy, .. } => {
                self.orders.insert(entry.order, (request.symbol.clone(), *strategy, request.side));
            }
            OrderEvent::Filled(fill) => {
                let Some((symbol, strategy, side)) = self.orders.get(&entry.order).cloned() else { return };
                let shares = i64::from(fill.quantity);
                let more = match side {
                    Side::Buy => shares,
                    Side::Sell => -shares,
                };
                self.note(symbol, (fill.at.ist_day(), strategy, more));
            }
            OrderEvent::FillWithdrawn(withdrawal) => {
                self.note_part(&withdrawal.part, withdrawal.fill.at.ist_day());
            }
            OrderEvent::HoldingChanged(change) => {
                change.parts.iter().for_each(|part| self.note_part(part, entry.order.day));
            }
            _ => {}
        }
    }

    fn note_part(&mut self, part: &HoldingPart, day: Day) {
        let shares = |lots: &[OpenLot]| lots.iter().map(|lot| i64::from(lot.quantity)).sum::<i64>();
        self.note(part.symbol.clone(), (day, part.strategy, shares(&part.after) - shares(&part.before)));
    }

    fn note(&mut self, symbol: Symbol, change: (Day, StrategyName, i64)) {
        if change.2 != 0 {
            self.changes.entry(symbol).or_default().push(change);
        }
    }
}
