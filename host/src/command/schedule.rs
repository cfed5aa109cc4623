//! `prahari schedule`: when tasks run, at a running daemon.

use std::fmt;
use std::process::ExitCode;

use prahari_domain::numbers::counted;
use prahari_schedule::{MAX_SCRIPT_BYTES, time_text};
use serde::Deserialize;
use serde_json::{Value, json};

use super::remote::Remote;
use crate::cli::{RuleOptions, ScheduleCommand, ScheduleOptions, TimeRange};
use crate::exit::{Failure, say, warn};
use crate::given_file;

/// Does what a command says, and tells what became of it.
pub fn schedule(options: &ScheduleOptions) -> Result<ExitCode, Failure> {
    let daemon = Remote::of(&options.daemon, "/api/v1/service/schedules")?;
    match &options.command {
        ScheduleCommand::List => daemon.show("GET", "", None, |set: ScheduleSet| set.print(None))?,
        ScheduleCommand::Preview { task, rule, next } => {
            let body = json!({ "rule": body_of(rule)?, "next": next });
            daemon
                .show("POST", &format!("/{task}/preview"), Some(body), |preview: Preview| preview.print())?;
        }
        ScheduleCommand::Set { task, rule, description, confirm } => {
            let body = json!({
                "expected_version": version(&daemon)?, "rule": body_of(rule)?, "enabled": true,
                "description": description, "confirm": confirm,
            });
            let path = format!("/{task}");
            daemon.show("PUT", &path, Some(body), |set: ScheduleSet| set.print(Some(task.name())))?;
        }
        ScheduleCommand::On { task, confirm } => {
            let body = json!({ "expected_version": version(&daemon)?, "confirm": confirm });
            let path = format!("/{task}/enable");
            daemon.show("POST", &path, Some(body), |set: ScheduleSet| set.print(Some(task.name())))?;
        }
        ScheduleCommand::Off { task } => {
            let body = json!({ "expected_version": version(&daemon)? });
            let path = format!("/{task}/disable");
            daemon.show("POST", &path, Some(body), |set: ScheduleSet| set.print(Some(task.name())))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn version(daemon: &Remote) -> Result<u64, Failure> {
    daemon.ask("GET", "", None).map(|set: ScheduleSet| set.version)
}

/// Returns the rule as the daemon takes it.
fn body_of(rule: &RuleOptions) -> Result<Value, Failure> {
    let between = |kind: &str, TimeRange { from, to }: TimeRange| json!({ "kind": kind, "time": time_text(from), "end_time": time_text(to) });
    Ok(match rule {
        RuleOptions { at: Some(time), .. } => json!({ "kind": "at", "time": time_text(*time) }),
        RuleOptions { hourly: Some(range), .. } => between("hourly", *range),
        RuleOptions { each_minute: Some(range), .. } => between("each_minute", *range),
        RuleOptions { cron: Some(expression), zone, .. } => {
            json!({ "kind": "cron", "expression": expression, "zone": zone })
        }
        RuleOptions { script: Some(file), .. } => {
            let bytes = given_file::read("script", file, MAX_SCRIPT_BYTES)?;
            let script = String::from_utf8(bytes)
                .map_err(|_| Failure::input(format!("the script {} is not text", file.display())))?;
            json!({ "kind": "script", "script": script })
        }
        _ => return Err(Failure::input("name one rule: --at, --hourly, --each-minute, --script or --cron")),
    })
}

/// The schedules in force, as far as they are shown here.
#[derive(Deserialize)]
struct ScheduleSet {
    version: u64,
    restart_needed: bool,
    items: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    task: String,
    rules: Vec<Value>,
    enabled: bool,
    changed_by_name: Option<String>,
    next: Vec<Slot>,
    flags: Vec<Flag>,
}

#[derive(Deserialize)]
struct Slot {
    due_at: String,
    ends_at: Option<String>,
    ticks: u32,
}

impl fmt::Display for Slot {
    /// Such as `2025-03-10 09:15 until 15:30, 375 runs`; the daemon answers in IST.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |text: &str, from: usize, to: usize| text.get(from..to).unwrap_or(text).to_owned();
        write!(f, "{} {}", part(&self.due_at, 0, 10), part(&self.due_at, 11, 16))?;
        match &self.ends_at {
            Some(end) => {
                write!(f, " until {}, {}", part(end, 11, 16), counted(self.ticks, "run", "runs"))
            }
            None => Ok(()),
        }
    }
}

#[derive(Deserialize)]
struct Flag {
    detail: String,
}

/// What a schedule would do, as far as it is shown here.
#[derive(Deserialize)]
struct Preview {
    next: Vec<Slot>,
    year: Year,
    differing_days: usize,
    flags: Vec<Flag>,
}

#[derive(Deserialize)]
struct Year {
    trading_days: u32,
    days_with_slots: u32,
    runs: u64,
}

impl ScheduleSet {
    fn print(&self, task: Option<&str>) {
        let of_task = |entry: &&Entry| task.is_none_or(|task| entry.task == task);
        self.items.iter().filter(of_task).for_each(Entry::print);
        if self.restart_needed {
            say!("services follow version {} when they are started again", self.version);
        }
    }
}

impl Entry {
    fn print(&self) {
        let rules: Vec<String> = self.rules.iter().map(rule_words).collect();
        let next = match self.next.first() {
            _ if !self.enabled => "off".to_owned(),
            Some(slot) => format!("next {slot}"),
            None => "never".to_owned(),
        };
        let by = self.changed_by_name.as_ref().map(|name| format!(", set by {name}")).unwrap_or_default();
        say!("{:<26} {}: {next}{by}", self.task, rules.join("; "));
        warn_of(&self.task, &self.flags);
    }
}

impl Preview {
    fn print(&self) {
        self.next.iter().for_each(|slot| say!("next {slot}"));
        let Year { trading_days, days_with_slots, runs } = self.year;
        let runs = counted(runs, "run", "runs");
        say!("a year: {runs} on {days_with_slots} of {trading_days} trading days");
        let days = counted(self.differing_days, "day", "days");
        say!("differs from the schedule in force on {days}; nothing was changed");
        warn_of("this schedule", &self.flags);
    }
}

/// Flags are a matter for people, beside what a program reads.
fn warn_of(what: &str, flags: &[Flag]) {
    flags.iter().for_each(|flag| warn(&format!("{what}: {}", flag.detail)));
}

/// Returns a rule in a few words.
fn rule_words(rule: &Value) -> String {
    let text = |name: &str| rule.get(name).and_then(Value::as_str).unwrap_or("?");
    match text("kind") {
        "at" => format!("at {}", text("time")),
        "hourly" => format!("hourly {}-{}", text("time"), text("end_time")),
        "each_minute" => format!("each minute {}-{}", text("time"), text("end_time")),
        "cron" => format!("cron {} ({})", text("expression"), text("zone")),
        kind => kind.to_owned(),
    }
}
