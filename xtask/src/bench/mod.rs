//! `bench`: lets the release binary measure itself and prints its answers as one table, each beside the budget and
//! beside the raw limit measured in the same run. With another binary, such as that of an earlier version, both are measured in
//! turns, so that what disturbs the machine disturbs both, and their ratios are printed.

mod pairs;
mod row;

use std::path::Path;

use crate::build::{self, Profile};
use crate::failure::{Failure, Outcome};

/// The command; with a `name`, only the benches that contain it. A missed budget is a failure, and with `against` a value that is
/// worse than that program's.
pub fn command(name: Option<&str>, against: Option<&Path>) -> Outcome<()> {
    let binary = build::command(Profile::Release)?;
    match against {
        None => alone(&binary, name),
        Some(other) => pairs::compare(&binary, other, name),
    }
}

fn alone(binary: &Path, name: Option<&str>) -> Outcome<()> {
    println!("{}", row::headline());
    let mut missed = Vec::new();
    row::measure(binary, name, |row| {
        println!("{}", row::format_row(&row));
        if !row.pass {
            missed.push(row.name);
        }
    })?;
    if missed.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!("over budget: {}", missed.join(", "))))
}
