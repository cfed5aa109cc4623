//! What is done at instants of its own, beside the day's plan: nothing polls for it, the scheduler asks for the first.

use std::collections::{BTreeMap, BTreeSet};

use parking_lot::Mutex;
use prahari_domain::time::Timestamp;

/// Things that are due later, by when. Each is in it once at most.
#[derive(Debug)]
pub(crate) struct Agenda<T>(Mutex<Entries<T>>);

#[derive(Debug)]
struct Entries<T> {
    by_time: BTreeSet<(Timestamp, T)>,
    times: BTreeMap<T, Timestamp>,
}

impl<T> Default for Agenda<T> {
    fn default() -> Self {
        Self(Mutex::new(Entries { by_time: BTreeSet::new(), times: BTreeMap::new() }))
    }
}

impl<T: Ord + Copy> Agenda<T> {
    /// Has something done at an instant, and no more at the one that was set before.
    pub(crate) fn set(&self, what: T, at: Timestamp) {
        let mut entries = self.0.lock();
        entries.remove(what);
        entries.times.insert(what, at);
        entries.by_time.insert((at, what));
    }

    /// Takes something out that is not due any more.
    pub(crate) fn remove(&self, what: T) {
        self.0.lock().remove(what);
    }

    /// Returns the first instant at which something is due.
    pub(crate) fn first(&self) -> Option<Timestamp> {
        self.0.lock().by_time.first().map(|(at, _)| *at)
    }

    /// Takes out what is due until `now`, in the order of time.
    pub(crate) fn take_due(&self, now: Timestamp) -> Vec<(Timestamp, T)> {
        let mut entries = self.0.lock();
        let mut due = Vec::new();
        while let Some((at, what)) = entries.by_time.first().copied().filter(|(at, _)| *at <= now) {
            entries.remove(what);
            due.push((at, what));
        }
        due
    }
}

impl<T: Ord + Copy> Entries<T> {
    fn remove(&mut self, what: T) {
        if let Some(at) = self.times.remove(&what) {
            self.by_time.remove(&(at, what));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_thing_is_due_once_and_in_the_order_of_time() {
        let agenda = Agenda::default();
        for (what, at) in [("a", 9), ("a", 5), ("b", 3), ("c", 7)] {
            agenda.set(what, Timestamp(at));
        }
        assert_eq!(agenda.first(), Some(Timestamp(3)));
        assert_eq!(agenda.take_due(Timestamp(5)), [(Timestamp(3), "b"), (Timestamp(5), "a")]);
        agenda.remove("c");
        assert_eq!((agenda.first(), agenda.take_due(Timestamp(100))), (None, Vec::new()));
        agenda.set("a", Timestamp(9));
        assert_eq!(agenda.take_due(Timestamp(100)), [(Timestamp(9), "a")], "what was done may be due again");
    }
}
