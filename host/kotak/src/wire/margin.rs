//! What an order would need.

use prahari_domain::money::Paise;
use serde_json::Value;

use super::row::{Misread, Row};

const WHAT: &str = "the margin of an order";

/// What an order would need, in paise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Margin {
    /// Whether the broker would take it. It says so in a field of its own: the answer is `Ok` in both cases.
    pub enough: bool,
    /// What the order needs.
    pub needed: Paise,
    /// What is missing for it.
    pub missing: Paise,
    /// Cash that is there.
    pub cash: Option<Paise>,
    /// What other orders hold of it already.
    pub used: Option<Paise>,
}

impl Margin {
    /// Reads the answer.
    ///
    /// # Errors
    /// When it does not say whether the money is enough.
    pub(crate) fn read(value: &Value) -> Result<Self, Misread> {
        let row = Row::new(WHAT, value)?;
        let missing = row.need_rupees("insufFund")?;
        let said = row.need_text("rmsVldtd")?;
        Ok(Self {
            enough: said.eq_ignore_ascii_case("ok") && missing <= Paise::ZERO,
            needed: row.need_rupees("ordMrgn")?,
            missing,
            cash: row.rupees("avlCash")?,
            used: row.rupees("mrgnUsd")?,
        })
    }
}
