//! `prahari doctor`: what of a user's day can be proved before the market opens, asked of a running daemon.

use std::process::ExitCode;

use serde::Deserialize;
use serde_json::Value;

use super::moment;
use super::query::Query;
use super::remote::Remote;
use crate::cli::Doctor;
use crate::exit::{Failure, print_document, say};

/// A check failed.
const FAILED: u8 = 1;

/// Shows each check, what to do about it, and the whole in one line.
pub fn doctor(options: &Doctor) -> Result<ExitCode, Failure> {
    let daemon = Remote::of(&options.daemon, "/api/v1")?;
    let query = Query::default().with("user", options.user).text();
    let answer: Value = daemon.ask("GET", &format!("/user/doctor{query}"), None)?;
    if daemon.json {
        print_document(&answer.to_string());
    }
    let report: Report = serde_json::from_value(answer).map_err(Failure::work)?;
    if !daemon.json {
        report.print();
    }
    Ok(if report.outcome == "failed" { ExitCode::from(FAILED) } else { ExitCode::SUCCESS })
}

/// What was found, as far as it is shown here.
#[derive(Deserialize)]
struct Report {
    user: u64,
    user_name: String,
    at: String,
    outcome: String,
    checks: Vec<Check>,
}

#[derive(Deserialize)]
struct Check {
    name: String,
    outcome: String,
    evidence: String,
    advice: String,
}

impl Report {
    /// A table with a line for each check, and one for what to do where something is to be done.
    fn print(&self) {
        let width = |of: fn(&Check) -> &str, least: usize| {
            self.checks.iter().map(|check| of(check).chars().count()).max().unwrap_or(0).max(least)
        };
        let names = width(|check| check.name.as_str(), 5);
        let outcomes = width(|check| word(&check.outcome), 6);
        for Check { name, outcome, evidence, advice } in &self.checks {
            say!("{name:<names$}  {:<outcomes$}  {evidence}", word(outcome));
            if !advice.is_empty() {
                say!("{:<names$}  {:<outcomes$}  -> {advice}", "", "");
            }
        }
        let count = |outcome: &str| self.checks.iter().filter(|check| check.outcome == outcome).count();
        say!(
            "user {} ({}) at {}: {} failed, {} to look at, {} not known, {} ok",
            self.user,
            self.user_name,
            moment(&self.at),
            count("failed"),
            count("warning"),
            count("not_known"),
            count("ok")
        );
    }
}

/// An outcome as people read it.
fn word(outcome: &str) -> &str {
    match outcome {
        "not_known" => "not known",
        "warning" => "look",
        other => other,
    }
}
