//! Trades that make the contract note of their day smaller.
//!
//! The note of a date is one: a sell of what was bought on the same date makes intraday of that buy, and a buy back makes intraday of
//! a sell, whose depository charge falls away. What a trade saves so beyond its own charges, other trades cost less: those of its
//! date and share first, then others of its date. So nothing costs less than nothing, and all charges add up as before.

use crate::instruments::Symbol;
use crate::money::Paise;
use crate::orders::Side;
use crate::time::Day;

use super::Trades;

/// The trade that saved something.
#[derive(Clone, Copy)]
pub(super) struct Saver<'a> {
    pub day: Day,
    pub symbol: &'a Symbol,
    pub side: Side,
}

impl Trades {
    /// Notes with their dates the lots that are closed from a place on, and has nothing of them cost less than nothing.
    pub(super) fn level_closed(&mut self, from: usize, saver: Saver<'_>) {
        let mut saved = Paise::ZERO;
        for (place, lot) in self.closed.iter_mut().enumerate().skip(from) {
            saved += take_what_is_below_zero(&mut lot.charges);
            for day in [lot.bought_on, lot.sold_on] {
                if let Some(recent) = self.recent.get_mut(&day) {
                    recent.closed.insert(place);
                }
            }
        }
        self.spread(saved, saver);
    }

    /// Takes what a trade saved off the charges of other trades.
    pub(super) fn spread(&mut self, mut saved: Paise, saver: Saver<'_>) {
        if saved == Paise::ZERO {
            return;
        }
        let Saver { day, symbol, side } = saver;
        // The last is for dates of which nothing is left to take from, such as one that costs less already by a lot of two dates.
        for (day, symbol) in [(Some(day), Some(symbol)), (Some(day), None), (None, None)] {
            // What a buy makes cheaper are sells, and the other way round.
            match side {
                Side::Buy => {
                    self.take_from_closed(&mut saved, day, symbol);
                    self.take_from_held(&mut saved, day, symbol);
                }
                Side::Sell => {
                    self.take_from_held(&mut saved, day, symbol);
                    self.take_from_closed(&mut saved, day, symbol);
                }
            }
        }
        // Of a part of a journal there may be no more than this.
        self.charges_of_none -= saved;
    }

    /// Takes off the lots that are held, of each the newest first.
    fn take_from_held(&mut self, saved: &mut Paise, day: Option<Day>, symbol: Option<&Symbol>) {
        let held = self.lots.iter_mut().filter(|((_, of), _)| symbol.is_none_or(|symbol| symbol == of));
        for lot in held.flat_map(|(_, lots)| lots.iter_mut().rev()) {
            if day.is_none_or(|day| lot.day == day) {
                take(&mut lot.charges, saved);
            }
        }
    }

    /// Takes off the lots that are closed, the newest first.
    fn take_from_closed(&mut self, saved: &mut Paise, day: Option<Day>, symbol: Option<&Symbol>) {
        let is_of = |of: &Symbol| symbol.is_none_or(|symbol| symbol == of);
        let Some(day) = day else {
            let closed = self.closed.iter_mut().rev().filter(|lot| is_of(&lot.symbol));
            closed.for_each(|lot| take(&mut lot.charges, saved));
            return;
        };
        let Some(recent) = self.recent.get(&day) else { return };
        for place in recent.closed.iter().rev() {
            if let Some(lot) = self.closed.get_mut(*place).filter(|lot| is_of(&lot.symbol)) {
                take(&mut lot.charges, saved);
            }
        }
    }
}

/// Brings an amount up to zero, and answers how far below it was.
pub(super) fn take_what_is_below_zero(amount: &mut Paise) -> Paise {
    let below = (-*amount).max(Paise::ZERO);
    *amount += below;
    below
}

/// Takes as much as there is off charges.
fn take(charges: &mut Paise, saved: &mut Paise) {
    let part = (*charges).min(*saved).max(Paise::ZERO);
    *charges -= part;
    *saved -= part;
}
