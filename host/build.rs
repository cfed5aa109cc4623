//! Puts the seven task components into the binary, so that one file runs from an empty folder, and everything that a
//! project for a task of one's own begins with.
//!
//! Writes for `include!`:
//! - `components.rs` with `pub const COMPONENTS: &[(&str, &[u8])]` (task name, component);
//! - `templates.rs` with a `pub const NAME: &[(&str, &str)]` (path within the folder, text) for each of [`FOLDERS`].

// The build driver's own list: what is built and what is embedded cannot differ.
#[path = "../xtask/src/components/tasks.rs"]
mod tasks;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

/// The folders whose texts are embedded, with the names of their constants.
const FOLDERS: [(&str, &str); 6] = [
    ("RUST", "templates/rust"),
    ("PYTHON", "templates/python"),
    ("JS", "templates/js"),
    ("MARKET", "templates/market"),
    ("SDK", "../plugins/sdk/src"),
    ("WIT", "../wit"),
];

fn main() -> ExitCode {
    match embed().and_then(|()| embed_templates()) {
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
    write_file("components.rs", &text)
}

fn embed_templates() -> Result<(), String> {
    let here = folder("CARGO_MANIFEST_DIR")?;
    let mut text = String::new();
    for (name, path) in FOLDERS {
        let root = here.join(path);
        println!("cargo::rerun-if-changed={}", root.display());
        let mut rows = String::new();
        walk(&root, "", &mut rows)?;
        let constant =
            format!("/// The files of `{path}`.\npub const {name}: &[(&str, &str)] = &[\n{rows}];\n");
        text.push_str(&constant);
    }
    write_file("templates.rs", &text)
}

/// A row for each file, folders in the order of their names so that the same tree gives the same binary.
fn walk(folder: &Path, prefix: &str, rows: &mut String) -> Result<(), String> {
    let unreadable = |error: std::io::Error| format!("cannot read {}: {error}", folder.display());
    let entries = fs::read_dir(folder).map_err(unreadable)?.collect::<Result<Vec<_>, _>>();
    let mut entries: Vec<PathBuf> = entries.map_err(unreadable)?.iter().map(fs::DirEntry::path).collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            walk(&path, &format!("{prefix}{name}/"), rows)?;
        } else {
            let path = path.canonicalize().map_err(unreadable)?;
            writeln!(rows, "    ({:?}, include_str!({path:?})),", format!("{prefix}{name}"))
                .map_err(|error| error.to_string())?;
        }
    }
    Ok(())
}

fn missing(task: &str) -> String {
    format!("the component of {task} is not built: run `cargo xtask components`")
}

fn folder(variable: &str) -> Result<PathBuf, String> {
    env::var_os(variable).map(PathBuf::from).ok_or_else(|| format!("cargo did not set {variable}"))
}

fn write_file(name: &str, text: &str) -> Result<(), String> {
    let path = folder("OUT_DIR")?.join(name);
    fs::write(&path, text).map_err(|error| format!("cannot write {}: {error}", path.display()))
}
