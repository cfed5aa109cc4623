//! How far the daemon has looked at the prices of the day.

use std::collections::BTreeSet;

use parking_lot::Mutex;
use prahari_domain::ids::UserId;
use prahari_domain::instruments::Symbol;
use prahari_domain::time::Day;

/// How far the daemon has looked at the prices of the day.
#[derive(Debug, Default)]
pub struct PriceWatch {
    /// The last day at whose close prices were looked at.
    closed_on: Mutex<Option<Day>>,
    opens: Mutex<Opens>,
    /// Users whose desk somebody waits for, to look at their opens.
    waited_for: Mutex<BTreeSet<UserId>>,
}

/// What is still to be looked at of a day's opens.
#[derive(Debug, Clone, Default)]
pub(super) struct Opens {
    /// Day that is watched; none before the first.
    pub day: Option<Day>,
    /// How often what was found in prices had been forgotten when the look began.
    forgotten: u64,
    /// Shares whose open was not known when it was asked for.
    pub unopened: BTreeSet<Symbol>,
    /// Users whose desk was busy when their shares were asked for; everybody at first.
    pub unasked: Option<BTreeSet<UserId>>,
}

impl PriceWatch {
    /// Returns what is still to be looked at of a day's opens: everything again where bars or actions have changed since.
    pub(super) fn opens_of(&self, day: Day, forgotten: u64) -> Opens {
        let opens = self.opens.lock().clone();
        let is_of_now = opens.day == Some(day) && opens.forgotten == forgotten;
        if is_of_now { opens } else { Opens { day: Some(day), forgotten, ..Opens::default() } }
    }

    pub(super) fn keep_opens(&self, opens: Opens) {
        *self.opens.lock() = opens;
    }

    /// Takes the wait for a user's desk; `false` when somebody waits for it already.
    pub(super) fn begin_wait(&self, user: UserId) -> bool {
        self.waited_for.lock().insert(user)
    }

    pub(super) fn end_wait(&self, user: UserId) {
        self.waited_for.lock().remove(&user);
    }

    /// Takes the close of a day; `false` when somebody has taken it.
    pub(super) fn take_close(&self, day: Day) -> bool {
        self.closed_on.lock().replace(day) != Some(day)
    }

    /// Gives back the check of the close, so that the next caller makes it.
    pub(super) fn give_close_back(&self) {
        *self.closed_on.lock() = None;
    }
}

impl Opens {
    /// Returns whether a user's shares are still to be asked for.
    pub fn asks(&self, user: UserId) -> bool {
        self.unasked.as_ref().is_none_or(|unasked| unasked.contains(&user))
    }

    /// Returns whether nothing is left to be looked at.
    pub fn is_done(&self) -> bool {
        self.unopened.is_empty() && self.unasked.as_ref().is_some_and(BTreeSet::is_empty)
    }
}
