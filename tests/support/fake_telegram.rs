//! Telegram's Bot API on this machine, as far as the daemon uses it. What it promises of the real one
//! (<https://core.telegram.org/bots/api>):
//!
//! - Requests are a POST of JSON to `/bot<token>/<method>`; answers are JSON with `ok`, and `result` or `error_code`,
//!   `description` and perhaps `parameters`. A token that is no bot's is answered 401.
//! - `getUpdates` gives what has a number of at least `offset`, oldest first, at most `limit`, and forgets what has a
//!   smaller one. When there is nothing it waits, for `timeout` seconds in the real one; here until something comes.
//! - `sendMessage` refuses a text of more than 4096 characters (400), a chat that does not exist (400) or has blocked the
//!   bot (403), and asks for a pause by `parameters.retry_after` (429).
//! - While it is down, connections are closed without an answer; while it is silent, it takes messages and does not answer.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "helpers of tests")]

use std::collections::{BTreeSet, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

/// The token of its bot, easy to find again.
pub const TOKEN: &str = "7654321:AAtelegramtokenXQZW-abcdefg";

/// Name of its bot.
pub const BOT: &str = "prahari_test_bot";

/// Longest wait for something that should come.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server that goes on until the test ends.
pub struct FakeTelegram {
    /// Where it listens.
    pub url: String,
    state: Arc<State>,
    sent: Receiver<Sent>,
}

/// A message that the bot has sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The chat.
    pub chat: i64,
    /// The text.
    pub text: String,
}

#[derive(Default)]
struct State {
    inner: Mutex<Inner>,
    written: Condvar,
}

#[derive(Default)]
struct Inner {
    updates: VecDeque<Value>,
    next_update: i64,
    blocked: BTreeSet<i64>,
    busy: VecDeque<u64>,
    refusals: VecDeque<String>,
    is_down: bool,
    is_silent: bool,
    refused: usize,
    polls: usize,
}

impl FakeTelegram {
    /// Listens on a free port.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(State::default());
        state.inner.lock().unwrap().next_update = 100;
        let (tell, sent) = channel();
        let serving = state.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (state, tell) = (serving.clone(), tell.clone());
                // Connections are kept and used again, so each has a thread.
                std::thread::spawn(move || serve(stream, &state, &tell));
            }
        });
        Self { url, state, sent }
    }

    /// Somebody writes to the bot in a private chat.
    pub fn write(&self, chat: i64, text: &str) {
        self.write_in(chat, "private", text);
    }

    /// The same in a chat of some kind.
    pub fn write_in(&self, chat: i64, kind: &str, text: &str) {
        let mut inner = self.state.inner.lock().unwrap();
        let update = json!({
            "update_id": inner.next_update,
            "message": { "message_id": 1, "date": 0, "chat": { "id": chat, "type": kind }, "text": text },
        });
        inner.next_update += 1;
        inner.updates.push_back(update);
        self.state.written.notify_all();
    }

    /// The next message that the bot sends.
    pub fn next(&self) -> Sent {
        self.sent.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("no message came"))
    }

    /// Whether no further message has been sent.
    pub fn is_quiet(&self) -> bool {
        self.sent.try_recv().is_err()
    }

    /// A chat blocks the bot, or takes it back.
    pub fn block(&self, chat: i64, is_blocked: bool) {
        let mut inner = self.state.inner.lock().unwrap();
        if is_blocked {
            inner.blocked.insert(chat)
        } else {
            inner.blocked.remove(&chat)
        };
    }

    /// The next message is answered 429 with this pause, in seconds.
    pub fn be_busy(&self, retry_after: u64) {
        self.state.inner.lock().unwrap().busy.push_back(retry_after);
    }

    /// The next message is refused (400) with these words.
    pub fn refuse(&self, description: &str) {
        self.state.inner.lock().unwrap().refusals.push_back(description.to_owned());
    }

    /// Closes every connection without an answer from now on, or answers again.
    pub fn be_down(&self, is_down: bool) {
        self.state.inner.lock().unwrap().is_down = is_down;
        self.state.written.notify_all();
    }

    /// Takes messages without an answer from now on, for as long as whoever sent them waits; or answers again, but not those.
    pub fn be_silent(&self, is_silent: bool) {
        self.state.inner.lock().unwrap().is_silent = is_silent;
        self.state.written.notify_all();
    }

    /// Waits until so many requests were closed without an answer.
    pub fn wait_until_refused(&self, count: usize) {
        let inner = self.state.inner.lock().unwrap();
        let waited = self.state.written.wait_timeout_while(inner, PATIENCE, |inner| inner.refused < count);
        assert!(!waited.unwrap().1.timed_out(), "nobody asked while it was down");
    }

    /// Waits until everything that was written has been read and confirmed.
    pub fn wait_until_read(&self) {
        let inner = self.state.inner.lock().unwrap();
        let waited =
            self.state.written.wait_timeout_while(inner, PATIENCE, |inner| !inner.updates.is_empty());
        assert!(!waited.unwrap().1.timed_out(), "what was written is not read");
    }
}

fn serve(stream: TcpStream, state: &State, tell: &Sender<Sent>) {
    let Ok(mut writer) = stream.try_clone() else { return };
    let mut reader = BufReader::new(stream);
    while let Some((path, body)) = read(&mut reader) {
        let Some((status, answer)) = answer(&path, &body, state, tell) else { return };
        let answer = answer.to_string();
        let length = answer.len();
        let head = format!(
            "HTTP/1.1 {status} Told\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
        );
        if writer.write_all((head + answer.as_str()).as_bytes()).is_err() {
            return;
        }
    }
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<(String, Value)> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let path = head.strip_prefix("POST ")?.split(' ').next()?.to_owned();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "))?.parse().ok()?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((path, serde_json::from_slice(&body).ok()?))
}

/// Status and body of an answer; none while it is down.
fn answer(path: &str, body: &Value, state: &State, tell: &Sender<Sent>) -> Option<(u16, Value)> {
    let mut inner = state.inner.lock().unwrap();
    if inner.is_down {
        inner.refused += 1;
        state.written.notify_all();
        return None;
    }
    drop(inner);
    let Some(method) = path.strip_prefix(&format!("/bot{TOKEN}/")) else {
        return Some(failure(401, "Unauthorized", Value::Null));
    };
    match method {
        "getMe" => {
            Some(success(json!({ "id": 7_654_321, "is_bot": true, "first_name": "P", "username": BOT })))
        }
        "getUpdates" => updates(body, state),
        "sendMessage" => send(body, state, tell),
        _ => Some(failure(404, "Not Found", Value::Null)),
    }
}

fn updates(body: &Value, state: &State) -> Option<(u16, Value)> {
    let (first, limit) = (body["offset"].as_i64().unwrap_or(0), body["limit"].as_u64().unwrap_or(100));
    let mut inner = state.inner.lock().unwrap();
    inner.polls += 1;
    inner.updates.retain(|update| update["update_id"].as_i64() >= Some(first));
    state.written.notify_all();
    let waits = |inner: &mut Inner| inner.updates.is_empty() && !inner.is_down;
    let (mut inner, _waited) = state.written.wait_timeout_while(inner, PATIENCE, waits).unwrap();
    if inner.is_down {
        inner.refused += 1;
        state.written.notify_all();
        return None;
    }
    let found: Vec<Value> = inner.updates.iter().take(usize::try_from(limit).unwrap()).cloned().collect();
    Some(success(Value::Array(found)))
}

/// Status and body of the answer; none where it keeps silent.
fn send(body: &Value, state: &State, tell: &Sender<Sent>) -> Option<(u16, Value)> {
    let (chat, text) = (body["chat_id"].as_i64().unwrap(), body["text"].as_str().unwrap());
    let mut inner = state.inner.lock().unwrap();
    if let Some(seconds) = inner.busy.pop_front() {
        let said = format!("Too Many Requests: retry after {seconds}");
        return Some(failure(429, &said, json!({ "retry_after": seconds })));
    }
    if let Some(description) = inner.refusals.pop_front() {
        return Some(failure(400, &description, Value::Null));
    }
    if inner.blocked.contains(&chat) {
        return Some(failure(403, "Forbidden: bot was blocked by the user", Value::Null));
    }
    if chat == 0 {
        return Some(failure(400, "Bad Request: chat not found", Value::Null));
    }
    if text.encode_utf16().count() > 4_096 {
        return Some(failure(400, "Bad Request: message is too long", Value::Null));
    }
    let _nobody_listens = tell.send(Sent { chat, text: text.to_owned() });
    if inner.is_silent {
        drop(state.written.wait_while(inner, |inner| inner.is_silent).unwrap());
        return None;
    }
    let chat = json!({ "id": chat, "type": "private" });
    Some(success(json!({ "message_id": 2, "date": 0, "chat": chat, "text": text })))
}

fn success(result: Value) -> (u16, Value) {
    (200, json!({ "ok": true, "result": result }))
}

fn failure(code: u16, description: &str, parameters: Value) -> (u16, Value) {
    let mut answer = json!({ "ok": false, "error_code": code, "description": description });
    if !parameters.is_null() {
        answer["parameters"] = parameters;
    }
    (code, answer)
}
