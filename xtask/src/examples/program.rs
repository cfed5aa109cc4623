//! The program of docs/API.md, run as it stands there against a daemon.

use crate::failure::Outcome;
use crate::{process, python, workspace};

/// Runs it; needs Python 3.10 or later.
pub fn check() -> Outcome<()> {
    let folder = workspace::root().join("tests/program");
    let tools = python::tools("program", &[&folder.join("requirements.txt")])?;
    let mut check = process::command(tools.join("bin/python"));
    process::run(check.arg(folder.join("check.py")).arg(workspace::debug_binary()).arg("docs/API.md"))
}
