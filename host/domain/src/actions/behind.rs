//! Books that are behind the prices of a share: the ex-date of an action has come, so prices are those of after it, and what is
//! held is not changed yet.

use crate::book::Book;
use crate::instruments::Symbol;
use crate::time::{Day, Timestamp};

use super::{ActionKind, ActionRow, ExDates, PriceFactor};

/// What actions that the books of a user do not have yet make of the prices of a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Behind {
    factor: PriceFactor,
    unknown_from: Option<Day>,
}

impl Behind {
    /// Books that have every action whose ex-date has come.
    pub const NOTHING: Self = Self { factor: PriceFactor::ONE, unknown_from: None };

    /// Returns what a price of after the actions is multiplied by to be one of the shares that are held.
    pub const fn back(&self) -> PriceFactor {
        self.factor.inverse()
    }

    /// Returns the first ex-date of an action of which nobody knows yet by how much it changes prices: no price of that day or
    /// later says what the shares that are held are worth.
    pub const fn unknown_from(&self) -> Option<Day> {
        self.unknown_from
    }

    fn and(self, row: &ActionRow) -> Self {
        match row.price_factor() {
            Some(factor) => Self { factor: self.factor.times_nearly(factor), ..self },
            None => {
                let ex_day = row.action.ex_day();
                Self {
                    unknown_from: Some(self.unknown_from.map_or(ex_day, |first| first.min(ex_day))),
                    ..self
                }
            }
        }
    }
}

impl ExDates {
    /// Returns by what these books are behind the prices of a share that they have held since `opened_on`. An action that is
    /// booked for everybody else counts too: what a user's fault kept out of the books is not in what they hold.
    pub fn behind(&self, symbol: &Symbol, opened_on: Day, book: &Book, now: Timestamp) -> Behind {
        let today = now.ist_day();
        let due = self.of_share(symbol).iter().filter(|row| {
            let ex_day = row.action.ex_day();
            row.action.kind().changes_prices() && opened_on < ex_day && ex_day <= today
        });
        due.filter(|row| is_missing(row, book)).fold(Behind::NOTHING, Behind::and)
    }
}

/// Returns whether an action would change these books, and has not.
fn is_missing(row: &ActionRow, book: &Book) -> bool {
    match book.plan_action(row.id, &row.action, row.open_factor) {
        // What cannot be planned is not booked either.
        Ok(Some(_)) | Err(_) => true,
        Ok(None) => {
            let waits = matches!(row.action.kind(), ActionKind::Demerger { child: Some(_), .. })
                && row.price_factor().is_none();
            waits && !book.has_applied(row.id) && book.held(row.action.symbol()) > 0
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::actions::{ActionState, CorporateAction, Origin, Provenance, Ratio};
    use crate::ids::{ActionId, UserId};
    use crate::money::Paise;

    use super::*;

    #[test]
    fn what_is_known_is_taken_back_and_what_is_not_has_its_day() {
        let row = |ex_day: &str, kind| {
            let provenance = Provenance { origin: Origin::Admin, teller: "asha".to_owned() };
            let symbol = Symbol::new("ABC").unwrap();
            let action = CorporateAction::new(symbol, ex_day.parse().unwrap(), kind, provenance, "").unwrap();
            ActionRow {
                id: ActionId(1),
                action,
                state: ActionState::Announced,
                open_factor: None,
                known_at: Timestamp(0),
                changed_at: Timestamp(0),
                changed_by: String::new(),
                reason: String::new(),
            }
        };
        let split = ActionKind::Split { ratio: Ratio::new(10, 1).unwrap() };
        let demerger = ActionKind::Demerger { child: None, ratio: Ratio::ONE, parent_share: None };
        let rows = [
            row("2025-03-11", split),
            row("2025-03-13", demerger.clone()),
            row("2025-03-12", demerger),
            row("2025-03-12", ActionKind::Bonus { new: 1, held: 2 }),
        ];
        let behind = rows.iter().fold(Behind::NOTHING, Behind::and);
        assert_eq!(behind.back().apply(Paise(112_932)), Some(Paise(1_693_980)));
        assert_eq!(behind.unknown_from(), Some("2025-03-12".parse().unwrap()));
        assert!(Behind::NOTHING.back().is_one());

        // Whoever holds nothing is behind nothing.
        let book = Book::open(UserId(1), Paise(0));
        let day: Day = "2025-03-14".parse().unwrap();
        let share = Symbol::new("ABC").unwrap();
        let found = ExDates::of(&rows).behind(&share, Day::MIN, &book, Timestamp::start_of(day));
        assert_eq!(found, Behind::NOTHING);
    }
}
