//! `prahari module`: versions of modules of a running daemon, over its HTTP interface.

use std::fmt;
use std::process::ExitCode;

use prahari_app::shadow::ShadowReport;
use prahari_domain::numbers::counted;
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
    let daemon = Remote::of(&options.daemon, "/api/v1/modules")?;
    match &options.command {
        ModuleCommand::Add { task, file } => {
            let bytes = given_file::read_component("module", file)?;
            let path = format!("/{task}");
            daemon.show_upload(&path, "application/octet-stream", &bytes, |added: Version| {
                let version = added.version;
                say!("{added} is kept; `prahari module activate {task} {version}` runs it");
            })?;
        }
        ModuleCommand::List { task } => {
            let query = task.map(|task| format!("?task={task}")).unwrap_or_default();
            let print = |listed: Versions| listed.items.iter().for_each(|version| say!("{version}"));
            daemon.show("GET", &query, None, print)?;
        }
        ModuleCommand::Activate { task, version, reason, force } => {
            let path = format!("/{task}/{version}/activate");
            let body = json!({ "reason": reason, "force": force });
            daemon.show("POST", &path, Some(body), says_it_runs)?;
        }
        ModuleCommand::Shadow { task, version, days } => {
            let path = format!("/{task}/{version}/shadow");
            daemon.show("POST", &path, Some(json!({ "days": days })), |trial: Trial| {
                say!("{}", trial.report);
                match trial.accepted_at {
                    Some(_) => say!("nothing differs: it may be activated"),
                    None if !trial.report.shows_something() => say!(
                        "nothing could be compared: `prahari module accept {task} {version} --force` says that it may run all the same"
                    ),
                    None => say!("`prahari module accept {task} {version}` says that this is meant"),
                }
            })?;
        }
        ModuleCommand::Accept { task, version, force } => {
            let done = format!("what version {version} of {task} would have done is accepted");
            let path = format!("/{task}/{version}/shadow/accept?force={force}");
            daemon.done("POST", &path, None, &done)?;
        }
        ModuleCommand::Rollback { task, reason } => {
            let path = format!("/{task}/rollback");
            daemon.show("POST", &path, Some(json!({ "reason": reason })), says_it_runs)?;
        }
        ModuleCommand::Pin { task, version, user, force } => {
            let body = json!({ "version": version, "force": force });
            let done = format!("user {user} stays with version {version} of {task}");
            daemon.done("PUT", &format!("/{task}/pins/{user}"), Some(body), &done)?;
        }
        ModuleCommand::Unpin { task, user } => {
            let done = format!("user {user} follows the active version of {task}");
            daemon.done("DELETE", &format!("/{task}/pins/{user}"), None, &done)?;
        }
        ModuleCommand::Remove { task, version } => {
            let done = format!("version {version} of {task} is removed");
            daemon.done("DELETE", &format!("/{task}/{version}"), None, &done)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn says_it_runs(running: Version) {
    say!("{running} runs from now on");
    if let Some(users) = running.users_with_unfit_settings.filter(|users| *users > 0) {
        let have_set = counted(users, "user has", "users have");
        say!(
            "what {have_set} set for it does not fit its schema: their runs are told so until they set what fits"
        );
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
    #[serde(default)]
    users_with_unfit_settings: Option<u64>,
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
            write!(f, ", {} pinned", counted(self.pinned_users.len(), "user", "users"))?;
        }
        match &self.quarantined_at {
            Some(_) => write!(f, ", in quarantine: {}", self.quarantine),
            None => Ok(()),
        }
    }
}
