//! The runs of one user, page by page.

use futures::StreamExt;
use prahari_domain::ids::UserId;
use prahari_domain::time::Day;
use prahari_runtime::Module;
use prahari_runtime::shadow::{ShadowRun, Terms, shadow};
use prahari_store::{RunFilter, RunRow};

use super::{AT_ONCE, Archive, Scope, ShadowReport, days};
use crate::error::AppError;
use crate::progress;
use crate::runs::recordings::find_recording;

/// Number of rows of runs that are in memory at a time; of recordings there are as many as run at once.
const PAGE: u32 = 500;

/// Tries the candidate on every run of a user within these days, newest first.
pub(super) async fn of_user(
    archive: &Archive<'_>,
    candidate: &Module,
    scope: &Scope,
    user: UserId,
    span: (Day, Day),
    report: &mut ShadowReport,
) -> Result<(), AppError> {
    let (since, until) = days::instants(span);
    let terms = archive.terms(user, scope.task);
    let mut after = None;
    loop {
        let filter = RunFilter {
            task: Some(scope.task),
            since: Some(since),
            until: Some(until),
            after,
            limit: PAGE,
            ..RunFilter::default()
        };
        let rows = archive.store.user(user).runs(filter).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = Some(last.cursor());
        // Collected, because a stream over the closure itself cannot be sent between threads.
        let trials: Vec<_> = rows.iter().map(|row| tried(archive, candidate, &terms, row)).collect();
        let mut tried = futures::stream::iter(trials).buffered(AT_ONCE);
        let mut place = rows.iter();
        while let (Some(result), Some(row)) = (tried.next().await, place.next()) {
            report.add(row, result?);
            progress::one_more();
        }
    }
}

/// What a run had to show; none when it has no recording.
pub(super) type Tried = Option<Result<ShadowRun, AppError>>;

async fn tried(
    archive: &Archive<'_>,
    candidate: &Module,
    terms: &Terms,
    row: &RunRow,
) -> Result<Tried, AppError> {
    let recording = match find_recording(&archive.store.user(row.user), row.id).await {
        Ok(Some(recording)) => recording,
        Ok(None) => return Ok(None),
        Err(error @ AppError::Recording { .. }) => return Ok(Some(Err(error))),
        Err(error) => return Err(error),
    };
    let tried = shadow(archive.runtime, candidate, &recording, terms).await;
    Ok(Some(tried.map_err(|source| AppError::Recording { run: row.id, source })))
}
