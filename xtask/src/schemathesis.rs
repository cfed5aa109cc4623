//! `schemathesis`: made-up requests to every route of a running daemon, as admin and as user.
//!
//! The tool is Python's; it is installed, with pinned versions, into a folder of its own under `target`.

use std::fs;
use std::path::PathBuf;

use crate::failure::{Failure, Outcome};
use crate::process;
use crate::workspace;

/// The command; needs Python 3.10 or later.
pub fn command() -> Outcome<()> {
    // What the tests build, the daemon among it, so that nothing is compiled twice.
    process::run(process::cargo().args(["test", "--locked", "--workspace", "--no-run", "--quiet"]))?;
    let tools = tools()?;
    let folder = workspace::root().join("tests/schemathesis");
    let mut check = process::command(tools.join("bin/python"));
    process::run(check.arg(folder.join("check.py")).arg(workspace::debug_binary()).arg(tools.join("bin")))
}

/// The folder with the tool, made when it is missing or its requirements have changed.
fn tools() -> Outcome<PathBuf> {
    let wanted = workspace::root().join("tests/schemathesis/requirements.txt");
    let tools = workspace::root().join("target/schemathesis");
    let installed = tools.join("installed.txt");
    let text = fs::read_to_string(&wanted).map_err(|error| Failure::file("read", &wanted, &error))?;
    if fs::read_to_string(&installed).is_ok_and(|there| there == text) {
        return Ok(tools);
    }
    println!("installing schemathesis into {}", tools.display());
    process::run(process::command("python3").args(["-m", "venv", "--clear"]).arg(&tools))?;
    let mut pip = process::command(tools.join("bin/pip"));
    process::run(
        pip.args(["install", "--quiet", "--disable-pip-version-check", "--requirement"]).arg(&wanted),
    )?;
    fs::write(&installed, text).map_err(|error| Failure::file("write", &installed, &error))?;
    Ok(tools)
}
