//! Actions that a source of prices tells, such as a folder of the exchange's daily files.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use prahari_domain::actions::{ActionKey, ActionRow, ActionState, CorporateAction, Origin};
use prahari_store::{AlertCode, NewAlert};

use super::doubted::against_standing;
use super::doubts::Brought;
use super::{ActionFilter, Actions, MOST_IMPORTED};
use crate::error::AppError;

/// Who brings what sources tell, and takes back what they no longer tell, in the table.
const SOURCE: &str = "the source of prices";

/// Why an action is taken back that the source no longer tells.
const WITHDRAWN: &str = "the last list before its ex-date no longer has it";

/// Most open alerts that are looked through for those that are over.
const MOST_ALERTS: u32 = 1_000;

/// Most actions ahead that were taken back: the exchange's lists of the coming weeks have a few hundred in all.
const MOST_AHEAD: u32 = 10_000;

/// What an alert about an action is about, such as `ABC 2025-03-11 bonus`.
pub(super) fn subject_of(key: &ActionKey) -> String {
    format!("{} {} {}", key.symbol, key.ex_day, key.name.name())
}

impl Actions {
    /// Takes up what the market source tells: new actions and other figures of announced ones, but of those that a person brought,
    /// and takes back announced ones that it told and no longer does. Asked at the start and when the source found something new; the same again changes
    /// nothing.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn take_up(self: &Arc<Self>) -> Result<(), AppError> {
        let source = self.trading.market.actions();
        self.withdraw(&source.withdrawn).await?;
        self.forget_doubts(&source.withdrawn, "it is no longer told").await?;
        self.forget_agreed(&source.told).await?;
        self.clear_told(&source.told).await?;
        let stands = self.without_rejected(source.told.clone()).await?;
        // A source of prices adds what nobody else tells, so the others are heard first.
        let (of_prices, told): (Vec<CorporateAction>, Vec<CorporateAction>) =
            stands.into_iter().partition(|told| told.provenance().origin == Origin::Source);
        self.tell_again(&told).await?;
        for told in told.chunks(MOST_IMPORTED).chain(of_prices.chunks(MOST_IMPORTED)) {
            let done = self.bring(told.to_vec(), SOURCE, Some(Brought::BySource)).await?;
            self.keep_doubts([done.doubted.clone(), against_standing(&done.refused)].concat()).await?;
            if !done.is_empty() {
                let (new, changed) = (done.new.len(), done.changed.len());
                tracing::info!(new, changed, "the source of prices tells corporate actions");
            }
            for refused in done.refused.iter().take(3) {
                tracing::debug!(%refused, "an action of the source of prices changes nothing");
            }
        }
        Ok(())
    }

    async fn withdraw(&self, keys: &[ActionKey]) -> Result<(), AppError> {
        if keys.is_empty() {
            return Ok(());
        }
        for row in self.handles.store.system().actions_of(keys.to_vec()).await? {
            let ActionRow { id, action, state, .. } = row;
            let is_files = action.provenance().origin == Origin::File;
            match state {
                ActionState::Announced if is_files => {
                    tracing::warn!(%action, "a corporate action is no longer told and is taken back");
                    self.undo(id, WITHDRAWN, SOURCE).await?;
                }
                ActionState::Applied if is_files => {
                    self.alert_of_untold(&action).await?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Raises an alert about an action that is booked and that its source no longer tells, once: what is booked is for a person to
    /// take back.
    async fn alert_of_untold(&self, action: &CorporateAction) -> Result<(), AppError> {
        let (code, subject) = (AlertCode::ActionNotTold, subject_of(&action.key()));
        if self.handles.store.system().is_alert_known(code, None, subject.clone()).await? {
            return Ok(());
        }
        let detail = format!(
            "{action}: it is booked, and {WITHDRAWN}; take it back if it did not take place ({})",
            action.provenance()
        );
        self.notices.raise(NewAlert { code, user: None, subject, detail }).await?;
        Ok(())
    }

    /// Clears the alerts about actions that are told again.
    async fn clear_told(&self, told: &[CorporateAction]) -> Result<(), AppError> {
        self.clear_alerts_of(told, AlertCode::ActionNotTold, "it is told again").await
    }

    /// Clears the alerts of a kind about these actions.
    pub(super) async fn clear_alerts_of(
        &self,
        actions: &[CorporateAction],
        code: AlertCode,
        over: &str,
    ) -> Result<(), AppError> {
        let keys: Vec<ActionKey> = actions.iter().map(CorporateAction::key).collect();
        self.clear_alerts_about(&keys, code, over).await
    }

    /// Clears the alerts of a kind about the actions of these identities.
    pub(super) async fn clear_alerts_about(
        &self,
        keys: &[ActionKey],
        code: AlertCode,
        over: &str,
    ) -> Result<(), AppError> {
        let open = self.handles.store.system().open_installation_alerts(MOST_ALERTS).await?;
        let open = open.into_iter().filter(|alert| alert.code == code);
        let subjects: Vec<String> = open.map(|alert| alert.subject).collect();
        if subjects.is_empty() {
            return Ok(());
        }
        let about: HashSet<String> = keys.iter().map(subject_of).collect();
        for subject in subjects.into_iter().filter(|subject| about.contains(subject)) {
            self.notices.clear(code, None, &subject, over).await?;
        }
        Ok(())
    }

    /// Has actions count again that were taken back because the source no longer told them, and that it tells anew. What a
    /// person took back stays so.
    async fn tell_again(self: &Arc<Self>, told: &[CorporateAction]) -> Result<(), AppError> {
        let today = self.handles.clock.now().ist_day();
        let undone = ActionFilter {
            state: Some(ActionState::Undone),
            from: Some(today),
            limit: MOST_AHEAD,
            ..ActionFilter::default()
        };
        let undone = self.list(undone).await?;
        let undone: Vec<ActionKey> =
            undone.iter().filter(|row| row.changed_by == SOURCE).map(|row| row.action.key()).collect();
        if undone.is_empty() {
            return Ok(());
        }
        let told: HashMap<ActionKey, &CorporateAction> =
            told.iter().map(|action| (action.key(), action)).collect();
        for key in undone {
            if let Some(action) = told.get(&key) {
                match self.add_confirmed(CorporateAction::clone(action), SOURCE).await {
                    Err(AppError::ActionRefused(reason)) => {
                        tracing::warn!(reason, "an action is not told again")
                    }
                    other => _ = other?,
                }
            }
        }
        Ok(())
    }
}
