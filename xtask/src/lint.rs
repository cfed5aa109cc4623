//! `lint`: formatting, house rules, clippy.

use crate::failure::Outcome;
use crate::steps::Steps;
use crate::{components, fmt, process, tidy};

/// The command.
pub fn command() -> Outcome<()> {
    let mut steps = Steps::default();
    let outcome = all(&mut steps);
    steps.print();
    outcome
}

fn all(steps: &mut Steps) -> Outcome<()> {
    steps.step("formatting", fmt::check)?;
    steps.step("house rules", tidy::command)?;
    // The daemon embeds them, so nothing of it can be checked without them.
    steps.step("components", || components::command(None))?;
    steps.step("clippy", clippy)
}

/// Clippy's findings are errors, in tests and benches as well.
pub fn clippy() -> Outcome<()> {
    let mut cargo = process::cargo();
    process::run(cargo.args(["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"]))
}
