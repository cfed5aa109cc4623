//! What corporate actions changed of a user's shares.

use std::collections::HashMap;

use prahari_domain::actions::ActionRow;
use prahari_domain::ids::ActionId;
use prahari_domain::instruments::Symbol;
use prahari_store::{HoldingChangeRow, Looked};

use super::UserQueries;
use crate::error::AppError;

/// Most entries that are looked at for one page.
const MOST_LOOKED_AT: u32 = 2_000;

/// An entry of the journal with the action that it is of.
#[derive(Debug, Clone, PartialEq)]
pub struct AppliedAction {
    /// The entry.
    pub entry: HoldingChangeRow,
    /// The action as it is known; none where its row is gone, which no change of ours does.
    pub row: Option<ActionRow>,
}

impl UserQueries<'_> {
    /// What corporate actions changed of the user's shares, of one share or of all, the newest entry first. What is looked at
    /// for one page is bounded.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn applied_actions(
        &self,
        symbol: Option<&Symbol>,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Looked<AppliedAction, u64>, AppError> {
        let looked = self.scope.holding_changes(before, MOST_LOOKED_AT).await?;
        let mut next =
            looked.last().filter(|_| looked.len() >= MOST_LOOKED_AT as usize).map(|last| last.sequence);
        let is_meant = |entry: &HoldingChangeRow| {
            symbol.is_none_or(|symbol| entry.change.parts.iter().any(|part| part.symbol == *symbol))
        };
        let mut entries: Vec<HoldingChangeRow> = looked.into_iter().filter(is_meant).collect();
        if entries.len() > limit as usize {
            entries.truncate(limit as usize);
            next = entries.last().map(|last| last.sequence);
        }
        let mut rows: HashMap<ActionId, Option<ActionRow>> = HashMap::new();
        let mut items = Vec::with_capacity(entries.len());
        for entry in entries {
            let id = entry.change.action;
            let row = match rows.get(&id) {
                Some(row) => row.clone(),
                None => {
                    let row = self.all.store.system().find_action(id).await?;
                    rows.insert(id, row.clone());
                    row
                }
            };
            items.push(AppliedAction { entry, row });
        }
        Ok(Looked { items, next })
    }
}
