//! Starting the binary as a user does, and reading what it leaves behind.

#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::expect_used, reason = "helpers of tests; clippy exempts only the tests themselves")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// The binary under test, with nothing of the caller's environment that it might listen to.
pub fn prahari(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_prahari"));
    command.args(arguments).env_remove("PRAHARI_LOG").stdin(Stdio::null());
    command
}

/// Runs it to its end.
pub fn run(arguments: &[&str]) -> Output {
    prahari(arguments).output().expect("the binary starts")
}

/// Runs it to its end, which must be a good one.
pub fn run_well(arguments: &[&str]) -> Output {
    let output = run(arguments);
    assert!(output.status.success(), "{arguments:?} ended with {}: {}", output.status, stderr(&output));
    output
}

/// Standard error as text.
pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Simulates with a report, in a folder of its own.
pub struct Simulated {
    /// The folder; gone with this value.
    pub folder: tempfile::TempDir,
    /// The report.
    pub report: Value,
}

/// Simulates into a new folder and reads the report; `more` follows the fixed arguments.
pub fn simulate(more: &[&str]) -> Simulated {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let json = folder.path().join("report.json");
    let json = json.to_str().expect("a readable path");
    let arguments: Vec<&str> = ["simulate", "--json", json].iter().chain(more).copied().collect();
    run_well(&arguments);
    let report = read_json(Path::new(json));
    Simulated { folder, report }
}

/// Reads a JSON file.
pub fn read_json(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).expect("the report is there"))
        .expect("the report is JSON")
}

/// The real daily bars, if this machine has them; the tests that need them say so and end otherwise.
pub fn real_bars() -> Option<PathBuf> {
    let given = std::env::var_os("PRAHARI_NSE_DATA").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/nse-daily");
    let folder = given.unwrap_or(beside).join("csv");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("left out: the real daily bars are not at {}", folder.display());
    None
}

/// Whether the long forms of the tests were asked for.
pub fn heavy() -> bool {
    std::env::var_os("PRAHARI_HEAVY_TESTS").is_some_and(|value| value == "1")
}
