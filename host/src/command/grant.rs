//! `prahari grant`: what tasks may do and use, at a running daemon.

use std::fmt::Write;
use std::process::ExitCode;

use prahari_domain::tasks::Task;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::check_given_once;
use super::remote::Remote;
use crate::cli::{FieldValue, GrantCommand, GrantOptions};
use crate::exit::{Failure, say};

/// Does what a command says, and tells what became of it.
pub fn grant(options: &GrantOptions) -> Result<ExitCode, Failure> {
    let daemon = Remote::of(&options.daemon, "/api/v1/grants")?;
    match &options.command {
        GrantCommand::Show { task, user } => {
            // The list has only what was set: a user without anything of their own and nobody at all look the same in it.
            if let Some(user) = user {
                daemon.at("/api/v1/users").ask::<Value>("GET", &format!("/{user}"), None)?;
            }
            let grants = daemon.ask::<Grants>("GET", "", None)?.of(*task, *user)?;
            if daemon.json {
                let answer = serde_json::to_string(&grants.iter().map(Grant::to_json).collect::<Vec<_>>());
                crate::exit::print_document(&answer.map_err(Failure::work)?);
            } else {
                grants.iter().for_each(Grant::print);
            }
        }
        GrantCommand::Set { task, fields, user } => {
            check_given_once(fields)?;
            let (mut allowance, version) = daemon.ask::<Grants>("GET", "", None)?.allowance(*task, *user)?;
            for field in fields {
                set(&mut allowance, field)?;
            }
            // The whole allowance is sent: what somebody else has changed meanwhile must not go with it.
            let whose = user.map(|user| format!("&user={user}")).unwrap_or_default();
            let path = format!("/{task}?expected_version={version}{whose}");
            daemon.show("PUT", &path, Some(Value::Object(allowance)), |grant: Grant| grant.print())?;
        }
        GrantCommand::Reset { task, user } => {
            let done = format!("what was set for {task} is removed");
            daemon.done("DELETE", &format!("/{task}{}", query(*user)), None, &done)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn query(user: Option<u64>) -> String {
    user.map(|user| format!("?user={user}")).unwrap_or_default()
}

/// All that is granted.
#[derive(Deserialize)]
struct Grants {
    items: Vec<Grant>,
}

/// What one task is granted.
#[derive(Deserialize)]
struct Grant {
    task: String,
    user: Option<u64>,
    set: bool,
    #[serde(default)]
    version: u64,
    allowance: Map<String, Value>,
}

impl Grants {
    /// Returns those of a task and a user; of a user without an allowance of their own, those that hold for everybody.
    fn of(self, task: Option<Task>, user: Option<u64>) -> Result<Vec<Grant>, Failure> {
        let is_of = |grant: &Grant| task.is_none_or(|task| grant.task == task.name());
        let (own, of_all): (Vec<_>, Vec<_>) =
            self.items.into_iter().filter(is_of).partition(|grant| grant.user.is_some());
        if let (Some(task), true) = (task, of_all.is_empty()) {
            return Err(Failure::input(format!("there is no task {task}")));
        }
        let Some(user) = user else { return Ok(of_all.into_iter().chain(own).collect()) };
        let mut grants = of_all;
        for own in own.into_iter().filter(|own| own.user == Some(user)) {
            grants.retain(|grant| grant.task != own.task);
            grants.push(own);
        }
        Ok(grants)
    }

    /// Returns what holds for a task and a user now, and the version of what is set for just them: 0 when nothing is.
    fn allowance(self, task: Task, user: Option<u64>) -> Result<(Map<String, Value>, u64), Failure> {
        let first =
            self.of(Some(task), user)?.into_iter().find(|grant| user.is_some() || grant.user.is_none());
        let grant = first.ok_or_else(|| Failure::input(format!("there is no task {task}")))?;
        let version = if grant.user == user { grant.version } else { 0 };
        Ok((grant.allowance, version))
    }
}

impl Grant {
    fn to_json(&self) -> Value {
        serde_json::json!({
            "task": self.task, "user": self.user, "set": self.set, "allowance": self.allowance,
        })
    }

    fn print(&self) {
        let whom = self.user.map(|user| format!(" for user {user}")).unwrap_or_default();
        say!("{}{whom}{}", self.task, if self.set { "" } else { ", by default" });
        print_fields("  ", &self.allowance);
    }
}

/// Prints a line for each field, and one for each group of fields.
fn print_fields(indent: &str, fields: &Map<String, Value>) {
    for (name, value) in fields {
        match value {
            Value::Null => say!("{indent}{name} = none"),
            Value::Array(values) => {
                let values: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
                say!("{indent}{name} = {}", values.join(","));
            }
            Value::Object(fields) => {
                let mut line = format!("{indent}{name}:");
                for (name, value) in fields {
                    let _a_string_takes_it = write!(line, " {name}={value}");
                }
                say!("{line}");
            }
            value => say!("{indent}{name} = {value}"),
        }
    }
}

/// Sets one field of an allowance, which must have it.
fn set(allowance: &mut Map<String, Value>, FieldValue { field, value }: &FieldValue) -> Result<(), Failure> {
    let (group, name) =
        field.split_once('.').map_or((None, field.as_str()), |(group, name)| (Some(group), name));
    let fields = match group {
        None => allowance,
        Some(group) => {
            let names = names(allowance);
            let within = allowance.get_mut(group).and_then(Value::as_object_mut);
            within.ok_or_else(|| Failure::input(format!("{field}: there is no group {group} in {names}")))?
        }
    };
    let names = names(fields);
    let present = fields
        .get_mut(name)
        .ok_or_else(|| Failure::input(format!("{field}: there is no such field; there are {names}")))?;
    *present = read(field, name, value)?;
    Ok(())
}

fn names(fields: &Map<String, Value>) -> String {
    fields.keys().map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// Reads a value: `none`, words with commas between them for what is a list, a whole number else.
fn read(field: &str, name: &str, value: &str) -> Result<Value, Failure> {
    if value == "none" {
        return Ok(Value::Null);
    }
    if matches!(name, "capabilities" | "symbols") {
        return Ok(value.split(',').map(str::trim).filter(|word| !word.is_empty()).collect());
    }
    let number = value.parse::<u64>();
    number
        .map(Value::from)
        .map_err(|_| Failure::input(format!("{field}: {value:?} is not a whole number, or none")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn with(field: &str) -> Result<Value, String> {
        let mut allowance = json!({
            "capabilities": ["log"], "cpu_ms": 1, "orders_per_day": null, "per_run": { "rows": 2 },
        });
        let fields = allowance.as_object_mut().unwrap();
        set(fields, &field.parse().unwrap()).map_err(|failure| match failure {
            Failure::Input(sentence) | Failure::Work(sentence) => sentence,
        })?;
        Ok(allowance)
    }

    #[test]
    fn single_fields_are_set_and_others_stay() {
        let set = with("per_run.rows=7").unwrap();
        assert_eq!((&set["per_run"]["rows"], &set["cpu_ms"]), (&json!(7), &json!(1)));
        assert_eq!(with("capabilities=market, log").unwrap()["capabilities"], json!(["market", "log"]));
        assert_eq!(with("orders_per_day=5").unwrap()["orders_per_day"], 5);
        assert_eq!(
            with("cpu_ms=none").unwrap()["cpu_ms"],
            Value::Null,
            "the daemon refuses what must be there"
        );
    }

    #[test]
    fn what_is_no_field_or_no_number_is_named() {
        let sentence = "cpu: there is no such field; there are capabilities, cpu_ms, orders_per_day, per_run";
        assert_eq!(with("cpu=5").unwrap_err(), sentence);
        assert_eq!(with("per_run.row=5").unwrap_err(), "per_run.row: there is no such field; there are rows");
        assert!(with("cpu_ms.rows=5").unwrap_err().contains("there is no group cpu_ms"));
        assert_eq!(with("cpu_ms=-5").unwrap_err(), "cpu_ms: \"-5\" is not a whole number, or none");
        assert!("cpu_ms".parse::<FieldValue>().is_err() && "=5".parse::<FieldValue>().is_err());
    }
}
