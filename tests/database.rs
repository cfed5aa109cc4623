//! The database under the program: looked at as a whole, taken away from it, named twice, and begun by a start that is killed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/serving.rs"]
mod serving;
mod support;

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use prahari_domain::ids::UserId;
use prahari_store::{Durability, Store, UserScope};
use serving::{DEMO_PASSWORD, demo};
use support::{prahari, run, run_well, stderr};

/// A folder with the database of a simulated week and a half of two users.
fn simulated() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("prahari.db");
    let text = db.to_str().unwrap();
    run_well(&["simulate", "--from", "2025-03-03", "--to", "2025-03-14", "--users", "2", "--db", text]);
    (folder, db)
}

/// What `prahari database check` ends with and prints.
fn check(db: &Path) -> (Option<i32>, String) {
    let output = run(&["database", "check", "--db", db.to_str().unwrap()]);
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned() + &stderr(&output))
}

/// The names and contents of a folder's files.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files.map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

#[test]
fn a_sound_database_is_looked_at_in_eight_lines_and_left_as_it_is() {
    let (folder, db) = simulated();
    let before = contents(folder.path());
    let (code, said) = check(&db);
    assert_eq!(code, Some(0), "{said}");
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 8, "{said}");
    assert!(lines.iter().all(|line| line.starts_with("ok      ")), "{said}");
    assert!(lines.iter().any(|line| line.ends_with("books folded from the journals: 2 looked at")), "{said}");
    // The week had orders and recordings to be looked at.
    assert!(!said.contains("journal entries against their checksums: 0"), "{said}");
    assert!(!said.contains("replies they share against their hashes: 0"), "{said}");
    assert_eq!(contents(folder.path()), before);
}

/// Changes a bit in the last place of the file at which `text` stands.
fn flip(db: &Path, text: &str) {
    let mut bytes = fs::read(db).unwrap();
    let text = text.as_bytes();
    let place = (0..bytes.len() - text.len()).rev().find(|at| bytes[*at..].starts_with(text)).unwrap();
    bytes[place + text.len() - 1] ^= 1;
    fs::write(db, bytes).unwrap();
}

/// Has `work` do something to a user's rows.
fn with_rows<F: Future<Output = ()>>(db: &Path, work: impl FnOnce(UserScope, UserScope) -> F) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = Store::open(db, Durability::Full).unwrap();
        work(store.user(UserId(1)), store.user(UserId(2))).await;
        store.close().await.unwrap();
    });
}

/// The one fault that is found after `spoil` had its way with a sound database: the check's line, and its sentence.
fn fault(sound: &Path, spoil: impl FnOnce(&Path)) -> (String, String) {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("prahari.db");
    fs::copy(sound, &db).unwrap();
    spoil(&db);
    let (code, said) = check(&db);
    assert_eq!(code, Some(1), "{said}");
    let lines: Vec<&str> = said.lines().filter(|line| !line.starts_with("ok ")).collect();
    let [line, sentence] = lines[..] else { panic!("{said}") };
    (line.to_owned(), sentence.trim().to_owned())
}

#[test]
fn each_kind_of_damage_is_named_with_what_and_where() {
    let (_folder, db) = simulated();

    let (line, sentence) = fault(&db, |db| flip(db, r#"{"event":"accepted","broker_id":"P"#));
    assert!(line.starts_with("FAULTY  journal entries"), "{line}");
    assert!(
        sentence.contains("of the order journal of user ") && sentence.contains("checksum"),
        "{sentence}"
    );

    let snapshot = |db: &Path| {
        with_rows(db, |mine, other| async move {
            let (through, _) = mine.load_snapshot().await.unwrap().unwrap();
            let (_, others) = other.load_snapshot().await.unwrap().unwrap();
            mine.save_snapshot(through, others).await.unwrap();
        });
    };
    let (line, sentence) = fault(&db, snapshot);
    assert!(line.starts_with("FAULTY  snapshots"), "{line}");
    assert!(sentence.starts_with("the snapshot of the books of user 1 "), "{sentence}");

    let paper = |db: &Path| {
        with_rows(db, |mine, _| async move {
            let (_, account) = mine.load_paper().await.unwrap();
            let mut account = account.unwrap();
            // The second number is the cash; its lowest seven bits are in its first byte.
            let capital = account.iter().position(|byte| *byte < 0x80).unwrap();
            account[capital + 1] ^= 2;
            mine.save_paper(Vec::new(), account).await.unwrap();
        });
    };
    let (line, sentence) = fault(&db, paper);
    assert!(line.starts_with("FAULTY  paper accounts"), "{line}");
    assert!(sentence.starts_with("user 1: the paper account and the journal differ in cash"), "{sentence}");
}

#[test]
fn a_page_that_is_not_one_any_more_is_found() {
    let (_folder, db) = simulated();
    let mut bytes = fs::read(&db).unwrap();
    let page = 4_096 * (bytes.len() / 4_096 / 2);
    bytes[page..page + 4_096].fill(0xAB);
    fs::write(&db, bytes).unwrap();
    let (code, said) = check(&db);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("FAULTY  database files"), "{said}");
}

#[test]
fn what_is_no_database_is_not_checked_and_one_in_use_is() {
    let folder = tempfile::tempdir().unwrap();
    let (missing, text) = (folder.path().join("missing.db"), folder.path().join("text.db"));
    assert_eq!(check(&missing).0, Some(2));
    assert!(!missing.exists());
    fs::write(&text, "no database").unwrap();
    let (code, said) = check(&text);
    assert_eq!((code, said.contains("is not a Prahari database")), (Some(2), true), "{said}");

    let db = folder.path().join("demo.db");
    let _serving = demo(&["--db", db.to_str().unwrap(), "--speed", "60", "--history", "1"]);
    let (code, said) = check(&db);
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
    while size(db) < bytes && !serves.is_finished() {
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
