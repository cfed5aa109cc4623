//! What replays showed: of one run, and of many.

use std::fmt;

use prahari_domain::ids::{RunId, UserId};
use prahari_domain::numbers::counted;
use prahari_domain::tasks::Task;
use prahari_domain::text::one_line;
use prahari_domain::time::Day;
use prahari_runtime::replay::ReplayReport as Repeated;
use prahari_runtime::shadow::{ShadowRun, Verdict};
use prahari_runtime::{ModuleHash, RecordingError};
use prahari_store::RunRow;
use serde::Serialize;

use super::render::{CallDifference, EndDifference, of_differences};
use crate::shadow::OrderFinding;

/// The most calls of a run that are told; the first is what matters.
const MOST_CALLS: usize = 20;

/// The most runs that are listed; the rest is counted.
const MOST_FINDINGS: usize = 100;

/// Result of comparing a replay with its recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplayVerdict {
    /// Nothing that is compared differs: every call and the end by the version that ran, only what it does by
    /// another version.
    Same,
    /// A call, an effect or the end differs.
    Changed,
    /// Another version trapped or reached a limit, and the recorded run did not.
    Trapped,
    /// Another version asked for something that the recording does not have.
    Lacking,
    /// The recording cannot be read.
    Unreadable,
}

/// Result of the replay of one run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunReplay {
    /// The run that it is about.
    pub run: RunId,
    /// The user that it belongs to.
    pub user: UserId,
    /// The task.
    pub task: Task,
    /// Date (IST) on which the run started.
    pub day: Day,
    /// Hash of the module that ran, in hex.
    pub recorded_module: String,
    /// Hash of the module that replayed it, in hex. When it is another one, only what it does is compared.
    pub module: String,
    /// Result of the comparison.
    pub verdict: ReplayVerdict,
    /// The first difference in one sentence; empty when there is none.
    pub difference: String,
    /// The call at which the two part, from 0; none when it is not at a call.
    pub first_call: Option<usize>,
    /// The calls that differ, of the version that ran; at most 20.
    pub calls: Vec<CallDifference>,
    /// Both ends, when they differ; of the version that ran.
    pub end: Option<EndDifference>,
    /// Order by order, when another version changed something.
    pub orders: Vec<OrderFinding>,
}

impl RunReplay {
    fn same(row: &RunRow, module: String) -> Self {
        Self {
            run: row.id,
            user: row.user,
            task: row.task,
            day: row.started_at.ist_day(),
            recorded_module: row.module_hash.clone(),
            module,
            verdict: ReplayVerdict::Same,
            difference: String::new(),
            first_call: None,
            calls: Vec::new(),
            end: None,
            orders: Vec::new(),
        }
    }

    /// Creates the report of a run replayed with the version that ran.
    pub(super) fn repeated(row: &RunRow, module: ModuleHash, report: &Repeated) -> Self {
        let same = Self::same(row, module.to_string());
        if report.is_same() {
            return same;
        }
        let (calls, end) = of_differences(&report.differences, MOST_CALLS);
        let first_call = calls.first().map(|difference| difference.call);
        let difference = match first_call {
            Some(call) => format!("call {call} is not the recorded one"),
            None => "the calls are the same and the end is not".to_owned(),
        };
        Self { verdict: ReplayVerdict::Changed, difference, first_call, calls, end, ..same }
    }

    /// Creates the report of a run replayed with another version.
    pub(super) fn tried(row: &RunRow, module: ModuleHash, run: ShadowRun) -> Self {
        let difference = one_line(&run.verdict.sentence()).into_owned();
        let same = Self { difference, ..Self::same(row, module.to_string()) };
        match run.verdict {
            Verdict::Identical => same,
            Verdict::Changed { first_call, orders, .. } => Self {
                verdict: ReplayVerdict::Changed,
                first_call: Some(first_call),
                orders: orders.iter().map(OrderFinding::from).collect(),
                ..same
            },
            Verdict::Trapped { .. } => Self { verdict: ReplayVerdict::Trapped, ..same },
            Verdict::Lacking { .. } => Self { verdict: ReplayVerdict::Lacking, ..same },
        }
    }

    pub(super) fn unreadable(row: &RunRow, error: &RecordingError) -> Self {
        let same = Self::same(row, row.module_hash.clone());
        let difference = one_line(&error.to_string()).into_owned();
        Self { verdict: ReplayVerdict::Unreadable, difference, ..same }
    }
}

/// Result of the replays of many runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReplayReport {
    /// Runs that were replayed.
    pub replayed: u64,
    /// Number of replayed runs without a difference.
    pub same: u64,
    /// Runs without a recording.
    pub without_recording: u64,
    /// Whether these are all; else there are more than are replayed at a time.
    pub complete: bool,
    /// The runs that are not the same, by user, newest first; at most 100.
    pub findings: Vec<RunReplay>,
    /// Number of further findings that are not listed.
    pub findings_left_out: u64,
}

impl Default for ReplayReport {
    /// Creates an empty report.
    fn default() -> Self {
        Self {
            replayed: 0,
            same: 0,
            without_recording: 0,
            complete: true,
            findings: Vec::new(),
            findings_left_out: 0,
        }
    }
}

impl ReplayReport {
    /// Adds a run; none for one without a recording.
    pub fn add(&mut self, run: Option<RunReplay>) {
        match run {
            None => self.without_recording += 1,
            Some(run) => {
                self.replayed += 1;
                match run.verdict {
                    ReplayVerdict::Same => self.same += 1,
                    _ if self.findings.len() < MOST_FINDINGS => self.findings.push(run),
                    _ => self.findings_left_out += 1,
                }
            }
        }
    }

    /// Runs in which something differs.
    pub fn differing(&self) -> u64 {
        self.replayed - self.same
    }

    /// Runs that were looked at.
    pub(super) fn seen(&self) -> u64 {
        self.replayed + self.without_recording
    }
}

impl fmt::Display for ReplayReport {
    /// The counts in one sentence.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (replayed, differing, without) = (self.replayed, self.differing(), self.without_recording);
        let differ = counted(differing, "differs", "differ");
        let without = counted(without, "has", "have");
        write!(f, "replayed {}: {differ}; {without} no recording", counted(replayed, "run", "runs"))
    }
}
