//! `prahari module`: versions of modules of a running daemon, over its HTTP interface.

use std::fmt;
use std::process::ExitCode;

use prahari_app::shadow::ShadowReport;
use serde::Deserialize;
use serde_json::json;

use super::remote::Remote;
use crate::cli::{Module, ModuleCommand};
use crate::exit::{Failure, say};
use crate::given_file;

/// How much of a hash is shown: enough to tell versions apart.
const SHOWN_HASH: usize = 12;

/// Does what a command says, and tells what became of it.
pub fn module(options: &Module) -> Result<ExitCode, Failure> {
    let daemon = Remote::at(&options.url, options.token_file.as_deref(), "/api/v1/modules")?;
    match &options.command {
        ModuleCommand::Add { task, file } => {
            let bytes = given_file::read_component("module", file)?;
            let added: Version = daemon.upload(&format!("/{task}"), "application/octet-stream", &bytes)?;
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
                None if !trial.report.shows_something() => say!(
                    "nothing could be compared: `prahari module accept {task} {version} --force` says that it may run all the same"
                ),
                None => say!("`prahari module accept {task} {version}` says that this is meant"),
            }
        }
        ModuleCommand::Accept { task, version, force } => {
            daemon.tell("POST", &format!("/{task}/{version}/shadow/accept?force={force}"), None)?;
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

/// Result of a trial.
#[derive(Deserialize)]
struct Trial {
    accepted_at: Option<String>,
    report: ShadowReport,
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
