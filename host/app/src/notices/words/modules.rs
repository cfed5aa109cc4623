//! Messages about modules.

use prahari_domain::settings::NotificationKind;
use prahari_domain::tasks::Task;
use prahari_store::NotificationLevel;

use super::Words;

/// A task of the user keeps failing and is tried less often.
pub(crate) fn held_back(task: Task, reason: &str) -> Words {
    let body =
        format!("{reason}. It is tried again from time to time, and at once when its allowance is changed.");
    error(format!("{task} is held back"), body)
}

/// A version was quarantined and an earlier one took its place, for the admins.
pub(crate) fn rolled_back(task: Task, message: String) -> Words {
    error(format!("The module of {task} was rolled back"), message)
}

/// Files of the watched folder are no versions.
pub(crate) fn refused_in_folder(message: String) -> Words {
    warning("The watched folder holds what cannot be a version", message)
}

/// The watched folder cannot be read.
pub(crate) fn folder_gone(message: String) -> Words {
    warning("The watched folder of modules is gone", message)
}

/// Files of the watched folder became versions.
pub(crate) fn came_from_folder(message: String) -> Words {
    let title = "A version came from the watched folder".to_owned();
    Words { kind: NotificationKind::Info, level: NotificationLevel::Info, title, body: message }
}

fn error(title: String, body: String) -> Words {
    Words { kind: NotificationKind::Error, level: NotificationLevel::Error, title, body }
}

fn warning(title: &str, body: String) -> Words {
    let title = title.to_owned();
    Words { kind: NotificationKind::Warning, level: NotificationLevel::Warning, title, body }
}
