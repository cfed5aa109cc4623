//! Paying made-up money into a simulated account, and taking it out.

use std::sync::Arc;

use prahari_brokers::SimulatedAccount;
use prahari_domain::money::Paise;
use prahari_domain::settings::{CAPITAL, SettingsError};
use prahari_domain::time::Timestamp;

use super::Desk;
use crate::error::AppError;

/// Money of a user, in paise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Money {
    /// Paid in altogether, withdrawals taken off.
    pub capital: Paise,
    /// Cash on the account after charges, in paise.
    pub cash: Paise,
    /// Cash reserved for open buys, in paise.
    pub reserved: Paise,
}

impl Money {
    /// Returns what may be taken out: cash that no open buy holds back.
    pub fn free(&self) -> Paise {
        (self.cash - self.reserved).max(Paise::ZERO)
    }

    /// Refuses a capital beyond its bounds, or one for which more would have to be taken out than is free.
    ///
    /// # Errors
    /// The sentence says how much may be taken out.
    pub fn check_change(&self, capital: Paise) -> Result<(), SettingsError> {
        CAPITAL.check(&capital.0.into())?;
        let (out, free) = (self.capital - capital, self.free());
        if out <= free {
            return Ok(());
        }
        Err(SettingsError::Contradiction {
            setting: CAPITAL.name,
            value: capital.0.to_string(),
            relation: format!(
                "at least {} paise: {} paise are neither invested, lost nor held back for open buys",
                (self.capital - free).0,
                free.0
            ),
        })
    }
}

impl Desk {
    /// The user's money at this moment.
    pub async fn money(&self, now: Timestamp) -> Money {
        let reserved = self.reserved(now).await;
        Money { capital: self.book.capital(), cash: self.book.cash(), reserved }
    }

    /// The account into which made-up money can be paid.
    ///
    /// # Errors
    /// [`AppError::CapitalOfBroker`] where the money is real.
    pub fn simulated_account(&self) -> Result<Arc<dyn SimulatedAccount>, AppError> {
        self.link
            .simulated
            .clone()
            .ok_or_else(|| AppError::CapitalOfBroker { broker: self.link.name.to_string() })
    }

    /// Pays in or out what `capital` differs by from what was paid in before.
    ///
    /// The row of the user is the truth: whatever is behind it after a crash, the books or the account, is brought to
    /// it at the next start.
    ///
    /// # Errors
    /// [`AppError::CapitalOfBroker`] where the money is real, [`AppError::Settings`] when too little is free,
    /// [`AppError::Broker`] when the broker's book cannot be compared; the capital is as it was then, though dates
    /// that are over may have been closed. Otherwise when the store fails.
    pub async fn set_capital(&mut self, capital: Paise, now: Timestamp) -> Result<(), AppError> {
        let account = self.simulated_account()?;
        self.check_usable()?;
        // What is paid now belongs to no date that is over.
        self.close_past_dates(now, None).await?;
        // An order of unknown outcome may have cost money already.
        if self.needs_reconcile {
            self.reconcile(now).await?;
        }
        let before = self.money(now).await;
        before.check_change(capital)?;
        account.set_capital(capital, now).await?;
        self.scope().save_capital(capital).await?;
        self.book.set_capital(capital);
        if capital != before.capital {
            self.announce_capital();
        }
        Ok(())
    }
}
