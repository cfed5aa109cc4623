//! The ticks of a continuous slot, and its end.

use prahari_domain::time::Timestamp;
use prahari_runtime::RunOutcome;
use prahari_store::{SlotOutcome, SlotUpdate, TickRow};

use super::plan::{SlotKey, Work};
use super::slot::too_late;
use crate::daemon::Daemon;
use crate::error::AppError;
use crate::events::{Audience, Event, TaskEvent};
use crate::runs::{Trigger, detail_of};
use crate::user::User;

impl Daemon {
    /// One tick of a continuous slot. A tick that cannot run now is not made up for: the next one sees the same market.
    pub(super) async fn tick(&self, user: &User, key: SlotKey, due: Timestamp) -> Result<(), AppError> {
        {
            let mut ledger = user.ledger();
            let done = ledger.slot_mut(key).is_none_or(|progress| {
                progress.outcome.is_some() || progress.last_tick_at.is_some_and(|last| last >= due)
            });
            if done {
                return Ok(());
            }
        }
        if let Some(lateness) = too_late(key.task, due, self.clock.now(), &self.venue.calendar.current()) {
            return self.pass_tick(user, key, due, SlotOutcome::Missed, lateness).await;
        }
        if let Some(reason) = self.held_back(user, key.task) {
            return self.pass_tick(user, key, due, SlotOutcome::Skipped, reason).await;
        }
        let answer = self.execute(user, key.task, due, Trigger::Scheduled, 1).await?;
        let run = answer.as_ref().map(|answer| answer.run);
        let update = {
            let mut ledger = user.ledger();
            let Some(progress) = ledger.slot_mut(key) else { return Ok(()) };
            progress.last_tick_at = Some(due);
            let note = match answer.as_ref().map(|answer| &answer.outcome) {
                Some(RunOutcome::Succeeded(_)) => {
                    progress.ticks_ran += 1;
                    None
                }
                Some(failed) => {
                    progress.ticks_failed += 1;
                    Some((SlotOutcome::Failed, detail_of(failed)))
                }
                None => Some((SlotOutcome::Skipped, "the previous tick was still executing".to_owned())),
            };
            let tick = note.map(|(outcome, reason)| TickRow { at: due, outcome, reason, run });
            if let Some(tick) = &tick {
                self.tell_of_tick(user, key, tick);
            }
            SlotUpdate { tick, ..progress.update(key, String::new(), run) }
        };
        Ok(self.store.user(user.id).update_slot(update).await?)
    }

    /// Notes the ticks among what is due at an instant as missed, because the user's worker is still busy with what was due
    /// earlier.
    pub(super) async fn pass_over(
        &self,
        user: &User,
        works: &[Work],
        due: Timestamp,
        doing: Timestamp,
    ) -> Result<(), AppError> {
        for work in works.iter().filter(|work| matches!(work, Work::Tick(_))) {
            let meant = user.ledger().meant_by(*work, due);
            let Some(key) = meant.filter(|key| user.schedule_version(key.task).is_some()) else { continue };
            let reason = format!("what was due at {doing} was still being done for this user");
            self.pass_tick(user, key, due, SlotOutcome::Missed, reason).await?;
        }
        Ok(())
    }

    /// A tick that does not run, and why.
    async fn pass_tick(
        &self,
        user: &User,
        key: SlotKey,
        due: Timestamp,
        outcome: SlotOutcome,
        reason: String,
    ) -> Result<(), AppError> {
        let tick = TickRow { at: due, outcome, reason, run: None };
        self.tell_of_tick(user, key, &tick);
        let update = {
            let mut ledger = user.ledger();
            let Some(progress) = ledger.slot_mut(key) else { return Ok(()) };
            progress.last_tick_at = Some(due);
            SlotUpdate { tick: Some(tick), ..progress.update(key, String::new(), None) }
        };
        Ok(self.store.user(user.id).update_slot(update).await?)
    }

    /// The end of a continuous slot: its one outcome, from its counters.
    pub(super) async fn close_slot(&self, user: &User, key: SlotKey) -> Result<(), AppError> {
        let (outcome, reason) = {
            let mut ledger = user.ledger();
            let Some(progress) = ledger.slot_mut(key).filter(|progress| progress.outcome.is_none()) else {
                return Ok(());
            };
            let (ran, failed, expected) =
                (progress.ticks_ran, progress.ticks_failed, progress.ticks_expected);
            let reason = format!("{ran} of {expected} ticks ran, {failed} failed");
            match (ran, failed) {
                (0, 0) => (SlotOutcome::Missed, reason),
                (0, _) => (SlotOutcome::Failed, reason),
                _ => (SlotOutcome::Ran, reason),
            }
        };
        self.settle_slot(user, key, outcome, reason, None).await
    }

    fn tell_of_tick(&self, user: &User, key: SlotKey, tick: &TickRow) {
        self.events.publish_with(Audience::User(user.id), || {
            Event::Task(TaskEvent::Tick {
                task: key.task,
                due_at: tick.at,
                outcome: tick.outcome.name(),
                reason: tick.reason.clone(),
                run: tick.run,
            })
        });
    }
}
