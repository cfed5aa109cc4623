//! The books of a trading date after its close.

use prahari_domain::money::Paise;
use prahari_domain::orders::{Order, OrderState};
use prahari_domain::time::Day;
use serde::{Deserialize, Serialize};

use super::{Desk, Occasion, UnpricedPosition, Valuation};
use crate::error::AppError;

/// How many days a closed order stays in memory. Signals live for two trading days and a retry ends with the next
/// one; ten calendar days cover both across the longest run of holidays.
const REMEMBERED_DAYS: u64 = 10;

/// What a trading date ended with. Money in paise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// Which date.
    pub day: Day,
    /// Cash after all charges.
    pub cash: Paise,
    /// Lots still held, at cost.
    pub invested: Paise,
    /// The same at the last price, or at the last that was known.
    pub market_value: Paise,
    /// Realised on this date, before charges.
    pub realised: Paise,
    /// Market value less cost.
    pub unrealised: Paise,
    /// Charges of this date.
    pub charges: Paise,
    /// Orders of this date.
    pub orders_placed: u32,
    /// Executions on this date.
    pub fills: u32,
    /// Orders that ended with their validity on this date.
    pub orders_expired: u32,
    /// Symbols held.
    pub open_positions: u32,
    /// Those of them for which the market told no price, at the price that they are valued at.
    #[serde(default)]
    pub unpriced: Vec<UnpricedPosition>,
}

impl Desk {
    /// Closes a trading date: writes its statement and a snapshot of the books. Doing it again answers the same statement.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn close_day(&mut self, occasion: Occasion) -> Result<Statement, AppError> {
        self.check_usable()?;
        if let Some(text) = self.scope().statement(occasion.day).await? {
            return Ok(serde_json::from_str(&text)?);
        }
        let statement = self.statement(occasion).await;
        self.scope().save_statement(occasion.day, serde_json::to_string(&statement)?).await?;
        // Each position is offered anew each day, so ended sells are most of the orders; nothing asks for them again.
        self.book.forget_closed_sells(occasion.day);
        if let Some(before) = occasion.day.checked_sub_days(chrono::Days::new(REMEMBERED_DAYS)) {
            self.book.forget_closed(before);
        }
        self.scope()
            .save_snapshot(self.book.next_sequence().saturating_sub(1), self.book.snapshot()?)
            .await?;
        Ok(statement)
    }

    async fn statement(&self, occasion: Occasion) -> Statement {
        let valuations = self.valuations(occasion.now).await;
        let market_value: Paise = valuations.iter().map(Valuation::value).sum();
        // An order belongs to one date, whenever it is filled: an after-market order to the one on which it was placed.
        let day = occasion.day;
        let placed = self.book.orders().filter(|order| order.day() == day).count();
        let expired =
            |order: &&Order| order.state == OrderState::Expired && order.updated_at.ist_day() == day;
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Statement {
            day: occasion.day,
            cash: self.book.cash(),
            invested: self.book.invested(),
            market_value,
            realised: self.book.realised_on(occasion.day),
            unrealised: market_value - self.book.invested(),
            charges: self.book.charges_on(occasion.day),
            orders_placed: count(placed),
            fills: count(self.book.fills_on(day).len()),
            orders_expired: count(self.book.orders().filter(expired).count()),
            open_positions: count(self.book.held_symbols().count()),
            unpriced: valuations
                .into_iter()
                .filter(|valued| valued.unpriced)
                .map(UnpricedPosition::from)
                .collect(),
        }
    }
}
