//! Which slots a user's ledger has: those of a day when the scheduler comes to it, and others when a service starts
//! during it.

use prahari_domain::ids::RunId;
use prahari_domain::tasks::Task;
use prahari_domain::time::{Day, Timestamp};
use prahari_store::{SlotKind, SlotOutcome, SlotRow, SlotUpdate};

use super::day::{DayLedger, Progress, planned_row};
use super::day_plan::{PlannedSlot, SlotKey};
use super::handover::SlotHandover;
use super::plan_set::DayPlans;
use super::ticks::Ticks;
use crate::error::AppError;
use crate::ledger::Ledger;
use crate::user::User;

/// Why a tick is noted as failed whose run did not end.
pub(crate) const INTERRUPTED: &str = "the daemon ended while it was executing";

/// Why a tick is noted as missed that a process of the past had taken up and left no trace of.
pub(crate) const UNKNOWN: &str = "it had no account when the daemon ended";

impl Ledger {
    /// Goes on to a day with a user: what the database knows of it, if a process of the past had begun it, and what
    /// is expected of the services that are on. With `from`, only what is due later: a service that started at noon
    /// is not expected to have run in the morning.
    pub(crate) async fn expect_slots(
        &self,
        user: &User,
        plans: &DayPlans,
        from: Option<Timestamp>,
    ) -> Result<(), AppError> {
        let _turn = user.ledger.turn().await;
        self.enter_day_of(user, plans.day).await?;
        let since = from.max(user.services.since());
        let added = {
            let mut ledger = user.ledger.lock();
            ledger.add(self.expected(user, plans, since))
        };
        self.plan_slots(user, plans.day, &added).await
    }

    /// Plans what a user's service that starts now is expected to run today. Slots that an earlier one left open
    /// go on where the schedules are the same; the others are withdrawn or ended.
    pub(crate) async fn expect_rest_of_day(&self, user: &User) -> Result<(), AppError> {
        let version = user.services.last_schedule_version();
        let cause = format!("the service was started again with version {version} of the schedules");
        self.take_over(user, &cause).await.map(|_| ())
    }

    /// Replaces the slots for any `cause`, such as a changed calendar. Returns the slots that were withdrawn or
    /// ended.
    pub(crate) async fn take_over(&self, user: &User, cause: &str) -> Result<Vec<SlotKey>, AppError> {
        let _planning = self.planning.read().await;
        // Before the scheduler has begun there is no day: it enters everything when it comes to one.
        let Some(plans) = self.plans_for(user).await? else { return Ok(Vec::new()) };
        let _turn = user.ledger.turn().await;
        if user.ledger.lock().day() > Some(plans.day) {
            // The scheduler has gone on to the next day meanwhile, and found this service on.
            return Ok(Vec::new());
        }
        self.enter_day_of(user, plans.day).await?;
        let (added, ended, withdrawn) = {
            let mut ledger = user.ledger.lock();
            // What was handed out by now finds the slots as they were. Whatever is handed out later waits for this
            // lock, and finds them as they are then.
            let from = self.handles.clock.now().max(self.handed_out());
            let expected = self.expected(user, &plans, Some(from)).collect();
            let SlotHandover { expected, withdrawn, ended } =
                SlotHandover::of(expected, &ledger, from, |task| {
                    self.is_expected_of(user, task) || self.tasks.current().find(task).is_none()
                });
            withdrawn.iter().for_each(|key| ledger.withdraw(*key));
            let ended: Vec<SlotUpdate> =
                ended.into_iter().filter_map(|key| end_early(&mut ledger, key, from, cause)).collect();
            (ledger.add(expected), ended, withdrawn)
        };
        let ended_keys = ended.iter().map(|slot| SlotKey { task: slot.task, due_at: slot.due_at });
        let changed: Vec<SlotKey> = withdrawn.iter().copied().chain(ended_keys).collect();
        changed.iter().for_each(|key| self.ended.tell(user.id, key.task));
        let scope = self.handles.store.user(user.id);
        for update in ended {
            scope.update_slot(update).await?;
        }
        if !withdrawn.is_empty() {
            tracing::debug!(user = %user.id, slots = withdrawn.len(), "slots that were not due yet are withdrawn");
            scope.withdraw_slots(withdrawn.iter().map(|key| (key.task, key.due_at)).collect()).await?;
        }
        self.plan_slots(user, plans.day, &added).await?;
        Ok(changed)
    }

    /// Takes the user's ledger on to a day. The caller holds the user's turn.
    async fn enter_day_of(&self, user: &User, day: Day) -> Result<(), AppError> {
        if user.ledger.lock().day() == Some(day) {
            return Ok(());
        }
        let known =
            if self.is_resumed_day(day) { self.persisted_slots(user, day).await? } else { Vec::new() };
        let updates: Vec<SlotUpdate> = {
            let mut ledger = user.ledger.lock();
            ledger.enter(day);
            known
                .into_iter()
                .filter_map(|(key, progress, update)| {
                    ledger.add_known(key, progress);
                    update
                })
                .collect()
        };
        for update in updates {
            self.handles.store.user(user.id).update_slot(update).await?;
        }
        Ok(())
    }

    /// The slots of a day that a process of the past had begun, each with what has to be written of it now.
    async fn persisted_slots(
        &self,
        user: &User,
        day: Day,
    ) -> Result<Vec<(SlotKey, Progress, Option<SlotUpdate>)>, AppError> {
        let mut known = Vec::new();
        for row in self.handles.store.user(user.id).slots(day).await? {
            let key = SlotKey { task: row.task, due_at: row.due_at };
            let (progress, update) = self.resumed(user, &row).await?;
            known.push((key, progress, update));
        }
        Ok(known)
    }

    /// A slot as a process of the past left it, and what has to be written of it: the account of ticks that were
    /// executing.
    pub(crate) async fn resumed(
        &self,
        user: &User,
        row: &SlotRow,
    ) -> Result<(Progress, Option<SlotUpdate>), AppError> {
        let SlotRow { outcome, attempts, free_at, retry_at, .. } = *row;
        let mut progress = Progress { outcome, attempts, free_at, retry_at, ..Progress::default() };
        let (SlotKind::Continuous, Some(ends_at)) = (row.kind, row.ends_at) else {
            return Ok((progress, None));
        };
        let noted = row.ticks_skipped + row.ticks_missed > 0;
        let reasons = if row.outcome.is_none() && noted {
            self.handles.store.user(user.id).tick_reasons(row.task, row.due_at).await?
        } else {
            Vec::new()
        };
        let mut ticks = Ticks::of(row, ends_at, reasons);
        let before = ticks.clone();
        let rows = match row.outcome {
            None => ticks.interrupted(&self.interrupted_ticks(user, row.task), INTERRUPTED, UNKNOWN),
            Some(_) => Vec::new(),
        };
        let changed = ticks != before;
        progress.ticks = Some(Box::new(ticks));
        let key = SlotKey { task: row.task, due_at: row.due_at };
        let update = changed.then(|| progress.update(key, String::new(), row.run, rows));
        Ok((progress, update))
    }

    /// The ticks of a task of a user whose runs the end of the last process interrupted.
    fn interrupted_ticks(&self, user: &User, task: Task) -> Vec<(Timestamp, RunId)> {
        let of = self.interrupted.iter().filter(|run| (run.user, run.task) == (user.id, task));
        of.filter_map(|run| Some((run.slot_due?, run.id))).collect()
    }

    fn expected<'a>(
        &'a self,
        user: &'a User,
        plans: &'a DayPlans,
        from: Option<Timestamp>,
    ) -> impl Iterator<Item = PlannedSlot> + 'a {
        let own = plans.slots_of(user).filter(|slot| self.is_expected_of(user, slot.key.task));
        own.filter_map(move |slot| match from {
            Some(from) => slot.rest(from),
            None => Some(slot),
        })
    }

    /// Returns whether a service of this user runs a task; of a shared one, whether it is this user's that does.
    pub(crate) fn is_expected_of(&self, user: &User, task: Task) -> bool {
        let tasks = self.tasks.current();
        let Some(known) = tasks.find(task) else { return false };
        let is_theirs = || match known.manifest.shared {
            true => self.owner_of_shared(task).is_some_and(|owner| owner.id == user.id),
            false => known.manifest.is_open_to(user.access.role()),
        };
        user.services.schedule_version(task).is_some() && is_theirs()
    }

    async fn plan_slots(&self, user: &User, day: Day, added: &[PlannedSlot]) -> Result<(), AppError> {
        if added.is_empty() {
            return Ok(());
        }
        let rows = added.iter().map(|slot| planned_row(user.id, day, *slot)).collect();
        Ok(self.handles.store.user(user.id).plan_slots(rows).await?)
    }
}

/// Ends a continuous slot before its time: ticks after `from` are not expected of it any more, as slots that were
/// not due yet are not. While a tick executes, the slot gets its outcome when that has ended.
fn end_early(ledger: &mut DayLedger, key: SlotKey, from: Timestamp, why: &str) -> Option<SlotUpdate> {
    let progress = ledger.open_mut(key)?;
    let ticks = progress.ticks.as_mut()?;
    let rows: Vec<_> = ticks.cut_short(from, why).into_iter().collect();
    if ticks.is_executing() {
        progress.closing = true;
        return Some(progress.update(key, String::new(), None, rows));
    }
    let ran = ticks.ran + ticks.failed > 0;
    let sentence = ticks.sentence();
    progress.ended_at = Some(from);
    progress.outcome = Some(if ran { ticks.outcome() } else { SlotOutcome::Skipped });
    Some(progress.update(key, sentence, None, rows))
}
