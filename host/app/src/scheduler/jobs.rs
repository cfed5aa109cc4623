//! Work that goes on behind the scheduler's loop.

use std::future::{Future, poll_fn};
use std::sync::{Arc, Weak};
use std::task::Poll;

use parking_lot::Mutex;
use tokio::task::{JoinError, JoinSet};

use crate::error::AppError;

type Set = Mutex<JoinSet<Result<(), AppError>>>;

/// The jobs of a scheduler. They end with it.
#[derive(Default)]
pub(super) struct Jobs(Arc<Set>);

/// Lets a job begin another one, without keeping the scheduler's jobs alive.
#[derive(Clone)]
pub(super) struct MoreJobs(Weak<Set>);

impl Jobs {
    /// Starts a job in the background.
    pub(super) fn spawn(&self, job: impl Future<Output = Result<(), AppError>> + Send + 'static) {
        self.0.lock().spawn(job);
    }

    /// Returns a handle with which a job can start others.
    pub(super) fn more(&self) -> MoreJobs {
        MoreJobs(Arc::downgrade(&self.0))
    }

    /// Waits for the first failure of a job. Jobs that end well are taken in passing.
    pub(super) async fn failure(&self) -> AppError {
        poll_fn(|cx| {
            while let Poll::Ready(Some(ended)) = self.0.lock().poll_join_next(cx) {
                if let Err(error) = result_of(ended) {
                    return Poll::Ready(error);
                }
            }
            Poll::Pending
        })
        .await
    }

    /// Waits until all have ended.
    ///
    /// # Errors
    /// The first failure of one of them.
    pub(super) async fn finish(&self) -> Result<(), AppError> {
        loop {
            // Locked for a look only: a job that ends may begin another one first.
            match poll_fn(|cx| self.0.lock().poll_join_next(cx)).await {
                Some(ended) => result_of(ended)?,
                None => return Ok(()),
            }
        }
    }
}

impl MoreJobs {
    /// Begins a job, unless the scheduler is gone.
    pub(super) fn spawn(&self, job: impl Future<Output = Result<(), AppError>> + Send + 'static) {
        if let Some(jobs) = self.0.upgrade() {
            jobs.lock().spawn(job);
        }
    }
}

fn result_of(ended: Result<Result<(), AppError>, JoinError>) -> Result<(), AppError> {
    ended.map_err(|error| AppError::Ended(error.to_string()))?
}
