//! When what runs: the day's plan, the loop that follows the clock through it, and what becomes of each slot.

mod backlog;
mod clock_watch;
mod close;
mod cursor;
mod hand_out;
mod jobs;
mod on_price;
mod price_runs;
mod retry;
mod slot;
mod standing;
mod step;
mod tick;
mod waiting;

use std::collections::BTreeSet;
use std::sync::Arc;

use prahari_domain::time::{Day, Timestamp};
use tokio::sync::Semaphore;

pub use backlog::UserBacklog;
pub use cursor::Cursor;
pub(crate) use hand_out::SLOW_USERS_AT_ONCE;
pub use price_runs::{MOST_PRICE_RUNS_A_DAY, MOST_PRICE_RUNS_A_MINUTE, PriceRunsUse, UserPriceRuns};
pub use slot::Slots;
pub use waiting::WaitOutcome;

use clock_watch::ClockWatch;
use hand_out::hand_out;
use jobs::Jobs;
use waiting::Waiting;

use crate::actions::Actions;
use crate::calendar::Calendars;
use crate::error::AppError;
use crate::handles::Handles;
use crate::ledger::{Ledger, Work};
use crate::maintenance::Maintenance;
use crate::notices::Notices;
use crate::prices::Prices;
use crate::services::Services;
use crate::tasks::Tasks;
use crate::users::Users;

/// The rooms that the scheduler drives.
pub struct Rooms {
    pub(crate) handles: Handles,
    pub(crate) users: Arc<Users>,
    pub(crate) tasks: Arc<Tasks>,
    pub(crate) notices: Arc<Notices>,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) slots: Arc<Slots>,
    pub(crate) services: Arc<Services>,
    pub(crate) actions: Arc<Actions>,
    pub(crate) prices: Arc<Prices>,
    pub(crate) calendars: Arc<Calendars>,
    pub(crate) maintenance: Arc<Maintenance>,
    pub(crate) cursor: Arc<Cursor>,
    /// Bounds how many slow users are served at once.
    pub(crate) slow_places: Semaphore,
}

/// Follows the clock through the days. One per daemon.
pub struct Scheduler {
    rooms: Arc<Rooms>,
    /// The last instant whose work is done (in lockstep) or handed out (otherwise).
    cursor: Timestamp,
    jobs: Jobs,
    clock: ClockWatch,
    waiting: Waiting,
}

/// Reason why a wait for an instant ended.
enum Wait {
    /// It is there.
    Reached,
    /// Something else has to be done first.
    Interrupted,
}

/// The next event of the scheduler.
enum Next {
    /// Something is due at an instant, or what waits has waited long enough then.
    Instant(Timestamp, Vec<Work>),
    /// The start of a day.
    Day(Timestamp),
}

impl Scheduler {
    /// A scheduler that goes on after `cursor`: what was due until then has its outcome in the ledger.
    pub fn new(rooms: Arc<Rooms>, cursor: Timestamp) -> Self {
        let clock = ClockWatch::new(&rooms.handles.clock);
        Self { rooms, cursor, jobs: Jobs::default(), clock, waiting: Waiting::default() }
    }

    /// The last instant that is done.
    pub fn cursor(&self) -> Timestamp {
        self.cursor
    }

    /// Runs until the clock passes `until` or, without it, until the daemon stops.
    ///
    /// # Errors
    /// When the store fails: without it nothing can be accounted for, so the daemon ends at once.
    pub async fn run(&mut self, until: Option<Timestamp>) -> Result<(), AppError> {
        // From here on a restart knows that this day may have outcomes already.
        self.rooms.handles.store.system().save_cursor(self.cursor).await?;
        self.close_past_dates(self.rooms.handles.clock.now()).await?;
        self.enter_day(self.cursor.ist_day(), Some(self.cursor)).await?;
        self.go_back_to_open_slots();
        while !self.rooms.handles.shutdown.is_begun() {
            self.clock.look(&self.rooms, self.cursor).await?;
            self.let_go().await?;
            let next = self.next_instant()?;
            let (Next::Instant(instant, _) | Next::Day(instant)) = next;
            self.clock.goes_on_to(&self.rooms, instant).await?;
            if let Some(end) = until.filter(|end| instant >= *end) {
                self.close_past_dates(end).await?;
                break;
            }
            if let Wait::Interrupted = self.wait_for(instant).await? {
                continue;
            }
            self.clock.look(&self.rooms, self.cursor).await?;
            self.rooms.ledger.hand_out(instant);
            match next {
                Next::Day(_) => {
                    self.close_past_dates(self.rooms.handles.clock.now()).await?;
                    self.enter_day(instant.ist_day(), None).await?;
                    // From here on a restart knows that this day has begun: what is due at its first instant may be
                    // done.
                    self.rooms.handles.store.system().save_cursor(instant).await?;
                    self.step(instant, self.due_at(instant)).await?;
                }
                Next::Instant(_, works) => {
                    self.clock.passes(instant);
                    self.step(instant, works).await?;
                }
            }
            self.cursor = instant;
            self.rooms.handles.store.system().save_cursor(instant).await?;
            self.rooms.services.handle_refusals().await?;
            self.rooms.cursor.advance(instant);
        }
        self.jobs.finish().await
    }

    /// Waits for an instant. A job that fails and a store that stops end the daemon at once, not when the next
    /// instant comes.
    async fn wait_for(&mut self, instant: Timestamp) -> Result<Wait, AppError> {
        let Self { rooms, jobs, clock, .. } = self;
        if rooms.handles.clock.is_lockstep() {
            let reached = rooms.handles.clock.wait_until(instant, &rooms.handles.wake).await;
            return Ok(if reached { Wait::Reached } else { Wait::Interrupted });
        }
        tokio::select! {
            reached = rooms.handles.clock.wait_until(instant, &rooms.handles.wake) => {
                return Ok(if reached { Wait::Reached } else { Wait::Interrupted });
            }
            error = jobs.failure() => return Err(error),
            stopped = rooms.handles.store.stopped() => return Err(stopped.into()),
            () = rooms.ledger.ended.told() => {}
            () = rooms.prices.price_came() => {}
            () = rooms.handles.store.refused() => rooms.services.handle_refusals().await?,
            () = rooms.handles.clock.may_have_changed(clock.seen()) => {}
        }
        Ok(Wait::Interrupted)
    }

    /// On a real clock the cursor does not wait for slow runs, so a process may end with slots before it still
    /// open. Going back does no harm: what has its outcome is left alone, and what is too late becomes missed.
    fn go_back_to_open_slots(&mut self) {
        let open = self
            .rooms
            .users
            .all()
            .iter()
            .filter_map(|user| user.ledger.lock().earliest_open(self.cursor))
            .min();
        if let Some(due) = open {
            self.cursor = due.plus_millis(-1);
        }
    }

    /// The next instant of the day's plans, or the next midnight when the day is over; before them, when slots have
    /// waited long enough or are tried again, an individual service is to be started again, or a price may have changed.
    fn next_instant(&self) -> Result<Next, AppError> {
        let plans = self.rooms.ledger.plans();
        let planned = plans.as_ref().and_then(|plans| plans.next_after(self.cursor));
        let (latest, retry) = (self.waiting.first_latest(), self.rooms.ledger.retries.first());
        let (restart, change) =
            (self.rooms.services.next_restart(), self.rooms.prices.next_change(self.cursor));
        let waited = [latest, retry, restart, change].into_iter().flatten().min();
        let waited = waited.map(|at| at.max(self.cursor));
        let day = plans.map_or_else(|| self.cursor.ist_day(), |plans| plans.day);
        let next = day.succ_opt().ok_or_else(|| AppError::Ended("the calendar has no next day".into()))?;
        let midnight = Timestamp::start_of(next);
        Ok(match (planned, waited) {
            (Some((instant, _)), Some(waited)) if waited < instant => Next::Instant(waited, Vec::new()),
            (Some((instant, works)), _) => Next::Instant(instant, works),
            // The day begins first, whatever waits beyond it.
            (None, Some(waited)) if waited < midnight => Next::Instant(waited, Vec::new()),
            (None, _) => Next::Day(midnight),
        })
    }

    /// Returns what the day's plans have at an instant.
    fn due_at(&self, instant: Timestamp) -> Vec<Work> {
        let next = self.rooms.ledger.plans().and_then(|plans| plans.next_after(instant.plus_millis(-1)));
        next.filter(|(at, _)| *at == instant).map(|(_, works)| works).unwrap_or_default()
    }

    /// Has every user's dates closed that are over at `now`: in lockstep before anything else happens, otherwise
    /// beside the schedule.
    async fn close_past_dates(&mut self, now: Timestamp) -> Result<(), AppError> {
        let rooms = self.rooms.clone();
        if rooms.handles.clock.is_lockstep() {
            return rooms.maintenance.close_past_dates(now).await;
        }
        self.jobs.spawn(async move { rooms.maintenance.close_past_dates(rooms.handles.clock.now()).await });
        Ok(())
    }

    /// Plans a day and enters its slots into the ledger of every user with a service, and of those who have open
    /// ones from a process of the past; with `from`, those due later than it.
    async fn enter_day(&mut self, day: Day, from: Option<Timestamp>) -> Result<(), AppError> {
        let _planning = self.rooms.ledger.planning.read().await;
        self.rooms.ledger.plan_day(day).await?;
        let resumed = self.rooms.ledger.is_resumed_day(day);
        let mut with_slots = BTreeSet::new();
        if resumed {
            with_slots.extend(self.rooms.handles.store.system().users_with_open_slots(day).await?);
        }
        for user in self.rooms.users.all() {
            if user.services.is_any_on()
                || with_slots.contains(&user.id)
                || user.ledger.lock().day().is_some()
            {
                // A service may have been started by another version since the plans were made.
                if let Some(plans) = self.rooms.ledger.plans_for(&user).await? {
                    self.rooms.ledger.expect_slots(&user, &plans, from).await?;
                }
            }
        }
        if resumed {
            self.rooms.ledger.plan_left_open(day);
        }
        self.close_days_before(day).await?;
        self.rooms.calendars.check_calendar().await
    }

    /// Gives slots of earlier days that are open still their outcome: for each user when everything that was handed
    /// out for them on those days is done.
    async fn close_days_before(&self, day: Day) -> Result<(), AppError> {
        let midnight = Timestamp::start_of(day);
        let works: Arc<[Work]> = Arc::from([Work::CloseDays]);
        let workers =
            hand_out(&self.rooms, &self.jobs.more(), self.rooms.users.all(), midnight, |_| works.clone())
                .await?;
        self.begin(workers).await
    }
}
