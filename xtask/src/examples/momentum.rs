//! The example of `docs/examples/momentum`: made as its README says, and given to a real daemon by the test of that name.

use std::fs;
use std::path::Path;

use super::{folder, js, prahari};
use crate::failure::{Failure, Outcome};
use crate::{process, workspace};

/// What the README calls the project.
const NAME: &str = "momentum";

/// The test that takes the components from the folder which this variable names.
const TEST: (&str, &str) = ("written", "PRAHARI_MOMENTUM");

/// Makes both components and has them trade.
pub fn run() -> Outcome<()> {
    let project = folder().join(NAME);
    if project.exists() {
        fs::remove_dir_all(&project).map_err(|error| Failure::file("remove", &project, &error))?;
    }
    process::run(prahari().args(["task", "new", NAME, "--lang", "js", "--dir"]).arg(&project))?;
    copy(&workspace::root().join("docs/examples/momentum/js"), &project)?;
    js::build(&project)?;
    for component in ["momentum_buys.wasm", "momentum_exit.wasm"] {
        process::run(prahari().args(["task", "check"]).arg(project.join(component)))?;
    }
    let (test, variable) = TEST;
    let mut cargo = process::cargo();
    cargo.args(["test", "--locked", "--workspace", "--quiet", "--test", "strategies", test]);
    process::run(cargo.env(variable, &project))
}

/// Copies the files of a folder over those of another.
fn copy(from: &Path, to: &Path) -> Outcome<()> {
    for entry in fs::read_dir(from).map_err(|error| Failure::file("read", from, &error))? {
        let path = entry.map_err(|error| Failure::file("read", from, &error))?.path();
        let Some(name) = path.file_name() else { continue };
        fs::copy(&path, to.join(name)).map_err(|error| Failure::file("copy", &path, &error))?;
    }
    Ok(())
}
