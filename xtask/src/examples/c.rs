//! The C project: its tests natively, its components by clang, with the generator of bindings and the encoder of
//! components that cargo installs.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::Path;

use super::sample;
use crate::failure::{Failure, Outcome};
use crate::{process, workspace};

/// A program that cargo installs; both have the same libraries, which are compiled once.
struct Tool {
    program: &'static str,
    package: &'static str,
    version: &'static str,
    /// What of it is used: all of it would take many times as long to compile.
    features: &'static str,
}

const TOOLS: [Tool; 2] = [
    Tool { program: "wit-bindgen", package: "wit-bindgen-cli", version: "0.61.1", features: "c" },
    Tool { program: "wasm-tools", package: "wasm-tools", version: "1.258.0", features: "component" },
];

impl Tool {
    /// What the guide has an author say to cargo.
    fn install(&self) -> String {
        let Self { package, version, features, .. } = self;
        format!("install {package} --version {version} --locked --no-default-features --features {features}")
    }
}

/// Beginning of the guide's commands that make a component of the buyer.
const COMMANDS: &str = "wit-bindgen c ";

/// As the guide and the Makefile name it.
const TARGET: &str = "--target=wasm32-wasi";

/// What of this machine is missing for it, by the names of Debian's packages.
pub fn missing() -> Vec<&'static str> {
    let asks = |arguments: &[&str]| process::output(process::command("clang").args(arguments)).ok();
    let targets = asks(&["--print-targets"]).is_some_and(|targets| targets.contains("wasm32"));
    let library = asks(&[TARGET, "-E", "-include", "stdlib.h", "-x", "c", "/dev/null"]).is_some();
    let builtins =
        asks(&[TARGET, "-print-libgcc-file-name"]).is_some_and(|file| Path::new(file.trim()).is_file());
    let there = [
        ("clang", targets),
        ("lld", process::exists("wasm-ld", "--version")),
        ("wasi-libc", library),
        ("libclang-rt-dev-wasm32", builtins),
        ("make", process::exists("make", "--version")),
    ];
    there.into_iter().filter(|(_, there)| !there).map(|(package, _)| package).collect()
}

/// Tests and builds the project: the buyer by the commands of the guide, the exit task by the Makefile.
pub fn build(project: &Path) -> Outcome<()> {
    let path = path()?;
    let commands = sample::block(COMMANDS)?;
    process::run(
        process::command("sh").args(["-e", "-c", &commands]).current_dir(project).env("PATH", &path),
    )?;
    process::run(
        process::command("make").args(["--silent", "test", "all"]).current_dir(project).env("PATH", &path),
    )
}

/// Where programs are looked for: with those of [`TOOLS`] before all others, installed when they are missing or of another
/// version.
fn path() -> Outcome<OsString> {
    let folder = workspace::root().join("target/tools");
    let programs = folder.join("bin");
    let built = folder.join("build");
    for tool in &TOOLS {
        let asked = process::output(process::command(programs.join(tool.program)).arg("--version"));
        if asked.is_ok_and(|version| version.split_whitespace().any(|word| word == tool.version)) {
            continue;
        }
        println!("installing {} {} into {}", tool.package, tool.version, folder.display());
        let mut cargo = process::cargo();
        cargo.args(tool.install().split(' ')).args(["--force", "--quiet", "--root"]);
        process::run(cargo.arg(&folder).env("CARGO_TARGET_DIR", &built))?;
    }
    // What they were built from is larger than they are, and nothing uses it again.
    if built.is_dir() {
        fs::remove_dir_all(&built).map_err(|error| Failure::file("remove", &built, &error))?;
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = [programs].into_iter().chain(env::split_paths(&path));
    env::join_paths(folders).map_err(|error| Failure::new(format!("PATH cannot be used: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guide_installs_the_same_tools_and_builds_for_the_same_target() {
        let install = sample::block("cargo install ").unwrap();
        let expected: String = TOOLS.iter().map(|tool| format!("cargo {}\n", tool.install())).collect();
        assert_eq!(install, expected);
        assert!(sample::block(COMMANDS).unwrap().contains(TARGET));
    }
}
