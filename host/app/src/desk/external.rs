//! Shares that are traded in the user's account by others than Prahari.
//!
//! The broker's list of shares is compared with the books. Lists lag, so a difference is believed only when two readings some time
//! apart show the same one, no order of ours may explain it, and the broker's book has no fill that is not booked yet. What is
//! missing then was sold outside and is booked so (`external_sale.rs`); what is too much waits for its owner to say whose it is
//! (`adoption.rs`). A simulated account is ours alone, and is compared and nothing more.

use std::collections::{BTreeMap, BTreeSet};

use prahari_brokers::Holding;
use prahari_domain::ids::RunId;
use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::orders::{Order, OrderState, Side};
use prahari_domain::risk::{Refusal, RefusalCode};
use prahari_domain::strategies::StrategyName;
use prahari_domain::time::{Day, Timestamp};
use prahari_store::{DifferenceCause, DifferenceEnd, DifferenceRow, DifferenceState, NewDifference};

use super::external_sale::{mean, newest};
use super::reconcile::{Difference, DifferenceKind};
use super::their_book::TheirBook;
use super::{Desk, OrderContext};
use crate::error::AppError;

/// Least time between the two readings that a difference is believed for, by the daemon's clock: reports of a broker were seen to
/// lag by seconds, and those that hang are cut off before.
pub(super) const READINGS_APART_MS: i64 = 45_000;

/// Time after which shares are compared without a reason, by the daemon's clock: a sale by hand tells nobody.
pub(super) const LOOKS_APART_MS: i64 = 15 * 60_000;

/// What is known of shares that are not from orders of ours.
#[derive(Default)]
pub(super) struct Outside {
    /// Whether the next three are those of the database.
    is_read: bool,
    /// Shares of the account that are not ours, as a person has said.
    pub of_others: BTreeMap<Symbol, u32>,
    /// Of which strategy shares become that are bought outside; none when each purchase is asked about.
    pub adopts_for: Option<StrategyName>,
    /// Differences that wait for a decision.
    pub open: BTreeMap<Symbol, DifferenceRow>,
    /// Differences that were seen once.
    suspected: BTreeMap<Symbol, (Reading, Timestamp)>,
    looked_at: Option<Timestamp>,
    /// The date on which the broker last refused a sell because the shares had not arrived. A restart forgets it, and is
    /// refused once more.
    unsettled: BTreeMap<Symbol, Day>,
    news: Vec<DifferenceNews>,
}

impl Outside {
    /// Has the next minute look at the shares, whatever was seen before.
    pub fn look_soon(&mut self) {
        self.looked_at = None;
    }

    /// Has a symbol looked at with the next look for which there is no reason.
    pub fn look_later(&mut self, symbol: &Symbol) {
        self.suspected.remove(symbol);
    }

    /// Notes that the broker has refused a sell because the shares have not arrived.
    pub fn note_unsettled(&mut self, symbol: &Symbol, day: Day) {
        self.unsettled.insert(symbol.clone(), day);
    }

    /// Returns why a share is not offered on a date: the broker has refused it once, and each further offer would be refused too.
    pub fn not_settled(&self, symbol: &Symbol, day: Day) -> Option<Refusal> {
        self.unsettled.get(symbol).filter(|refused| **refused == day)?;
        let detail = format!(
            "the broker has refused a sell of {symbol} today because the shares have not arrived: they are offered again on the next trading date"
        );
        Some(Refusal { code: RefusalCode::Holdings, detail })
    }

    /// Notes that nothing is left to say of a symbol.
    pub fn settle(&mut self, symbol: &Symbol) {
        self.suspected.remove(symbol);
        self.open.remove(symbol);
    }
}

/// Shares of one symbol at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reading {
    pub theirs: u32,
    pub ours: u32,
    pub of_others: u32,
}

impl Reading {
    /// Shares that the broker has too many of, below zero when some are missing.
    pub fn excess(self) -> i64 {
        i64::from(self.theirs) - i64::from(self.ours) - i64::from(self.of_others)
    }

    /// The sentence about it.
    pub fn in_words(self) -> String {
        let Self { theirs, ours, of_others } = self;
        let ours = if ours == 0 { "none".to_owned() } else { ours.to_string() };
        let others = if of_others == 0 { String::new() } else { format!(", {of_others} are not ours") };
        format!("the broker holds {theirs} shares, our books {ours}{others}")
    }

    /// The difference as it is kept.
    pub fn as_seen(
        self,
        symbol: &Symbol,
        cause: DifferenceCause,
        broker_cost: Option<Paise>,
        detail: String,
        seen_at: Timestamp,
    ) -> NewDifference {
        NewDifference {
            symbol: symbol.clone(),
            cause,
            quantity: u32::try_from(self.excess().unsigned_abs()).unwrap_or(u32::MAX),
            broker_quantity: self.theirs,
            book_quantity: self.ours,
            broker_cost,
            detail,
            seen_at,
        }
    }
}

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
    /// Takes out what is new about differences since this was last asked.
    pub fn take_differences(&mut self) -> Vec<DifferenceNews> {
        std::mem::take(&mut self.outside.news)
    }

    /// Shows how the shares of the broker differ from the books. What differs is looked at again soon.
    pub(super) async fn compare_holdings(
        &mut self,
        differences: &mut Vec<Difference>,
    ) -> Result<(), AppError> {
        let theirs = self.ask_holdings().await?;
        self.compare_unknown(&theirs);
        self.read_outside().await?;
        // What is open may be over.
        if !self.outside.open.is_empty() {
            self.outside.look_soon();
        }
        for (symbol, reading) in self.differing(&theirs) {
            self.outside.look_soon();
            let (kind, mut detail) = (DifferenceKind::ExternalTrade, reading.in_words());
            let fit = self.fits_unknown(&symbol, reading.theirs);
            fit.iter().for_each(|fit| detail.extend(["; ", fit.as_str()]));
            differences.push(Difference { symbol, kind, detail });
        }
        Ok(())
    }

    /// Looks whether others have traded in the account, when it is time to, and books or shows what is certain. A broker that
    /// cannot be asked is asked again later.
    pub(super) async fn look_outside(&mut self, now: Timestamp) -> Result<(), AppError> {
        let is_ours_alone = self.link.simulated.is_some();
        // An order whose outcome is open may be what differs.
        if is_ours_alone || self.fault.is_some() || self.needs_reconcile || self.has_unknown_orders() {
            return Ok(());
        }
        let rests = |at: Timestamp| now.millis_since(at) < LOOKS_APART_MS;
        if self.outside.suspected.is_empty() && self.outside.looked_at.is_some_and(rests) {
            return Ok(());
        }
        self.outside.looked_at = Some(now);
        match self.take_look(now).await {
            Err(AppError::Broker(error)) => {
                tracing::debug!(user = %self.book.user(), %error, "the shares cannot be compared now");
                Ok(())
            }
            looked => looked,
        }
    }

    async fn take_look(&mut self, now: Timestamp) -> Result<(), AppError> {
        let theirs = self.ask_holdings().await?;
        self.read_outside().await?;
        let readings = self.differing(&theirs);
        self.close_what_is_gone(&readings, now).await?;
        let certain = self.seen_twice(readings, now);
        if certain.is_empty() {
            return Ok(());
        }
        let book = self.ask_book().await?;
        for (symbol, reading) in &certain {
            // A cancellation without a clear answer: nothing is certain any more.
            if self.needs_reconcile {
                break;
            }
            if self.is_explained(symbol, reading.excess(), &book, now).await? {
                continue;
            }
            if reading.excess() > 0 {
                self.show_purchase(symbol, *reading, theirs.get(symbol), &book, now).await?;
            } else {
                self.settle_missing(symbol, *reading, (&theirs, &certain), &book, now).await?;
            }
        }
        Ok(())
    }

    /// The broker's shares by symbol.
    pub(super) async fn ask_holdings(&self) -> Result<BTreeMap<Symbol, Holding>, AppError> {
        let held = self.link.broker.holdings().await?;
        Ok(held.into_iter().map(|held| (held.symbol.clone(), held)).collect())
    }

    /// Reads once what a simulated account never has.
    pub(super) async fn read_outside(&mut self) -> Result<(), AppError> {
        if self.outside.is_read || self.link.simulated.is_some() {
            return Ok(());
        }
        let of_others = self.scope().shares_of_others().await?;
        let open = self.scope().open_differences().await?;
        self.outside.adopts_for = self.scope().outside_purchases().await?;
        self.outside.of_others = of_others.into_iter().collect();
        self.outside.open = open.into_iter().map(|row| (row.seen.symbol.clone(), row)).collect();
        self.outside.is_read = true;
        Ok(())
    }

    /// What the broker holds of a symbol, what the books do, and what is of others.
    pub(super) fn reading(&self, symbol: &Symbol, theirs: &BTreeMap<Symbol, Holding>) -> Reading {
        Reading {
            theirs: theirs.get(symbol).map_or(0, |held| held.quantity),
            // The broker knows nothing of strategies: their lots are one position there.
            ours: self.book.held(symbol),
            of_others: self.outside.of_others.get(symbol).copied().unwrap_or(0),
        }
    }

    /// The symbols of which the broker holds more or fewer than are known, in order.
    fn differing(&self, theirs: &BTreeMap<Symbol, Holding>) -> Vec<(Symbol, Reading)> {
        let known = self.book.held_symbols().chain(self.outside.of_others.keys());
        let symbols: BTreeSet<&Symbol> = known.chain(theirs.keys()).collect();
        let readings = symbols.into_iter().map(|symbol| (symbol.clone(), self.reading(symbol, theirs)));
        readings.filter(|(_, reading)| reading.excess() != 0).collect()
    }

    /// Ends what does not differ any more, and forgets what differs otherwise than it did.
    async fn close_what_is_gone(
        &mut self,
        readings: &[(Symbol, Reading)],
        now: Timestamp,
    ) -> Result<(), AppError> {
        let differs = |symbol: &Symbol| readings.iter().any(|(of, _)| of == symbol);
        let is_same =
            |of: &Symbol, was: Reading| readings.iter().any(|(symbol, is)| symbol == of && *is == was);
        self.outside.suspected.retain(|symbol, (was, _)| is_same(symbol, *was));
        let open = self.outside.open.iter().filter(|(symbol, _)| !differs(symbol));
        let gone: Vec<(Symbol, u64)> = open.map(|(symbol, row)| (symbol.clone(), row.id)).collect();
        for (symbol, id) in gone {
            let end = DifferenceEnd::by_itself(DifferenceState::Gone, now);
            self.scope().end_difference(id, end, None, None).await?;
            self.is_over(symbol, "the broker and the books hold the same again");
        }
        Ok(())
    }

    /// Notes what is seen for the first time; answers what was seen the same some time ago and is not shown yet.
    fn seen_twice(&mut self, readings: Vec<(Symbol, Reading)>, now: Timestamp) -> Vec<(Symbol, Reading)> {
        let mut certain = Vec::new();
        for (symbol, reading) in readings {
            if self.outside.open.get(&symbol).is_some_and(|row| shows(row, reading)) {
                continue;
            }
            let (_, first) = self.outside.suspected.entry(symbol.clone()).or_insert((reading, now));
            if now.millis_since(*first) >= READINGS_APART_MS {
                certain.push((symbol, reading));
            }
        }
        certain
    }

    /// Returns whether something of ours may explain a difference: a corporate action that is not booked, an order that stands, a
    /// fill that is not booked, or one that the broker shows no more. Fills that the broker's book has are booked.
    async fn is_explained(
        &mut self,
        symbol: &Symbol,
        excess: i64,
        theirs: &TheirBook,
        now: Timestamp,
    ) -> Result<bool, AppError> {
        if self.trading.jumps.ex_dates().not_booked(symbol, &self.book, now).is_some() {
            return Ok(true);
        }
        // A trade that was annulled is taken back, not sold outside.
        if self.lacks_fills(symbol, theirs, now) {
            return Ok(true);
        }
        let of_symbol = |order: &&Order| order.request.symbol == *symbol;
        let ours: Vec<Order> = self.book.orders().filter(of_symbol).cloned().collect();
        let side = if excess > 0 { Side::Buy } else { Side::Sell };
        // An offer that stands is withdrawn before a sale is booked; a buy is waited for.
        let is_bought = |order: &Order| order.request.side == Side::Buy && !order.state.is_final();
        if excess > 0 && ours.iter().any(is_bought) {
            return Ok(true);
        }
        let mut is_behind = false;
        for order in ours {
            // Of an order of today that the broker's book does not show nobody knows what was filled.
            is_behind |= order.request.side == side
                && order.day() == now.ist_day()
                && order.broker_id.is_some()
                && order.state != OrderState::Filled
                && theirs.find(&order, &self.book).is_none();
            is_behind |= self.catch_up_fills(&order, theirs, now).await?;
        }
        Ok(is_behind)
    }

    /// Books fills of an order of ours that the broker's book has and ours has not, whatever the order ended as. Returns whether
    /// there was any, or one that it does not tell yet.
    pub(super) async fn catch_up_fills(
        &mut self,
        order: &Order,
        theirs: &TheirBook,
        now: Timestamp,
    ) -> Result<bool, AppError> {
        let Some(known) = theirs.find(order, &self.book).filter(|known| known.filled > order.filled) else {
            return Ok(false);
        };
        self.catch_up(order, known, now, &mut Vec::new()).await?;
        Ok(true)
    }

    /// Shows shares that nobody here has bought.
    async fn show_purchase(
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
        if self.keep(seen).await? && !self.adopt_by_rule(symbol, strategy, now).await? {
            self.outside.news.push(DifferenceNews::Stands { symbol: symbol.clone(), detail });
        }
        Ok(())
    }

    /// Keeps a difference that waits for a decision, and has it told.
    pub(super) async fn show(&mut self, seen: NewDifference) -> Result<(), AppError> {
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

    /// Notes that a difference is over.
    pub(super) fn is_over(&mut self, symbol: Symbol, how: &str) {
        self.outside.settle(&symbol);
        self.outside.news.push(DifferenceNews::Over { symbol, how: how.to_owned() });
    }

    /// The context in which the host itself acts for a strategy.
    pub(super) fn of_host(strategy: StrategyName, now: Timestamp) -> OrderContext {
        OrderContext { run: RunId(0), strategy, day: now.ist_day(), now }
    }
}

/// Returns whether a kept difference says what is read. One that nothing explained is looked at again.
fn shows(row: &DifferenceRow, reading: Reading) -> bool {
    let seen = &row.seen;
    seen.cause != DifferenceCause::Unexplained
        && (seen.broker_quantity, seen.book_quantity) == (reading.theirs, reading.ours)
        && u64::from(seen.quantity) == reading.excess().unsigned_abs()
}
