//! What the admins are told: one message for all that came of one look, however many files it were, and not one for
//! each look either: whoever can write into the folder can have it looked at as often as they like.

use prahari_domain::tasks::Task;
use prahari_store::ModuleRow;

use super::Watcher;
use crate::clock::Clock;
use crate::events::{AlertEvent, Audience, Event};
use crate::notices::{Lines, words};

/// What to report to the admins about the folder.
#[derive(Debug, Default)]
pub(super) struct FolderReport {
    kept: Lines,
    refused: Lines,
    lost: Lines,
}

/// Kind of what is reported to the admins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cause {
    Refused,
    Lost,
    Kept,
}

impl FolderReport {
    /// A file became a version.
    pub fn keep(&mut self, file: &str, ModuleRow { task, version, .. }: &ModuleRow) {
        self.kept.add(format!(
            "{file} is kept as version {version} of the module of {task}, and runs once an admin activates it"
        ));
    }

    /// A file was refused.
    pub fn refuse(&mut self, file: &str, reason: &str) {
        self.refused.add(format!("{file} is refused: {reason}"));
    }

    /// The folder is gone.
    pub fn folder_gone(&mut self, folder: &str) {
        self.lost.add(format!("the folder of modules {folder} is gone; versions that came from it stay"));
    }
}

impl Watcher {
    /// Reports to the admins what is due now; the rest follows when its interval is over.
    pub(super) async fn tell(&mut self, report: FolderReport) {
        let now = Clock::System.now();
        let FolderReport { kept, refused, lost } = report;
        for (cause, lines) in [(Cause::Refused, refused), (Cause::Lost, lost), (Cause::Kept, kept)] {
            self.gathered.add(cause, lines, now);
        }
        let due = self.gathered.due(now);
        self.tell_all(due).await;
    }

    /// Reports to the admins what still waits, at the end of the daemon.
    pub(super) async fn tell_rest(&mut self) {
        let rest = self.gathered.rest();
        self.tell_all(rest).await;
    }

    async fn tell_all(&self, due: Vec<(Cause, String)>) {
        for (cause, message) in due {
            let words = match cause {
                Cause::Refused => {
                    self.alert("module_refused", &message);
                    words::modules::refused_in_folder(message)
                }
                Cause::Lost => {
                    self.alert("module_folder_gone", &message);
                    words::modules::folder_gone(message)
                }
                Cause::Kept => words::modules::came_from_folder(message),
            };
            if let Err(error) = self.trials.notices.tell_admins(words).await {
                tracing::error!(%error, "nobody could be told of the watched folder");
            }
        }
    }

    fn alert(&self, code: &str, message: &str) {
        self.trials.handles.events.publish_with(Audience::Admins, || {
            let (code, message) = (code.to_owned(), message.to_owned());
            Event::Alert(AlertEvent { code, task: None::<Task>, due_at: None, message })
        });
    }
}
