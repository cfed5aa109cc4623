//! `prahari database backup` and `restore`: of a daemon that trades, elsewhere, and what is refused.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use nix::sys::signal::Signal;
use prahari_domain::ids::UserId;
use prahari_domain::orders::JournalEntry;
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_store::{Durability, RunFilter, Store};

use crate::checked;
use crate::serving::{Serving, demo};
use crate::support::{prahari, run, run_well, stderr};

/// Users of the demonstration, each of them with positions after its history.
const USERS: u64 = 8;

/// Two weeks in which everybody has traded; then a session.
const DEMO: [&str; 6] = ["--users", "8", "--history", "14", "--from", "2025-03-10"];

/// At this speed a minute takes three seconds.
const SPEED: u32 = 20;

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn database(command: &str, db: &Path, file: &Path) -> Output {
    run(&["database", command, "--db", text(db), text(file)])
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + stderr(output).as_str()
}

fn backed_up(db: &Path, to: &Path) -> String {
    let output = database("backup", db, to);
    assert!(output.status.success(), "{}", said(&output));
    said(&output)
}

fn serving(db: &Path, speed: u32) -> Serving {
    demo(&[&["--db", text(db), "--speed", &speed.to_string()], &DEMO[..]].concat())
}

fn stopped(mut daemon: Serving) {
    daemon.signal(Signal::SIGTERM);
    assert!(daemon.child.wait().unwrap().success());
}

/// What the work answers with the store of a database that nobody uses.
fn with_store<T>(db: &Path, work: impl AsyncFnOnce(&Store) -> T) -> T {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = Store::open(db, Durability::Full).unwrap();
        let answer = work(&store).await;
        store.close().await.unwrap();
        answer
    })
}

fn journals(db: &Path) -> Vec<Vec<JournalEntry>> {
    with_store(db, async |store| {
        let mut journals = Vec::new();
        for user in 1..=USERS {
            journals.push(store.user(UserId(user)).load_journal(0).await.unwrap());
        }
        journals
    })
}

/// How long after its minute each tick of a task began since `since`, in milliseconds of the daemon's clock.
fn lateness(db: &Path, task: &'static str, since: &str) -> Vec<i64> {
    with_store(db, async |store| {
        let mut late = Vec::new();
        for user in 1..=USERS {
            let filter = RunFilter { task: Some(Task::literal(task)), limit: 500, ..RunFilter::default() };
            let runs = store.user(UserId(user)).runs(filter).await.unwrap();
            let ticks = runs.iter().filter_map(|run| Some((run.slot_due?, run.started_at)));
            let ticks = ticks.filter(|(due, _): &(Timestamp, Timestamp)| due.to_string().as_str() >= since);
            late.extend(ticks.map(|(due, began)| began.millis_since(due)));
        }
        late
    })
}

#[test]
fn backups_of_a_daemon_that_trades_delay_no_tick_and_one_of_them_trades_on_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let db = path("prahari.db");
    let daemon = serving(&db, 600);
    while daemon.now_ist().as_str() < "2025-03-10 09:16" {
        std::thread::yield_now();
    }
    stopped(daemon);

    let daemon = serving(&db, SPEED);
    let since = daemon.now_ist();
    let until = format!("2025-03-10 {}", after(&since, 5));
    let mut backups: Vec<PathBuf> = Vec::new();
    while daemon.now_ist().as_str() < until.as_str() {
        let to = path(&format!("backup-{}.db", backups.len()));
        let said = backed_up(&db, &to);
        assert!(said.contains("checks of the copy found nothing wrong"), "{said}");
        backups.push(to);
    }
    stopped(daemon);
    let late = lateness(&db, "sell_monitor", &since);
    let (worst, most) = (late.iter().max().unwrap(), i64::from(SPEED) * 3_000);
    eprintln!(
        "{} backups beside {} ticks; the latest began {worst} ms after its minute",
        backups.len(),
        late.len()
    );
    assert!(late.len() as u64 >= 3 * USERS, "{late:?}");
    assert!(*worst < most, "a tick began after the next minute: {worst} ms");

    // What stands in the last one is what stood in the original then.
    let copy = backups.pop().unwrap();
    assert_eq!(fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
    let elsewhere = path("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    let restored = elsewhere.join("prahari.db");
    let output = database("restore", &restored, &copy);
    assert!(output.status.success(), "{}", said(&output));
    let (whole, then) = (journals(&db), journals(&restored));
    assert!(then.iter().filter(|journal| !journal.is_empty()).count() > 4, "they traded");
    for (whole, then) in whole.iter().zip(&then) {
        assert_eq!(whole.get(..then.len()).unwrap(), then);
    }

    // It goes on from there, and its books are those of its journal.
    let daemon = serving(&restored, 600);
    while daemon.now_ist().as_str() < "2025-03-10 09:40" {
        std::thread::yield_now();
    }
    stopped(daemon);
    let (code, found) = checked(&restored);
    assert_eq!(code, Some(0), "{found}");
    for (later, then) in journals(&restored).iter().zip(&then) {
        assert_eq!(later.get(..then.len()).unwrap(), then);
    }
}

/// The time of day so many minutes after an instant that is written in full.
fn after(instant: &str, minutes: i64) -> String {
    let time = chrono::NaiveTime::parse_from_str(&instant[11..16], "%H:%M").unwrap();
    (time + chrono::TimeDelta::minutes(minutes)).format("%H:%M").to_string()
}

/// A folder with a small sound database.
fn simulated() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("prahari.db");
    run_well(&["simulate", "--from", "2025-03-03", "--to", "2025-03-04", "--db", text(&db)]);
    (folder, db)
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn what_cannot_be_backed_up_is_one_sentence_and_leaves_nothing() {
    let (folder, db) = simulated();
    let path = |name: &str| folder.path().join(name);
    let before = names(folder.path());
    fs::create_dir(path("backups")).unwrap();
    let taken = path("backups/taken.db");
    fs::write(&taken, "an earlier backup").unwrap();
    let (taken_by, missing) = (text(&taken).to_owned(), path("missing.db"));
    let cases = [
        (&db, taken.clone(), format!("there is {taken_by} already, and nothing is overwritten")),
        (&db, path("nowhere/backup.db"), "nowhere/backup.db.partial: No such file or directory".to_owned()),
        (&missing, path("backups/new.db"), "missing.db: No such file or directory".to_owned()),
    ];
    for (db, to, sentence) in cases {
        let output = database("backup", db, &to);
        let error = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(error.starts_with("error: ") && error.contains(&sentence), "{error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
    assert_eq!(fs::read_to_string(&taken).unwrap(), "an earlier backup");
    assert_eq!(names(&path("backups")), ["taken.db"]);
    let now: Vec<String> = names(folder.path()).into_iter().filter(|name| name != "backups").collect();
    assert_eq!(now, before);
}

#[test]
fn a_full_disk_is_one_sentence_and_nothing_is_left() {
    let (folder, db) = simulated();
    let backups = folder.path().join("backups");
    fs::create_dir(&backups).unwrap();
    // Fewer kilobytes for a file than the database has.
    let full = "trap '' XFSZ; ulimit -f 100; exec \"$0\" \"$@\"";
    let mut command = Command::new("bash");
    command.args(["-c", full, env!("CARGO_BIN_EXE_prahari"), "database", "backup", "--db", text(&db)]);
    let output = command.arg(backups.join("backup.db")).output().unwrap();
    let error = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(error.contains("backup.db.partial: the disk ") && error.lines().count() == 1, "{error}");
    assert_eq!(names(&backups), [""; 0]);
}

#[test]
fn a_backup_that_is_killed_never_has_its_name_and_the_next_one_replaces_what_it_left() {
    let (folder, db) = simulated();
    let mut cut_off = 0;
    for round in 0..5 {
        let to = folder.path().join(format!("backup-{round}.db"));
        let partial = folder.path().join(format!("backup-{round}.db.partial"));
        let mut killed = prahari(&["database", "backup", "--db", text(&db), text(&to)]).spawn().unwrap();
        while !partial.exists() && !to.exists() {
            std::thread::yield_now();
        }
        killed.kill().unwrap();
        killed.wait().unwrap();
        // One that was faster than the kill is whole.
        if to.exists() {
            assert_eq!(checked(&to).0, Some(0));
            continue;
        }
        cut_off += 1;
        assert!(partial.exists());
        backed_up(&db, &to);
        assert!(to.exists() && !partial.exists());
    }
    assert!(cut_off > 0, "none was cut off");
}

#[test]
fn a_restore_moves_what_stood_there_aside_and_is_refused_beside_a_daemon() {
    let (folder, db) = simulated();
    let path = |name: &str| folder.path().join(name);
    let backup = path("backup.db");
    let told = backed_up(&db, &backup);
    assert!(told.contains("the key file is not in it"), "{told}");
    let bytes = fs::read(&backup).unwrap();

    let place = path("demo.db");
    let daemon = demo(&["--db", text(&place), "--speed", "1", "--history", "0", "--users", "1"]);
    let output = database("restore", &place, &backup);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("is in use by another daemon"), "{}", said(&output));
    stopped(daemon);

    let output = database("restore", &place, &backup);
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("demo.db.before-restore"), "{}", said(&output));
    assert_eq!(checked(&place).0, Some(0));
    assert_eq!(checked(&path("demo.db.before-restore")).0, Some(0));
    assert_eq!(journals_of_first(&place), journals_of_first(&db));
    assert_eq!(fs::read(&backup).unwrap(), bytes, "the backup stays as it was");

    let output = database("restore", &backup, &backup);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("is the database itself, and no backup of it"), "{}", said(&output));
    assert_eq!(fs::read(&backup).unwrap(), bytes);

    // What was moved aside is not lost to the next one.
    let output = database("restore", &place, &backup);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("demo.db.before-restore already"), "{}", said(&output));
    assert_eq!(checked(&place).0, Some(0));
    assert!(!path("demo.db.partial").exists());
}

fn journals_of_first(db: &Path) -> Vec<JournalEntry> {
    with_store(db, async |store| store.user(UserId(1)).load_journal(0).await.unwrap())
}

#[test]
fn a_backup_with_a_fault_says_so_and_is_not_put_in_place() {
    let (folder, db) = simulated();
    let path = |name: &str| folder.path().join(name);
    super::check::flip(&db, r#""rsi_period"#);
    let output = database("backup", &db, &path("backup.db"));
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("FAULTY  settings of users"), "{}", said(&output));
    assert!(said(&output).contains("keep earlier backups"), "{}", said(&output));

    let output = database("restore", &path("new.db"), &path("backup.db"));
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).contains("was not put in place"), "{}", said(&output));
    assert!(!path("new.db").exists() && !path("new.db.partial").exists());
}
