//! Money at the broker.

use prahari_domain::money::Paise;
use serde_json::Value;

use super::row::{Misread, Row};

const WHAT: &str = "the limits";

/// Money at the broker, in paise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Cash: what the broker calls `CollateralValue`.
    pub cash: Paise,
    /// What may be spent in all, with what settled shares are lent upon: it is not cash.
    pub spendable: Paise,
    /// What settled shares are lent upon.
    pub lent: Paise,
    /// What open orders and the trades of today hold.
    pub used: Paise,
}

impl Limits {
    /// Reads the answer.
    ///
    /// # Errors
    /// When an amount is missing, or all of them are zero: the broker answers so when it does not know.
    pub(crate) fn read(value: &Value) -> Result<Self, Misread> {
        let row = Row::new(WHAT, value)?;
        let limits = Self {
            cash: row.need_rupees("CollateralValue")?,
            spendable: row.need_rupees("Net")?,
            lent: row.rupees("Collateral")?.unwrap_or(Paise::ZERO),
            used: row.need_rupees("MarginUsed")?,
        };
        let nothing = [limits.cash, limits.spendable, limits.lent, limits.used]
            .iter()
            .all(|amount| *amount == Paise::ZERO);
        if nothing {
            Err(row.misread("Net", "is zero, as all else: nothing is known of the money"))
        } else {
            Ok(limits)
        }
    }
}
