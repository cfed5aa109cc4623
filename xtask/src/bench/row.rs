//! The lines that `prahari bench` prints.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use crate::failure::{Failure, Outcome};
use crate::process;

/// One line of `prahari bench`.
#[derive(Debug, PartialEq)]
pub struct Row {
    pub name: String,
    pub bar: String,
    pub value: Option<f64>,
    pub raw: Option<f64>,
    pub unit: String,
    pub pass: bool,
}

/// Lets a program measure itself, and hands over each row as soon as it is there.
pub fn measure(binary: &Path, name: Option<&str>, mut take: impl FnMut(Row)) -> Outcome<()> {
    let mut bench = process::command(binary);
    bench.arg("bench").args(name).stdout(Stdio::piped());
    let mut child = bench.spawn().map_err(|error| Failure::file("run", binary, &error))?;
    let answers = child.stdout.take().map(BufReader::new);
    for line in answers.into_iter().flat_map(BufRead::lines) {
        let line =
            line.map_err(|error| Failure::new(format!("cannot read what the bench prints: {error}")))?;
        take(parse(&line)?);
    }
    let status = child.wait().map_err(|error| Failure::new(format!("the bench did not end: {error}")))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format!("`{} bench` ended with {status}", binary.display())))
}

fn parse(line: &str) -> Outcome<Row> {
    let fields: Value = serde_json::from_str(line)
        .map_err(|error| Failure::new(format!("no bench result: {line:?}: {error}")))?;
    let text = |name: &str| match fields.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let number = |name: &str| fields.get(name).and_then(Value::as_f64);
    let pass = fields.get("pass").and_then(Value::as_bool);
    let pass = pass.ok_or_else(|| Failure::new(format!("a bench result without `pass`: {line}")))?;
    Ok(Row {
        name: text("name"),
        bar: text("bar"),
        value: number("value"),
        raw: number("raw"),
        unit: text("unit"),
        pass,
    })
}

pub fn headline() -> String {
    format!("{:>10} {:>10} {:<6} {:<7} {}", "measured", "raw limit", "unit", "verdict", "what: budget")
}

pub fn format_row(row: &Row) -> String {
    let verdict = if row.pass { "ok" } else { "MISSED" };
    let (value, raw) = (figure(row.value), figure(row.raw));
    // The texts are of any length, so they come last.
    format!("{value:>10} {raw:>10} {:<6} {verdict:<7} {}: {}", row.unit, row.name, row.bar)
}

/// About four significant digits, whatever the size.
pub fn figure(value: Option<f64>) -> String {
    match value {
        None => "-".to_owned(),
        Some(value) if value.abs() >= 1000.0 => format!("{value:.0}"),
        Some(value) if value.abs() >= 10.0 => format!("{value:.1}"),
        Some(value) => format!("{value:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_becomes_a_row() {
        let line = r#"{"name":"order: call to durable intent, p99","bar":"<= 5","value":3.25,"raw":2.5,"unit":"ms","pass":true}"#;
        let row = parse(line).unwrap();
        let expected = "     3.250      2.500 ms     ok      order: call to durable intent, p99: <= 5";
        assert_eq!(format_row(&row), expected);
    }

    #[test]
    fn a_missing_raw_limit_is_a_dash_and_a_missed_budget_is_loud() {
        let row = parse(r#"{"name":"a","bar":"<= 1","value":2,"raw":null,"unit":"s","pass":false}"#).unwrap();
        assert_eq!(format_row(&row), "     2.000          - s      MISSED  a: <= 1");
    }

    #[test]
    fn other_output_is_not_taken_for_a_result() {
        assert!(parse("panicked at").is_err());
        assert!(parse(r#"{"name":"a"}"#).is_err());
    }
}
