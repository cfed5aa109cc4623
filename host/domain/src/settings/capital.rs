//! The money of a paper account.

use super::setting::{Kind, MOST_MONEY, Setting, Unit};
use crate::money::Paise;

/// What has been paid into a paper account, withdrawals taken off. Changing it pays the difference in or out.
pub const CAPITAL: Setting = Setting {
    name: "capital_paise",
    kind: Kind::Money { least: Paise::rupees(1), most: MOST_MONEY },
    unit: Unit::Paise,
    about: "Money paid into the paper account; a change pays the difference in or out.",
};
