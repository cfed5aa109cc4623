//! Actions that a source told and that something speaks against, until a person has decided.

use serde::{Deserialize, Serialize};

use crate::ids::DoubtId;
use crate::time::Timestamp;

use super::CorporateAction;

/// What became of an action that something speaks against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DoubtState {
    /// It counts for nothing, and waits for a person.
    Pending,
    /// It counts: a person has confirmed it, or nothing speaks against it any more.
    Confirmed,
    /// It counts for nothing: a person has rejected it.
    Rejected,
}

/// An action that a source told and that something speaks against.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoubtedRow {
    /// Number of the row.
    pub id: DoubtId,
    /// The action as it was told last.
    pub action: CorporateAction,
    /// What speaks against it, one sentence.
    pub doubt: String,
    /// How far it has come.
    pub state: DoubtState,
    /// When it was told so.
    pub told_at: Timestamp,
    /// When it was decided; none while it is pending.
    pub decided_at: Option<Timestamp>,
    /// Who decided: a login, or the name of a part of the host; empty while it is pending.
    pub decided_by: String,
    /// Why it was rejected; empty otherwise.
    pub reason: String,
}

impl DoubtState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Pending, Self::Confirmed, Self::Rejected];

    /// Returns the name in the database and the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Confirmed => "confirmed",
            Self::Rejected => "rejected",
        }
    }

    /// The state of a name in the database.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}
