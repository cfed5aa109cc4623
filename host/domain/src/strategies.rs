//! The names of strategies. Orders, lots and positions belong to one: no task acts on those of another.

use crate::names::{ShortName, short_name};

/// Most bytes of a strategy's name. It stands with every order in memory, so it takes no more room than a text elsewhere would.
pub const LONGEST_STRATEGY: usize = 23;

/// A strategy, by its name: what the orders and lots of one or several tasks of a user have in common.
///
/// The tasks that come with the program are of the strategy `rebound`, and so is everything from before there were names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StrategyName(ShortName<LONGEST_STRATEGY>);

impl StrategyName {
    /// The strategy of the tasks that come with the program, and of whoever names none.
    pub const REBOUND: Self = Self::literal("rebound");

    /// The strategy of a name that is written in the program, which a constant checks when it is compiled. Names from
    /// outside are parsed.
    ///
    /// # Panics
    /// When the name is not well formed.
    pub const fn literal(name: &'static str) -> Self {
        Self(ShortName::literal(name))
    }

    /// Returns the name in the database, the API and the manifests.
    pub fn name(&self) -> &str {
        self.0.as_str()
    }

    /// Returns whether it is the one that journals and manifests leave unsaid.
    pub fn is_rebound(&self) -> bool {
        *self == Self::REBOUND
    }
}

impl Default for StrategyName {
    fn default() -> Self {
        Self::REBOUND
    }
}

/// A text that cannot be the name of a strategy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a strategy's name such as momentum: words of small letters and digits, each beginning with a letter and with _ between them, at most {LONGEST_STRATEGY} characters"
)]
pub struct NotAStrategyName(String);

short_name!(StrategyName, LONGEST_STRATEGY, NotAStrategyName);

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
