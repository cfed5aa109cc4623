//! `prahari module`: versions of modules of a running daemon, over its HTTP interface.

use std::process::ExitCode;

use serde_json::{Value, json};
use ureq::{Agent, Body, http};

use crate::cli::{Module, ModuleCommand};
use crate::exit::{Failure, say};

/// Does what a command says, and tells what became of it.
pub fn module(options: &Module) -> Result<ExitCode, Failure> {
    let daemon = Daemon { agent: agent(), base: base(&options.url)?, token: token(options)? };
    match &options.command {
        ModuleCommand::Add { task, file } => {
            let bytes = std::fs::read(file).map_err(|error| {
                Failure::input(format!("cannot read the module {}: {error}", file.display()))
            })?;
            let added = daemon.upload(&format!("/{task}"), &bytes)?;
            say!("{} is kept; `prahari module activate {task} {}` runs it", line(&added), added["version"]);
        }
        ModuleCommand::List { task } => {
            let query = task.map(|task| format!("?task={task}")).unwrap_or_default();
            let listed = daemon.ask("GET", &query, None)?;
            listed["items"].as_array().into_iter().flatten().for_each(|version| say!("{}", line(version)));
        }
        ModuleCommand::Activate { task, version, reason } => {
            let path = format!("/{task}/{version}/activate");
            say!("{} runs from now on", line(&daemon.ask("POST", &path, Some(json!({ "reason": reason })))?));
        }
        ModuleCommand::Rollback { task, reason } => {
            let path = format!("/{task}/rollback");
            say!("{} runs from now on", line(&daemon.ask("POST", &path, Some(json!({ "reason": reason })))?));
        }
        ModuleCommand::Pin { task, version, user } => {
            let body = json!({ "version": version });
            daemon.ask("PUT", &format!("/{task}/pins/{user}"), Some(body))?;
            say!("user {user} stays with version {version} of {task}");
        }
        ModuleCommand::Unpin { task, user } => {
            daemon.ask("DELETE", &format!("/{task}/pins/{user}"), None)?;
            say!("user {user} follows the active version of {task}");
        }
        ModuleCommand::Remove { task, version } => {
            daemon.ask("DELETE", &format!("/{task}/{version}"), None)?;
            say!("version {version} of {task} is removed");
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// A running daemon, as its HTTP interface shows it.
struct Daemon {
    agent: Agent,
    base: String,
    token: String,
}

impl Daemon {
    fn ask(&self, method: &str, path: &str, body: Option<Value>) -> Result<Value, Failure> {
        let text = body.map(|body| body.to_string());
        let kind = "application/json";
        self.send(method, path, kind, text.as_deref().unwrap_or_default().as_bytes())
    }

    fn upload(&self, path: &str, bytes: &[u8]) -> Result<Value, Failure> {
        self.send("POST", path, "application/wasm", bytes)
    }

    fn send(&self, method: &str, path: &str, kind: &str, body: &[u8]) -> Result<Value, Failure> {
        let mut request = http::Request::builder()
            .method(method)
            .uri(format!("{}/api/v1/modules{path}", self.base))
            .header("authorization", format!("Bearer {}", self.token));
        if !body.is_empty() {
            request = request.header("content-type", kind);
        }
        let request = request.body(body).map_err(Failure::input)?;
        let answer = self.agent.run(request);
        let mut answer = answer.map_err(|error| Failure::work(format!("{}: {error}", self.base)))?;
        read(&mut answer)
    }
}

/// The JSON of an answer, or the sentence of the problem that it is.
fn read(answer: &mut http::Response<Body>) -> Result<Value, Failure> {
    let status = answer.status();
    let text = answer.body_mut().read_to_string().map_err(Failure::work)?;
    let json: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
    if status.is_success() {
        return Ok(json);
    }
    let detail = json["detail"].as_str();
    let sentence = detail.map_or_else(|| format!("the daemon answered {status}"), str::to_owned);
    if status.is_client_error() { Err(Failure::input(sentence)) } else { Err(Failure::work(sentence)) }
}

/// A version in one line.
fn line(version: &Value) -> String {
    let text = |name: &str| version[name].as_str().unwrap_or_default().to_owned();
    let hash: String = text("hash").chars().take(12).collect();
    let mut said = format!("{} version {} ({hash}, {})", text("task"), version["version"], text("origin"));
    if version["active"] == true {
        said.push_str(", active");
    }
    let pinned = version["pinned_users"].as_array().map_or(0, Vec::len);
    if pinned > 0 {
        said.push_str(&format!(", {pinned} users pinned"));
    }
    if !version["quarantined_at"].is_null() {
        said.push_str(&format!(", in quarantine: {}", text("quarantine")));
    }
    said
}

fn agent() -> Agent {
    // A problem is an answer here, with a sentence in its body.
    Agent::config_builder().http_status_as_error(false).build().into()
}

fn base(url: &str) -> Result<String, Failure> {
    if url.starts_with("http://") {
        return Ok(url.trim_end_matches('/').to_owned());
    }
    Err(Failure::input(format!("{url} is not an address such as http://127.0.0.1:8700")))
}

fn token(options: &Module) -> Result<String, Failure> {
    let token = match &options.token_file {
        Some(file) => std::fs::read_to_string(file)
            .map_err(|error| Failure::input(format!("cannot read the token {}: {error}", file.display())))?,
        None => std::env::var("PRAHARI_TOKEN").map_err(|_| {
            Failure::input(
                "an API token is needed: in --token-file, or in the environment variable PRAHARI_TOKEN",
            )
        })?,
    };
    Ok(token.trim().to_owned())
}
