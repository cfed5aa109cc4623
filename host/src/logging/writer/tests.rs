use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::sync::{Arc, Mutex};

use super::*;

/// A writer into a folder, and what it says.
struct Fixture {
    folder: tempfile::TempDir,
    writer: DayWriter,
    said: Arc<Mutex<Vec<String>>>,
}

impl Fixture {
    fn new(keep: u32, most_bytes: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let said: Arc<Mutex<Vec<String>>> = Arc::default();
        let complaints = said.clone();
        let complain = Box::new(move |what: &str| complaints.lock().unwrap().push(what.to_owned()));
        let writer = DayWriter::new(folder.path().to_owned(), keep, most_bytes, complain);
        Self { folder, writer, said }
    }

    fn write(&mut self, day: &str, line: &str) {
        self.writer.add(day.parse().unwrap(), format!("{line}\n").as_bytes());
        self.writer.flush();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn said(&self) -> Vec<String> {
        self.said.lock().unwrap().clone()
    }
}

fn names(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

#[test]
fn each_day_has_a_file_that_is_appended_to_and_only_its_owner_reads() {
    let mut fixture = Fixture::new(30, MOST_BYTES);
    fs::write(fixture.path("prahari-2025-03-10.log"), "of an earlier start\n").unwrap();
    fixture.write("2025-03-10", "one");
    fixture.write("2025-03-10", "two");
    fixture.write("2025-03-11", "three");
    assert_eq!(fixture.text("prahari-2025-03-10.log"), "of an earlier start\none\ntwo\n");
    assert_eq!(fixture.text("prahari-2025-03-11.log"), "three\n");
    let mode = fs::metadata(fixture.path("prahari-2025-03-11.log")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(fixture.said(), Vec::<String>::new());
}

#[test]
fn files_of_ours_that_are_old_are_removed_and_nothing_else() {
    let mut fixture = Fixture::new(3, MOST_BYTES);
    for name in [
        "prahari-2025-03-07.log",
        "prahari-2025-03-08.log",
        "prahari-2025-03-12.log",
        "prahari-2024-12-31.log.gz",
        "prahari-2024-13-31.log",
        "prahari-20240101.log",
        "other-2024-12-31.log",
        "notes.txt",
    ] {
        fs::write(fixture.path(name), "x").unwrap();
    }
    fs::create_dir(fixture.path("prahari-2024-01-01.log")).unwrap();
    symlink("notes.txt", fixture.path("prahari-2024-01-02.log")).unwrap();
    fixture.write("2025-03-10", "today");
    assert_eq!(
        names(fixture.folder.path()),
        [
            "notes.txt",
            "other-2024-12-31.log",
            "prahari-2024-01-01.log",
            "prahari-2024-01-02.log",
            "prahari-2024-12-31.log.gz",
            "prahari-2024-13-31.log",
            "prahari-20240101.log",
            "prahari-2025-03-08.log",
            "prahari-2025-03-10.log",
            "prahari-2025-03-12.log",
        ]
    );
    assert_eq!(fixture.said(), Vec::<String>::new());
}

#[test]
fn a_full_disk_is_said_once_and_what_is_missing_is_counted_when_there_is_room_again() {
    let mut fixture = Fixture::new(30, MOST_BYTES);
    let file = fixture.path("prahari-2025-03-10.log");
    symlink("/dev/full", &file).unwrap();
    for line in ["one", "two", "three"] {
        fixture.write("2025-03-10", line);
    }
    let full = format!(
        "the log file {} cannot be written: No space left on device (os error 28); lines are left out until it can",
        file.display()
    );
    assert_eq!(fixture.said(), [full]);
    fs::remove_file(&file).unwrap();
    fixture.write("2025-03-10", "four");
    let missing = format!("3 lines are missing in {} before this one", file.display());
    assert_eq!(fixture.said().last().unwrap(), &missing);
    let text = fixture.text("prahari-2025-03-10.log");
    assert!(text.starts_with('\n') && text.ends_with(&format!("{missing}\nfour\n")), "{text}");
    fixture.writer.end();
    assert_eq!(fixture.said().len(), 2, "nothing is missing since");
}

#[test]
fn a_folder_that_is_gone_is_no_failure_and_the_end_says_what_is_missing() {
    let mut fixture = Fixture::new(30, MOST_BYTES);
    fixture.write("2025-03-10", "one");
    fs::remove_dir_all(fixture.folder.path()).unwrap();
    fixture.write("2025-03-11", "two");
    fixture.write("2025-03-11", "three");
    assert_eq!(fixture.said().len(), 1, "{:?}", fixture.said());
    fixture.writer.end();
    assert_eq!(fixture.said().last().unwrap(), "2 lines are missing in the log files");
}

#[test]
fn a_day_has_so_many_bytes_at_most_and_the_next_one_begins_anew() {
    let mut fixture = Fixture::new(30, 100);
    for _ in 0..50 {
        fixture.write("2025-03-10", "0123456789");
    }
    let text = fixture.text("prahari-2025-03-10.log");
    assert_eq!(text.lines().filter(|line| *line == "0123456789").count(), 9, "{text}");
    assert!(text.trim_end().ends_with("later lines of the day are left out"), "{text}");
    assert_eq!(text.lines().count(), 10);
    assert_eq!(fixture.said().len(), 1, "{:?}", fixture.said());
    fixture.write("2025-03-11", "another day");
    assert_eq!(fixture.text("prahari-2025-03-11.log"), "another day\n");
    fixture.writer.end();
    assert_eq!(fixture.said().last().unwrap(), "41 lines are missing in the log files");
}
