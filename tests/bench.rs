//! The benches run and answer in the form that the build driver reads. How fast they are is not judged here: this
//! program is not optimised and the machine is busy.

mod support;

use serde_json::Value;
use support::{run, run_well, stderr};

#[test]
fn a_bench_answers_one_object_a_line_with_the_measured_value_beside_the_raw_one() {
    let output = run_well(&["bench", "durable intent"]);
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 1, "{text}");
    let line = &lines[0];
    assert_eq!(line["name"], "order: call to durable intent, p99");
    assert_eq!(line["unit"], "ms");
    assert!(line["bar"].as_str().unwrap().contains("5 ms"));
    let (value, raw) = (line["value"].as_f64().unwrap(), line["raw"].as_f64().unwrap());
    assert!(value > 0.0 && raw > 0.0, "{text}");
    assert_eq!(line["pass"].as_bool().unwrap(), value <= 5.0);
}

#[test]
fn a_name_that_no_bench_has_is_refused() {
    let output = run(&["bench", "nothing of that kind"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(stderr(&output), "error: no bench has \"nothing of that kind\" in its name\n");
}

#[test]
fn the_benches_of_modules_measure_what_they_say() {
    let output = run_well(&["bench", "200 kB module"]);
    let line: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(line["value"].as_f64().unwrap() > 0.0 && line["raw"].as_f64().unwrap() > 0.0, "{line}");
}

#[test]
fn recorded_runs_replay_the_same_and_little_is_kept_of_them() {
    let output = run_well(&["bench", "recorded sell_monitor run"]);
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let speed = lines.iter().find(|line| line["unit"] == "runs/s").unwrap();
    assert!(speed["value"].as_f64().unwrap() > 0.0 && speed["raw"].as_f64().unwrap() > 0.0, "{speed}");
    // A size, which no machine changes.
    let kept = lines.iter().find(|line| line["unit"] == "bytes").unwrap();
    assert!(kept["pass"].as_bool().unwrap(), "{kept}");
    println!("{text}");
}

#[test]
fn a_daemon_of_its_own_is_found_though_it_has_no_admin_yet() {
    let output = run_well(&["bench", "ready with a warm module cache"]);
    let line: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(line["value"].as_f64().unwrap() > line["raw"].as_f64().unwrap(), "{line}");
}
