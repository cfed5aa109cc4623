//! A folder whose components become versions, on a real file system and with the system's own events.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use prahari_app::daemon::Daemon;
use prahari_app::modules::{ModuleFolder, Progress, Watching};
use prahari_app::shutdown::Stop;
use prahari_domain::tasks::Task;
use prahari_runtime::ModuleHash;
use prahari_store::{AuditFilter, AuditRow, ModuleOrigin, ModuleRow, NotificationFilter};
use serde_json::Value;

use crate::support::{ADMIN, MONDAY, OTHER, TestHost, at, guests};
use crate::{activate, upload, version_of};

const TASK: Task = Task::literal("position_monitor");

/// A daemon, and a folder that it may watch.
struct Watched {
    _house: TestHost,
    daemon: Arc<Daemon>,
    place: tempfile::TempDir,
    watching: Option<Watching>,
}

impl Watched {
    async fn new() -> Self {
        let house = TestHost::new(2);
        let daemon = house.start(at(MONDAY, "09:00")).await;
        let place = tempfile::tempdir().unwrap();
        let watched = Self { _house: house, daemon, place, watching: None };
        std::fs::create_dir(watched.folder()).unwrap();
        watched
    }

    /// The same, watched, and with nothing in the folder yet.
    async fn begun() -> Self {
        let mut watched = Self::new().await;
        watched.begin().await;
        watched
    }

    async fn begin(&mut self) {
        let folder = ModuleFolder::open(&self.folder()).unwrap();
        self.watching = Some(self.daemon.trials.watch_modules(folder).unwrap());
        self.until(|progress| progress.scans == 1).await;
    }

    fn folder(&self) -> PathBuf {
        self.place.path().join("modules")
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder().join(name)
    }

    /// Moves a file in that was written long ago.
    fn move_in(&self, name: &str, bytes: &[u8]) {
        let beside = self.place.path().join("beside");
        std::fs::write(&beside, bytes).unwrap();
        backdate(&File::options().write(true).open(&beside).unwrap());
        std::fs::rename(&beside, self.file(name)).unwrap();
    }

    /// Waits until so much was done.
    async fn until(&self, done: impl FnMut(&Progress) -> bool) -> Progress {
        let mut progress = self.watching.as_ref().unwrap().progress();
        *progress.wait_for(done).await.unwrap()
    }

    /// Waits until one more file was kept than before: those that came before it were looked at as well.
    async fn until_kept(&self, name: &str, bytes: &[u8]) -> Progress {
        let before = self.watching.as_ref().unwrap().progress().borrow().kept;
        self.move_in(name, bytes);
        self.until(|progress| progress.kept == before + 1).await
    }

    /// Ends the daemon, so that the admins are told what was still to be told.
    async fn end(&self) {
        let mut progress = self.watching.as_ref().unwrap().progress();
        self.daemon.shutdown.begin(Stop::Asked("the test is over".to_owned()));
        while progress.changed().await.is_ok() {}
    }

    async fn versions(&self) -> Vec<ModuleRow> {
        let mut rows = self.daemon.store.system().modules().await.unwrap();
        rows.retain(|row| row.origin == ModuleOrigin::Watched);
        rows
    }

    async fn audit(&self) -> Vec<AuditRow> {
        let action = Some("module.upload".to_owned());
        let filter = AuditFilter {
            user: None,
            action,
            since: None,
            until: None,
            resource: None,
            before: None,
            limit: 100,
        };
        self.daemon.store.system().audit(filter).await.unwrap()
    }

    /// What the admin was told, oldest first: title and text.
    async fn told(&self) -> Vec<(String, String)> {
        self.daemon.store.flush().await.unwrap();
        let filter = NotificationFilter { limit: 100, ..NotificationFilter::default() };
        let mut told = self.daemon.store.user(ADMIN).notifications(filter).await.unwrap();
        told.reverse();
        told.into_iter().map(|kept| (kept.row.title, kept.row.body)).collect()
    }
}

/// Has a file look as if it had been written long ago.
fn backdate(file: &File) {
    file.set_modified(UNIX_EPOCH + Duration::from_secs(1_700_000_000)).unwrap();
}

fn hash(bytes: &[u8]) -> String {
    ModuleHash::of(bytes).to_string()
}

fn module(value: char) -> Vec<u8> {
    guests::writes_state(value, true)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_in_the_folder_and_what_comes_later_become_versions_that_do_not_run() {
    let mut watched = Watched::new().await;
    watched.move_in("position_monitor.wasm", &module('1'));
    watched.begin().await;
    watched.until(|progress| progress.kept == 1).await;
    watched.until_kept("position_monitor-2.wasm", &module('2')).await;
    std::fs::write(watched.file("sell_monitor.wasm"), module('3')).unwrap();
    watched.until(|progress| progress.kept == 3).await;

    let versions = watched.versions().await;
    let known: Vec<_> = versions.iter().map(|row| (row.task, row.version, row.hash.clone())).collect();
    let sell = (Task::literal("sell_monitor"), 2, hash(&module('3')));
    assert_eq!(known, [(TASK, 2, hash(&module('1'))), (TASK, 3, hash(&module('2'))), sell]);
    assert!(versions.iter().all(|row| row.added_by.is_none()));
    for task in [TASK, Task::literal("sell_monitor")] {
        assert_eq!(version_of(&watched.daemon, OTHER, task), 1, "an admin has to activate it");
    }
    activate(&watched.daemon, TASK, 3).await.unwrap();

    let audit = watched.audit().await;
    let first = &audit.last().unwrap().entry;
    assert_eq!((first.user, first.via.as_str()), (None, "the watched folder"));
    assert_eq!(first.resource, "module position_monitor");
    let details: Value = serde_json::from_str(&first.details).unwrap();
    assert_eq!(details["file"], "position_monitor.wasm");
    assert_eq!(details["folder"], watched.folder().canonicalize().unwrap().to_str().unwrap());
    assert_eq!((audit.len(), &details["hash"]), (3, &Value::from(hash(&module('1')))));
    let (title, text) = watched.told().await.swap_remove(0);
    assert_eq!(title, "A version came from the watched folder");
    let sentence = "position_monitor.wasm is kept as version 2 of the module of position_monitor, and runs once an admin activates it";
    assert_eq!(text, sentence);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_bytes_are_one_version_however_often_they_come() {
    let mut watched = Watched::new().await;
    let uploaded = upload(&watched.daemon, TASK, &module('1')).await;
    watched.move_in("position_monitor.wasm", &module('1'));
    watched.move_in("position_monitor-again.wasm", &module('1'));
    watched.begin().await;
    watched.move_in("position_monitor-later.wasm", &module('1'));
    let progress = watched.until(|progress| progress.known == 3).await;
    assert_eq!((progress.kept, progress.refused), (0, 0));
    assert!(watched.versions().await.is_empty());
    assert_eq!(watched.daemon.modules.version(TASK, 2).await.unwrap(), uploaded);
    assert!(watched.audit().await.is_empty() && watched.told().await.is_empty());
    // For another task they are another version.
    watched.until_kept("sell_monitor.wasm", &module('1')).await;
    assert_eq!(watched.versions().await[0].task, Task::literal("sell_monitor"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_taken_when_it_is_complete_and_not_before() {
    let watched = Watched::begun().await;
    let bytes = module('1');
    let (half, rest) = bytes.split_at(bytes.len() / 2);
    let mut slow = File::create(watched.file("position_monitor-slow.wasm")).unwrap();
    slow.write_all(half).unwrap();
    slow.sync_all().unwrap();
    watched.until_kept("position_monitor-2.wasm", &module('2')).await;
    slow.write_all(rest).unwrap();
    let progress = watched.until_kept("position_monitor-3.wasm", &module('3')).await;
    assert_eq!(progress.refused, 0);
    drop(slow);
    watched.until(|progress| progress.kept == 3).await;

    // Written in pieces, by somebody who closes the file after each. What comes between is compiled before, so that
    // it takes less time than a file is given to become complete.
    watched.daemon.runtime.load(&module('5')).await.unwrap();
    let bytes = module('4');
    let (half, rest) = bytes.split_at(bytes.len() / 2);
    let append = |piece: &[u8]| {
        let name = watched.file("position_monitor-pieces.wasm");
        OpenOptions::new().create(true).append(true).open(name).unwrap().write_all(piece).unwrap();
    };
    append(half);
    watched.until_kept("position_monitor-5.wasm", &module('5')).await;
    append(rest);
    let progress = watched.until(|progress| progress.kept == 5).await;
    assert_eq!(progress.refused, 0);
    let hashes: Vec<_> = watched.versions().await.into_iter().map(|row| row.hash).collect();
    assert_eq!(hashes, ['2', '3', '1', '5', '4'].map(|value| hash(&module(value))));
    assert!(watched.told().await.iter().all(|(title, _)| title == "A version came from the watched folder"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_a_version_is_refused_once_with_the_sentence_of_an_upload() {
    let watched = Watched::begun().await;
    watched.move_in("position_monitor.wasm", b"(component)");
    let progress = watched.until(|progress| progress.refused == 1).await;
    assert_eq!(progress.kept, 0);
    let sentence = "position_monitor.wasm is refused: the file is text; a task module is a compiled WebAssembly component (.wasm)";
    let told = watched.told().await;
    assert_eq!(told, [("The watched folder holds what cannot be a version".to_owned(), sentence.to_owned())]);
    // As it is, it is not refused again; as something else it is looked at.
    let file = File::options().write(true).open(watched.file("position_monitor.wasm")).unwrap();
    drop(file);
    watched.until_kept("position_monitor-2.wasm", &module('2')).await;
    assert_eq!(watched.until(|_| true).await.refused, 1);
    watched.until_kept("position_monitor.wasm", &module('1')).await;

    // What is still warm from writing is given some time first.
    std::fs::write(watched.file("analysis.wasm"), "(component)").unwrap();
    watched.until(|progress| progress.refused == 2).await;
    assert!(watched.audit().await.len() == 2 && watched.versions().await.len() == 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_plain_files_of_a_bounded_size_is_read() {
    let watched = Watched::begun().await;
    let outside = watched.place.path().join("secret.wasm");
    std::fs::write(&outside, module('1')).unwrap();
    symlink(&outside, watched.file("position_monitor-link.wasm")).unwrap();
    std::fs::create_dir(watched.file("position_monitor-folder.wasm")).unwrap();
    let pipe = watched.file("position_monitor-pipe.wasm");
    nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
    watched.move_in("notes.txt", b"about the modules");
    // It takes no room and no time to write, nor to refuse.
    let giant = File::create(watched.file("position_monitor-giant.wasm")).unwrap();
    giant.set_len(100 << 20).unwrap();
    drop(giant);
    watched.move_in("gap_watch.wasm", &module('1'));
    watched.until(|progress| progress.refused == 6).await;
    assert!(watched.versions().await.is_empty());
    // The pipe has no writer, and nobody waits for one.
    watched.until_kept("position_monitor.wasm", &module('2')).await;
    watched.end().await;
    let told: Vec<_> = watched.told().await.into_iter().map(|(_, text)| text).collect();
    let told = told.join("; ");
    for sentence in [
        "position_monitor-link.wasm is refused: it is a link, which is not followed; put the file itself there",
        "position_monitor-folder.wasm is refused: it is a folder, and folders inside are not looked into",
        "position_monitor-pipe.wasm is refused: it is no plain file",
        "position_monitor-giant.wasm is refused: the module has 104857600 bytes; at most 33554432 are allowed",
        "gap_watch.wasm is refused: neither its file's name nor its own, \"\", is that of a task",
    ] {
        assert!(told.contains(sentence) || told.contains("more, which the log names"), "{sentence}: {told}");
    }
}

#[tokio::test]
async fn a_thousand_files_at_once_are_handled_and_told_of_in_few_words() {
    let watched = Watched::begun().await;
    // One thread for all: nobody looks before everything is there.
    for number in 0..1_000 {
        watched.move_in(&format!("position_monitor-{number}.wasm"), format!("rubbish {number}").as_bytes());
    }
    watched.move_in("zz.txt", b"the last");
    watched.move_in("position_monitor.wasm", &module('1'));
    let progress = watched.until(|progress| progress.refused == 1_001 && progress.kept == 1).await;
    assert!(progress.scans > 1, "more than fits was looked at as a whole: {progress:?}");
    watched.end().await;
    let told = watched.told().await;
    // Of each kind one at once, and one of all that came after it.
    assert!(told.len() <= 4, "{} messages", told.len());
    assert!(told.iter().any(|(_, text)| text.ends_with("more, which the log names")), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_race_of_links_is_told_in_one_message_and_one_for_all_that_follow() {
    let watched = Watched::begun().await;
    let (outside, link) = (watched.place.path().join("secret.wasm"), watched.place.path().join("link"));
    std::fs::write(&outside, module('1')).unwrap();
    for round in 1..=191 {
        symlink(&outside, &link).unwrap();
        std::fs::rename(&link, watched.file("position_monitor.wasm")).unwrap();
        watched.until(|progress| progress.refused == round).await;
    }
    let title = "The watched folder holds what cannot be a version";
    let sentence =
        "position_monitor.wasm is refused: it is a link, which is not followed; put the file itself there";
    assert_eq!(watched.told().await, [(title.to_owned(), sentence.to_owned())]);
    // What matters to somebody else is not held up by it.
    watched.until_kept("sell_monitor.wasm", &module('1')).await;
    assert_eq!(watched.told().await.pop().unwrap().0, "A version came from the watched folder");
    watched.end().await;
    let told = watched.told().await;
    assert_eq!(told.len(), 3, "{told:?}");
    let rest = told.iter().rfind(|(told, _)| told == title).unwrap();
    assert!(rest.1.ends_with("; and 185 more, which the log names"), "{}", rest.1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_goes_away_is_missed_and_found_again() {
    let watched = Watched::begun().await;
    watched.until_kept("position_monitor.wasm", &module('1')).await;
    std::fs::remove_dir_all(watched.folder()).unwrap();
    watched.until(|progress| progress.missing).await;
    let (title, _) = watched.told().await.pop().unwrap();
    assert_eq!(title, "The watched folder of modules is gone");
    assert_eq!(watched.versions().await.len(), 1, "what came from it stays");
    assert!(!watched.daemon.shutdown.is_begun());

    std::fs::create_dir(watched.folder()).unwrap();
    watched.until(|progress| !progress.missing).await;
    watched.until_kept("position_monitor-2.wasm", &module('2')).await;
    // Another folder in its place, with a component in it already.
    std::fs::rename(watched.folder(), watched.place.path().join("old")).unwrap();
    watched.until(|progress| progress.missing).await;
    let prepared = watched.place.path().join("prepared");
    std::fs::create_dir(&prepared).unwrap();
    std::fs::write(prepared.join("position_monitor.wasm"), module('3')).unwrap();
    std::fs::rename(&prepared, watched.folder()).unwrap();
    watched.until(|progress| progress.kept == 3).await;
}

#[test]
fn a_folder_that_cannot_be_watched_is_refused() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("file");
    std::fs::write(&file, "x").unwrap();
    let refused = ModuleFolder::open(&file).unwrap_err().to_string();
    assert_eq!(
        refused,
        format!("the folder of modules {} cannot be watched: it is not a folder", file.display())
    );
    let refused = ModuleFolder::open(&place.path().join("nothing")).unwrap_err().to_string();
    assert!(refused.ends_with("cannot be watched: No such file or directory (os error 2)"), "{refused}");
}
