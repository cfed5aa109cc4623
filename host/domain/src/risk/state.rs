//! The trading state of a user: what of theirs may be sent at all, before any limit is asked.

use serde::{Deserialize, Serialize};

use crate::ids::UserId;
use crate::time::Timestamp;

/// What of a user's orders may be sent, the widest first: of two states the greater one holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TradingState {
    /// Everything that the limits let through.
    #[default]
    Active,
    /// Only what lowers a position: sells of shares that are held, fewer shares of an open buy, cancellations.
    ReduceOnly,
    /// Cancellations only.
    Halted,
}

impl TradingState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Active, Self::ReduceOnly, Self::Halted];

    /// Returns the name in the database and the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::ReduceOnly => "reduce_only",
            Self::Halted => "halted",
        }
    }

    /// Returns the state as a sentence names it.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::ReduceOnly => "reduce-only",
            Self::Halted => "halted",
        }
    }
}

/// A trading state that somebody has set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatedState {
    /// The state.
    pub state: TradingState,
    /// Why it was set, one sentence.
    pub reason: String,
    /// Time at which it was set, by the daemon's clock.
    pub since: Timestamp,
    /// Who has set it.
    pub by: UserId,
}

/// What was set of one user's trading state, by who may take it back. A halt that is set is the kill switch of the same hand, and
/// what stands here is only why.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StatedStates {
    /// What the user has set; none before the first time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub own: Option<StatedState>,
    /// What an admin has set for the user, who cannot take it back; none before the first time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub admin: Option<StatedState>,
}

impl StatedStates {
    /// Returns why only what lowers a position may be sent, whoever has said so; none where neither has.
    pub fn reduce_only(&self) -> Option<&StatedState> {
        let said = [&self.admin, &self.own].into_iter().flatten();
        said.into_iter().find(|stated| stated.state == TradingState::ReduceOnly)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stated(state: TradingState, by: u64) -> Option<StatedState> {
        Some(StatedState { state, reason: format!("said by {by}"), since: Timestamp(5), by: UserId(by) })
    }

    #[test]
    fn of_two_states_the_one_that_lets_less_through_is_the_greater() {
        let [active, reduce_only, halted] = TradingState::ALL;
        assert!(active < reduce_only && reduce_only < halted);
        assert_eq!(TradingState::default(), active);
    }

    #[test]
    fn what_was_set_reads_back_and_what_was_never_set_is_nothing() {
        let states =
            StatedStates { own: stated(TradingState::Active, 2), admin: stated(TradingState::Halted, 1) };
        let text = serde_json::to_string(&states).unwrap();
        assert_eq!(serde_json::from_str::<StatedStates>(&text).unwrap(), states);
        assert_eq!(serde_json::from_str::<StatedStates>("{}").unwrap(), StatedStates::default());
        assert!(serde_json::from_str::<StatedStates>(r#"{"others":null}"#).is_err());
        for state in TradingState::ALL {
            assert_eq!(serde_json::to_value(state).unwrap(), state.name());
        }
    }

    #[test]
    fn reduce_only_holds_whoever_of_the_two_has_said_it() {
        let said = |own, admin| StatedStates { own: stated(own, 2), admin: stated(admin, 1) };
        let by = |states: StatedStates| states.reduce_only().map(|stated| stated.by.0);
        let [active, reduce_only, halted] = TradingState::ALL;
        assert_eq!(by(said(reduce_only, active)), Some(2));
        assert_eq!(by(said(active, reduce_only)), Some(1));
        assert_eq!(
            by(said(reduce_only, reduce_only)),
            Some(1),
            "only an admin takes back what an admin said"
        );
        assert_eq!(by(said(active, halted)), None, "a halt is the kill switch");
        assert_eq!(by(StatedStates::default()), None);
    }
}
