//! What the same task did in each build of it, side by side.

use serde_json::Value;

use crate::failure::{Failure, Outcome};

/// What has to be the same, whatever the task is written in.
const SAME: [&str; 5] = ["calls", "decisions", "log", "outcome", "detail"];

/// A line for people: what a fresh run costs.
pub fn row(name: &str, report: &Value, took: &str) -> String {
    let number = |name: &str| report.get(name).and_then(Value::as_f64).unwrap_or_default();
    format!(
        "{name:<9} fresh run {:>7.3} ms, memory {:>5.1} MiB; from new to run in {took}\n",
        number("fresh_run_micros") / 1e3,
        number("peak_memory") / 1_048_576.0,
    )
}

/// Fails at the first part in which a report differs from the first one, and at one that decided nothing: then there
/// was nothing to compare.
pub fn compare(reports: &[(&str, Value)]) -> Outcome<()> {
    let Some(((first, expected), others)) = reports.split_first() else { return Ok(()) };
    let decisions = expected.get("decisions").and_then(Value::as_array).map_or(0, Vec::len);
    if decisions == 0 {
        return Err(Failure::new(format!(
            "the example in {first} decided nothing: there is nothing to compare"
        )));
    }
    for (other, report) in others {
        for part in SAME {
            let (expected, got) = (entries(expected, part), entries(report, part));
            if let Some(at) = (0..expected.len().max(got.len())).find(|at| expected.get(*at) != got.get(*at))
            {
                return Err(Failure::new(format!(
                    "{part} {} differs: {first} {}, {other} {}",
                    at + 1,
                    shown(&expected, at),
                    shown(&got, at)
                )));
            }
        }
    }
    let calls = entries(expected, "calls").len();
    println!("{calls} calls and {decisions} decisions are the same in {} builds", reports.len());
    Ok(())
}

/// The entries of a list; anything else is one entry.
fn entries(report: &Value, part: &str) -> Vec<Value> {
    match report.get(part) {
        Some(Value::Array(entries)) => entries.clone(),
        Some(other) => vec![other.clone()],
        None => Vec::new(),
    }
}

fn shown(entries: &[Value], at: usize) -> String {
    entries.get(at).map_or_else(|| "nothing".to_owned(), Value::to_string)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn report(reason: &str) -> Value {
        json!({ "calls": ["a", "b"], "decisions": [{ "reason": reason }], "outcome": "succeeded" })
    }

    #[test]
    fn the_first_difference_is_named_with_both_sides() {
        let failure = compare(&[("rust", report("up")), ("js", report("up")), ("python", report("down"))]);
        assert_eq!(
            failure.unwrap_err().to_string(),
            r#"decisions 1 differs: rust {"reason":"up"}, python {"reason":"down"}"#
        );
    }

    #[test]
    fn equal_reports_pass_and_empty_ones_do_not() {
        assert!(compare(&[("rust", report("up")), ("js", report("up"))]).is_ok());
        let empty = json!({ "calls": [], "decisions": [] });
        assert!(compare(&[("rust", empty.clone()), ("js", empty)]).is_err());
    }
}
