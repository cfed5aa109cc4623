//! The daemon on a socket: health, page, overview, a port in use, an end on request.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use support::{prahari, run, stderr};

struct Serving {
    child: Child,
    address: String,
}

/// Starts the daemon on a free port and waits until it says where it listens.
fn serve(more: &[&str]) -> Serving {
    let mut arguments = vec!["serve", "--listen", "127.0.0.1:0"];
    arguments.extend(more);
    let mut child = prahari(&arguments).stdout(Stdio::piped()).spawn().unwrap();
    let said = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let address = said
        .into_iter()
        .find_map(|line| Some(line.split_once("http://")?.1.trim_end_matches('/').to_owned()));
    Serving { address: address.expect("it says where it listens"), child }
}

impl Serving {
    fn get(&self, path: &str) -> (u16, String) {
        let mut socket = TcpStream::connect(&self.address).unwrap();
        let host = &self.address;
        write!(socket, "GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }

    fn json(&self, path: &str) -> Value {
        let (status, body) = self.get(path);
        assert_eq!(status, 200, "{body}");
        serde_json::from_str(&body).unwrap()
    }

    fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(i32::try_from(self.child.id()).unwrap()), signal).unwrap();
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _gone_already = self.child.kill();
        let _reaped = self.child.wait();
    }
}

#[test]
fn the_default_daemon_has_users_with_running_services_and_a_page() {
    let serving = serve(&["--speed", "60", "--from", "2025-03-20"]);
    let health = serving.json("/api/v1/system/health");
    assert_eq!(health["status"], "ok");
    assert_eq!(health["services_running"], 3);
    let overview = serving.json("/api/v1/system/overview");
    assert_eq!(overview["users"].as_array().unwrap().len(), 3);
    // The weeks before the start are simulated, so that there is something to see.
    assert!(!overview["users"][0]["orders"].as_array().unwrap().is_empty());
    let (status, page) = serving.get("/");
    assert_eq!(status, 200);
    assert!(page.contains("/api/v1/system/overview"));
    assert_eq!(serving.get("/nowhere").0, 404);
}

#[test]
fn the_slots_of_the_day_get_their_outcomes_as_the_clock_passes_them() {
    let serving = serve(&["--speed", "3600", "--from", "2025-03-03", "--users", "1", "--history", "0"]);
    // At 3,600 times the speed the first slot, five minutes ahead, is due at once; asking is the only waiting.
    let ran = (0..10_000).any(|_| {
        let overview = serving.json("/api/v1/system/overview");
        let slots = overview["users"][0]["slots"].as_array().unwrap().clone();
        slots.iter().any(|slot| slot["task"] == "premarket_retry" && slot["outcome"] == "ran")
    });
    assert!(ran);
}

#[test]
fn a_port_in_use_ends_the_second_daemon_with_one_line() {
    let first = serve(&["--speed", "1", "--history", "0"]);
    let output = run(&["serve", "--listen", &first.address, "--speed", "1"]);
    assert_eq!(output.status.code(), Some(2));
    let expected =
        format!("error: cannot listen on {}: Address already in use (os error 98)\n", first.address);
    assert_eq!(stderr(&output), expected);
}

#[test]
fn a_terminated_daemon_ends_well_and_its_database_opens_again() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("daemon.db").to_str().unwrap().to_owned();
    for _ in 0..2 {
        let mut serving = serve(&["--speed", "60", "--from", "2025-03-03", "--db", &db, "--history", "0"]);
        assert_eq!(serving.json("/api/v1/system/health")["services_running"], 3);
        serving.signal(Signal::SIGTERM);
        assert!(serving.child.wait().unwrap().success());
    }
}
