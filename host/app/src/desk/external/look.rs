//! Looking whether others have traded: when it is time to, and what is believed.

use prahari_domain::instruments::Symbol;
use prahari_domain::time::Timestamp;
use prahari_store::{DifferenceCause, DifferenceEnd, DifferenceRow, DifferenceState};

use super::Reading;
use crate::desk::Desk;
use crate::desk::reconcile::{Difference, DifferenceKind};
use crate::error::AppError;

/// Least time between the two readings that a difference is believed for, by the daemon's clock: reports of a broker were seen to
/// lag by seconds, and those that hang are cut off before.
pub(in crate::desk) const READINGS_APART_MS: i64 = 45_000;

/// Time after which shares are compared without a reason, by the daemon's clock: a sale by hand tells nobody.
pub(in crate::desk) const LOOKS_APART_MS: i64 = 15 * 60_000;

impl Desk {
    /// Shows how the shares of the broker differ from the books. What differs is looked at again soon.
    pub(in crate::desk) async fn compare_holdings(
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
    pub(in crate::desk) async fn look_outside(&mut self, now: Timestamp) -> Result<(), AppError> {
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
        self.look_for_strays(&book, now);
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
}

/// Returns whether a kept difference says what is read. One that nothing explained is looked at again.
fn shows(row: &DifferenceRow, reading: Reading) -> bool {
    let seen = &row.seen;
    seen.cause != DifferenceCause::Unexplained
        && (seen.broker_quantity, seen.book_quantity) == (reading.theirs, reading.ours)
        && u64::from(seen.quantity) == reading.excess().unsigned_abs()
}
