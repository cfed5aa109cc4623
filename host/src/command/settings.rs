//! `prahari settings`: the settings of a user's strategy, at a running daemon.

use std::process::ExitCode;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::query::Query;
use super::remote::Remote;
use super::{check_given_once, moment};
use crate::cli::{FieldValue, SettingsCommand, SettingsOptions};
use crate::exit::{Failure, print_document, say};

/// Path of the settings.
const CONFIG: &str = "/user/config";

/// Most entries of the audit log that are looked at for the changes of one user.
const MOST_ENTRIES: u32 = 500;

/// Does what a command says, and tells what became of it.
pub fn settings(options: &SettingsOptions) -> Result<ExitCode, Failure> {
    let daemon = Remote::of(&options.daemon, "/api/v1")?;
    let path = format!("{CONFIG}{}", Query::default().with("user", options.user).text());
    match &options.command {
        SettingsCommand::Show { names } => {
            let schema = Schema::of(&daemon)?;
            schema.check(names.iter())?;
            let mut answer: Value = daemon.ask("GET", &path, None)?;
            if let Some(values) = answer.get_mut("values").and_then(Value::as_object_mut) {
                values.retain(|name, _| names.is_empty() || names.contains(name));
            }
            if daemon.json {
                print_document(&answer.to_string());
            } else {
                serde_json::from_value::<Settings>(answer).map_err(Failure::work)?.print(names, &schema);
            }
        }
        SettingsCommand::Set { settings } => {
            check_given_once(settings)?;
            let schema = Schema::of(&daemon)?;
            let mut values = Map::new();
            for FieldValue { field, value } in settings {
                values.insert(field.clone(), schema.find(field)?.read(value)?);
            }
            change(&daemon, &path, values, &schema)?;
        }
        SettingsCommand::Reset { names } if names.is_empty() => {
            let version = daemon.ask::<Settings>("GET", &path, None)?.version;
            let reset = format!("{CONFIG}/reset{}", Query::default().with("user", options.user).text());
            let body = json!({ "expected_version": version });
            daemon.show("POST", &reset, Some(body), |now: Settings| {
                say!("all settings have their defaults: version {}", now.version);
            })?;
        }
        SettingsCommand::Reset { names } => {
            let schema = Schema::of(&daemon)?;
            schema.check(names.iter())?;
            let values = names.iter().map(|name| (name.clone(), Value::Null)).collect();
            change(&daemon, &path, values, &schema)?;
        }
        SettingsCommand::History { limit } => history(&daemon, options.user, *limit)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Changes some settings of the version that stands; a change by somebody else meanwhile refuses it.
fn change(daemon: &Remote, path: &str, values: Map<String, Value>, schema: &Schema) -> Result<(), Failure> {
    let names: Vec<String> = values.keys().cloned().collect();
    let version = daemon.ask::<Settings>("GET", path, None)?.version;
    let body = json!({ "expected_version": version, "values": values });
    daemon.show("PATCH", path, Some(body), |now: Settings| now.print(&names, schema))
}

/// Settings with their version.
#[derive(Deserialize)]
struct Settings {
    version: u64,
    values: Map<String, Value>,
}

impl Settings {
    /// Prints the named settings with what they are, or all of them in a line each.
    fn print(&self, names: &[String], schema: &Schema) {
        say!("version {}", self.version);
        let is_named = |name: &String| names.is_empty() || names.contains(name);
        for (name, value) in self.values.iter().filter(|(name, _)| is_named(name)) {
            let setting = schema.strategy.iter().find(|setting| setting.name == *name);
            let about = match setting {
                Some(setting) if !names.is_empty() => setting.words(),
                _ => String::new(),
            };
            say!("{name} = {}{about}", text_of(value));
        }
    }
}

/// What every setting is.
#[derive(Deserialize)]
struct Schema {
    strategy: Vec<Setting>,
}

/// What one setting is.
#[derive(Deserialize)]
struct Setting {
    name: String,
    kind: String,
    unit: String,
    default: Value,
    least: Option<Value>,
    most: Option<Value>,
    about: String,
}

impl Schema {
    fn of(daemon: &Remote) -> Result<Self, Failure> {
        daemon.ask("GET", &format!("{CONFIG}/schema"), None)
    }

    fn find(&self, name: &str) -> Result<&Setting, Failure> {
        let found = self.strategy.iter().find(|setting| setting.name == name);
        found.ok_or_else(|| {
            Failure::input(format!("there is no setting {name}; `prahari settings show` lists them"))
        })
    }

    fn check<'a>(&self, mut names: impl Iterator<Item = &'a String>) -> Result<(), Failure> {
        names.try_for_each(|name| self.find(name).map(|_| ()))
    }
}

impl Setting {
    /// Reads a value as people write it; the daemon knows its bounds.
    fn read(&self, value: &str) -> Result<Value, Failure> {
        let refused = |wanted: &str| Failure::input(format!("{}: {value:?} is not {wanted}", self.name));
        Ok(match (self.kind.as_str(), value) {
            ("switch", "on" | "true") => Value::Bool(true),
            ("switch", "off" | "false") => Value::Bool(false),
            ("switch", _) => return Err(refused("on or off")),
            ("symbols" | "time", "none") => Value::Null,
            ("symbols", _) => value.split(',').map(str::trim).filter(|symbol| !symbol.is_empty()).collect(),
            ("whole" | "money", _) => value.parse::<i64>().map_err(|_| refused("a whole number"))?.into(),
            // JSON has no other numbers, and `null` would be the default.
            ("number", _) => {
                let number = value.parse::<f64>().ok().filter(|number| number.is_finite());
                number.ok_or_else(|| refused("a number"))?.into()
            }
            _ => Value::from(value),
        })
    }

    /// Such as `: the days of the RSI; whole, 2 to 100 sessions, by default 10`.
    fn words(&self) -> String {
        let Self { kind, unit, about, .. } = self;
        let unit = if unit == "none" { String::new() } else { format!(" {unit}") };
        let bounds = match (&self.least, &self.most) {
            (Some(least), Some(most)) => format!(", {least} to {most}{unit}"),
            _ => unit,
        };
        format!(": {} ({kind}{bounds}, by default {})", about.trim_end_matches('.'), text_of(&self.default))
    }
}

/// Returns a value as `settings set` reads it.
fn text_of(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::Bool(on) => if *on { "on" } else { "off" }.to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(","),
        value => value.to_string(),
    }
}

/// Entries of the audit log.
#[derive(Deserialize)]
struct Entries {
    items: Vec<Value>,
}

/// One of them, as far as it is shown here.
#[derive(Deserialize)]
struct Entry {
    at: String,
    user_name: Option<String>,
    details: Value,
    status: Option<u16>,
}

/// Who asks.
#[derive(Deserialize)]
struct Me {
    id: u64,
}

/// Lists the changes of a user's settings, as the audit log has them.
fn history(daemon: &Remote, user: Option<u64>, limit: u32) -> Result<(), Failure> {
    let user = match user {
        Some(user) => user,
        None => daemon.ask::<Me>("GET", "/auth/me", None)?.id,
    };
    let query = Query::default().with("action", Some("config.change")).with("limit", Some(MOST_ENTRIES));
    let (resource, limit) = (format!("user {user}"), usize::try_from(limit).unwrap_or(usize::MAX));
    let entries: Entries = daemon.ask("GET", &format!("/audit{}", query.text()), None)?;
    let is_of_user = |entry: &Value| entry.get("resource").and_then(Value::as_str) == Some(&*resource);
    let of_user: Vec<Value> = entries.items.into_iter().filter(is_of_user).take(limit).collect();
    if daemon.json {
        print_document(&json!({ "items": of_user }).to_string());
        return Ok(());
    }
    if of_user.is_empty() {
        say!("nothing was changed");
    }
    for entry in of_user {
        serde_json::from_value::<Entry>(entry).map_err(Failure::work)?.print();
    }
    Ok(())
}

impl Entry {
    /// Such as `2025-03-10 09:15:02 admin: rsi_period = 14`.
    fn print(&self) {
        let by = self.user_name.as_deref().unwrap_or("the daemon");
        let change = match self.details.get("change") {
            Some(Value::Object(values)) => {
                let named = |(name, value): (&String, &Value)| match value {
                    Value::Null => format!("{name} by default"),
                    value => format!("{name} = {}", text_of(value)),
                };
                values.iter().map(named).collect::<Vec<_>>().join(", ")
            }
            _ => "all settings by default".to_owned(),
        };
        let refused = match self.status {
            Some(status) if status >= 400 => format!(" (refused: {status})"),
            _ => String::new(),
        };
        say!("{} {by}: {change}{refused}", moment(&self.at));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setting(kind: &str) -> Setting {
        let setting = json!({
            "name": "one", "kind": kind, "unit": "sessions", "default": 10, "least": 2, "most": 100,
            "about": "The days that count.",
        });
        serde_json::from_value(setting).unwrap()
    }

    fn read(kind: &str, value: &str) -> Result<Value, String> {
        setting(kind).read(value).map_err(|failure| match failure {
            Failure::Input(sentence) | Failure::Work(sentence) => sentence,
        })
    }

    #[test]
    fn values_are_read_by_the_kind_of_the_setting() {
        assert_eq!(read("switch", "on"), Ok(json!(true)));
        assert_eq!(read("whole", "14"), Ok(json!(14)));
        assert_eq!(read("number", "1.5"), Ok(json!(1.5)));
        assert_eq!(read("symbols", "INFY, M&M"), Ok(json!(["INFY", "M&M"])));
        assert_eq!(read("symbols", "none"), Ok(Value::Null));
        assert_eq!(read("time", "22:00"), Ok(json!("22:00")));
        assert_eq!(read("whole", "many"), Err("one: \"many\" is not a whole number".to_owned()));
        assert_eq!(read("switch", "yes"), Err("one: \"yes\" is not on or off".to_owned()));
        assert_eq!(text_of(&json!(["INFY", "TCS"])), "INFY,TCS");
    }

    #[test]
    fn a_setting_says_what_it_is() {
        let words = ": The days that count (whole, 2 to 100 sessions, by default 10)";
        assert_eq!(setting("whole").words(), words);
    }
}
