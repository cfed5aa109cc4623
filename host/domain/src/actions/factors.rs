//! By what the prices of each share changed when, for bars and for opens.

use std::collections::HashMap;

use crate::instruments::{Candle, Symbol};
use crate::money::Paise;
use crate::price_jump::{PriceJump, is_outside_band};
use crate::time::Day;

use super::{ActionKind, ActionRow, ActionState, CorporateAction, PriceFactor};

/// The factors of every share whose actions change prices. Made anew when an action changes, and shared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ActionFactors {
    /// By share, in the order of the ex-dates; of a day without a factor only the open will tell it.
    by_symbol: HashMap<Symbol, Vec<(Day, Option<PriceFactor>)>>,
    /// Those of demergers that name no new company, by share.
    without_company: HashMap<Symbol, Vec<(Day, PriceFactor)>>,
    /// New symbols by old one, with the ex-date.
    renamed: HashMap<Symbol, (Day, Symbol)>,
    /// Earlier symbols by new one, each with the ex-date, in the order of these.
    earlier: HashMap<Symbol, Vec<(Day, Symbol)>>,
    /// The first ex-date on which shares of a company came out of another one.
    demerged: HashMap<Symbol, Day>,
    /// The actions that change prices, which say in words what explains a jump.
    actions: Vec<CorporateAction>,
}

/// What an action makes of a share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ShareChange {
    /// Prices of before are multiplied.
    Prices(PriceFactor),
    /// The share has this symbol.
    Renamed(Symbol),
}

/// Two prices of a share with a night between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overnight {
    /// Date of the earlier session.
    pub previous_day: Day,
    /// Its closing price as it was.
    pub previous_close: Paise,
    /// Date of the later session.
    pub day: Day,
    /// Its opening price.
    pub open: Paise,
}

impl ActionFactors {
    /// The factors of these actions; those that are undone or change no prices have none.
    pub fn of(rows: &[ActionRow]) -> Self {
        let mut by_symbol: HashMap<Symbol, Vec<(Day, Option<PriceFactor>)>> = HashMap::new();
        let mut without_company: HashMap<Symbol, Vec<(Day, PriceFactor)>> = HashMap::new();
        let mut renamed = HashMap::new();
        let mut earlier: HashMap<Symbol, Vec<(Day, Symbol)>> = HashMap::new();
        let mut demerged: HashMap<Symbol, Day> = HashMap::new();
        let mut actions = Vec::new();
        for row in rows {
            if let (ActionKind::SymbolChange { to }, true) =
                (row.action.kind(), row.state != ActionState::Undone)
            {
                let (symbol, ex_day) = (row.action.symbol().clone(), row.action.ex_day());
                earlier.entry(to.clone()).or_default().push((ex_day, symbol.clone()));
                renamed.insert(symbol, (ex_day, to.clone()));
            }
            if row.state == ActionState::Undone || !row.action.kind().changes_prices() {
                continue;
            }
            let ex_day = row.action.ex_day();
            if let ActionKind::Demerger { child: Some(child), .. } = row.action.kind() {
                let first = demerged.entry(child.clone()).or_insert(ex_day);
                *first = ex_day.min(*first);
            }
            if let (ActionKind::Demerger { child: None, .. }, Some(factor)) =
                (row.action.kind(), row.price_factor())
            {
                let of_share = without_company.entry(row.action.symbol().clone()).or_default();
                of_share.push((ex_day, factor));
            }
            let factors = by_symbol.entry(row.action.symbol().clone()).or_default();
            factors.push((ex_day, row.price_factor()));
            actions.push(row.action.clone());
        }
        by_symbol.values_mut().for_each(|factors| factors.sort_by_key(|(day, _)| *day));
        earlier.values_mut().for_each(|symbols| symbols.sort());
        Self { by_symbol, without_company, renamed, earlier, demerged, actions }
    }

    /// Returns the actions that change prices.
    pub fn actions(&self) -> &[CorporateAction] {
        &self.actions
    }

    /// Returns what is known to change a share after `day` and up to `until`, oldest first.
    pub fn changes(&self, symbol: &Symbol, day: Day, until: Day) -> Vec<(Day, ShareChange)> {
        let of = self.between(symbol, day, until);
        let mut changes: Vec<(Day, ShareChange)> =
            of.filter_map(|(ex_day, factor)| Some((ex_day, ShareChange::Prices(factor?)))).collect();
        let renamed = self.renamed.get(symbol).filter(|(ex_day, _)| (day < *ex_day) && (*ex_day <= until));
        changes.extend(renamed.map(|(ex_day, to)| (*ex_day, ShareChange::Renamed(to.clone()))));
        changes.sort_by_key(|(ex_day, _)| *ex_day);
        changes
    }

    /// Returns the symbol that a share traded under until its last change of name up to `until`, with the first day of the new
    /// one; `None` of a share that was always named so.
    pub fn earlier_symbol(&self, symbol: &Symbol, until: Day) -> Option<(Day, &Symbol)> {
        let of = self.earlier.get(symbol)?;
        let (ex_day, earlier) = of.iter().rev().find(|(ex_day, _)| *ex_day <= until)?;
        Some((*ex_day, earlier))
    }

    /// Returns the symbol that a share had on a day, which has this one on `until`.
    pub fn name_on<'a>(&'a self, symbol: &'a Symbol, day: Day, until: Day) -> &'a Symbol {
        let (mut name, mut until) = (symbol, until);
        while let Some((ex_day, earlier)) = self.earlier_symbol(name, until).filter(|of| day < of.0) {
            // Each name begins before the one after it, so names that lead in a circle end.
            let Some(last) = ex_day.pred_opt() else { break };
            (name, until) = (earlier, last);
        }
        name
    }

    /// Returns the symbol that a share has since a change of name up to `until`, with the first day of it; `None` of a share that
    /// is named so still.
    pub fn later_symbol(&self, symbol: &Symbol, until: Day) -> Option<(Day, &Symbol)> {
        let (ex_day, later) = self.renamed.get(symbol)?;
        (*ex_day <= until).then_some((*ex_day, later))
    }

    /// Returns the first day on which there can be a price of a company, where its shares came out of another one up to `until`,
    /// under this symbol or an earlier one.
    pub fn demerged_on(&self, symbol: &Symbol, until: Day) -> Option<Day> {
        let (mut name, mut until) = (symbol, until);
        loop {
            if let Some(ex_day) = self.demerged.get(name).filter(|ex_day| **ex_day <= until) {
                return Some(*ex_day);
            }
            // Each name begins before the one after it, so names that lead in a circle end.
            let (ex_day, earlier) = self.earlier_symbol(name, until)?;
            (name, until) = (earlier, ex_day.pred_opt()?);
        }
    }

    /// Returns the first day on which there can be a price of a share under its symbol, as its demerger or its last change of name
    /// up to `until` says; `None` where neither is known.
    pub fn began_on(&self, symbol: &Symbol, until: Day) -> Option<Day> {
        let renamed = self.earlier_symbol(symbol, until).map(|(ex_day, _)| ex_day);
        renamed.max(self.demerged_on(symbol, until))
    }

    /// Returns whether a share has an action with an ex-date after `day` and not after `until`.
    pub fn has_between(&self, symbol: &Symbol, day: Day, until: Day) -> bool {
        self.between(symbol, day, until).next().is_some()
    }

    /// Returns whether a share has any action that changes prices.
    pub fn has(&self, symbol: &Symbol) -> bool {
        self.by_symbol.contains_key(symbol)
    }

    /// Returns the known factors of a share, one for each ex-date, oldest first.
    pub fn of_share(&self, symbol: &Symbol) -> Vec<(Day, PriceFactor)> {
        let mut of_days: Vec<(Day, PriceFactor)> = Vec::new();
        for (ex_day, factor) in self.by_symbol.get(symbol).into_iter().flatten() {
            let Some(factor) = *factor else { continue };
            match of_days.last_mut().filter(|(last, _)| last == ex_day) {
                Some((_, together)) => *together = together.times_nearly(factor),
                None => of_days.push((*ex_day, factor)),
            }
        }
        of_days
    }

    /// Returns what a price of `day` is multiplied by to be comparable with one of `until`.
    pub fn factor(&self, symbol: &Symbol, day: Day, until: Day) -> PriceFactor {
        let known = self.between(symbol, day, until).filter_map(|(_, factor)| factor);
        known.fold(PriceFactor::ONE, PriceFactor::times_nearly)
    }

    /// Returns what a price of `day` is multiplied by to say what is held of a share by `until`, once books have the actions in
    /// between. A demerger that names no new company changes no books, so what the price loses by it is nowhere else: what is held
    /// is worth the price of before until it has one of after.
    pub fn factor_of_held(&self, symbol: &Symbol, day: Day, until: Day) -> PriceFactor {
        let without_company = self.factor_without_company(symbol, day, until);
        self.factor(symbol, day, until).times_nearly(without_company.inverse())
    }

    /// Returns the part of [`ActionFactors::factor`] that is of demergers that name no new company.
    pub fn factor_without_company(&self, symbol: &Symbol, day: Day, until: Day) -> PriceFactor {
        let of = self.without_company.get(symbol).map_or(&[][..], Vec::as_slice);
        let between = of.iter().filter(|(ex_day, _)| day < *ex_day && *ex_day <= until);
        between.fold(PriceFactor::ONE, |product, (_, factor)| product.times_nearly(*factor))
    }

    /// A bar in the prices of `until`; its volume grows as its prices fall.
    pub fn adjust(&self, symbol: &Symbol, bar: Candle, until: Day) -> Candle {
        let factor = self.factor(symbol, bar.day, until);
        if factor.is_one() {
            return bar;
        }
        let of = |price: Paise| factor.apply(price).unwrap_or(price);
        Candle {
            day: bar.day,
            open: of(bar.open),
            high: of(bar.high),
            low: of(bar.low),
            close: of(bar.close),
            volume: factor.apply_to_volume(bar.volume),
        }
    }

    /// Returns whether an open cannot be the price of the same thing as the close before it.
    ///
    /// A gap beyond the exchange's band is an action only where there is one with the matching ratio. Where prices are
    /// known to be `raw`, an action whose ratio the open contradicts counts too: its figures are wrong, or it did not
    /// take place.
    pub fn is_jump(&self, symbol: &Symbol, night: Overnight, raw: bool) -> bool {
        let Overnight { previous_day, previous_close, day, open } = night;
        let outside = is_outside_band(previous_close, open);
        if !self.has_between(symbol, previous_day, day) {
            return outside;
        }
        let factor = self.factor(symbol, previous_day, day);
        let expected = factor.apply(previous_close).unwrap_or(previous_close);
        if self.between(symbol, previous_day, day).any(|(_, factor)| factor.is_none()) {
            // A demerger takes something away; by how much the open says.
            return outside && open > expected;
        }
        if outside { !factor.matches(previous_close, open) } else { raw && is_outside_band(expected, open) }
    }

    /// Returns whether a jump between two bars is explained by no action. Bars of prices that were `raw` are adjusted, so a
    /// gap that is left is none of an action, unless of a demerger whose factor is not known yet.
    pub fn leaves_unexplained(&self, jump: &PriceJump, raw: bool) -> bool {
        let PriceJump { symbol, day, open, previous_day, previous_close } = jump;
        let (previous_day, previous_close, day, open) = (*previous_day, *previous_close, *day, *open);
        if !raw {
            return self.is_jump(symbol, Overnight { previous_day, previous_close, day, open }, false);
        }
        let is_open = self.between(symbol, previous_day, day).any(|(_, factor)| factor.is_none());
        !(is_open && open < previous_close)
    }

    /// What happened at a jump that nothing explains: a known action of that night did not come as it is told.
    pub fn tell_jump(&self, jump: &PriceJump) -> String {
        let is_across = |action: &&CorporateAction| {
            let ex_day = action.ex_day();
            let is_of = *action.symbol() == jump.symbol && jump.previous_day < ex_day && ex_day <= jump.day;
            is_of && action.price_factor().is_some_and(|factor| !factor.is_one())
        };
        match self.actions.iter().find(is_across) {
            Some(action) => {
                format!("{jump}, and the {} of {} did not come so", action.kind(), action.ex_day())
            }
            None => jump.to_string(),
        }
    }

    fn between(
        &self,
        symbol: &Symbol,
        day: Day,
        until: Day,
    ) -> impl Iterator<Item = (Day, Option<PriceFactor>)> {
        let of = self.by_symbol.get(symbol).map_or(&[][..], Vec::as_slice);
        let from = of.partition_point(|(ex_day, _)| *ex_day <= day);
        let to = of.partition_point(|(ex_day, _)| *ex_day <= until);
        of.get(from..to).unwrap_or_default().iter().copied()
    }
}
