//! The Rust project: its tests natively, its component by `prahari task build`, and by cargo alone for a target whose linker
//! makes components.

use std::fs;
use std::path::{Path, PathBuf};

use super::{folder, prahari};
use crate::failure::{Failure, Outcome};
use crate::process;
use crate::wasm_target;

/// The target of components that import WASI.
pub const WASIP2: &str = "wasm32-wasip2";

/// Tests and builds the project.
pub fn build(project: &Path) -> Outcome<()> {
    let target = target();
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

/// Builds the project with nothing but cargo.
pub fn build_for_wasi(project: &Path) -> Outcome<()> {
    let mut build = process::cargo();
    build.args(["build", "--quiet", "--release", "--target", WASIP2]).current_dir(project);
    process::run(build.env("CARGO_TARGET_DIR", target()))?;
    let (built, component) =
        (target().join(WASIP2).join("release/gap_watch.wasm"), project.join("gap_watch.wasm"));
    fs::copy(&built, &component).map(drop).map_err(|error| Failure::file("copy", &built, &error))
}

/// Beside the projects, so that what they depend on is compiled once and not each time they are made anew.
fn target() -> PathBuf {
    folder().join("cargo")
}
