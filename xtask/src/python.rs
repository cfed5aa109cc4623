//! Tools that are Python packages: installed with pinned versions into a folder of their own under `target`.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::failure::{Failure, Outcome};
use crate::process;
use crate::workspace;

/// Longest time of an installation: beyond it no package registry answers as one does.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// The folder `target/NAME` with the packages of `requirements`, made when it is missing or they have changed. Its
/// programs are in `bin`. Needs Python 3.10 or later.
pub fn tools(name: &str, requirements: &[&Path]) -> Outcome<PathBuf> {
    let tools = workspace::root().join("target").join(name);
    let installed = tools.join("installed.txt");
    let mut text = String::new();
    for wanted in requirements {
        text += &fs::read_to_string(wanted).map_err(|error| Failure::file("read", wanted, &error))?;
    }
    if fs::read_to_string(&installed).is_ok_and(|there| there == text) {
        return Ok(tools);
    }
    println!("installing {name} into {}", tools.display());
    process::run(process::command("python3").args(["-m", "venv", "--clear"]).arg(&tools))?;
    let mut pip = process::command(tools.join("bin/pip"));
    pip.args(["install", "--quiet", "--disable-pip-version-check"]);
    for wanted in requirements {
        pip.arg("--requirement").arg(wanted);
    }
    process::run_within(&mut pip, LONGEST)?;
    fs::write(&installed, text).map_err(|error| Failure::file("write", &installed, &error))?;
    Ok(tools)
}
