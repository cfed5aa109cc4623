//! What the system tells of the folder, until somebody looks: a bounded set of names, and "everything" beyond it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use notify::event::{AccessKind, AccessMode, ModifyKind, RenameMode};
use notify::{Event, EventKind};
use parking_lot::{Mutex, MutexGuard};
use tokio::sync::Notify;

/// Most names that wait. With more the whole folder is looked at, which comes to the same.
const MOST_NAMES: usize = 256;

/// Kinds of file events, the less significant first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum FileEvent {
    /// It was made, and is perhaps being written, or its attributes changed.
    Touched,
    /// It was written to its end, or moved in.
    Whole,
}

/// File events since the last look.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct PendingEvents {
    /// Events of files, by file name.
    pub names: BTreeMap<OsString, FileEvent>,
    /// Whether every file has to be read.
    pub everything: bool,
    /// Whether something happened to the folder itself.
    pub place: bool,
}

/// Collects file events from the watcher's thread.
pub(super) struct EventQueue {
    folder: PathBuf,
    waiting: Mutex<PendingEvents>,
    told: Notify,
}

impl EventQueue {
    /// Creates a queue for a folder that has not been read yet.
    pub fn of(folder: &Path) -> Self {
        let waiting = Mutex::new(PendingEvents { everything: true, ..PendingEvents::default() });
        Self { folder: folder.to_owned(), waiting, told: Notify::new() }
    }

    /// Takes what was told.
    pub fn take(&self) -> PendingEvents {
        std::mem::take(&mut *self.waiting())
    }

    /// Returns the notifier of new events.
    pub fn told(&self) -> &Notify {
        &self.told
    }

    /// Requests that every file is read.
    pub fn look_at_all(&self) {
        self.waiting().everything = true;
        self.told.notify_one();
    }

    /// Records an event of the folder watcher.
    pub fn on_event(&self, event: notify::Result<Event>) {
        let event = match event {
            Ok(event) if !event.need_rescan() => event,
            Ok(_) => return self.look_at_all(),
            Err(error) => {
                tracing::warn!(%error, folder = %self.folder.display(), "a change of the folder was not told");
                return self.look_at_all();
            }
        };
        for path in &event.paths {
            if *path == self.folder {
                self.hear_of_place(event.kind);
            } else if path.parent() == Some(&self.folder)
                && let (Some(name), Some(arrival)) = (path.file_name(), arrival(event.kind))
            {
                self.add(name.to_owned(), arrival);
            }
        }
    }

    fn hear_of_place(&self, kind: EventKind) {
        if matches!(
            kind,
            EventKind::Create(_) | EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_))
        ) {
            self.waiting().place = true;
            self.told.notify_one();
        }
    }

    fn add(&self, name: OsString, arrival: FileEvent) {
        let mut waiting = self.waiting();
        if waiting.everything && arrival == FileEvent::Touched {
            return;
        }
        let kept = waiting.names.entry(name).or_insert(arrival);
        *kept = arrival.max(*kept);
        if waiting.names.len() > MOST_NAMES {
            waiting.names.clear();
            waiting.everything = true;
        }
        drop(waiting);
        self.told.notify_one();
    }

    fn waiting(&self) -> MutexGuard<'_, PendingEvents> {
        self.waiting.lock()
    }
}

/// Returns the file event for a system event. Writing alone is ignored, because a writer closes the file at the
/// end.
fn arrival(kind: EventKind) -> Option<FileEvent> {
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write))
        | EventKind::Modify(ModifyKind::Name(RenameMode::To)) => Some(FileEvent::Whole),
        EventKind::Create(_) | EventKind::Modify(ModifyKind::Metadata(_)) => Some(FileEvent::Touched),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use notify::event::{CreateKind, DataChange, Flag, MetadataKind, RemoveKind};

    use super::*;

    const CLOSED: EventKind = EventKind::Access(AccessKind::Close(AccessMode::Write));

    fn arrivals() -> EventQueue {
        let arrivals = EventQueue::of(Path::new("/modules"));
        assert!(arrivals.take().everything, "nobody has looked yet");
        arrivals
    }

    fn on_event(arrivals: &EventQueue, kind: EventKind, path: &str) {
        arrivals.on_event(Ok(Event::new(kind).add_path(path.into())));
    }

    #[test]
    fn a_file_that_was_closed_or_moved_in_is_whole_and_one_that_is_written_is_nothing_yet() {
        let arrivals = arrivals();
        on_event(&arrivals, EventKind::Create(CreateKind::File), "/modules/a.wasm");
        on_event(&arrivals, EventKind::Modify(ModifyKind::Data(DataChange::Any)), "/modules/b.wasm");
        on_event(&arrivals, CLOSED, "/modules/c.wasm");
        on_event(&arrivals, EventKind::Modify(ModifyKind::Metadata(MetadataKind::Any)), "/modules/c.wasm");
        on_event(&arrivals, EventKind::Modify(ModifyKind::Name(RenameMode::To)), "/modules/d.wasm");
        on_event(&arrivals, EventKind::Modify(ModifyKind::Name(RenameMode::From)), "/modules/e.wasm");
        on_event(&arrivals, CLOSED, "/modules/folder/f.wasm");
        let names: Vec<_> = arrivals.take().names.into_iter().collect();
        let expected =
            [("a.wasm", FileEvent::Touched), ("c.wasm", FileEvent::Whole), ("d.wasm", FileEvent::Whole)];
        assert_eq!(names, expected.map(|(name, arrival)| (name.into(), arrival)));
        assert_eq!(arrivals.take(), PendingEvents::default());
    }

    #[test]
    fn more_than_can_wait_and_what_was_lost_are_everything() {
        let arrivals = arrivals();
        for number in 0..=MOST_NAMES {
            assert!(!arrivals.waiting().everything);
            on_event(&arrivals, CLOSED, &format!("/modules/{number}.wasm"));
        }
        let told = arrivals.take();
        assert!(told.everything && told.names.is_empty());
        arrivals.on_event(Ok(Event::new(EventKind::Other).set_flag(Flag::Rescan)));
        assert!(arrivals.take().everything);
        arrivals.on_event(Err(notify::Error::generic("a failure")));
        assert!(arrivals.take().everything);
    }

    #[test]
    fn the_folder_itself_is_told_apart_from_its_files() {
        let arrivals = arrivals();
        on_event(&arrivals, EventKind::Modify(ModifyKind::Metadata(MetadataKind::Any)), "/modules");
        assert_eq!(arrivals.take(), PendingEvents::default());
        for kind in [
            EventKind::Remove(RemoveKind::File),
            EventKind::Modify(ModifyKind::Name(RenameMode::From)),
            EventKind::Create(CreateKind::Folder),
        ] {
            on_event(&arrivals, kind, "/modules");
            assert_eq!(arrivals.take(), PendingEvents { place: true, ..PendingEvents::default() });
        }
    }
}
