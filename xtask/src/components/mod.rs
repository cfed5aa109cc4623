//! The task components: built as core modules, encoded with the task world, verified, and left in target/components.

mod encode;
mod tasks;
mod verify;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Outcome};
use crate::lock::Lock;
use crate::process;
use crate::steps::Stopwatch;
use crate::wasm_target::{self, TARGET, Toolchain, Way};
use crate::workspace;
pub use tasks::TASKS;

/// Largest component that may be released, in bytes: the daemon compiles each one at its first start, and the time
/// that takes grows with the size.
const SIZE_LIMIT: usize = 400_000;

/// The cargo profile of components; see the root manifest.
const PROFILE: &str = "component";

/// One task's component after this call.
struct Built {
    task: &'static str,
    size: usize,
    changed: bool,
}

/// The command: builds all seven and prints their sizes.
pub fn command(way: Option<Way>) -> Outcome<()> {
    let watch = Stopwatch::start();
    let toolchain = wasm_target::ensure(way)?;
    let built = build(&toolchain)?;
    eprint!("{}", table(&built));
    eprintln!("components are in {} ({})", workspace::components_dir().display(), watch.reading());
    Ok(())
}

fn build(toolchain: &Toolchain) -> Outcome<Vec<Built>> {
    let target = workspace::root().join("target");
    let _lock = Lock::take(&target.join("components.lock"), "build of the components")?;
    compile(toolchain)?;
    let modules = workspace::wasm_target_dir().join(TARGET).join(PROFILE);
    let folder = workspace::components_dir();
    fs::create_dir_all(&folder).map_err(|error| Failure::file("create", &folder, &error))?;
    let results = TASKS.map(|task| finish(task, &modules, &folder));
    let problems: Vec<String> =
        results.iter().filter_map(|result| result.as_ref().err()).map(ToString::to_string).collect();
    if problems.is_empty() {
        return Ok(results.into_iter().flatten().collect());
    }
    Err(Failure::new(format!(
        "{} of {} components failed:\n  {}",
        problems.len(),
        TASKS.len(),
        problems.join("\n  ")
    )))
}

fn compile(toolchain: &Toolchain) -> Outcome<()> {
    let mut cargo = toolchain.cargo();
    cargo.args(["build", "--locked", "--lib", "--profile", PROFILE, "--target", TARGET]);
    cargo.arg("--target-dir").arg(workspace::wasm_target_dir());
    for task in TASKS {
        cargo.arg("--package").arg(package(task));
    }
    cargo.env("CARGO_ENCODED_RUSTFLAGS", path_flags());
    process::run(&mut cargo)
}

/// Keeps this machine's folders out of the components, so that the same sources give the same bytes anywhere.
fn path_flags() -> OsString {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    let mut folders = vec![(workspace::root(), "prahari")];
    folders.extend(home.map(|home| (home, "cargo")));
    let mut flags = OsString::new();
    for (folder, name) in folders {
        // Cargo separates encoded flags by this character.
        if !flags.is_empty() {
            flags.push("\u{1f}");
        }
        flags.push("--remap-path-prefix=");
        flags.push(folder);
        flags.push(format!("={name}"));
    }
    flags
}

fn package(task: &str) -> String {
    format!("prahari-task-{}", task.replace('_', "-"))
}

fn finish(task: &'static str, modules: &Path, folder: &Path) -> Outcome<Built> {
    let path = modules.join(format!("prahari_task_{task}.wasm"));
    let module = fs::read(&path).map_err(|error| Failure::file("read", &path, &error))?;
    let about = |failure: Failure| Failure::new(format!("plugins/{task}: {failure}"));
    let component = encode::encode(&module).map_err(about)?;
    verify::verify(&component, SIZE_LIMIT).map_err(about)?;
    let path = folder.join(format!("{task}.wasm"));
    // An unchanged file keeps its time, so that the host is not built again for nothing.
    let changed = fs::read(&path).ok().as_deref() != Some(component.as_slice());
    if changed {
        fs::write(&path, &component).map_err(|error| Failure::file("write", &path, &error))?;
    }
    Ok(Built { task, size: component.len(), changed })
}

fn table(built: &[Built]) -> String {
    let rows = built.iter().map(|Built { task, size, changed }| {
        let note = if *changed { "written" } else { "unchanged" };
        format!("{task:<26} {:>7.1} kB  {note}\n", *size as f64 / 1000.0)
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_task_has_its_folder_and_package() {
        for task in TASKS {
            let manifest = workspace::root().join("plugins").join(task).join("Cargo.toml");
            let text = fs::read_to_string(&manifest).unwrap();
            assert!(text.contains(&format!("name = \"{}\"", package(task))), "{}", manifest.display());
        }
    }

    #[test]
    fn the_table_shows_kilobytes() {
        let text = table(&[Built { task: "analysis", size: 123_456, changed: true }]);
        assert_eq!(text, "analysis                     123.5 kB  written\n");
    }
}
