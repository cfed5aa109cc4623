//! What people who write tasks do: look at a component, run it, begin a project.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[allow(dead_code, reason = "each test file uses its part")]
#[path = "support/guests.rs"]
mod guests;
mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use support::{prahari, read_json, run, run_well, stderr};

/// A day of the market that comes with every new project.
const DAY: &str = "2025-03-12";

fn market() -> String {
    format!("csv:{}", Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/market").display())
}

/// The built-in component of a task.
fn built_in(task: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/components");
    folder.join(format!("{task}.wasm")).display().to_string()
}

fn file(folder: &Path, bytes: &[u8]) -> PathBuf {
    let file = folder.join("guest.wasm");
    fs::write(&file, bytes).unwrap();
    file
}

fn stdout(output: &std::process::Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The words after a headline of the answer.
fn told<'a>(answer: &'a str, name: &str) -> &'a str {
    let line = answer.lines().find(|line| line.split_whitespace().next() == Some(name));
    line.unwrap_or_else(|| panic!("{name} is not told:\n{answer}"))[name.len()..].trim()
}

#[test]
fn a_component_says_what_it_is() {
    let output = run_well(&["task", "check", &built_in("buy_orders")]);
    let answer = stdout(&output);
    assert_eq!(told(&answer, "name"), "buy_orders");
    assert_eq!(told(&answer, "kind"), "scheduled");
    assert!(told(&answer, "capabilities").contains("broker-trade"), "{answer}");
    assert!(told(&answer, "imports").starts_with("prahari:task/"), "{answer}");
    let size = fs::metadata(built_in("buy_orders")).unwrap().len();
    assert_eq!(told(&answer, "size"), format!("{size} bytes"));
    assert_eq!(told(&answer, "hash").len(), 64);
    let granted = answer.lines().find_map(|line| line.strip_prefix("to be granted ")).unwrap();
    assert!(granted.starts_with("broker-read, broker-trade, calendar, "), "{answer}");
    assert!(granted.ends_with("; in a run 2000 ms, 64 MiB, 2000 calls, 50 orders"), "{answer}");
}

#[test]
fn a_refused_component_is_told_in_one_sentence_with_exit_code_2() {
    let folder = tempfile::tempdir().unwrap();
    let wat = |text: &str| wat::parse_str(text).unwrap();
    for (bytes, reason) in [
        (b"(component)".to_vec(), "the file is text"),
        (wat("(module)"), "the file is a core WebAssembly module"),
        (wat("(component (import \"wasi:http/types@0.2.0\" (instance)))"), "wasi:http/types@0.2.0"),
        (wat("(component)"), "the module does not fit the task boundary"),
    ] {
        let file = file(folder.path(), &bytes);
        for arguments in [
            vec!["task", "check", file.to_str().unwrap()],
            vec!["task", "run", file.to_str().unwrap(), "--day", DAY, "--market", &market()],
        ] {
            let output = run(&arguments);
            let line = stderr(&output);
            assert_eq!(output.status.code(), Some(2), "{line}");
            assert!(line.starts_with(&format!("error: {} is refused: ", file.display())), "{line}");
            assert!(line.contains(reason), "{line}");
            assert_eq!(line.lines().count(), 1, "{line}");
            assert!(output.stdout.is_empty());
        }
    }
}

/// The answer of `task check` for a guest, with this environment for the place of compiled modules.
fn checked(guest: &Path, environment: &[(&str, &Path)]) -> std::process::Output {
    let mut command = prahari(&["task", "check", guest.to_str().unwrap()]);
    command.env_remove("XDG_CACHE_HOME").env_remove("HOME").envs(environment.iter().copied());
    command.output().unwrap()
}

#[test]
fn compiled_modules_are_kept_in_a_folder_of_the_users_own_or_nowhere() {
    let place = tempfile::tempdir().unwrap();
    let guest = file(place.path(), &guests::logs("x"));
    let (home, cache) = (place.path().join("home"), place.path().join("cache"));
    fs::create_dir(&home).unwrap();
    assert!(checked(&guest, &[("HOME", &home)]).status.success());
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&home.join(".cache/prahari")), mode(&home.join(".cache/prahari/key"))), (0o700, 0o600));
    // A relative one means nothing that stays the same.
    let relative = checked(&guest, &[("HOME", &home), ("XDG_CACHE_HOME", Path::new("somewhere"))]);
    assert!(relative.status.success() && !Path::new("somewhere").exists());
    // Somebody else's, as far as anybody can tell: everybody may write into it.
    let own = cache.join("prahari");
    fs::create_dir_all(&own).unwrap();
    fs::set_permissions(&own, fs::Permissions::from_mode(0o777)).unwrap();
    let refused = checked(&guest, &[("HOME", &home), ("XDG_CACHE_HOME", &cache)]);
    let sentence = format!(
        "error: the module cache {} cannot be trusted: others may write into it (mode 777); remove it, or name a folder of \
         your own in XDG_CACHE_HOME\n",
        own.display()
    );
    assert_eq!((refused.status.code(), stderr(&refused)), (Some(2), sentence));
    assert!(!own.join("key").exists());
}

#[test]
fn a_run_prints_calls_decisions_and_orders() {
    let folder = tempfile::tempdir().unwrap();
    let json = folder.path().join("run.json");
    let output = run_well(&[
        "task",
        "run",
        &built_in("sell_monitor"),
        "--market",
        &market(),
        "--day",
        DAY,
        "--at",
        "09:15",
        "--hold",
        "ASHOKA:10",
        "--json",
        json.to_str().unwrap(),
    ]);
    let answer = stdout(&output);
    assert!(answer.starts_with("sell_monitor at 2025-03-12 09:15:00.000, module "), "{answer}");
    assert!(answer.contains("\n  broker.positions "), "{answer}");
    assert!(answer.contains("\n  sell 10 ASHOKA at "), "{answer}");
    assert!(told(&answer, "outcome").starts_with("succeeded: "), "{answer}");
    assert!(told(&answer, "granted").contains("broker-trade"), "{answer}");
    let report = read_json(&json);
    assert_eq!(report["orders"].as_array().unwrap().len(), 1);
    assert_eq!(report["usage"]["calls"].as_u64(), Some(report["calls"].as_array().unwrap().len() as u64));
}

#[test]
fn the_same_run_has_the_same_calls() {
    let folder = tempfile::tempdir().unwrap();
    let ran = |name: &str| {
        let json = folder.path().join(name);
        let hold = ["--hold", "BANYAN:3", "--hold", "CEDAR:40", "--json", json.to_str().unwrap()];
        let component = built_in("position_monitor");
        let market = market();
        let fixed = ["task", "run", &component, "--market", &market, "--day", DAY, "--at", "10:30"];
        run_well(&[fixed.as_slice(), &hold].concat());
        let mut report = read_json(&json);
        report["cpu_micros"].take();
        report
    };
    assert_eq!(ran("first.json"), ran("second.json"));
}

#[test]
fn a_failing_task_is_a_failing_command() {
    let folder = tempfile::tempdir().unwrap();
    let file = file(folder.path(), &guests::logs("no news today"));
    let arguments = ["task", "run", file.to_str().unwrap(), "--day", DAY, "--task", "sell_monitor"];
    let output = run(&arguments);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(stderr(&output), "error: the run ended as task_failed: unavailable: no news today\n");
    assert!(stdout(&output).contains("\n  warn  no news today\n"), "{}", stdout(&output));
}

#[test]
fn a_task_runs_with_settings_of_its_own_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let schema = r#"{"type":"object","properties":{"lookback":{"type":"integer","minimum":2,"default":20}}}"#;
    let file = file(folder.path(), &guests::tells_its_settings(schema));
    let (settings, market) = (folder.path().join("settings.json"), market());
    let fixed = [
        "task",
        "run",
        file.to_str().unwrap(),
        "--task",
        "position_monitor",
        "--market",
        &market,
        "--day",
        DAY,
    ];
    let given = [fixed.as_slice(), &["--settings", settings.to_str().unwrap()]].concat();
    assert_eq!(told(&stdout(&run_well(&fixed)), "outcome"), r#"succeeded: {"lookback":20}"#);
    fs::write(&settings, r#"{"lookback":30}"#).unwrap();
    assert_eq!(told(&stdout(&run_well(&given)), "outcome"), r#"succeeded: {"lookback":30}"#);
    assert_eq!(told(&stdout(&run_well(&["task", "check", file.to_str().unwrap()])), "settings"), "lookback");
    fs::write(&settings, r#"{"lookback":1}"#).unwrap();
    let output = run(&given);
    let sentence = format!("error: {}: /lookback: 1 is less than the minimum of 2\n", settings.display());
    assert_eq!((output.status.code(), stderr(&output)), (Some(2), sentence));
}

#[test]
fn what_cannot_be_run_is_refused() {
    let component = built_in("sell_monitor");
    let market = market();
    let fixed = ["task", "run", &component, "--market", &market];
    let refused = |more: &[&str], reason: &str| {
        let output = run(&[fixed.as_slice(), more].concat());
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        assert!(stderr(&output).contains(reason), "{}", stderr(&output));
    };
    refused(&["--day", "2101-01-03"], "2101-01-03 is outside the trading calendar");
    refused(&["--day", DAY, "--at", "noon"], "\"noon\" is not a time such as 09:15");
    refused(&["--day", DAY, "--hold", "ASHOKA"], "\"ASHOKA\" is not SYMBOL:QUANTITY, such as INFY:10");
    refused(&["--day", DAY, "--hold", "NOBODY:1"], "1 NOBODY cannot be bought on 2025-03-11: ");
    let folder = tempfile::tempdir().unwrap();
    let file = file(folder.path(), &guests::logs("x"));
    let output = run(&["task", "run", file.to_str().unwrap(), "--day", DAY]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("say in whose place it runs: --task "), "{}", stderr(&output));
}

#[test]
fn a_new_project_has_the_name_in_every_file_and_nobodys_files_are_written_over() {
    let folder = tempfile::tempdir().unwrap();
    for (language, source) in [("rust", "src/lib.rs"), ("python", "task.py"), ("js", "task.js")] {
        let project = folder.path().join(language);
        let shown = project.to_str().unwrap();
        run_well(&["task", "new", "low_opens", "--lang", language, "--dir", shown]);
        let text = fs::read_to_string(project.join(source)).unwrap();
        assert!(text.contains("\"low_opens\""), "{text}");
        for path in ["README.md", source, ".gitignore"] {
            assert!(
                !fs::read_to_string(project.join(path)).unwrap().contains("gap_watch"),
                "{language}/{path}"
            );
        }
        for path in ["wit/prahari-task@1.0.0/task.wit", "market/ASHOKA.csv"] {
            assert!(project.join(path).is_file(), "{language}/{path}");
        }
        fs::write(project.join(source), "mine").unwrap();
        let output = run(&["task", "new", "low_opens", "--lang", language, "--dir", shown]);
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(stderr(&output), format!("error: {shown} is there already and not empty\n"));
        assert_eq!(fs::read_to_string(project.join(source)).unwrap(), "mine");
    }
    assert!(folder.path().join("rust/vendor/prahari-sdk/src/lib.rs").is_file());
}

#[test]
fn a_name_that_is_none_and_a_folder_without_a_project_are_refused() {
    let output = run(&["task", "new", "Gap-Watch"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("\"Gap-Watch\" is not a name such as gap_watch"), "{}", stderr(&output));
    let folder = tempfile::tempdir().unwrap();
    let output = run(&["task", "build", folder.path().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("is no Rust project: it has no Cargo.toml"), "{}", stderr(&output));
}
