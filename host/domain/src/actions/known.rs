//! What the installation knows of an action, and what an import would change.

use std::collections::HashSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ids::ActionId;
use crate::time::Timestamp;

use super::{ActionKey, CorporateAction, Origin, PriceFactor};

/// How far an action has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionState {
    /// Known; its ex-date has not come, or nothing of it is booked yet.
    Announced,
    /// Its ex-date has come and the books of whoever held the share are changed.
    Applied,
    /// Taken back by an admin. It counts for nothing any more, and what it had booked is booked back.
    Undone,
}

/// A row of the table of actions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionRow {
    /// Number of the row.
    pub id: ActionId,
    /// The action.
    pub action: CorporateAction,
    /// How far it has come.
    pub state: ActionState,
    /// What the open of the ex-date said of prices, where the action does not (a demerger).
    pub open_factor: Option<PriceFactor>,
    /// When it became known.
    pub known_at: Timestamp,
    /// When row or state last changed.
    pub changed_at: Timestamp,
    /// Who changed it last: a login, or the name of a part of the host.
    pub changed_by: String,
    /// Why it was undone; empty otherwise.
    pub reason: String,
}

/// An action that is known with other figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionChange {
    /// Number of the row.
    pub id: ActionId,
    /// As it is known.
    pub was: CorporateAction,
    /// As it was told now.
    pub becomes: CorporateAction,
}

/// An action that something speaks against, and that counts only once a person has confirmed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionDoubt {
    /// As it was told.
    pub action: CorporateAction,
    /// What speaks against it.
    pub reason: String,
}

/// An action that changes nothing although it differs from one that is known: that one is applied or undone already, or was told by
/// somebody who knows better, such as a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedAction {
    /// As it was told.
    pub action: CorporateAction,
    /// Number of the row that stands.
    pub id: ActionId,
    /// How far that has come.
    pub state: ActionState,
    /// The action that stands.
    pub stands: CorporateAction,
}

/// What an import would change, or has changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportPreview {
    /// Actions that are not known yet.
    pub new: Vec<CorporateAction>,
    /// Announced actions that get other figures.
    pub changed: Vec<ActionChange>,
    /// Number of actions that are known exactly so.
    pub same: u32,
    /// Those of them that a person brings and only a source has told: from then on they are the person's.
    #[serde(default)]
    pub vouched: Vec<CorporateAction>,
    /// Rows that change nothing although they differ from what is known.
    pub refused: Vec<RefusedAction>,
    /// Actions that are left out because something speaks against them.
    pub doubted: Vec<ActionDoubt>,
}

impl ActionRow {
    /// Returns what prices of before are multiplied by: as the action says, or as the open of its ex-date did.
    pub fn price_factor(&self) -> Option<PriceFactor> {
        self.action.price_factor().or(self.open_factor)
    }
}

impl ActionState {
    /// Returns the name in the database and the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Announced => "announced",
            Self::Applied => "applied",
            Self::Undone => "undone",
        }
    }

    /// The state of a name in the database.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Announced, Self::Applied, Self::Undone].into_iter().find(|state| state.name() == name)
    }
}

impl ImportPreview {
    /// Returns whether nothing would change.
    pub fn is_empty(&self) -> bool {
        self.new.is_empty() && self.changed.is_empty()
    }

    /// Returns the actions that would be kept.
    pub fn kept(&self) -> Vec<CorporateAction> {
        let changed = self.changed.iter().map(|change| change.becomes.clone());
        self.new.iter().cloned().chain(changed).collect()
    }

    /// Leaves out of what would change the actions that something speaks against.
    pub fn leave_out(&mut self, doubted: Vec<ActionDoubt>) {
        let keys: HashSet<ActionKey> = doubted.iter().map(|doubt| doubt.action.key()).collect();
        self.new.retain(|action| !keys.contains(&action.key()));
        self.changed.retain(|change| !keys.contains(&change.becomes.key()));
        self.doubted = doubted;
    }
}

impl RefusedAction {
    /// An action that this row stands against.
    pub fn by(action: CorporateAction, row: &ActionRow) -> Self {
        Self { action, id: row.id, state: row.state, stands: row.action.clone() }
    }

    /// Returns what stands and how it is corrected, without the action that was told.
    pub fn reason(&self) -> String {
        let Self { id, state, stands, .. } = self;
        let moved = if stands.ex_day() == self.action.ex_day() {
            String::new()
        } else {
            format!(" of {}", stands.ex_day())
        };
        let way = match state {
            ActionState::Applied => ": undo it first if this one is right".to_owned(),
            ActionState::Announced if self.contradicts_a_person() => {
                format!(" ({}): confirm this one if it is right", stands.provenance())
            }
            ActionState::Announced | ActionState::Undone => String::new(),
        };
        format!("action {id}{moved} is {} already, as {}{way}", state.name(), stands.kind())
    }

    /// Returns whether a list of a source tells otherwise what a person has brought.
    fn contradicts_a_person(&self) -> bool {
        let is_of_list = self.action.provenance().origin == Origin::File;
        is_of_list && self.stands.provenance().origin.is_of_a_person()
    }

    /// Returns whether a person has to know of it: a list tells otherwise what is booked, or what a person has brought. What a
    /// source of prices says of figures comes from rounded prices and is no news; what a person took back is no contradiction.
    pub fn is_doubtful(&self) -> bool {
        match self.state {
            ActionState::Applied => self.action.provenance().origin != Origin::Source,
            ActionState::Announced => self.contradicts_a_person(),
            ActionState::Undone => false,
        }
    }
}

impl fmt::Display for RefusedAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.action, self.reason())
    }
}

impl fmt::Display for ActionDoubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.action, self.reason)
    }
}
