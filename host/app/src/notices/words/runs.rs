//! Messages about runs that failed or never were.

use prahari_domain::settings::NotificationKind;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_store::NotificationLevel;

use super::{Words, time_of};

/// The run of a slot failed, and is not tried again.
pub(crate) fn failed(task: Task, due_at: Timestamp, reason: &str) -> Words {
    trouble(format!("{task} of {} failed", time_of(due_at)), reason.to_owned())
}

/// A run of a session failed for the first time.
pub(crate) fn first_tick_failed(task: Task, tick: Timestamp, reason: &str) -> Words {
    let body = format!(
        "{reason}\nIt goes on each minute; further failures of this session are not told one by one."
    );
    trouble(format!("{task} failed at {}", time_of(tick)), body)
}

/// A slot was missed.
pub(crate) fn missed(task: Task, due_at: Timestamp, reason: &str) -> Words {
    trouble(format!("{task} of {} was missed", time_of(due_at)), reason.to_owned())
}

fn trouble(title: String, body: String) -> Words {
    Words { kind: NotificationKind::TaskFailed, level: NotificationLevel::Warning, title, body }
}
