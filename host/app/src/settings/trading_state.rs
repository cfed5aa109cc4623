//! The trading state of a user: the one place that tells what of theirs may be sent, for which reasons, and who may lift each.
//!
//! There is one mechanism for each state, and this one reads them all. *Halted* is a kill switch (the daemon's, the one that an
//! admin has set, the user's own) or a halt of everything of the user; *reduce-only* is what was set of the trading state. Setting
//! the state to halted turns the kill switch of the same hand on, and the switch alone decides from then on.

use prahari_domain::ids::UserId;
use prahari_domain::risk::{StatedState, TradingState};
use prahari_domain::time::Timestamp;

use super::limits::LimitsSet;
use crate::user::User;

/// Whose state is set: a user's own, or the one that an admin sets for the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hand {
    /// The user's own; the user takes it back.
    Own,
    /// An admin's; only an admin takes it back.
    Admin,
}

/// Source of a restriction of what may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestrictionSource {
    /// The daemon's kill switch, for everybody.
    Daemon,
    /// A halt of everything of the user, because of a fault.
    Halt,
    /// What an admin has set for the user.
    Admin,
    /// What the user has set.
    Own,
}

impl RestrictionSource {
    /// Returns the name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Daemon => "daemon",
            Self::Halt => "halt",
            Self::Admin => "admin",
            Self::Own => "own",
        }
    }

    /// Returns who may lift it.
    pub const fn lifted_by(self) -> Hand {
        match self {
            Self::Daemon | Self::Halt | Self::Admin => Hand::Admin,
            Self::Own => Hand::Own,
        }
    }
}

/// One reason why less than everything may be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restriction {
    /// Where it comes from, and thereby who may lift it.
    pub source: RestrictionSource,
    /// What it allows.
    pub state: TradingState,
    /// Why, one sentence.
    pub reason: String,
    /// Time since which it holds; none of a kill switch that was turned without a reason.
    pub since: Option<Timestamp>,
    /// Who has set it; none of what the host has set, and of a kill switch that was turned without a reason.
    pub by: Option<UserId>,
}

/// What of a user may be sent, and why not more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TradingStatus {
    /// The state that holds: the one that lets least through.
    pub state: TradingState,
    /// Every reason for less than everything, those that let least through first.
    pub restrictions: Vec<Restriction>,
}

impl TradingStatus {
    /// Returns how a user may trade at this moment.
    pub fn of(user: &User) -> Self {
        let limits = user.settings.limits();
        let mut restrictions = Vec::new();
        if limits.is_stopped_for_all() {
            let reason = "an admin has turned on the kill switch of this daemon".to_owned();
            restrictions.push(Restriction::without_origin(RestrictionSource::Daemon, reason));
        }
        if let Some(halt) = user.halts.of_user() {
            let halted = Restriction::without_origin(RestrictionSource::Halt, halt.reason);
            restrictions.push(Restriction { since: Some(halt.since), ..halted });
        }
        let set = limits.set();
        restrictions
            .extend([Hand::Admin, Hand::Own].into_iter().filter_map(|hand| set.value.restriction(hand)));
        restrictions.sort_by_key(|restriction| std::cmp::Reverse(restriction.state));
        let state = restrictions.first().map_or(TradingState::Active, |restriction| restriction.state);
        Self { state, restrictions }
    }
}

impl Restriction {
    /// A halt of which it is not known since when and by whom.
    fn without_origin(source: RestrictionSource, reason: String) -> Self {
        Self { source, state: TradingState::Halted, reason, since: None, by: None }
    }
}

impl LimitsSet {
    /// Returns the state that one hand has set, its kill switch counted.
    pub fn state_of(&self, hand: Hand) -> TradingState {
        match (self.is_switch_on(hand), self.stated_by(hand)) {
            (true, _) => TradingState::Halted,
            (false, Some(StatedState { state: TradingState::ReduceOnly, .. })) => TradingState::ReduceOnly,
            (false, _) => TradingState::Active,
        }
    }

    /// Returns what one hand has set last with a reason, where that is the state that holds of this hand.
    pub fn stated(&self, hand: Hand) -> Option<&StatedState> {
        self.stated_by(hand).filter(|stated| stated.state == self.state_of(hand))
    }

    fn is_switch_on(&self, hand: Hand) -> bool {
        match hand {
            Hand::Own => self.own.kill_switch,
            Hand::Admin => self.admin.kill_switch,
        }
    }

    fn stated_by(&self, hand: Hand) -> Option<&StatedState> {
        match hand {
            Hand::Own => self.states.own.as_ref(),
            Hand::Admin => self.states.admin.as_ref(),
        }
    }

    fn restriction(&self, hand: Hand) -> Option<Restriction> {
        let source = match hand {
            Hand::Own => RestrictionSource::Own,
            Hand::Admin => RestrictionSource::Admin,
        };
        let state = Some(self.state_of(hand)).filter(|state| *state != TradingState::Active)?;
        let Some(StatedState { reason, since, by, .. }) = self.stated(hand).cloned() else {
            return Some(Restriction::without_origin(source, "the kill switch is on".to_owned()));
        };
        Some(Restriction { source, state, reason, since: Some(since), by: Some(by) })
    }

    /// Returns the limits with another state of one hand. The kill switch of the hand goes with it; what holds already, for the
    /// same reason, stays as it was set.
    pub(super) fn with_state(&self, hand: Hand, stated: StatedState) -> Self {
        let is_same = |held: &StatedState| held.state == stated.state && held.reason == stated.reason;
        let mut set = self.clone();
        if self.stated(hand).is_some_and(is_same) {
            return set;
        }
        let is_halted = stated.state == TradingState::Halted;
        let (switch, place) = match hand {
            Hand::Own => (&mut set.own.kill_switch, &mut set.states.own),
            Hand::Admin => (&mut set.admin.kill_switch, &mut set.states.admin),
        };
        (*switch, *place) = (is_halted, Some(stated));
        set
    }

    /// Returns the limits without the reason of a halt whose kill switch was turned off: it says nothing of the next time.
    pub(super) fn without_past_halts(mut self) -> Self {
        let is_past = |stated: &mut StatedState| stated.state == TradingState::Halted;
        if !self.own.kill_switch {
            let _past = self.states.own.take_if(is_past);
        }
        if !self.admin.kill_switch {
            let _past = self.states.admin.take_if(is_past);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stated(state: TradingState, reason: &str, since: i64) -> StatedState {
        StatedState { state, reason: reason.to_owned(), since: Timestamp(since), by: UserId(2) }
    }

    #[test]
    fn halted_is_the_kill_switch_of_the_same_hand_and_of_no_other() {
        let active = LimitsSet::default();
        let halted = active.with_state(Hand::Own, stated(TradingState::Halted, "a holiday", 5));
        assert_eq!((halted.own.kill_switch, halted.admin.kill_switch), (true, false));
        assert_eq!(
            (halted.state_of(Hand::Own), halted.state_of(Hand::Admin)),
            (TradingState::Halted, TradingState::Active)
        );
        let reason = halted.restriction(Hand::Own).map(|restriction| (restriction.reason, restriction.since));
        assert_eq!(reason, Some(("a holiday".to_owned(), Some(Timestamp(5)))));
        let back = halted.with_state(Hand::Own, stated(TradingState::Active, "back", 9));
        assert_eq!((back.own.kill_switch, back.restriction(Hand::Own)), (false, None));
        assert_eq!(back.stated(Hand::Own).map(|stated| stated.since), Some(Timestamp(9)));
    }

    #[test]
    fn a_kill_switch_that_was_turned_off_leaves_no_reason_for_the_next_time_and_what_was_under_it_holds_again()
     {
        let mut set =
            LimitsSet::default().with_state(Hand::Admin, stated(TradingState::Halted, "looks odd", 5));
        set.admin.kill_switch = false;
        let mut set = set.without_past_halts();
        assert_eq!(set, LimitsSet::default());
        set.admin.kill_switch = true;
        let switched = set.restriction(Hand::Admin).map(|restriction| (restriction.reason, restriction.by));
        assert_eq!(switched, Some(("the kill switch is on".to_owned(), None)));

        let mut set =
            LimitsSet::default().with_state(Hand::Own, stated(TradingState::ReduceOnly, "results", 5));
        set.own.kill_switch = true;
        assert_eq!((set.state_of(Hand::Own), set.stated(Hand::Own)), (TradingState::Halted, None));
        set.own.kill_switch = false;
        assert_eq!(set.without_past_halts().state_of(Hand::Own), TradingState::ReduceOnly);
    }

    #[test]
    fn what_holds_for_the_same_reason_keeps_the_time_at_which_it_was_set() {
        let set = LimitsSet::default().with_state(Hand::Own, stated(TradingState::ReduceOnly, "results", 5));
        assert_eq!(set.with_state(Hand::Own, stated(TradingState::ReduceOnly, "results", 9)), set);
        let other = set.with_state(Hand::Own, stated(TradingState::ReduceOnly, "a budget", 9));
        assert_eq!(other.stated(Hand::Own).map(|stated| stated.since), Some(Timestamp(9)));
    }

    #[test]
    fn an_admin_lifts_everything_but_what_the_user_has_set() {
        use RestrictionSource::{Admin, Daemon, Halt, Own};
        assert!([Daemon, Halt, Admin].iter().all(|source| source.lifted_by() == Hand::Admin));
        assert_eq!(Own.lifted_by(), Hand::Own);
    }
}
