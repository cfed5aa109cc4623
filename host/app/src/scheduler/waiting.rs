//! Slots that wait for other tasks of their day, as their schedules say: which they are, and what lets them go.
//!
//! Only the scheduler sets slots aside and lets them go, one after the other, so nothing can be missed in between:
//! from before it looks whether a task has ended, it is told of whatever ends. A slot waits without a worker, so
//! the user's other work goes on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use prahari_domain::ids::UserId;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_schedule::{TICK_MS, Then};

use super::Rooms;
use super::standing::{DependencyState, Shared, listed, standing};
use crate::error::AppError;
use crate::ledger::{Barrier, SlotKey, Work};
use crate::scheduler::Slots;
use crate::user::User;

/// The slots that wait.
#[derive(Default)]
pub(super) struct Waiting {
    slots: BTreeMap<(UserId, SlotKey), Wait>,
    /// The first instant at which one of them may have to be let go, whatever it waits for.
    first_latest: Option<Timestamp>,
}

/// A slot that waits.
struct Wait {
    barrier: Arc<Barrier>,
    /// Time at which it was set aside.
    since: Timestamp,
}

/// What of an instant's work is set aside, by user. Nobody is in it for whom all of it is done.
#[derive(Debug, Default)]
pub(super) struct Aside(BTreeMap<UserId, BTreeSet<Work>>);

impl Aside {
    /// Returns the remaining work of a user.
    pub(super) fn rest(&self, user: UserId, works: &Arc<[Work]>) -> Arc<[Work]> {
        match self.0.get(&user) {
            Some(aside) => works.iter().filter(|work| !aside.contains(work)).copied().collect(),
            None => works.clone(),
        }
    }
}

/// Result of the wait of a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitOutcome {
    /// Sentence for the user: how long the slot waited, or which tasks had not ended at the latest time.
    pub told: String,
    /// What becomes of a slot whose tasks had not ended; none where they had.
    pub then: Option<Then>,
}

impl WaitOutcome {
    /// Whether the slot is skipped for what had not ended.
    pub(super) fn is_skipped(&self) -> bool {
        self.then == Some(Then::Skip)
    }

    /// What became of a slot that did not run, with what it waited for.
    pub(super) fn with(waited: Option<&Self>, reason: String) -> String {
        match waited {
            Some(Self { told, .. }) if reason.is_empty() => told.clone(),
            Some(Self { told, .. }) => format!("{told}; {reason}"),
            None => reason,
        }
    }

    /// What became of a slot that ran.
    pub(super) fn with_run(waited: Option<&Self>, reason: String) -> String {
        match waited {
            Some(Self { told, then: Some(_) }) => {
                let told = format!("{told}, so it ran on what there was");
                Self::with(Some(&Self { told, then: None }), reason)
            }
            waited => Self::with(waited, reason),
        }
    }
}

impl Waiting {
    /// The first instant at which a slot may have to be let go.
    pub(super) fn first_latest(&self) -> Option<Timestamp> {
        self.first_latest
    }

    /// Sets aside what has to wait among what is due at an instant. Of the rest it notes since when it could start.
    pub(super) async fn set_aside(
        &mut self,
        rooms: &Rooms,
        users: &[Arc<User>],
        works: &[Work],
    ) -> Result<Aside, AppError> {
        let mut aside = Aside::default();
        let Some(plans) = rooms.ledger.plans().filter(|plans| plans.have_barriers(works)) else {
            return Ok(aside);
        };
        rooms.ledger.ended.set_awaited(true);
        let admins = rooms.users.admins();
        for user in users {
            for work in works {
                let Work::Run(key) = *work else { continue };
                let Some(barrier) = plans.barrier(user, key.task) else { continue };
                let to_run = user.ledger.lock().open_mut(key).is_some_and(|progress| !progress.taken_up);
                if to_run && self.has_to_wait(rooms, user, key, barrier, &admins).await? {
                    aside.0.entry(user.id).or_default().insert(*work);
                }
            }
        }
        rooms.ledger.ended.set_awaited(!self.slots.is_empty());
        Ok(aside)
    }

    /// Returns whether a slot has to wait; then it does.
    async fn has_to_wait(
        &mut self,
        rooms: &Rooms,
        user: &User,
        key: SlotKey,
        barrier: &Arc<Barrier>,
        admins: &[Arc<User>],
    ) -> Result<bool, AppError> {
        let (now, latest) = (rooms.handles.clock.now(), barrier.latest.max(key.due_at));
        match standing(user, key, barrier, (&rooms.tasks.current(), admins)) {
            DependencyState::Ended(at) => {
                if let Some(progress) = user.ledger.lock().open_mut(key) {
                    // A process of the past may have left until when it was to wait.
                    let left = progress.free_at.map(|free| free.min(now));
                    progress.free_at =
                        at.map(|at| at.min(latest)).max(left).filter(|free| *free > key.due_at);
                }
                Ok(false)
            }
            DependencyState::Open(tasks) if now >= latest.plus_millis(TICK_MS) => {
                // The daemon was not there, or the slot is from before the service was started: nothing was waited for.
                let until = latest.ist_time().format("%H:%M");
                let told = format!("{until}, until when it waits for {}, was past already", listed(&tasks));
                freed(user, key, latest, WaitOutcome { told, then: Some(barrier.then) });
                Ok(false)
            }
            DependencyState::Open(tasks) if now >= latest => {
                overdue(user, key, barrier, &tasks);
                Ok(false)
            }
            DependencyState::Open(tasks) => {
                rooms.slots.tell_of_wait(user, key, &tasks, latest).await?;
                self.first_latest = Some(self.first_latest.map_or(latest, |first| first.min(latest)));
                self.slots.insert((user.id, key), Wait { barrier: barrier.clone(), since: now });
                Ok(true)
            }
        }
    }

    /// Takes out the slots that need not wait any more, by slot and for each the users.
    pub(super) fn take_free(&mut self, rooms: &Rooms) -> BTreeMap<SlotKey, Vec<Arc<User>>> {
        let mut free: BTreeMap<SlotKey, Vec<Arc<User>>> = BTreeMap::new();
        if self.slots.is_empty() {
            return free;
        }
        let (ended, now) = (rooms.ledger.ended.take(), rooms.handles.clock.now());
        let due = self.first_latest.is_some_and(|first| now >= first);
        if ended.is_empty() && !due {
            return free;
        }
        let admins = rooms.users.admins();
        let tasks = rooms.tasks.current();
        let all = due || ended.iter().any(|(_, task)| tasks.is_shared(*task));
        let whose: BTreeSet<UserId> = ended.iter().map(|(user, _)| *user).collect();
        self.slots.retain(|(user, key), wait| {
            if !all && !whose.contains(user) {
                return true;
            }
            // Users are never taken out; one who is not there any more has no slots either.
            let Ok(user) = rooms.users.find(*user) else { return false };
            let waits = still_waits(&user, *key, wait, (&tasks, &admins), now);
            if !waits {
                free.entry(*key).or_default().push(user);
            }
            waits
        });
        self.first_latest =
            self.slots.iter().map(|((_, key), wait)| wait.barrier.latest.max(key.due_at)).min();
        rooms.ledger.ended.set_awaited(!self.slots.is_empty());
        free
    }
}

/// Looks at a slot that waits, and notes since when it can start if it does not wait any more.
fn still_waits(user: &User, key: SlotKey, wait: &Wait, shared: Shared<'_>, now: Timestamp) -> bool {
    let latest = wait.barrier.latest.max(key.due_at);
    match standing(user, key, &wait.barrier, shared) {
        // What has ended was worth waiting for, however late it is.
        DependencyState::Ended(at) => {
            let seconds = now.millis_since(wait.since).max(0) / 1000;
            let told = format!("waited {seconds} s for {}", listed(&wait.barrier.tasks));
            freed(user, key, at.unwrap_or(now).min(latest), WaitOutcome { told, then: None });
            false
        }
        DependencyState::Open(tasks) if now >= latest => {
            overdue(user, key, &wait.barrier, &tasks);
            false
        }
        DependencyState::Open(_) => true,
    }
}

/// A slot has waited as long as it may.
fn overdue(user: &User, key: SlotKey, barrier: &Barrier, tasks: &[Task]) {
    let latest = barrier.latest.max(key.due_at);
    let until = latest.ist_time().format("%H:%M");
    let told = format!("{} had not ended at {until}", listed(tasks));
    freed(user, key, latest, WaitOutcome { told, then: Some(barrier.then) });
}

fn freed(user: &User, key: SlotKey, at: Timestamp, waited: WaitOutcome) {
    if let Some(progress) = user.ledger.lock().open_mut(key) {
        progress.free_at = Some(at.max(key.due_at));
        progress.waited = Some(waited);
    }
}

impl Slots {
    /// Writes down what a slot waits for, and until when.
    async fn tell_of_wait(
        &self,
        user: &User,
        key: SlotKey,
        tasks: &[Task],
        latest: Timestamp,
    ) -> Result<(), AppError> {
        let _turn = user.ledger.turn().await;
        let update = {
            let mut ledger = user.ledger.lock();
            let Some(progress) = ledger.open_mut(key) else { return Ok(()) };
            progress.free_at = Some(latest);
            let until = latest.ist_time().format("%H:%M");
            let reason = format!("waits for {}, until {until} at the latest", listed(tasks));
            progress.update(key, reason, None, Vec::new())
        };
        Ok(self.handles.store.user(user.id).update_slot(update).await?)
    }
}
