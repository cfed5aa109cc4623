//! What people look at from the terminal: logs, runs, orders, positions, settings and the trading state.

use std::io::{BufRead, BufReader, Lines, Read};
use std::process::{Child, ChildStdout, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};

use crate::guests;
use crate::operate::{at, said};
use crate::serving::{DEMO_PASSWORD, Serving, demo};
use crate::support::prahari;

fn json_of(daemon: &Serving, token: &str, arguments: &[&str]) -> Value {
    serde_json::from_str(&said(daemon, token, &[arguments, &["--json"]].concat())).unwrap()
}

fn token(daemon: &Serving) -> String {
    said(daemon, "", &["token", "new", "looks", "--scope", "admin"]).trim().to_owned()
}

#[test]
fn what_a_daemon_did_is_shown_on_the_terminal() {
    let daemon = demo(&["--speed", "1", "--from", "2025-05-08", "--users", "3"]);
    let token = &token(&daemon);
    runs(&daemon, token);
    orders_and_positions(&daemon, token);
    settings(&daemon, token);
    trading(&daemon, token);
}

fn runs(daemon: &Serving, token: &str) {
    let listed = said(daemon, token, &["runs", "list", "--task", "eod_cleanup", "--limit", "2"]);
    let first = listed.lines().next().unwrap();
    let (run, rest) = first.split_once(' ').unwrap();
    assert_eq!(listed.lines().count(), 2, "{listed}");
    assert!(rest.starts_with("2025-05-07 18:00:00 eod_cleanup succeeded in 0 ms: "), "{listed}");
    let shown = said(daemon, token, &["runs", "show", run]);
    assert!(shown.starts_with(first), "{shown}");
    for part in [
        "\nstarted: scheduled by the unified service, attempt 1, module ",
        "\nused: ",
        "differences=0",
        "\nlog",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let shown = json_of(daemon, token, &["runs", "show", run]);
    assert_eq!(shown["execution"]["id"].to_string(), run);
    assert!(shown["decisions"]["items"].is_array() && shown["log"]["items"].is_array(), "{shown}");
    let of_other = json_of(daemon, token, &["runs", "list", "--user", "2", "--outcome", "succeeded"]);
    assert_eq!(of_other["items"].as_array().unwrap().len(), 20);
    assert_eq!(
        said(daemon, token, &["runs", "list", "--task", "gap_watch"]),
        "no run is kept of a task gap_watch\n"
    );
    let (code, _, error) = at(daemon, token, &["runs", "show", run, "--user", "2"]);
    assert_eq!((code, error), (2, format!("error: there is no execution {run}\n")));
}

fn orders_and_positions(daemon: &Serving, token: &str) {
    let listed = said(daemon, token, &["orders", "--limit", "3"]);
    let is_order = |line: &str| line.starts_with("U1-2025") && line.ends_with("(rebound)");
    assert!(listed.lines().any(is_order), "{listed}");
    assert_eq!(listed.lines().count(), 3, "{listed}");
    let all = json_of(daemon, token, &["orders", "--limit", "500"]);
    let order = all["items"].as_array().unwrap().last().unwrap();
    let (symbol, day) = (order["symbol"].as_str().unwrap(), order["day"].as_str().unwrap());
    let of_day = json_of(daemon, token, &["orders", "--symbol", symbol, "--day", day]);
    assert!(of_day["items"].as_array().unwrap().contains(order), "{of_day}");
    assert_eq!(said(daemon, token, &["orders", "--day", "2024-01-01"]), "no orders\n");
    let shown = said(daemon, token, &["positions", "--user", "2"]);
    assert!(shown.lines().last().unwrap().starts_with("cash "), "{shown}");
    let shown = json_of(daemon, token, &["positions", "--user", "2"]);
    let held = json_of(daemon, token, &["api", "get", "/positions?user=2"]);
    assert_eq!(shown["positions"], held["items"]);
    assert!(shown["funds"]["cash_paise"].is_i64(), "{shown}");
}

fn settings(daemon: &Serving, token: &str) {
    let shown = said(daemon, token, &["settings", "show"]);
    assert!(shown.starts_with("version 1\n") && shown.contains("\nrsi_period = 10\n"), "{shown}");
    let set = said(daemon, token, &["settings", "set", "rsi_period=14", "past_gate=on"]);
    assert!(set.starts_with("version 2\n") && set.contains("rsi_period = 14: "), "{set}");
    assert!(set.contains("past_gate = on: ") && set.contains("(switch, by default off)"), "{set}");
    let reset = said(daemon, token, &["settings", "reset", "rsi_period"]);
    assert!(reset.starts_with("version 3\nrsi_period = 10: "), "{reset}");
    let (code, _, error) = at(daemon, token, &["settings", "set", "rsi=14"]);
    assert_eq!((code, error.contains("there is no setting rsi;")), (2, true), "{error}");
    let (code, _, error) = at(daemon, token, &["settings", "set", "rsi_period=1000"]);
    assert_eq!((code, error.contains("rsi_period")), (2, true), "{error}");
    let of_other = json_of(daemon, token, &["settings", "set", "past_gate=on", "--user", "2"]);
    assert_eq!((&of_other["version"], &of_other["values"]["past_gate"]), (&json!(2), &json!(true)));
    let history = said(daemon, token, &["settings", "history"]);
    let lines: Vec<&str> = history.lines().map(|line| line.split_once(" admin: ").unwrap().1).collect();
    assert_eq!(lines[0], "rsi_period by default");
    assert!(lines.contains(&"past_gate = on, rsi_period = 14"), "{history}");
    // What is asked for is what JSON has too.
    let named = json_of(daemon, token, &["settings", "show", "rsi_period"]);
    assert_eq!(named["values"], json!({ "rsi_period": 10 }));
    let of_other = json_of(daemon, token, &["settings", "history", "--user", "2"]);
    let resources: Vec<&Value> =
        of_other["items"].as_array().unwrap().iter().map(|it| &it["resource"]).collect();
    assert_eq!(resources, ["user 2"]);
    let newest = json_of(daemon, token, &["settings", "history", "--limit", "1"]);
    assert_eq!(newest["items"].as_array().unwrap().len(), 1);
    let all = said(daemon, token, &["settings", "reset"]);
    assert_eq!(all, "all settings have their defaults: version 4\n");
}

fn trading(daemon: &Serving, token: &str) {
    assert_eq!(said(daemon, token, &["trading", "show"]), "state: active\n");
    let set = said(daemon, token, &["trading", "set", "reduce-only", "--reason", "results are due"]);
    assert!(set.starts_with("state: reduce_only\nreduce_only by admin since 2025-"), "{set}");
    assert!(set.ends_with(" (own, lifted by the user): results are due\n"), "{set}");
    let of_other =
        json_of(daemon, token, &["trading", "set", "halted", "--reason", "looks odd", "--user", "2"]);
    assert_eq!((&of_other["user"], &of_other["admin"]["reason"]), (&json!(2), &json!("looks odd")));
    let shown = said(daemon, token, &["trading", "show", "--user", "2"]);
    assert!(
        shown.starts_with("state: halted\n") && shown.contains(" (admin, lifted by an admin): looks odd\n"),
        "{shown}"
    );
    let (code, _, error) = at(daemon, token, &["trading", "set", "active", "--reason", ""]);
    assert_eq!((code, error.contains("1 to 500 characters")), (2, true), "{error}");
    let back = said(daemon, token, &["trading", "set", "active", "--reason", "they are out"]);
    assert_eq!(back, "state: active\n");
}

/// Lines of runs and about services, of a task whose runs write one.
fn logs(daemon: &Serving, token: &str, run: &str) {
    let shown = said(daemon, token, &["logs"]);
    let times: Vec<&str> = shown.lines().map(|line| &line[..19]).collect();
    assert!(times.is_sorted(), "{shown}");
    let wrote = format!("warn  eod_cleanup run {run}: no news today");
    assert!(shown.lines().any(|line| line.ends_with(&wrote)), "{shown}");
    assert!(shown.contains(" info  services: the unified service was started by the daemon\n"), "{shown}");
    let of_task = said(daemon, token, &["logs", "--task", "eod_cleanup"]);
    assert!(of_task.lines().count() == 1 && of_task.trim_end().ends_with(&wrote), "{of_task}");
    assert_eq!(said(daemon, token, &["logs", "--task", "eod_cleanup", "--level", "error"]), "");
    assert_eq!(said(daemon, token, &["logs", "--limit", "1"]).lines().count(), 1);
    let line = said(daemon, token, &["logs", "--task", "eod_cleanup", "--json"]);
    let line: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(
        (&line["execution"].to_string(), &line["message"]),
        (&run.to_owned(), &json!("no news today"))
    );
    assert!(!said(daemon, token, &["logs", "--user", "2"]).contains("no news today"));
}

/// `prahari logs --follow`, once it has shown something.
fn follow(daemon: &Serving, token: &str, more: &[&str]) -> (Child, Lines<BufReader<ChildStdout>>) {
    let url = format!("http://{}", daemon.address);
    let mut command = prahari(&["logs", "--follow", "--url", &url]);
    command.args(more).env("PRAHARI_TOKEN", token).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.next().unwrap().unwrap().contains("the unified service"));
    (child, lines)
}

#[test]
fn lines_are_shown_and_followed_until_somebody_interrupts_or_the_daemon_stops() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("talks.wasm");
    std::fs::write(&file, guests::logs("no news today")).unwrap();
    let module = format!("eod_cleanup={}", file.display());
    let mut daemon = demo(&["--speed", "1", "--history", "0", "--users", "2", "--module", &module]);
    let token = &token(&daemon);
    let (mut child, mut lines) = follow(&daemon, token, &[]);
    let (mut other, of_other) = follow(&daemon, token, &["--user", "2", "--json"]);
    let admin = daemon.sign_in("admin", DEMO_PASSWORD);
    for path in ["/api/v1/user/service/stop", "/api/v1/user/service/stop?user=2"] {
        assert_eq!(daemon.post_as(&admin, path, &json!({})).status, 200);
    }
    let mut next = |end: &str| {
        let line = lines.by_ref().map_while(Result::ok).find(|line| line.ends_with(end));
        line.unwrap_or_else(|| panic!("no line ends with {end}"))
    };
    next(" info  services: the unified service was stopped by user 1 (admin)");
    let begun = json!({ "task": "eod_cleanup" });
    let begun = daemon.post_as(&admin, "/api/v1/service/individual/run-once", &begun);
    assert_eq!(begun.status, 202, "{}", begun.body);
    next(" of eod_cleanup was asked for by user 1");
    // It comes as it is written, and is kept when the run has ended.
    let line = next(": no news today");
    let run = line.split(" eod_cleanup run ").nth(1).unwrap().split(':').next().unwrap().to_owned();
    let ended = || said(&daemon, token, &["runs", "show", &run]).contains("eod_cleanup task_failed in ");
    assert!((0..10_000).any(|_| ended()));
    logs(&daemon, token, &run);
    kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), Signal::SIGINT).unwrap();
    assert!(child.wait().unwrap().success());

    daemon.signal(Signal::SIGTERM);
    assert!(daemon.child.wait().unwrap().success());
    let rest: Vec<Value> =
        of_other.map_while(Result::ok).map(|line| serde_json::from_str(&line).unwrap()).collect();
    let said =
        |what: &str| rest.iter().filter(|line| line["message"].as_str().unwrap().contains(what)).count();
    assert_eq!(said("the unified service was stopped by user 1 (admin)"), 1, "{rest:?}");
    assert_eq!(said("eod_cleanup"), 0, "{rest:?}");
    let mut error = String::new();
    other.stderr.take().unwrap().read_to_string(&mut error).unwrap();
    assert_eq!((other.wait().unwrap().code(), error.as_str()), (Some(1), "error: the daemon has stopped\n"));
}
