//! What is due at an instant in lockstep, user after user, by workers that each take the next one.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use prahari_domain::time::Timestamp;

use super::jobs::Jobs;
use super::plan::Work;
use crate::daemon::Daemon;
use crate::error::AppError;
use crate::user::User;

/// In lockstep nothing waits for the world, so more workers than processors only cost.
const USERS_AT_ONCE_LOCKSTEP: usize = 2;

/// The users due at an instant in lockstep; workers take one after the other.
#[derive(Clone)]
pub(super) struct Queue {
    users: Arc<[Arc<User>]>,
    works: Arc<[Work]>,
    instant: Timestamp,
    next: Arc<AtomicUsize>,
}

impl Queue {
    pub(super) fn new(users: Vec<Arc<User>>, works: Vec<Work>, instant: Timestamp) -> Self {
        let (users, works) = (users.into(), works.into());
        Self { users, works, instant, next: Arc::new(AtomicUsize::new(0)) }
    }

    /// Has all of it done.
    pub(super) async fn finish(self, daemon: &Arc<Daemon>, jobs: &Jobs) -> Result<(), AppError> {
        if self.users.len() < 2 {
            return self.drain(daemon.clone()).await;
        }
        for _ in 0..USERS_AT_ONCE_LOCKSTEP {
            jobs.spawn(self.clone().drain(daemon.clone()));
        }
        jobs.finish().await
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
