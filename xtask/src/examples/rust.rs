//! The Rust project: its tests natively, its component by `prahari task build`.

use std::path::Path;

use super::{folder, prahari};
use crate::failure::Outcome;
use crate::process;
use crate::wasm_target;

/// Tests and builds the project.
pub fn build(project: &Path) -> Outcome<()> {
    // Beside the project, so that what it depends on is compiled once and not each time it is made anew.
    let target = folder().join("cargo");
    let mut test = process::cargo();
    test.args(["test", "--quiet"]).current_dir(project);
    process::run(test.env("CARGO_TARGET_DIR", &target))?;
    let toolchain = wasm_target::ensure(None)?.cargo();
    let mut build = prahari();
    for (name, value) in toolchain.get_envs() {
        match value {
            Some(value) => build.env(name, value),
            None => build.env_remove(name),
        };
    }
    build.env("CARGO", toolchain.get_program()).env("CARGO_TARGET_DIR", &target);
    process::run(build.args(["task", "build"]).arg(project))
}
