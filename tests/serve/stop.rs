//! The stop of the daemon: within ten seconds whatever clients and workers do, with everything written.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::fd::AsFd;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use prahari_app::clock::Stopwatch;
use prahari_store::{Durability, IndividualServiceRow, Store};
use serde_json::{Value, json};

use crate::serving::{DEMO_PASSWORD, Serving, demo, demo_into};
use crate::support::heavy;

/// The longest time that a stop may take.
const ENDS_WITHIN: Duration = Duration::from_secs(10);

/// Waits for the end of the daemon and answers how it ended and after how long. One that does not end is killed
/// after twice the time that it has.
fn end_of(daemon: &mut Serving) -> (ExitStatus, Duration) {
    let stopwatch = Stopwatch::start();
    let pid = Pid::from_raw(i32::try_from(daemon.child.id()).unwrap());
    let (ended, end) = mpsc::channel::<()>();
    let killer = std::thread::spawn(move || {
        if end.recv_timeout(2 * ENDS_WITHIN) == Err(mpsc::RecvTimeoutError::Timeout) {
            let _gone_already = kill(pid, Signal::SIGKILL);
        }
    });
    let status = daemon.child.wait().unwrap();
    drop(ended);
    killer.join().unwrap();
    (status, stopwatch.elapsed())
}

/// A connection on which this much was said and nothing more will be.
fn half_open(daemon: &Serving, said: &str) -> TcpStream {
    let mut line = TcpStream::connect(&daemon.address).unwrap();
    line.write_all(said.as_bytes()).unwrap();
    line
}

fn half_request() -> &'static str {
    "GET /api/v1/system/health HTTP/1.1\r\nhost: localhost\r\n"
}

fn half_body() -> &'static str {
    "POST /api/v1/auth/login HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"
}

/// Starts up to `count` individual services, as many of each user as there may be; answers their processes.
fn workers(daemon: &Serving, users: usize, count: usize) -> Vec<i32> {
    let tasks =
        ["premarket_retry", "premarket_amo_adjustment", "sell_monitor", "position_monitor", "buy_orders"];
    let mut pids = Vec::new();
    for user in 2..=users {
        let session = daemon.sign_in(&format!("user{user}"), DEMO_PASSWORD);
        assert_eq!(daemon.post_as(&session, "/api/v1/user/service/stop", &json!({})).status, 200);
        for task in tasks.iter().take(count - pids.len()) {
            let asked = json!({ "task": task });
            let answer = daemon.post_as(&session, "/api/v1/service/individual/start", &asked);
            assert_eq!(answer.status, 200, "{}", answer.body);
            let services = daemon.json("/api/v1/service/individual/status", &session);
            pids.push(i32::try_from(services["services"][task]["pid"].as_i64().unwrap()).unwrap());
        }
    }
    assert_eq!(pids.len(), count);
    pids
}

fn is_alive(pid: i32) -> bool {
    let stat = std::fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("stat"));
    stat.is_ok_and(|stat| stat.rsplit_once(") ").is_some_and(|(_, state)| !state.starts_with('Z')))
}

/// Every individual service in a database that nobody serves.
async fn individual_services(db: &str) -> Vec<IndividualServiceRow> {
    let store = Store::open(db, Durability::Off).unwrap();
    let mut rows = Vec::new();
    for user in store.system().users().await.unwrap() {
        rows.extend(store.user(user.id).individual_services().await.unwrap());
    }
    store.close().await.unwrap();
    rows
}

#[tokio::test]
async fn it_ends_in_time_with_half_open_connections_and_a_hung_worker_and_what_stopped_is_written() {
    let (half, bodies, users, count) = if heavy() { (500, 50, 11, 50) } else { (100, 10, 3, 6) };
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (db, users_given) = (path("prahari.db"), users.to_string());
    let log = std::fs::File::create(path("log")).unwrap();
    let arguments =
        ["--db", &db, "--speed", "60", "--from", "2025-03-10", "--history", "0", "--users", &users_given];
    let mut daemon = demo_into(&arguments, log.as_fd().try_clone_to_owned().unwrap().into());
    let pids = workers(&daemon, users, count);
    let mut lines: Vec<TcpStream> = (0..half).map(|_| half_open(&daemon, half_request())).collect();
    lines.extend((0..bodies).map(|_| half_open(&daemon, half_body())));
    kill(Pid::from_raw(pids[0]), Signal::SIGSTOP).unwrap();
    // Others are answered meanwhile.
    assert_eq!(daemon.get("/api/v1/system/health", "").status, 200);

    daemon.signal(Signal::SIGTERM);
    let (status, after) = end_of(&mut daemon);
    println!("ended after {after:?} with {half} half requests, {bodies} half bodies and {count} workers");
    assert!(status.success() && after < ENDS_WITHIN, "{status} after {after:?}");
    assert!(!pids.iter().any(|pid| is_alive(*pid)));
    for mut line in lines {
        let mut answer = Vec::new();
        // Cut off, one way or the other.
        let _reset = line.read_to_end(&mut answer);
    }
    let rows = individual_services(&db).await;
    assert_eq!(rows.len(), count);
    let stopped = "the daemon stopped (SIGTERM): it was stopped";
    let hung = "the daemon stopped (SIGTERM): it was stopped and did not end within 5 s, so it was killed";
    for row in &rows {
        assert!(row.process_id.is_none() && row.stopped_at.is_some(), "{row:?}");
        assert!(row.reason == stopped || row.reason == hung, "{row:?}");
    }
    assert_eq!(rows.iter().filter(|row| row.reason == hung).count(), 1, "{rows:?}");
    let log = std::fs::read_to_string(path("log")).unwrap();
    let says = |line: &&str| line.contains("the daemon stops") && line.contains("SIGTERM");
    assert_eq!(log.lines().filter(says).count(), 1, "{log}");
}

#[test]
fn a_request_that_is_under_way_has_its_answer() {
    let mut daemon = demo(&["--speed", "1", "--history", "0"]);
    let head = half_body().trim_end_matches('{').replace("\r\n\r\n", "\r\nexpect: 100-continue\r\n\r\n");
    let mut line = half_open(&daemon, &head);
    let mut continues = [0; 12];
    line.read_exact(&mut continues).unwrap();
    assert_eq!(&continues, b"HTTP/1.1 100");
    daemon.signal(Signal::SIGTERM);
    while TcpStream::connect(&daemon.address).is_ok() {}
    line.write_all(&[b' '; 100]).unwrap();
    let mut answer = String::new();
    line.read_to_string(&mut answer).unwrap();
    assert!(answer.contains("HTTP/1.1 400"), "{answer}");
    let (status, after) = end_of(&mut daemon);
    assert!(status.success() && after < Duration::from_secs(3), "{status} after {after:?}");
}

#[test]
fn a_hang_up_is_ignored_and_an_interrupt_ends_it_like_a_termination() {
    let mut daemon = demo(&["--speed", "1", "--history", "0"]);
    daemon.signal(Signal::SIGHUP);
    let line = half_open(&daemon, half_request());
    assert_eq!(daemon.get("/api/v1/system/health", "").status, 200);
    daemon.signal(Signal::SIGINT);
    let (status, after) = end_of(&mut daemon);
    assert!(status.success() && after < ENDS_WITHIN, "{status} after {after:?}");
    drop(line);
}

#[test]
fn a_second_signal_cuts_the_stop_short() {
    let mut daemon = demo(&["--speed", "1", "--history", "0"]);
    let line = half_open(&daemon, half_request());
    // Read as one signal when both come before the first is heard; so the second comes when the first has been.
    daemon.signal(Signal::SIGTERM);
    while TcpStream::connect(&daemon.address).is_ok() {}
    daemon.signal(Signal::SIGTERM);
    let (status, after) = end_of(&mut daemon);
    assert!(status.success() && after < Duration::from_secs(3), "{status} after {after:?}");
    drop(line);
}

#[test]
fn a_stop_before_it_serves_ends_it_too() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("prahari.db").to_str().unwrap().to_owned();
    let mut child = crate::support::prahari(&[
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--demo",
        "--users",
        "20",
        "--history",
        "365",
        "--db",
        &db,
    ])
    .stdout(Stdio::piped())
    .spawn()
    .unwrap();
    // It has said what it is busy with.
    let mut said = [0; 64];
    assert!(child.stdout.as_mut().unwrap().read(&mut said).unwrap() > 0);
    kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), Signal::SIGTERM).unwrap();
    let stopwatch = Stopwatch::start();
    let status = child.wait().unwrap();
    assert!(
        status.success() && stopwatch.elapsed() < ENDS_WITHIN,
        "{status} after {:?}",
        stopwatch.elapsed()
    );
}

#[tokio::test]
async fn a_run_that_somebody_asked_for_has_its_outcome_after_a_stop() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("prahari.db").to_str().unwrap().to_owned();
    let arguments = ["--db", &db, "--speed", "1", "--from", "2025-03-10", "--history", "0"];
    let mut daemon = demo(&arguments);
    let admin = daemon.sign_in("admin", DEMO_PASSWORD);
    let begun = daemon.post_as(&admin, "/api/v1/service/analysis/run", &json!({}));
    assert_eq!(begun.status, 202, "{}", begun.body);
    let run = serde_json::from_str::<Value>(&begun.body).unwrap()["execution"].as_u64().unwrap();
    daemon.signal(Signal::SIGTERM);
    let (status, after) = end_of(&mut daemon);
    assert!(status.success() && after < ENDS_WITHIN, "{status} after {after:?}");
    let store = Store::open(&db, Durability::Off).unwrap();
    let run = store.system().find_run(prahari_domain::ids::RunId(run)).await.unwrap().unwrap();
    let outcome = run.outcome.as_deref().unwrap();
    assert!(outcome == "succeeded" || run.detail.starts_with("the daemon stopped (SIGTERM)"), "{run:?}");
    store.close().await.unwrap();
}
