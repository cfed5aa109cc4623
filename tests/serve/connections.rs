//! Limits of connections: each closes what exceeds it, and the others are answered meanwhile.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::mpsc;
use std::time::Duration;

use prahari_app::clock::Stopwatch;
use serde_json::{Value, json};

use crate::serving::{DEMO_PASSWORD, Serving, demo, demo_after};

const AT_REST: [&str; 4] = ["--speed", "1", "--history", "0"];

/// A demonstration at rest, with limits of connections as given.
fn limited(more: &[&str]) -> Serving {
    demo(&[&AT_REST, more].concat())
}

/// A connection on which this was said.
fn line(daemon: &Serving, said: &str) -> TcpStream {
    let mut line = TcpStream::connect(&daemon.address).unwrap();
    line.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    line.write_all(said.as_bytes()).unwrap();
    line
}

/// Reads to the end that the daemon makes: how long after `begun`, when it was not open yet, the daemon closed it.
fn closed_after(mut line: TcpStream, begun: Stopwatch) -> Duration {
    let mut rest = [0; 4_096];
    while line.read(&mut rest).is_ok_and(|read| read > 0) {}
    begun.elapsed()
}

/// Whether the daemon has closed it already.
pub fn is_closed(line: &mut TcpStream) -> bool {
    line.set_nonblocking(true).unwrap();
    let mut rest = [0; 4_096];
    loop {
        match line.read(&mut rest) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(error) => return error.kind() != std::io::ErrorKind::WouldBlock,
        }
    }
}

/// The status of one answer on a connection that stays open; 0 when it was closed instead.
fn status(line: &mut TcpStream) -> u16 {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if !line.read(&mut byte).is_ok_and(|read| read == 1) {
            return 0;
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    line.read_exact(&mut body).unwrap();
    head.split(' ').nth(1).unwrap().parse().unwrap()
}

/// A request that leaves the connection open.
pub fn request(daemon: &Serving, path: &str, headers: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: {}\r\n{headers}\r\n", daemon.address)
}

pub fn half_head(daemon: &Serving) -> String {
    request(daemon, "/api/v1/system/health", "").trim_end().to_owned()
}

pub fn half_body(daemon: &Serving) -> String {
    let head = "POST /api/v1/auth/login HTTP/1.1\r\ncontent-type: application/json\r\ncontent-length: 100";
    format!("{head}\r\nhost: {}\r\n\r\n{{", daemon.address)
}

/// A request for a live stream with a session.
pub fn stream(daemon: &Serving, session: &str) -> String {
    let upgrade = "upgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\n\
                   sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    request(daemon, "/api/v1/live", &format!("{upgrade}origin: http://{}\r\n{session}", daemon.address))
}

fn used(daemon: &Serving, admin: &str) -> Value {
    daemon.json("/api/v1/system/connections", admin)
}

#[test]
fn what_is_silent_or_half_said_is_closed_by_its_limit() {
    let within = ["--first-request-within", "1", "--idle-at-most", "3"];
    let daemon = limited(&[within, ["--body-pause-at-most", "2", "--body-within", "4"]].concat());
    let admin = daemon.sign_in("admin", DEMO_PASSWORD);
    let begun = Stopwatch::start();
    let mut kept = line(&daemon, &request(&daemon, "/api/v1/system/health", ""));
    assert_eq!(status(&mut kept), 200);
    let mut dripping = line(&daemon, &half_body(&daemon));
    let lines = [
        ("silent", 1.0, line(&daemon, "")),
        ("half a head", 1.0, line(&daemon, &half_head(&daemon))),
        ("kept alive", 3.0, kept),
        ("half a body", 2.0, line(&daemon, &half_body(&daemon))),
        ("a body byte by byte", 4.0, dripping.try_clone().unwrap()),
    ];
    let closing = lines
        .map(|(what, seconds, line)| (what, seconds, std::thread::spawn(move || closed_after(line, begun))));
    let (done, end) = mpsc::channel::<()>();
    let drip = std::thread::spawn(move || {
        let pause = Duration::from_millis(300);
        while dripping.write_all(b" ").is_ok()
            && end.recv_timeout(pause) == Err(mpsc::RecvTimeoutError::Timeout)
        {}
    });
    for (what, seconds, closing) in closing {
        let after = closing.join().unwrap();
        println!("{what}: closed after {after:?} of {seconds} s");
        // A busy machine may be late, and is never early.
        assert!(
            (seconds..seconds + 6.0).contains(&after.as_secs_f64()),
            "{what}: {after:?}, not {seconds} s"
        );
    }
    drop(done);
    drip.join().unwrap();
    assert!(used(&daemon, &admin)["silent"].as_u64().unwrap() >= 3);
}

#[test]
fn who_takes_nothing_of_an_answer_is_closed() {
    let daemon = limited(&["--stalled-at-most", "1"]);
    let admin = daemon.sign_in("admin", DEMO_PASSWORD);
    let document = request(&daemon, "/api/v1/openapi.json", "");
    let greedy = line(&daemon, &document.repeat(200));
    let stopwatch = Stopwatch::start();
    while used(&daemon, &admin)["stalled"] == 0 {
        assert!(stopwatch.elapsed() < Duration::from_secs(20), "it is still open");
    }
    drop(greedy);
}

#[test]
fn the_oldest_strangers_of_an_address_give_way_and_who_is_signed_in_stays() {
    let daemon = limited(&["--connections-per-address", "20"]);
    let admin = daemon.sign_in("admin", DEMO_PASSWORD);
    let me = request(&daemon, "/api/v1/auth/me", &admin);
    let mut known = line(&daemon, &me);
    assert_eq!(status(&mut known), 200);
    let mut silent: Vec<TcpStream> = (0..200).map(|_| line(&daemon, "")).collect();
    // Whoever comes now is answered, and so is who was here before.
    assert_eq!(daemon.get("/api/v1/system/health", "").status, 200);
    known.write_all(me.as_bytes()).unwrap();
    assert_eq!(status(&mut known), 200);
    let used = used(&daemon, &admin);
    assert_eq!((&used["most_per_address"], &used["strangers"]), (&json!(20), &json!(19)), "{used}");
    let closed = silent
        .drain(..181)
        .filter_map(|line| closed_after(line, Stopwatch::start()).le(&Duration::from_secs(19)).then_some(()));
    assert_eq!(closed.count(), 181);
    assert!(!silent.iter_mut().any(is_closed));
}

#[test]
fn connections_and_streams_of_a_user_are_counted() {
    let daemon = limited(&["--connections-per-user", "3", "--streams-per-user", "4"]);
    let (user, admin) = (daemon.sign_in("user2", DEMO_PASSWORD), daemon.sign_in("admin", DEMO_PASSWORD));
    let mut streams: Vec<(u16, TcpStream)> = (0..10)
        .map(|_| {
            let mut line = line(&daemon, &stream(&daemon, &user));
            (status(&mut line), line)
        })
        .collect();
    let statuses: Vec<u16> = streams.iter().map(|(status, _)| *status).collect();
    assert_eq!(statuses, [[101; 4].as_slice(), &[429; 6]].concat());
    let me = request(&daemon, "/api/v1/auth/me", &user);
    let mut mine: Vec<TcpStream> = (0..10).map(|_| line(&daemon, &me)).collect();
    assert_eq!(status(mine.last_mut().unwrap()), 200);
    let used = used(&daemon, &admin);
    assert_eq!((&used["streams"], &used["streams_refused"]), (&json!(4), &json!(6)), "{used}");
    // Their streams do not count among these, and do not give way to them.
    assert!(!streams.iter_mut().take(4).any(|(_, line)| is_closed(line)));
    drop(streams.remove(0));
    let stopwatch = Stopwatch::start();
    while status(&mut line(&daemon, &stream(&daemon, &user))) != 101 {
        assert!(stopwatch.elapsed() < Duration::from_secs(20), "the stream that ended still counts");
    }
}

#[test]
fn a_flood_takes_no_descriptor_that_a_worker_or_the_database_needs() {
    let daemon = demo_after("ulimit -Sn 80; ulimit -Hn 300", &AT_REST);
    let (user, admin) = (daemon.sign_in("user2", DEMO_PASSWORD), daemon.sign_in("admin", DEMO_PASSWORD));
    // The hard limit, less what is reserved.
    assert_eq!(used(&daemon, &admin)["most"], 300 - 128);
    let silent: Vec<TcpStream> = (0..400).map(|_| line(&daemon, "")).collect();
    assert_eq!(daemon.post_as(&user, "/api/v1/user/service/stop", &json!({})).status, 200);
    let asked = json!({ "task": "sell_monitor" });
    let started = daemon.post_as(&user, "/api/v1/service/individual/start", &asked);
    assert_eq!(started.status, 200, "{}", started.body);
    let used = used(&daemon, &admin);
    assert!(used["gave_way"].as_u64().unwrap() >= 400 - 172, "{used}");
    drop(silent);
}
