//! What a corporate action does to a user: orders of the share are withdrawn, the books and a simulated account change.

use prahari_brokers::AccountChange;
use prahari_domain::book::{HeldShares, HoldingChange};
use prahari_domain::ids::{OrderId, RunId};
use prahari_domain::instruments::Symbol;
use prahari_domain::orders::{Order, OrderEvent, OrderState};
use prahari_domain::time::{Day, Timestamp};

use super::{Desk, OrderContext};
use crate::error::AppError;

impl Desk {
    /// Returns whether an action of a share may concern this user: they hold it, or have an order of it that stands or would
    /// be tried again.
    pub(crate) fn has_at_stake(&self, symbol: &Symbol) -> bool {
        let of = |order: &Order| order.request.symbol == *symbol && stands(order);
        self.book.held(symbol) > 0 || self.book.orders().any(of)
    }

    /// The shares that are held, or of which an order stands or would be tried again; some more than once.
    pub(crate) fn symbols_concerned(&self) -> impl Iterator<Item = &Symbol> {
        let ordered = self.book.orders().filter(|order| stands(order)).map(|order| &order.request.symbol);
        self.book.held_symbols().chain(ordered)
    }

    /// Brings what was held on days of the past up to the last entry of the journal.
    ///
    /// # Errors
    /// When the journal cannot be read; or [`AppError::ActionRefused`] when it does not lead to these books.
    pub(crate) async fn follow_history(&self, history: &mut HeldShares) -> Result<(), AppError> {
        let (user, last) = (self.book.user(), self.book.next_sequence().saturating_sub(1));
        if history.through() < last {
            let journal = self.scope().load_journal(history.through()).await?;
            history.extend(&journal);
        }
        if history.through() == last {
            return Ok(());
        }
        let says = "what was held on the day before the ex-date cannot be told from the journal";
        let ends = format!("it ends with entry {}, and the books with entry {last}", history.through());
        Err(AppError::ActionRefused(format!("{says} of user {user}: {ends}")))
    }

    /// Returns whether a date is closed.
    pub(crate) fn is_closed(&self, day: Day) -> bool {
        self.dates.is_closed(day)
    }

    /// Withdraws every order of a share that was placed before `ex_day` and may still be filled, and gives up those that
    /// would be tried again. Answers those that could not be withdrawn, each with the reason.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub(crate) async fn withdraw_before(
        &mut self,
        symbol: &Symbol,
        ex_day: Day,
        reason: &str,
        now: Timestamp,
    ) -> Result<Vec<(OrderId, String)>, AppError> {
        let open: Vec<_> = self
            .book
            .orders()
            .filter(|order| order.request.symbol == *symbol && stands(order))
            .filter(|order| order.placed_at.ist_day() < ex_day)
            .map(|order| (order.id, order.strategy))
            .collect();
        let mut left = Vec::new();
        for (order, strategy) in open {
            let order_context = OrderContext { run: RunId(0), strategy, day: now.ist_day(), now };
            match self.cancel(order, reason, order_context).await {
                Ok(Ok(())) => {}
                Ok(Err(refusal)) => left.push((order, refusal.to_string())),
                // The exchange cancels what stands of the share in any case; what became of it is told by the next
                // comparison.
                Err(AppError::Broker(error)) => left.push((order, error.to_string())),
                Err(error) => return Err(error),
            }
        }
        Ok(left)
    }

    /// Books what an action changes, in a simulated account too, and waits until it is on disk. The account goes first: it
    /// knows which actions it has done, so after a crash in between it is asked again and changes nothing.
    ///
    /// # Errors
    /// When the change does not fit the books, or account or journal cannot be written.
    pub(crate) async fn change_holdings(
        &mut self,
        ex_day: Day,
        change: HoldingChange,
        now: Timestamp,
    ) -> Result<(), AppError> {
        let order = OrderId::of_holdings(self.book.user(), ex_day);
        let event = (order, now, OrderEvent::HoldingChanged(change.clone()));
        self.check_usable()?;
        self.book.try_entries(std::slice::from_ref(&event)).map_err(AppError::Book)?;
        if let Some(account) = &self.link.simulated {
            let HoldingChange { action, undoes, cash, .. } = change;
            let change = AccountChange { action, undoes, shares: change.shares(), cash };
            account.change_holdings(&change, now).await?;
        }
        self.record_durably(vec![event]).await
    }
}

/// Returns whether an order may still be filled, or would be tried again.
fn stands(order: &Order) -> bool {
    !order.state.is_final() || (order.state == OrderState::Rejected && order.retryable)
}
