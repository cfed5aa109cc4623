//! Trades that are over, and what the contract notes came to: computed from the fills, which are read for each request.

use prahari_domain::book::{Book, ClosedLot, OpenLot, Trades};
use prahari_domain::charges::ContractNote;
use prahari_domain::instruments::Symbol;
use prahari_domain::time::Day;

use super::UserQueries;
use crate::desk::Valuation;
use crate::error::AppError;

/// Most fills that one request looks at: twenty a day for ten years.
const MOST_FILLS: u32 = 50_000;

/// Selects the closed lots to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosedLotFilter {
    /// Only what was sold on this trading date or later.
    pub from: Option<Day>,
    /// Only what was sold on this trading date or earlier.
    pub through: Option<Day>,
    /// Only lots of this symbol.
    pub symbol: Option<Symbol>,
    /// Only lots with a smaller number: the last one of the page before.
    pub before: Option<u64>,
    /// At most this many, the newest ones.
    pub limit: u32,
}

/// The contract note of one trading date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayCharges {
    /// Trading date (IST).
    pub day: Day,
    /// Its lines, in paise.
    pub note: ContractNote,
}

impl ClosedLotFilter {
    fn lets_through(&self, lot: &ClosedLot) -> bool {
        self.from.is_none_or(|from| lot.sold_on >= from)
            && self.through.is_none_or(|through| lot.sold_on <= through)
            && self.symbol.as_ref().is_none_or(|symbol| lot.symbol == *symbol)
            && self.before.is_none_or(|before| lot.number < before)
    }
}

impl UserQueries<'_> {
    /// What the user bought and sold again, each sell matched with the oldest lots of its strategy, the newest sell first.
    ///
    /// # Errors
    /// [`AppError::TooManyFills`]; or when the fills cannot be read or folded.
    pub async fn closed_lots(&self, filter: ClosedLotFilter) -> Result<Vec<ClosedLot>, AppError> {
        let trades = self.trades().await?;
        let newest_first = trades.closed().iter().rev().filter(|lot| filter.lets_through(lot));
        Ok(newest_first.take(filter.limit as usize).cloned().collect())
    }

    /// The contract notes of the user from one trading date through another, oldest first; only of dates with fills. Today's note
    /// is that of the fills so far.
    ///
    /// # Errors
    /// As [`UserQueries::closed_lots`].
    pub async fn charges(&self, from: Day, through: Day) -> Result<Vec<DayCharges>, AppError> {
        let trades = self.trades().await?;
        let asked = trades.notes().filter(|(day, _)| (from..=through).contains(day));
        Ok(asked.map(|(day, note)| DayCharges { day, note: *note }).collect())
    }

    /// Returns what the user holds at this instant, valued, by symbol, each position with the lots that are left of it.
    pub async fn positions_with_lots(&self) -> Vec<(Valuation, Vec<OpenLot>)> {
        let (held, lots): (Vec<_>, Vec<_>) = {
            let desk = self.user.desk.lock().await;
            let book = desk.book();
            let with_lots = |held: prahari_domain::book::Position| {
                let lots = book.lots(held.strategy, &held.symbol);
                (held, lots)
            };
            book.positions().into_iter().map(with_lots).unzip()
        };
        // As everywhere, the desk is let go of before the market is asked.
        let valued = self.all.trading.value(held, self.all.clock.now()).await;
        valued.into_iter().zip(lots).collect()
    }

    async fn trades(&self) -> Result<Trades, AppError> {
        let fills = self.scope.all_fills(MOST_FILLS).await?;
        let fills = fills.ok_or(AppError::TooManyFills { user: self.user.id, most: MOST_FILLS })?;
        let folding = tokio::task::spawn_blocking(move || {
            let mut trades = Trades::new(Book::usual_plan());
            fills.iter().try_for_each(|fill| trades.book(fill)).map(|()| trades)
        });
        let folded = folding.await.map_err(|error| AppError::Ended(error.to_string()))?;
        folded.map_err(|error| AppError::Book(error.into()))
    }
}
