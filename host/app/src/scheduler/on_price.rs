//! Runs beside the ticks of a session, because the price of a share changed that the user holds.
//!
//! Only tasks that the user has named, while their session is on, and within bounds: what is left out is counted. A run of
//! the task that began at or after the time of the price could ask for it, so the change needs none of its own. Once a minute
//! it is looked what is held; what was bought since counts from the next minute on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use prahari_domain::instruments::Symbol;
use prahari_domain::price_cause::PriceCause;
use prahari_domain::time::Timestamp;

use super::hand_out::hand_out;
use super::price_runs::{Claim, MOST_PRICE_RUNS_A_DAY};
use super::{Rooms, Scheduler, Slots};
use crate::error::AppError;
use crate::ledger::{SlotKey, Work};
use crate::prices::PriceChange;
use crate::services::Level;
use crate::user::User;

/// Longest time that a desk is waited for on a real clock, as for the prices of the stream; a busy one keeps what is known.
const LONGEST_WAIT: Duration = Duration::from_secs(2);

impl Scheduler {
    /// Has tasks run on prices that have changed until an instant. At the pulse of the market it is looked first what is held
    /// now.
    pub(super) async fn run_on_prices(&self, instant: Timestamp, is_pulse: bool) -> Result<(), AppError> {
        let rooms = &self.rooms;
        if is_pulse {
            self.follow_held(instant).await;
        }
        if !rooms.prices.follows_changes() {
            return Ok(());
        }
        let changes = rooms.prices.take_changes();
        if is_pulse {
            rooms.prices.look_for_silence().await?;
        }
        if changes.is_empty() {
            return Ok(());
        }
        // The pulse has told all of them just now.
        if !is_pulse {
            rooms.prices.tell_changes(&changes).await;
        }
        let mut works: BTreeMap<_, Arc<[Work]>> = BTreeMap::new();
        for user in rooms.users.all() {
            let due = rooms.slots.due_on_prices(&user, &changes, instant);
            if !due.is_empty() {
                works.insert(user.id, due.into());
            }
        }
        let users = rooms.users.all().into_iter().filter(|user| works.contains_key(&user.id)).collect();
        let of = |user: &User| works.get(&user.id).cloned().unwrap_or_else(|| Arc::from([]));
        let workers = hand_out(rooms, &self.jobs.more(), users, instant, of).await?;
        self.begin(workers).await
    }

    /// Looks what users hold whose tasks run on prices, and follows it: in lockstep at once, on a real clock beside everything
    /// else, because a desk may wait for its broker.
    async fn follow_held(&self, instant: Timestamp) {
        let rooms = Arc::clone(&self.rooms);
        let concerns =
            |user: &Arc<User>| user.price_runs.is_on() || !user.settings.price_runs().value.tasks.is_empty();
        let users: Vec<Arc<User>> = rooms.users.all().into_iter().filter(concerns).collect();
        if users.is_empty() && !rooms.prices.has_to_follow() {
            return;
        }
        if rooms.handles.clock.is_lockstep() {
            return rooms.follow_held(&users, instant).await;
        }
        self.jobs.spawn(Box::pin(async move {
            rooms.follow_held(&users, instant).await;
            Ok(())
        }));
    }
}

impl Rooms {
    async fn follow_held(&self, users: &[Arc<User>], instant: Timestamp) {
        join_all(users.iter().map(|user| self.look_what_is_held(user, instant))).await;
        let held = users.iter().flat_map(|user| user.price_runs.held()).collect();
        // On a real clock the scheduler waits already, and has to look anew what it waits for.
        if self.prices.follow_changes(&held) && !self.handles.clock.is_lockstep() {
            self.handles.wake.notify_one();
        }
    }

    async fn look_what_is_held(&self, user: &User, instant: Timestamp) {
        let open = self.slots.open_on_prices(user, instant);
        if open.into_iter().all(|key| self.slots.left_out_because(user, key).is_some()) {
            return user.price_runs.set_held(BTreeSet::new());
        }
        let desk = if self.handles.clock.is_lockstep() {
            user.desk.lock().await
        } else {
            let Ok(desk) = tokio::time::timeout(LONGEST_WAIT, user.desk.lock()).await else { return };
            desk
        };
        user.price_runs.set_held(desk.book().held_symbols().cloned().collect());
    }
}

impl Slots {
    /// The tasks of a user that run on prices and whose session is on at an instant.
    fn open_on_prices(&self, user: &User, instant: Timestamp) -> Vec<SlotKey> {
        let chosen = user.settings.price_runs();
        if chosen.value.tasks.is_empty() {
            return Vec::new();
        }
        let (tasks, mut ledger) = (self.tasks.current(), user.ledger.lock());
        let of_task = chosen.value.tasks.iter().map(|task| SlotKey { task: *task, due_at: instant });
        of_task
            .filter(|key| !tasks.is_shared(key.task))
            .filter(|key| {
                let slot = ledger.slot_for(Work::OnPrice(*key), instant);
                let open = slot.and_then(|slot| ledger.open_mut(slot));
                open.is_some_and(|progress| progress.ticks.is_some() && !progress.closing)
            })
            .collect()
    }

    /// What is due for a user because prices have changed: a run of each task that runs on them, on the greatest change.
    fn due_on_prices(
        &self,
        user: &User,
        changes: &BTreeMap<Symbol, PriceChange>,
        instant: Timestamp,
    ) -> Vec<Work> {
        let Some(change) = user.price_runs.greatest(changes) else { return Vec::new() };
        let cause = PriceCause { symbol: change.symbol.clone(), price: change.last, at: change.at };
        let mut open = self.open_on_prices(user, instant);
        let tasks = self.tasks.current();
        open.sort_by_key(|key| tasks.rank(key.task));
        open.iter().for_each(|key| user.price_runs.wait(key.task, cause.clone()));
        open.into_iter().map(Work::OnPrice).collect()
    }

    /// Counts runs on prices that are left out because the user's worker is still busy with what was due earlier.
    pub(super) fn pass_over_prices(&self, user: &User, works: &[Work]) {
        for work in works {
            let Work::OnPrice(key) = work else { continue };
            if user.price_runs.take(key.task).is_some() {
                user.price_runs.busy(self.handles.clock.now());
            }
        }
    }

    /// Runs a task on the change that waits for it, unless it needs none or may have none. `key` is the slot of its session.
    pub(super) async fn run_on_price(
        &self,
        user: &User,
        key: SlotKey,
        due: Timestamp,
    ) -> Result<(), AppError> {
        let Some(cause) = user.price_runs.take(key.task) else { return Ok(()) };
        let is_chosen = user.settings.price_runs().value.tasks.contains(&key.task);
        let could_ask = user.runs.began(key.task).is_some_and(|began| began >= cause.at);
        if !is_chosen || could_ask || self.left_out_because(user, key).is_some() {
            return Ok(());
        }
        // Not before the ticks of this instant, and on what is held now.
        if user.desk.lock().await.book().held(&cause.symbol) == 0 {
            return Ok(());
        }
        let now = self.handles.clock.now();
        if user.runs.is_executing(key.task) {
            user.price_runs.busy(now);
            return Ok(());
        }
        if !self.claim_price_run(user, now).await? {
            return Ok(());
        }
        let executed = self.runs.execute_on_price(user, key.task, due, cause).await?;
        match executed {
            Some(answer) if answer.acted || !answer.outcome.is_success() => {
                self.handles.day_log.run_ended(user.whom(), answer.ended(key.task));
            }
            Some(_) => {}
            None => user.price_runs.busy(now),
        }
        Ok(())
    }

    /// Returns why no run of a task may begin now: as for its ticks.
    fn left_out_because(&self, user: &User, key: SlotKey) -> Option<String> {
        self.not_run_because(user, key.task).or_else(|| self.health.skip_reason(user, key.task))
    }

    /// Takes one of the user's runs on prices; whether there was one. That the day has had its runs is told once.
    async fn claim_price_run(&self, user: &User, now: Timestamp) -> Result<bool, AppError> {
        let day = now.ist_day();
        if !user.price_runs.knows(day) {
            let (from, until) = (Timestamp::start_of(day), Timestamp::end_of(day));
            let runs = self.handles.store.user(user.id).count_price_runs(from, until).await?;
            user.price_runs.know(day, runs);
        }
        match user.price_runs.claim(now) {
            Claim::Taken => Ok(true),
            Claim::Refused => Ok(false),
            Claim::DayIsFull => {
                let message = format!(
                    "{MOST_PRICE_RUNS_A_DAY} runs on changes of price are all that a day may have: tasks go on by the minute until tomorrow"
                );
                self.runs.services.log_service(user, Level::Warn, "price_runs_used_up", message).await?;
                Ok(false)
            }
        }
    }
}
