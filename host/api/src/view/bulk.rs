//! One request about several things: each is done or refused by itself, and the answer says which.

use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::{Code, Problem};

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
    /// The results of all, in the order of the request.
    pub fn of(results: Vec<(u64, Result<(), Problem>)>) -> Self {
        let results: Vec<_> = results.into_iter().map(BulkResult::of).collect();
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
