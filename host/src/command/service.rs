//! `prahari service`: the services of a user, at a running daemon.

use std::collections::BTreeMap;
use std::process::ExitCode;

use prahari_domain::tasks::Task;
use serde::Deserialize;
use serde_json::{Value, json};

use super::remote::Remote;
use crate::cli::{RestartName, ServiceCommand, ServiceOptions};
use crate::exit::{Failure, print_document, say};

/// Does what a command says, and tells what became of it.
pub fn service(options: &ServiceOptions) -> Result<ExitCode, Failure> {
    let daemon = Remote::of(&options.daemon, "/api/v1")?;
    let query = options.user.map(|user| format!("?user={user}")).unwrap_or_default();
    let individual = |step: &str| format!("/service/individual/{step}{query}");
    match options.command {
        ServiceCommand::Status => status(&daemon, &query)?,
        ServiceCommand::Start { task: Some(task), restart } => {
            let body = json!({ "task": task.name(), "restart": restart.map(RestartName::name) });
            daemon.show("POST", &individual("start"), Some(body), |switched: Switched| {
                switched.print(Some(task));
                if let Some(restart) = restart.filter(|_| !switched.changed) {
                    say!("its restart is {} from now on", restart.name().replace('_', "-"));
                }
            })?;
        }
        ServiceCommand::Stop { task: Some(task) } => {
            let body = json!({ "task": task.name() });
            daemon.show("POST", &individual("stop"), Some(body), |switched: Switched| {
                switched.print(Some(task));
            })?;
        }
        ServiceCommand::Start { task: None, .. } => {
            let path = format!("/user/service/start{query}");
            daemon.show("POST", &path, None, |switched: Switched| switched.print(None))?;
        }
        ServiceCommand::Stop { task: None } => {
            let path = format!("/user/service/stop{query}");
            daemon.show("POST", &path, None, |switched: Switched| switched.print(None))?;
        }
        ServiceCommand::Restart => {
            let path = format!("/user/service/restart{query}");
            daemon.show("POST", &path, None, |_: Unified| say!("the unified service has started again"))?;
        }
        ServiceCommand::Set { task, restart } => {
            let body = json!({ "task": task.name(), "restart": restart.name() });
            daemon.show("PUT", &individual("restart"), Some(body), |service: Individual| {
                service.print(task.name());
            })?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn status(daemon: &Remote, query: &str) -> Result<(), Failure> {
    let unified: Value = daemon.ask("GET", &format!("/user/service/status{query}"), None)?;
    let individual: Value = daemon.ask("GET", &format!("/service/individual/status{query}"), None)?;
    if daemon.json {
        print_document(&json!({ "unified": unified, "individual": individual }).to_string());
        return Ok(());
    }
    let unified: Unified = serde_json::from_value(unified).map_err(Failure::work)?;
    let individual: Individuals = serde_json::from_value(individual).map_err(Failure::work)?;
    say!("the unified service {}", if unified.running { "is running" } else { "is stopped" });
    individual.services.iter().for_each(|(task, service)| service.print(task));
    Ok(())
}

/// What became of a request to turn a service on or off.
#[derive(Deserialize)]
struct Switched {
    running: bool,
    changed: bool,
}

impl Switched {
    fn print(&self, task: Option<Task>) {
        let which = task.map_or("the unified service".to_owned(), |task| format!("the service of {task}"));
        let already = if self.changed { "" } else { " already" };
        say!("{which} is {}{already}", if self.running { "running" } else { "stopped" });
    }
}

#[derive(Deserialize)]
struct Unified {
    running: bool,
}

#[derive(Deserialize)]
struct Individuals {
    services: BTreeMap<String, Individual>,
}

/// A task's own service, as far as it is shown here.
#[derive(Deserialize)]
struct Individual {
    state: String,
    pid: Option<u32>,
    cpu_ms: Option<u64>,
    memory_bytes: Option<u64>,
    restart: String,
    attempts: u32,
    next_restart_at: Option<String>,
    reason: Option<String>,
}

impl Individual {
    fn print(&self, task: &str) {
        let Self { state, restart, attempts, .. } = self;
        let mut line = format!("{task}: {state}");
        if let Some(pid) = self.pid {
            line += &format!(" as process {pid}");
        }
        if let (Some(cpu), Some(memory)) = (self.cpu_ms, self.memory_bytes) {
            line += &format!(", {cpu} ms of processor time, {} MB", memory / 1_000_000);
        }
        if let Some(reason) = &self.reason {
            line += &format!(", {reason}");
        }
        if let Some(at) = &self.next_restart_at {
            line += &format!(", restarts at {at} (attempt {attempts})");
        }
        say!("{line}; restart: {}", restart.replace('_', "-"));
    }
}
