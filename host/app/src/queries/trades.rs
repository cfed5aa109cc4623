//! Trades that are over, and what the contract notes came to: computed from all fills, whenever there is another one.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::Mutex;
use prahari_domain::book::{Book, ClosedLot, OpenLot, Trades};
use prahari_domain::charges::ContractNote;
use prahari_domain::ids::UserId;
use prahari_domain::instruments::Symbol;
use prahari_domain::time::Day;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::UserQueries;
use crate::desk::{Held, Valuation};
use crate::error::AppError;

/// Most fills that one request looks at: twenty a day for ten years.
pub(super) const MOST_FILLS: u32 = 50_000;

/// Most users whose trades are kept at a time; those of most fills take 10 MB.
const MOST_FOLDS: usize = 4;

/// Reads through years of rows at a time. The database has four readers.
const HEAVY_AT_ONCE: usize = 2;

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
            let with_lots = |held: Held| {
                let lots = book.lots(held.position.strategy, &held.position.symbol);
                (held, lots)
            };
            desk.held(self.all.clock.now()).into_iter().map(with_lots).unzip()
        };
        // As everywhere, the desk is let go of before the market is asked.
        let valued = self.all.trading.value(held, self.all.clock.now()).await;
        valued.into_iter().zip(lots).collect()
    }

    async fn trades(&self) -> Result<Arc<Trades>, AppError> {
        let _turn = self.all.heavy.turn().await;
        let newest = self.scope.newest_fill().await?;
        if let Some(trades) = self.all.folds.find(self.user.id, newest) {
            return Ok(trades);
        }
        let fills = self.scope.all_fills(MOST_FILLS).await?;
        let fills = fills.ok_or(AppError::TooManyFills { user: self.user.id, most: MOST_FILLS })?;
        let folding = tokio::task::spawn_blocking(move || {
            let mut trades = Trades::new(Book::usual_plan());
            fills.iter().try_for_each(|event| trades.fold(event)).map(|()| trades)
        });
        let folded = folding.await.map_err(|error| AppError::Ended(error.to_string()))?;
        let trades = Arc::new(folded.map_err(|error| AppError::Book(error.into()))?);
        self.all.folds.keep(self.user.id, newest, trades.clone());
        Ok(trades)
    }
}

/// The trades that were folded last: whoever reads a list page by page reads the same ones again.
#[derive(Default)]
pub(super) struct Folds(Mutex<VecDeque<Fold>>);

struct Fold {
    user: UserId,
    /// Sequence of the newest fill among them; none of a user without fills.
    newest: Option<u64>,
    trades: Arc<Trades>,
}

impl Folds {
    fn find(&self, user: UserId, newest: Option<u64>) -> Option<Arc<Trades>> {
        let folds = self.0.lock();
        let found = folds.iter().find(|fold| fold.user == user && fold.newest == newest)?;
        Some(found.trades.clone())
    }

    fn keep(&self, user: UserId, newest: Option<u64>, trades: Arc<Trades>) {
        let mut folds = self.0.lock();
        folds.retain(|fold| fold.user != user);
        if folds.len() == MOST_FOLDS {
            folds.pop_front();
        }
        folds.push_back(Fold { user, newest, trades });
    }
}

/// The turn of reads that go through years of rows: few at a time, so that they neither hold every reader of the database nor
/// every processor while tasks wait.
pub(super) struct HeavyReads(Semaphore);

impl Default for HeavyReads {
    fn default() -> Self {
        Self(Semaphore::new(HEAVY_AT_ONCE))
    }
}

impl HeavyReads {
    /// Waits for the turn; it ends when what is returned is dropped.
    pub(super) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        // Never closed.
        self.0.acquire().await.ok()
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[test]
    fn the_trades_of_few_users_are_kept_until_there_is_another_fill() {
        let folds = Folds::default();
        let trades = || Arc::new(Trades::new(Book::usual_plan()));
        for user in 1..=MOST_FOLDS as u64 + 1 {
            folds.keep(UserId(user), Some(7), trades());
        }
        assert!(folds.find(UserId(1), Some(7)).is_none(), "the oldest went");
        assert!(folds.find(UserId(2), Some(7)).is_some());
        assert!(folds.find(UserId(2), Some(8)).is_none());
        folds.keep(UserId(2), Some(8), trades());
        assert_eq!(folds.0.lock().len(), MOST_FOLDS);
        assert!(folds.find(UserId(2), Some(8)).is_some() && folds.find(UserId(2), Some(7)).is_none());
    }

    #[tokio::test]
    async fn so_many_heavy_reads_go_on_at_once_and_the_next_one_waits_for_its_turn() {
        let heavy = HeavyReads::default();
        let mut turns = Vec::new();
        for _ in 0..HEAVY_AT_ONCE {
            turns.push(heavy.turn().await);
        }
        assert!(heavy.turn().now_or_never().is_none());
        turns.pop();
        assert!(heavy.turn().now_or_never().flatten().is_some());
    }
}
