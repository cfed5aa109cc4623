//! Which days a scope means.

use prahari_domain::ids::UserId;
use prahari_domain::time::{Day, Timestamp};
use prahari_store::RunFilter;

use super::{Archive, Days, Scope};
use crate::error::AppError;

/// First and last day; none when no run of the task was ever recorded.
pub(super) async fn span(
    archive: &Archive<'_>,
    scope: &Scope,
    users: &[UserId],
) -> Result<Option<(Day, Day)>, AppError> {
    let count = match scope.days {
        Days::On(day) => return Ok(Some((day, day))),
        Days::Last(count) => count.max(1),
    };
    let Some(newest) = newest_day(archive, scope, users).await? else { return Ok(None) };
    let back = i32::try_from(count).unwrap_or(i32::MAX) - i32::from(archive.calendar.is_open_on(newest));
    // A calendar that ends before that day has no runs before it either.
    let from = match back {
        0 => newest,
        back => archive.calendar.trading_day_from(newest, -back).unwrap_or(archive.calendar.covers().0),
    };
    Ok(Some((from, newest)))
}

async fn newest_day(archive: &Archive<'_>, scope: &Scope, users: &[UserId]) -> Result<Option<Day>, AppError> {
    let mut newest = None;
    for user in users {
        let filter = RunFilter { task: Some(scope.task), limit: 1, ..RunFilter::default() };
        let runs = archive.store.user(*user).runs(filter).await?;
        newest = newest.max(runs.first().map(|run| run.started_at.ist_day()));
    }
    Ok(newest)
}

/// The instants from the first day's beginning to the end of the last one.
pub(super) fn instants((from, to): (Day, Day)) -> (Timestamp, Timestamp) {
    (Timestamp::start_of(from), Timestamp::end_of(to))
}
