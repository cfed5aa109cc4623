//! Taking an action back: an entry in the journal of everybody for whom it was booked, never a deletion.

use std::collections::BTreeSet;
use std::sync::Arc;

use prahari_domain::actions::{ActionKind, ActionRow, ActionState};
use prahari_domain::book::HoldingChange;
use prahari_domain::ids::{ActionId, OrderId, UserId};
use prahari_domain::instruments::Symbol;
use prahari_domain::orders::OrderEvent;
use prahari_domain::time::Timestamp;
use prahari_store::{ActionTransition, AlertCode};

use super::Actions;
use super::source::subject_of;
use super::uncovered::Became;
use crate::desk::Desk;
use crate::error::AppError;
use crate::halts::Held;
use crate::user::User;

impl Actions {
    /// Takes an action back, in the name of `by` and for a reason. Everything or nothing: where somebody has traded the
    /// shares since, the lots of before cannot be had again, and it stands for everybody.
    ///
    /// # Errors
    /// [`AppError::UnknownAction`]; [`AppError::ActionRefused`] with the sentence of the first user for whom it cannot be
    /// done exactly; or when it cannot be written.
    pub async fn undo(&self, id: ActionId, reason: &str, by: &str) -> Result<ActionRow, AppError> {
        let _changing = self.changing.write().await;
        let row = self.find(id).await?;
        if row.state == ActionState::Undone {
            return Err(AppError::ActionRefused(format!("action {id} is undone already")));
        }
        let now = self.handles.clock.now();
        let inverses = self.inverses(&row).await?;
        self.check(&inverses, &row, now).await?;
        let (state, at) = (ActionState::Undone, now);
        let why = format!("{} is taken back: {reason}", row.action);
        let changed = went_into(&row, now);
        let mut symbols = changed.clone();
        // Without the action the shares may be of another price than the market's, which is looked at last.
        let mut held = self.hold_for_all(&changed, &why);
        self.withdraw_of_others(&changed, &inverses, &why, now).await?;
        for (user, inverse) in inverses {
            let user = self.users.find(user)?;
            let mut desk = user.desk.lock().await;
            let mut own: BTreeSet<Symbol> = inverse.symbols().into_iter().collect();
            held.extend(own.difference(&changed).map(|symbol| Held::of(&user, symbol.clone(), &why)));
            own.extend(changed.iter().cloned());
            withdraw(&mut desk, &own, &why, now).await?;
            desk.change_holdings(row.action.ex_day(), inverse, now).await?;
            drop(desk);
            symbols.append(&mut own);
        }
        // Before the action is gone, so that a crash leaves nothing behind that was made of it; and once bars are without it, because
        // who ran in between has remembered it anew.
        self.forget_levels_of_all(&symbols).await?;
        let to = ActionTransition { id, state, by: by.to_owned(), reason: reason.to_owned(), at };
        self.handles.store.system().move_action(to).await?;
        {
            let mut known = self.known.lock();
            known.waiting.remove(&id);
            known.done.remove(&id);
            known.refused.remove(&id);
        }
        self.load().await?;
        self.forget_levels_of_all(&symbols).await?;
        let ended = self.signals.end(&changed, Timestamp::start_of(row.action.ex_day())).await?;
        if ended > 0 {
            tracing::info!(action = %row.action, ended, "signals that were found by an action are over");
        }
        Box::pin(self.look_at_jumps(std::slice::from_ref(&row.action), Became::TakenBack, now)).await?;
        drop(held);
        let (code, subject) = (AlertCode::ActionNotTold, subject_of(&row.action.key()));
        self.notices.clear(code, None, &subject, "the action is taken back").await?;
        self.end_of_terms(&row, "the action is taken back").await?;
        self.find(id).await
    }

    /// Has nobody's orders of some shares sent until what is returned is dropped.
    fn hold_for_all(&self, symbols: &BTreeSet<Symbol>, why: &str) -> Vec<Held> {
        let users = self.users.all();
        let of_user = |user: &Arc<User>| -> Vec<Held> {
            symbols.iter().map(|symbol| Held::of(user, symbol.clone(), why)).collect()
        };
        users.iter().flat_map(of_user).collect()
    }

    /// Withdraws the orders of some shares of everybody whose books have nothing of the action: their prices were made of bars that it
    /// went into. What goes wrong with one user is theirs, as an action that was taken back is for everybody.
    async fn withdraw_of_others(
        &self,
        symbols: &BTreeSet<Symbol>,
        inverses: &[(UserId, HoldingChange)],
        why: &str,
        now: Timestamp,
    ) -> Result<(), AppError> {
        if symbols.is_empty() {
            return Ok(());
        }
        let has_entry = |user: &Arc<User>| inverses.iter().any(|(of, _)| *of == user.id);
        for user in self.users.all().into_iter().filter(|user| !has_entry(user)) {
            let mut desk = user.desk.lock().await;
            let withdrawn = withdraw(&mut desk, symbols, why, now).await;
            drop(desk);
            let Err(error) = withdrawn else { continue };
            if error.concerns_everybody() {
                return Err(error);
            }
            if !self.halts.halt_for(user.id, &error).await? {
                tracing::warn!(user = %user.id, %error, "orders were not withdrawn when an action was taken back");
            }
        }
        Ok(())
    }

    /// The change that takes back what an action has booked, of each user for whom it stands.
    async fn inverses(&self, row: &ActionRow) -> Result<Vec<(UserId, HoldingChange)>, AppError> {
        let mut inverses = Vec::new();
        for user in self.users.all() {
            if !user.desk.lock().await.book().has_applied(row.id) {
                continue;
            }
            let newest = self.changes_of(user.id, row).await?.pop();
            inverses.extend(newest.map(|(_, change)| (user.id, change.inverse())));
        }
        Ok(inverses)
    }

    /// Checks, before anything is done, that each change can be taken back exactly.
    async fn check(
        &self,
        inverses: &[(UserId, HoldingChange)],
        row: &ActionRow,
        now: Timestamp,
    ) -> Result<(), AppError> {
        for (user, inverse) in inverses {
            let user = self.users.find(*user)?;
            let desk = user.desk.lock().await;
            let order = OrderId::of_holdings(user.id, row.action.ex_day());
            let event = (order, now, OrderEvent::HoldingChanged(inverse.clone()));
            if let Err(error) = desk.book().try_entries(&[event]) {
                return Err(AppError::ActionRefused(format!(
                    "it cannot be undone for user {}: {error}",
                    user.id
                )));
            }
        }
        Ok(())
    }

    /// What an action has booked in the journal of a user, with the time of each entry.
    pub(super) async fn changes_of(
        &self,
        user: UserId,
        row: &ActionRow,
    ) -> Result<Vec<(Timestamp, HoldingChange)>, AppError> {
        let about = OrderId::of_holdings(user, row.action.ex_day());
        let entries = self.handles.store.user(user).journal_of(about).await?;
        let changes = entries.into_iter().filter_map(|entry| match entry.event {
            OrderEvent::HoldingChanged(change) if change.action == row.id => Some((entry.at, change)),
            _ => None,
        });
        Ok(changes.collect())
    }
}

/// The shares whose figures an action has gone into by now: bars are multiplied by it, or go on under another name. None before its
/// ex-date, and none of an action that changes no prices.
fn went_into(row: &ActionRow, now: Timestamp) -> BTreeSet<Symbol> {
    let kind = row.action.kind();
    if now.ist_day() < row.action.ex_day() || !kind.withdraws_orders() {
        return BTreeSet::new();
    }
    let becomes = match kind {
        ActionKind::SymbolChange { to } | ActionKind::Demerger { child: Some(to), .. } => Some(to),
        _ => None,
    };
    std::iter::once(row.action.symbol()).chain(becomes).cloned().collect()
}

/// Withdraws a user's orders of some shares.
async fn withdraw(
    desk: &mut Desk,
    symbols: &BTreeSet<Symbol>,
    why: &str,
    now: Timestamp,
) -> Result<(), AppError> {
    let tomorrow = now.ist_day().succ_opt().unwrap_or(now.ist_day());
    for symbol in symbols {
        let left = desk.withdraw_before(symbol, tomorrow, why, now).await?;
        for (order, why) in left {
            tracing::warn!(user = %desk.book().user(), %order, why, "an order was not withdrawn");
        }
    }
    Ok(())
}
