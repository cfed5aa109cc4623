//! `examples`: the same task in every language that there is a template for, built as a plugin author would build
//! it, run on the same day, and compared call by call; then the example of `docs/examples`, which trades in a
//! daemon, and the program of `docs/API.md`.

mod c;
mod compare;
mod js;
mod momentum;
mod program;
mod python;
mod rust;
mod sample;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::failure::{Failure, Outcome};
use crate::steps::Stopwatch;
use crate::{process, workspace};

/// What the day is tried on; the market is the one that comes with every project.
const RUN: [&str; 14] = [
    "--task",
    "position_monitor",
    "--day",
    "2025-03-12",
    "--at",
    "09:20",
    "--hold",
    "ASHOKA:10",
    "--hold",
    "BANYAN:5",
    "--hold",
    "CEDAR:100",
    "--measure",
    "200",
];

/// One way from a new project to a component.
struct Example {
    name: &'static str,
    /// The template that it begins with.
    language: &'static str,
    /// What of this machine is missing for it, and leaves it out.
    missing: fn() -> Option<&'static str>,
    /// Tests the project in this folder and makes its `gap_watch.wasm`.
    build: fn(&Path) -> Outcome<()>,
}

const EXAMPLES: [Example; 5] = [
    Example { name: "rust", language: "rust", missing: nothing, build: rust::build },
    Example { name: "wasip2", language: "rust", missing: rust::no_wasip2, build: rust::build_for_wasi },
    Example {
        name: "component",
        language: "rust",
        missing: rust::no_cargo_component,
        build: rust::build_by_cargo_component,
    },
    Example { name: "python", language: "python", missing: nothing, build: python::build },
    Example { name: "js", language: "js", missing: nothing, build: js::build },
];

/// The example of which the guide shows what its run prints.
const SHOWN: &str = "rust";

fn nothing() -> Option<&'static str> {
    None
}

/// The command; needs Python 3.10 or later, and gets Node where there is none.
pub fn command() -> Outcome<()> {
    // What the tests build, the daemon among it, so that nothing is compiled twice.
    process::run(process::cargo().args(["test", "--locked", "--workspace", "--no-run", "--quiet"]))?;
    let mut reports = Vec::new();
    for example in EXAMPLES {
        if let Some(missing) = (example.missing)() {
            println!("{:<9} left out: there is no {missing} here\n", example.name);
            continue;
        }
        let watch = Stopwatch::start();
        let report = run(&example)?;
        if example.name == SHOWN {
            sample::check(&folder().join(example.name))?;
        }
        println!("{}", compare::row(example.name, &report, &watch.reading()));
        reports.push((example.name, report));
    }
    compare::compare(&reports)?;
    momentum::run()?;
    program::check()
}

/// Makes, builds and runs one project; answers what `prahari task run` reports.
fn run(example: &Example) -> Outcome<Value> {
    let project = folder().join(example.name);
    if project.exists() {
        fs::remove_dir_all(&project).map_err(|error| Failure::file("remove", &project, &error))?;
    }
    process::run(
        prahari().args(["task", "new", "gap_watch", "--lang", example.language, "--dir"]).arg(&project),
    )?;
    (example.build)(&project)?;
    let component = project.join("gap_watch.wasm");
    process::run(prahari().args(["task", "check"]).arg(&component))?;
    let report = folder().join(format!("{}.json", example.name));
    let mut run = prahari();
    run.args(["task", "run"]).arg(&component).args(RUN);
    run.arg("--market").arg(format!("csv:{}", project.join("market").display()));
    process::run(run.arg("--json").arg(&report))?;
    read_report(&report)
}

/// Reads what `prahari task run --json` wrote.
fn read_report(file: &Path) -> Outcome<Value> {
    let text = fs::read_to_string(file).map_err(|error| Failure::file("read", file, &error))?;
    serde_json::from_str(&text).map_err(|error| Failure::new(format!("{}: {error}", file.display())))
}

/// Where projects, tools and reports are.
fn folder() -> PathBuf {
    workspace::root().join("target/examples")
}

/// The daemon's binary, with a cache of compiled modules that is nobody else's.
fn prahari() -> Command {
    let mut command = process::command(workspace::debug_binary());
    command.env("XDG_CACHE_HOME", folder().join("cache"));
    command
}
