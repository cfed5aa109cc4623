//! Another attempt of a slot whose run ended as `unavailable`, as the manifest of its task says.
//!
//! The slot stays open meanwhile, so what waits for its task goes on waiting. The time of the attempt is in the database before
//! anything else is done, and a restart finds it there.

use std::collections::BTreeMap;
use std::sync::Arc;

use prahari_domain::time::Timestamp;
use prahari_runtime::RunOutcome;
use prahari_runtime::abi::latest::{Capability, TaskError};
use prahari_schedule::latest_start;

use super::{Rooms, Slots};
use crate::error::AppError;
use crate::ledger::SlotKey;
use crate::runs::{RunAnswer, reason_of};
use crate::user::User;

impl Rooms {
    /// Takes the slots that are tried again by now, by slot and for each the users.
    pub(super) fn retries_due(&self) -> BTreeMap<SlotKey, Vec<Arc<User>>> {
        let due = self.ledger.retries.take_due(self.handles.clock.now());
        let found = |users: Vec<_>| users.into_iter().filter_map(|user| self.users.find(user).ok()).collect();
        due.into_iter().map(|(key, users)| (key, found(users))).collect()
    }
}

impl Slots {
    /// Whether a slot is tried again later only: handed out before that, as after a restart, it is set aside once more.
    pub(super) fn is_tried_again_later(&self, user: &User, key: SlotKey) -> bool {
        let retry_at = user.ledger.lock().open_mut(key).and_then(|progress| progress.retry_at);
        let Some(at) = retry_at.filter(|at| *at > self.handles.clock.now()) else { return false };
        self.ledger.retries.add(at, user.id, key);
        true
    }

    /// Returns when a slot is tried again after this attempt; none when its task is not, or it would be too late then.
    pub(super) fn retry_at(
        &self,
        user: &User,
        key: SlotKey,
        outcome: &RunOutcome,
        attempt: u32,
    ) -> Option<Timestamp> {
        if !matches!(outcome, RunOutcome::TaskFailed(TaskError::Unavailable(_))) {
            return None;
        }
        let tasks = self.tasks.current();
        let manifest = &tasks.find(key.task)?.manifest;
        let delay = manifest.retry_after(attempt)?;
        // An operator may have granted more than the manifest asks for.
        if self.grants.of(user.id, key.task).grant().allows(Capability::BrokerTrade) {
            return None;
        }
        let at = self.handles.clock.now().plus_minutes(i64::from(delay));
        let latest = latest_start(manifest.late, key.due_at, &self.handles.calendar.current());
        let is_within = at <= latest
            && at.ist_day() == key.due_at.ist_day()
            && at.ist_time() <= manifest.schedule.bounds.latest;
        is_within.then_some(at)
    }

    /// How a slot ended, with the number of the attempt if it was tried again.
    pub(super) fn with_attempt(user: &User, key: SlotKey, attempt: u32, reason: String) -> String {
        let mut ledger = user.ledger.lock();
        let is_retried = ledger.open_mut(key).is_some_and(|progress| progress.retry_at.is_some());
        if is_retried { format!("attempt {attempt}: {reason}") } else { reason }
    }

    /// Writes down that a slot is tried again, and has the scheduler do so.
    pub(super) async fn try_again(
        &self,
        user: &User,
        key: SlotKey,
        at: Timestamp,
        answer: &RunAnswer,
    ) -> Result<(), AppError> {
        let _turn = user.ledger.turn().await;
        let update = {
            let mut ledger = user.ledger.lock();
            let Some(progress) = ledger.open_mut(key) else { return Ok(()) };
            progress.retry_at = Some(at);
            progress.taken_up = false;
            let reason = format!(
                "attempt {}: {}; tried again at {}",
                progress.attempts,
                reason_of(&answer.outcome),
                at.ist_time().format("%H:%M:%S")
            );
            progress.update(key, reason, Some(answer.run), Vec::new())
        };
        self.handles.store.user(user.id).update_slot(update).await?;
        self.ledger.retries.add(at, user.id, key);
        // The scheduler may wait for a later instant.
        self.handles.wake.notify_one();
        Ok(())
    }
}
