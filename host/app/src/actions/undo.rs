//! Taking an action back: an entry in the journal of everybody for whom it was booked, never a deletion.

use prahari_domain::actions::{ActionRow, ActionState};
use prahari_domain::book::HoldingChange;
use prahari_domain::ids::{ActionId, OrderId, UserId};
use prahari_domain::orders::OrderEvent;
use prahari_domain::time::Timestamp;
use prahari_store::{ActionTransition, AlertCode};

use super::Actions;
use super::source::subject_of;
use super::uncovered::Became;
use crate::error::AppError;
use crate::halts::Held;

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
        // Without the action the shares may be of another price than the market's, which is looked at last.
        let mut held = Vec::new();
        for (user, inverse) in inverses {
            let user = self.users.find(user)?;
            let mut desk = user.desk.lock().await;
            let why = format!("{} is taken back: {reason}", row.action);
            held.extend(inverse.symbols().into_iter().map(|symbol| Held::of(&user, symbol, &why)));
            let tomorrow = now.ist_day().succ_opt().unwrap_or(now.ist_day());
            for symbol in inverse.symbols() {
                for (order, why) in desk.withdraw_before(&symbol, tomorrow, &why, now).await? {
                    tracing::warn!(user = %user.id, %order, why, "an order was not withdrawn");
                }
            }
            desk.change_holdings(row.action.ex_day(), inverse.clone(), now).await?;
            drop(desk);
            for symbol in inverse.symbols() {
                self.forget_levels(&user, &symbol).await?;
            }
        }
        let to = ActionTransition { id, state, by: by.to_owned(), reason: reason.to_owned(), at };
        self.handles.store.system().move_action(to).await?;
        {
            let mut known = self.known.lock();
            known.waiting.remove(&id);
            known.done.remove(&id);
            known.refused.remove(&id);
        }
        self.load().await?;
        Box::pin(self.look_at_jumps(std::slice::from_ref(&row.action), Became::TakenBack, now)).await?;
        drop(held);
        let (code, subject) = (AlertCode::ActionNotTold, subject_of(&row.action.key()));
        self.notices.clear(code, None, &subject, "the action is taken back").await?;
        self.end_of_terms(&row, "the action is taken back").await?;
        self.find(id).await
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
