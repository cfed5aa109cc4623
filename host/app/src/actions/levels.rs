//! What tasks remember of a share, such as the level of a sell: its prices are of another share after an action.
//!
//! The host knows no task and no meaning of what is remembered. A key of a task's state whose last part names the share, such
//! as `sell/TCS`, is about the share; it is removed, and the task finds nothing and computes anew, as it does on the first
//! day of a position. A task whose module asks for actions by itself (`prahari:task/actions`, since 1.3.0) keeps everything.

use std::collections::BTreeSet;

use prahari_domain::instruments::Symbol;
use prahari_domain::tasks::Task;

use super::Actions;
use crate::error::AppError;
use crate::user::User;

/// What separates the parts of a key.
const SEPARATORS: [char; 3] = ['/', ':', '.'];

impl Actions {
    /// Removes what the tasks of everybody remember of some shares, because an action is taken back: whoever watches a share may
    /// remember something of it, also where their books have nothing of the action. Those that ask for actions by themselves are
    /// no exception, because they are not told of one that counts for nothing any more.
    pub(super) async fn forget_levels_of_all(&self, symbols: &BTreeSet<Symbol>) -> Result<(), AppError> {
        for user in self.users.all() {
            for symbol in symbols {
                self.forget(&user, symbol, |_| false).await?;
            }
        }
        Ok(())
    }

    /// Removes what the tasks of a user remember of a share; answers how many keys there were.
    pub(super) async fn forget_levels(&self, user: &User, symbol: &Symbol) -> Result<usize, AppError> {
        let adjusts = |task: Task| {
            let running = self.modules.for_user(task, user.id);
            running.is_ok_and(|running| running.module.adjusts_by_actions())
        };
        self.forget(user, symbol, adjusts).await
    }

    /// Removes what the tasks of a user remember of a share, but for those that `keeps` names; answers how many keys there were.
    async fn forget(
        &self,
        user: &User,
        symbol: &Symbol,
        keeps: impl Fn(Task) -> bool + Copy + Send,
    ) -> Result<usize, AppError> {
        // First of the runs that execute: what they write later is made of the figures of before as well.
        user.runs.outdate(symbol, keeps);
        let removed = user.runs.forget(|task, key| is_about(key, symbol) && !keeps(task));
        let count = removed.len();
        if count > 0 {
            let keys: Vec<(Task, String)> = removed;
            tracing::info!(user = %user.id, %symbol, count, "what tasks remembered of a share is removed");
            self.handles.store.user(user.id).forget_state(keys).await?;
        }
        Ok(count)
    }
}

/// Returns whether a key is about a share: its last part is the symbol.
pub(crate) fn is_about(key: &str, symbol: &Symbol) -> bool {
    last_part(key) == Some(symbol.as_str())
}

/// The part of a key that may name a share.
pub(super) fn last_part(key: &str) -> Option<&str> {
    key.rsplit(SEPARATORS).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_about_a_share_when_its_last_part_names_it() {
        let symbol: Symbol = "M&M".parse().unwrap();
        for key in ["M&M", "sell/M&M", "cycle:M&M", "a/b/M&M"] {
            assert!(is_about(key, &symbol), "{key}");
        }
        for key in ["", "sell/", "M&MFIN", "sell/M&MFIN", "XM&M", "M&M/date"] {
            assert!(!is_about(key, &symbol), "{key}");
        }
    }
}
