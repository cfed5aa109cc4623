//! What stands around every route: compression, headers, and the end of a body that announces too much.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use super::serving::{DEMO_PASSWORD, Serving, demo};

/// The whole answer to a request that is sent as it is.
fn answer(daemon: &Serving, request: &str) -> Vec<u8> {
    let mut socket = TcpStream::connect(&daemon.address).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    socket.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).unwrap();
    answer
}

/// The head of an answer, and what follows it: of an answer in chunks with their lengths between.
fn get(daemon: &Serving, path: &str, headers: &str) -> (String, Vec<u8>) {
    let host = &daemon.address;
    let request = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{headers}\r\n");
    let mut head = answer(daemon, &request);
    let end = head.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap() + 4;
    let body = head.split_off(end);
    (String::from_utf8(head).unwrap(), body)
}

#[test]
fn a_large_answer_is_compressed_for_whoever_understands_that_and_a_small_one_for_nobody() {
    let daemon = demo(&["--speed", "1", "--history", "0"]);
    let (path, gzip) = ("/api/v1/openapi.json", "accept-encoding: gzip\r\n");
    let (plain, whole) = get(&daemon, path, "");
    assert!(!plain.contains("content-encoding"), "{plain}");
    let (head, compressed) = get(&daemon, path, gzip);
    assert!(head.contains("content-encoding: gzip") && head.contains("vary: accept-encoding"), "{head}");
    let chunk = compressed.windows(2).position(|bytes| bytes == b"\r\n").unwrap() + 2;
    assert_eq!(compressed[chunk..chunk + 2], [0x1f, 0x8b], "the mark of gzip");
    assert!(compressed.len() * 4 < whole.len(), "{} of {} bytes", compressed.len(), whole.len());
    assert!(head.contains("x-content-type-options: nosniff") && head.contains("cache-control: no-store"));
    let (small, _) = get(&daemon, "/api/v1/system/health", gzip);
    assert!(small.contains("content-length") && !small.contains("content-encoding"), "{small}");
}

#[test]
fn a_body_that_announces_too_much_is_refused_at_once_and_not_waited_for() {
    let daemon = demo(&["--speed", "1", "--history", "0", "--body-pause-at-most", "60"]);
    let admin = daemon.sign_in("admin", DEMO_PASSWORD);
    let ways = [
        ("/api/v1/auth/login", String::new(), (16 << 10) + 1),
        ("/api/v1/user/kill-switch", admin, 99_999_999_999_u64),
    ];
    for (path, session, length) in ways {
        let host = &daemon.address;
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: {host}\r\norigin: http://{host}\r\nconnection: close\r\n{session}\
             content-type: application/json\r\ncontent-length: {length}\r\n\r\n{{"
        );
        let answer = String::from_utf8(answer(&daemon, &request)).unwrap();
        assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains("too_large"), "{path}: {answer}");
    }
}
