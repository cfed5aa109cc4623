//! A folder whose components become versions: those that stand in it when the daemon starts, and those that come later.
//!
//! The system tells of each file that was written to its end or moved in; nobody looks again and again. One task
//! looks at the files, one after another, so a thousand of them hold up nothing but each other. They are only kept:
//! to activate a version stays the act of a person, because whoever can write a file is not therefore allowed to
//! trade.

mod arrivals;
mod dir;
mod file;
mod keep;
mod report;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use prahari_domain::time::Timestamp;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::clock::Clock;
use crate::modules::Trials;
use crate::notices::Gathered;
use arrivals::{EventQueue, FileEvent, PendingEvents};
use dir::DirWatcher;
use file::Stamp;
use report::{Cause, FolderReport};

/// Most files of the folder that are remembered, and thereby looked at: a few hundred bytes each.
const MOST_FILES: usize = 10_000;

/// Time for which a file has to stay unchanged before its refusal is reported: it may have been written in pieces.
const QUIET_MS: i64 = 2_000;

/// Reasons why a folder cannot be watched.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// It is something else, or cannot be read.
    #[error("the folder of modules {} cannot be watched: {reason}", folder.display())]
    Unusable {
        /// Path of the folder, as given.
        folder: PathBuf,
        /// The reason, in one sentence.
        reason: String,
    },
}

/// A folder that can be watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleFolder(PathBuf);

impl ModuleFolder {
    /// A folder that is there and can be read.
    ///
    /// # Errors
    /// When it is not.
    pub fn open(folder: &Path) -> Result<Self, FolderError> {
        let unusable = |reason: String| FolderError::Unusable { folder: folder.to_owned(), reason };
        let path = folder.canonicalize().map_err(|error| unusable(error.to_string()))?;
        if !path.is_dir() {
            return Err(unusable("it is not a folder".to_owned()));
        }
        path.read_dir().map_err(|error| unusable(error.to_string()))?;
        Ok(Self(path))
    }
}

/// What was done with the folder so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Number of times the whole folder was read.
    pub scans: u64,
    /// Files that became versions.
    pub kept: u64,
    /// Files whose bytes were a version already.
    pub known: u64,
    /// Files that were refused.
    pub refused: u64,
    /// Whether the folder is gone.
    pub missing: bool,
}

/// A folder that is watched, until this is dropped.
pub struct Watching {
    progress: watch::Receiver<Progress>,
    _task: JoinSet<()>,
}

impl Watching {
    /// Returns a receiver of what was done so far, which is notified whenever more was.
    pub fn progress(&self) -> watch::Receiver<Progress> {
        self.progress.clone()
    }
}

impl Trials {
    /// Keeps what stands in a folder, and what comes into it, as versions of its tasks.
    ///
    /// # Errors
    /// When the system cannot tell of changes.
    pub fn watch_modules(self: &Arc<Self>, folder: ModuleFolder) -> Result<Watching, FolderError> {
        let ModuleFolder(folder) = folder;
        let arrivals = Arc::new(EventQueue::of(&folder));
        let eyes = DirWatcher::open(&folder, arrivals.clone())
            .map_err(|error| FolderError::Unusable { folder: folder.clone(), reason: error.to_string() })?;
        let (sender, progress) = watch::channel(Progress::default());
        let watcher = Watcher {
            trials: self.clone(),
            folder,
            arrivals,
            eyes,
            seen: BTreeMap::new(),
            gathered: Gathered::default(),
            later: BTreeMap::new(),
            now: Progress::default(),
            progress: sender,
        };
        let mut task = JoinSet::new();
        task.spawn(watcher.watch());
        Ok(Watching { progress, _task: task })
    }
}

/// The last look at a file.
#[derive(Debug, Clone, Copy)]
struct Seen {
    stamp: Stamp,
    refused: bool,
}

/// Looks at the files.
struct Watcher {
    trials: Arc<Trials>,
    folder: PathBuf,
    arrivals: Arc<EventQueue>,
    eyes: DirWatcher,
    /// The files as they were looked at, by name: a file that stays as it is is neither taken nor refused again.
    seen: BTreeMap<OsString, Seen>,
    /// Files that may not be complete, and when to look at them again.
    later: BTreeMap<OsString, Timestamp>,
    /// Reports that wait to be sent to the admins.
    gathered: Gathered<Cause>,
    now: Progress,
    progress: watch::Sender<Progress>,
}

impl Watcher {
    async fn watch(mut self) {
        tracing::info!(folder = %self.folder.display(), "the components in this folder are kept as versions");
        while !self.trials.handles.shutdown.is_begun() && self.trials.handles.store.health().is_ok() {
            let told = self.arrivals.take();
            let mut report = FolderReport::default();
            if told.place {
                self.find_place(&mut report).await;
            }
            if told.everything {
                self.look_at_all(&mut report).await;
            }
            self.look_at(told, &mut report).await;
            self.tell(report).await;
            // Nobody has to listen.
            self.progress.send_replace(self.now);
            self.wait().await;
        }
        self.tell_rest().await;
    }

    /// Looks at what was told of, and at what is to be looked at again by now.
    async fn look_at(&mut self, told: PendingEvents, report: &mut FolderReport) {
        for (name, arrival) in told.names {
            self.look(&name, arrival, report).await;
        }
        let now = Clock::System.now();
        let due: Vec<OsString> =
            self.later.iter().filter(|(_, at)| **at <= now).map(|(name, _)| name.clone()).collect();
        for name in due {
            self.later.remove(&name);
            self.look(&name, FileEvent::Whole, report).await;
        }
    }

    /// Looks at every file, because too much has happened to be told one by one, or nothing was told yet.
    async fn look_at_all(&mut self, report: &mut FolderReport) {
        self.now.scans += 1;
        let folder = self.folder.clone();
        let listed = tokio::task::spawn_blocking(move || file::list(&folder, MOST_FILES)).await;
        let (names, more) = match listed {
            Ok(Ok(listed)) => listed,
            Ok(Err(error)) => {
                tracing::error!(folder = %self.folder.display(), %error, "the folder of modules cannot be read");
                return;
            }
            Err(_) => return,
        };
        if more {
            tracing::error!(folder = %self.folder.display(), "it holds more than {MOST_FILES} files; the others are left alone");
        }
        self.seen.retain(|name, _| names.contains(name));
        for name in &names {
            if self.trials.handles.shutdown.is_begun() {
                return;
            }
            self.look(name, FileEvent::Whole, report).await;
        }
    }

    /// Waits for a file event, for the time of the next look or report, or for the daemon to stop.
    async fn wait(&self) {
        let next = self.later.values().min().copied().into_iter().chain(self.gathered.next()).min();
        let told = async {
            match next {
                Some(at) => {
                    Clock::System.wait_until(at, self.arrivals.told()).await;
                }
                None => self.arrivals.told().notified().await,
            }
        };
        tokio::select! {
            () = told => {}
            _ = self.trials.handles.shutdown.begun() => {}
        }
    }
}
