//! `prahari task add`, `list`, `accept` and `remove` against a running daemon.

use serde_json::{Value, json};

use super::serving::{DEMO_PASSWORD, Serving, demo};
use super::support::{prahari, stderr};
use super::{guests, module};

fn task(daemon: &Serving, token: &str, arguments: &[&str]) -> (i32, String, String) {
    let url = format!("http://{}", daemon.address);
    let mut command = prahari(&["task"]);
    let output = command.args(arguments).args(["--url", &url]).env("PRAHARI_TOKEN", token).output().unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stdout.clone()).unwrap(), stderr(&output))
}

fn manifest(rank: u32) -> Value {
    json!({
        "name": "keeps_state", "title": "Keeps state", "description": "Writes one key", "shared": false,
        "audience": "everyone", "rank": rank,
        "schedule": {
            "rules": [{ "at": { "time": "10:00" } }],
            "bounds": { "kinds": ["at"], "earliest": "09:15", "latest": "15:30" },
        },
        "late": { "window": { "millis": 120_000 } },
        "capabilities": ["state"],
    })
}

#[test]
fn an_operator_adds_a_task_changes_it_and_removes_it() {
    let daemon = demo(&["--speed", "1", "--history", "0"]);
    let admin = daemon.sign_in("admin", DEMO_PASSWORD);
    let made = daemon.post_as(&admin, "/api/v1/auth/tokens", &json!({ "name": "tasks", "scope": "admin" }));
    let made: Value = serde_json::from_str(&made.body).unwrap();
    let token = made["token"].as_str().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };

    let old = file("old.wasm", &guests::writes_state('1', true));
    let (code, _, error) = task(&daemon, token, &["add", &old]);
    assert_eq!(code, 2);
    assert!(error.contains("exports no manifest; give the manifest of the task as a document"), "{error}");
    let document = file("manifest.json", manifest(100).to_string().as_bytes());
    let broken = file("broken.wasm", b"no component");
    let (code, _, error) = task(&daemon, token, &["add", &broken, "--manifest", &document]);
    assert_eq!(code, 2, "{error}");
    let (_, said, _) = task(&daemon, token, &["list"]);
    assert_eq!(said.lines().count(), 7, "what was refused leaves nothing behind: {said}");
    let (code, said, error) = task(&daemon, token, &["add", &old, "--manifest", &document]);
    assert_eq!((code, said.starts_with("keeps_state: Writes one key\n")), (0, true), "{said}{error}");
    let (_, said, _) = task(&daemon, token, &["list"]);
    assert_eq!(said.lines().count(), 8, "{said}");
    assert!(said.lines().last().unwrap().starts_with("keeps_state: "), "by rank: {said}");

    let new = file("new.wasm", &guests::says(&manifest(1).to_string()));
    module(&daemon, token, &["add", "keeps_state", &new]);
    let (code, _, error) = module(&daemon, token, &["activate", "keeps_state", "2"]);
    assert_eq!((code, error.contains("another manifest than the accepted one")), (2, true), "{error}");
    let (code, said, error) = task(&daemon, token, &["accept", "keeps_state", "2"]);
    assert_eq!(
        (code, said.contains("`prahari module activate keeps_state 2` runs it")),
        (0, true),
        "{error}"
    );
    let (_, said, _) = task(&daemon, token, &["list"]);
    assert!(said.starts_with("keeps_state: "), "{said}");

    // The same component once more, for another strategy.
    let mut second = manifest(200);
    second["name"] = "keeps_more".into();
    second["strategy"] = "momentum".into();
    let document = file("second.json", second.to_string().as_bytes());
    let (code, _, error) = task(&daemon, token, &["add", &new, "--manifest", &document]);
    assert_eq!((code, error.contains("the manifest is that of keeps_state")), (2, true), "{error}");
    second["module_of"] = "keeps_state".into();
    let document = file("second.json", second.to_string().as_bytes());
    let (code, said, error) = task(&daemon, token, &["add", &new, "--manifest", &document]);
    assert_eq!(code, 0, "{error}");
    assert!(said.starts_with("keeps_more: Writes one key, of the strategy momentum\n"), "{said}");
    let (_, said, _) = task(&daemon, token, &["list"]);
    assert!(said.contains("keeps_more: Writes one key, of the strategy momentum"), "{said}");

    let (_, said, _) = task(&daemon, token, &["remove", "keeps_state"]);
    assert_eq!(said, "keeps_state is removed; what it did can still be read\n");
    let (code, _, error) = task(&daemon, token, &["remove", "sell_monitor"]);
    assert_eq!((code, error.contains("comes with the program")), (2, true), "{error}");
}
