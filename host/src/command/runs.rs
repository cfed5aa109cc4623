//! `prahari runs`: what ran at a running daemon, and how it ended.

use std::process::ExitCode;

use prahari_domain::numbers::counted;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::moment;
use super::query::Query;
use super::remote::Remote;
use crate::cli::{RunsCommand, RunsOptions};
use crate::exit::{Failure, print_document, say};

/// Most decisions and lines of one run that are shown.
const MOST_NOTES: u32 = 500;

/// How much of a hash is shown: enough to tell versions apart.
const SHOWN_HASH: usize = 12;

/// Does what a command says.
pub fn runs(options: &RunsOptions) -> Result<ExitCode, Failure> {
    let daemon = Remote::of(&options.daemon, "/api/v1/executions")?;
    match &options.command {
        RunsCommand::List { task, outcome, limit } => {
            let query = Query::default()
                .with("user", options.user)
                .with("task", *task)
                .with("outcome", outcome.as_ref())
                .with("limit", Some(limit));
            daemon.show("GET", &query.text(), None, |runs: Page<Run>| {
                runs.items.iter().for_each(Run::print);
                if runs.items.is_empty() {
                    say!(
                        "no run is kept{}",
                        task.map(|task| format!(" of a task {task}")).unwrap_or_default()
                    );
                }
            })?;
        }
        RunsCommand::Show { run } => show(&daemon, *run, options.user)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Shows a run with what it decided and wrote.
fn show(daemon: &Remote, run: u64, user: Option<u64>) -> Result<(), Failure> {
    let of_user = || Query::default().with("user", user);
    let notes = of_user().with("limit", Some(MOST_NOTES)).text();
    let execution: Value = daemon.ask("GET", &format!("/{run}{}", of_user().text()), None)?;
    let decisions: Page<Value> = daemon.ask("GET", &format!("/{run}/decisions{notes}"), None)?;
    let log: Page<Value> = daemon.ask("GET", &format!("/{run}/log{notes}"), None)?;
    if daemon.json {
        let all = json!({ "execution": execution, "decisions": decisions, "log": log });
        print_document(&all.to_string());
        return Ok(());
    }
    let run: Run = read(execution)?;
    run.print();
    run.print_rest();
    let (decisions, more) = decisions.read::<Decision>()?;
    section("decisions", decisions.iter().map(Decision::words), more);
    let (lines, more) = log.read::<LogLine>()?;
    section("log", lines.iter().map(|line| format!("{:<5} {}", line.level, line.message)), more);
    Ok(())
}

fn section(name: &str, lines: impl ExactSizeIterator<Item = String>, more: bool) {
    if lines.len() == 0 {
        return say!("{name}: none");
    }
    say!("{name}");
    lines.for_each(|line| say!("  {line}"));
    if more {
        say!("  and more: `prahari api get` shows them page by page");
    }
}

fn read<T: serde::de::DeserializeOwned>(value: Value) -> Result<T, Failure> {
    serde_json::from_value(value).map_err(Failure::work)
}

/// A page of a list.
#[derive(Deserialize, Serialize)]
struct Page<T> {
    items: Vec<T>,
    next: Option<String>,
}

impl Page<Value> {
    /// Returns what is on the page, and whether there is more.
    fn read<T: serde::de::DeserializeOwned>(self) -> Result<(Vec<T>, bool), Failure> {
        let items = self.items.into_iter().map(read).collect::<Result<_, _>>()?;
        Ok((items, self.next.is_some()))
    }
}

/// A run, as far as it is shown here.
#[derive(Deserialize)]
struct Run {
    id: u64,
    task: String,
    trigger: String,
    service: Option<String>,
    outcome: String,
    detail: String,
    started_at: String,
    duration_ms: Option<i64>,
    attempt: u32,
    module_hash: String,
    details: Vec<Counted>,
    usage: Usage,
}

#[derive(Deserialize)]
struct Counted {
    name: String,
    value: i64,
}

#[derive(Deserialize)]
struct Usage {
    cpu_us: u64,
    peak_memory_bytes: u64,
    calls: u64,
    orders: u32,
}

#[derive(Deserialize)]
struct Decision {
    symbol: String,
    action: String,
    reason: String,
    evidence: Vec<Evidence>,
}

#[derive(Deserialize)]
struct Evidence {
    name: String,
    value: String,
}

#[derive(Deserialize)]
struct LogLine {
    level: String,
    message: String,
}

impl Run {
    /// Such as `17 2025-03-10 18:00:00 gap_watch succeeded in 12 ms: nothing opened low`.
    fn print(&self) {
        let Self { id, task, outcome, detail, .. } = self;
        let again = if self.attempt > 1 { format!(" (attempt {})", self.attempt) } else { String::new() };
        let took = self.duration_ms.map(|ms| format!(" in {ms} ms")).unwrap_or_default();
        let detail = if detail.is_empty() { String::new() } else { format!(": {detail}") };
        say!("{id} {} {task}{again} {outcome}{took}{detail}", moment(&self.started_at));
    }

    fn print_rest(&self) {
        let Self { trigger, attempt, usage, .. } = self;
        let service = self.service.as_ref().map(|kind| format!(" by the {kind} service")).unwrap_or_default();
        let hash: String = self.module_hash.chars().take(SHOWN_HASH).collect();
        say!("started: {trigger}{service}, attempt {attempt}, module {hash}");
        let Usage { cpu_us, peak_memory_bytes, calls, orders } = usage;
        let (calls, orders) = (counted(*calls, "call", "calls"), counted(*orders, "order", "orders"));
        say!("used: {cpu_us} us, {} KiB, {calls}, {orders}", peak_memory_bytes / 1024);
        let counted: Vec<_> = self.details.iter().map(|one| format!("{}={}", one.name, one.value)).collect();
        say!("counted: {}", if counted.is_empty() { "nothing".to_owned() } else { counted.join(" ") });
    }
}

impl Decision {
    /// Such as `INFY skip open_position_exists held=10`.
    fn words(&self) -> String {
        let symbol = if self.symbol.is_empty() { "-" } else { &self.symbol };
        let evidence = self.evidence.iter().map(|one| format!(" {}={}", one.name, one.value));
        format!("{symbol} {} {}{}", self.action, self.reason, evidence.collect::<String>())
    }
}
