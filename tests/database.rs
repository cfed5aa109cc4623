//! The database under the program: looked at as a whole, taken away from it, named twice, and begun by a start that
//! is killed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "database/backup.rs"]
mod backup;
#[path = "database/check.rs"]
mod check;
#[path = "support/serving.rs"]
mod serving;
mod support;

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use prahari_app::clock::Stopwatch;
use prahari_domain::ids::UserId;
use prahari_store::{Durability, Store};
use serving::{DEMO_PASSWORD, demo};
use support::{prahari, run, stderr};

/// What `prahari database check` ends with and prints.
fn checked(db: &Path) -> (Option<i32>, String) {
    let output = run(&["database", "check", "--db", db.to_str().unwrap()]);
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned() + stderr(&output).as_str())
}

#[test]
fn what_is_no_database_is_not_checked_and_one_in_use_is() {
    let folder = tempfile::tempdir().unwrap();
    let (missing, text) = (folder.path().join("missing.db"), folder.path().join("text.db"));
    assert_eq!(checked(&missing).0, Some(2));
    assert!(!missing.exists());
    fs::write(&text, "no database").unwrap();
    let (code, said) = checked(&text);
    assert_eq!((code, said.contains("is not a Prahari database")), (Some(2), true), "{said}");

    let db = folder.path().join("demo.db");
    let _serving = demo(&["--db", db.to_str().unwrap(), "--speed", "60", "--history", "1"]);
    let (code, said) = checked(&db);
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn a_second_daemon_by_another_name_of_the_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let names = ["prahari.db", "link.db", "other.db"].map(|name| folder.path().join(name));
    let _first = demo(&["--db", names[0].to_str().unwrap(), "--speed", "1", "--history", "0"]);
    std::os::unix::fs::symlink(&names[0], &names[1]).unwrap();
    fs::hard_link(&names[0], &names[2]).unwrap();
    for name in &names {
        let name = name.to_str().unwrap();
        let output = run(&["serve", "--demo", "--listen", "127.0.0.1:0", "--db", name, "--speed", "1"]);
        let expected = format!(
            "error: the database {name} is in use by another daemon: stop it first, or name another database\n"
        );
        assert_eq!((output.status.code(), stderr(&output)), (Some(2), expected));
    }
}

#[test]
fn a_daemon_whose_database_is_deleted_or_replaced_ends_with_the_reason() {
    for replaced in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let db = folder.path().join("prahari.db");
        let text = db.to_str().unwrap();
        // A minute of this clock is a tenth of a second.
        let mut command = prahari(&["serve", "--demo", "--listen", "127.0.0.1:0", "--db", text]);
        command.args(["--speed", "600", "--history", "0", "--from", "2025-03-10"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let said = BufReader::new(child.stdout.take().unwrap());
        let serves = said.lines().map_while(Result::ok).any(|line| line.contains("Open http"));
        assert!(serves);
        if replaced {
            fs::copy(&db, folder.path().join("copy.db")).unwrap();
            fs::rename(folder.path().join("copy.db"), &db).unwrap();
        } else {
            fs::remove_file(&db).unwrap();
        }
        let mut told = String::new();
        child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(1), "{told}");
        let fate = if replaced { "was replaced by another file" } else { "was deleted or moved away" };
        let reason = format!("{text} {fate} while the daemon used it");
        assert!(told.lines().any(|line| line.starts_with("error: ") && line.contains(&reason)), "{told}");
    }
}

/// Bytes of a database and its log.
fn size(db: &Path) -> u64 {
    let length = |path: PathBuf| fs::metadata(path).map_or(0, |metadata| metadata.len());
    length(db.to_owned()) + length(db.with_extension("db-wal"))
}

/// Starts a demonstration and kills it as soon as its database has grown to so many bytes, or it serves; whether it was
/// before it served.
fn kill_at(db: &Path, arguments: &[&str], bytes: u64) -> bool {
    let mut command = prahari(&["serve", "--demo", "--listen", "127.0.0.1:0", "--db", db.to_str().unwrap()]);
    let mut child = command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let said = BufReader::new(child.stdout.take().unwrap());
    let serves =
        std::thread::spawn(move || said.lines().map_while(Result::ok).any(|line| line.contains("Open http")));
    let waiting = Stopwatch::start();
    while size(db) < bytes && !serves.is_finished() {
        assert!(
            waiting.elapsed().as_secs() < 60,
            "waited 60 s for a database of {bytes} bytes: {}",
            size(db)
        );
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    !serves.join().unwrap()
}

#[test]
fn a_demonstration_whose_first_start_was_killed_again_and_again_is_whole_in_the_end() {
    let arguments = ["--history", "6", "--users", "2", "--speed", "1", "--from", "2025-03-12"];
    let whole = tempfile::tempdir().unwrap();
    let undisturbed = whole.path().join("prahari.db");
    drop(demo(&[&["--db", undisturbed.to_str().unwrap()], &arguments[..]].concat()));

    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("prahari.db");
    // From the first byte over the migrations and the users into the simulated days.
    let points = [1, 200_000, 400_000, 600_000, 900_000, 1_300_000, 2_000_000];
    let killed = points.iter().filter(|bytes| kill_at(&db, &arguments, **bytes)).count();
    assert!(killed >= 4, "only {killed} were killed before they served");
    let serving = demo(&[&["--db", db.to_str().unwrap()], &arguments[..]].concat());
    for name in ["admin", "user2"] {
        serving.sign_in(name, DEMO_PASSWORD);
    }
    drop(serving);
    let journals = |db: &Path| {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let store = Store::open(db, Durability::Off).unwrap();
            let mut statements = Vec::new();
            for user in [1, 2] {
                statements.push(store.user(UserId(user)).statements().await.unwrap());
            }
            let users = store.system().users().await.unwrap();
            let names: Vec<_> = users.into_iter().map(|user| (user.id, user.name)).collect();
            (store.system().journal_digest().await.unwrap(), statements, names)
        })
    };
    // The history is that of a start that nobody killed.
    assert_eq!(journals(&db), journals(&undisturbed));
}
