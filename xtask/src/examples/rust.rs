//! The Rust project: its tests natively, its component by `prahari task build`, by cargo alone for a target whose
//! linker makes components, and by `cargo component`.

use std::fs;
use std::path::{Path, PathBuf};

use super::{folder, prahari};
use crate::failure::{Failure, Outcome};
use crate::process;
use crate::wasm_target::{self, TARGET};

/// The target of components that import WASI.
const WASIP2: &str = "wasm32-wasip2";

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

/// Whether the toolchain in use cannot build for [`WASIP2`].
pub fn no_wasip2() -> Option<&'static str> {
    (!wasm_target::has(WASIP2)).then_some(WASIP2)
}

/// Builds the project with nothing but cargo.
pub fn build_for_wasi(project: &Path) -> Outcome<()> {
    build_component(project, &["build"], WASIP2)
}

/// What `cargo component` lacks here: itself, or the target in the toolchain in use, which is the one that it uses.
pub fn no_cargo_component() -> Option<&'static str> {
    if !wasm_target::has(TARGET) {
        return Some(TARGET);
    }
    let mut asked = process::cargo();
    process::output(asked.args(["component", "--version"])).is_err().then_some("cargo component")
}

/// Builds the project with `cargo component`.
pub fn build_by_cargo_component(project: &Path) -> Outcome<()> {
    build_component(project, &["component", "build"], TARGET)
}

/// Builds with a command of cargo that leaves a component.
fn build_component(project: &Path, command: &[&str], target_name: &str) -> Outcome<()> {
    let mut build = process::cargo();
    build.args(command).args(["--quiet", "--release", "--target", target_name]).current_dir(project);
    process::run(build.env("CARGO_TARGET_DIR", target()))?;
    let built = target().join(target_name).join("release/gap_watch.wasm");
    let component = project.join("gap_watch.wasm");
    fs::copy(&built, &component).map(drop).map_err(|error| Failure::file("copy", &built, &error))
}

/// Beside the projects, so that what they depend on is compiled once and not each time they are made anew.
fn target() -> PathBuf {
    folder().join("cargo")
}
