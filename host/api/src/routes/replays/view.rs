//! What replays showed, as it is answered.

use prahari_app::replays::{CallDifference, CallView, ReplayReport, ReplayVerdict, RunReplay, TradeMatch};
use prahari_app::shadow::OrderFinding;
use serde::Serialize;
use utoipa::ToSchema;

use crate::view::{Date, TaskName};

/// Result of the replay of one run.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReplayedExecution {
    /// The number of the execution that was replayed.
    run: u64,
    /// The number of the user to whom it belongs.
    user: u64,
    /// The task that it is of, by name.
    task: TaskName,
    /// Date (IST) on which the run started.
    day: Date,
    /// Hash of the module that ran, in hex.
    recorded_module: String,
    /// Hash of the module that replayed it, in hex. When it is another one, only what it does is compared.
    module: String,
    /// `same`; `changed`, when a call, an effect or the end differs; of another version also `trapped`, and
    /// `lacking` when it asked for something that the recording does not have; `unreadable`, when the recording
    /// cannot be read.
    #[schema(value_type = String)]
    verdict: ReplayVerdict,
    /// The first difference in one sentence; empty when there is none.
    difference: String,
    /// The call at which the two part, from 0; null when it is not at a call.
    #[schema(required)]
    first_call: Option<usize>,
    /// The calls that differ, of the version that ran; at most 20.
    calls: Vec<ReplayedCall>,
    /// Both ends, of the version that ran; null when they are the same.
    #[schema(required)]
    end: Option<ReplayedEnd>,
    /// Order by order, when another version changed something.
    orders: Vec<ReplayedOrder>,
}

/// A call in which a replay parts from the recording.
#[derive(Debug, Serialize, ToSchema)]
struct ReplayedCall {
    /// Index of the call; the first is 0.
    call: usize,
    /// Call in the recording; null when the replay made more calls.
    #[schema(required)]
    expected: Option<HostCallView>,
    /// Call in the replay; null when the replay made fewer calls.
    #[schema(required)]
    got: Option<HostCallView>,
}

/// A call of a task to the host, and its answer.
#[derive(Debug, Serialize, ToSchema)]
struct HostCallView {
    /// The function of the interface, such as `market.quotes`.
    function: String,
    /// What was asked, as JSON; its beginning when it is long.
    arguments: String,
    /// What was answered, as JSON, its beginning when it is long; null when the execution was stopped before.
    #[schema(required)]
    answer: Option<String>,
    /// Whether the gate answered, which denies and counts, instead of the services behind it.
    by_gate: bool,
}

/// Two ends that are not the same.
#[derive(Debug, Serialize, ToSchema)]
struct ReplayedEnd {
    /// How the recorded run ended.
    expected: String,
    /// How the replay ended.
    got: String,
}

/// One order of an execution in which another version changed something.
#[derive(Debug, Serialize, ToSchema)]
struct ReplayedOrder {
    /// The order as recorded, in words; null when it was not.
    #[schema(required)]
    recorded: Option<String>,
    /// The order as the other version wants it, in words; null when it does not.
    #[schema(required)]
    candidate: Option<String>,
    /// `same`, `moved`, `other`, `added`, `refused`, `allowed`, `missing` or `not_reached`.
    standing: &'static str,
    /// Reason why the gate refuses the other version's order; null when it does not.
    #[schema(required)]
    refusal: Option<String>,
}

/// Result of the replays of many runs.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReplayedExecutions {
    /// Executions that were replayed.
    replayed: u64,
    /// Number of replayed runs without a difference.
    same: u64,
    /// Executions without a recording, which were not.
    without_recording: u64,
    /// Whether these are all; else there are more than are replayed at a time.
    complete: bool,
    /// Those that are not the same, by user, newest first; at most 100.
    findings: Vec<ReplayedExecution>,
    /// Number of further findings that are not listed.
    findings_left_out: u64,
}

impl From<RunReplay> for ReplayedExecution {
    fn from(run: RunReplay) -> Self {
        Self {
            run: run.run.0,
            user: run.user.0,
            task: TaskName(run.task),
            day: Date(run.day),
            recorded_module: run.recorded_module,
            module: run.module,
            verdict: run.verdict,
            difference: run.difference,
            first_call: run.first_call,
            calls: run.calls.into_iter().map(ReplayedCall::from).collect(),
            end: run.end.map(|end| ReplayedEnd { expected: end.expected, got: end.got }),
            orders: run.orders.into_iter().map(ReplayedOrder::from).collect(),
        }
    }
}

impl From<CallDifference> for ReplayedCall {
    fn from(difference: CallDifference) -> Self {
        let told = |call: Option<CallView>| call.map(HostCallView::from);
        Self { call: difference.call, expected: told(difference.expected), got: told(difference.got) }
    }
}

impl From<CallView> for HostCallView {
    fn from(CallView { function, arguments, answer, by_gate }: CallView) -> Self {
        Self { function, arguments, answer, by_gate }
    }
}

impl From<OrderFinding> for ReplayedOrder {
    fn from(order: OrderFinding) -> Self {
        let (standing, refusal) = match order.standing {
            TradeMatch::Same => ("same", None),
            TradeMatch::Moved => ("moved", None),
            TradeMatch::Other => ("other", None),
            TradeMatch::Added => ("added", None),
            TradeMatch::Refused(reason) => ("refused", Some(reason)),
            TradeMatch::Allowed => ("allowed", None),
            TradeMatch::Missing => ("missing", None),
            TradeMatch::NotReached => ("not_reached", None),
        };
        Self { recorded: order.recorded, candidate: order.candidate, standing, refusal }
    }
}

impl From<ReplayReport> for ReplayedExecutions {
    fn from(report: ReplayReport) -> Self {
        Self {
            replayed: report.replayed,
            same: report.same,
            without_recording: report.without_recording,
            complete: report.complete,
            findings: report.findings.into_iter().map(ReplayedExecution::from).collect(),
            findings_left_out: report.findings_left_out,
        }
    }
}
