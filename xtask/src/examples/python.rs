//! The Python project: its tests, and its component by componentize-py.

use std::path::Path;

use crate::failure::Outcome;
use crate::{process, python};

/// Tests and builds the project, by the commands of its README.
pub fn build(project: &Path) -> Outcome<()> {
    let tools = python::tools("componentize-py", &[&project.join("requirements.txt")])?;
    process::run(process::command("python3").args(["-m", "unittest", "--quiet"]).current_dir(project))?;
    let mut make = process::command(tools.join("bin/componentize-py"));
    make.args(["--wit-path", "wit/prahari-task@1.0.0", "--world", "task"]);
    make.args(["componentize", "--stub-wasi", "task", "--output", "gap_watch.wasm"]);
    process::run(make.current_dir(project))
}
