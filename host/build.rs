//! Puts the seven task components into the binary, so that one file runs from an empty folder.
//!
//! Writes `components.rs` with `pub const COMPONENTS: &[(&str, &[u8])]` (task name, component) for `include!`.

// The build driver's own list: what is built and what is embedded cannot differ.
#[path = "../xtask/src/components/tasks.rs"]
mod tasks;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

fn main() -> ExitCode {
    match embed() {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            println!("cargo::error={sentence}");
            ExitCode::FAILURE
        }
    }
}

fn embed() -> Result<(), String> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=../xtask/src/components/tasks.rs");
    let components = folder("CARGO_MANIFEST_DIR")?.join("../target/components");
    let mut rows = String::new();
    for task in tasks::TASKS {
        let component = components.join(format!("{task}.wasm"));
        println!("cargo::rerun-if-changed={}", component.display());
        let path = component.canonicalize().map_err(|_| missing(task))?;
        writeln!(rows, "    ({task:?}, include_bytes!({path:?})),").map_err(|error| error.to_string())?;
    }
    let text = format!(
        "/// The task components: name of the task, bytes of its component.\npub const COMPONENTS: &[(&str, &[u8])] = &[\n{rows}];\n"
    );
    write_file(&folder("OUT_DIR")?, &text)
}

fn missing(task: &str) -> String {
    format!("the component of {task} is not built: run `cargo xtask components`")
}

fn folder(variable: &str) -> Result<PathBuf, String> {
    env::var_os(variable).map(PathBuf::from).ok_or_else(|| format!("cargo did not set {variable}"))
}

fn write_file(folder: &Path, text: &str) -> Result<(), String> {
    let path = folder.join("components.rs");
    fs::write(&path, text).map_err(|error| format!("cannot write {}: {error}", path.display()))
}
