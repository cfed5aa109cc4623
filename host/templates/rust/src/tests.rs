use prahari_sdk::{Capability, ScriptedHost, Summary, Task, TaskError};

use crate::GapWatch;

/// Tuesday, 2 January 2024.
const DAY: i32 = 19_724;

/// A share held since yesterday, which closed at 100 rupees and opened at this many paise.
fn opened_at(open: Option<i64>) -> ScriptedHost {
    let mut host = ScriptedHost::at(DAY, 9, 30).share("ACME", 10_000).position("ACME", 10, 9_500);
    host.quotes.get_mut("ACME").unwrap().open = open;
    host
}

fn run(host: &mut ScriptedHost) -> Result<Summary, TaskError> {
    let context = host.context("gap_watch");
    GapWatch::run(host, &context)
}

#[test]
fn an_open_more_than_two_percent_down_is_told_with_its_reason() {
    let mut host = opened_at(Some(9_799));
    let summary = run(&mut host).unwrap();
    assert_eq!(summary.text, "1 of 1 held shares opened more than 2 % below the previous close");
    assert_eq!(host.reasons("ACME"), ["opened_below"]);
    let evidence = &host.decision("ACME").unwrap().evidence;
    let evidence: Vec<&str> = evidence.iter().map(|fact| fact.value.as_str()).collect();
    assert_eq!(evidence, ["100.00", "97.99", "2.01"]);
}

#[test]
fn exactly_two_percent_is_not_more_than_two_percent() {
    let mut host = opened_at(Some(9_800));
    run(&mut host).unwrap();
    assert!(host.decisions.is_empty());
}

#[test]
fn before_the_first_trade_nothing_is_said_of_the_open() {
    let mut host = opened_at(None);
    run(&mut host).unwrap();
    assert_eq!(host.reasons("ACME"), ["not_open_yet"]);
}

#[test]
fn without_the_grant_to_read_positions_the_run_says_so() {
    let mut host = opened_at(Some(9_000));
    host.denied.push(Capability::BrokerRead);
    assert_eq!(run(&mut host).unwrap_err(), TaskError::Denied(Capability::BrokerRead));
}
