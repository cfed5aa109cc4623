//! The daemon as a process of its own, and requests to it.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};

/// What `--demo` prints for everybody to see.
pub const DEMO_PASSWORD: &str = "prahari-demo";

/// A daemon that listens; it is killed with this value.
pub struct Serving {
    /// Its process.
    pub child: Child,
    /// Where it listens.
    pub address: String,
    /// What it said until it listened.
    pub said: String,
}

/// An answer to a request.
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Status line and headers.
    pub head: String,
    /// What follows them.
    pub body: String,
}

/// Starts the daemon on a free port and waits until it says where it listens.
pub fn serve(more: &[&str]) -> Serving {
    serve_into(more, Stdio::inherit())
}

/// The same with its log in a place of its own.
pub fn serve_into(more: &[&str], log: Stdio) -> Serving {
    let mut arguments = vec!["serve", "--listen", "127.0.0.1:0"];
    arguments.extend(more);
    let mut command = Command::new(env!("CARGO_BIN_EXE_prahari"));
    command.args(&arguments).env_remove("PRAHARI_LOG").stdin(Stdio::null());
    say_where(command.stdout(Stdio::piped()).stderr(log))
}

/// The same in a shell that has said something first, such as `ulimit -n 100`.
pub fn demo_after(shell: &str, more: &[&str]) -> Serving {
    let mut command = Command::new("bash");
    command.args(["-c", &format!("{shell}; exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_prahari")]);
    command.args(["serve", "--listen", "127.0.0.1:0", "--demo"]).args(more).env_remove("PRAHARI_LOG");
    say_where(command.stdin(Stdio::null()).stdout(Stdio::piped()))
}

/// Starts it and waits until it says where it listens.
fn say_where(command: &mut Command) -> Serving {
    let child = command.spawn().unwrap();
    let mut serving = Serving { child, address: String::new(), said: String::new() };
    let said = serving.child.stdout.take().unwrap();
    for line in BufReader::new(said).lines().map_while(Result::ok) {
        serving.said.push_str(&line);
        serving.said.push('\n');
        if let Some((_, address)) = line.split_once("Open http://") {
            serving.address = address.split('/').next().unwrap().to_owned();
            return serving;
        }
    }
    panic!("it does not say where it listens: {}", serving.said);
}

/// A demonstration.
pub fn demo(more: &[&str]) -> Serving {
    serve(&[&["--demo"], more].concat())
}

/// The same with its log in a place of its own.
pub fn demo_into(more: &[&str], log: Stdio) -> Serving {
    serve_into(&[&["--demo"], more].concat(), log)
}

impl Serving {
    fn send(&self, method: &str, path: &str, headers: &str, body: &str) -> Answer {
        self.send_under(&self.address, method, path, headers, body)
    }

    /// Sends a request under a name of the daemon.
    pub fn send_under(&self, host: &str, method: &str, path: &str, headers: &str, body: &str) -> Answer {
        let mut socket = self.say(host, method, path, headers, body);
        let mut answer = String::new();
        socket.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, head: head.to_owned(), body: body.to_owned() }
    }

    /// A request whose answer is still to come.
    fn say(&self, host: &str, method: &str, path: &str, headers: &str, body: &str) -> TcpStream {
        let mut socket = TcpStream::connect(&self.address).unwrap();
        let length = body.len();
        write!(
            socket,
            "{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
        )
        .unwrap();
        socket
    }

    /// Asks for a path; `headers` are whole lines.
    pub fn get(&self, path: &str, headers: &str) -> Answer {
        self.send("GET", path, headers, "")
    }

    /// Posts JSON without a session.
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, "content-type: application/json\r\n", &body.to_string())
    }

    /// Posts JSON with a session, as the console would.
    pub fn post_as(&self, session: &str, path: &str, body: &Value) -> Answer {
        self.send("POST", path, &self.headers_of(session), &body.to_string())
    }

    /// The same with any method.
    pub fn send_as(&self, session: &str, (method, path): (&str, &str), body: &Value) -> Answer {
        self.send(method, path, &self.headers_of(session), &body.to_string())
    }

    /// The same for somebody who does not wait for the answer, which comes on the socket.
    pub fn say_as(&self, session: &str, (method, path): (&str, &str), body: &Value) -> TcpStream {
        self.say(&self.address, method, path, &self.headers_of(session), &body.to_string())
    }

    fn headers_of(&self, session: &str) -> String {
        format!("content-type: application/json\r\norigin: http://{}\r\n{session}", self.address)
    }

    /// The JSON at a path.
    pub fn json(&self, path: &str, headers: &str) -> Value {
        let answer = self.get(path, headers);
        assert_eq!(answer.status, 200, "{}", answer.body);
        serde_json::from_str(&answer.body).unwrap()
    }

    /// The daemon's time, in IST, as it prints instants: `2025-03-03 09:15:00.000`.
    pub fn now_ist(&self) -> String {
        let health = self.json("/api/v1/system/health", "");
        health["now"].as_str().unwrap().replace('T', " ").trim_end_matches("+05:30").to_owned()
    }

    /// Signs in and answers the header that shows it.
    pub fn sign_in(&self, name: &str, password: &str) -> String {
        let answer = self.post("/api/v1/auth/login", &json!({ "name": name, "password": password }));
        assert_eq!(answer.status, 200, "{}", answer.body);
        let cookie = answer.head.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
        format!("cookie: {}\r\n", cookie.split(';').next().unwrap())
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(i32::try_from(self.child.id()).unwrap()), signal).unwrap();
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _gone_already = self.child.kill();
        let _reaped = self.child.wait();
    }
}
