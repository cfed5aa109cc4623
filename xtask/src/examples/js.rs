//! The JavaScript project: its tests, and its component by componentize-qjs. Where there is no Node, a Python package
//! brings it.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::folder;
use crate::failure::{Failure, Outcome};
use crate::{process, python, workspace};

/// Tests and builds the project, by the commands of its README.
pub fn build(project: &Path) -> Outcome<()> {
    let path = path()?;
    // npm looks for packages in the folders above a project too: there they are installed once.
    let manifest = project.join("package.json");
    let text = fs::read(&manifest).map_err(|error| Failure::file("read", &manifest, &error))?;
    let kept = folder().join("package.json");
    let installed = fs::read(&kept).is_ok_and(|kept| tools(&kept) == tools(&text));
    if !installed || !folder().join("node_modules").is_dir() {
        fs::write(&kept, &text).map_err(|error| Failure::file("write", &kept, &error))?;
        process::run(npm(&path, &folder()).args(["install", "--no-audit", "--no-fund"]))?;
    }
    process::run(npm(&path, project).args(["run", "test"]))?;
    process::run(npm(&path, project).args(["run", "build"]))
}

/// The packages that a project is built with.
fn tools(manifest: &[u8]) -> Option<Value> {
    serde_json::from_slice::<Value>(manifest).ok()?.get("devDependencies").cloned()
}

fn npm(path: &OsString, folder: &Path) -> Command {
    let mut npm = process::command("npm");
    npm.env("PATH", path).current_dir(folder).arg("--silent");
    npm
}

/// Where programs are looked for: with Node among them, installed when this machine has none.
fn path() -> Outcome<OsString> {
    let path = env::var_os("PATH").unwrap_or_default();
    if process::exists("npm", "--version") {
        return Ok(path);
    }
    let node = python::tools("node", &[&workspace::root().join("tests/examples/node.txt")])?;
    let folders = [node.join("bin")].into_iter().chain(env::split_paths(&path));
    env::join_paths(folders).map_err(|error| Failure::new(format!("PATH cannot be used: {error}")))
}
