//! `prahari module` against a running daemon, as an operator uses it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "support/bounded.rs"]
mod bounded;
#[path = "module_commands/corporate_actions.rs"]
mod corporate_actions;
#[path = "module_commands/deployment.rs"]
mod deployment;
#[path = "module_commands/documents.rs"]
mod documents;
#[path = "module_commands/given_files.rs"]
mod given_files;
#[path = "support/guests.rs"]
#[allow(dead_code, reason = "each test file uses its part")]
mod guests;
#[path = "module_commands/hostile_text.rs"]
mod hostile_text;
#[path = "module_commands/look.rs"]
mod look;
#[path = "module_commands/market.rs"]
mod market;
#[path = "module_commands/operate.rs"]
mod operate;
#[path = "support/serving.rs"]
mod serving;
#[path = "support/shown.rs"]
mod shown;
mod support;
#[path = "module_commands/tasks.rs"]
mod tasks;

use serde_json::json;
use serving::{DEMO_PASSWORD, Serving, demo};
use support::{prahari, stderr};

/// Runs `prahari module` against a daemon; answers its exit code, what it said, and its error.
fn module(daemon: &Serving, token: &str, arguments: &[&str]) -> (i32, String, String) {
    let url = format!("http://{}", daemon.address);
    let mut command = prahari(&["module", "--url", &url]);
    let output = command.args(arguments).env("PRAHARI_TOKEN", token).output().unwrap();
    let said = String::from_utf8(output.stdout.clone()).unwrap();
    (output.status.code().unwrap(), said, stderr(&output))
}

#[test]
fn an_operator_brings_a_module_activates_it_and_goes_back() {
    let watched = tempfile::tempdir().unwrap();
    let daemon =
        demo(&["--speed", "1", "--history", "0", "--watch-modules", watched.path().to_str().unwrap()]);
    let admin = daemon.sign_in("admin", DEMO_PASSWORD);
    let made = daemon.post_as(&admin, "/api/v1/auth/tokens", &json!({ "name": "modules", "scope": "admin" }));
    let made: serde_json::Value = serde_json::from_str(&made.body).unwrap();
    let token = made["token"].as_str().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("other.wasm");
    std::fs::write(&file, guests::writes_state('1', true)).unwrap();
    let file = file.to_str().unwrap();

    let (code, said, error) = module(&daemon, token, &["add", "position_monitor", file]);
    assert_eq!(code, 0, "{error}");
    assert!(said.starts_with("position_monitor version 2 (") && said.contains("uploaded"), "{said}");
    let (_, said, _) = module(&daemon, token, &["activate", "position_monitor", "2", "--reason", "a trial"]);
    assert!(said.contains("version 2") && said.ends_with("active runs from now on\n"), "{said}");
    let (_, said, _) = module(&daemon, token, &["pin", "position_monitor", "1", "2"]);
    assert_eq!(said, "user 2 stays with version 1 of position_monitor\n");
    let (code, _, error) = module(&daemon, token, &["remove", "position_monitor", "1"]);
    assert_eq!((code, error.contains("is in use")), (2, true), "{error}");
    let (_, said, _) = module(&daemon, token, &["rollback", "position_monitor"]);
    assert!(said.contains("version 1") && said.contains("built_in"), "{said}");
    module(&daemon, token, &["unpin", "position_monitor", "2"]);
    let (_, said, _) = module(&daemon, token, &["remove", "position_monitor", "2"]);
    assert_eq!(said, "version 2 of position_monitor is removed\n");
    let (_, said, _) = module(&daemon, token, &["list"]);
    assert_eq!(said.lines().filter(|line| line.contains("active")).count(), 7, "{said}");

    // What lies in the watched folder is a version as well; asking is the only waiting.
    let watched = watched.path().join("buy_orders.wasm");
    std::fs::write(&watched, guests::writes_state('2', true)).unwrap();
    let listed = || module(&daemon, token, &["list", "buy_orders"]).1;
    assert!((0..10_000).any(|_| listed().contains("buy_orders version 2") && listed().contains("watched")));
    let (code, _, error) = module(&daemon, token, &["activate", "buy_orders", "2"]);
    assert_eq!((code, error.contains("has no accepted trial")), (2, true), "{error}");

    let (code, _, error) = module(&daemon, "no-token", &["list"]);
    assert_eq!((code, error.as_str()), (2, "error: sign in first\n"));
    let text = folder.path().join("text.wasm");
    std::fs::write(&text, "(component)").unwrap();
    let (code, _, error) = module(&daemon, token, &["add", "position_monitor", text.to_str().unwrap()]);
    assert_eq!(code, 2);
    assert!(error.contains("the file is text; a task module is a compiled WebAssembly component"), "{error}");
}
