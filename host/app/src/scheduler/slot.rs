//! What becomes of one slot: run, late, missed, skipped.

use prahari_domain::calendar::Calendar;
use prahari_domain::tasks::Task;
use prahari_domain::time::{Day, Timestamp};
use prahari_runtime::RunOutcome;
use prahari_schedule::latest_start;
use prahari_store::{SlotOutcome, SlotRow, SlotUpdate, StoreError};

use super::DayLedger;
use super::ledger::planned_row;
use super::plan::{PlannedSlot, SlotKey, Work};
use super::plans::DayPlans;
use super::takeover::Takeover;
use crate::daemon::Daemon;
use crate::error::AppError;
use crate::events::{Audience, Event, TaskEvent};
use crate::runs::{RunAnswer, Trigger, detail_of};
use crate::user::User;

impl Daemon {
    /// Enters the slots of a day into a user's ledger. With `from`, only those not yet due then: a service that starts
    /// at noon is not expected to have run in the morning. What was written of the user's slots has to be on its way no
    /// more: whoever calls this for many users waits for that once.
    pub(crate) async fn expect_slots(
        &self,
        user: &User,
        plans: &DayPlans,
        from: Option<Timestamp>,
    ) -> Result<(), AppError> {
        let expected = self.expected(user, plans, from.max(user.service_since()));
        // A day that was begun before has rows already, some with their outcome.
        let begun = self.is_resumed_day(plans.day) || user.ledger().day() == Some(plans.day);
        let known = if begun { self.known_slots(user, plans.day).await? } else { Vec::new() };
        self.enter_slots(user, plans.day, expected, &known).await
    }

    /// What a user's service that starts now is expected to run today. Slots that an earlier one left open go on where
    /// the schedules are the same; the others are withdrawn or ended.
    pub(crate) async fn expect_rest_of_day(&self, user: &User) -> Result<(), AppError> {
        let version = user.last_schedule_version();
        let cause = format!("the service was started again with version {version} of the schedules");
        self.take_over(user, &cause).await.map(|_| ())
    }

    /// The same for any `cause`, such as a calendar that has changed. Returns the slots that were withdrawn or ended.
    pub(crate) async fn take_over(&self, user: &User, cause: &str) -> Result<Vec<SlotKey>, AppError> {
        let _planning = self.planning.read().await;
        let now = self.clock.now();
        let day = now.ist_day();
        let Some(plans) = self.plans_for(user, day).await? else { return Ok(Vec::new()) };
        self.store.settle().await?;
        let known = self.known_slots(user, day).await?;
        let served: Vec<SlotRow> =
            known.into_iter().filter(|row| self.is_expected_of(user, row.task)).collect();
        let expected = self.expected(user, &plans, Some(now));
        let Takeover { expected, withdrawn, ended } = Takeover::of(expected, &served, now, cause);
        let scope = self.store.user(user.id);
        for row in &ended {
            // Its last instant may be now, and then it has the outcome already.
            match scope.update_slot_durable(SlotUpdate::from(row)).await {
                Ok(()) | Err(StoreError::OutcomeKept { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        scope.withdraw_slots(withdrawn.iter().map(|key| (key.task, key.due_at)).collect()).await?;
        self.store.settle().await?;
        let known = self.known_slots(user, day).await?;
        self.enter_slots(user, day, expected, &known).await?;
        let ended = ended.iter().map(|row| SlotKey { task: row.task, due_at: row.due_at });
        Ok(withdrawn.into_iter().chain(ended).collect())
    }

    fn expected(&self, user: &User, plans: &DayPlans, from: Option<Timestamp>) -> Vec<PlannedSlot> {
        let own = plans.slots_of(user).filter(|slot| self.is_expected_of(user, slot.key.task));
        match from {
            Some(from) => own.filter_map(|slot| slot.rest(from)).collect(),
            None => own.collect(),
        }
    }

    /// Whether a service of this user runs a task; of a shared one, whether it is this user's that does.
    fn is_expected_of(&self, user: &User, task: Task) -> bool {
        let owner = || self.analysis_owner().is_some_and(|owner| owner.id == user.id);
        user.schedule_version(task).is_some() && (!task.is_shared() || owner())
    }

    async fn known_slots(&self, user: &User, day: Day) -> Result<Vec<SlotRow>, AppError> {
        Ok(self.store.user(user.id).slots(day).await?)
    }

    async fn enter_slots(
        &self,
        user: &User,
        day: Day,
        expected: Vec<PlannedSlot>,
        known: &[SlotRow],
    ) -> Result<(), AppError> {
        let rows = expected.iter().map(|slot| planned_row(user.id, day, *slot)).collect();
        self.store.user(user.id).plan_slots(rows).await?;
        let mut ledger = user.ledger();
        let started = DayLedger::start(day, expected.into_iter(), known);
        let before = std::mem::replace(&mut *ledger, started);
        // A slot that is executing meanwhile may have come further than the database had when it was asked.
        ledger.keep_later(before);
        Ok(())
    }

    /// Does one piece of work for a user, if it is about one of the user's slots. `due` is when it should happen, the
    /// clock says when it does.
    pub(crate) async fn do_work(&self, user: &User, work: Work, due: Timestamp) -> Result<(), AppError> {
        if work == Work::Pulse {
            return self.pulse(user).await;
        }
        let meant = user.ledger().meant_by(work, due);
        let Some(key) = meant else { return Ok(()) };
        let served = user.schedule_version(key.task).is_some();
        match work {
            Work::Pulse => Ok(()),
            Work::Run(_) if !served => self.skip(user, key, "the service of this user was stopped").await,
            Work::Tick(_) if !served => Ok(()),
            Work::Run(_) if !self.is_expected_of(user, key.task) => {
                self.skip(user, key, "the service of another admin runs it for everybody").await
            }
            Work::Run(_) => self.run_slot(user, key).await,
            Work::Tick(_) => self.tick(user, key, due).await,
            Work::CloseSlot(_) => self.close_slot(user, key).await,
        }
    }

    async fn pulse(&self, user: &User) -> Result<(), AppError> {
        let mut desk = user.desk.lock().await;
        if desk.is_unsettled() {
            desk.reconcile(self.clock.now()).await?;
        }
        desk.pulse(self.clock.now()).await?;
        Ok(())
    }

    async fn skip(&self, user: &User, key: SlotKey, reason: &str) -> Result<(), AppError> {
        let open = user.ledger().slot_mut(key).is_some_and(|progress| progress.outcome.is_none());
        if !open {
            return Ok(());
        }
        self.settle_slot(user, key, SlotOutcome::Skipped, reason.to_owned(), None).await
    }

    async fn run_slot(&self, user: &User, key: SlotKey) -> Result<(), AppError> {
        let attempt = {
            let mut ledger = user.ledger();
            let Some(progress) = ledger.slot_mut(key).filter(|progress| progress.outcome.is_none()) else {
                return Ok(());
            };
            progress.attempts += 1;
            progress.attempts
        };
        self.write_attempt(user, key).await?;
        let now = self.clock.now();
        if let Some(lateness) = too_late(key.task, key.due_at, now, &self.venue.calendar.current()) {
            return self.settle_slot(user, key, SlotOutcome::Missed, lateness, None).await;
        }
        if let Some(reason) = self.held_back(user, key.task) {
            return self.settle_slot(user, key, SlotOutcome::Skipped, reason, None).await;
        }
        let executed = self.execute(user, key.task, key.due_at, Trigger::Scheduled, attempt).await;
        if let Err(error) = &executed
            && !error.concerns_everybody()
        {
            self.settle_slot(user, key, SlotOutcome::Failed, error.to_string(), None).await?;
        }
        let Some(answer) = executed? else {
            let reason = format!("the previous {} of this user was still executing", key.task);
            return self.settle_slot(user, key, SlotOutcome::Skipped, reason, None).await;
        };
        let (outcome, reason) = match &answer.outcome {
            outcome @ RunOutcome::Succeeded(_) if is_late(key.due_at, now) => {
                let late = now.millis_since(key.due_at) / 1000;
                (SlotOutcome::Late, format!("started {late} s late; {}", detail_of(outcome)))
            }
            outcome @ RunOutcome::Succeeded(_) => (SlotOutcome::Ran, detail_of(outcome)),
            failed => (SlotOutcome::Failed, detail_of(failed)),
        };
        self.settle_slot(user, key, outcome, reason, Some(&answer)).await
    }

    /// Before the run, so that the run after a crash knows that it is not the first.
    async fn write_attempt(&self, user: &User, key: SlotKey) -> Result<(), AppError> {
        let Some(update) =
            user.ledger().slot_mut(key).map(|progress| progress.update(key, String::new(), None))
        else {
            return Ok(());
        };
        Ok(self.store.user(user.id).update_slot(update).await?)
    }

    /// Writes a slot's one and final outcome.
    pub(super) async fn settle_slot(
        &self,
        user: &User,
        key: SlotKey,
        outcome: SlotOutcome,
        reason: String,
        answer: Option<&RunAnswer>,
    ) -> Result<(), AppError> {
        let run = answer.map(|answer| answer.run);
        let update = {
            let mut ledger = user.ledger();
            let Some(progress) = ledger.slot_mut(key) else { return Ok(()) };
            progress.outcome = Some(outcome);
            progress.update(key, reason.clone(), run)
        };
        self.store.user(user.id).update_slot(update).await?;
        self.events.publish_with(Audience::User(user.id), || {
            let (task, due_at, outcome) = (key.task, key.due_at, outcome.name());
            Event::Task(TaskEvent::Slot { task, due_at, outcome, reason, run })
        });
        Ok(())
    }
}

/// Why a slot may not start any more, if so.
pub(super) fn too_late(task: Task, due: Timestamp, now: Timestamp, calendar: &Calendar) -> Option<String> {
    let latest = latest_start(task, due, calendar);
    (now > latest).then(|| format!("due at {due}, and not started until {latest}"))
}

/// A start within a minute is on time: the plan's own resolution.
fn is_late(due: Timestamp, now: Timestamp) -> bool {
    now.millis_since(due) >= 60_000
}
