//! The names of strategies. Orders, lots and positions belong to one: no task acts on those of another.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::tasks::is_name;

/// Most bytes of a strategy's name. It stands with every order in memory, so it takes no more room than a text elsewhere would.
pub const LONGEST_STRATEGY: usize = 23;

/// A strategy, by its name: what the orders and lots of one or several tasks of a user have in common.
///
/// The tasks that come with the program are of the strategy `rebound`, and so is everything from before there were names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StrategyName {
    /// The name and zeros after it, so that the order of the bytes is that of the names.
    bytes: [u8; LONGEST_STRATEGY],
    length: u8,
}

impl StrategyName {
    /// The strategy of the tasks that come with the program, and of whoever names none.
    pub const REBOUND: Self = Self::literal("rebound");

    /// The strategy of a name that is written in the program, which a constant checks when it is compiled. Names from outside are
    /// parsed.
    ///
    /// # Panics
    /// When the name is not well formed.
    pub const fn literal(name: &'static str) -> Self {
        let text = name.as_bytes();
        assert!(
            is_name(text, LONGEST_STRATEGY),
            "a strategy's name is words of small letters and digits with _ between them"
        );
        Self::of_checked(text)
    }

    /// Its name in the database, the API and the manifests.
    pub fn name(&self) -> &str {
        let bytes = self.bytes.get(..usize::from(self.length)).unwrap_or_default();
        // They are ASCII, because nothing else is a name.
        std::str::from_utf8(bytes).unwrap_or_default()
    }

    /// Whether it is the one that journals and manifests leave unsaid.
    pub fn is_rebound(&self) -> bool {
        *self == Self::REBOUND
    }

    const fn of_checked(text: &[u8]) -> Self {
        let mut bytes = [0; LONGEST_STRATEGY];
        let (filled, _) = bytes.split_at_mut(text.len());
        filled.copy_from_slice(text);
        // No name is longer than LONGEST_STRATEGY.
        let length = text.len() as u8;
        Self { bytes, length }
    }
}

impl Default for StrategyName {
    fn default() -> Self {
        Self::REBOUND
    }
}

impl fmt::Display for StrategyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for StrategyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A text that cannot be the name of a strategy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a strategy's name such as momentum: words of small letters and digits, each beginning with a letter and with _ between them, at most {LONGEST_STRATEGY} characters"
)]
pub struct NotAStrategyName(String);

impl FromStr for StrategyName {
    type Err = NotAStrategyName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if is_name(text.as_bytes(), LONGEST_STRATEGY) {
            return Ok(Self::of_checked(text.as_bytes()));
        }
        Err(NotAStrategyName(text.chars().take(2 * LONGEST_STRATEGY).collect()))
    }
}

impl Serialize for StrategyName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for StrategyName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_reads_back_and_what_is_none_is_refused_in_one_short_sentence() {
        let longest = "a".repeat(LONGEST_STRATEGY);
        for name in ["a", "rebound", "gap_and_go", "top_x20", longest.as_str()] {
            let strategy: StrategyName = name.parse().unwrap();
            assert_eq!((strategy.name(), strategy.to_string().as_str()), (name, name));
            assert_eq!(serde_json::to_string(&strategy).unwrap(), format!("{name:?}"));
        }
        let longer = "a".repeat(10_000);
        for wrong in ["", "_", "Rebound", "re bound", "re-bound", "1st", "a__b", "é", &longer] {
            let error = wrong.parse::<StrategyName>().unwrap_err().to_string();
            assert!(error.contains("is not a strategy's name") && error.len() < 300, "{error}");
            assert!(serde_json::from_str::<StrategyName>(&format!("{wrong:?}")).is_err());
        }
        assert_eq!(StrategyName::default().name(), "rebound");
    }

    #[test]
    fn a_name_takes_no_more_room_than_a_text() {
        assert_eq!(size_of::<StrategyName>(), size_of::<String>());
    }
}
