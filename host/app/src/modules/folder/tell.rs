//! What the admins are told: one message for all that came of one look, however many files it were.

use prahari_domain::tasks::Task;
use prahari_store::{ModuleRow, NotificationLevel};

use super::Watcher;
use crate::error::AppError;
use crate::events::{AlertEvent, Audience, Event};

/// How many files a message names.
const NAMED_FILES: usize = 5;

/// What there is to tell.
#[derive(Debug, Default)]
pub(super) struct News {
    kept: Lines,
    refused: Lines,
    lost: Option<String>,
}

/// The first sentences, and how many there are.
#[derive(Debug, Default)]
struct Lines {
    first: Vec<String>,
    count: usize,
}

impl News {
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
    pub fn lose(&mut self, folder: &str) {
        self.lost = Some(format!("the folder of modules {folder} is gone; versions that came from it stay"));
    }
}

impl Lines {
    fn add(&mut self, line: String) {
        self.count += 1;
        if self.first.len() < NAMED_FILES {
            self.first.push(line);
        }
    }

    /// All of them in one text; none when there are none.
    fn text(&self) -> Option<String> {
        let more = match self.count - self.first.len() {
            0 => String::new(),
            more => format!("; and {more} more, which the log names"),
        };
        (self.count > 0).then(|| format!("{}{more}", self.first.join("; ")))
    }
}

impl Watcher {
    /// Tells the admins.
    pub(super) async fn tell(&self, news: News) {
        let alerts = [
            ("module_refused", "The watched folder holds what cannot be a version", news.refused.text()),
            ("module_folder_gone", "The watched folder of modules is gone", news.lost),
        ];
        let told = async {
            for (code, title, message) in alerts {
                let Some(message) = message else { continue };
                self.alert(code, &message);
                self.daemon.notify_admins(NotificationLevel::Warning, title, &message).await?;
            }
            if let Some(message) = news.kept.text() {
                let title = "A version came from the watched folder";
                self.daemon.notify_admins(NotificationLevel::Info, title, &message).await?;
            }
            Ok::<(), AppError>(())
        };
        if let Err(error) = told.await {
            tracing::error!(%error, "nobody could be told of the watched folder");
        }
    }

    fn alert(&self, code: &str, message: &str) {
        self.daemon.events.publish_with(Audience::Admins, || {
            let (code, message) = (code.to_owned(), message.to_owned());
            Event::Alert(AlertEvent { code, task: None::<Task>, due_at: None, message })
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_names_the_first_files_and_counts_the_others() {
        let mut news = News::default();
        assert_eq!(news.refused.text(), None);
        for number in 1..=8 {
            news.refuse(&format!("{number}.wasm"), "the file is empty");
        }
        let text = news.refused.text().unwrap();
        assert!(text.starts_with("1.wasm is refused: the file is empty; 2.wasm is refused"), "{text}");
        assert!(
            text.ends_with("5.wasm is refused: the file is empty; and 3 more, which the log names"),
            "{text}"
        );
    }
}
