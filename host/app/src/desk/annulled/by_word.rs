//! The word of a person that a fill was annulled.

use prahari_brokers::BrokerOrder;
use prahari_domain::ids::OrderId;
use prahari_domain::numbers::counted;
use prahari_domain::orders::Purpose;
use prahari_domain::risk::{Refusal, RefusalCode};
use prahari_domain::time::Timestamp;

use super::take_back::newest_of;
use super::words::shares_of;
use crate::desk::Desk;
use crate::desk::their_book::TheirBook;
use crate::error::AppError;

impl Desk {
    /// Returns whether somebody may say that a fill of an order was annulled: its broker does not say that executions are final, and
    /// the books have not forgotten it, as they do an ended sell once a later date is closed. Of what others traded the keys may be our
    /// own, which no look at the broker's book would find.
    pub fn may_be_annulled(&self, id: OrderId) -> bool {
        let order = self.book.order(&id).filter(|order| order.request.purpose != Purpose::External);
        order.is_some() && !self.executions_stay()
    }

    /// Books the word of a person that a fill was annulled, such as on a later date, when the broker's lists have nothing of it any
    /// more. A fill that the broker's book shows needs no decision, and stays; so does one that the row of its order still counts.
    ///
    /// # Errors
    /// When the journal cannot be written or the broker's book contradicts ours. A book that cannot be had is a refusal: it may
    /// show the fill.
    pub async fn annulled_by_word(
        &mut self,
        id: OrderId,
        key: &str,
        reason: &str,
        now: Timestamp,
    ) -> Result<Result<(), Refusal>, AppError> {
        let refused = |code, detail| Ok(Err(Refusal { code, detail }));
        self.close_past_dates(now, None).await?;
        let theirs = match self.read_again(now).await {
            Ok(theirs) => theirs,
            Err(AppError::Broker(error)) => {
                let detail = format!("the broker's book may show it and cannot be read now: {error}");
                return refused(RefusalCode::Unsettled, detail);
            }
            Err(error) => return Err(error),
        };
        let Some(order) = self.book.order(&id).filter(|_| !self.executions_stay()).cloned() else {
            let detail = format!("fills of order {id} are final");
            return refused(RefusalCode::State, detail);
        };
        let known = theirs.find(&order, &self.book);
        if known.is_some_and(|known| known.fills.iter().any(|fill| fill.key == key)) {
            return refused(RefusalCode::State, format!("the broker's book shows the fill {key}"));
        }
        if let Some(detail) = known.and_then(|known| still_counted(known, key)) {
            return refused(RefusalCode::State, detail);
        }
        let (known, keys) = (known.cloned(), [key.to_owned()]);
        let journal = self.whole_journal().await?;
        let reason = format!("decided by hand that it was annulled: {reason}");
        let withdrawals = match self.book.plan_withdrawals(&journal, id, &keys, &reason) {
            Ok(withdrawals) => withdrawals,
            Err(error) => return refused(RefusalCode::State, error.to_string()),
        };
        let fills = newest_of(&journal, id, &keys);
        if !self.book_without(&order, known.as_ref(), (withdrawals, &fills), now).await? {
            let detail = format!("what is offered of {} cannot be withdrawn now", order.request.symbol);
            return refused(RefusalCode::Unsettled, detail);
        }
        // The statement of its date changes.
        self.close_past_dates(now, None).await?;
        Ok(Ok(()))
    }

    /// The broker's book, after everything that it tells is booked.
    async fn read_again(&mut self, now: Timestamp) -> Result<TheirBook, AppError> {
        self.reconcile(now).await?;
        self.ask_book().await
    }
}

/// Why a fill that the list of executions lacks stands all the same: the row of its order has more filled than that list.
fn still_counted(known: &BrokerOrder, key: &str) -> Option<String> {
    let shown = shares_of(&known.fills);
    (known.filled > shown).then(|| {
        format!(
            "the broker's order still has {} filled, its executions {shown}: while they do not agree the fill {key} stays",
            counted(known.filled, "share", "shares")
        )
    })
}
