//! One request about several things: each is done or refused by itself, and the answer says which.

use futures::{StreamExt, stream};
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::{Attempt, told_apart};
use crate::caller::Caller;
use crate::problem::{Code, Problem};
use crate::state::Api;

/// What became of several things that one request named.
#[derive(Debug, Serialize, ToSchema)]
pub struct Bulk {
    /// Number of those for which it was done.
    done: usize,
    /// One result for each id, in the order of the request.
    results: Vec<BulkResult>,
}

/// What became of one of them.
#[derive(Debug, Serialize, ToSchema)]
pub struct BulkResult {
    /// The id that was named.
    id: u64,
    /// Whether it was done.
    done: bool,
    /// Kind of the problem; null when it was done.
    #[schema(required)]
    code: Option<Code>,
    /// What went wrong, one sentence; null when it was done.
    #[schema(required)]
    detail: Option<String>,
}

impl Bulk {
    /// Does `work` for each id, a few at a time; one that is refused does not keep the others. Each has an entry of its own in
    /// the audit log, with its own outcome: the one that `work` makes, or else that of the `attempt`.
    pub(crate) async fn each<F>(
        (api, caller): (&Api, &Caller),
        ids: Vec<u64>,
        at_once: usize,
        attempt: impl Fn(u64) -> Attempt,
        work: impl Fn(u64) -> F,
    ) -> Self
    where
        F: Future<Output = Result<(), Problem>>,
    {
        // Collected, because a stream over the closure itself cannot be sent between threads.
        let all: Vec<_> = ids
            .into_iter()
            .map(|id| (id, attempt(id), work(id)))
            .map(|(id, attempt, work)| async move {
                BulkResult::of((id, told_apart(api, caller, attempt, work).await))
            })
            .collect();
        let results: Vec<_> = stream::iter(all).buffered(at_once).collect().await;
        Self { done: results.iter().filter(|result| result.done).count(), results }
    }
}

impl BulkResult {
    fn of((id, result): (u64, Result<(), Problem>)) -> Self {
        let problem = result.err();
        Self {
            id,
            done: problem.is_none(),
            code: problem.as_ref().map(Problem::code),
            detail: problem.map(Problem::into_detail),
        }
    }
}
