//! Every command with text that means harm in names of files, in files, in answers of a daemon and in the
//! environment: nothing of it reaches the terminal as it is.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::{Value, json};

use crate::guests;
use crate::shown::{HOSTILE, harm};
use crate::support::prahari;

const DAY: &str = "2025-03-12";
const HEADER: &str = "date,open,high,low,close,adj_close,volume\n";

/// A name of a file has no slash and is not too long.
fn hostile_name(ending: &str) -> String {
    format!("{HOSTILE}{ending}")
}

/// What a command says, all of it, which must have been something.
fn said(arguments: &[&str], environment: &[(&str, &str)]) -> String {
    let output: Output = prahari(arguments).envs(environment.iter().copied()).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    assert!(!said.is_empty(), "{arguments:?} said nothing");
    String::from_utf8(said).unwrap()
}

/// Runs a command that must not pass anything on.
fn unharmed(arguments: &[&str], environment: &[(&str, &str)]) -> String {
    let said = said(arguments, environment);
    assert_eq!(harm(&said), None, "{arguments:?}");
    said
}

fn written(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, bytes).unwrap();
    path
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The harm as the text format of WebAssembly writes it.
fn in_wat() -> String {
    HOSTILE.bytes().map(|byte| format!("\\{byte:02x}")).collect()
}

#[test]
fn a_component_cannot_speak_to_the_terminal_of_whoever_checks_or_runs_it() {
    let folder = tempfile::tempdir().unwrap();
    let describing = written(folder.path(), &hostile_name(".wasm"), &guests::describes(&in_wat()));
    unharmed(&["task", "check", text(&describing)], &[]);
    let logging = written(folder.path(), &hostile_name("-2.wasm"), &guests::logs(&in_wat()));
    let json = folder.path().join("run.json");
    let fixed = ["task", "run", text(&logging), "--day", DAY, "--task", "sell_monitor"];
    let said = unharmed(&[&fixed[..], &["--json", text(&json)]].concat(), &[]);
    assert!(said.contains("x\\u001b[2J") && said.contains("FAKED line"), "nothing was lost: {said}");
    assert_eq!(harm(&fs::read_to_string(&json).unwrap()), None);
    unharmed(&["task", "run", text(&describing), "--day", DAY], &[]);

    let importing = format!("(component (import \"{}\" (instance)))", in_wat());
    for component in
        [wat::parse_str(importing).unwrap(), HOSTILE.into(), b"\0asm\x0d\0\x01\0rubbish".to_vec()]
    {
        let refused = written(folder.path(), &hostile_name("-3.wasm"), &component);
        let own = format!("buy_orders={}", text(&refused));
        unharmed(&["task", "check", text(&refused)], &[]);
        unharmed(&["simulate", "--from", DAY, "--to", DAY, "--module", &own], &[]);
    }
}

#[test]
fn a_market_folder_cannot_speak_to_the_terminal() {
    let row = "2025-03-10,100.00,101.00,99.00,100.50,100.50,1000\n";
    let simulated = |name: &str, content: &str| {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join(HOSTILE);
        fs::create_dir(&folder).unwrap();
        written(&folder, "ABC.csv", format!("{HEADER}{row}").as_bytes());
        // A note says that it is left out.
        fs::create_dir(folder.join(hostile_name(".csv"))).unwrap();
        if !name.is_empty() {
            written(&folder, name, content.as_bytes());
        }
        let market = format!("csv:{}", text(&folder));
        let json = place.path().join("report.json");
        let fixed = ["simulate", "--from", "2025-03-10", "--to", "2025-03-11", "--market", &market];
        unharmed(&[&fixed[..], &["--json", text(&json)]].concat(), &[]);
        if let Ok(report) = fs::read_to_string(&json) {
            assert_eq!(harm(&report), None);
        }
        let served = ["serve", "--demo", "--listen", "127.0.0.1:0", "--market", &market];
        if !name.is_empty() {
            unharmed(&served, &[]);
        }
    };
    let field = HOSTILE.replace("\r\n", "\r");
    simulated("", "");
    simulated(&hostile_name("-2.csv"), &format!("{HEADER}{row}"));
    simulated("DEF.csv", &format!("date,{field},high,low,close,volume\n{row}"));
    simulated("DEF.csv", &format!("{HEADER}2025-03-10,{field},101.00,99.00,100.50,100.50,1000\n"));
    simulated("DEF.csv", &format!("{HEADER}{field},100,101.00,99.00,100.50,100.50,1000\n"));
    simulated("DEF.csv", &format!("{HEADER}\"2025-03-10\n{HOSTILE}\",1"));
}

#[test]
fn names_of_files_and_folders_cannot_speak_to_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let rubbish = written(folder.path(), &hostile_name(".db"), b"this is no database");
    let nothing = folder.path().join(hostile_name("/nothing"));
    let (rubbish, nothing) = (text(&rubbish), text(&nothing));
    for file in [rubbish, nothing] {
        let module = format!("buy_orders={file}");
        for arguments in [
            &["key", "rotate", "--db", file][..],
            &["audit", "verify", "--db", file],
            &["database", "check", "--db", file],
            &["replay", "--db", file, "--all"],
            &["shadow", "--db", file, "--module", &module],
            &["serve", "--db", file, "--listen", "127.0.0.1:0"],
            &["serve", "--demo", "--listen", "127.0.0.1:0", "--watch-modules", file],
            &["simulate", "--from", DAY, "--to", DAY, "--db", file],
            &["simulate", "--from", DAY, "--to", DAY, "--json", nothing],
            &["task", "build", file],
            &["task", "new", "low_opens", "--dir", file],
            &["task", "check", nothing],
            &["module", "--token-file", nothing, "list"],
            &["calendar", "--url", file, "versions"],
        ] {
            unharmed(arguments, &[("PRAHARI_TOKEN", "token")]);
        }
    }
    let made = folder.path().join(hostile_name("-made"));
    unharmed(&["task", "new", "low_opens", "--dir", text(&made)], &[]);
}

#[test]
fn a_command_line_and_an_environment_cannot_speak_to_the_terminal() {
    for arguments in [
        &[HOSTILE][..],
        &["task", "check", "a", HOSTILE],
        &["simulate", "--from", HOSTILE, "--to", DAY],
        &["simulate", "--from", DAY, "--to", DAY, "--market", HOSTILE],
        &["module", "add", HOSTILE, "file"],
        &["task", "new", HOSTILE],
        &["task", "run", "a", "--day", DAY, "--hold", HOSTILE],
        &["shadow", "--db", "a", "--module", &format!("{HOSTILE}=b")],
    ] {
        let said = unharmed(arguments, &[]);
        assert!(said.starts_with("error: "), "{said}");
    }
    let folder = tempfile::tempdir().unwrap();
    let file = written(folder.path(), HOSTILE, b"in the way");
    unharmed(&["task", "check", "nothing"], &[("PRAHARI_LOG", HOSTILE)]);
    let guest = written(folder.path(), "guest.wasm", &guests::logs("x"));
    unharmed(&["task", "check", text(&guest)], &[("XDG_CACHE_HOME", text(&file))]);
    unharmed(&["module", "list"], &[("PRAHARI_TOKEN", HOSTILE)]);
}

/// Answers every request with this, until the process ends.
fn daemon_that_says(status: &'static str, body: &Value) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let body = body.to_string();
    std::thread::spawn(move || {
        for mut socket in listener.incoming().map_while(Result::ok) {
            let _request = socket.read(&mut [0; 4_096]);
            let length = body.len();
            let head = format!(
                "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\ncontent-type: application/json\r\n\r\n"
            );
            let _gone = socket.write_all(head.as_bytes()).and_then(|()| socket.write_all(body.as_bytes()));
        }
    });
    address
}

#[test]
fn a_daemon_cannot_speak_to_the_terminal_of_whoever_asks_it() {
    let version = json!({
        "task": HOSTILE, "version": 1, "active": true, "pinned_users": [], "hash": HOSTILE, "origin": HOSTILE,
        "quarantined_at": "2025-03-12", "quarantine": HOSTILE, "as_of": HOSTILE, "known_through": HOSTILE,
        "imported_by": null, "imported_at": HOSTILE, "accepted_at": null,
    });
    let day = |open: bool| json!({ "day": HOSTILE, "open": open, "note": HOSTILE });
    let mut answer = version.clone();
    answer["items"] = json!([version]);
    answer["offered"] = json!({ "as_of": HOSTILE, "known_through": HOSTILE });
    answer["would_know_through"] = json!(HOSTILE);
    answer["differing_days"] = json!(2);
    answer["days"] = json!([{ "before": day(true), "after": day(false) }]);
    answer["differing_slots"] = json!(2);
    answer["slots"] =
        json!([{ "day": HOSTILE, "task": HOSTILE, "removed": [{ "due_at": HOSTILE }], "added": [] }]);
    answer["failed"] = json!([HOSTILE]);
    let folder = tempfile::tempdir().unwrap();
    let file = written(folder.path(), "file", HOSTILE.as_bytes());
    let file = text(&file);
    let problem = json!({ "detail": HOSTILE });
    for url in [
        daemon_that_says("200 OK", &answer),
        daemon_that_says("409 Conflict", &problem),
        daemon_that_says("500 Internal Server Error", &json!(HOSTILE)),
        daemon_that_says("200 OK", &json!(HOSTILE)),
    ] {
        for arguments in [
            &["module", "--url", &url, "list"][..],
            &["module", "--url", &url, "add", "buy_orders", file],
            &["module", "--url", &url, "activate", "buy_orders", "1", "--reason", HOSTILE],
            &["module", "--url", &url, "rollback", "buy_orders"],
            &["module", "--url", &url, "shadow", "buy_orders", "1"],
            &["calendar", "--url", &url, "versions"],
            &["calendar", "--url", &url, "show", "1"],
            &["calendar", "--url", &url, "preview", file],
            &["calendar", "--url", &url, "import", file],
        ] {
            unharmed(arguments, &[("PRAHARI_TOKEN", "token")]);
        }
    }
}

#[test]
fn what_a_daemon_tells_of_runs_and_people_cannot_speak_to_the_terminal() {
    let note = json!({
        "symbol": HOSTILE, "action": HOSTILE, "reason": HOSTILE, "evidence": [{ "name": HOSTILE, "value": HOSTILE }],
        "level": HOSTILE, "message": HOSTILE,
    });
    let mut run = json!({
        "id": 1, "task": HOSTILE, "trigger": HOSTILE, "service": HOSTILE, "outcome": HOSTILE, "detail": HOSTILE,
        "started_at": HOSTILE, "duration_ms": 1, "attempt": 1, "module_hash": HOSTILE,
        "details": [{ "name": HOSTILE, "value": 1 }],
        "usage": { "cpu_us": 1, "peak_memory_bytes": 1, "calls": 1, "orders": 1 },
    });
    let runs = json!({ "items": [run] });
    run["items"] = json!([note]);
    let lines = json!({ "id": 1, "items": [{
        "execution": 1, "task": HOSTILE, "started_at": HOSTILE, "number": 0, "level": HOSTILE, "message": HOSTILE,
        "at": HOSTILE,
    }] });
    let order = json!({
        "id": HOSTILE, "symbol": HOSTILE, "side": HOSTILE, "quantity": 1, "filled_quantity": 1, "limit_paise": 1,
        "average_price_paise": 1, "strategy": HOSTILE, "state": HOSTILE, "reason": HOSTILE, "placed_at": HOSTILE,
    });
    let positions = json!({
        "items": [{
            "symbol": HOSTILE, "strategy": HOSTILE, "looked_after_by": [HOSTILE], "quantity": 1, "average_price_paise": 1,
            "last_price_paise": 1, "unpriced": false, "unrealised_paise": 1,
        }],
        "cash_paise": 1, "available_paise": 1, "market_value_paise": 1, "total_paise": 1,
    });
    let settings = json!({
        "id": 1, "version": 1, "values": { HOSTILE: HOSTILE },
        "strategy": [{
            "name": HOSTILE, "kind": HOSTILE, "unit": HOSTILE, "default": HOSTILE, "least": 1, "most": 2, "about": HOSTILE,
        }],
        "items": [{ "at": HOSTILE, "user_name": HOSTILE, "resource": "user 1", "details": { "change": { HOSTILE: HOSTILE } } }],
    });
    for (arguments, body) in [
        (&["runs", "list"][..], runs),
        (&["runs", "show", "1"], run),
        (&["logs"], lines.clone()),
        (&["logs", "--follow"], lines),
        (&["orders"], json!({ "items": [order] })),
        (&["positions"], positions),
        (&["settings", "show"], settings.clone()),
        (&["settings", "show", HOSTILE], settings.clone()),
        (&["settings", "set", &format!("{HOSTILE}={HOSTILE}")], settings.clone()),
        (&["settings", "history"], settings),
    ] {
        let url = daemon_that_says("200 OK", &body);
        for more in [&[][..], &["--json"]] {
            let said = unharmed(&[arguments, &["--url", &url], more].concat(), &[("PRAHARI_TOKEN", "token")]);
            assert!(!said.contains("expected"), "the answer is read: {said}");
        }
    }
}
