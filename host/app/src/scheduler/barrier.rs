//! What is shared by all users runs first: on a clock that stands still while work is done nothing else is started meanwhile, and
//! on a real one the slots that may need what it finds wait for it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::NaiveTime;
use parking_lot::Mutex;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use tokio::sync::{Notify, watch};

use crate::clock::Clock;
use crate::daemon::Daemon;

/// Until when a slot waits for the shared run of its day, IST: late enough for a scan of every company, and early enough that
/// after-market orders still reach the broker this evening. Then it runs on what there is.
const LATEST: Option<NaiveTime> = NaiveTime::from_hms_opt(17, 30, 0);

/// The shared runs that are executing.
pub(crate) struct SharedRuns {
    executing: watch::Sender<usize>,
    ended_at: AtomicI64,
    /// What was due at an instant and has waited, the last ones.
    waited: Mutex<BTreeMap<Timestamp, Waited>>,
}

/// How many instants are remembered whose slots have waited: more than wait at a time.
const MOST_WAITED: usize = 64;

impl Default for SharedRuns {
    fn default() -> Self {
        Self {
            executing: watch::Sender::new(0),
            ended_at: AtomicI64::new(i64::MIN),
            waited: Mutex::default(),
        }
    }
}

impl SharedRuns {
    /// A shared run executes, or is about to, as long as the answer lives.
    pub(crate) fn begin(self: &Arc<Self>, clock: &Clock) -> SharedRun {
        self.executing.send_modify(|runs| *runs += 1);
        SharedRun { runs: self.clone(), clock: clock.clone() }
    }

    /// What a slot that was due then has waited for.
    pub(super) fn waited(&self, due: Timestamp) -> Waited {
        let waited = self.waited.lock();
        waited.get(&due).cloned().unwrap_or_default()
    }

    fn has_waited(&self, due: Timestamp, what: Waited) {
        let mut waited = self.waited.lock();
        waited.insert(due, what);
        if waited.len() > MOST_WAITED {
            waited.pop_first();
        }
    }

    fn are_executing(&self) -> bool {
        *self.executing.borrow() > 0
    }

    async fn ended(&self) {
        // The sender lives as long as these runs.
        let mut told = self.executing.subscribe();
        let _never_closed = told.wait_for(|runs| *runs == 0).await.map(|_| ());
    }
}

/// A shared run that is executing.
pub(crate) struct SharedRun {
    runs: Arc<SharedRuns>,
    clock: Clock,
}

impl Drop for SharedRun {
    fn drop(&mut self) {
        self.runs.ended_at.store(self.clock.now().0, Ordering::Release);
        self.runs.executing.send_modify(|runs| *runs = runs.saturating_sub(1));
    }
}

/// What a slot has waited for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Waited {
    millis: i64,
    why: Option<String>,
}

impl Waited {
    /// From when on a slot that was due then could run: its lateness counts from there. What was late before it waited stays
    /// late.
    pub(super) fn since(&self, due: Timestamp) -> Timestamp {
        due.plus_millis(self.millis)
    }

    /// What became of the slot, with what it waited for.
    pub(super) fn told(&self, reason: String) -> String {
        match &self.why {
            Some(why) if reason.is_empty() => why.clone(),
            Some(why) => format!("{why}; {reason}"),
            None => reason,
        }
    }
}

/// The shared slot that slots of the same day wait for, and until when.
struct Barrier {
    task: Task,
    latest: Timestamp,
}

impl Daemon {
    /// Whether slots that are due at this instant have to wait for a shared run.
    pub(super) fn waits_for_shared(&self, due: Timestamp) -> bool {
        self.shared_runs.are_executing() && self.barrier(due).is_some()
    }

    /// Waits until no shared run executes any more, at the latest until half past five; `false` when the daemon stops meanwhile.
    /// `since` is when what is due at `due` could have been handed out.
    pub(super) async fn behind_shared(&self, due: Timestamp, since: Timestamp) -> bool {
        let Some(Barrier { task, latest }) = self.barrier(due) else { return true };
        let uninterrupted = Notify::new();
        let waited = tokio::select! {
            // What has ended was worth waiting for, however late it is.
            biased;
            () = self.shared_runs.ended() => {
                let millis = self.clock.now().millis_since(since).max(0);
                Waited { millis, why: Some(format!("waited {} s for {task}", millis / 1000)) }
            }
            _ = self.stopped() => return false,
            _ = self.clock.wait_until(latest, &uninterrupted) => {
                let until = latest.ist_time().format("%H:%M");
                let why = format!("{task} was still executing at {until}, so it ran on what there was");
                Waited { millis: latest.millis_since(since).max(0), why: Some(why) }
            }
        };
        self.shared_runs.has_waited(due, waited);
        true
    }

    /// From when on a slot due then could run, as far as shared runs are concerned: for whoever looks from outside.
    pub(crate) fn free_since(&self, due: Timestamp) -> Timestamp {
        let Some(Barrier { latest, .. }) = self.barrier(due) else { return due };
        let ended = Timestamp(self.shared_runs.ended_at.load(Ordering::Acquire));
        let held_until = if self.shared_runs.are_executing() { latest } else { ended.min(latest) };
        due.max(held_until)
    }

    /// What a slot that is due then waits for: a shared one that is due on its day by then.
    fn barrier(&self, due: Timestamp) -> Option<Barrier> {
        // On a clock that stands still while work is done, shared work is finished before anything else is begun.
        let plans = self.plans().filter(|plans| plans.day == due.ist_day() && !self.clock.is_lockstep())?;
        let task = plans.shared_until(due)?;
        Some(Barrier { task, latest: Timestamp::from_ist(plans.day, LATEST?) })
    }
}
