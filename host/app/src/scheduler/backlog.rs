//! What is due for one user and not done yet: one worker at a time does it, in the order in which it was due.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;
use prahari_domain::time::Timestamp;

use crate::ledger::Work;

/// The due work of one user, and how long it takes.
#[derive(Debug, Default)]
pub struct UserBacklog {
    due: Mutex<Backlog>,
    slow: AtomicBool,
}

impl UserBacklog {
    /// Whether something that was due is being done for this user, or waits until that is done.
    pub fn is_at_work(&self) -> bool {
        self.due.lock().is_at_work()
    }

    /// Adds what is due at an instant.
    pub(super) fn add(&self, instant: Timestamp, works: &Arc<[Work]>) -> Added {
        self.due.lock().add(instant, works)
    }

    /// Returns what is to be done next; `None` ends the user's work.
    pub(super) fn next(&self) -> Option<(Timestamp, Arc<[Work]>)> {
        self.due.lock().next()
    }

    /// The worker has gone before it was done.
    pub(super) fn abandon(&self) {
        self.due.lock().abandon();
    }

    /// Whether what was due the last time took long, so that others should not wait behind it.
    pub(super) fn is_slow(&self) -> bool {
        self.slow.load(Ordering::Relaxed)
    }

    pub(super) fn set_slow(&self, slow: bool) {
        self.slow.store(slow, Ordering::Relaxed);
    }
}

/// A user's due work. It stays small by itself: while a worker is busy, ticks are passed over and one question to
/// the broker stands for all, so only what has an outcome of its own waits, of which a day has a handful.
#[derive(Debug, Default)]
struct Backlog {
    waiting: VecDeque<(Timestamp, Arc<[Work]>)>,
    /// The instant whose work is being done; none while the user has no worker.
    doing: Option<Timestamp>,
}

/// Result of adding the work of an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Added {
    /// The user has no worker; the caller has to start one.
    Idle,
    /// The worker that the user has is still busy with what was due at that instant.
    Behind(Timestamp),
}

impl Backlog {
    /// Adds the work that is due at an instant. While the user has a worker, ticks and runs on prices are left out; the caller
    /// records them as missed.
    fn add(&mut self, instant: Timestamp, works: &Arc<[Work]>) -> Added {
        let Some(doing) = self.doing else {
            self.doing = Some(instant);
            self.waiting.push_back((instant, works.clone()));
            return Added::Idle;
        };
        let pulse_waits = self.waiting.iter().any(|(_, works)| works.contains(&Work::PollBroker));
        let stays = |work: &&Work| match **work {
            Work::Tick(_) | Work::OnPrice(_) => false,
            Work::PollBroker => !pulse_waits,
            _ => true,
        };
        let left: Vec<Work> = works.iter().filter(stays).copied().collect();
        if !left.is_empty() {
            self.waiting.push_back((instant, left.into()));
        }
        Added::Behind(doing)
    }

    /// Returns what the worker does next; with none left the user has no worker any more.
    fn next(&mut self) -> Option<(Timestamp, Arc<[Work]>)> {
        let next = self.waiting.pop_front();
        self.doing = next.as_ref().map(|(instant, _)| *instant);
        next
    }

    /// Returns whether the user has a worker, or will have one.
    fn is_at_work(&self) -> bool {
        self.doing.is_some()
    }

    /// The worker has gone before it was done.
    fn abandon(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use prahari_domain::tasks::Task;

    use super::*;
    use crate::ledger::SlotKey;

    fn key(task: Task) -> SlotKey {
        SlotKey { task, due_at: Timestamp(0) }
    }

    #[test]
    fn behind_other_work_ticks_are_left_out_and_one_pulse_stands_for_all() {
        let (tick, run) = (
            Work::Tick(key(Task::literal("sell_monitor"))),
            Work::Run(key(Task::literal("position_monitor"))),
        );
        let mut backlog = Backlog::default();
        let first: Arc<[Work]> = Arc::from([Work::PollBroker, tick]);
        assert_eq!(backlog.add(Timestamp(1), &first), Added::Idle);
        assert_eq!(backlog.next(), Some((Timestamp(1), first.clone())));
        for minute in 2..1_000 {
            assert_eq!(backlog.add(Timestamp(minute), &first), Added::Behind(Timestamp(1)));
        }
        backlog.add(Timestamp(1_000), &Arc::from([Work::PollBroker, run, tick]));
        assert_eq!(backlog.next(), Some((Timestamp(2), Arc::from([Work::PollBroker]))));
        assert_eq!(backlog.next(), Some((Timestamp(1_000), Arc::from([run]))));
        assert_eq!(backlog.next(), None);
        assert_eq!(backlog.add(Timestamp(1_001), &first), Added::Idle);
    }
}
