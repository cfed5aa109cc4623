//! What becomes of one slot: run, late, missed, skipped.

use std::sync::Arc;

use prahari_domain::calendar::Calendar;
use prahari_domain::ids::RunId;
use prahari_domain::tasks::Task;
use prahari_domain::text::into_one_line;
use prahari_domain::time::Timestamp;
use prahari_runtime::RunOutcome;
use prahari_schedule::{LatePolicy, latest_start};
use prahari_store::{NewNotification, SlotOutcome, SlotUpdate};

use super::waiting::WaitOutcome;
use crate::error::AppError;
use crate::events::{Audience, Event, TaskEvent};
use crate::grants::Grants;
use crate::halts::Halts;
use crate::handles::Handles;
use crate::ledger::{Ledger, SlotKey, Work};
use crate::modules::ModuleHealth;
use crate::notices::words;
use crate::runs::{RunAnswer, Runs, Trigger, reason_of};
use crate::tasks::Tasks;
use crate::user::User;
use crate::users::Users;

/// Does what is due for a user, and gives each slot its outcome.
pub struct Slots {
    pub(crate) handles: Handles,
    pub(crate) users: Arc<Users>,
    pub(crate) tasks: Arc<Tasks>,
    pub(crate) grants: Arc<Grants>,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) runs: Arc<Runs>,
    pub(crate) halts: Arc<Halts>,
    pub(crate) health: Arc<ModuleHealth>,
}

impl Slots {
    /// Does one piece of work for a user, if it is about one of the user's slots. `due` is when it should happen, the
    /// clock says when it does.
    pub(crate) async fn dispatch(&self, user: &User, work: Work, due: Timestamp) -> Result<(), AppError> {
        let meant = user.ledger.lock().slot_for(work, due);
        let key = match (work, meant) {
            (Work::PollBroker, _) => return self.sync_fills(user).await,
            (Work::CloseDays, _) => return self.close_days_before(user, due.ist_day()).await,
            (_, None) => return Ok(()),
            (_, Some(key)) => key,
        };
        match work {
            Work::PollBroker | Work::CloseDays => Ok(()),
            Work::Run(_) => match self.not_run_because(user, key.task) {
                Some(reason) => self.finish_slot(user, key, SlotOutcome::Skipped, reason, None).await,
                None => self.run_slot(user, key).await,
            },
            Work::Tick(_) => self.tick(user, key, due).await,
            Work::OnPrice(_) => self.run_on_price(user, key, due).await,
            Work::CloseSlot(_) => self.close_slot(user, key).await,
        }
    }

    async fn sync_fills(&self, user: &User) -> Result<(), AppError> {
        let followed = self.follow_orders(user).await;
        match followed {
            // Whatever the user is halted for is known already; somebody has to look, not the next minute.
            Err(error) if user.halts.of_user().is_some() && !error.concerns_everybody() => {
                tracing::debug!(user = %user.id, %error, "the orders of a halted user cannot be followed");
                Ok(())
            }
            followed => followed,
        }
    }

    async fn follow_orders(&self, user: &User) -> Result<(), AppError> {
        self.runs.reconcile_desk(user).await?;
        let mut desk = user.desk.lock().await;
        let followed = desk.sync_fills(self.handles.clock.now()).await;
        let (alarms, differences) = (desk.take_alarms(), desk.take_differences());
        drop(desk);
        self.halts.tell_of_orders(user.id, alarms).await?;
        self.halts.tell_of_differences(user.id, differences).await?;
        followed.map(drop)
    }

    /// Returns why no service of this user runs a task now, if none does.
    pub(super) fn not_run_because(&self, user: &User, task: Task) -> Option<String> {
        if user.services.schedule_version(task).is_none() {
            return Some(if user.access.is_active() {
                match user.services.individual_end(task) {
                    Some(reason) => format!("the individual service of this user was stopped: {reason}"),
                    None => "the service of this user was stopped".to_owned(),
                }
            } else {
                "the user is not active".to_owned()
            });
        }
        if self.ledger.is_expected_of(user, task) {
            return None;
        }
        let tasks = self.tasks.current();
        Some(match tasks.find(task) {
            None => "the task was removed".to_owned(),
            Some(known) if known.manifest.shared => {
                "the service of another admin runs it for everybody".to_owned()
            }
            Some(_) => "the task is for admins".to_owned(),
        })
    }

    async fn run_slot(&self, user: &User, key: SlotKey) -> Result<(), AppError> {
        if self.is_tried_again_later(user, key) {
            return Ok(());
        }
        let (due, waited) = user.ledger.lock().freed(key);
        if let Some(WaitOutcome { told, .. }) = waited.as_ref().filter(|waited| waited.is_skipped()) {
            return self.finish_slot(user, key, SlotOutcome::Skipped, told.clone(), None).await;
        }
        let Some(attempt) = self.take_up(user, key).await? else { return Ok(()) };
        let (now, late) = (self.handles.clock.now(), self.tasks.current().late_policy(key.task));
        if let Some(lateness) = too_late((key, late), due, now, &self.handles.calendar.current()) {
            let reason = WaitOutcome::with(waited.as_ref(), lateness);
            return self.finish_slot(user, key, SlotOutcome::Missed, reason, None).await;
        }
        if let Some(reason) = self.health.skip_reason(user, key.task) {
            return self.finish_slot(user, key, SlotOutcome::Skipped, reason, None).await;
        }
        let executed = self.runs.execute(user, key.task, key.due_at, Trigger::Scheduled, attempt).await;
        if let Err(error) = &executed
            && !error.concerns_everybody()
        {
            self.finish_slot(user, key, SlotOutcome::Failed, error.to_string(), None).await?;
        }
        let Some(answer) = executed? else {
            let reason = format!("the previous {} of this user was still executing", key.task);
            return self.finish_slot(user, key, SlotOutcome::Skipped, reason, None).await;
        };
        if let Some(at) = self.retry_at(user, key, &answer.outcome, attempt) {
            return self.try_again(user, key, at, &answer).await;
        }
        self.handles.day_log.run_ended(user.whom(), answer.ended(key.task));
        let (outcome, reason) = outcome_of(&answer.outcome, due, now);
        let reason = WaitOutcome::with_run(waited.as_ref(), Self::with_attempt(user, key, attempt, reason));
        self.finish_slot(user, key, outcome, reason, Some(&answer)).await
    }

    /// Takes up a slot, once; which attempt it is. It is written before the run, so that the run after a crash
    /// knows that it is not the first.
    async fn take_up(&self, user: &User, key: SlotKey) -> Result<Option<u32>, AppError> {
        let _turn = user.ledger.turn().await;
        let (attempt, update) = {
            let mut ledger = user.ledger.lock();
            let Some(progress) = ledger.open_mut(key).filter(|progress| !progress.taken_up) else {
                tracing::debug!(user = %user.id, task = %key.task, due_at = %key.due_at, "nothing to do for a slot");
                return Ok(None);
            };
            progress.taken_up = true;
            progress.attempts += 1;
            (progress.attempts, progress.update(key, String::new(), None, Vec::new()))
        };
        self.handles.store.user(user.id).update_slot(update).await?;
        Ok(Some(attempt))
    }

    /// Writes a slot's one and final outcome.
    pub(super) async fn finish_slot(
        &self,
        user: &User,
        key: SlotKey,
        outcome: SlotOutcome,
        reason: String,
        answer: Option<&RunAnswer>,
    ) -> Result<(), AppError> {
        let (run, reason) = (answer.map(|answer| answer.run), into_one_line(reason));
        let _turn = user.ledger.turn().await;
        let (update, continuous) = {
            let mut ledger = user.ledger.lock();
            let Some(progress) = ledger.open_mut(key) else {
                tracing::debug!(user = %user.id, task = %key.task, due_at = %key.due_at, "the outcome of a slot that is decided or was withdrawn");
                return Ok(());
            };
            progress.outcome = Some(outcome);
            progress.retry_at = None;
            progress.ended_at = Some(self.handles.clock.now());
            (progress.update(key, reason.clone(), run, Vec::new()), progress.ticks.is_some())
        };
        self.ledger.ended.tell(user.id, key.task);
        let messages = self.told_of_trouble(user, key, (outcome, continuous), &reason, run);
        self.update_telling(user, update, messages).await?;
        // Of a run that was in time its own line says all.
        if answer.is_none() || outcome == SlotOutcome::Late {
            self.handles.day_log.slot_ended(user.whom(), (key.task, key.due_at), outcome, &reason);
        }
        self.handles.events.publish_with(Audience::User(user.id), || {
            let (task, due_at, outcome) = (key.task, key.due_at, outcome.name());
            Event::Task(TaskEvent::Slot { task, due_at, outcome, reason, run })
        });
        Ok(())
    }

    /// Returns what the user is told of a slot that failed or was missed. Of a session the first tick that failed was told
    /// already.
    pub(super) fn told_of_trouble(
        &self,
        user: &User,
        key: SlotKey,
        (outcome, continuous): (SlotOutcome, bool),
        reason: &str,
        run: Option<RunId>,
    ) -> Vec<NewNotification> {
        let words = match outcome {
            SlotOutcome::Missed => words::runs::missed(key.task, key.due_at, reason),
            SlotOutcome::Failed if !continuous => words::runs::failed(key.task, key.due_at, reason),
            _ => return Vec::new(),
        };
        vec![self.runs.notices.prepare(user, words, run)]
    }

    /// Writes down how a slot stands and what its user is told of it, in one write: of a crash either both are there or
    /// neither.
    pub(super) async fn update_telling(
        &self,
        user: &User,
        update: SlotUpdate,
        messages: Vec<NewNotification>,
    ) -> Result<(), AppError> {
        let update = SlotUpdate { messages: messages.clone(), ..update };
        self.handles.store.user(user.id).update_slot(update).await?;
        self.runs.notices.announce(user.id, messages);
        Ok(())
    }
}

/// Returns why a slot may not start any more, if so.
fn too_late(
    (key, late): (SlotKey, LatePolicy),
    free: Timestamp,
    now: Timestamp,
    calendar: &Calendar,
) -> Option<String> {
    let latest = latest_start(late, free, calendar);
    let waited = if free > key.due_at { format!(", free to start at {free}") } else { String::new() };
    (now > latest).then(|| format!("due at {}{waited}, and not started until {latest}", key.due_at))
}

/// Returns the outcome of a slot whose last run ended like this, and what there is to say of it.
fn outcome_of(ended: &RunOutcome, due: Timestamp, began: Timestamp) -> (SlotOutcome, String) {
    let reason = reason_of(ended);
    match ended.is_success() {
        true if is_late(due, began) => {
            (SlotOutcome::Late, format!("started {} s late; {reason}", began.millis_since(due) / 1000))
        }
        true => (SlotOutcome::Ran, reason),
        false => (SlotOutcome::Failed, reason),
    }
}

/// A start within a minute is on time: the plan's own resolution.
fn is_late(due: Timestamp, now: Timestamp) -> bool {
    now.millis_since(due) >= 60_000
}
