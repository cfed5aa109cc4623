//! `schemathesis`: made-up requests to every route of a running daemon, as admin and as user.
//!
//! The tool is Python's; it is installed, with pinned versions, into a folder of its own under `target`.

use crate::failure::Outcome;
use crate::process;
use crate::python;
use crate::workspace;

/// The command; needs Python 3.10 or later.
pub fn command() -> Outcome<()> {
    // What the tests build, the daemon among it, so that nothing is compiled twice.
    process::run(process::cargo().args(["test", "--locked", "--workspace", "--no-run", "--quiet"]))?;
    let folder = workspace::root().join("tests/schemathesis");
    let tools = python::tools("schemathesis", &[&folder.join("requirements.txt")])?;
    let mut check = process::command(tools.join("bin/python"));
    process::run(check.arg(folder.join("check.py")).arg(workspace::debug_binary()).arg(tools.join("bin")))
}
