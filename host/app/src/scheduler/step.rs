//! One instant: what it has done, what has to wait, and what need not wait any more. The same on every clock; on
//! one that stands still while work is done, whatever was begun is finished before anything else begins.

use std::sync::Arc;

use prahari_domain::time::Timestamp;

use super::hand_out::{Worker, hand_out};
use super::waiting::Aside;
use super::{Rooms, Scheduler};
use crate::error::AppError;
use crate::ledger::Work;
use crate::user::User;

impl Scheduler {
    /// Does everything due at an instant: first it starts the individual services again that waited until then, then the corporate
    /// actions whose ex-date has come are booked, then what the day's prices forbid, then what all users share, then for each user their fills and their slots by rank. What
    /// waits for other tasks is set aside until they have ended. Last, at the pulse of the market, the listeners are told prices,
    /// and tasks run on prices that have changed.
    pub(super) async fn step(&mut self, instant: Timestamp, works: Vec<Work>) -> Result<(), AppError> {
        self.begin(self.restarts(instant)).await?;
        if !works.is_empty() {
            // In a box, because few instants have anything due and every future around this one would be as large.
            Box::pin(self.rooms.actions.apply_due(instant)).await?;
            self.rooms.prices.look_at_prices(instant).await?;
        }
        let is_pulse = works.contains(&Work::PollBroker);
        let (users, tasks) = (self.rooms.users.all(), self.rooms.tasks.current());
        let (shared, own): (Vec<Work>, Vec<Work>) =
            works.into_iter().partition(|work| work.is_shared(&tasks));
        for works in [shared, own].into_iter().filter(|works| !works.is_empty()) {
            let aside = self.waiting.set_aside(&self.rooms, &users, &works).await?;
            self.do_works(users.clone(), instant, works, &aside).await?;
        }
        if is_pulse {
            self.rooms.prices.tell_prices().await;
        }
        self.run_on_prices(instant, is_pulse).await?;
        self.let_go().await
    }

    /// The restarts of individual services that are due at an instant.
    fn restarts(&self, instant: Timestamp) -> Vec<Worker> {
        let due = self.rooms.services.take_due_restarts(instant);
        let restart = |due| -> Worker {
            let services = self.rooms.services.clone();
            Box::pin(async move { services.restart_individual(due).await })
        };
        due.into_iter().map(restart).collect()
    }

    /// Has those slots done that need not wait any more, and those that are tried again. On a clock that stands still
    /// meanwhile their ends may let others go.
    pub(super) async fn let_go(&mut self) -> Result<(), AppError> {
        loop {
            let mut free = self.rooms.retries_due();
            for (key, users) in self.waiting.take_free(&self.rooms) {
                free.entry(key).or_default().extend(users);
            }
            if free.is_empty() {
                return Ok(());
            }
            for (key, users) in free {
                self.do_works(users, key.due_at, vec![Work::Run(key)], &Aside::default()).await?;
            }
        }
    }

    /// Runs works that are either all shared or all of users.
    async fn do_works(
        &self,
        users: Vec<Arc<User>>,
        instant: Timestamp,
        works: Vec<Work>,
        aside: &Aside,
    ) -> Result<(), AppError> {
        let works: Arc<[Work]> = works.into();
        let tasks = self.rooms.tasks.current();
        let workers = if works.iter().all(|work| work.is_shared(&tasks)) {
            let whose = users.into_iter().map(|user| (aside.rest(user.id, &works), user)).collect();
            vec![do_shared(self.rooms.clone(), whose, instant)]
        } else {
            let of = |user: &User| aside.rest(user.id, &works);
            hand_out(&self.rooms, &self.jobs.more(), users, instant, of).await?
        };
        self.begin(workers).await
    }

    /// Begins workers. A clock that goes on meanwhile does not wait for them; on one that stands still they are
    /// done with then.
    pub(super) async fn begin(&self, mut workers: Vec<Worker>) -> Result<(), AppError> {
        let in_lockstep = self.rooms.handles.clock.is_lockstep();
        if in_lockstep && workers.len() == 1 {
            // By itself it needs no job.
            if let Some(only) = workers.pop() {
                only.await?;
            }
        }
        workers.into_iter().for_each(|worker| self.jobs.spawn(worker));
        if in_lockstep { self.jobs.finish().await } else { Ok(()) }
    }
}

/// Runs shared work for one user after the other, beside the users' own work.
fn do_shared(rooms: Arc<Rooms>, whose: Vec<(Arc<[Work]>, Arc<User>)>, instant: Timestamp) -> Worker {
    Box::pin(async move {
        // Also for those whose turn has gone to another admin: their slot gets its outcome too.
        for (works, user) in whose {
            for work in works.iter() {
                if let Err(error) = rooms.slots.dispatch(&user, *work, instant).await {
                    rooms.services.handle_user_error(&user, error).await?;
                }
            }
        }
        Ok(())
    })
}
