//! Shadow runs: a candidate on the recorded inputs of a run, to see what it would have done.
//!
//! The candidate's calls are answered by what was asked, not by when: it may ask in another order, in other
//! batches, or for less. Effects are never executed. What the recording does not show is never guessed: a question
//! without a recorded answer ends the run as [`Verdict::Lacking`], an order that was not recorded as
//! [`Verdict::Changed`], because nobody knows what the broker would have said to it.

mod answers;
mod compare;
mod memory;
mod reads;
mod terms;
#[cfg(test)]
mod tests;
mod trade;

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::call::HostCall;
use crate::module::Module;
use crate::outcome::RunOutcome;
use crate::recording::{RecordedCall, RecordedRun, Recording, RecordingError};
use crate::replay::of_replay;
use crate::run::RunRequest;
use crate::runtime::Runtime;

use answers::{Answers, Stopped};
use compare::{RunEffects, ends_alike};
pub use terms::Terms;
pub use trade::Trade;

/// What a candidate would have done in place of a recorded run.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// The effects are equal and the run ends alike. Summary, decisions and log lines may differ, see
    /// [`ShadowRun::minor`].
    Identical,
    /// Another effect or another end.
    Changed {
        /// The call at which the two part, from 0: the candidate's, or the recorded one that the candidate does not
        /// make.
        first_call: usize,
        /// What differs, one sentence.
        difference: String,
        /// Order by order what was recorded and what the candidate would have done.
        orders: Vec<OrderLine>,
    },
    /// It trapped or reached a limit, and the recorded run did not.
    Trapped {
        /// Outcome of the candidate's run.
        outcome: RunOutcome,
    },
    /// It asked for something that the recording does not have, having done nothing else so far.
    Lacking {
        /// Call that the recording cannot answer.
        call: Box<HostCall>,
    },
}

impl Verdict {
    /// Returns what is different, in one sentence; empty when nothing is. The candidate has a part in it.
    pub fn sentence(&self) -> String {
        match self {
            Self::Identical => String::new(),
            Self::Changed { difference, .. } => difference.clone(),
            Self::Trapped { outcome } => format!("it ended as {}: {}", outcome.name(), outcome.detail()),
            Self::Lacking { call } => {
                format!("it needs an answer to {}, which the recording lacks", call.function())
            }
        }
    }
}

/// One order, change or cancellation of either run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OrderLine {
    /// Trade in the recording; none when only the candidate made it.
    pub recorded: Option<Trade>,
    /// Trade of the candidate; none when it makes none.
    pub candidate: Option<Trade>,
    /// Result of the comparison.
    pub standing: TradeMatch,
}

/// How an order of the candidate compares with the recorded one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TradeMatch {
    /// An equal order; none that the candidate placed before it comes after it in the recording.
    Same,
    /// An equal order, but placed after one that it came before in the recording.
    Moved,
    /// Another order in its place.
    Other,
    /// An order that was not recorded.
    Added,
    /// The gate refuses the candidate's order; the text says why.
    Refused(String),
    /// The gate lets the same order through that it refused then.
    Allowed,
    /// The candidate leaves it out.
    Missing,
    /// The candidate did not come so far: an earlier order of it has no known answer.
    NotReached,
}

/// Differences between two runs with the same effects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Minor {
    /// The text or the counters of the outcome differ.
    Summary,
    /// The decisions differ.
    Decisions,
    /// The log lines differ.
    Log,
}

/// A candidate's run on a recording.
#[derive(Debug, Clone, PartialEq)]
pub struct ShadowRun {
    /// Verdict on the candidate.
    pub verdict: Verdict,
    /// What it tells otherwise; compared only when the verdict is [`Verdict::Identical`].
    pub minor: Vec<Minor>,
    /// Processor time inside the guest.
    pub cpu: Duration,
    /// Most bytes of memories and tables together.
    pub peak_memory: u64,
}

/// Runs a candidate with a recording's context and budget, answers its calls from the recording and compares what
/// it wants done with what was done.
///
/// # Errors
/// When the recording cannot be read.
pub async fn shadow(
    runtime: &Runtime,
    candidate: &Module,
    recording: &Recording,
    terms: &Terms,
) -> Result<ShadowRun, RecordingError> {
    let recorded = recording.calls()?;
    let run = &recording.run;
    let grant = terms.grant.unwrap_or(run.grant).intersection(candidate.wanted());
    let request = RunRequest { context: run.context.clone(), grant, budget: of_replay(run.budget) };
    let mut answers = Answers::new(&recorded, terms);
    let report = runtime.run(candidate, request, &mut answers).await;
    let Answers { diverged, stopped, .. } = answers;
    let calls = report.recording.calls()?;
    let seen = Seen { run, recorded: &recorded, calls: &calls, outcome: &report.outcome, diverged, stopped };
    let (verdict, minor) = seen.judge(terms);
    Ok(ShadowRun { verdict, minor, cpu: report.cpu, peak_memory: report.peak_memory })
}

/// Both runs, and how far the candidate came.
struct Seen<'a> {
    run: &'a RecordedRun,
    recorded: &'a [RecordedCall],
    calls: &'a [RecordedCall],
    outcome: &'a RunOutcome,
    diverged: bool,
    stopped: Option<Stopped>,
}

impl Seen<'_> {
    fn judge(self, terms: &Terms) -> (Verdict, Vec<Minor>) {
        match self.stopped {
            // What it was asking for after its way had parted says nothing about the recording.
            Some(Stopped::Lacking(call)) if !self.diverged => return (Verdict::Lacking { call }, Vec::new()),
            None if !self.diverged && stops(self.outcome) && !ends_alike(&self.run.outcome, self.outcome) => {
                return (Verdict::Trapped { outcome: self.outcome.clone() }, Vec::new());
            }
            _ => {}
        }
        let recorded = RunEffects::of(self.recorded, &self.run.outcome);
        let candidate = RunEffects::of(self.calls, self.outcome);
        let reached = self.stopped.is_none();
        let orders = recorded.lines(&candidate, terms, reached);
        match recorded.divergence(&candidate, &orders) {
            Some(divergence) => {
                let (first_call, difference) = (divergence.call, divergence.sentence);
                (Verdict::Changed { first_call, difference, orders }, Vec::new())
            }
            None => (Verdict::Identical, recorded.minor(&candidate)),
        }
    }
}

/// Returns whether a run was ended and did not end by itself.
fn stops(outcome: &RunOutcome) -> bool {
    !matches!(outcome, RunOutcome::Succeeded(_) | RunOutcome::TaskFailed(_))
}

impl fmt::Display for OrderLine {
    /// Such as `sell 20 INFY at ₹1,523.45 (exit ema9_target) instead of sell 10 INFY at ₹1,523.45 (exit ema9_target)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.candidate {
            Some(trade) => write!(f, "{trade}")?,
            None => write!(f, "nothing")?,
        }
        match (&self.standing, &self.recorded) {
            (TradeMatch::Same, _) => f.write_str(" as recorded"),
            (TradeMatch::Moved, _) => f.write_str(" in another place of the order"),
            (TradeMatch::Allowed, _) => f.write_str(", which the gate refused when it was recorded"),
            (TradeMatch::Added, _) => f.write_str(" which was not recorded"),
            (TradeMatch::Refused(reason), _) => write!(f, ", refused by the gate: {reason}"),
            (TradeMatch::NotReached, Some(recorded)) => {
                write!(f, " so far instead of {recorded}")
            }
            (_, Some(recorded)) => write!(f, " instead of {recorded}"),
            (_, None) => Ok(()),
        }
    }
}
