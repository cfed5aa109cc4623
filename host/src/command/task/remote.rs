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
use crate::exit::{Failure, print_document, say};
use crate::given_file;

/// Most bytes of a manifest that is read from a file; the daemon says more about one that is too long.
const MOST_MANIFEST_BYTES: usize = 64 << 10;

/// Adds a task: by the manifest that its component exports, or by one that is given.
pub fn add(daemon: &AtDaemon, file: &Path, manifest: Option<&Path>) -> Result<ExitCode, Failure> {
    let bytes = given_file::read_component("module", file)?;
    let tasks = tasks(daemon)?;
    match manifest {
        None => tasks
            .show_upload("", "application/octet-stream", &bytes, |added: Added| added.task.say_added())?,
        Some(manifest) => add_declared(daemon, &tasks, &bytes, manifest)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Declares the task, brings the component as its first version, and has it run.
fn add_declared(daemon: &AtDaemon, tasks: &Remote, bytes: &[u8], manifest: &Path) -> Result<(), Failure> {
    let unreadable = |error: &dyn fmt::Display| {
        Failure::input(format!("cannot read the manifest {}: {error}", manifest.display()))
    };
    let text = given_file::read("manifest", manifest, MOST_MANIFEST_BYTES)?;
    let document: Value = serde_json::from_slice(&text).map_err(|error| unreadable(&error))?;
    let named = document.get("name").and_then(Value::as_str).unwrap_or_default();
    let task: Task = named.parse().map_err(|error| unreadable(&error))?;
    let declared: Value = tasks.ask("PUT", &format!("/{task}"), Some(document))?;
    bring_first(daemon, task, bytes).or_else(|failure| {
        // What was refused leaves nothing behind.
        tasks.tell("DELETE", &format!("/{task}"), None)?;
        Err(failure)
    })?;
    if tasks.json {
        print_document(&declared.to_string());
    } else {
        serde_json::from_value::<TaskLine>(declared).map_err(Failure::work)?.say_added();
    }
    Ok(())
}

/// Uploads the first version of a task that was just declared, and has it run.
fn bring_first(daemon: &AtDaemon, task: Task, bytes: &[u8]) -> Result<(), Failure> {
    let modules = Remote::of(daemon, "/api/v1/modules")?;
    let version: Version = modules.upload(&format!("/{task}"), "application/octet-stream", bytes)?;
    // As for a component that says itself what it is: there is no yesterday that a trial could compare it with.
    let body = json!({ "reason": "it came with the task", "force": true });
    modules.tell("POST", &format!("/{task}/{}/activate", version.version), Some(body))?;
    Ok(())
}

/// Removes a task from a running daemon; its history stays.
pub fn remove(daemon: &AtDaemon, task: Task) -> Result<ExitCode, Failure> {
    let done = format!("{task} is removed; what it did can still be read");
    tasks(daemon)?.done("DELETE", &format!("/{task}"), None, &done)?;
    Ok(ExitCode::SUCCESS)
}

/// Accepts the manifest of a version.
pub fn accept(daemon: &AtDaemon, task: Task, version: u64) -> Result<ExitCode, Failure> {
    let path = format!("/{task}/accept");
    tasks(daemon)?.show("POST", &path, Some(json!({ "version": version })), |accepted: TaskLine| {
        say!("{accepted}");
        say!("`prahari module activate {task} {version}` runs it");
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Lists the tasks in the order in which they run.
pub fn list(daemon: &AtDaemon) -> Result<ExitCode, Failure> {
    let print = |listed: Listed| listed.items.iter().for_each(|task| say!("{task}"));
    tasks(daemon)?.show("GET", "", None, print)?;
    Ok(ExitCode::SUCCESS)
}

fn tasks(daemon: &AtDaemon) -> Result<Remote, Failure> {
    Remote::of(daemon, "/api/v1/tasks")
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

impl TaskLine {
    fn say_added(&self) {
        say!("{self}");
        say!("services take it up when they are started again");
    }
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
