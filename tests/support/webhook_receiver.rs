//! A receiver of webhooks on this machine. It promises what the specification of Standard Webhooks asks of one: it
//! takes a POST with a length, answers when it is told to, and closes the connection.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;

/// Longest wait for a request that should come.
const PATIENCE: Duration = Duration::from_secs(20);

/// Takes requests from now on.
pub struct WebhookReceiver {
    /// Where it listens.
    pub url: String,
    received: Receiver<Request>,
}

/// A request whose answer is still to come; without one the connection is closed.
pub struct Request {
    /// Request line and headers.
    pub head: String,
    /// What follows them.
    pub body: String,
    stream: TcpStream,
}

impl WebhookReceiver {
    /// Listens on a free port, until the test ends.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let (tell, received) = channel();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                // One that breaks off was never received.
                let Some(request) = Request::read(stream) else { continue };
                if tell.send(request).is_err() {
                    return;
                }
            }
        });
        Self { url, received }
    }

    /// The next request.
    pub fn next(&self) -> Request {
        self.received.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("no request came"))
    }

    /// Returns whether no further request has come.
    pub fn is_quiet(&self) -> bool {
        self.received.try_recv().is_err()
    }
}

impl Request {
    fn read(stream: TcpStream) -> Option<Self> {
        let mut reader = BufReader::new(stream.try_clone().ok()?);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head).ok()? == 0 {
                return None;
            }
        }
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "))?.parse().ok()?;
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        Some(Self { head, body: String::from_utf8(body).ok()?, stream })
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> &str {
        let found = self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        found.unwrap_or_else(|| panic!("no {name} in {}", self.head))
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// Answers with a status.
    pub fn answer(mut self, status: u16) {
        write!(self.stream, "HTTP/1.1 {status} Told\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            .unwrap();
    }
}
