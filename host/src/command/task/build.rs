//! `prahari task build`: cargo, then the component around what it made.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use wit_component::ComponentEncoder;

use super::check;
use crate::exit::{Failure, say};
use crate::given_file;

/// No WASI, so that the component imports nothing but the task world.
const TARGET: &str = "wasm32-unknown-unknown";

/// Builds the project and prints what came out, as `task check` does.
pub async fn build(folder: PathBuf) -> Result<(), Failure> {
    let manifest = folder.join("Cargo.toml");
    if !manifest.is_file() {
        let folder = folder.display();
        return Err(Failure::input(format!("{folder} is no Rust project: it has no Cargo.toml")));
    }
    let Built { name, module } = compile(&manifest)?;
    let bytes = given_file::read_component("module", &module)?;
    let component = encode(&bytes)
        .map_err(|error| Failure::input(format!("{name} cannot be made a component: {error:#}")))?;
    let file = folder.join(format!("{name}.wasm"));
    std::fs::write(&file, &component)
        .map_err(|error| Failure::input(format!("cannot write {}: {error}", file.display())))?;
    say!("component     {}", file.display());
    check::describe(&file, &component).await
}

/// A module that cargo built: the name of its target and the path of the file.
struct Built {
    name: String,
    module: PathBuf,
}

fn compile(manifest: &Path) -> Result<Built, Failure> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let output = Command::new(&cargo)
        .args(["build", "--release", "--lib", "--target", TARGET])
        .arg("--message-format=json-render-diagnostics")
        .arg("--manifest-path")
        .arg(manifest)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| Failure::work(format!("cannot run {}: {error}", cargo.to_string_lossy())))?;
    if !output.status.success() {
        return Err(Failure::work(format!(
            "cargo could not build the task; if it misses the target, `rustup target add {TARGET}` gets it"
        )));
    }
    let messages = String::from_utf8_lossy(&output.stdout);
    let built =
        messages.lines().filter_map(|line| serde_json::from_str(line).ok()).find_map(|it| module_of(&it));
    built.ok_or_else(|| {
        Failure::input(format!("{} makes no module: it needs crate-type = [\"cdylib\"]", manifest.display()))
    })
}

/// The module that a message of cargo tells of.
fn module_of(message: &Value) -> Option<Built> {
    let target = message.get("target")?;
    target.get("crate_types")?.as_array()?.iter().find(|kind| *kind == "cdylib")?;
    let files = message.get("filenames")?.as_array()?;
    let module = files.iter().filter_map(Value::as_str).find(|file| file.ends_with(".wasm"))?;
    Some(Built { name: target.get("name")?.as_str()?.to_owned(), module: module.into() })
}

/// The module carries the WIT that it was written against in a custom section.
fn encode(module: &[u8]) -> Result<Vec<u8>, impl std::fmt::Display + use<>> {
    ComponentEncoder::default().validate(true).module(module).and_then(|mut encoder| encoder.encode())
}
