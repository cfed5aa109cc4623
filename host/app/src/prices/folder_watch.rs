//! The folders that bars come from, watched: a file that is added, changed or replaced is taken up without a restart.
//!
//! The system tells of changes; once a minute it is asked whether there were any. They are taken up when a whole minute
//! has passed without another one, so that nothing is read that is still being written, and not between the start of the
//! pre-open session and the time at which the day's bars are final: within a session everybody goes on with the bars
//! that it began with.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use notify::event::{AccessKind, AccessMode};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use prahari_brokers::Sessions;
use prahari_domain::calendar::BAR_SETTLING_MINUTES;
use prahari_domain::text::one_line;
use prahari_domain::time::Timestamp;

use crate::error::AppError;
use crate::prices::Prices;

/// What was seen of the folders since they were last read.
pub(crate) struct FolderWatch {
    /// Set by the system's thread at each change.
    changed: Arc<AtomicBool>,
    /// Whether there is a change that was not taken up.
    pending: bool,
    /// Watches until it is dropped.
    _watcher: Option<RecommendedWatcher>,
}

impl FolderWatch {
    /// Watches folders and those in them. Of one that cannot be watched changes are seen overnight only.
    pub fn of(folders: &[PathBuf]) -> Self {
        let changed = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&changed);
        let on_event = move |event: notify::Result<notify::Event>| {
            // Events that were lost may have been changes.
            if event.is_ok_and(|event| !is_change(event.kind)) {
                return;
            }
            seen.store(true, Ordering::Release);
        };
        let mut watcher = None;
        if !folders.is_empty() {
            match notify::recommended_watcher(on_event) {
                Ok(made) => watcher = Some(made),
                Err(error) => tracing::error!(%error, "the folders of bars cannot be watched"),
            }
        }
        for folder in folders {
            let watched = watcher.as_mut().map(|watcher| watcher.watch(folder, RecursiveMode::Recursive));
            if let Some(Err(error)) = watched {
                let folder = one_line(&folder.display().to_string()).into_owned();
                tracing::error!(folder, %error, "the folder of bars cannot be watched");
            }
        }
        Self { changed, pending: false, _watcher: watcher }
    }

    /// Returns whether something was changed and nothing since the last question, which was a minute ago.
    fn has_settled(&mut self) -> bool {
        if self.changed.swap(false, Ordering::AcqRel) {
            self.pending = true;
            return false;
        }
        self.pending
    }
}

impl Prices {
    /// The watch over the folders of the market source.
    pub(crate) fn watch_folders(&self) -> FolderWatch {
        FolderWatch::of(&self.trading.market.folders())
    }

    /// Takes up what was changed in the folders, once it has settled and no session is on. Asked once a minute.
    ///
    /// # Errors
    /// When an alert cannot be written down.
    pub(crate) async fn take_up_files(&self, watch: &mut FolderWatch) -> Result<(), AppError> {
        if !watch.has_settled() || self.is_session_on(self.handles.clock.now()) {
            return Ok(());
        }
        watch.pending = false;
        self.refresh_bars().await
    }

    /// Returns whether an instant lies between the start of a day's pre-open session and the time at which its bars are
    /// final.
    fn is_session_on(&self, now: Timestamp) -> bool {
        let session = self.handles.calendar.session(now.ist_day());
        session.is_some_and(|session| {
            (session.pre_open..session.closes().plus_minutes(BAR_SETTLING_MINUTES)).contains(&now)
        })
    }
}

/// Returns whether an event is of a change: who reads a file changes nothing.
fn is_change(kind: EventKind) -> bool {
    !matches!(kind, EventKind::Access(access) if access != AccessKind::Close(AccessMode::Write))
}

#[cfg(test)]
mod tests {
    use notify::event::{CreateKind, ModifyKind};

    use super::*;

    #[test]
    fn a_change_counts_after_a_minute_without_another_one() {
        let mut watch = FolderWatch::of(&[]);
        assert!(!watch.has_settled());
        watch.changed.store(true, Ordering::Release);
        assert!(!watch.has_settled());
        watch.changed.store(true, Ordering::Release);
        assert!(!watch.has_settled());
        assert!(watch.has_settled());
        // Until it is taken up: not while a session is on.
        assert!(watch.has_settled());
    }

    #[test]
    fn who_reads_a_file_changes_nothing() {
        let changes = [
            EventKind::Create(CreateKind::Any),
            EventKind::Modify(ModifyKind::Any),
            EventKind::Access(AccessKind::Close(AccessMode::Write)),
            EventKind::Any,
        ];
        assert!(changes.into_iter().all(is_change));
        let reads =
            [AccessKind::Read, AccessKind::Open(AccessMode::Any), AccessKind::Close(AccessMode::Read)];
        assert!(!reads.map(EventKind::Access).into_iter().any(is_change));
    }
}
