//! Two programs measured in turns.

use std::collections::BTreeMap;
use std::path::Path;

use super::row::{self, Row};
use crate::failure::{Failure, Outcome};

/// Turns of each program. Default 3: the median leaves out the one that was disturbed.
const TURNS: usize = 3;

/// Most that a median may be above the other program's. What two turns of one program differ by is of this size.
const MOST_WORSE: f64 = 1.15;

/// The values of one bench, a turn each.
#[derive(Default)]
struct Values {
    unit: String,
    ours: Vec<f64>,
    theirs: Vec<f64>,
}

/// Measures both programs in turns and prints the medians and their ratio.
pub fn compare(ours: &Path, theirs: &Path, name: Option<&str>) -> Outcome<()> {
    let mut benches = BTreeMap::<String, Values>::new();
    for turn in 1..=TURNS {
        println!("turn {turn} of {TURNS}: {}", theirs.display());
        row::measure(theirs, name, |row| values_of(&mut benches, &row).theirs.extend(row.value))?;
        println!("turn {turn} of {TURNS}: {}", ours.display());
        row::measure(ours, name, |row| values_of(&mut benches, &row).ours.extend(row.value))?;
    }
    println!("{:>10} {:>10} {:>6} {:<6} {:<7} what", "before", "now", "ratio", "unit", "verdict");
    let mut worse = Vec::new();
    for (name, values) in benches {
        let ratio = print(&name, &values);
        if ratio.is_some_and(|ratio| is_worse(&values.unit, ratio)) {
            worse.push(name);
        }
    }
    if worse.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!("worse than before: {}", worse.join(", "))))
}

fn values_of<'a>(benches: &'a mut BTreeMap<String, Values>, row: &Row) -> &'a mut Values {
    let values = benches.entry(row.name.clone()).or_default();
    values.unit.clone_from(&row.unit);
    values
}

/// Prints a bench, and returns by how much the values of now differ; none of a bench that only one program has.
fn print(name: &str, values: &Values) -> Option<f64> {
    let (before, now) = (median(&values.theirs), median(&values.ours));
    let ratio = before.zip(now).map(|(before, now)| now / before);
    let verdict = match ratio {
        None => "one",
        Some(ratio) if is_worse(&values.unit, ratio) => "WORSE",
        Some(_) => "ok",
    };
    let (before, now, ratio_text) = (row::figure(before), row::figure(now), row::figure(ratio));
    println!("{before:>10} {now:>10} {ratio_text:>6} {:<6} {verdict:<7} {name}", values.unit);
    ratio
}

/// Rates are better when they are higher; everything else is a time, a size or a ratio.
fn is_worse(unit: &str, ratio: f64) -> bool {
    if unit.ends_with("/s") { ratio < 1.0 / MOST_WORSE } else { ratio > MOST_WORSE }
}

fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_leaves_out_the_turn_that_was_disturbed() {
        assert_eq!(median(&[1.0, 9.0, 1.1]), Some(1.1));
        assert_eq!(median(&[]), None);
    }

    #[test]
    fn more_time_is_worse_and_a_higher_rate_is_not() {
        assert!(is_worse("ms", 1.2) && !is_worse("ms", 0.5));
        assert!(is_worse("runs/s", 0.8) && !is_worse("runs/s", 1.5));
    }

    #[test]
    fn a_bench_that_only_one_program_has_is_not_judged() {
        let values = Values { unit: "ms".to_owned(), ours: vec![1.0], theirs: Vec::new() };
        assert_eq!(print("new", &values), None);
    }
}
