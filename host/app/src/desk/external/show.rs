//! Showing differences that wait for a person.

use prahari_brokers::Holding;
use prahari_domain::instruments::Symbol;
use prahari_domain::orders::Side;
use prahari_domain::time::Timestamp;
use prahari_store::{DifferenceCause, NewDifference};

use super::Reading;
use crate::desk::Desk;
use crate::desk::external_sale::{mean, newest};
use crate::desk::their_book::TheirBook;
use crate::error::AppError;

/// Something about a difference that a person is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DifferenceNews {
    /// It stands and waits for a decision.
    Stands {
        /// Symbol of the shares.
        symbol: Symbol,
        /// The sentence for the user.
        detail: String,
    },
    /// It is over.
    Over {
        /// Symbol of the shares.
        symbol: Symbol,
        /// How it ended, one sentence.
        how: String,
    },
}

impl Desk {
    /// Shows shares that nobody here has bought.
    pub(super) async fn show_purchase(
        &mut self,
        symbol: &Symbol,
        reading: Reading,
        held: Option<&Holding>,
        theirs: &TheirBook,
        now: Timestamp,
    ) -> Result<(), AppError> {
        let bought = theirs.fills_of_others(symbol, Side::Buy, now.ist_day(), &self.book);
        let was_bought = !bought.is_empty();
        let cause = if was_bought || reading.ours > 0 || reading.of_others > 0 {
            DifferenceCause::ExternalPurchase
        } else {
            DifferenceCause::OpeningHolding
        };
        let detail = format!("{symbol}: {}", reading.in_words());
        // What a purchase was made at is what the shares cost; the mean of the list has others in it.
        let quantity = u32::try_from(reading.excess()).unwrap_or(u32::MAX);
        let paid = newest(bought, quantity).and_then(|fills| mean(&fills));
        let cost = paid.or(held.and_then(|held| held.average_cost));
        let seen = reading.as_seen(symbol, cause, cost, detail, now);
        // Shares that were there before are asked about whatever the rule says: it would take over all that somebody owns.
        let rule = self.outside.adopts_for.filter(|_| cause == DifferenceCause::ExternalPurchase);
        let Some(strategy) = rule else { return self.show(seen).await };
        let detail = seen.detail.clone();
        if self.keep(seen).await? && !self.adopt_by_rule(symbol, strategy, theirs, now).await? {
            self.outside.news.push(DifferenceNews::Stands { symbol: symbol.clone(), detail });
        }
        Ok(())
    }

    /// Keeps a difference that waits for a decision, and has it told.
    pub(in crate::desk) async fn show(&mut self, seen: NewDifference) -> Result<(), AppError> {
        let (symbol, detail) = (seen.symbol.clone(), seen.detail.clone());
        if self.keep(seen).await? {
            self.outside.news.push(DifferenceNews::Stands { symbol, detail });
        }
        Ok(())
    }

    /// Keeps a difference. Answers false where as many are open as are kept, of which there are alerts.
    async fn keep(&mut self, seen: NewDifference) -> Result<bool, AppError> {
        let symbol = seen.symbol.clone();
        self.outside.suspected.remove(&symbol);
        let Some(row) = self.scope().keep_difference(seen).await? else { return Ok(false) };
        self.outside.open.insert(symbol, row);
        Ok(true)
    }
}
