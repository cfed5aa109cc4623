//! The statement of a trading date.

use prahari_domain::money::Paise;
use prahari_domain::orders::{Order, OrderState};
use prahari_domain::time::{Day, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Desk, OrderContext, StrategyStatement, UnpricedPosition, Valuation, by_strategy};
use crate::error::AppError;

/// The figures of a trading date. Money in paise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DailyStatement {
    /// The date in India.
    pub day: Day,
    /// Cash after all charges.
    pub cash: Paise,
    /// Lots still held, at cost.
    pub invested: Paise,
    /// Value of the positions at the last known price, in paise.
    pub market_value: Paise,
    /// Realised on this date, before charges.
    pub realised: Paise,
    /// Market value less cost.
    pub unrealised: Paise,
    /// Charges of this date.
    pub charges: Paise,
    /// Dividends of this date: paid to the bank, and no part of the cash.
    #[serde(default)]
    pub income: Paise,
    /// Orders of this date.
    pub orders_placed: u32,
    /// Executions on this date.
    pub fills: u32,
    /// Orders that ended with their validity on this date.
    pub orders_expired: u32,
    /// Number of symbols held.
    pub open_positions: u32,
    /// Those of them for which the market told no price, at the price that they are valued at.
    #[serde(default)]
    pub unpriced: Vec<UnpricedPosition>,
    /// What was paid in altogether; not known of statements of earlier versions.
    #[serde(default)]
    pub capital: Option<Paise>,
    /// The part of each strategy, where not everything is of `rebound`; see [`DailyStatement::by_strategy`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub strategies: Vec<StrategyStatement>,
    /// Reason why the books may be incomplete, if so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl DailyStatement {
    /// Returns what the date brought, in paise: realised profit or loss and income, less charges.
    pub fn net(&self) -> Paise {
        self.realised + self.income - self.charges
    }
}

impl Desk {
    /// The statement of the run's trading date: of a date that is over the one with which it was closed, else as
    /// the books stand now. The latter is kept until the host closes the date.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn day_statement(&mut self, order_context: OrderContext) -> Result<DailyStatement, AppError> {
        self.check_usable()?;
        let OrderContext { day, now, .. } = order_context;
        if self.dates.is_closed(day)
            && let Some(text) = self.scope().statement(day).await?
        {
            return Ok(serde_json::from_str(&text)?);
        }
        let statement = self.statement(day, now).await;
        if self.trading.calendar.current().is_open_on(day) {
            self.scope().save_statement(day, serde_json::to_string(&statement)?).await?;
        }
        Ok(statement)
    }

    /// The statement of a date from the books as they stand, at the prices of `now`.
    pub(super) async fn statement(&self, day: Day, now: Timestamp) -> DailyStatement {
        let valuations = self.valuations(now).await;
        let market_value: Paise = valuations.iter().map(Valuation::value).sum();
        let parts = by_strategy::parts(self.book.results_on(day), &valuations);
        // An order belongs to one date, whenever it is filled: an after-market order to the one on which it was placed.
        let placed = self.book.orders().filter(|order| order.day() == day).count();
        let expired =
            |order: &&Order| order.state == OrderState::Expired && order.updated_at.ist_day() == day;
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        DailyStatement {
            day,
            cash: self.book.cash(),
            invested: self.book.invested(),
            market_value,
            realised: self.book.realised_on(day),
            unrealised: market_value - self.book.invested(),
            charges: self.book.charges_on(day),
            income: self.book.income_on(day),
            orders_placed: count(placed),
            fills: count(self.book.fills_on(day).len()),
            orders_expired: count(self.book.orders().filter(expired).count()),
            open_positions: count(self.book.held_symbols().count()),
            unpriced: unpriced(valuations),
            capital: Some(self.book.capital()),
            strategies: parts,
            note: None,
        }
    }
}

/// The symbols without a price, each once, whatever strategies hold it.
fn unpriced(valuations: Vec<Valuation>) -> Vec<UnpricedPosition> {
    let unpriced = valuations.into_iter().filter(|valued| valued.unpriced);
    let mut symbols: Vec<_> = unpriced.map(UnpricedPosition::from).collect();
    symbols.dedup_by(|next, one| next.symbol == one.symbol);
    symbols
}
