//! Many messages of a kind as one.

use prahari_domain::numbers::counted;
use prahari_domain::settings::NotificationKind;

/// The title of a digest of so many messages of a kind.
pub(crate) fn title(kind: NotificationKind, count: u64) -> String {
    let (one, many) = match kind {
        NotificationKind::OrderPlaced => ("message about orders placed", "messages about orders placed"),
        NotificationKind::OrderFilled => ("order filled", "orders filled"),
        NotificationKind::OrderRejected => ("order refused", "orders refused"),
        NotificationKind::OrderCancelled => ("order ended early", "orders ended early"),
        NotificationKind::PositionClosed => ("position closed", "positions closed"),
        NotificationKind::DailySummary => ("summary of a day", "summaries of days"),
        NotificationKind::TaskFailed => ("run failed or missed", "runs failed or missed"),
        NotificationKind::ServiceStarted => ("service started", "services started"),
        NotificationKind::ServiceStopped => ("service stopped", "services stopped"),
        NotificationKind::Alert => ("alert", "alerts"),
        NotificationKind::Error => ("error", "errors"),
        NotificationKind::Warning => ("warning", "warnings"),
        NotificationKind::Info => ("message", "messages"),
    };
    counted(count, one, many)
}

/// The text of a digest: the titles that it has, and how many messages it has beyond them.
pub(crate) fn body(titles: &str, count: u64) -> String {
    let told = u64::try_from(titles.lines().count()).unwrap_or(u64::MAX);
    match count.saturating_sub(told) {
        0 => titles.to_owned(),
        more => format!("{titles}\nand {more} more"),
    }
}
