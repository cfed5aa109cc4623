//! Whom the actions of a pass may concern.

use std::collections::BTreeSet;

use prahari_domain::actions::{ActionKind, ActionRow};
use prahari_domain::ids::UserId;

use super::Actions;
use super::levels::last_part;

/// The shares that somebody holds, has orders of or remembers something of: most actions of a list concern nobody.
pub(super) struct Concerned {
    names: BTreeSet<String>,
    /// Users whose desk was busy, so that nobody knows what they hold. They are not waited for again.
    busy: BTreeSet<UserId>,
}

impl Concerned {
    pub(super) async fn of(actions: &Actions) -> Self {
        let (mut names, mut busy) = (BTreeSet::new(), BTreeSet::new());
        for user in actions.users.all() {
            for memory in user.runs.memory().values() {
                names.extend(memory.keys().filter_map(|key| last_part(key)).map(str::to_owned));
            }
            // One desk that is busy for long is enough of waiting for an instant.
            let desk = if busy.is_empty() { actions.desk_of(&user).await } else { user.desk.try_lock().ok() };
            match desk {
                Some(desk) => {
                    names.extend(desk.symbols_concerned().map(|symbol| symbol.as_str().to_owned()));
                }
                None => {
                    busy.insert(user.id);
                }
            }
        }
        Self { names, busy }
    }

    /// Users whose desk was busy: none of the actions is done for them.
    pub(super) fn busy(&self) -> &BTreeSet<UserId> {
        &self.busy
    }

    /// Returns whether an action may concern somebody whose desk was free. What is new by one that does may be of the next.
    pub(super) fn take(&mut self, row: &ActionRow) -> bool {
        if !self.names.contains(row.action.symbol().as_str()) {
            return false;
        }
        match row.action.kind() {
            ActionKind::SymbolChange { to } | ActionKind::Demerger { child: Some(to), .. } => {
                self.names.insert(to.as_str().to_owned());
            }
            _ => {}
        }
        true
    }
}
