//! Corporate actions as they are told in lists: those of the exchange, and those that people write.
//!
//! Four layouts are read, each found by how it begins:
//! - the `bc` file of the exchange's daily reports, and the table of corporate actions that its site lets people save: both
//!   say what happens in words (`BONUS 1:1`, `FVSPLT FRM RS 10 TO RS 2`);
//! - a CSV and a JSON with the figures themselves ([`PlainAction`]).

mod broken;
mod columns;
mod exchange;
mod own;
mod plain;
mod row;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use prahari_domain::actions::{ActionKey, CorporateAction, Provenance};

pub(crate) use exchange::ExchangeList;
pub use plain::PlainAction;
pub(crate) use row::surplus;

/// Most rows of one list, and most actions that its rows may tell together: a row of the exchange may tell several. The
/// exchange's lists of a day have a few hundred, and those of a year of its site some 3,000.
pub const MOST_ANNOUNCED: usize = 20_000;

/// Most bytes of a list that somebody brings: so many rows of the longest kind.
pub const MOST_LIST_BYTES: usize = 4 << 20;

/// An action with the place at which a list tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldAction {
    /// Line of its row, the header being line 1; of JSON the number of the action.
    pub line: u64,
    /// The action.
    pub action: CorporateAction,
}

/// A row of a list that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableRow {
    /// Line of the row, the header being line 1; of JSON the number of the action.
    pub line: u64,
    /// What is wrong, in a sentence that names the field or the words.
    pub reason: String,
}

/// What a source of prices tells of actions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceActions {
    /// The actions that stand, each once.
    pub told: Vec<CorporateAction>,
    /// Actions that were told and are no longer: withdrawn, or put off to another day.
    pub withdrawn: Vec<ActionKey>,
}

impl SourceActions {
    /// What several sources tell together: what one still tells stands.
    pub fn merged(sources: impl IntoIterator<Item = Arc<Self>>) -> Self {
        let mut merged = Self::default();
        for source in sources {
            merged.told.extend(source.told.iter().cloned());
            merged.withdrawn.extend(source.withdrawn.iter().cloned());
        }
        let told: HashSet<ActionKey> = merged.told.iter().map(CorporateAction::key).collect();
        merged.withdrawn.retain(|key| !told.contains(key));
        merged
    }
}

/// What a list tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ToldActions {
    /// Its actions, in their order; none is told twice.
    pub actions: Vec<ToldAction>,
    /// Its rows that cannot be used, by line.
    pub unreadable: Vec<UnreadableRow>,
    /// Number of rows that change no share: interest of bonds, meetings, rows of other series.
    pub passed_over: usize,
    /// Number of rows that tell an action again that an earlier one tells, with the same figures.
    pub repeated: usize,
    /// Whether it is JSON, whose actions are numbered in the place of lines.
    pub is_json: bool,
    /// Which actions were told, each a place in `actions`.
    known: HashMap<ActionKey, usize>,
}

impl ToldActions {
    /// Reads a list in any of the layouts.
    ///
    /// # Errors
    /// When it is none of them as a whole, or has too many rows or actions; one sentence. A row that cannot be used is in the
    /// result.
    pub fn read(text: &[u8], provenance: &Provenance) -> Result<Self, String> {
        let told = Self::read_layout(text, provenance)?;
        if told.actions.len() > MOST_ANNOUNCED {
            return Err(format!("it tells {} actions, more than {MOST_ANNOUNCED}", told.actions.len()));
        }
        Ok(told)
    }

    fn read_layout(text: &[u8], provenance: &Provenance) -> Result<Self, String> {
        let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
        let first = text.iter().find(|byte| !byte.is_ascii_whitespace());
        match first {
            None => Err("it is empty".to_owned()),
            Some(b'[' | b'{') => own::json(text, provenance),
            // Where a column of one of the exchange's is missing or mistyped, it is said by its names.
            Some(_) if ExchangeList::is_meant(text) => {
                let list = ExchangeList::read(text)?;
                let passed_over = list.other_series + list.without_ex_day;
                let mut told = Self { passed_over, ..Self::default() };
                let (actions, unreadable) = list.actions(provenance);
                actions.into_iter().for_each(|ToldAction { line, action }| told.add(line, Ok(action)));
                told.unreadable.extend(list.unreadable.into_iter().chain(unreadable));
                told.unreadable.sort_by_key(|row| row.line);
                Ok(told)
            }
            Some(_) => own::csv(text, provenance),
        }
    }

    /// Returns what rows are counted by: `line`, or `action` of JSON.
    pub const fn places(&self) -> &'static str {
        if self.is_json { "action" } else { "line" }
    }

    /// Returns where an action is told, such as `line 4`; none of one that is not of this list.
    pub fn place_of(&self, action: &CorporateAction) -> Option<String> {
        let told = self.actions.get(*self.known.get(&action.key())?)?;
        Some(format!("{} {}", self.places(), told.line))
    }

    /// Adds what a row says. The same again is no more; something else of the same action cannot be used.
    fn add(&mut self, line: u64, read: Result<CorporateAction, String>) {
        let action = match read {
            Ok(action) => action,
            Err(reason) => return self.unreadable.push(UnreadableRow { line, reason }),
        };
        match self.known.get(&action.key()).and_then(|at| self.actions.get(*at)) {
            Some(first) if first.action.kind() == action.kind() => self.repeated += 1,
            Some(first) => {
                let key = action.key();
                let reason = format!(
                    "a second {} of {} on {}: the first one is in {} {}",
                    key.name,
                    key.symbol,
                    key.ex_day,
                    self.places(),
                    first.line
                );
                self.unreadable.push(UnreadableRow { line, reason });
            }
            None => {
                self.known.insert(action.key(), self.actions.len());
                self.actions.push(ToldAction { line, action });
            }
        }
    }
}

#[cfg(test)]
mod tests;
