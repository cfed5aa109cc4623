//! A mail server on this machine. What it promises of a real one (RFC 5321, and RFC 4954 for the log-in):
//!
//! - It greets with 220, answers EHLO with its extensions, one a line, and each command with one reply.
//! - It takes no MAIL before a log-in (530), and AUTH PLAIN only with the right name and password (535).
//! - MAIL, RCPT and DATA come in this order, else 503; the text ends with a line that is a dot, and dots that were put before lines
//!   are taken away.
//! - A reply of 4yz means "not now" and of 5yz "not at all"; a test says to which command it gives one next.
//!
//! It speaks TLS from the first byte where it is given a certificate, and none otherwise; STARTTLS is tried by the tests of the courier.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use data_encoding::BASE64;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// The name that it knows.
pub const USER: &str = "prahari";

/// The password of that name, easy to find again.
pub const PASSWORD: &str = "smtppasswordXQZW";

/// Longest wait for a message that should come.
const PATIENCE: Duration = Duration::from_secs(20);

/// What it says next to commands that begin so.
type Replies = Arc<Mutex<VecDeque<(&'static str, &'static str)>>>;

/// A server that goes on until the test ends.
pub struct FakeSmtp {
    /// Port that it listens on, on 127.0.0.1.
    pub port: u16,
    replies: Replies,
    taken: Receiver<TakenMail>,
}

/// A message that it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenMail {
    /// Who it is from, as the envelope says.
    pub from: String,
    /// Who it is to, as the envelope says.
    pub to: String,
    /// Headers and text.
    pub text: String,
}

impl TakenMail {
    /// The value of a header.
    pub fn header(&self, name: &str) -> &str {
        let found = self.text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        found.unwrap_or_else(|| panic!("no {name} in {}", self.text))
    }
}

/// One connection.
#[derive(Default)]
struct Session {
    is_known: bool,
    from: Option<String>,
    to: Option<String>,
}

impl FakeSmtp {
    /// Listens on a free port.
    pub fn start() -> Self {
        Self::serving(serve::<TcpStream>)
    }

    /// The same with TLS from the first byte.
    pub fn start_tls(config: Arc<ServerConfig>) -> Self {
        Self::serving(move |stream, replies, tell| {
            let connection = ServerConnection::new(config.clone()).unwrap();
            serve(StreamOwned::new(connection, stream), replies, tell);
        })
    }

    fn serving(serve: impl Fn(TcpStream, &Replies, &Sender<TakenMail>) + Clone + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (tell, taken) = channel();
        let replies = Replies::default();
        let next = replies.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (replies, tell, serve) = (next.clone(), tell.clone(), serve.clone());
                std::thread::spawn(move || serve(stream, &replies, &tell));
            }
        });
        Self { port, replies, taken }
    }

    /// The next command that begins so is answered with this line instead.
    pub fn reply(&self, command: &'static str, line: &'static str) {
        self.replies.lock().unwrap().push_back((command, line));
    }

    /// The next message.
    pub fn next(&self) -> TakenMail {
        self.taken.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("no message came"))
    }

    /// Whether no further message was taken.
    pub fn is_quiet(&self) -> bool {
        self.taken.try_recv().is_err()
    }
}

fn serve<S: Read + Write>(stream: S, replies: &Replies, tell: &Sender<TakenMail>) {
    let mut stream = BufReader::new(stream);
    let mut session = Session::default();
    if !say(&mut stream, "220 mail.test ESMTP") {
        return;
    }
    while let Some(line) = read_line(&mut stream) {
        let reply = match own_reply(replies, &line) {
            Some(reply) => reply.to_owned(),
            None => session.answer(&line),
        };
        if !say(&mut stream, &reply) || line == "QUIT" {
            return;
        }
        if !reply.starts_with("354") {
            continue;
        }
        let Some(text) = read_text(&mut stream) else { return };
        let reply = own_reply(replies, ".").unwrap_or("250 2.0.0 taken");
        if reply.starts_with('2') {
            let (from, to) = (session.from.take().unwrap(), session.to.take().unwrap());
            let _nobody_listens = tell.send(TakenMail { from, to, text });
        }
        if !say(&mut stream, reply) {
            return;
        }
    }
}

fn say<S: Write>(stream: &mut BufReader<S>, line: &str) -> bool {
    stream.get_mut().write_all(format!("{line}\r\n").as_bytes()).is_ok()
}

fn own_reply(replies: &Replies, line: &str) -> Option<&'static str> {
    let mut replies = replies.lock().unwrap();
    let (command, _) = replies.front()?;
    if line.starts_with(command) { replies.pop_front().map(|(_, reply)| reply) } else { None }
}

fn read_line(reader: &mut impl BufRead) -> Option<String> {
    let mut line = String::new();
    if reader.read_line(&mut line).ok()? == 0 {
        return None;
    }
    Some(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn read_text(reader: &mut impl BufRead) -> Option<String> {
    let mut text = String::new();
    loop {
        let line = read_line(reader)?;
        if line == "." {
            return Some(text);
        }
        text.push_str(line.strip_prefix('.').unwrap_or(&line));
        text.push('\n');
    }
}

impl Session {
    fn answer(&mut self, line: &str) -> String {
        let bracketed = |line: &str| {
            let (_, rest) = line.split_once('<')?;
            rest.split_once('>').map(|(address, _)| address.to_owned())
        };
        let reply = if line.starts_with("EHLO ") {
            "250-mail.test\r\n250-8BITMIME\r\n250 AUTH PLAIN"
        } else if let Some(given) = line.strip_prefix("AUTH PLAIN ") {
            let right = BASE64.encode(format!("\0{USER}\0{PASSWORD}").as_bytes());
            self.is_known = given == right;
            if self.is_known { "235 2.7.0 welcome" } else { "535 5.7.8 wrong name or password" }
        } else if line.starts_with("MAIL FROM:") {
            self.from = bracketed(line).filter(|_| self.is_known);
            if self.is_known { "250 2.1.0 go on" } else { "530 5.7.0 log in first" }
        } else if line.starts_with("RCPT TO:") && self.from.is_some() {
            self.to = bracketed(line);
            "250 2.1.5 go on"
        } else if line == "DATA" && self.to.is_some() {
            "354 end with a dot"
        } else if line == "QUIT" {
            "221 2.0.0 bye"
        } else if line.starts_with("RCPT") || line == "DATA" {
            "503 5.5.1 not now"
        } else {
            "500 5.5.2 what?"
        };
        reply.to_owned()
    }
}
