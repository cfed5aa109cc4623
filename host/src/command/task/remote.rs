//! `prahari task add`, `remove`, `accept` and `list`: the tasks of a running daemon, over its HTTP interface.

use std::fmt;
use std::path::Path;
use std::process::ExitCode;

use prahari_domain::strategies::StrategyName;
use prahari_domain::tasks::Task;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::cli::AtDaemon;
use crate::command::remote::Remote;
use crate::exit::{Failure, say};
use crate::given_file;

/// Most bytes of a manifest that is read from a file; the daemon says more about one that is too long.
const MOST_MANIFEST_BYTES: usize = 64 << 10;

/// Adds a task: by the manifest that its component exports, or by one that is given.
pub fn add(daemon: &AtDaemon, file: &Path, manifest: Option<&Path>) -> Result<ExitCode, Failure> {
    let bytes = given_file::read_component("module", file)?;
    let tasks = tasks(daemon)?;
    let added = match manifest {
        None => {
            let added: Added = tasks.upload("", "application/octet-stream", &bytes)?;
            added.task
        }
        Some(manifest) => add_declared(daemon, &tasks, &bytes, manifest)?,
    };
    say!("{added}");
    say!("services take it up when they are started again");
    Ok(ExitCode::SUCCESS)
}

/// Declares the task, brings the component as its first version, and has it run.
fn add_declared(
    daemon: &AtDaemon,
    tasks: &Remote,
    bytes: &[u8],
    manifest: &Path,
) -> Result<TaskLine, Failure> {
    let unreadable = |error: &dyn fmt::Display| {
        Failure::input(format!("cannot read the manifest {}: {error}", manifest.display()))
    };
    let text = given_file::read("manifest", manifest, MOST_MANIFEST_BYTES)?;
    let document: Value = serde_json::from_slice(&text).map_err(|error| unreadable(&error))?;
    let named = document.get("name").and_then(Value::as_str).unwrap_or_default();
    let task: Task = named.parse().map_err(|error| unreadable(&error))?;
    let declared: TaskLine = tasks.ask("PUT", &format!("/{task}"), Some(document))?;
    bring_first(daemon, task, bytes).or_else(|failure| {
        // What was refused leaves nothing behind.
        tasks.tell("DELETE", &format!("/{task}"), None)?;
        Err(failure)
    })?;
    Ok(declared)
}

/// Uploads the first version of a task that was just declared, and has it run.
fn bring_first(daemon: &AtDaemon, task: Task, bytes: &[u8]) -> Result<(), Failure> {
    let modules = Remote::at(&daemon.url, daemon.token_file.as_deref(), "/api/v1/modules")?;
    let version: Version = modules.upload(&format!("/{task}"), "application/octet-stream", bytes)?;
    // As for a component that says itself what it is: there is no yesterday that a trial could compare it with.
    let body = json!({ "reason": "it came with the task", "force": true });
    modules.tell("POST", &format!("/{task}/{}/activate", version.version), Some(body))?;
    Ok(())
}

/// Removes a task from a running daemon; its history stays.
pub fn remove(daemon: &AtDaemon, task: Task) -> Result<ExitCode, Failure> {
    tasks(daemon)?.tell("DELETE", &format!("/{task}"), None)?;
    say!("{task} is removed; what it did can still be read");
    Ok(ExitCode::SUCCESS)
}

/// Accepts the manifest of a version.
pub fn accept(daemon: &AtDaemon, task: Task, version: u64) -> Result<ExitCode, Failure> {
    let path = format!("/{task}/accept");
    let accepted: TaskLine = tasks(daemon)?.ask("POST", &path, Some(json!({ "version": version })))?;
    say!("{accepted}");
    say!("`prahari module activate {task} {version}` runs it");
    Ok(ExitCode::SUCCESS)
}

/// Lists the tasks in the order in which they run.
pub fn list(daemon: &AtDaemon) -> Result<ExitCode, Failure> {
    let listed: Listed = tasks(daemon)?.ask("GET", "", None)?;
    listed.items.iter().for_each(|task| say!("{task}"));
    Ok(ExitCode::SUCCESS)
}

fn tasks(daemon: &AtDaemon) -> Result<Remote, Failure> {
    Remote::at(&daemon.url, daemon.token_file.as_deref(), "/api/v1/tasks")
}

/// A task, as far as it is shown here.
#[derive(Deserialize)]
struct TaskLine {
    task: String,
    description: String,
    shared: bool,
    admins_only: bool,
    trades: bool,
    strategy: StrategyName,
    built_in: bool,
}

#[derive(Deserialize)]
struct Added {
    task: TaskLine,
}

#[derive(Deserialize)]
struct Listed {
    items: Vec<TaskLine>,
}

#[derive(Deserialize)]
struct Version {
    version: u64,
}

impl fmt::Display for TaskLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.task, self.description)?;
        let marks = [
            (self.shared, "for all users at once"),
            (self.admins_only, "for admins"),
            (self.trades, "may place orders"),
            (self.built_in, "comes with the program"),
        ];
        for (_, mark) in marks.iter().filter(|(holds, _)| *holds) {
            write!(f, ", {mark}")?;
        }
        if !self.strategy.is_rebound() {
            write!(f, ", of the strategy {}", self.strategy)?;
        }
        Ok(())
    }
}
