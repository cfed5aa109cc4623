//! `prahari task settings`: what a user has set for a task, at a running daemon.

use std::path::Path;
use std::process::ExitCode;

use prahari_domain::tasks::Task;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::cli::{FieldValue, TaskSettingsCommand, TaskSettingsOptions};
use crate::command::check_given_once;
use crate::command::remote::Remote;
use crate::exit::{Failure, say};
use crate::given_file;

/// Most bytes of settings that are read from a file; the daemon says more about some that are too long.
const MOST_SETTINGS_BYTES: usize = 64 << 10;

/// Does what a command says, and tells what became of it.
pub fn settings(options: &TaskSettingsOptions) -> Result<ExitCode, Failure> {
    let daemon = Remote::of(&options.daemon, "/api/v1/user/tasks")?;
    let print = |shown: Shown| shown.print();
    match &options.command {
        TaskSettingsCommand::Show { task, user } => daemon.show("GET", &path(*task, *user), None, print)?,
        TaskSettingsCommand::Set { task, fields, unset, file: Some(file), user } => {
            // Clap lets nothing else stand beside the file.
            debug_assert!(fields.is_empty() && unset.is_empty());
            let body = json!({ "values": read(file)? });
            daemon.show("PUT", &path(*task, *user), Some(body), print)?;
        }
        TaskSettingsCommand::Set { task, fields, unset, file: None, user } => {
            check_given_once(fields)?;
            let path = path(*task, *user);
            let Shown { version, mut values, .. } = daemon.ask("GET", &path, None)?;
            for name in unset {
                if values.remove(name).is_none() {
                    return Err(Failure::input(format!("{name} is not set")));
                }
            }
            values.extend(fields.iter().map(setting));
            // Nobody else's change in between is lost.
            let body = json!({ "expected_version": version, "values": values });
            daemon.show("PUT", &path, Some(body), print)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn path(task: Task, user: Option<u64>) -> String {
    let query = user.map(|user| format!("?user={user}")).unwrap_or_default();
    format!("/{task}/settings{query}")
}

/// Reads settings from a file.
pub fn read(file: &Path) -> Result<Map<String, Value>, Failure> {
    let text = given_file::read("settings", file, MOST_SETTINGS_BYTES)?;
    serde_json::from_slice(&text)
        .map_err(|error| Failure::input(format!("cannot read the settings {}: {error}", file.display())))
}

/// Reads a value: JSON where it is some, else a text, so that a word needs no quotes.
fn setting(FieldValue { field, value }: &FieldValue) -> (String, Value) {
    (field.clone(), serde_json::from_str(value).unwrap_or_else(|_| Value::from(value.as_str())))
}

/// What the daemon says of the settings of a task.
#[derive(Deserialize)]
struct Shown {
    task: String,
    version: u64,
    values: Map<String, Value>,
    in_force: Option<Map<String, Value>>,
    problem: Option<String>,
    schema: Option<Value>,
    changed_by: Option<u64>,
    changed_at: Option<String>,
}

impl Shown {
    fn print(&self) {
        let Self { task, version, .. } = self;
        match (self.changed_by, &self.changed_at) {
            (Some(by), Some(at)) => say!("{task}, version {version}, by user {by} at {at}"),
            _ if self.schema.is_none() => say!("{task} has no settings of its own"),
            _ => say!("{task}, nothing is set"),
        }
        for (name, value) in self.in_force.as_ref().unwrap_or(&self.values) {
            let by_default = if self.values.contains_key(name) { "" } else { ", by default" };
            say!("  {name} = {value}{by_default}");
        }
        if let Some(problem) = &self.problem {
            say!("its runs are told nothing of this: {problem}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_needs_no_quotes() {
        let read = |text: &str| setting(&text.parse().unwrap()).1;
        assert_eq!(read("lookback=30"), json!(30));
        assert_eq!(read("ranks=[1,2.5]"), json!([1, 2.5]));
        assert_eq!(read("label=NIFTY 50"), json!("NIFTY 50"));
        assert_eq!(read("label=\"30\""), json!("30"));
        assert_eq!(read("label=a=b"), json!("a=b"));
    }
}
