//! When what runs: the day's plan, the loop that follows the clock through it, and what becomes of each slot.

mod backlog;
mod hand_out;
mod jobs;
mod ledger;
mod plan;
mod planning;
mod plans;
mod slot;
mod takeover;
mod tick;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use jobs::Jobs;
use prahari_domain::time::{Day, Timestamp};

pub use backlog::Backlog;
pub(crate) use hand_out::SLOW_USERS_AT_ONCE;
pub use ledger::{DayLedger, Progress};
pub use plan::{DayPlan, PlannedSlot, SlotKey, Work};
pub use plans::DayPlans;

use crate::daemon::Daemon;
use crate::error::AppError;
use crate::user::User;

/// In lockstep nothing waits for the world, so more workers than processors only cost.
const USERS_AT_ONCE_LOCKSTEP: usize = 2;

/// Follows the clock through the days. One per daemon.
pub struct Scheduler {
    daemon: Arc<Daemon>,
    /// The last instant whose work is done (in lockstep) or handed out (otherwise).
    cursor: Timestamp,
    jobs: Jobs,
}

impl Scheduler {
    /// A scheduler that goes on after `cursor`: what was due until then has its outcome in the ledger.
    pub fn new(daemon: Arc<Daemon>, cursor: Timestamp) -> Self {
        Self { daemon, cursor, jobs: Jobs::default() }
    }

    /// The last instant that is done.
    pub fn cursor(&self) -> Timestamp {
        self.cursor
    }

    /// Runs until the clock passes `until`, or, without one, until the daemon is told to stop.
    ///
    /// # Errors
    /// When the store fails: without it nothing can be accounted for, so the daemon ends.
    pub async fn run(&mut self, until: Option<Timestamp>) -> Result<(), AppError> {
        // From here on a restart knows that this day may have outcomes already.
        self.daemon.store.system().save_cursor(self.cursor).await?;
        self.enter_day(self.cursor.ist_day(), Some(self.cursor)).await?;
        self.go_back_to_open_slots();
        while !self.daemon.is_stopping() {
            let (instant, works) = self.next_instant()?;
            if until.is_some_and(|end| instant >= end) {
                break;
            }
            // The end of jobs of earlier instants is heard in passing; nobody waits for the slow ones.
            let came = tokio::select! {
                biased;
                error = self.jobs.failure() => return Err(error),
                came = self.daemon.clock.wait_until(instant, &self.daemon.wake) => came,
            };
            if !came {
                continue;
            }
            if works.is_empty() {
                self.enter_day(instant.ist_day(), None).await?;
            } else {
                self.step(instant, works).await?;
            }
            self.cursor = instant;
            self.daemon.store.system().save_cursor(instant).await?;
            self.daemon.progress(instant);
        }
        self.jobs.finish().await
    }

    /// On a real clock the cursor does not wait for slow runs, so a process may end with slots before it still open. Going
    /// back does no harm: what has its outcome is left alone, and what is too late becomes missed.
    fn go_back_to_open_slots(&mut self) {
        let open =
            self.daemon.users().iter().filter_map(|user| user.ledger().earliest_open(self.cursor)).min();
        if let Some(due) = open {
            self.cursor = due.plus_millis(-1);
        }
    }

    /// The next instant of the day's plans, or the next midnight when the day is over.
    fn next_instant(&self) -> Result<(Timestamp, Vec<Work>), AppError> {
        let plans = self.daemon.plans();
        if let Some(planned) = plans.as_ref().and_then(|plans| plans.next_after(self.cursor)) {
            return Ok(planned);
        }
        let day = plans.map_or_else(|| self.cursor.ist_day(), |plans| plans.day);
        let next = day.succ_opt().ok_or_else(|| AppError::Ended("the calendar has no next day".into()))?;
        Ok((Timestamp::from_ist(next, chrono::NaiveTime::MIN), Vec::new()))
    }

    /// Plans a day and enters its slots into the ledger of every user with a service; with `from`, those due later than it.
    async fn enter_day(&mut self, day: Day, from: Option<Timestamp>) -> Result<(), AppError> {
        let _planning = self.daemon.planning.read().await;
        let plans = self.daemon.plan_day(day).await?;
        // Once for everybody: each user's slots of a day that was begun are read back. Waiting anew for each of ten thousand
        // users would hold up the first ticks after a restart until they are too late.
        self.daemon.store.settle().await?;
        for user in self.daemon.users() {
            if user.is_served() {
                self.daemon.expect_slots(&user, &plans, from).await?;
            }
        }
        self.daemon.check_calendar_end().await
    }

    /// Does everything due at an instant: first what the day's prices forbid, then the pulse, then each user's slots in task
    /// order.
    async fn step(&mut self, instant: Timestamp, works: Vec<Work>) -> Result<(), AppError> {
        self.daemon.look_at_prices(instant).await?;
        let works: Arc<[Work]> = works.into();
        if self.daemon.clock.is_lockstep() {
            return self.step_in_lockstep(instant, self.daemon.users(), works).await;
        }
        hand_out::hand_out(&self.daemon, &self.jobs, instant, &works).await
    }

    async fn step_in_lockstep(
        &mut self,
        instant: Timestamp,
        users: Vec<Arc<User>>,
        works: Arc<[Work]>,
    ) -> Result<(), AppError> {
        // What is shared happens before and alone, so that every user sees the same of it.
        let (shared, own): (Vec<Work>, Vec<Work>) =
            works.iter().partition(|work| work.slot().is_some_and(|key| key.task.is_shared()));
        for work in shared {
            // Also those whose turn has gone to another admin: their slot gets its outcome too.
            for user in &users {
                if let Err(error) = self.daemon.do_work(user, work, instant).await {
                    self.daemon.contain(user, error).await?;
                }
            }
        }
        let queue = Queue::new(users, own.into(), instant);
        if queue.users.len() < 2 {
            return queue.drain(self.daemon.clone()).await;
        }
        for _ in 0..USERS_AT_ONCE_LOCKSTEP {
            self.jobs.spawn(queue.clone().drain(self.daemon.clone()));
        }
        self.jobs.finish().await
    }
}

/// The users due at an instant in lockstep; workers take one after the other.
#[derive(Clone)]
struct Queue {
    users: Arc<[Arc<User>]>,
    works: Arc<[Work]>,
    instant: Timestamp,
    next: Arc<AtomicUsize>,
}

impl Queue {
    fn new(users: Vec<Arc<User>>, works: Arc<[Work]>, instant: Timestamp) -> Self {
        Self { users: users.into(), works, instant, next: Arc::new(AtomicUsize::new(0)) }
    }

    async fn drain(self, daemon: Arc<Daemon>) -> Result<(), AppError> {
        while let Some(user) = self.users.get(self.next.fetch_add(1, Ordering::Relaxed)) {
            for work in self.works.iter() {
                if let Err(error) = daemon.do_work(user, *work, self.instant).await {
                    daemon.contain(user, error).await?;
                }
            }
        }
        Ok(())
    }
}
