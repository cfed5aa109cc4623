//! One file becomes a version, or is refused. The checks are those of an upload.

use std::ffi::OsStr;

use prahari_domain::tasks::Task;
use prahari_domain::text::one_line;
use prahari_runtime::{LoadError, ModuleHash, ModuleLimits};
use prahari_store::{ModuleOrigin, ModuleRow, NewAudit};

use super::arrivals::FileEvent;
use super::file::{self, Stamp, Unfit};
use super::report::FolderReport;
use super::{MOST_FILES, QUIET_MS, Seen, Watcher};
use crate::clock::Clock;
use crate::error::AppError;
use crate::modules::Upload;

/// What became of a file.
enum Kept {
    /// The file was added as a new version.
    New(ModuleRow),
    /// A version that was there.
    Known,
    /// Nothing; the reason, and whether the file may not be complete yet.
    Refused { reason: String, may_change: bool },
}

impl Watcher {
    /// Looks at one file, unless it is as it was at the last look.
    pub(super) async fn look(&mut self, name: &OsStr, arrival: FileEvent, report: &mut FolderReport) {
        let path = self.folder.join(name);
        let found = blocking(move || file::find(&path)).await.flatten();
        let Some(found) = found.filter(|_| !file::is_hidden(name)) else {
            self.seen.remove(name);
            return;
        };
        let seen = self.seen.get(name).copied();
        let was_refused = seen.is_some_and(|seen| seen.refused);
        if seen.is_some_and(|seen| seen.stamp == found.stamp)
            || (arrival == FileEvent::Touched && found.is_plain && !was_refused)
            || !self.has_room_for(name)
        {
            return;
        }
        match self.keep(name).await {
            Ok(kept) => self.conclude(name, found.stamp, kept, report),
            Err(error) => {
                tracing::error!(file = %shown(name), %error, "a file of the watched folder could not be kept")
            }
        }
    }

    /// Returns whether a name can be remembered; what is beyond the bound is left alone until there is room at a
    /// start.
    fn has_room_for(&self, name: &OsStr) -> bool {
        let has_room = self.seen.len() < MOST_FILES || self.seen.contains_key(name);
        if !has_room {
            tracing::error!(file = %shown(name), "the watched folder holds more than {MOST_FILES} files; this one is left alone");
        }
        has_room
    }

    fn conclude(&mut self, name: &OsStr, stamp: Stamp, kept: Kept, report: &mut FolderReport) {
        let refused = matches!(kept, Kept::Refused { .. });
        match kept {
            Kept::New(row) => {
                self.now.kept += 1;
                tracing::info!(file = %shown(name), task = %row.task, version = row.version, "a version came from the watched folder");
                report.keep(&shown(name), &row);
            }
            Kept::Known => {
                self.now.known += 1;
                tracing::debug!(file = %shown(name), "its bytes are a version already");
            }
            // Perhaps the first piece of several: whoever writes the others is given the time.
            Kept::Refused { may_change: true, .. } if self.is_fresh(stamp) => {
                self.later.insert(name.to_owned(), stamp.written_at().plus_millis(QUIET_MS));
                return;
            }
            Kept::Refused { reason, .. } => {
                self.now.refused += 1;
                tracing::warn!(file = %shown(name), reason, "a file of the watched folder is refused");
                report.refuse(&shown(name), &reason);
            }
        }
        self.seen.insert(name.to_owned(), Seen { stamp, refused });
    }

    fn is_fresh(&self, stamp: Stamp) -> bool {
        let age = Clock::System.now().millis_since(stamp.written_at());
        // A time to come is that of another clock.
        (0..QUIET_MS).contains(&age) && self.later.len() < MOST_FILES
    }

    async fn keep(&self, name: &OsStr) -> Result<Kept, AppError> {
        let (path, limit) = (self.folder.join(name), ModuleLimits::default().bytes);
        let bytes = match blocking(move || file::read(&path, limit)).await {
            Some(Ok(bytes)) => bytes,
            Some(Err(Unfit::Kind(reason))) => return Ok(Kept::Refused { reason, may_change: false }),
            Some(Err(Unfit::Unreadable(reason))) => return Ok(Kept::Refused { reason, may_change: true }),
            None => return Err(AppError::Ended("a file was not read".to_owned())),
        };
        let hash = ModuleHash::of(&bytes).to_string();
        let tasks = self.trials.tasks.current();
        let named = task_of(name, tasks.names());
        let rows = self.trials.handles.store.system().modules().await?;
        if rows.iter().any(|row| row.hash == hash && named.is_none_or(|task| row.task == task)) {
            return Ok(Kept::Known);
        }
        let module = match self.trials.runtime.load(&bytes).await {
            Ok(module) => module,
            Err(LoadError::Stopping) => return Err(AppError::Ended("the runtime is stopping".to_owned())),
            Err(error) => {
                let reason = one_line(&error.to_string()).into_owned();
                return Ok(Kept::Refused { reason, may_change: true });
            }
        };
        let own_name = one_line(&module.info().name).into_owned();
        let Some(task) = named.or_else(|| own_name.parse().ok().filter(|task| tasks.find(*task).is_some()))
        else {
            let reason = format!(
                "neither its file's name nor its own, {own_name:?}, is that of a task; call the file TASK.wasm or TASK-ANYTHING.wasm"
            );
            return Ok(Kept::Refused { reason, may_change: false });
        };
        self.write_down(name, task, &hash, bytes.len()).await?;
        let upload = Upload { task, bytes, origin: ModuleOrigin::Watched, by: None };
        let row = self.trials.modules.upload(upload, self.trials.handles.clock.now()).await?;
        Ok(Kept::New(row))
    }

    /// A version that comes without a person is in the audit log before it is kept, as one that a person brings.
    async fn write_down(&self, name: &OsStr, task: Task, hash: &str, bytes: usize) -> Result<(), AppError> {
        let folder = self.folder.display().to_string();
        let details =
            serde_json::json!({ "folder": folder, "file": shown(name), "hash": hash, "bytes": bytes });
        let entry = NewAudit {
            at: Clock::System.now(),
            user: None,
            via: "the watched folder".to_owned(),
            action: "module.upload".to_owned(),
            resource: format!("module {task}"),
            details: details.to_string(),
            address: String::new(),
        };
        self.trials.handles.store.system().append_audit(entry).await?;
        Ok(())
    }
}

/// The task whose name a file's name is, or begins with: `gap_watch.wasm`, `gap_watch-2.wasm`. Of several that it
/// may be, the one with the longest name.
fn task_of(name: &OsStr, tasks: &[Task]) -> Option<Task> {
    let stem = name.to_str()?.strip_suffix(".wasm")?;
    let goes_on = |rest: &str| rest.starts_with(|next: char| next.is_alphanumeric());
    let fits = |task: &&Task| stem.strip_prefix(task.name()).is_some_and(|rest| !goes_on(rest));
    tasks.iter().filter(fits).max_by_key(|task| task.name().len()).copied()
}

/// A file's name, safe to show.
pub(super) fn shown(name: &OsStr) -> String {
    one_line(&name.to_string_lossy()).into_owned()
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    tokio::task::spawn_blocking(work).await.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_for_the_task_whose_name_its_own_begins_with() {
        let tasks = ["sell_monitor", "sell_monitor_fast"].map(Task::literal);
        let of = |name: &str| task_of(OsStr::new(name), &tasks);
        for name in
            ["sell_monitor.wasm", "sell_monitor-2.wasm", "sell_monitor_v2.wasm", "sell_monitor.old.wasm"]
        {
            assert_eq!(of(name), Some(Task::literal("sell_monitor")), "{name}");
        }
        assert_eq!(of("sell_monitor_fast-2.wasm"), Some(tasks[1]), "of two that it may be, the longer one");
        for name in ["sell_monitors.wasm", "my_sell_monitor.wasm", "gap_watch.wasm", "sell_monitor", ".wasm"]
        {
            assert_eq!(of(name), None, "{name}");
        }
    }
}
