//! Handing out what is due: users are served beside each other, and none waits for another's broker.
//!
//! Each user has one worker at most. A worker that is long with one user stays with that user and another takes its
//! place; the next time such a user has a place among the slow ones, so that however many hang, the others are as
//! early as without them.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use parking_lot::Mutex;
use prahari_domain::time::Timestamp;

use super::Rooms;
use super::backlog::Added;
use super::jobs::MoreJobs;
use crate::clock::Stopwatch;
use crate::error::AppError;
use crate::ledger::Work;
use crate::user::User;

/// Number of users that are served at once. Runs wait for the broker and the writer most of their time; the number
/// bounds memory (each run holds an instance), not throughput.
const USERS_AT_ONCE: usize = 64;

/// Number of slow users that are served at once, beside the others. They wait for each other, and what they miss
/// meanwhile is noted.
pub(crate) const SLOW_USERS_AT_ONCE: usize = 64;

/// From how long on a user is a slow one, by the real clock. What is due for a user at an instant takes some
/// milliseconds, and a tenth of a second when 10,000 users place their sells at the open.
const SLOW_AFTER: Duration = Duration::from_millis(250);

/// Number of users served at once on a virtual clock. Nothing waits for the outside there, so more workers than
/// processors only cost.
const USERS_AT_ONCE_LOCKSTEP: usize = 2;

/// Serves users until none of them waits any more.
pub(super) type Worker = BoxFuture<'static, Result<(), AppError>>;

/// Hands out what is due at an instant to the users' workers; answers those that have to be begun. `of` is what of
/// it concerns a user.
pub(super) async fn hand_out(
    rooms: &Arc<Rooms>,
    jobs: &MoreJobs,
    users: Vec<Arc<User>>,
    instant: Timestamp,
    of: impl Fn(&User) -> Arc<[Work]>,
) -> Result<Vec<Worker>, AppError> {
    let (mut quick, mut slow) = (VecDeque::new(), VecDeque::new());
    for user in users {
        let works = of(&user);
        let added = user.backlog.add(instant, &works);
        match added {
            Added::Idle if user.backlog.is_slow() => slow.push_back(AtWork::on(rooms, user)),
            Added::Idle => quick.push_back(AtWork::on(rooms, user)),
            Added::Behind(doing) => rooms.slots.pass_over(&user, &works, instant, doing).await?,
        }
    }
    let at_once = if rooms.handles.clock.is_lockstep() { USERS_AT_ONCE_LOCKSTEP } else { USERS_AT_ONCE };
    let (quick_workers, slow_workers) = (at_once.min(quick.len()), SLOW_USERS_AT_ONCE.min(slow.len()));
    let (quick, slow) = (InLine::of(quick), InLine::of(slow));
    let quick = (0..quick_workers).map(|_| serve_quick(quick.clone(), jobs.clone()));
    let slow = (0..slow_workers).map(|_| serve_slow(rooms.clone(), slow.clone()));
    Ok(quick.chain(slow).collect())
}

/// Serves one user after the other, until one of them is a slow one: then another worker takes the place of this one.
fn serve_quick(waiting: InLine, jobs: MoreJobs) -> Worker {
    Box::pin(async move {
        while let Some(mut user) = waiting.next() {
            let mut served = std::pin::pin!(user.serve());
            if let Ok(served) = tokio::time::timeout(SLOW_AFTER, served.as_mut()).await {
                served?;
                continue;
            }
            jobs.spawn(serve_quick(waiting, jobs.clone()));
            return served.await;
        }
        Ok(())
    })
}

/// Serves one of the slow users after the other.
fn serve_slow(rooms: Arc<Rooms>, waiting: InLine) -> Worker {
    Box::pin(async move {
        let _place = rooms.slow_places.acquire().await;
        while let Some(mut user) = waiting.next() {
            user.serve().await?;
        }
        Ok(())
    })
}

/// Users who wait for a worker.
#[derive(Clone)]
struct InLine(Arc<Mutex<VecDeque<AtWork>>>);

impl InLine {
    fn of(users: VecDeque<AtWork>) -> Self {
        Self(Arc::new(Mutex::new(users)))
    }

    fn next(&self) -> Option<AtWork> {
        self.0.lock().pop_front()
    }
}

/// A user for whom there is a worker, or will be one. When it goes before all is done, the user is free for another.
struct AtWork {
    rooms: Arc<Rooms>,
    user: Arc<User>,
    done: bool,
}

impl AtWork {
    fn on(rooms: &Arc<Rooms>, user: Arc<User>) -> Self {
        Self { rooms: rooms.clone(), user, done: false }
    }

    /// Does all that waits for the user, and what comes meanwhile.
    async fn serve(&mut self) -> Result<(), AppError> {
        let stopwatch = Stopwatch::start();
        loop {
            // Not in the loop's head, where the lock would be held to the end of its body.
            let next = self.user.backlog.next();
            let Some((instant, works)) = next else { break };
            for work in works.iter() {
                if let Err(error) = self.rooms.slots.dispatch(&self.user, *work, instant).await {
                    self.rooms.services.handle_user_error(&self.user, error).await?;
                }
            }
        }
        self.done = true;
        self.user.backlog.set_slow(stopwatch.elapsed() > SLOW_AFTER);
        Ok(())
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        // After the end of its work the user may have another worker already.
        if !self.done {
            self.user.backlog.abandon();
        }
    }
}
