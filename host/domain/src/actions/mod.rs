//! Corporate actions: what a company does to its shares on an ex-date, and what follows for prices.
//!
//! An action is a fact with a date and a source. What it does to the books of a user is an entry of that user's
//! journal ([`crate::book`]); what it does to a price is an exact ratio ([`PriceFactor`]). Nothing here is a float.

mod against;
mod behind;
mod doubted;
mod ex_dates;
mod factor;
mod factors;
mod kind;
mod known;
mod purpose;
mod ratio;
mod twins;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::instruments::Symbol;
use crate::text::is_plain;
use crate::time::Day;

pub use against::{against_close, against_move};
pub use behind::Behind;
pub use doubted::{DoubtState, DoubtedRow};
pub use ex_dates::{ExDates, SPECIAL_PRE_OPEN_MINUTES, Shut, demerger_opens_at};
pub use factor::{MATCH_PERCENT, PriceFactor};
pub use factors::{ActionFactors, Overnight, ShareChange};
pub use kind::{ActionKind, ActionName, Isin, IsinError, MOST_DIVIDEND, NotAnActionName, WHOLE_SHARE};
pub use known::{ActionChange, ActionDoubt, ActionRow, ActionState, ImportPreview, RefusedAction};
pub use purpose::{LONGEST_PURPOSE, MOST_PARTS, Purpose, read_purpose};
pub use ratio::{LARGEST_PART, Ratio, RatioError};
pub use twins::{TWIN_DAYS, Twin, twin_of};

/// Most characters of the note of an action.
pub const LONGEST_NOTE: usize = 500;

/// Most characters of the name of what told an action: a file, a person, a source.
pub const LONGEST_TELLER: usize = 200;

/// A corporate action of one share, as somebody has told it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked", into = "Unchecked")]
pub struct CorporateAction {
    symbol: Symbol,
    ex_day: Day,
    kind: ActionKind,
    provenance: Provenance,
    note: String,
}

/// What makes two rows one action: the same kind on the same day of the same share, whoever tells it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ActionKey {
    /// Symbol of the share, the one of before the action.
    pub symbol: Symbol,
    /// First trading date without the right: shares bought on it or later do not take part.
    pub ex_day: Day,
    /// Kind of the action.
    pub name: ActionName,
}

/// Who told an action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// Way on which it came.
    pub origin: Origin,
    /// Name of the file, the person or the source.
    pub teller: String,
}

/// Ways on which an action becomes known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A daily file of the exchange in a watched folder.
    File,
    /// A file that an operator imported.
    Import,
    /// An admin entered it.
    Admin,
    /// A source of prices told it.
    Source,
}

impl Origin {
    /// Returns whether a person brought it, whose word stands over what sources tell.
    pub const fn is_of_a_person(self) -> bool {
        matches!(self, Self::Import | Self::Admin)
    }
}

/// An action that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ActionError {
    /// The terms are outside their bounds.
    #[error("the {name} of {symbol} on {ex_day} cannot be: {reason}")]
    Terms {
        /// Symbol of the share.
        symbol: Symbol,
        /// Ex-date that was given.
        ex_day: Day,
        /// Kind that was given.
        name: ActionName,
        /// What is wrong with it.
        reason: String,
    },
    /// The note or the name of the teller is too long or holds characters that cannot be shown.
    #[error("the {what} of an action is at most {longest} characters on one line")]
    Text {
        /// Which of the texts.
        what: &'static str,
        /// Most characters.
        longest: usize,
    },
}

impl CorporateAction {
    /// An action whose terms are within their bounds.
    ///
    /// # Errors
    /// When a figure is out of bounds, the share would become itself, or a text is too long.
    pub fn new(
        symbol: Symbol,
        ex_day: Day,
        kind: ActionKind,
        provenance: Provenance,
        note: &str,
    ) -> Result<Self, ActionError> {
        let name = kind.name();
        if let Err(reason) = kind.check(&symbol) {
            return Err(ActionError::Terms { symbol, ex_day, name, reason });
        }
        check_text("note", note, LONGEST_NOTE)?;
        check_text("source", &provenance.teller, LONGEST_TELLER)?;
        Ok(Self { symbol, ex_day, kind, provenance, note: note.to_owned() })
    }

    /// Returns the symbol of the share, the one of before the action.
    pub fn symbol(&self) -> &Symbol {
        &self.symbol
    }

    /// Returns the first trading date without the right.
    pub fn ex_day(&self) -> Day {
        self.ex_day
    }

    /// Returns what the action is, with its figures.
    pub fn kind(&self) -> &ActionKind {
        &self.kind
    }

    /// Returns who told it.
    pub fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    /// Returns what was written beside it, such as the exchange's own words.
    pub fn note(&self) -> &str {
        &self.note
    }

    /// Returns its identity.
    pub fn key(&self) -> ActionKey {
        ActionKey { symbol: self.symbol.clone(), ex_day: self.ex_day, name: self.kind.name() }
    }

    /// Returns the factor that prices of before the ex-date are multiplied by; `None` when it changes no price, or by
    /// how much is known only from the open (a demerger without a share of the cost).
    pub fn price_factor(&self) -> Option<PriceFactor> {
        self.kind.price_factor()
    }
}

fn check_text(what: &'static str, text: &str, longest: usize) -> Result<(), ActionError> {
    if text.chars().count() > longest || !is_plain(text) {
        return Err(ActionError::Text { what, longest });
    }
    Ok(())
}

/// An action as it is written, before its bounds are looked at.
#[derive(Serialize, Deserialize)]
struct Unchecked {
    symbol: Symbol,
    ex_day: Day,
    kind: ActionKind,
    provenance: Provenance,
    #[serde(default)]
    note: String,
}

impl TryFrom<Unchecked> for CorporateAction {
    type Error = ActionError;
    fn try_from(action: Unchecked) -> Result<Self, ActionError> {
        let Unchecked { symbol, ex_day, kind, provenance, note } = action;
        Self::new(symbol, ex_day, kind, provenance, &note)
    }
}

impl From<CorporateAction> for Unchecked {
    fn from(action: CorporateAction) -> Self {
        let CorporateAction { symbol, ex_day, kind, provenance, note } = action;
        Self { symbol, ex_day, kind, provenance, note }
    }
}

impl Origin {
    /// Returns the name in the database and the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Import => "import",
            Self::Admin => "admin",
            Self::Source => "source",
        }
    }
}

impl fmt::Display for CorporateAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on {}: {}", self.symbol, self.ex_day, self.kind)
    }
}

impl fmt::Display for Provenance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.origin.name(), self.teller)
    }
}

#[cfg(test)]
mod ex_dates_tests;
#[cfg(test)]
mod property_tests;
#[cfg(test)]
mod tests;
