//! `prahari shadow`: what another version of a task would have done on the last days.

use std::path::Path;
use std::sync::Arc;

use prahari_app::grants::Grants;
use prahari_app::shadow::{Archive, Days, Finding, Scope, ShadowReport, shadow as try_out};
use prahari_app::tasks::Tasks;
use prahari_domain::ids::UserId;
use prahari_domain::numbers::counted;
use prahari_domain::text::lines;
use prahari_runtime::shadow::TradeMatch;

use super::candidates;
use crate::cli::Shadow;
use crate::exit::{Failure, say};
use crate::wiring;

/// Tries one component on recorded runs, prints what is not identical, and fails when there is such a run.
pub async fn shadow(options: Shadow) -> Result<(), Failure> {
    let task = options.module.task.map_or("TASK".to_owned(), |task| task.to_string());
    let instead = format!(
        "`prahari module add {task} {}` and `prahari module shadow {task} VERSION --days {}`",
        options.module.file.display(),
        options.days
    );
    let store = candidates::open(&options.db, &instead)?;
    let (runtime, calendar) = (wiring::runtime()?, wiring::calendar()?.current());
    let (_, modules) = wiring::modules(&[]).await?;
    let built_in = wiring::built_in_tasks(&runtime, &modules).await?;
    let tasks = Tasks::read(store.clone(), &built_in).await.map_err(Failure::work)?;
    let grants = Grants::load(store.clone(), Arc::new(tasks)).await.map_err(Failure::work)?;
    let (task, module) = candidates::load(&runtime, &options.module).await?;
    let archive = Archive { store: &store, runtime: &runtime, calendar: &calendar, grants: Some(&grants) };
    let (days, user) = (Days::Last(options.days), options.user.map(UserId));
    let scope = Scope { task, days, user };
    let report = try_out(archive, &module, &scope).await.map_err(Failure::work)?;
    print(&report);
    if let Some(json) = &options.json {
        write(&report, json)?;
    }
    if report.accepted_without_change() {
        return Ok(());
    }
    let differing = report.runs - report.identical;
    Err(Failure::work(match report.runs {
        0 => format!("there is no recorded run of {task} to compare with"),
        runs => {
            format!("the module does not do the same in {differing} of {}", counted(runs, "run", "runs"))
        }
    }))
}

fn print(report: &ShadowReport) {
    report.findings.iter().for_each(print_finding);
    if report.findings_left_out > 0 {
        say!("{} not listed", counted(report.findings_left_out, "more run is", "more runs are"));
    }
    say!("{report}");
}

fn print_finding(finding: &Finding) {
    let Finding { run, user, day, kind, difference, .. } = finding;
    say!("run {run} of user {user} on {day}: {}: {difference}", kind.name());
    for order in finding.orders.iter().filter(|order| order.standing != TradeMatch::Same) {
        say!("  recorded:  {}", order.recorded.as_deref().unwrap_or("nothing"));
        match &order.standing {
            TradeMatch::NotReached => say!("  candidate: did not come so far"),
            TradeMatch::Refused(reason) => {
                say!(
                    "  candidate: {}; the gate refuses it: {reason}",
                    order.candidate.as_deref().unwrap_or("nothing")
                );
            }
            _ => say!("  candidate: {}", order.candidate.as_deref().unwrap_or("nothing")),
        }
    }
}

fn write(report: &ShadowReport, file: &Path) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(report).map_err(Failure::work)?;
    std::fs::write(file, lines(&text).as_bytes())
        .map_err(|error| Failure::work(format!("cannot write {}: {error}", file.display())))
}
