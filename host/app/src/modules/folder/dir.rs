//! The folder itself: watched while it is there, waited for while it is not.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use prahari_domain::text::one_line;

use super::Watcher;
use super::arrivals::EventQueue;
use super::report::FolderReport;

/// Watches a folder through the operating system.
pub(super) struct DirWatcher {
    watcher: RecommendedWatcher,
    folder: PathBuf,
}

impl DirWatcher {
    /// Watches the files of a folder.
    pub fn open(folder: &Path, arrivals: Arc<EventQueue>) -> notify::Result<Self> {
        let mut watcher = notify::recommended_watcher(move |event| arrivals.on_event(event))?;
        watcher.watch(folder, RecursiveMode::NonRecursive)?;
        Ok(Self { watcher, folder: folder.to_owned() })
    }

    /// Watches the files again after the folder has changed; `false` when it does not exist.
    fn look_into(&mut self) -> bool {
        // Whichever of the two was watched; the other one was not.
        let _was_watched = self.watcher.unwatch(&self.folder);
        if let Some(parent) = self.folder.parent() {
            let _was_watched = self.watcher.unwatch(parent);
        }
        self.folder.is_dir() && self.watcher.watch(&self.folder, RecursiveMode::NonRecursive).is_ok()
    }

    /// Watches the parent folder until the folder exists again. Otherwise the parent is not watched, because a
    /// busy database may be in it.
    fn wait_for(&mut self) -> notify::Result<()> {
        match self.folder.parent() {
            Some(parent) => self.watcher.watch(parent, RecursiveMode::NonRecursive),
            None => Ok(()),
        }
    }
}

impl Watcher {
    /// After something has happened to the folder: goes on watching it, or waits for it.
    pub(super) async fn find_place(&mut self, report: &mut FolderReport) {
        let folder = one_line(&self.folder.display().to_string()).into_owned();
        let mut there = self.eyes.look_into();
        if !there {
            if let Err(error) = self.eyes.wait_for() {
                tracing::error!(folder, %error, "it is not seen when the folder of modules comes back; start the daemon again then");
            }
            // It may have come back before anybody was asked to tell of it.
            there = self.folder.is_dir() && self.eyes.look_into();
        }
        match (there, self.now.missing) {
            (true, true) => tracing::info!(folder, "the folder of modules is there again"),
            (false, false) => {
                tracing::error!(folder, "the folder of modules is gone; versions that came from it stay");
                report.folder_gone(&folder);
            }
            (true, false) | (false, true) => {}
        }
        self.now.missing = !there;
        if there {
            self.arrivals.look_at_all();
        } else {
            self.seen.clear();
            self.later.clear();
        }
    }
}
