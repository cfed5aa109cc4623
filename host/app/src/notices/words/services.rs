//! Messages about services.

use std::fmt::Display;

use prahari_domain::settings::NotificationKind;
use prahari_domain::tasks::Task;
use prahari_store::NotificationLevel;

use super::Words;

/// Somebody has started a service: that of a task, or the unified one.
pub(crate) fn started(task: Option<Task>, by: &str) -> Words {
    switched(NotificationKind::ServiceStarted, task, "started", by)
}

/// Somebody has stopped a service.
pub(crate) fn stopped(task: Option<Task>, by: &str) -> Words {
    switched(NotificationKind::ServiceStopped, task, "stopped", by)
}

/// The unified service was stopped by a failure, and stays so until somebody has looked.
pub(crate) fn failed(reason: String) -> Words {
    Words {
        kind: NotificationKind::Error,
        level: NotificationLevel::Error,
        title: "Your service was stopped".to_owned(),
        body: reason,
    }
}

/// The service of a task was stopped by no person, and stays so.
pub(crate) fn individual_stopped(task: Task, reason: &str) -> Words {
    Words {
        kind: NotificationKind::Error,
        level: NotificationLevel::Error,
        title: format!("Your service of {task} was stopped"),
        body: format!("{reason}. It stays stopped until you start it again."),
    }
}

/// The process of a service ended and is started again; `next` says when.
pub(crate) fn individual_restarts(task: Task, reason: &str, next: &impl Display) -> Words {
    Words {
        kind: NotificationKind::Warning,
        level: NotificationLevel::Warning,
        title: format!("Your service of {task} failed and is started again"),
        body: format!("{reason}; {next}."),
    }
}

fn switched(kind: NotificationKind, task: Option<Task>, how: &str, by: &str) -> Words {
    let of = task.map_or_else(String::new, |task| format!(" of {task}"));
    Words {
        kind,
        level: NotificationLevel::Info,
        title: format!("Your service{of} was {how}"),
        body: format!("It was {how} by {by}."),
    }
}
