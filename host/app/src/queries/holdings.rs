//! What a user holds, at the last price, and the money beside it.

use prahari_domain::money::Paise;

use super::UserQueries;
use crate::caretakers::TasksOfStrategies;
use crate::desk::Valuation;
use crate::error::AppError;

/// The money of a user at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Funds {
    /// Paid in altogether, withdrawals taken off.
    pub capital: Paise,
    /// Cash on the account after charges, in paise.
    pub cash: Paise,
    /// Cash reserved for open buys.
    pub reserved: Paise,
    /// Cost of what is held, charges not included.
    pub invested: Paise,
    /// What is held, each share at its last price or at the last that was known.
    pub market_value: Paise,
    /// Realised so far, before charges.
    pub realised: Paise,
    /// All charges of the user's book so far, in paise.
    pub charges: Paise,
    /// All dividends so far: paid to the bank, and no part of the cash.
    pub income: Paise,
}

/// What a user holds at one instant, and their money.
#[derive(Debug, Clone, PartialEq)]
pub struct Holdings {
    /// Funds of the user.
    pub funds: Funds,
    /// Open positions, by symbol.
    pub positions: Vec<Valuation>,
}

impl Funds {
    /// Returns the cash that a new buy may use: cash that no open buy holds back.
    pub fn available(&self) -> Paise {
        (self.cash - self.reserved).max(Paise::ZERO)
    }

    /// Cash and market value.
    pub fn total(&self) -> Paise {
        self.cash + self.market_value
    }

    /// Market value less cost.
    pub fn unrealised(&self) -> Paise {
        self.market_value - self.invested
    }
}

impl UserQueries<'_> {
    /// Returns what the user holds at this instant, valued, and their money.
    pub async fn holdings(&self) -> Holdings {
        let (mut funds, held) = {
            let desk = self.user.desk.lock().await;
            let now = self.all.clock.now();
            let reserved = desk.reserved(now).await;
            let book = desk.book();
            let funds = Funds {
                capital: book.capital(),
                cash: book.cash(),
                reserved,
                invested: book.invested(),
                market_value: Paise::ZERO,
                realised: book.realised(),
                charges: book.charges(),
                income: book.income(),
            };
            (funds, desk.held(now))
        };
        // The desk is let go of before the market is asked: an order must not wait for somebody who looks.
        let positions = self.all.trading.value(held, self.all.clock.now()).await;
        funds.market_value = positions.iter().map(Valuation::value).sum();
        Holdings { funds, positions }
    }

    /// The tasks that look after what the user holds, by strategy.
    ///
    /// # Errors
    /// When the schedules of a service cannot be read.
    pub async fn caretakers(&self) -> Result<TasksOfStrategies, AppError> {
        self.all.caretakers.of(self.user).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_open_buys_hold_back_is_not_available_and_never_less_than_nothing_is() {
        let rupees = |rupees: i64| Paise(rupees * 100);
        let funds = Funds {
            capital: rupees(1_000),
            cash: rupees(600),
            reserved: rupees(150),
            invested: rupees(390),
            market_value: rupees(420),
            realised: Paise::ZERO,
            charges: rupees(10),
            income: Paise::ZERO,
        };
        assert_eq!((funds.available(), funds.total()), (rupees(450), rupees(1_020)));
        assert_eq!(funds.unrealised(), rupees(30));
        assert_eq!(Funds { reserved: rupees(601), ..funds }.available(), Paise::ZERO);
    }
}
