//! The ticks of a continuous slot.

use prahari_domain::time::Timestamp;
use prahari_runtime::RunOutcome;
use prahari_schedule::{TICK_MS, latest_start};
use prahari_store::{NewNotification, SlotOutcome, SlotUpdate, TickRow};

use crate::error::AppError;
use crate::events::{Audience, Event, TaskEvent};
use crate::ledger::ticks::Ticks;
use crate::ledger::{SlotKey, Work};
use crate::notices::words;
use crate::runs::{RunAnswer, Trigger, reason_of};
use crate::scheduler::Slots;
use crate::user::User;

/// Why a tick does not run although it is in time.
const OVERLAP: &str = "the previous tick was still executing";

/// Why something is missed that only other work was in the way of.
pub(super) const HELD_UP: &str = "what was due before it took too long";

impl Slots {
    /// One tick of a continuous slot. A tick that cannot run now is not made up for: the next one sees the same market.
    pub(super) async fn tick(&self, user: &User, key: SlotKey, due: Timestamp) -> Result<(), AppError> {
        if !self.take_up_tick(user, key, due).await? {
            return Ok(());
        }
        let executed = self.runs.execute(user, key.task, due, Trigger::Scheduled, 1).await;
        if let Ok(Some(answer)) = &executed
            && answer.acted
            && answer.outcome.is_success()
        {
            self.handles.day_log.run_ended(user.whom(), answer.ended(key.task));
        }
        self.end_tick(user, key, due, &executed).await?;
        executed.map(|_| ())
    }

    /// Notes the ticks among what is due at an instant as missed, because the user's worker is still busy with what
    /// was due earlier.
    pub(super) async fn pass_over(
        &self,
        user: &User,
        works: &[Work],
        due: Timestamp,
        doing: Timestamp,
    ) -> Result<(), AppError> {
        for work in works.iter().filter(|work| matches!(work, Work::Tick(_))) {
            let meant = user.ledger.lock().slot_for(*work, due);
            let Some(key) = meant else { continue };
            let held_up = format!("what was due at {doing} was still being done for this user");
            self.account(user, key, due, Some(&held_up)).await?;
        }
        self.pass_over_prices(user, works);
        Ok(())
    }

    /// Notes what was due before and never taken up, and takes up this tick unless it is to be left out; whether it
    /// runs.
    async fn take_up_tick(&self, user: &User, key: SlotKey, due: Timestamp) -> Result<bool, AppError> {
        self.account(user, key, due, None).await
    }

    /// The account of everything until this tick, which is missed when the user's worker is held up; whether it runs.
    async fn account(
        &self,
        user: &User,
        key: SlotKey,
        due: Timestamp,
        held_up: Option<&str>,
    ) -> Result<bool, AppError> {
        let skipped =
            self.not_run_because(user, key.task).or_else(|| self.health.skip_reason(user, key.task));
        let _turn = user.ledger.turn().await;
        let (runs, update) = {
            let mut ledger = user.ledger.lock();
            let Some(progress) = ledger.open_mut(key).filter(|progress| !progress.closing) else {
                return Ok(false);
            };
            let Some(ticks) =
                progress.ticks.as_mut().filter(|ticks| ticks.next().is_some_and(|next| next <= due))
            else {
                return Ok(false);
            };
            let late = self.late_until(key, ticks, due);
            let mut rows = Vec::new();
            let mut runs = false;
            if let Some(reason) = skipped {
                rows.extend(ticks.pass(due.max(late), SlotOutcome::Skipped, &reason));
            } else if let Some(held_up) = held_up {
                rows.extend(self.miss(ticks, due.max(late), held_up));
            } else {
                rows.extend(self.miss(ticks, late, HELD_UP));
                runs = late < due;
            }
            if runs {
                ticks.begin(due);
            }
            let update = (!rows.is_empty()).then(|| progress.update(key, String::new(), None, rows));
            (runs, update)
        };
        if let Some(update) = update {
            self.write_ticks(user, key, update).await?;
        }
        Ok(runs)
    }

    /// The last tick that is too late when this one is taken up now: itself and later ones after a long time, or
    /// the one before.
    fn late_until(&self, key: SlotKey, ticks: &Ticks, due: Timestamp) -> Timestamp {
        let (now, calendar) = (self.handles.clock.now(), self.handles.calendar.current());
        let policy = self.tasks.current().late_policy(key.task);
        let mut late = due.plus_millis(-TICK_MS);
        loop {
            let next = late.plus_millis(TICK_MS);
            if next >= ticks.ends_at || latest_start(policy, next, &calendar) >= now {
                return late;
            }
            late = next;
        }
    }

    /// Notes ticks through this one as missed, each with its reason; `otherwise` is that of ticks that only work
    /// was in the way of.
    pub(super) fn miss(&self, ticks: &mut Ticks, through: Timestamp, otherwise: &str) -> Vec<TickRow> {
        let mut rows = Vec::new();
        while let Some(next) = ticks.next().filter(|next| *next <= through) {
            let (until, why) = self.ledger.why_missed(next).unwrap_or((next, otherwise));
            rows.extend(ticks.pass(through.min(until.max(next)), SlotOutcome::Missed, why));
        }
        rows
    }

    /// Ends a tick that has begun and stores its outcome.
    async fn end_tick(
        &self,
        user: &User,
        key: SlotKey,
        due: Timestamp,
        executed: &Result<Option<RunAnswer>, AppError>,
    ) -> Result<(), AppError> {
        let run = executed.as_ref().ok().and_then(Option::as_ref).map(|answer| answer.run);
        let closing = {
            let _turn = user.ledger.turn().await;
            let (closing, update, first_failure) = {
                let mut ledger = user.ledger.lock();
                let Some(progress) = ledger.slot_mut(key) else { return Ok(()) };
                let Some(ticks) = &mut progress.ticks else { return Ok(()) };
                let row = match executed {
                    Ok(Some(RunAnswer { outcome: RunOutcome::Succeeded(_), .. })) => {
                        ticks.end(due, None, run)
                    }
                    Ok(Some(answer)) => ticks.end(due, Some(reason_of(&answer.outcome)), run),
                    Ok(None) => Some(ticks.give_up(due, OVERLAP)),
                    Err(error) => ticks.end(due, Some(error.to_string()), run),
                };
                let has_failed = row.as_ref().filter(|row| row.outcome == SlotOutcome::Failed);
                let first_failure = has_failed.filter(|_| ticks.failed == 1).map(|row| row.reason.clone());
                let closing =
                    progress.closing && !progress.ticks.as_ref().is_some_and(|ticks| ticks.is_executing());
                let update = progress.update(key, String::new(), run, row.into_iter().collect());
                (closing, update, first_failure)
            };
            // The first of a session only: what fails each minute would be told each minute.
            let words = first_failure.map(|reason| words::runs::first_tick_failed(key.task, due, &reason));
            let messages = words.map(|words| self.runs.notices.prepare(user, words, run));
            self.write_ticks_telling(user, key, update, messages.into_iter().collect()).await?;
            closing
        };
        if closing { self.close_slot(user, key).await } else { Ok(()) }
    }

    /// Writes ticks down and publishes them. The caller holds the user's turn.
    pub(super) async fn write_ticks(
        &self,
        user: &User,
        key: SlotKey,
        update: SlotUpdate,
    ) -> Result<(), AppError> {
        self.write_ticks_telling(user, key, update, Vec::new()).await
    }

    /// The same, with what the user is told of them, in one write.
    async fn write_ticks_telling(
        &self,
        user: &User,
        key: SlotKey,
        update: SlotUpdate,
        messages: Vec<NewNotification>,
    ) -> Result<(), AppError> {
        for tick in &update.ticks {
            self.tell_of_tick(user, key, tick);
        }
        self.update_telling(user, update, messages).await
    }

    /// Tells of a tick and publishes its event; of several in a row it names the last.
    fn tell_of_tick(&self, user: &User, key: SlotKey, tick: &TickRow) {
        self.handles.day_log.ticks_ended(user.whom(), key.task, tick);
        let due_at = tick.at.plus_minutes(i64::from(tick.count.saturating_sub(1)));
        self.handles.events.publish_with(Audience::User(user.id), || {
            Event::Task(TaskEvent::Tick {
                task: key.task,
                due_at,
                outcome: tick.outcome.name(),
                reason: tick.reason.clone(),
                run: tick.run,
            })
        });
    }
}
