//! Actions that somebody brings: a file, an admin, a source.

use std::collections::HashMap;
use std::sync::Arc;

use prahari_domain::actions::{
    ActionChange, ActionKey, ActionRow, ActionState, CorporateAction, ImportPreview,
};
use prahari_domain::price_jump::PriceJump;

use super::{Actions, MOST_IMPORTED};
use crate::error::AppError;

impl Actions {
    /// Returns what an import of these rows would change, and changes nothing. Of several rows of one identity the last
    /// counts.
    ///
    /// # Errors
    /// When there are more than [`MOST_IMPORTED`], or the database cannot be read.
    pub async fn preview(&self, rows: Vec<CorporateAction>) -> Result<ImportPreview, AppError> {
        if rows.len() > MOST_IMPORTED {
            let most = MOST_IMPORTED;
            let reason = format!("{} actions in one import are more than {most}", rows.len());
            return Err(AppError::ActionRefused(reason));
        }
        let told: HashMap<ActionKey, CorporateAction> =
            rows.into_iter().map(|action| (action.key(), action)).collect();
        let known = self.handles.store.system().actions_of(told.keys().cloned().collect()).await?;
        let known: HashMap<ActionKey, ActionRow> =
            known.into_iter().map(|row| (row.action.key(), row)).collect();
        let mut told: Vec<(ActionKey, CorporateAction)> = told.into_iter().collect();
        told.sort_by(|(one, _), (other, _)| (one.ex_day, one).cmp(&(other.ex_day, other)));
        let mut preview = ImportPreview::default();
        for (key, action) in told {
            match known.get(&key) {
                None => preview.new.push(action),
                Some(row) if row.action.kind() == action.kind() && row.state != ActionState::Undone => {
                    preview.same = preview.same.saturating_add(1);
                }
                Some(row) if row.state == ActionState::Announced => {
                    let was = row.action.clone();
                    preview.changed.push(ActionChange { id: row.id, was, becomes: action });
                }
                Some(row) => preview.refused.push(format!(
                    "{action}: action {} is {} already, as {}",
                    row.id,
                    row.state.name(),
                    row.action.kind()
                )),
            }
        }
        Ok(preview)
    }

    /// Keeps what these rows bring, in the name of `by`, and does at once what is due of it. Answers what changed.
    ///
    /// # Errors
    /// As [`Actions::preview`], or when it cannot be written.
    pub async fn import(
        self: &Arc<Self>,
        rows: Vec<CorporateAction>,
        by: &str,
    ) -> Result<ImportPreview, AppError> {
        let changing = self.changing.write().await;
        let preview = self.preview(rows).await?;
        if preview.is_empty() {
            return Ok(preview);
        }
        let changed = preview.changed.iter().map(|change| change.becomes.clone());
        let rows = preview.new.iter().cloned().chain(changed).collect();
        let now = self.handles.clock.now();
        self.handles.store.system().keep_actions(rows, by.to_owned(), now).await?;
        self.load().await?;
        drop(changing);
        self.apply_due(now).await?;
        Ok(preview)
    }

    /// Adds one action, or gives an announced one other figures; one that was undone counts again. Does at once what is
    /// due of it.
    ///
    /// # Errors
    /// [`AppError::ActionRefused`] when it is applied already; or when it cannot be written.
    pub async fn add(self: &Arc<Self>, action: CorporateAction, by: &str) -> Result<ActionRow, AppError> {
        let changing = self.changing.write().await;
        let (key, now) = (action.key(), self.handles.clock.now());
        let system = self.handles.store.system();
        if system.keep_actions(vec![action], by.to_owned(), now).await? == 0 {
            let known = system.actions_of(vec![key]).await?.pop();
            let known = known.map_or_else(String::new, |row| format!("{} (action {})", row.action, row.id));
            return Err(AppError::ActionRefused(format!("{known} is applied already: undo it first")));
        }
        self.load().await?;
        drop(changing);
        self.apply_due(now).await?;
        let row = system.actions_of(vec![key]).await?.pop();
        row.ok_or_else(|| AppError::ActionRefused("the action is gone again".to_owned()))
    }

    /// Returns the actions between the two sessions of a jump: those that may explain it, whatever their ratio.
    pub fn near(&self, jump: &PriceJump) -> Vec<ActionRow> {
        let known = self.known.lock();
        let of = |row: &&ActionRow| {
            let ex_day = row.action.ex_day();
            *row.action.symbol() == jump.symbol && ex_day > jump.previous_day && ex_day <= jump.day
        };
        known.rows.iter().filter(of).cloned().collect()
    }
}
