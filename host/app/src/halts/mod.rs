//! Halts: what of one user is not sent until an admin has looked.
//!
//! A fault in one user's data or orders halts that user, and an impossible price halts one symbol for those who
//! hold it; everybody else goes on. Reading stays possible, and orders at the broker may still be cancelled.

mod desk_door;
mod held;
mod table;

use std::sync::Arc;

use prahari_brokers::BrokerError;
use prahari_domain::ids::{OrderId, RunId, UserId};
use prahari_domain::instruments::Symbol;
use prahari_domain::strategies::StrategyName;
use prahari_domain::text::one_line;
use prahari_store::{AlertCode, HaltCode, HaltRow, NewAlert, NewHalt, StoreError};

pub(crate) use held::Held;
pub use table::{Halt, UserHalts};

use crate::desk::{DifferenceNews, OrderAlarm, OrderContext};
use crate::error::AppError;
use crate::handles::Handles;
use crate::notices::Notices;
use crate::user::User;
use crate::users::Users;

/// Halts users and symbols.
pub struct Halts {
    handles: Handles,
    users: Arc<Users>,
    notices: Arc<Notices>,
}

impl Halts {
    pub(crate) fn new(handles: Handles, users: Arc<Users>, notices: Arc<Notices>) -> Self {
        Self { handles, users, notices }
    }

    /// Halts a user: from this instant nothing of theirs is sent, and their slots are skipped with the reason.
    /// Somebody who is halted stays so for the first reason. Answers whether the halt is new.
    ///
    /// # Errors
    /// When it cannot be written down; the user is halted in memory all the same.
    pub async fn halt_user(&self, id: UserId, code: HaltCode, reason: &str) -> Result<bool, AppError> {
        let user = self.users.find(id)?;
        let new = self.halt(&user, None, code, reason).await?;
        if new {
            let detail = format!("nothing of this user is sent: {reason}");
            let (code, subject) = (AlertCode::UserHalted, String::new());
            self.notices.raise(NewAlert { code, user: Some(id), subject, detail }).await?;
        }
        Ok(new)
    }

    /// Halts a symbol for a user: no new order of it is sent, buy or sell. Answers whether the halt is new.
    ///
    /// # Errors
    /// When it cannot be written down; the symbol is halted in memory all the same.
    pub async fn halt_symbol(
        &self,
        id: UserId,
        symbol: &Symbol,
        code: HaltCode,
        reason: &str,
    ) -> Result<bool, AppError> {
        let user = self.users.find(id)?;
        let new = self.halt(&user, Some(symbol), code, reason).await?;
        if new {
            let detail = no_order_of(symbol, reason);
            let (code, subject) = (AlertCode::SymbolHalted, symbol.to_string());
            self.notices.raise(NewAlert { code, user: Some(id), subject, detail }).await?;
        }
        Ok(new)
    }

    /// Halts a symbol of a user in memory, for whoever has their desk and so may not wait for what changes halts:
    /// [`Halts::halt_symbol`] has to follow as soon as the desk is free.
    pub(crate) fn halt_symbol_at_desk(&self, user: &User, symbol: &Symbol, code: HaltCode, reason: &str) {
        let halt = Halt { code, reason: one_line(reason).into_owned(), since: self.handles.clock.now() };
        user.halts.put(Some(symbol), &halt);
    }

    /// Halts a symbol for everybody who holds it or has an open order of it, and withdraws those orders. Answers
    /// for whom the halt is new. An order that cannot be withdrawn is logged and stays at the broker.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub async fn halt_symbol_of_holders(
        &self,
        symbol: &Symbol,
        code: HaltCode,
        reason: &str,
    ) -> Result<Vec<UserId>, AppError> {
        let mut halted = Vec::new();
        for user in self.users.all() {
            if self.halt_symbol_if_held(&user, symbol, code, reason).await? {
                halted.push(user.id);
            }
        }
        Ok(halted)
    }

    /// Halts a symbol for a user who holds it or has an open order of it, and withdraws those orders; whether the
    /// halt is new.
    ///
    /// # Errors
    /// As [`Halts::halt_symbol_of_holders`].
    pub async fn halt_symbol_if_held(
        &self,
        user: &User,
        symbol: &Symbol,
        code: HaltCode,
        reason: &str,
    ) -> Result<bool, AppError> {
        let open = {
            let desk = user.desk.lock().await;
            let orders = desk.book().active_orders().filter(|order| order.request.symbol == *symbol);
            let open: Vec<_> = orders.map(|order| (order.id, order.strategy)).collect();
            if open.is_empty() && desk.book().held(symbol) == 0 {
                return Ok(false);
            }
            open
        };
        let new = self.halt_symbol(user.id, symbol, code, reason).await?;
        for order in open {
            self.withdraw(user, order, reason).await?;
        }
        Ok(new)
    }

    /// Ends the halt of a symbol of a user that an impossible price made, in nobody's name: the price is explained. Whether there
    /// was one.
    ///
    /// # Errors
    /// When it cannot be written down; the symbol stays halted then.
    pub(crate) async fn end_of_price(
        &self,
        user: &User,
        symbol: &Symbol,
        why: &str,
    ) -> Result<bool, AppError> {
        let _changing = user.halts.changing().await;
        let Some(halt) = self.halt_of_price(user, symbol).await? else { return Ok(false) };
        let scope = self.handles.store.user(user.id);
        if !scope.end_halt(halt.id, self.handles.clock.now(), why.to_owned()).await? {
            return Ok(false);
        }
        user.halts.remove(Some(symbol));
        tracing::info!(user = %user.id, %symbol, "a halt has ended: {why}");
        self.notices
            .clear(AlertCode::SymbolHalted, Some(user.id), symbol.as_str(), &format!("it has ended: {why}"))
            .await?;
        Ok(true)
    }

    /// Has the halt of a symbol of a user that an impossible price made, and its alert, say why it stands now; whether it said
    /// something else before.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub(crate) async fn reword_of_price(
        &self,
        user: &User,
        symbol: &Symbol,
        reason: &str,
    ) -> Result<bool, AppError> {
        if !user.halts.open().symbols.contains_key(symbol) {
            return Ok(false);
        }
        let _changing = user.halts.changing().await;
        let Some(halt) = self.halt_of_price(user, symbol).await? else { return Ok(false) };
        let reason = one_line(reason).into_owned();
        if !self.handles.store.user(user.id).reword_halt(halt.id, reason.clone()).await? {
            return Ok(false);
        }
        user.halts.reword(symbol, &reason);
        tracing::info!(user = %user.id, %symbol, "a halt has another reason now: {reason}");
        let (code, detail) = (AlertCode::SymbolHalted, no_order_of(symbol, &reason));
        let subject = symbol.to_string();
        self.notices.reword(NewAlert { code, user: Some(user.id), subject, detail }).await?;
        Ok(true)
    }

    /// The open halt of a symbol of a user that an impossible price made.
    async fn halt_of_price(&self, user: &User, symbol: &Symbol) -> Result<Option<HaltRow>, AppError> {
        let is_it =
            |halt: &HaltRow| halt.symbol.as_ref() == Some(symbol) && halt.code == HaltCode::ImpossiblePrice;
        Ok(self.handles.store.user(user.id).open_halts().await?.into_iter().find(is_it))
    }

    /// Cancels an order in the name of its own strategy.
    async fn withdraw(
        &self,
        user: &User,
        (order, strategy): (OrderId, StrategyName),
        reason: &str,
    ) -> Result<(), AppError> {
        let now = self.handles.clock.now();
        let order_context = OrderContext { run: RunId(0), strategy, day: now.ist_day(), now };
        let answer = user.desk.lock().await.cancel(order, reason, order_context).await;
        match answer {
            Ok(Ok(())) => Ok(()),
            Ok(Err(refusal)) => {
                tracing::warn!(user = %user.id, %order, %refusal, "an order of a halted symbol was not withdrawn");
                Ok(())
            }
            Err(AppError::Broker(error @ (BrokerError::Unavailable(_) | BrokerError::Unclear(_)))) => {
                tracing::warn!(user = %user.id, %order, %error, "an order of a halted symbol was not withdrawn");
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Halts a user for an error that shows that their books, their journal or what else is kept of them cannot be
    /// trusted; whether it is such an error.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub(crate) async fn halt_for(&self, id: UserId, error: &AppError) -> Result<bool, AppError> {
        let code = match error {
            AppError::Book(_) | AppError::LostOrder { .. } | AppError::AccountDiffers { .. } => {
                HaltCode::BooksContradicted
            }
            AppError::BooksUnusable { .. }
            | AppError::Store(StoreError::JournalGap { .. } | StoreError::JournalDamaged { .. }) => {
                HaltCode::JournalDamaged
            }
            AppError::Store(StoreError::Unreadable { .. }) | AppError::Damaged(_) => HaltCode::RecordsDamaged,
            _ => return Ok(false),
        };
        self.halt_user(id, code, &error.to_string()).await?;
        Ok(true)
    }

    /// Tells what a desk has to tell of orders of unknown outcome.
    ///
    /// # Errors
    /// When an alert cannot be written down.
    pub(crate) async fn tell_of_orders(&self, id: UserId, alarms: Vec<OrderAlarm>) -> Result<(), AppError> {
        self.notices.tell_of_orders(id, alarms).await
    }

    /// Raises alerts about differences between the broker's shares and the books, one for each symbol, and ends those of
    /// differences that are over.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn tell_of_differences(
        &self,
        id: UserId,
        news: Vec<DifferenceNews>,
    ) -> Result<(), AppError> {
        let code = AlertCode::HoldingsDiffer;
        for news in news {
            match news {
                DifferenceNews::Stands { symbol, detail } => {
                    let subject = symbol.to_string();
                    self.notices.raise(NewAlert { code, user: Some(id), subject, detail }).await?;
                }
                DifferenceNews::Over { symbol, how } => {
                    self.notices.clear(code, Some(id), symbol.as_str(), &how).await?;
                }
            }
        }
        Ok(())
    }

    /// Sets a halt, in memory first: nothing must be sent while the write is under way.
    async fn halt(
        &self,
        user: &User,
        symbol: Option<&Symbol>,
        code: HaltCode,
        reason: &str,
    ) -> Result<bool, AppError> {
        let _changing = user.halts.changing().await;
        let halt = Halt { code, reason: one_line(reason).into_owned(), since: self.handles.clock.now() };
        user.halts.put(symbol, &halt);
        let new = NewHalt { symbol: symbol.cloned(), code, reason: halt.reason, since: halt.since };
        Ok(self.handles.store.user(user.id).halt(new).await?)
    }
}

/// What the alert about the halt of a symbol says.
fn no_order_of(symbol: &Symbol, reason: &str) -> String {
    format!("no order of {symbol} is sent: {reason}")
}
