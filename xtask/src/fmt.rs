//! `fmt`: rustfmt for the whole workspace.

use crate::failure::Outcome;
use crate::process;

/// The command: formats in place.
pub fn command() -> Outcome<()> {
    process::run(process::cargo().args(["fmt", "--all"]))
}

/// Fails when a file is not formatted.
pub fn check() -> Outcome<()> {
    process::run(process::cargo().args(["fmt", "--all", "--check"]))
}
