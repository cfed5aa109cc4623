//! The example of `docs/examples/momentum`: made in each of its languages as its README says, run on the same day, compared,
//! and given to a real daemon by the test of that name.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{c, compare, folder, js, prahari, read_report};
use crate::failure::{Failure, Outcome};
use crate::{process, workspace};

/// What the README calls the project.
const NAME: &str = "momentum";

/// The test that takes the components from the folder which this variable names.
const TEST: (&str, &str) = ("written", "PRAHARI_MOMENTUM");

/// One language in which it is written.
struct Written {
    /// Its folder in the example.
    name: &'static str,
    /// The template that brings its project the WIT.
    template: &'static str,
    /// What of this machine is missing for it, and leaves it out.
    missing: fn() -> Vec<&'static str>,
    /// Tests the project in this folder and makes both components.
    build: fn(&Path) -> Outcome<()>,
}

const WRITTEN: [Written; 2] = [
    Written { name: "js", template: "js", missing: Vec::new, build: js::build },
    Written { name: "c", template: "python", missing: c::missing, build: c::build },
];

/// A component, and a run in which it decides something.
struct Run {
    component: &'static str,
    settings: &'static str,
    arguments: &'static [&'static str],
}

const RUNS: [Run; 2] = [
    Run { component: "momentum_buys.wasm", settings: "{}", arguments: &["--at", "11:00"] },
    Run {
        component: "momentum_exit.wasm",
        settings: r#"{"days":1}"#,
        arguments: &["--at", "10:00", "--hold", "ADRIVON:10", "--hold", "CORVELLA:5"],
    },
];

/// Makes both components in each language, has them trade, and compares what they do.
pub fn run() -> Outcome<()> {
    let mut reports: [Vec<(&str, Value)>; 2] = Default::default();
    for written in &WRITTEN {
        let missing = (written.missing)();
        if !missing.is_empty() {
            println!(
                "{NAME} in {} left out: Debian's packages {} are not here",
                written.name,
                missing.join(" ")
            );
            continue;
        }
        let project = make(written)?;
        for (run, reports) in RUNS.iter().zip(&mut reports) {
            reports.push((written.name, report(run, &project)?));
        }
        let (test, variable) = TEST;
        let mut cargo = process::cargo();
        cargo.args(["test", "--locked", "--workspace", "--quiet", "--test", "strategies", test]);
        process::run(cargo.env(variable, &project))?;
    }
    reports.iter().try_for_each(|reports| compare::compare(reports))
}

/// A new project with the files of the example over it, tested and built.
fn make(written: &Written) -> Outcome<PathBuf> {
    let project = folder().join(format!("{NAME}_{}", written.name));
    if project.exists() {
        fs::remove_dir_all(&project).map_err(|error| Failure::file("remove", &project, &error))?;
    }
    process::run(prahari().args(["task", "new", NAME, "--lang", written.template, "--dir"]).arg(&project))?;
    copy(&workspace::root().join("docs/examples").join(NAME).join(written.name), &project)?;
    (written.build)(&project)?;
    for run in &RUNS {
        process::run(prahari().args(["task", "check"]).arg(project.join(run.component)))?;
    }
    Ok(project)
}

/// What `prahari task run` reports of a component, on the made-up market.
fn report(run: &Run, project: &Path) -> Outcome<Value> {
    let (settings, report) = (project.join("settings.json"), project.join("report.json"));
    fs::write(&settings, run.settings).map_err(|error| Failure::file("write", &settings, &error))?;
    let mut command = prahari();
    command.args(["task", "run"]).arg(project.join(run.component)).args(["--day", "2025-03-12"]);
    command.args(run.arguments).arg("--settings").arg(&settings).arg("--json").arg(&report);
    process::run(&mut command)?;
    read_report(&report)
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
