//! The report of a shadow: counts, and the runs that need a look.

use std::fmt;

use prahari_domain::ids::{RunId, UserId};
use prahari_domain::numbers::counted;
use prahari_domain::tasks::Task;
use prahari_domain::text::one_line;
use prahari_domain::time::Day;
use prahari_runtime::ModuleHash;
use prahari_runtime::shadow::{OrderLine, ShadowRun, TradeMatch, Verdict};
use prahari_store::RunRow;
use serde::{Deserialize, Serialize};

use super::SimulatedMonth;
use super::runs::Tried;

/// Largest number of runs that are listed; the others are only counted.
const MOST_FINDINGS: usize = 100;

/// Result of a shadow: what the candidate would have done on the recorded runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShadowReport {
    /// Task whose runs were compared.
    pub task: Task,
    /// Hash of the candidate, in hex.
    pub module: String,
    /// First and last day looked at; none when no run of the task was found.
    pub days: Option<(Day, Day)>,
    /// Runs that were compared: the sum of the five counts that follow.
    pub runs: u64,
    /// Runs with the same effects and the same end.
    pub identical: u64,
    /// Runs with another effect or another end.
    pub changed: u64,
    /// Runs in which the candidate trapped or reached a limit.
    pub trapped: u64,
    /// Runs in which the candidate asked for something that the recording does not have.
    pub lacking: u64,
    /// Runs whose recording cannot be read.
    pub unreadable: u64,
    /// Identical runs whose summary, decisions or log lines differ.
    pub retold: u64,
    /// Runs without a recording, which were not compared.
    pub without_recording: u64,
    /// Processor time of the candidate over all runs, in microseconds.
    pub cpu_micros: u64,
    /// The most memory that one run of it had, in bytes.
    pub peak_memory: u64,
    /// The runs that were not identical, by user, newest first; at most 100.
    pub findings: Vec<Finding>,
    /// Number of further findings that are not listed.
    pub findings_left_out: u64,
    /// What a simulated month showed instead; none where there was a recorded run.
    #[serde(default)]
    pub simulated: Option<SimulatedMonth>,
}

/// A run that was not identical.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The run that it is about.
    pub run: RunId,
    /// The user that it belongs to.
    pub user: UserId,
    /// Date (IST) on which the run started.
    pub day: Day,
    /// Kind of the finding.
    pub kind: FindingKind,
    /// The call at which the two part, from 0; only of changed runs.
    pub first_call: Option<usize>,
    /// The first difference, in one sentence.
    pub difference: String,
    /// Order by order, when there are orders; only of changed runs.
    pub orders: Vec<OrderFinding>,
}

/// Kinds of findings about a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// Another effect or another end.
    Changed,
    /// The candidate trapped or reached a limit.
    Trapped,
    /// The recording lacks an answer.
    Lacking,
    /// The recording cannot be read.
    Unreadable,
}

/// One order of a changed run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderFinding {
    /// Recorded order, in words; none when only the candidate places it.
    pub recorded: Option<String>,
    /// Order of the candidate, in words; none when it places none.
    pub candidate: Option<String>,
    /// Result of the comparison.
    pub standing: TradeMatch,
}

impl ShadowReport {
    pub(super) fn new(task: Task, module: ModuleHash) -> Self {
        Self {
            task,
            module: module.to_string(),
            days: None,
            runs: 0,
            identical: 0,
            changed: 0,
            trapped: 0,
            lacking: 0,
            unreadable: 0,
            retold: 0,
            without_recording: 0,
            cpu_micros: 0,
            peak_memory: 0,
            findings: Vec::new(),
            findings_left_out: 0,
            simulated: None,
        }
    }

    /// Whether there is something that a person could agree with: a run that was compared to its end, or a run of a simulated
    /// month.
    pub fn shows_something(&self) -> bool {
        self.identical + self.changed + self.trapped > 0
            || self.simulated.as_ref().is_some_and(|month| month.runs > 0)
    }

    /// Whether the candidate did in every compared run what was recorded. Nothing to compare is not an acceptance.
    pub fn accepted_without_change(&self) -> bool {
        self.runs > 0 && self.identical == self.runs
    }

    pub(super) fn add(&mut self, row: &RunRow, tried: Tried) {
        let Some(tried) = tried else {
            self.without_recording += 1;
            return;
        };
        self.runs += 1;
        match tried {
            Ok(run) => self.add_run(row, run),
            Err(error) => {
                self.unreadable += 1;
                self.find(row, FindingKind::Unreadable, None, error.to_string(), Vec::new());
            }
        }
    }

    fn add_run(&mut self, row: &RunRow, run: ShadowRun) {
        self.cpu_micros += u64::try_from(run.cpu.as_micros()).unwrap_or(u64::MAX);
        self.peak_memory = self.peak_memory.max(run.peak_memory);
        let difference = run.verdict.sentence();
        match run.verdict {
            Verdict::Identical => {
                self.identical += 1;
                self.retold += u64::from(!run.minor.is_empty());
            }
            Verdict::Changed { first_call, orders, .. } => {
                self.changed += 1;
                let orders = orders.iter().map(OrderFinding::from).collect();
                self.find(row, FindingKind::Changed, Some(first_call), difference, orders);
            }
            Verdict::Trapped { .. } => {
                self.trapped += 1;
                self.find(row, FindingKind::Trapped, None, difference, Vec::new());
            }
            Verdict::Lacking { .. } => {
                self.lacking += 1;
                self.find(row, FindingKind::Lacking, None, difference, Vec::new());
            }
        }
    }

    fn find(
        &mut self,
        row: &RunRow,
        kind: FindingKind,
        first_call: Option<usize>,
        difference: String,
        orders: Vec<OrderFinding>,
    ) {
        if self.findings.len() >= MOST_FINDINGS {
            self.findings_left_out += 1;
            return;
        }
        // The candidate has a part in these texts.
        let difference = one_line(&difference).into_owned();
        let day = row.started_at.ist_day();
        self.findings.push(Finding {
            run: row.id,
            user: row.user,
            day,
            kind,
            first_call,
            difference,
            orders,
        });
    }
}

impl From<&OrderLine> for OrderFinding {
    /// Describes an order line in words.
    fn from(line: &OrderLine) -> Self {
        let words = |trade: &prahari_runtime::shadow::Trade| one_line(&trade.to_string()).into_owned();
        Self {
            recorded: line.recorded.as_ref().map(words),
            candidate: line.candidate.as_ref().map(words),
            standing: line.standing.clone(),
        }
    }
}

impl FindingKind {
    /// Returns the name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Trapped => "trapped",
            Self::Lacking => "lacking",
            Self::Unreadable => "unreadable",
        }
    }
}

impl fmt::Display for ShadowReport {
    /// The counts in one sentence.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((from, to)) = self.days else {
            write!(f, "{}: there is no recorded run to compare with", self.task)?;
            return match &self.simulated {
                Some(month) => write!(f, ", so {month}"),
                None => Ok(()),
            };
        };
        write!(f, "{} from {from} to {to}: {} compared, ", self.task, counted(self.runs, "run", "runs"))?;
        write!(f, "{} identical ({} tell it otherwise), ", self.identical, self.retold)?;
        write!(f, "{} changed, {} trapped, {} lacking an answer", self.changed, self.trapped, self.lacking)?;
        match (self.unreadable, self.without_recording) {
            (0, 0) => Ok(()),
            (unreadable, without) => write!(f, ", {unreadable} unreadable, {without} without recording"),
        }
    }
}
