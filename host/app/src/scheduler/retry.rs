//! Another attempt of a slot whose run ended as `unavailable`, as the manifest of its task says.
//!
//! The slot stays open meanwhile, so what waits for its task goes on waiting. The time of the attempt is in the database before
//! anything else is done, and a restart finds it there.

use std::collections::BTreeMap;
use std::sync::Arc;

use prahari_domain::calendar::Calendar;
use prahari_domain::time::Timestamp;
use prahari_runtime::RunOutcome;
use prahari_runtime::abi::latest::{Capability, TaskError};
use prahari_schedule::latest_start;

use super::{Rooms, Slots};
use crate::day_log::Kind;
use crate::error::AppError;
use crate::ledger::SlotKey;
use crate::runs::{RunAnswer, reason_of};
use crate::tasks::TaskManifest;
use crate::user::User;

impl Rooms {
    /// Takes the slots that are tried again by now, by slot and for each the users.
    pub(super) fn retries_due(&self) -> BTreeMap<SlotKey, Vec<Arc<User>>> {
        let mut due: BTreeMap<SlotKey, Vec<Arc<User>>> = BTreeMap::new();
        for (_, (user, key)) in self.ledger.retries.take_due(self.handles.clock.now()) {
            // Users are never taken out.
            due.entry(key).or_default().extend(self.users.find(user));
        }
        due
    }
}

impl Slots {
    /// Whether a slot is tried again later only: handed out before that, as after a restart, it is set aside once more.
    pub(super) fn is_tried_again_later(&self, user: &User, key: SlotKey) -> bool {
        let retry_at = user.ledger.lock().open_mut(key).and_then(|progress| progress.retry_at);
        let Some(at) = retry_at.filter(|at| *at > self.handles.clock.now()) else { return false };
        self.ledger.retries.set((user.id, key), at);
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
        // An operator may have granted more than the manifest asks for.
        if self.grants.of(user.id, key.task).grant().allows(Capability::BrokerTrade) {
            return None;
        }
        let tasks = self.tasks.current();
        let manifest = &tasks.find(key.task)?.manifest;
        next_attempt(
            manifest,
            key.due_at,
            attempt,
            self.handles.clock.now(),
            &self.handles.calendar.current(),
        )
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
            self.handles.day_log.noted(Some(user.id), Kind::Failed, &format!("{}, {reason}", key.task));
            progress.update(key, reason, Some(answer.run), Vec::new())
        };
        self.handles.store.user(user.id).update_slot(update).await?;
        self.ledger.retries.set((user.id, key), at);
        // The scheduler may wait for a later instant.
        self.handles.wake.notify_one();
        Ok(())
    }
}

/// Returns when a slot that was due at `due` is tried again after this attempt, which ended as `unavailable` at `now`: as its
/// task's manifest says, on the same day, within the hours of the task and as late as a slot of it may start.
fn next_attempt(
    manifest: &TaskManifest,
    due: Timestamp,
    attempt: u32,
    now: Timestamp,
    calendar: &Calendar,
) -> Option<Timestamp> {
    let at = now.plus_minutes(i64::from(manifest.retry_after(attempt)?));
    let is_within = at <= latest_start(manifest.late, due, calendar)
        && at.ist_day() == due.ist_day()
        && at.ist_time() <= manifest.schedule.bounds.latest;
    is_within.then_some(at)
}

#[cfg(test)]
mod tests {
    use prahari_schedule::LatePolicy;

    use super::*;
    use crate::tasks::tests::manifest;

    /// When the analysis, or a task with other bounds, is tried again after its first attempt.
    fn after(changed: impl FnOnce(&mut TaskManifest), due: &str, now: &str) -> Option<String> {
        let at = |time: &str| Timestamp::from_ist("2025-03-10".parse().unwrap(), time.parse().unwrap());
        let mut manifest = manifest("analysis");
        changed(&mut manifest);
        let next = next_attempt(&manifest, at(due), 1, at(now), &Calendar::embedded().unwrap())?;
        Some(next.ist_time().to_string())
    }

    #[test]
    fn the_next_attempt_lies_on_the_same_day_within_the_hours_and_the_late_policy() {
        assert_eq!(after(|_| {}, "16:00:00", "16:00:20").as_deref(), Some("16:05:20"));
        assert_eq!(after(|_| {}, "19:55:00", "19:55:00").as_deref(), Some("20:00:00"));
        assert_eq!(after(|_| {}, "19:55:00", "19:55:01"), None, "after the hours");
        let late =
            |manifest: &mut TaskManifest| manifest.schedule.bounds.latest = "23:59:00".parse().unwrap();
        assert_eq!(after(late, "23:50:00", "23:50:00").as_deref(), Some("23:55:00"));
        assert_eq!(after(late, "23:50:00", "23:58:00"), None, "on the next day");
        let window = |manifest: &mut TaskManifest| manifest.late = LatePolicy::Window { millis: 360_000 };
        assert_eq!(after(window, "16:00:00", "16:01:00").as_deref(), Some("16:06:00"));
        assert_eq!(after(window, "16:00:00", "16:01:01"), None, "later than a slot may start");
    }
}
