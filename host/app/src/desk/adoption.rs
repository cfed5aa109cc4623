//! What a person decides of a difference between the broker's shares and the books.

use prahari_domain::ids::UserId;
use prahari_domain::instruments::Symbol;
use prahari_domain::money::{Paise, rupees};
use prahari_domain::numbers::counted;
use prahari_domain::orders::{Fill, Order, Side};
use prahari_domain::settings::CAPITAL;
use prahari_domain::strategies::StrategyName;
use prahari_domain::time::Timestamp;
use prahari_store::{DifferenceCause, DifferenceEnd, DifferenceRow, DifferenceState};

use super::Desk;
use super::external_sale::{mean, newest};
use super::their_book::TheirBook;
use crate::error::AppError;

/// What becomes of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DifferenceDecision {
    /// The books take over what the broker says.
    Adopt {
        /// Price per share in paise: what bought shares cost, or missing ones were sold at. Without it the broker's own cost
        /// counts, or the last price.
        price: Option<Paise>,
        /// Strategy whose shares they become; none for missing ones.
        strategy: Option<StrategyName>,
    },
    /// The shares are not Prahari's.
    Ignore,
}

/// The answer to a decision: the difference as it ended, or why nothing was done.
pub type Decided = Result<DifferenceRow, String>;

impl Desk {
    /// Does what a person decides of an open difference.
    ///
    /// # Errors
    /// When the broker cannot be asked, or the journal or the database cannot be written.
    pub async fn decide_difference(
        &mut self,
        id: u64,
        decision: DifferenceDecision,
        by: UserId,
        now: Timestamp,
    ) -> Result<Decided, AppError> {
        self.check_usable()?;
        self.close_past_dates(now, None).await?;
        self.read_outside().await?;
        let Some(row) = self.outside.open.values().find(|row| row.id == id).cloned() else {
            return Ok(Err(format!("difference {id} is not open any more")));
        };
        let symbol = &row.seen.symbol;
        let theirs = self.ask_book().await?;
        if self.lacks_fills(symbol, &theirs, now) {
            return Ok(Err(format!(
                "the broker's book does not show a fill of {symbol} that our books have: the exchange may have annulled it, and it may be what differs"
            )));
        }
        let done = match decision {
            DifferenceDecision::Ignore => self.ignore(&row, by, now).await?,
            DifferenceDecision::Adopt { price, strategy } => {
                let end = DifferenceEnd::by_itself(DifferenceState::Adopted, now);
                let end = DifferenceEnd { by: Some(by), ..end };
                self.adopt(&row, (price, strategy), end, &theirs, now).await?
            }
        };
        if let Err(refused) = done {
            return Ok(Err(refused));
        }
        let how = match decision {
            DifferenceDecision::Ignore => "the shares are not Prahari's",
            DifferenceDecision::Adopt { .. } => "the books have taken it over",
        };
        self.is_over(row.seen.symbol.clone(), how);
        let ended = self.scope().find_difference(id).await?;
        Ok(ended.ok_or_else(|| format!("difference {id} is not kept any more")))
    }

    /// Says of which strategy shares become that are bought outside from now on; none when each purchase is asked about.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn adopt_purchases_for(&mut self, strategy: Option<StrategyName>) -> Result<(), AppError> {
        self.scope().save_outside_purchases(strategy).await?;
        self.outside.adopts_for = strategy;
        Ok(())
    }

    /// Has the open difference of a symbol taken over as the user's rule says. Answers false where that cannot be done, because nobody
    /// knows what the shares cost: it stays open.
    pub(super) async fn adopt_by_rule(
        &mut self,
        symbol: &Symbol,
        strategy: StrategyName,
        theirs: &TheirBook,
        now: Timestamp,
    ) -> Result<bool, AppError> {
        let Some(row) = self.outside.open.get(symbol).cloned() else { return Ok(false) };
        let end = DifferenceEnd::by_itself(DifferenceState::Adopted, now);
        match self.adopt(&row, (None, Some(strategy)), end, theirs, now).await? {
            Ok(()) => {
                self.is_over(symbol.clone(), "the books have taken it over, as the user's rule says");
                Ok(true)
            }
            Err(why) => {
                tracing::info!(user = %self.book.user(), %symbol, why, "a purchase is not taken over");
                Ok(false)
            }
        }
    }

    async fn ignore(
        &mut self,
        row: &DifferenceRow,
        by: UserId,
        now: Timestamp,
    ) -> Result<Result<(), String>, AppError> {
        if row.seen.cause == DifferenceCause::Unexplained {
            return Ok(Err(
                "shares that the books hold and the broker does not cannot be left to others".to_owned()
            ));
        }
        let symbol = &row.seen.symbol;
        let known = self.outside.of_others.get(symbol).copied().unwrap_or(0);
        let quantity = known.saturating_add(row.seen.quantity);
        let end = DifferenceEnd { by: Some(by), ..DifferenceEnd::by_itself(DifferenceState::Ignored, now) };
        self.scope().end_difference(row.id, end, Some((symbol.clone(), quantity)), None).await?;
        self.outside.of_others.insert(symbol.clone(), quantity);
        Ok(Ok(()))
    }

    async fn adopt(
        &mut self,
        row: &DifferenceRow,
        (price, strategy): (Option<Paise>, Option<StrategyName>),
        end: DifferenceEnd,
        their_book: &TheirBook,
        now: Timestamp,
    ) -> Result<Result<(), String>, AppError> {
        if self.needs_reconcile || self.has_unknown_orders() {
            return Ok(
                Err("the outcome of an order is not known yet, and it may be what differs".to_owned()),
            );
        }
        let symbol = &row.seen.symbol;
        let theirs = self.ask_holdings().await?;
        let reading = self.reading(symbol, &theirs);
        let expected = i64::from(row.seen.quantity);
        let is_sale = row.seen.cause == DifferenceCause::Unexplained;
        if reading.excess() != if is_sale { -expected } else { expected } {
            self.outside.look_soon();
            return Ok(Err(format!("{symbol} differs otherwise than it did: {}", reading.in_words())));
        }
        if is_sale {
            // What an offer of ours sold would be booked twice.
            if !self.withdraw_offers(symbol, row.seen.quantity, false, reading, now).await? {
                return Ok(Err(format!(
                    "an offer of {symbol} may be what was sold; the next minute shows it"
                )));
            }
            return self.adopt_sale(row, price, end, now).await;
        }
        let is_bought = |order: &&Order| order.request.symbol == *symbol && order.request.side == Side::Buy;
        if let Some(order) = self.book.active_orders().find(is_bought) {
            return Ok(Err(format!("order {} of {symbol} stands, and may be what differs", order.id)));
        }
        let listed = theirs.get(symbol).and_then(|held| held.average_cost);
        // The executions themselves, where the broker shows them: their keys keep them from being taken for others later.
        let bought = their_book.fills_of_others(symbol, Side::Buy, now.ist_day(), &self.book);
        let shown = if price.is_none() { newest(bought, row.seen.quantity) } else { None };
        self.adopt_purchase(row, (price, listed), shown, strategy, (end, now)).await
    }

    /// Books shares that were bought outside, at the price that is given, else that of the broker's executions, else what its list
    /// says.
    async fn adopt_purchase(
        &mut self,
        row: &DifferenceRow,
        (price, listed): (Option<Paise>, Option<Paise>),
        shown: Option<Vec<Fill>>,
        strategy: Option<StrategyName>,
        (end, now): (DifferenceEnd, Timestamp),
    ) -> Result<Result<(), String>, AppError> {
        let symbol = &row.seen.symbol;
        let Some(strategy) = strategy else {
            return Ok(Err("shares become those of a strategy, which has to be named".to_owned()));
        };
        let told = shown.as_deref().and_then(mean).or(row.seen.broker_cost).or(listed);
        let Some(price) = price.or(told) else {
            return Ok(Err(format!(
                "the broker does not say what {symbol} cost, so its cost has to be given"
            )));
        };
        if let Err(refused) = self.check_payment(symbol, price, row.seen.quantity) {
            return Ok(Err(refused));
        }
        let given =
            || Fill { key: format!("adopted/{}", row.id), quantity: row.seen.quantity, price, at: now };
        let fills = shown.unwrap_or_else(|| vec![given()]);
        let cash = self.book.cash();
        self.book_external(symbol, Side::Buy, vec![(strategy, fills)], now).await?;
        // Shares are paid in as money is: cash stays what it was.
        let capital = self.book.capital() + (cash - self.book.cash());
        let end = DifferenceEnd { price: Some(price), strategy: Some(strategy), ..end };
        self.scope().end_difference(row.id, end, None, Some(capital)).await?;
        self.book.set_capital(capital);
        self.announce_capital();
        Ok(Ok(()))
    }

    /// Returns why shares at this price cannot be paid in.
    fn check_payment(&self, symbol: &Symbol, price: Paise, quantity: u32) -> Result<(), String> {
        let value = price.times(quantity).filter(|value| value.0 > 0);
        let Some(value) = value else {
            let shares = counted(quantity, "share", "shares");
            return Err(format!("{shares} of {symbol} at {}: that is no amount", rupees(price)));
        };
        CAPITAL.check(&(self.book.capital() + value).0.into()).map_err(|error| error.to_string())
    }

    /// Books missing shares as sold.
    async fn adopt_sale(
        &mut self,
        row: &DifferenceRow,
        price: Option<Paise>,
        end: DifferenceEnd,
        now: Timestamp,
    ) -> Result<Result<(), String>, AppError> {
        let (symbol, quantity) = (&row.seen.symbol, row.seen.quantity);
        let fill = match price {
            Some(price) if price.0 > 0 => {
                Fill { key: format!("adopted/{}", row.id), quantity, price, at: now }
            }
            Some(_) => return Ok(Err("a share is sold at more than nothing".to_owned())),
            None => {
                let last = self.last_prices(std::slice::from_ref(symbol), now).await;
                let Some((_, last)) = last.into_iter().next() else {
                    return Ok(Err(format!(
                        "the last price of {symbol} is not known, so one has to be given"
                    )));
                };
                Fill::estimated(quantity, last, now)
            }
        };
        let end = DifferenceEnd { price: Some(fill.price), estimated: price.is_none(), ..end };
        self.book_sale(symbol, quantity, &[fill], now).await?;
        self.scope().end_difference(row.id, end, None, None).await?;
        Ok(Ok(()))
    }
}
