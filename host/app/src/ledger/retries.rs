//! Slots that are tried again later, by when.

use std::collections::{BTreeMap, BTreeSet};

use parking_lot::Mutex;
use prahari_domain::ids::UserId;
use prahari_domain::time::Timestamp;

use super::SlotKey;

/// Slots whose last run ended as `unavailable` and that are tried again. A slot is in it once at most, so it is bounded by the
/// slots of a day; the ledger has the same instants, from which a restart learns them.
#[derive(Default)]
pub(crate) struct Retries(Mutex<BTreeSet<(Timestamp, UserId, SlotKey)>>);

impl Retries {
    /// Has a slot of a user tried again at an instant.
    pub(crate) fn add(&self, at: Timestamp, user: UserId, key: SlotKey) {
        self.0.lock().insert((at, user, key));
    }

    /// Returns the first instant at which a slot is tried again.
    pub(crate) fn first(&self) -> Option<Timestamp> {
        self.0.lock().first().map(|(at, ..)| *at)
    }

    /// Takes out the slots that are tried again until `now`, by slot and for each the users.
    pub(crate) fn take_due(&self, now: Timestamp) -> BTreeMap<SlotKey, Vec<UserId>> {
        let mut due: BTreeMap<SlotKey, Vec<UserId>> = BTreeMap::new();
        let mut kept = self.0.lock();
        while kept.first().is_some_and(|(at, ..)| *at <= now)
            && let Some((_, user, key)) = kept.pop_first()
        {
            due.entry(key).or_default().push(user);
        }
        due
    }
}
