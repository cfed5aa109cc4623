//! `prahari replay`: recorded runs again, every call and the outcome compared; or another module on the same inputs.

use prahari_app::replays::{ReplayReport, ReplayScope, ReplayVerdict, Replayer, RunReplay, TradeMatch};
use prahari_domain::ids::RunId;
use prahari_domain::numbers::counted;

use super::candidates;
use crate::cli::Replay;
use crate::exit::{Failure, say};
use crate::wiring;

/// The most differences printed for one run; the first is what matters.
const SHOWN_DIFFERENCES: usize = 5;

/// Replays one run, those of a day, or all of them.
pub async fn replay(options: Replay) -> Result<(), Failure> {
    let store = candidates::open(&options.db, &instead(&options))?;
    let (runtime, modules) = wiring::modules(&[]).await?;
    let others = candidates::load_all(&runtime, &options.modules).await?;
    let mut replayer = Replayer::new(&store, &runtime, &modules).with_others(others);
    let report = match options.run {
        Some(run) => {
            let row = store.system().find_run(RunId(run)).await.map_err(Failure::work)?;
            let row = row.ok_or_else(|| Failure::input(format!("there is no run {run} in this database")))?;
            let replayed = replayer.one(&row).await.map_err(Failure::work)?;
            if let Some(RunReplay { verdict: ReplayVerdict::Unreadable, difference, .. }) = &replayed {
                return Err(Failure::work(format!("run {run}: {difference}")));
            }
            let mut report = ReplayReport::default();
            report.add(replayed);
            report
        }
        None => {
            let scope = ReplayScope { day: options.day, ..ReplayScope::default() };
            replayer.many(&scope).await.map_err(Failure::work)?
        }
    };
    print(&report);
    match report.differing() {
        0 => Ok(()),
        differing => {
            Err(Failure::work(format!("{} not replay the same", counted(differing, "run did", "runs did"))))
        }
    }
}

/// Returns the command by which a running daemon does the same.
fn instead(options: &Replay) -> String {
    match (options.run, options.day) {
        (Some(run), _) => format!("`prahari api post /executions/{run}/replay --data '{{}}'`"),
        (None, Some(day)) => format!("`prahari api post /replays --data '{{\"day\":\"{day}\"}}'`"),
        (None, None) => "`prahari api post /replays --data '{\"day\":\"DATE\"}'` for each day".to_owned(),
    }
}

fn print(report: &ReplayReport) {
    report.findings.iter().for_each(print_run);
    if report.findings_left_out > 0 {
        say!("{} not listed", counted(report.findings_left_out, "more run is", "more runs are"));
    }
    say!("{report}");
}

fn print_run(run: &RunReplay) {
    say!("run {} ({}) differs:", run.run, run.task);
    match run.first_call {
        Some(call) if run.calls.is_empty() => say!("  call {call}: {}", run.difference),
        Some(_) => {}
        None => say!("  {}", run.difference),
    }
    for difference in run.calls.iter().take(SHOWN_DIFFERENCES) {
        let told = |call: &Option<_>| call.as_ref().map_or("nothing".to_owned(), ToString::to_string);
        say!("  call {}: recorded {}", difference.call, told(&difference.expected));
        say!("  call {}: replayed {}", difference.call, told(&difference.got));
    }
    if let Some(end) = &run.end {
        say!("  outcome: recorded {}; replayed {}", end.expected, end.got);
    }
    for order in run.orders.iter().filter(|order| order.standing != TradeMatch::Same).take(SHOWN_DIFFERENCES)
    {
        let words = |order: &Option<String>| order.clone().unwrap_or_else(|| "nothing".to_owned());
        say!("  order: recorded {}; candidate {}", words(&order.recorded), words(&order.candidate));
    }
}
