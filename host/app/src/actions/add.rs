//! One action that an admin enters.

use std::sync::Arc;

use prahari_domain::actions::{ActionKey, ActionRow, ActionState, CorporateAction};

use super::Actions;
use super::doubts::Brought;
use super::uncovered::Became;
use crate::error::AppError;

impl Actions {
    /// Adds one action, and does at once what is due of it.
    ///
    /// # Errors
    /// [`AppError::ActionRefused`] when it is applied already, or cannot be done for somebody and waits;
    /// [`AppError::ActionDoubted`] where something speaks against it, or it would give a known action other figures or have one count
    /// again that was taken back; or when it cannot be written.
    pub async fn add(self: &Arc<Self>, action: CorporateAction, by: &str) -> Result<ActionRow, AppError> {
        let told = std::slice::from_ref(&action);
        let doubts = self.doubts(told, told, Brought::ByHand).await;
        let doubts = doubts.into_iter().map(|doubt| doubt.reason).collect();
        self.enter(action, by, Some(doubts)).await
    }

    /// Adds one action that a person has confirmed, whatever speaks against it: a known one that is not applied gets its figures,
    /// and one that was taken back counts again.
    ///
    /// # Errors
    /// [`AppError::ActionRefused`] when it is applied already; or when it cannot be written.
    pub async fn add_confirmed(
        self: &Arc<Self>,
        action: CorporateAction,
        by: &str,
    ) -> Result<ActionRow, AppError> {
        self.enter(action, by, None).await
    }

    /// Returns the row of an identity, if it is known.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn known_as(&self, key: ActionKey) -> Result<Option<ActionRow>, AppError> {
        Ok(self.handles.store.system().actions_of(vec![key]).await?.pop())
    }

    /// Enters an action that these sentences speak against; `None` of one that is confirmed.
    async fn enter(
        self: &Arc<Self>,
        action: CorporateAction,
        by: &str,
        doubts: Option<Vec<String>>,
    ) -> Result<ActionRow, AppError> {
        let changing = self.changing.write().await;
        let (key, now) = (action.key(), self.handles.clock.now());
        if let Some(row) = self.told_by_source(&action).await? {
            let ActionRow { id, action, .. } = row;
            let teller = action.provenance();
            return Err(AppError::ActionRefused(format!(
                "{teller} told it as {action} (action {id}): undo it first"
            )));
        }
        let known = self.known_as(key.clone()).await?;
        if let Some(ActionRow { id, action, .. }) =
            known.as_ref().filter(|row| row.state == ActionState::Applied)
        {
            return Err(AppError::ActionRefused(format!(
                "{action} (action {id}) is applied already: undo it first"
            )));
        }
        let id = known.as_ref().map(|row| row.id);
        if let Some(mut reasons) = doubts {
            reasons.extend(known.and_then(|row| replaced(&row, &action)));
            if !reasons.is_empty() {
                let reasons = reasons.join("; ");
                return Err(AppError::ActionDoubted(format!(
                    "{action}: {reasons}; confirm it if it is meant"
                )));
            }
        }
        self.handles.store.system().keep_actions(vec![action.clone()], by.to_owned(), now).await?;
        self.load().await?;
        if let Some(id) = id {
            self.known.lock().begin_anew(id);
        }
        drop(changing);
        self.apply_due(now).await?;
        let changed = std::slice::from_ref(&action);
        Box::pin(self.look_at_jumps(changed, Became::Counted, now)).await?;
        self.settle_doubts(changed, by).await?;
        let row = self.known_as(key).await?;
        let row = row.ok_or_else(|| AppError::ActionRefused("the action is gone again".to_owned()))?;
        let refused = self.known.lock().refused.get(&row.id).cloned();
        match refused {
            Some(why) => {
                Err(AppError::ActionRefused(format!("{} is known, but not booked: {why}", row.action)))
            }
            None => Ok(row),
        }
    }
}

/// What entering an action would make of a known one, in a sentence; `None` where it stays as it is.
fn replaced(row: &ActionRow, action: &CorporateAction) -> Option<String> {
    let (id, was) = (row.id, row.action.kind());
    match row.state {
        ActionState::Undone => {
            Some(format!("it was taken back as {was} (action {id}: {}) and would count again", row.reason))
        }
        _ if was == action.kind() => None,
        _ => Some(format!(
            "it is known as {was} (action {id}, {}) and would replace it",
            row.action.provenance()
        )),
    }
}
