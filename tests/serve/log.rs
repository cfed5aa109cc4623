//! What the daemon says on standard error and into its log files.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::Path;

use nix::sys::signal::Signal;
use serde_json::Value;

use crate::serving::{Serving, demo, demo_after, demo_into};
use crate::support::{run, stderr};

/// A day in some seconds.
const FAST: [&str; 8] = ["--speed", "3600", "--from", "2025-03-03", "--history", "0", "--users", "2"];

/// Waits until the daemon's clock has come so far; asking is the only waiting.
fn reach(serving: &Serving, instant: &str) {
    while serving.now_ist().as_str() < instant {}
}

fn end(mut serving: Serving) {
    serving.signal(Signal::SIGTERM);
    assert!(serving.child.wait().unwrap().success());
}

/// The events that a daemon wrote to a file as its standard error.
fn events(file: &Path) -> Vec<Value> {
    let text = fs::read_to_string(file).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect()
}

fn of_the_day(events: &[Value]) -> Vec<Value> {
    events.iter().filter(|event| event["target"] == "prahari::day").cloned().collect()
}

#[test]
fn a_person_who_watches_sees_the_start_the_runs_and_the_stop() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log");
    let serving = demo_into(&FAST, File::create(&file).unwrap().into());
    let address = serving.address.clone();
    reach(&serving, "2025-03-03 18:30");
    end(serving);
    let events = of_the_day(&events(&file));
    let started = &events[0];
    assert_eq!(started["message"], "the daemon has started");
    assert_eq!(started["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!((&started["address"], &started["users"]), (&Value::from(address), &Value::from(2)));
    assert_eq!(started["trades"], "paper (simulated): 2 users");
    assert_eq!(started["clock"], "3600 times as fast");
    assert!(started["timestamp"].as_str().unwrap().starts_with("2025-03-03T"), "{started}");
    let said = |user: &str, start: &str| {
        let is_it =
            |event: &&Value| event["user"] == user && event["message"].as_str().unwrap().starts_with(start);
        events.iter().filter(is_it).count()
    };
    for user in ["1", "2"] {
        // Which slots a busy machine is in time for cannot be told at this speed.
        assert!(said(user, "eod_cleanup ") > 0, "{events:#?}");
        assert_eq!(said(user, "sell_monitor of 09:15 "), 1, "{events:#?}");
    }
    let stopped = events.last().unwrap();
    assert_eq!(
        (&stopped["message"], &stopped["reason"]),
        (&Value::from("the daemon has stopped"), &Value::from("SIGTERM"))
    );
}

#[test]
fn a_quiet_daemon_says_warnings_only_and_the_variable_wins() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log");
    let quiet = [&FAST[..], &["--quiet"]].concat();
    end(demo_into(&quiet, File::create(&file).unwrap().into()));
    let said = events(&file);
    assert_eq!(of_the_day(&said), Vec::<Value>::new());
    assert!(said.iter().any(|event| event["message"] == "the daemon stops"), "{said:?}");
    let shell = |filter: &str| format!("export PRAHARI_LOG={filter}; exec 2> {}", file.display());
    end(demo_after(&shell("prahari::day=info"), &quiet));
    let said = events(&file);
    assert_eq!(of_the_day(&said).len(), said.len());
    assert_eq!(said[0]["message"], "the daemon has started");
    end(demo_after(&shell("off"), &FAST));
    assert_eq!(fs::read_to_string(&file).unwrap(), "");
}

#[test]
fn the_log_is_kept_in_one_file_a_day_and_old_ones_go() {
    let folder = tempfile::tempdir().unwrap();
    let logs = folder.path().join("logs");
    fs::create_dir(&logs).unwrap();
    for name in ["prahari-2025-03-01.log", "prahari-2025-03-02.log", "notes.txt"] {
        fs::write(logs.join(name), "of before\n").unwrap();
    }
    let place = ["--log-dir", logs.to_str().unwrap(), "--log-days", "2", "--quiet"];
    let serving = demo(&[&FAST[..], &place].concat());
    reach(&serving, "2025-03-04 09:30");
    end(serving);
    let mut names: Vec<_> =
        fs::read_dir(&logs).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, ["notes.txt", "prahari-2025-03-03.log", "prahari-2025-03-04.log"]);
    let [first, second] = ["2025-03-03", "2025-03-04"].map(|day| {
        let text = fs::read_to_string(logs.join(format!("prahari-{day}.log"))).unwrap();
        assert!(text.lines().all(|line| line.starts_with(&format!("{day}T"))), "{text}");
        text
    });
    assert!(
        first.lines().next().unwrap().contains("+05:30  INFO prahari::day: the daemon has started version=")
    );
    assert!(first.contains("prahari::day: sell_monitor of 09:15 "), "{first}");
    assert!(
        second.contains("  WARN prahari_app::shutdown: the daemon stops reason=\"SIGTERM\"\n"),
        "{second}"
    );
    let stopped = "  INFO prahari::day: the daemon has stopped reason=\"SIGTERM\"\n";
    assert!(second.ends_with(stopped), "written at the stop: {second}");
}

#[test]
fn a_folder_that_cannot_be_written_into_is_told_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let logs = file.join("logs");
    let output = run(&["serve", "--demo", "--listen", "127.0.0.1:0", "--log-dir", logs.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    let sentence = format!(
        "error: log files cannot be written into {}: Not a directory (os error 20)\n",
        logs.display()
    );
    assert_eq!(stderr(&output), sentence);
}

#[test]
fn a_full_disk_of_the_log_files_stops_nothing_and_is_said_once() {
    let folder = tempfile::tempdir().unwrap();
    let logs = folder.path().join("logs");
    fs::create_dir(&logs).unwrap();
    symlink("/dev/full", logs.join("prahari-2025-03-03.log")).unwrap();
    let file = folder.path().join("log");
    let arguments = [&FAST[..], &["--quiet", "--log-dir", logs.to_str().unwrap()]].concat();
    let serving = demo_into(&arguments, File::create(&file).unwrap().into());
    reach(&serving, "2025-03-03 18:30");
    assert_eq!(serving.json("/api/v1/system/health", "")["status"], "ok");
    end(serving);
    let said = fs::read_to_string(&file).unwrap();
    let about = |text: &str| said.lines().filter(|line| line.contains(text)).count();
    assert_eq!(about("cannot be written: No space left on device"), 1, "{said}");
    assert_eq!(about("lines are missing in the log files"), 1, "{said}");
}
