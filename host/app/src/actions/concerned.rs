//! Whom the actions of a pass may concern.

use std::collections::BTreeSet;

use prahari_domain::actions::{ActionKind, ActionRow};
use prahari_domain::ids::UserId;
use prahari_domain::time::Day;

use super::Actions;
use super::entitled::is_dividend;
use super::levels::last_part;

/// The shares that somebody holds, has orders of, traded lately or remembers something of: most actions of a list concern nobody.
pub(super) struct Concerned {
    names: BTreeSet<String>,
    /// Who traded a share before this day is not known here, so a dividend of before may concern anybody.
    traded_from: Day,
    /// Users whose desk was busy, so that nobody knows what they hold. They are not waited for again.
    busy: BTreeSet<UserId>,
}

impl Concerned {
    pub(super) async fn of(actions: &Actions) -> Self {
        let (mut names, mut busy, mut traded_from) = (BTreeSet::new(), BTreeSet::new(), Day::MIN);
        for user in actions.users.all() {
            for memory in user.runs.memory().values() {
                names.extend(memory.keys().filter_map(|key| last_part(key)).map(str::to_owned));
            }
            // One desk that is busy for long is enough of waiting for an instant.
            let desk = if busy.is_empty() { actions.desk_of(&user).await } else { user.desk.try_lock().ok() };
            match desk {
                Some(desk) => {
                    let of = desk.symbols_concerned().chain(desk.book().recently_traded());
                    names.extend(of.map(|symbol| symbol.as_str().to_owned()));
                    traded_from = traded_from.max(desk.book().fills_kept_from());
                }
                None => {
                    busy.insert(user.id);
                }
            }
        }
        // Whoever holds a share under its new symbol may have the right to a dividend of before.
        for row in &actions.known.lock().rows {
            match row.action.kind() {
                ActionKind::SymbolChange { to } if names.contains(to.as_str()) => {
                    names.insert(row.action.symbol().as_str().to_owned());
                }
                _ => {}
            }
        }
        Self { names, traded_from, busy }
    }

    /// Users whose desk was busy: none of the actions is done for them.
    pub(super) fn busy(&self) -> &BTreeSet<UserId> {
        &self.busy
    }

    /// Returns whether an action may concern somebody whose desk was free. What is new by one that does may be of the next.
    pub(super) fn take(&mut self, row: &ActionRow) -> bool {
        let is_too_old = is_dividend(row) && row.action.ex_day() < self.traded_from;
        if !is_too_old && !self.names.contains(row.action.symbol().as_str()) {
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
