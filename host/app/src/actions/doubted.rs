//! Actions of a source that something speaks against: kept until an admin confirms or rejects them, and told by an alert meanwhile.
//!
//! They are no rows of the table of actions: such an action may contradict one that stands there under the same identity.

use std::collections::HashSet;
use std::sync::Arc;

use prahari_domain::actions::{
    ActionDoubt, ActionKey, ActionRow, ActionState, CorporateAction, DoubtState, DoubtedRow, RefusedAction,
};
use prahari_domain::ids::DoubtId;
use prahari_store::{AlertCode, DoubtDecision, DoubtFilter, MOST_DOUBTED, NewAlert};

use super::Actions;
use super::source::subject_of;
use crate::error::AppError;

impl Actions {
    /// Returns the doubted actions that the filter lets through, the one that was kept last first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn doubted(&self, filter: DoubtFilter) -> Result<Vec<DoubtedRow>, AppError> {
        Ok(self.handles.store.system().doubted_actions(filter).await?)
    }

    /// Returns one doubted action.
    ///
    /// # Errors
    /// [`AppError::UnknownDoubt`], or when the database cannot be read.
    pub async fn find_doubt(&self, id: DoubtId) -> Result<DoubtedRow, AppError> {
        self.handles.store.system().find_doubt(id).await?.ok_or(AppError::UnknownDoubt(id))
    }

    /// Takes up a doubted action in the name of `by`, whatever speaks against it, and does at once what is due of it.
    ///
    /// # Errors
    /// [`AppError::UnknownDoubt`]; [`AppError::ActionRefused`] when it is decided already, or another one that it contradicts is
    /// applied; or when it cannot be written.
    pub async fn confirm_doubt(self: &Arc<Self>, id: DoubtId, by: &str) -> Result<ActionRow, AppError> {
        let row = self.pending(id).await?;
        self.add_confirmed(row.action, by).await
    }

    /// Rejects a doubted action in the name of `by` and for a reason: it counts for nothing, also when its source goes on telling
    /// it so.
    ///
    /// # Errors
    /// [`AppError::UnknownDoubt`]; [`AppError::ActionRefused`] when it is decided already; or when it cannot be written.
    pub async fn reject_doubt(&self, id: DoubtId, reason: &str, by: &str) -> Result<DoubtedRow, AppError> {
        let row = self.pending(id).await?;
        let key = row.action.key();
        self.decide(vec![key.clone()], DoubtState::Rejected, by, reason).await?;
        let (code, subject) = (AlertCode::ActionDoubted, subject_of(&key));
        self.notices.clear(code, None, &subject, "it is rejected").await?;
        self.find_doubt(id).await
    }

    async fn pending(&self, id: DoubtId) -> Result<DoubtedRow, AppError> {
        let row = self.find_doubt(id).await?;
        if row.state == DoubtState::Pending {
            return Ok(row);
        }
        let (state, by) = (row.state.name(), row.decided_by);
        Err(AppError::ActionRefused(format!("the doubted action {id} was {state} by {by} already")))
    }

    /// Keeps what something speaks against, and raises an alert about each that was not pending before.
    pub(super) async fn keep_doubts(&self, doubts: Vec<ActionDoubt>) -> Result<(), AppError> {
        if doubts.is_empty() {
            return Ok(());
        }
        let now = self.handles.clock.now();
        let new = self.handles.store.system().keep_doubts(doubts.clone(), now).await?;
        for doubt in doubts.iter().filter(|doubt| new.contains(&doubt.action.key())) {
            let (code, subject) = (AlertCode::ActionDoubted, subject_of(&doubt.action.key()));
            let ActionDoubt { action, reason } = doubt;
            let teller = action.provenance();
            let detail =
                format!("{action} ({teller}) is not taken up before an admin confirms it, because {reason}");
            self.notices.raise(NewAlert { code, user: None, subject, detail }).await?;
        }
        Ok(())
    }

    /// Notes that these actions are taken up, so that nobody has to decide about them any more.
    pub(super) async fn settle_doubts(&self, actions: &[CorporateAction], by: &str) -> Result<(), AppError> {
        let keys = actions.iter().map(CorporateAction::key).collect();
        self.decide(keys, DoubtState::Confirmed, by, "").await?;
        self.clear_alerts_of(actions, AlertCode::ActionDoubted, "it is taken up").await
    }

    /// Forgets doubted actions that are no question any more, and says why.
    pub(super) async fn forget_doubts(&self, keys: &[ActionKey], over: &str) -> Result<(), AppError> {
        if keys.is_empty() || self.handles.store.system().forget_doubts(keys.to_vec()).await? == 0 {
            return Ok(());
        }
        self.clear_alerts_about(keys, AlertCode::ActionDoubted, over).await
    }

    /// Forgets doubted actions that are told now as the table has them.
    pub(super) async fn forget_agreed(&self, told: &[CorporateAction]) -> Result<(), AppError> {
        let filter =
            DoubtFilter { state: Some(DoubtState::Pending), limit: MOST_DOUBTED, ..DoubtFilter::default() };
        let pending: HashSet<ActionKey> =
            self.doubted(filter).await?.into_iter().map(|row| row.action.key()).collect();
        let told: Vec<&CorporateAction> = told.iter().filter(|told| pending.contains(&told.key())).collect();
        if told.is_empty() {
            return Ok(());
        }
        let keys = told.iter().map(|told| told.key()).collect();
        let rows = self.handles.store.system().actions_of(keys).await?;
        let is_agreed = |row: &&ActionRow| {
            let mut of_row = told.iter().filter(|told| told.key() == row.action.key());
            row.state != ActionState::Undone && of_row.all(|told| told.kind() == row.action.kind())
        };
        let agreed: Vec<ActionKey> = rows.iter().filter(is_agreed).map(|row| row.action.key()).collect();
        self.forget_doubts(&agreed, "it is told as it is known").await
    }

    /// Leaves out of what a source tells the actions that a person has rejected, while it tells them with the same figures.
    pub(super) async fn without_rejected(
        &self,
        told: Vec<CorporateAction>,
    ) -> Result<Vec<CorporateAction>, AppError> {
        let filter =
            DoubtFilter { state: Some(DoubtState::Rejected), limit: MOST_DOUBTED, ..DoubtFilter::default() };
        let rejected = self.doubted(filter).await?;
        let is_rejected = |told: &CorporateAction| {
            rejected.iter().any(|row| row.action.key() == told.key() && row.action.kind() == told.kind())
        };
        Ok(told.into_iter().filter(|told| !is_rejected(told)).collect())
    }

    async fn decide(
        &self,
        keys: Vec<ActionKey>,
        state: DoubtState,
        by: &str,
        reason: &str,
    ) -> Result<usize, AppError> {
        let (by, reason, at) = (by.to_owned(), reason.to_owned(), self.handles.clock.now());
        let decision = DoubtDecision { state, by, reason, at };
        Ok(self.handles.store.system().decide_doubts(keys, decision).await?)
    }
}

/// Returns what a list says otherwise than the books or a person have it: that stands, and a person has to know.
pub(super) fn against_standing(refused: &[RefusedAction]) -> Vec<ActionDoubt> {
    let doubt =
        |refused: &RefusedAction| ActionDoubt { action: refused.action.clone(), reason: refused.reason() };
    refused.iter().filter(|refused| refused.is_doubtful()).map(doubt).collect()
}
