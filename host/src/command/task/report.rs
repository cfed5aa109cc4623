//! What one run did, for its author: calls in short form, decisions, log lines, orders, outcome, usage.

use prahari_app::replays::content_of;
use prahari_app::runs::recordings::find_recording;
use prahari_domain::ids::{RunId, UserId};
use prahari_domain::money::rupees;
use prahari_domain::numbers::counted;
use prahari_domain::orders::{Order, OrderKind, Side};
use prahari_domain::tasks::Task;
use prahari_domain::time::Timestamp;
use prahari_runtime::{Answerer, HostReply, RecordedCall, Recording, RunOutcome, capability_name};
use prahari_store::{DecisionRow, LogRow, Store};
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::check::list;
use crate::exit::{Failure, say};

/// The most characters of a call's arguments and of its answer that are printed.
const SHOWN: usize = 72;

/// One run. As JSON it has the calls and answers in full.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Task whose grant and budget the run had.
    task: Task,
    calls: Vec<Call>,
    decisions: Vec<DecisionRow>,
    log: Vec<LogRow>,
    orders: Vec<Order>,
    outcome: &'static str,
    detail: String,
    /// The median time of a fresh run in microseconds, when it was asked for.
    pub fresh_run_micros: Option<f64>,
    /// The whole record of the run.
    #[serde(flatten, serialize_with = "used")]
    pub recording: Recording,
}

/// A host call and its reply.
#[derive(Debug, Serialize)]
struct Call {
    /// The WIT function, such as `market.quotes`.
    function: &'static str,
    arguments: Value,
    /// What was answered; `null` when the run was stopped before.
    answer: Value,
    /// Whether the gate answered, because it denied the call, and not the services behind it.
    by_gate: bool,
}

impl Call {
    fn of(recorded: &RecordedCall) -> Result<Self, serde_json::Error> {
        let (by_gate, answer) = match &recorded.answer {
            None => (false, Value::Null),
            Some((answerer, reply)) => (*answerer == Answerer::Gate, short_of(reply)?),
        };
        let arguments = content_of(serde_json::to_value(&recorded.call)?);
        Ok(Self { function: recorded.call.function(), arguments, answer, by_gate })
    }
}

impl Report {
    /// Gathers what a finished run left in the database.
    pub async fn of(store: &Store, user: UserId, task: Task, run: RunId) -> Result<Self, Failure> {
        let scope = store.user(user);
        let recording = find_recording(&scope, run).await.map_err(Failure::work)?;
        let recording = recording.ok_or_else(|| Failure::work(format!("run {run} left no recording")))?;
        let calls = recording.calls().map_err(Failure::work)?;
        let calls = calls.iter().map(Call::of).collect::<Result<_, _>>().map_err(Failure::work)?;
        let day = Timestamp(recording.run.context.now).ist_day();
        let mut orders = scope.orders_of(day).await.map_err(Failure::work)?;
        orders.retain(|order| order.run == run);
        Ok(Self {
            task,
            calls,
            decisions: scope.decisions_of(run).await.map_err(Failure::work)?,
            log: scope.log_of(run).await.map_err(Failure::work)?,
            orders,
            outcome: recording.run.outcome.name(),
            detail: recording.run.outcome.detail(),
            fresh_run_micros: None,
            recording,
        })
    }

    /// Prints the report.
    pub fn print(&self) {
        let run = &self.recording.run;
        say!("{} at {}, module {:.12}", self.task, Timestamp(run.context.now), run.module.to_string());
        section("calls", &self.calls, Call::line);
        section("decisions", &self.decisions, decision);
        section("log", &self.log, |line| format!("{:<5} {}", line.level, line.message));
        section("orders", &self.orders, order);
        say!("outcome     {}: {}", self.outcome, self.detail);
        self.print_usage();
        if let Some(micros) = self.fresh_run_micros {
            say!("fresh run   {:.3} ms", micros / 1e3);
        }
    }

    fn print_usage(&self) {
        let run = &self.recording.run;
        let (usage, budget) = (&run.usage, &run.budget);
        say!(
            "used        {} of {} calls, {} of {} orders, {:.1} of {} ms, {:.1} of {} MiB, {:.1} kB exchanged",
            usage.calls,
            budget.host_calls,
            usage.orders,
            budget.orders,
            millis(run.cpu_micros),
            budget.cpu_ms,
            run.peak_memory as f64 / MIB,
            budget.memory_bytes >> 20,
            usage.boundary_bytes as f64 / 1e3,
        );
        say!("granted     {}", list(run.grant.capabilities().map(capability_name)));
    }

    /// A run that did not succeed makes the command fail.
    pub fn success(&self) -> Result<(), Failure> {
        match &self.recording.run.outcome {
            RunOutcome::Succeeded(_) => Ok(()),
            other => Err(Failure::work(format!("the run ended as {}: {}", other.name(), other.detail()))),
        }
    }
}

/// Bytes of a mebibyte, in which budgets are given.
const MIB: f64 = 1_048_576.0;

fn millis(micros: u64) -> f64 {
    micros as f64 / 1e3
}

/// A headline and a line for each entry; without entries one line says so.
fn section<T>(name: &str, entries: &[T], line: impl Fn(&T) -> String) {
    if entries.is_empty() {
        say!("{name:<11} none");
        return;
    }
    say!("{name}");
    entries.iter().for_each(|entry| say!("  {}", line(entry)));
}

impl Call {
    fn line(&self) -> String {
        let by = if self.by_gate { " (by the gate)" } else { "" };
        let line = format!("{:<24} {} -> {}", self.function, short(&self.arguments), short(&self.answer));
        format!("{line}{by}")
    }
}

fn decision(row: &DecisionRow) -> String {
    let symbol = if row.symbol.is_empty() { "(run)" } else { &row.symbol };
    let evidence = row.evidence.iter().map(|(name, value)| format!(" {name}={value}")).collect::<String>();
    format!("{symbol:<12} {} {}{evidence}", row.action, row.reason)
}

fn order(order: &Order) -> String {
    let request = &order.request;
    let side = match request.side {
        Side::Buy => "buy",
        Side::Sell => "sell",
    };
    let kind = match request.kind {
        OrderKind::Market => "at the market".to_owned(),
        OrderKind::Limit(price) => format!("at {}", rupees(price)),
    };
    format!("{side} {} {} {kind}: {} {}", request.quantity, request.symbol, order.state.name(), order.reason)
}

/// An answer's content; a refusal keeps its name, so that it is not taken for an answer.
fn short_of(reply: &HostReply) -> Result<Value, serde_json::Error> {
    let value = serde_json::to_value(reply)?;
    Ok(if matches!(reply, HostReply::Refused(_)) { value } else { content_of(value) })
}

/// Compact JSON of at most [`SHOWN`] characters; a list tells its length.
fn short(value: &Value) -> String {
    let text = match value {
        Value::Null => "-".to_owned(),
        other => other.to_string(),
    };
    let told = |entries: &Vec<Value>| format!("{} ", counted(entries.len(), "entry", "entries"));
    let count = value.as_array().map(told).unwrap_or_default();
    if text.chars().count() <= SHOWN {
        return format!("{count}{text}");
    }
    format!("{count}{}...", text.chars().take(SHOWN).collect::<String>())
}

/// Serializes the budget use of a recording; its calls are in the report already.
fn used<S: Serializer>(recording: &Recording, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Used {
        module: String,
        cpu_micros: u64,
        peak_memory: u64,
        usage: prahari_runtime::Usage,
    }
    let run = &recording.run;
    Used {
        module: run.module.to_string(),
        cpu_micros: run.cpu_micros,
        peak_memory: run.peak_memory,
        usage: run.usage,
    }
    .serialize(serializer)
}
