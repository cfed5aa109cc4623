//! Replaying a recorded run: the same module must make the same calls and end the same way; another version is
//! compared with what the recorded one did.

use async_trait::async_trait;

use crate::abi::latest::HostError;
use crate::budget::Budget;
use crate::call::{HostCall, HostReply};
use crate::module::Module;
use crate::outcome::RunOutcome;
use crate::recording::{Answerer, RecordedCall, Recording, RecordingError};
use crate::run::{RunReport, RunRequest};
use crate::runtime::Runtime;
use crate::services::HostServices;
use crate::work::HostWork;

/// One difference between a recording and its replay.
#[derive(Debug, Clone, PartialEq)]
pub enum Difference {
    /// A call or what it was answered.
    Call {
        /// The place of the call in the run, from 0.
        index: usize,
        /// The call as recorded; none when the replay made more calls.
        expected: Option<Box<RecordedCall>>,
        /// The call as replayed; none when the replay made fewer.
        got: Option<Box<RecordedCall>>,
    },
    /// The run ended in another way.
    Outcome {
        /// The end as recorded.
        expected: RunOutcome,
        /// The end as replayed.
        got: RunOutcome,
    },
}

/// Result of a replay.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplayReport {
    /// How many calls were compared: those of the longer of the two runs.
    pub calls: usize,
    /// Every difference, calls first, in order.
    pub differences: Vec<Difference>,
    /// Report of the replayed run.
    pub report: RunReport,
}

impl ReplayReport {
    /// Returns whether the replay did exactly what was recorded.
    pub fn is_same(&self) -> bool {
        self.differences.is_empty()
    }
}

/// Runs a module with a recording's context, grant and budget, answering its calls from the recording.
///
/// A recording that was cut off from outside, by the wall clock, the host's own time or with its worker, is
/// compared until it was: what the guest would have done then nobody knows. One that ended at the limit of
/// processor time differs in its outcome when it is replayed on a machine that is faster.
pub async fn replay(
    runtime: &Runtime,
    module: &Module,
    recording: &Recording,
) -> Result<ReplayReport, RecordingError> {
    let recorded = recording.calls()?;
    let run = &recording.run;
    let budget = of_replay(run.budget);
    let request = RunRequest { context: run.context.clone(), grant: run.grant, budget };
    let cut_off = run.outcome.is_cut_off();
    let mut replayer = Replayer { cut_off, ..Replayer::new(&recorded) };
    let report = runtime.run(module, request, &mut replayer).await;
    let mut replayed = report.recording.calls()?;
    if cut_off {
        cut_as(&recorded, &mut replayed);
    }
    let calls = recorded.len().max(replayed.len());
    let mut differences = compare(recorded, replayed);
    if !cut_off && !same(&run.outcome, &report.outcome) {
        differences.push(Difference::Outcome { expected: run.outcome.clone(), got: report.outcome.clone() });
    }
    Ok(ReplayReport { calls, differences, report })
}

/// Returns what a replay may use: what the recorded run might, whatever holds today. How long the host took then
/// was measured and says nothing of how long it takes now.
pub(crate) fn of_replay(recorded: Budget) -> Budget {
    Budget { work: HostWork { host_ms: u64::MAX, ..recorded.work }, ..recorded }
}

/// Answers calls from a recording, in its order.
///
/// The gate before it refuses again what it refused then, so only the calls that reached the services are here.
pub struct Replayer {
    replies: std::vec::IntoIter<(HostCall, HostReply)>,
    /// Whether the run ends where the recording does.
    cut_off: bool,
}

impl Replayer {
    /// Answers as in these recorded calls.
    pub fn new(recorded: &[RecordedCall]) -> Self {
        let replies: Vec<_> = recorded
            .iter()
            .filter_map(|it| match &it.answer {
                Some((Answerer::Services, reply)) => Some((it.call.clone(), reply.clone())),
                _ => None,
            })
            .collect();
        Self { replies: replies.into_iter(), cut_off: false }
    }
}

#[async_trait]
impl HostServices for Replayer {
    async fn call(&mut self, call: &HostCall) -> HostReply {
        match self.replies.next() {
            Some((recorded, reply)) if std::mem::discriminant(&recorded) == std::mem::discriminant(call) => {
                without_gate_refusals(call, reply)
            }
            None if self.cut_off => HostReply::Failed("the recorded run was cut off here".to_owned()),
            _ => unanswered(call),
        }
    }
}

/// The recorded answer to `place` and `cancel` ends with the refusals that the gate added; it will add them again.
fn without_gate_refusals(call: &HostCall, mut reply: HostReply) -> HostReply {
    match (call, &mut reply) {
        (HostCall::Place { requests }, HostReply::Placed(answers)) => answers.truncate(requests.len()),
        (HostCall::Cancel { order_ids, .. }, HostReply::Cancelled(answers)) => {
            answers.truncate(order_ids.len());
        }
        _ => {}
    }
    reply
}

/// Leaves of a replay what can be compared with a recording that was cut off: the calls until then, the last
/// perhaps without its answer.
fn cut_as(recorded: &[RecordedCall], replayed: &mut Vec<RecordedCall>) {
    replayed.truncate(recorded.len());
    let unanswered = recorded.last().is_some_and(|call| call.answer.is_none());
    if unanswered
        && replayed.len() == recorded.len()
        && let Some(last) = replayed.last_mut()
    {
        last.answer = None;
    }
}

fn unanswered(call: &HostCall) -> HostReply {
    match call {
        HostCall::Log { .. } => HostReply::Logged,
        _ => {
            HostReply::Refused(HostError::Unavailable("the recording has no answer to this call".to_owned()))
        }
    }
}

fn compare(recorded: Vec<RecordedCall>, replayed: Vec<RecordedCall>) -> Vec<Difference> {
    let mut recorded = recorded.into_iter();
    let mut replayed = replayed.into_iter();
    let mut differences = Vec::new();
    for index in 0.. {
        let (expected, got) = (recorded.next(), replayed.next());
        if expected.is_none() && got.is_none() {
            break;
        }
        if !same(&expected, &got) {
            let (expected, got) = (expected.map(Box::new), got.map(Box::new));
            differences.push(Difference::Call { index, expected, got });
        }
    }
    differences
}

/// Compares two values by their recorded bytes; equal NaNs are equal here.
pub(crate) fn same<T: serde::Serialize>(left: &T, right: &T) -> bool {
    let bytes = |value| postcard::to_extend(value, Vec::new()).ok();
    bytes(left) == bytes(right)
}
