//! The report of a trial, as it is answered.

use prahari_app::replays::TradeMatch;
use prahari_app::shadow::{Finding, FindingKind, OrderFinding, ShadowReport, SimulatedMonth};
use serde::Serialize;
use utoipa::ToSchema;

use crate::view::{Date, TaskName};

/// What a version would have done on the recorded runs of some days.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TrialReport {
    /// The task whose runs were compared.
    task: TaskName,
    /// Hash of the version, in hex.
    module: String,
    /// The first and the last day that was looked at; null when no run of the task was found.
    #[schema(value_type = Option<Vec<Date>>, min_items = 2, max_items = 2, required)]
    days: Option<[Date; 2]>,
    /// Runs that were compared: the sum of the five counts that follow.
    runs: u64,
    /// Runs with the same effects and the same end.
    identical: u64,
    /// Runs with another effect or another end.
    changed: u64,
    /// Runs in which the version trapped or reached a limit.
    trapped: u64,
    /// Runs in which the version asked for something that the recording does not have.
    lacking: u64,
    /// Runs whose recording cannot be read.
    unreadable: u64,
    /// Identical runs whose summary, decisions or log lines differ.
    retold: u64,
    /// Runs without a recording, which were not compared.
    without_recording: u64,
    /// Processor time of the version over all runs, in microseconds.
    cpu_micros: u64,
    /// The most memory that one run of it had, in bytes.
    peak_memory: u64,
    /// The runs that were not identical, by user, newest first; at most 100.
    findings: Vec<TrialFinding>,
    /// Number of further findings that are not listed.
    findings_left_out: u64,
    /// What a month showed that was simulated on the daemon's own bars; null where there was a recorded run.
    #[schema(required)]
    simulated: Option<SimulatedTrial>,
}

/// A run that was not identical.
#[derive(Debug, Serialize, ToSchema)]
struct TrialFinding {
    /// The execution.
    run: u64,
    /// The number of the user to whom it belongs.
    user: u64,
    /// Date (IST) on which it started.
    day: Date,
    /// Kind of the finding.
    kind: TrialFindingKind,
    /// The call at which the two part, from 0; null unless the run changed.
    #[schema(required)]
    first_call: Option<usize>,
    /// The first difference, in one sentence.
    difference: String,
    /// Order by order, when there are orders; only of changed runs.
    orders: Vec<TrialOrder>,
}

/// Kind of a finding about a run.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum TrialFindingKind {
    /// Another effect or another end.
    Changed,
    /// The version trapped or reached a limit.
    Trapped,
    /// The recording lacks an answer.
    Lacking,
    /// The recording cannot be read.
    Unreadable,
}

/// One order of a changed run.
#[derive(Debug, Serialize, ToSchema)]
struct TrialOrder {
    /// The order as recorded, in words; null when only the version places it.
    #[schema(required)]
    recorded: Option<String>,
    /// The order of the version, in words; null when it places none.
    #[schema(required)]
    candidate: Option<String>,
    /// How the two compare.
    standing: TrialStanding,
}

/// How an order of a version compares with the recorded one: a word, or an object with the reason of a refusal.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum TrialStanding {
    /// An equal order.
    Same,
    /// An equal order, but placed after one that it came before.
    Moved,
    /// Another order in its place.
    Other,
    /// An order that was not recorded.
    Added,
    /// The gate refuses the order of the version; the text says why.
    Refused(String),
    /// The gate lets the same order through that it refused then.
    Allowed,
    /// The version leaves it out.
    Missing,
    /// The version did not come so far.
    NotReached,
}

/// What a version did in a simulated month, beside the other tasks and with one paper account.
#[derive(Debug, Serialize, ToSchema)]
struct SimulatedTrial {
    /// First day.
    from: Date,
    /// Last day, included.
    to: Date,
    /// Runs of the task.
    runs: u64,
    /// Those of them that did not succeed.
    failed: u64,
    /// How the newest of these ended; null when all succeeded.
    #[schema(required)]
    failure: Option<String>,
    /// Orders that the task placed, changed or cancelled, refused ones included.
    orders: u64,
    /// What the account realised by the trades of all tasks, in paise, charges not deducted.
    realised_paise: i64,
    /// The charges of these trades, in paise.
    charges_paise: i64,
}

impl From<ShadowReport> for TrialReport {
    fn from(report: ShadowReport) -> Self {
        Self {
            task: TaskName(report.task),
            module: report.module,
            days: report.days.map(|(from, to)| [Date(from), Date(to)]),
            runs: report.runs,
            identical: report.identical,
            changed: report.changed,
            trapped: report.trapped,
            lacking: report.lacking,
            unreadable: report.unreadable,
            retold: report.retold,
            without_recording: report.without_recording,
            cpu_micros: report.cpu_micros,
            peak_memory: report.peak_memory,
            findings: report.findings.into_iter().map(TrialFinding::from).collect(),
            findings_left_out: report.findings_left_out,
            simulated: report.simulated.map(SimulatedTrial::from),
        }
    }
}

impl From<Finding> for TrialFinding {
    fn from(finding: Finding) -> Self {
        Self {
            run: finding.run.0,
            user: finding.user.0,
            day: Date(finding.day),
            kind: match finding.kind {
                FindingKind::Changed => TrialFindingKind::Changed,
                FindingKind::Trapped => TrialFindingKind::Trapped,
                FindingKind::Lacking => TrialFindingKind::Lacking,
                FindingKind::Unreadable => TrialFindingKind::Unreadable,
            },
            first_call: finding.first_call,
            difference: finding.difference,
            orders: finding.orders.into_iter().map(TrialOrder::from).collect(),
        }
    }
}

impl From<OrderFinding> for TrialOrder {
    fn from(OrderFinding { recorded, candidate, standing }: OrderFinding) -> Self {
        Self { recorded, candidate, standing: standing.into() }
    }
}

impl From<TradeMatch> for TrialStanding {
    fn from(standing: TradeMatch) -> Self {
        match standing {
            TradeMatch::Same => Self::Same,
            TradeMatch::Moved => Self::Moved,
            TradeMatch::Other => Self::Other,
            TradeMatch::Added => Self::Added,
            TradeMatch::Refused(reason) => Self::Refused(reason),
            TradeMatch::Allowed => Self::Allowed,
            TradeMatch::Missing => Self::Missing,
            TradeMatch::NotReached => Self::NotReached,
        }
    }
}

impl From<SimulatedMonth> for SimulatedTrial {
    fn from(month: SimulatedMonth) -> Self {
        Self {
            from: Date(month.from),
            to: Date(month.to),
            runs: month.runs,
            failed: month.failed,
            failure: month.failure,
            orders: month.orders,
            realised_paise: month.realised_paise,
            charges_paise: month.charges_paise,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The command line reads an answer as the report that was kept.
    #[test]
    fn a_report_is_answered_as_it_was_kept() {
        let order = |standing| json!({ "recorded": "buy 3 A", "candidate": null, "standing": standing });
        let kept = json!({
            "task": "gap_watch", "module": "ab", "days": ["2025-03-07", "2025-03-10"],
            "runs": 3, "identical": 1, "changed": 1, "trapped": 0, "lacking": 1, "unreadable": 0, "retold": 1,
            "without_recording": 2, "cpu_micros": 5, "peak_memory": 6, "findings_left_out": 4,
            "findings": [{
                "run": 7, "user": 2, "day": "2025-03-10", "kind": "changed", "first_call": 4,
                "difference": "another order",
                "orders": [order(json!("not_reached")), order(json!({ "refused": "too much money" }))],
            }],
            "simulated": {
                "from": "2025-02-10", "to": "2025-03-07", "runs": 20, "failed": 1, "failure": "trapped: unreachable",
                "orders": 3, "realised_paise": -5, "charges_paise": 2,
            },
        });
        let mut empty = kept.clone();
        for (name, value) in [("days", json!(null)), ("findings", json!([])), ("simulated", json!(null))] {
            empty[name] = value;
        }
        for kept in [kept, empty] {
            let report: ShadowReport = serde_json::from_value(kept.clone()).unwrap();
            assert_eq!(serde_json::to_value(TrialReport::from(report)).unwrap(), kept);
        }
    }
}
