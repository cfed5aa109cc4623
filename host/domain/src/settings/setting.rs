//! What one setting is and may be.

use serde::Serialize;
use serde_json::Value;

use super::merge::Values;
use super::preferences::TimeOfDay;
use crate::instruments::Symbol;
use crate::money::Paise;
use crate::numbers::counted;

/// The most money that any setting takes, Rs 100 crore: far above any account, far below what sums could overflow at.
pub const MOST_MONEY: Paise = Paise::rupees(1_000_000_000);

/// Most characters of a wrong entry that its refusal repeats.
const LONGEST_TOLD: usize = 40;

/// One setting, as the list of its subject has it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Setting {
    /// Name in the database, the API and the console.
    pub name: &'static str,
    /// Kind of value and its bounds.
    pub kind: Kind,
    /// Unit of the value.
    pub unit: Unit,
    /// One sentence for people.
    pub about: &'static str,
}

/// Kind of value that a setting takes; bounds are inclusive.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// A switch: on or off.
    Switch,
    /// A whole number within bounds.
    Whole {
        /// Smallest allowed value.
        least: i64,
        /// Largest allowed value.
        most: i64,
    },
    /// A number within bounds, with decimals.
    Number {
        /// Smallest allowed value.
        least: f64,
        /// Largest allowed value.
        most: f64,
    },
    /// An amount of money in paise.
    Money {
        /// Smallest allowed value.
        least: Paise,
        /// Largest allowed value.
        most: Paise,
    },
    /// A set of symbols; none stands for all.
    Symbols {
        /// Largest number of symbols.
        most: usize,
    },
    /// An IST time of day such as `22:00`; none is allowed.
    Time,
    /// An IST time of day within bounds; one is always set.
    TimeBetween {
        /// Earliest allowed time.
        earliest: TimeOfDay,
        /// Latest allowed time.
        latest: TimeOfDay,
    },
}

impl Kind {
    /// Returns the name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Switch => "switch",
            Self::Whole { .. } => "whole",
            Self::Number { .. } => "number",
            Self::Money { .. } => "money",
            Self::Symbols { .. } => "symbols",
            Self::Time | Self::TimeBetween { .. } => "time",
        }
    }

    /// Returns what a value must be, for the sentence that refuses another one.
    const fn wanted(self) -> &'static str {
        match self {
            Self::Switch => "true or false",
            Self::Whole { .. } => "a whole number",
            Self::Number { .. } => "a number",
            Self::Money { .. } => "a whole number of paise",
            Self::Symbols { .. } => "a list of symbols, or null for all",
            Self::Time => "an IST time such as \"22:00\", or null",
            Self::TimeBetween { .. } => "an IST time such as \"18:30\"",
        }
    }

    fn bounds(self) -> (Option<Value>, Option<Value>) {
        match self {
            Self::Switch | Self::Time => (None, None),
            Self::Whole { least, most } => (Some(least.into()), Some(most.into())),
            Self::Number { least, most } => (Some(least.into()), Some(most.into())),
            Self::Money { least, most } => (Some(least.0.into()), Some(most.0.into())),
            Self::Symbols { most } => (None, Some(most.into())),
            Self::TimeBetween { earliest, latest } => {
                (Some(earliest.to_string().into()), Some(latest.to_string().into()))
            }
        }
    }
}

/// Unit of a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Nothing: a switch, a time or a name.
    None,
    /// A number of trading sessions.
    Sessions,
    /// Points of an index or a score.
    Points,
    /// An amount in paise.
    Paise,
    /// A number of symbols.
    Symbols,
    /// A number of shares.
    Shares,
    /// A number of orders.
    Orders,
    /// A part of one: 0.1 is a tenth.
    Ratio,
    /// A percentage.
    Percent,
}

impl Unit {
    /// Returns the name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Sessions => "sessions",
            Self::Points => "points",
            Self::Paise => "paise",
            Self::Symbols => "symbols",
            Self::Shares => "shares",
            Self::Orders => "orders",
            Self::Ratio => "ratio",
            Self::Percent => "percent",
        }
    }
}

/// Reasons why a setting is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// There is no such setting.
    #[error("there is no setting {setting:?}")]
    Unknown {
        /// The name given, cut when it is long.
        setting: String,
    },
    /// A value of another kind.
    #[error("{setting} must be {wanted}")]
    Kind {
        /// Name of the setting.
        setting: &'static str,
        /// Values that the setting takes, in words.
        wanted: &'static str,
    },
    /// A list of symbols with something else in it.
    #[error("{setting}: {given} is not a symbol: 1 to 32 of A-Z, 0-9, & and -")]
    NotASymbol {
        /// Name of the setting.
        setting: &'static str,
        /// The first entry that is none, quoted and cut when it is long.
        given: String,
    },
    /// A number outside its range.
    #[error("{setting} is {value}, but must be from {least} to {most}")]
    OutOfRange {
        /// Name of the setting.
        setting: &'static str,
        /// Value that was given.
        value: String,
        /// Smallest allowed value.
        least: String,
        /// Largest allowed value.
        most: String,
    },
    /// Two settings that contradict each other.
    #[error("{setting} is {value}, but must be {relation}")]
    Contradiction {
        /// Name of the setting.
        setting: &'static str,
        /// Value that was given.
        value: String,
        /// Relation to the other setting that must hold.
        relation: String,
    },
    /// Looser than the limit that the admin has set.
    #[error("{setting} may only be tightened: {detail}")]
    Loosens {
        /// Name of the limit.
        setting: &'static str,
        /// What was given and what the admin allows.
        detail: String,
    },
    /// Settings that were stored do not read back.
    #[error("settings cannot be read: {0}")]
    Damaged(String),
}

impl Setting {
    /// Refuses a value of another kind, or beyond the bounds.
    ///
    /// # Errors
    /// The sentence names the setting and what it takes.
    pub fn check(&self, value: &Value) -> Result<(), SettingsError> {
        let fits = match self.kind {
            Kind::Switch => value.as_bool().map(|_| true),
            Kind::Whole { least, most } => value.as_i64().map(|value| (least..=most).contains(&value)),
            Kind::Money { least, most } => value.as_i64().map(|value| (least.0..=most.0).contains(&value)),
            Kind::Number { least, most } => value.as_f64().map(|value| (least..=most).contains(&value)),
            Kind::Symbols { most } => self.symbols(value)?.map(|count| count <= most),
            Kind::Time => (value.is_null() || time_of(value).is_some()).then_some(true),
            Kind::TimeBetween { earliest, latest } => {
                time_of(value).map(|time| (earliest..=latest).contains(&time))
            }
        };
        match fits {
            Some(true) => Ok(()),
            Some(false) => Err(self.out_of_range(value)),
            None => Err(SettingsError::Kind { setting: self.name, wanted: self.kind.wanted() }),
        }
    }

    /// Returns how many symbols a list has; `None` when it is no list.
    ///
    /// # Errors
    /// When an entry is no symbol.
    fn symbols(&self, value: &Value) -> Result<Option<usize>, SettingsError> {
        if value.is_null() {
            return Ok(Some(0));
        }
        let Some(list) = value.as_array() else { return Ok(None) };
        let is_symbol = |entry: &&Value| entry.as_str().is_some_and(|name| Symbol::new(name).is_ok());
        match list.iter().find(|entry| !is_symbol(entry)) {
            Some(other) => {
                let given = match other.as_str() {
                    Some(name) => format!("{:?}", name.chars().take(LONGEST_TOLD).collect::<String>()),
                    None => "an entry that is not text".to_owned(),
                };
                Err(SettingsError::NotASymbol { setting: self.name, given })
            }
            None => Ok(Some(list.len())),
        }
    }

    fn out_of_range(&self, value: &Value) -> SettingsError {
        let text = |bound: Option<Value>| bound.map_or_else(|| "0".to_owned(), |bound| bound.to_string());
        let (least, most) = self.kind.bounds();
        let value = match value.as_array() {
            Some(symbols) => counted(symbols.len(), "symbol", "symbols"),
            None => value.to_string(),
        };
        SettingsError::OutOfRange { setting: self.name, value, least: text(least), most: text(most) }
    }
}

fn time_of(value: &Value) -> Option<TimeOfDay> {
    value.as_str()?.parse().ok()
}

/// Description of a setting, for display.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Description {
    /// Name of the setting.
    pub name: &'static str,
    /// `switch`, `whole`, `number`, `money`, `symbols` or `time`.
    pub kind: &'static str,
    /// Unit of the value.
    pub unit: Unit,
    /// Default value.
    pub default: Value,
    /// The smallest value, of symbols the smallest number; none where there is no such bound.
    pub least: Option<Value>,
    /// Largest allowed value.
    pub most: Option<Value>,
    /// One sentence for people.
    pub about: &'static str,
}

/// Describes every setting of a list.
pub fn describe(list: &[Setting], defaults: &Values) -> Vec<Description> {
    // Of a time they stand in its sentence.
    let number = |bound: Option<Value>| bound.filter(Value::is_number);
    let describe = |setting: &Setting| {
        let (least, most) = setting.kind.bounds();
        Description {
            name: setting.name,
            kind: setting.kind.name(),
            unit: setting.unit,
            default: defaults.get(setting.name).cloned().unwrap_or_default(),
            least: number(least),
            most: number(most),
            about: setting.about,
        }
    };
    list.iter().map(describe).collect()
}
