//! The folder itself: watched while it is there, waited for while it is not.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use prahari_domain::text::one_line;

use super::Watcher;
use super::arrivals::EventQueue;
use super::report::FolderReport;

/// What the system is asked to tell of.
pub(super) struct DirWatcher {
    watcher: RecommendedWatcher,
    folder: PathBuf,
}

impl DirWatcher {
    /// On the files of a folder.
    pub fn open(folder: &Path, arrivals: Arc<EventQueue>) -> notify::Result<Self> {
        let mut watcher = notify::recommended_watcher(move |event| arrivals.on_event(event))?;
        watcher.watch(folder, RecursiveMode::NonRecursive)?;
        Ok(Self { watcher, folder: folder.to_owned() })
    }

    /// On the files of the folder again, after something happened to it; `false` when it is not there.
    fn look_into(&mut self) -> bool {
        // Whichever of the two was watched; the other one was not.
        let _was_watched = self.watcher.unwatch(&self.folder);
        if let Some(parent) = self.folder.parent() {
            let _was_watched = self.watcher.unwatch(parent);
        }
        self.folder.is_dir() && self.watcher.watch(&self.folder, RecursiveMode::NonRecursive).is_ok()
    }

    /// On the place where the folder was, until it is there again. The place is not watched otherwise, because a busy
    /// database may stand there as well.
    fn wait_for(&mut self) -> notify::Result<()> {
        match self.folder.parent() {
            Some(parent) => self.watcher.watch(parent, RecursiveMode::NonRecursive),
            None => Ok(()),
        }
    }
}

impl Watcher {
    /// After something has happened to the folder: goes on watching it, or waits for it.
    pub(super) async fn find_place(&mut self, news: &mut FolderReport) {
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
                news.lose(&folder);
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
