//! Rows of the positions.

use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use serde_json::Value;

use super::order;
use super::row::{Misread, Row};

const WHAT: &str = "a row of the positions";

/// One position of shares. What was carried has no cost at the broker: its price there is that of the last settlement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PositionRow {
    /// Symbol, without its series.
    pub symbol: Symbol,
    /// The broker's number of the share.
    pub token: Option<String>,
    /// Product as the broker writes it, such as `CNC`.
    pub product: String,
    /// Shares bought today.
    pub bought: u32,
    /// Shares sold today.
    pub sold: u32,
    /// Shares carried from earlier days, below zero when they are owed.
    pub carried: i64,
    /// Value of today's buys.
    pub buy_value: Option<Paise>,
    /// Value of today's sells.
    pub sell_value: Option<Paise>,
    /// Last price, which is often missing and not to be trusted.
    pub last: Option<Paise>,
}

impl PositionRow {
    /// Reads a row.
    ///
    /// # Errors
    /// When something is missing that a position cannot be known without.
    pub(crate) fn read(value: &Value) -> Result<Self, Misread> {
        let row = Row::new(WHAT, value)?;
        let (symbol, _) = order::symbol(row)?;
        let carried_in = i64::from(row.count("cfBuyQty")?.unwrap_or(0));
        let carried_out = i64::from(row.count("cfSellQty")?.unwrap_or(0));
        Ok(Self {
            symbol,
            token: row.text("tok").map(std::borrow::Cow::into_owned),
            product: row.text("prod").map_or_else(String::new, |text| text.to_ascii_uppercase()),
            bought: row.need_count("flBuyQty")?,
            sold: row.need_count("flSellQty")?,
            carried: carried_in - carried_out,
            buy_value: row.rupees("buyAmt")?,
            sell_value: row.rupees("sellAmt")?,
            last: row.price("ltp")?,
        })
    }

    /// Shares held by today's trades alone, below zero when more were sold than bought.
    pub fn of_today(&self) -> i64 {
        i64::from(self.bought) - i64::from(self.sold)
    }

    /// Shares altogether, below zero when they are owed.
    pub fn net(&self) -> i64 {
        self.of_today() + self.carried
    }
}
