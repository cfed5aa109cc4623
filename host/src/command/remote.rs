//! A running daemon, as commands reach it: over its HTTP interface, with an API token or by a log-in.

use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use ureq::{Agent, Body, http};

use crate::addresses::check_server;
use crate::cli::{AsPerson, AtDaemon};
use crate::exit::{Failure, print_document, say};
use crate::given_file;

/// Far more than a token or a password has, with the white space around it.
const MOST_SECRET_BYTES: usize = 4096;

/// A resource of a running daemon.
pub struct Remote {
    agent: Agent,
    base: String,
    /// Headers that show who asks.
    credentials: Vec<(&'static str, String)>,
    resource: &'static str,
    /// Whether answers are printed as they are.
    pub json: bool,
}

/// Somebody who is logged in at a running daemon until this value is dropped.
pub struct Person {
    /// The daemon, as they ask it.
    pub remote: Remote,
}

impl Person {
    /// Logs in.
    pub fn log_in(person: &AsPerson) -> Result<Self, Failure> {
        let base = base(&person.url)?;
        let password = secret("password", person.password_file.as_deref(), "PRAHARI_PASSWORD")?;
        let origin = vec![("origin", base.clone())];
        let mut remote =
            Remote { agent: agent(), base, credentials: origin, resource: "/api/v1", json: person.json };
        let body = json!({ "name": person.login, "password": password, "code": person.code });
        let answer =
            remote.request("POST", "/auth/login", "application/json", body.to_string().as_bytes())?;
        let cookie = answer.headers().get("set-cookie").and_then(|cookie| cookie.to_str().ok());
        let cookie = cookie.and_then(|cookie| cookie.split(';').next()).map(str::to_owned);
        let cookie = cookie.ok_or_else(|| Failure::work("the daemon began no session"))?;
        remote.credentials.push(("cookie", cookie));
        Ok(Self { remote })
    }
}

impl Drop for Person {
    fn drop(&mut self) {
        // It would end by itself; a daemon that does not answer is told of by what was asked before.
        let _ends_by_itself = self.remote.tell("POST", "/auth/logout", None);
    }
}

impl Remote {
    /// The resource at this path of a daemon. The token stands in the file, or in the environment variable
    /// `PRAHARI_TOKEN`.
    pub fn of(daemon: &AtDaemon, resource: &'static str) -> Result<Self, Failure> {
        let token = secret("token", daemon.token_file.as_deref(), "PRAHARI_TOKEN")?;
        let credentials = vec![("authorization", format!("Bearer {token}"))];
        Ok(Self { agent: agent(), base: base(&daemon.url)?, credentials, resource, json: daemon.json })
    }

    /// Another resource of the same daemon, for the same token.
    pub fn at(&self, resource: &'static str) -> Self {
        let (agent, base, credentials) = (self.agent.clone(), self.base.clone(), self.credentials.clone());
        Self { agent, base, credentials, resource, json: self.json }
    }

    /// Asks for something and prints the answer: as it is, or as `print` does.
    pub fn show<T: DeserializeOwned>(
        &self,
        method: &str,
        path: &str,
        body: Option<Value>,
        print: impl FnOnce(T),
    ) -> Result<(), Failure> {
        let answer = self.tell(method, path, body)?;
        self.print(&answer, print)
    }

    /// Sends a file as it is and prints the answer likewise.
    pub fn show_upload<T: DeserializeOwned>(
        &self,
        path: &str,
        kind: &str,
        bytes: &[u8],
        print: impl FnOnce(T),
    ) -> Result<(), Failure> {
        let answer = self.send("POST", path, kind, bytes)?;
        self.print(&answer, print)
    }

    /// As [`Remote::show_upload`], and answers what was read, for an exit code that depends on it.
    pub fn show_upload_of<T: DeserializeOwned>(
        &self,
        path: &str,
        kind: &str,
        bytes: &[u8],
        print: impl FnOnce(&T),
    ) -> Result<T, Failure> {
        let answer = self.send("POST", path, kind, bytes)?;
        let read: T = serde_json::from_str(&answer).map_err(Failure::work)?;
        if self.json {
            print_document(&answer);
        } else {
            print(&read);
        }
        Ok(read)
    }

    /// Asks for something whose answer says no more than that it was done, and prints that.
    pub fn done(&self, method: &str, path: &str, body: Option<Value>, done: &str) -> Result<(), Failure> {
        let answer = self.tell(method, path, body)?;
        match (self.json, answer.is_empty()) {
            (false, _) => say!("{done}"),
            (true, true) => print_document("{}"),
            (true, false) => print_document(&answer),
        }
        Ok(())
    }

    fn print<T: DeserializeOwned>(&self, answer: &str, print: impl FnOnce(T)) -> Result<(), Failure> {
        let read = serde_json::from_str(answer).map_err(Failure::work)?;
        if self.json {
            print_document(answer)
        } else {
            print(read)
        }
        Ok(())
    }

    /// Asks for something that is answered with JSON.
    pub fn ask<T: DeserializeOwned>(
        &self,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Result<T, Failure> {
        let answer = self.tell(method, path, body)?;
        serde_json::from_str(&answer).map_err(Failure::work)
    }

    /// Asks for something whose answer is a text, or needs none.
    pub fn tell(&self, method: &str, path: &str, body: Option<Value>) -> Result<String, Failure> {
        let text = body.map(|body| body.to_string()).unwrap_or_default();
        self.send(method, path, "application/json", text.as_bytes())
    }

    /// Sends a file as it is.
    pub fn upload<T: DeserializeOwned>(&self, path: &str, kind: &str, bytes: &[u8]) -> Result<T, Failure> {
        let answer = self.send("POST", path, kind, bytes)?;
        serde_json::from_str(&answer).map_err(Failure::work)
    }

    /// The request that opens the live stream.
    pub fn live_request(&self) -> Result<Request, Failure> {
        let Some(address) = self.base.strip_prefix("http://") else {
            let reason = "new lines are followed at a daemon on this machine only; leave out --follow";
            return Err(Failure::input(format!("--url {}: {reason}", self.base)));
        };
        let url = format!("ws://{address}/api/v1/live");
        let mut request = url.into_client_request().map_err(Failure::input)?;
        for (name, value) in &self.credentials {
            request.headers_mut().insert(*name, value.parse().map_err(Failure::input)?);
        }
        Ok(request)
    }

    fn send(&self, method: &str, path: &str, kind: &str, body: &[u8]) -> Result<String, Failure> {
        self.request(method, path, kind, body)?.body_mut().read_to_string().map_err(Failure::work)
    }

    /// The answer, which is no refusal.
    fn request(
        &self,
        method: &str,
        path: &str,
        kind: &str,
        body: &[u8],
    ) -> Result<http::Response<Body>, Failure> {
        let mut request =
            http::Request::builder().method(method).uri(format!("{}{}{path}", self.base, self.resource));
        for (name, value) in &self.credentials {
            request = request.header(*name, value);
        }
        if !body.is_empty() {
            request = request.header("content-type", kind);
        }
        let request = request.body(body).map_err(Failure::input)?;
        let answer = self.agent.run(request);
        let mut answer = answer.map_err(|error| Failure::work(format!("{}: {error}", self.base)))?;
        let status = answer.status();
        if status.is_success() {
            return Ok(answer);
        }
        let text = answer.body_mut().read_to_string().map_err(Failure::work)?;
        let problem = serde_json::from_str::<Problem>(&text);
        let sentence =
            problem.map_or_else(|_| format!("the daemon answered {status}"), |problem| problem.detail);
        if status.is_client_error() { Err(Failure::input(sentence)) } else { Err(Failure::work(sentence)) }
    }
}

/// Problem document of a refused request.
#[derive(Deserialize)]
struct Problem {
    detail: String,
}

fn agent() -> Agent {
    // A problem is an answer here, with a sentence in its body.
    Agent::config_builder().http_status_as_error(false).build().into()
}

/// The address of a daemon. Tokens and passwords go to it, so it is one over TLS or of this machine.
fn base(url: &str) -> Result<String, Failure> {
    match check_server(url) {
        Ok(()) => Ok(url.trim_end_matches('/').to_owned()),
        Err(why) => Err(Failure::input(format!("--url {url}: {why}, such as http://127.0.0.1:8700"))),
    }
}

/// Reads a secret from a file, or from an environment variable.
fn secret(what: &str, file: Option<&Path>, variable: &str) -> Result<String, Failure> {
    let secret = match file {
        Some(file) => {
            let bytes = given_file::read(what, file, MOST_SECRET_BYTES)?;
            let unread =
                |_| Failure::input(format!("cannot read the {what} {}: it is not text", file.display()));
            String::from_utf8(bytes).map_err(unread)?
        }
        None => std::env::var(variable).map_err(|_| {
            let (article, option) = match what {
                "token" => ("an API", "--token-file"),
                _ => ("a", "--password-file"),
            };
            Failure::input(format!(
                "{article} {what} is needed: in {option}, or in the environment variable {variable}"
            ))
        })?,
    };
    Ok(secret.trim().to_owned())
}
