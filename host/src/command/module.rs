//! `prahari module`: versions of modules of a running daemon, over its HTTP interface.

use std::fmt;
use std::process::ExitCode;

use prahari_app::shadow::ShadowReport;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use ureq::{Agent, http};

use crate::cli::{Module, ModuleCommand};
use crate::exit::{Failure, say};

/// How much of a hash is shown: enough to tell versions apart.
const SHOWN_HASH: usize = 12;

/// Does what a command says, and tells what became of it.
pub fn module(options: &Module) -> Result<ExitCode, Failure> {
    let daemon = Daemon { agent: agent(), base: base(&options.url)?, token: token(options)? };
    match &options.command {
        ModuleCommand::Add { task, file } => {
            let bytes = std::fs::read(file).map_err(|error| {
                Failure::input(format!("cannot read the module {}: {error}", file.display()))
            })?;
            let added = daemon.upload(&format!("/{task}"), &bytes)?;
            let version = added.version;
            say!("{added} is kept; `prahari module activate {task} {version}` runs it");
        }
        ModuleCommand::List { task } => {
            let query = task.map(|task| format!("?task={task}")).unwrap_or_default();
            let listed: Versions = daemon.ask("GET", &query, None)?;
            listed.items.iter().for_each(|version| say!("{version}"));
        }
        ModuleCommand::Activate { task, version, reason, force } => {
            let path = format!("/{task}/{version}/activate");
            let body = json!({ "reason": reason, "force": force });
            let running: Version = daemon.ask("POST", &path, Some(body))?;
            say!("{running} runs from now on");
        }
        ModuleCommand::Shadow { task, version, days } => {
            let path = format!("/{task}/{version}/shadow");
            let trial: Trial = daemon.ask("POST", &path, Some(json!({ "days": days })))?;
            say!("{}", trial.report);
            match trial.accepted_at {
                Some(_) => say!("nothing differs: it may be activated"),
                None => say!("`prahari module accept {task} {version}` says that this is meant"),
            }
        }
        ModuleCommand::Accept { task, version } => {
            daemon.tell("POST", &format!("/{task}/{version}/shadow/accept"), None)?;
            say!("what version {version} of {task} would have done is accepted");
        }
        ModuleCommand::Rollback { task, reason } => {
            let path = format!("/{task}/rollback");
            let running: Version = daemon.ask("POST", &path, Some(json!({ "reason": reason })))?;
            say!("{running} runs from now on");
        }
        ModuleCommand::Pin { task, version, user, force } => {
            let body = json!({ "version": version, "force": force });
            daemon.tell("PUT", &format!("/{task}/pins/{user}"), Some(body))?;
            say!("user {user} stays with version {version} of {task}");
        }
        ModuleCommand::Unpin { task, user } => {
            daemon.tell("DELETE", &format!("/{task}/pins/{user}"), None)?;
            say!("user {user} follows the active version of {task}");
        }
        ModuleCommand::Remove { task, version } => {
            daemon.tell("DELETE", &format!("/{task}/{version}"), None)?;
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
    /// Asks for something that is answered with JSON.
    fn ask<T: DeserializeOwned>(&self, method: &str, path: &str, body: Option<Value>) -> Result<T, Failure> {
        let answer = self.tell(method, path, body)?;
        serde_json::from_str(&answer).map_err(Failure::work)
    }

    /// Asks for something that needs no answer.
    fn tell(&self, method: &str, path: &str, body: Option<Value>) -> Result<String, Failure> {
        let text = body.map(|body| body.to_string()).unwrap_or_default();
        self.send(method, path, "application/json", text.as_bytes())
    }

    fn upload(&self, path: &str, bytes: &[u8]) -> Result<Version, Failure> {
        let answer = self.send("POST", path, "application/octet-stream", bytes)?;
        serde_json::from_str(&answer).map_err(Failure::work)
    }

    fn send(&self, method: &str, path: &str, kind: &str, body: &[u8]) -> Result<String, Failure> {
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
        let status = answer.status();
        let text = answer.body_mut().read_to_string().map_err(Failure::work)?;
        if status.is_success() {
            return Ok(text);
        }
        let problem = serde_json::from_str::<Problem>(&text);
        let sentence =
            problem.map_or_else(|_| format!("the daemon answered {status}"), |problem| problem.detail);
        if status.is_client_error() { Err(Failure::input(sentence)) } else { Err(Failure::work(sentence)) }
    }
}

/// A version, as far as it is shown here.
#[derive(Deserialize)]
struct Version {
    task: String,
    version: u64,
    active: bool,
    pinned_users: Vec<u64>,
    hash: String,
    origin: String,
    quarantined_at: Option<String>,
    quarantine: String,
}

/// A list of versions.
#[derive(Deserialize)]
struct Versions {
    items: Vec<Version>,
}

/// What a version would have done.
#[derive(Deserialize)]
struct Trial {
    accepted_at: Option<String>,
    report: ShadowReport,
}

/// What the daemon says when it refuses.
#[derive(Deserialize)]
struct Problem {
    detail: String,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hash: String = self.hash.chars().take(SHOWN_HASH).collect();
        write!(f, "{} version {} ({hash}, {})", self.task, self.version, self.origin)?;
        if self.active {
            write!(f, ", active")?;
        }
        if !self.pinned_users.is_empty() {
            write!(f, ", {} users pinned", self.pinned_users.len())?;
        }
        match &self.quarantined_at {
            Some(_) => write!(f, ", in quarantine: {}", self.quarantine),
            None => Ok(()),
        }
    }
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
