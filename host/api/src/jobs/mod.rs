//! Long work that goes on when whoever asked for it does not wait: `Prefer: respond-async` (RFC 7240) is answered at
//! once with the address of a job, which says how far it is and, in the end, what the answer would have been.

mod begin;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use axum::body::Bytes;
use axum::http::StatusCode;
use parking_lot::Mutex;
use prahari_app::progress::Progress;
use prahari_domain::ids::UserId;
use prahari_domain::time::Timestamp;
use tokio::task::AbortHandle;

use crate::caller::Caller;
use crate::problem::{Code, Problem};

pub(crate) use begin::{RESPOND_ASYNC, is_long, respond_async};

/// Most jobs of one user that are under way; those of an admin's rights do not count for a token of a lesser scope.
const MOST_UNDER_WAY: usize = 2;

/// Most jobs of a user that are kept; the oldest that ended goes first.
const MOST_KEPT: usize = 16;

/// The jobs of all users, until the daemon stops.
#[derive(Default)]
pub(crate) struct Jobs(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    last: u64,
    users: BTreeMap<UserId, VecDeque<Job>>,
}

/// Who asks: for a job, or for what became of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Owner {
    user: UserId,
    /// Whether they have the rights of an admin. What was answered to those is not for a token of a lesser scope.
    admin: bool,
}

impl Owner {
    /// The caller of a request.
    pub(crate) fn of(caller: Caller) -> Self {
        Self { user: caller.0.user, admin: caller.is_admin() }
    }
}

/// A piece of long work.
#[derive(Clone)]
pub(crate) struct Job {
    /// Its number, from 1 on since the daemon started.
    pub(crate) id: u64,
    /// The path of the request.
    pub(crate) path: String,
    /// Time at which it was asked for.
    pub(crate) started_at: Timestamp,
    /// How far it is.
    pub(crate) progress: Arc<Progress>,
    /// How it stands.
    pub(crate) state: JobState,
    /// Whether it was begun with the rights of an admin.
    of_admin: bool,
}

/// How a job stands.
#[derive(Clone)]
pub(crate) enum JobState {
    /// It goes on, until it is aborted by this.
    UnderWay(AbortHandle),
    /// It was answered.
    Ended { at: Timestamp, status: StatusCode, body: Bytes },
    /// Somebody ended it before its answer.
    Cancelled { at: Timestamp },
}

impl Job {
    fn is_under_way(&self) -> bool {
        matches!(self.state, JobState::UnderWay(_))
    }

    fn is_for(&self, owner: Owner) -> bool {
        owner.admin || !self.of_admin
    }
}

impl Jobs {
    /// Begins a job with what `spawn` makes of its number and progress.
    ///
    /// # Errors
    /// When the user has as many under way as one may.
    fn begin(
        &self,
        owner: Owner,
        (path, started_at): (String, Timestamp),
        spawn: impl FnOnce(u64, Arc<Progress>) -> AbortHandle,
    ) -> Result<u64, Problem> {
        let mut kept = self.0.lock();
        let id = kept.last + 1;
        let of_user = kept.users.entry(owner.user).or_default();
        // Those that the owner may see, so that one of them can be ended.
        let under_way = of_user.iter().filter(|job| job.is_under_way() && job.is_for(owner));
        if under_way.count() >= MOST_UNDER_WAY {
            let sentence = format!("{MOST_UNDER_WAY} jobs of yours are under way; wait for one, or end it");
            return Err(Problem::new(Code::TooManyJobs, sentence));
        }
        if of_user.len() >= MOST_KEPT
            && let Some(oldest) = of_user.iter().position(|job| !job.is_under_way())
        {
            of_user.remove(oldest);
        }
        let progress = Arc::new(Progress::default());
        // The lock is held until the job is kept: one that ends at once finds itself here.
        let state = JobState::UnderWay(spawn(id, progress.clone()));
        of_user.push_back(Job { id, path, started_at, progress, state, of_admin: owner.admin });
        kept.last = id;
        Ok(id)
    }

    fn end(&self, owner: Owner, id: u64, state: JobState) {
        let mut kept = self.0.lock();
        let of_user = kept.users.get_mut(&owner.user).into_iter().flatten();
        if let Some(job) = of_user.into_iter().find(|job| job.id == id && job.is_under_way()) {
            job.state = state;
        }
    }

    /// Returns the jobs that this owner may see, newest first.
    pub(crate) fn of(&self, owner: Owner) -> Vec<Job> {
        let kept = self.0.lock();
        let of_user = kept.users.get(&owner.user).into_iter().flatten();
        of_user.rev().filter(|job| job.is_for(owner)).cloned().collect()
    }

    /// Returns a job that this owner may see; none when there is none of this number.
    pub(crate) fn find(&self, owner: Owner, id: u64) -> Option<Job> {
        let kept = self.0.lock();
        kept.users.get(&owner.user)?.iter().find(|job| job.id == id && job.is_for(owner)).cloned()
    }

    /// Ends a job that is under way, as hanging up would have; one that has ended stays as it is.
    pub(crate) fn cancel(&self, owner: Owner, id: u64, at: Timestamp) -> Option<Job> {
        if let JobState::UnderWay(work) = self.find(owner, id)?.state {
            self.end(owner, id, JobState::Cancelled { at });
            work.abort();
        }
        self.find(owner, id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Owner = Owner { user: UserId(1), admin: false };
    const OTHER: Owner = Owner { user: UserId(2), admin: false };

    fn begin(jobs: &Jobs, owner: Owner) -> Result<u64, Problem> {
        let endless = |_, _| tokio::spawn(std::future::pending::<()>()).abort_handle();
        jobs.begin(owner, ("/api/v1/replays".to_owned(), Timestamp(0)), endless)
    }

    #[tokio::test]
    async fn a_user_has_few_jobs_under_way_and_another_has_their_own() {
        let jobs = Jobs::default();
        let first = begin(&jobs, ONE).unwrap();
        begin(&jobs, ONE).unwrap();
        assert!(begin(&jobs, ONE).is_err());
        assert!(begin(&jobs, OTHER).is_ok());
        assert!(jobs.find(OTHER, first).is_none(), "it is none of theirs");
        assert!(matches!(jobs.cancel(ONE, first, Timestamp(5)).unwrap().state, JobState::Cancelled { .. }));
        assert!(begin(&jobs, ONE).is_ok());
    }

    #[tokio::test]
    async fn the_oldest_that_ended_goes_first() {
        let jobs = Jobs::default();
        let under_way = begin(&jobs, ONE).unwrap();
        for _ in 0..2 * MOST_KEPT {
            let id = begin(&jobs, ONE).unwrap();
            jobs.end(
                ONE,
                id,
                JobState::Ended { at: Timestamp(1), status: StatusCode::OK, body: Bytes::new() },
            );
        }
        assert_eq!(jobs.of(ONE).len(), MOST_KEPT);
        assert!(jobs.find(ONE, under_way).is_some());
    }

    #[tokio::test]
    async fn a_job_that_was_begun_as_admin_is_not_for_a_token_of_a_lesser_scope() {
        let jobs = Jobs::default();
        let admin = Owner { admin: true, ..ONE };
        let id = begin(&jobs, admin).unwrap();
        assert!(jobs.find(ONE, id).is_none() && jobs.of(ONE).is_empty());
        assert!(jobs.cancel(ONE, id, Timestamp(1)).is_none());
        let own = begin(&jobs, ONE).unwrap();
        assert_eq!(jobs.of(admin).iter().map(|job| job.id).collect::<Vec<_>>(), [own, id]);
        assert!(begin(&jobs, admin).is_err(), "an admin sees two");
        assert!(
            begin(&jobs, ONE).is_ok() && begin(&jobs, ONE).is_err(),
            "whoever sees one has place for another"
        );
    }
}
