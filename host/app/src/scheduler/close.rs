//! The ends of slots that do not end by themselves: continuous ones, and what a day leaves open.

use prahari_domain::time::{Day, Timestamp};
use prahari_store::{SlotKind, SlotOutcome, SlotRow};

use super::tick::HELD_UP;
use crate::error::AppError;
use crate::ledger::{INTERRUPTED, Progress, SlotKey, UNKNOWN};
use crate::scheduler::Slots;
use crate::user::User;

/// Why a slot is missed that no process took up.
const NOT_STARTED: &str = "it had not been started when the daemon ended";

impl Slots {
    /// The end of a continuous slot: its one outcome, from its counters. While its last tick executes, that one
    /// closes it.
    pub(super) async fn close_slot(&self, user: &User, key: SlotKey) -> Result<(), AppError> {
        let skipped = self.not_run_because(user, key.task);
        let (outcome, sentence) = {
            let _turn = user.ledger.turn().await;
            let (ended, update) = {
                let mut ledger = user.ledger.lock();
                let Some(progress) = ledger.open_mut(key) else { return Ok(()) };
                let Some(ticks) = &mut progress.ticks else { return Ok(()) };
                let rows = match &skipped {
                    Some(reason) => {
                        ticks.pass(ticks.ends_at, SlotOutcome::Skipped, reason).into_iter().collect()
                    }
                    None => self.miss(ticks, ticks.ends_at, HELD_UP),
                };
                let ended = (!ticks.is_executing()).then(|| (ticks.outcome(), ticks.sentence()));
                progress.closing = ended.is_none();
                let update = (!rows.is_empty()).then(|| progress.update(key, String::new(), None, rows));
                (ended, update)
            };
            if let Some(update) = update {
                self.write_ticks(user, key, update).await?;
            }
            match ended {
                Some(ended) => ended,
                None => return Ok(()),
            }
        };
        self.finish_slot(user, key, outcome, sentence, None).await
    }

    /// Closes the days before `day`, see [`Slots::close_days_of`].
    pub(super) async fn close_days_before(&self, user: &User, day: Day) -> Result<(), AppError> {
        match day.pred_opt() {
            Some(before) => self.close_days_of(user, before).await,
            None => Ok(()),
        }
    }

    /// Gives every slot of a user's earlier days that is still open its outcome. What executes still, as a shared
    /// run may, gets it from its own end.
    pub(super) async fn close_days_of(&self, user: &User, until: Day) -> Result<(), AppError> {
        let left = user.ledger.lock().left_open(until);
        for key in left {
            let Some((continuous, taken_up)) = user
                .ledger
                .lock()
                .open_mut(key)
                .map(|progress| (progress.ticks.is_some(), progress.taken_up))
            else {
                continue;
            };
            if continuous {
                self.close_slot(user, key).await?;
                continue;
            }
            let (outcome, reason) = match self.not_run_because(user, key.task) {
                _ if taken_up => continue,
                Some(reason) => (SlotOutcome::Skipped, reason),
                None => (
                    SlotOutcome::Missed,
                    self.ledger.why_missed(key.due_at).map_or(HELD_UP, |(_, why)| why).to_owned(),
                ),
            };
            self.finish_slot(user, key, outcome, reason, None).await?;
        }
        user.ledger.lock().drop_closed();
        Ok(())
    }

    /// Gives every slot of days before this one that the last process left open its outcome. It ended in the moment
    /// after a day, or could not say what it knew.
    pub(crate) async fn close_days_of_the_past(&self, reached: Timestamp) -> Result<(), AppError> {
        for row in self.handles.store.system().open_slots_before(reached.ist_day()).await? {
            let Ok(user) = self.users.find(row.user) else { continue };
            self.close_row(&user, &row).await?;
        }
        Ok(())
    }

    async fn close_row(&self, user: &User, row: &SlotRow) -> Result<(), AppError> {
        let key = SlotKey { task: row.task, due_at: row.due_at };
        let (mut progress, accounted) = self.ledger.resumed(user, row).await?;
        let mut rows = accounted.map(|update| update.ticks).unwrap_or_default();
        let (outcome, reason) = match &mut progress {
            Progress { ticks: Some(ticks), .. } if row.kind == SlotKind::Continuous => {
                rows.extend(ticks.pass(ticks.ends_at, SlotOutcome::Missed, UNKNOWN));
                (ticks.outcome(), ticks.sentence())
            }
            Progress { attempts: 0, .. } => (SlotOutcome::Missed, NOT_STARTED.to_owned()),
            _ => (SlotOutcome::Failed, INTERRUPTED.to_owned()),
        };
        progress.outcome = Some(outcome);
        let update = progress.update(key, reason.clone(), row.run, rows);
        let is_continuous = row.kind == SlotKind::Continuous;
        let messages = self.told_of_trouble(user, key, (outcome, is_continuous), &reason, row.run);
        self.update_telling(user, update, messages).await
    }
}
