//! What an operator does from the terminal: tokens, grants, users, schedules, and any other request.

use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::serving::{DEMO_PASSWORD, Serving, demo};
use crate::support::{prahari, run, stderr};

/// Runs a command against a daemon, with a token and the password of the demonstration; answers its exit code, what it said, and its
/// error.
pub fn at(daemon: &Serving, token: &str, arguments: &[&str]) -> (i32, String, String) {
    let url = format!("http://{}", daemon.address);
    let mut command = prahari(arguments);
    command.args(["--url", &url]).env("PRAHARI_TOKEN", token).env("PRAHARI_PASSWORD", DEMO_PASSWORD);
    answer(&command.output().unwrap())
}

fn answer(output: &Output) -> (i32, String, String) {
    let said = String::from_utf8(output.stdout.clone()).unwrap();
    (output.status.code().unwrap(), said, stderr(output))
}

/// What a command says that must succeed.
pub fn said(daemon: &Serving, token: &str, arguments: &[&str]) -> String {
    let (code, said, error) = at(daemon, token, arguments);
    assert_eq!(code, 0, "{arguments:?}: {error}");
    said
}

#[test]
fn an_operator_makes_a_token_and_does_the_rest_with_it_from_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("demo.db").to_str().unwrap().to_owned();
    let mut daemon = demo(&["--speed", "1", "--history", "0", "--users", "2", "--db", &db]);
    let token = said(&daemon, "", &["token", "new", "scripts", "--scope", "admin"]);
    let token = token.trim();
    let (code, _, error) = at(&daemon, "", &["token", "new", "scripts"]);
    assert_eq!((code, error.contains("name")), (2, true), "{error}");
    let listed = said(&daemon, "", &["token", "list"]);
    assert_eq!(listed, "1 scripts: admin\n");

    grants(&daemon, token);
    users(&daemon);
    schedules(&daemon, token);
    services(&daemon, token);
    let me: Value = serde_json::from_str(&said(&daemon, token, &["api", "get", "/auth/me"])).unwrap();
    assert_eq!((&me["name"], &me["via"]), (&Value::from("admin"), &Value::from("token")));
    let empty = folder.path().join("empty.csv");
    std::fs::write(&empty, "").unwrap();
    let (code, _, error) = at(&daemon, token, &["actions", "import", empty.to_str().unwrap()]);
    assert_eq!((code, error.contains("empty.csv is empty")), (2, true), "{error}");
    actions(&daemon, token, folder.path());
    let (code, _, error) = at(&daemon, token, &["api", "post", "/service/restart", "--data", "{"]);
    assert_eq!((code, error.contains("--data is not JSON")), (2, true), "{error}");
    let tasks: Value = serde_json::from_str(&said(&daemon, token, &["task", "list", "--json"])).unwrap();
    assert_eq!(tasks["items"].as_array().unwrap().len(), 7);
    let versions: Value = serde_json::from_str(&said(&daemon, token, &["module", "list", "--json"])).unwrap();
    assert_eq!(versions["items"].as_array().unwrap().len(), 7);

    while_it_runs(&db);
    assert_eq!(said(&daemon, "", &["token", "revoke", "1", "--json"]), "{}\n");
    assert_eq!(at(&daemon, token, &["schedule", "list"]).0, 2, "it is revoked");
    daemon.signal(nix::sys::signal::Signal::SIGTERM);
    assert!(daemon.child.wait().unwrap().success());
    without_a_daemon(&db);
}

fn actions(daemon: &Serving, token: &str, folder: &Path) {
    let list = folder.join("actions.json");
    let row = r#"{"symbol":"NOSUCHSHARE","ex_day":"2099-01-05","kind":"bonus","new":1,"held":1}"#;
    std::fs::write(&list, format!("[{row},{row},{{\"symbol\":\"NOSUCHSHARE\"}}]")).unwrap();
    let import = ["actions", "import", list.to_str().unwrap(), "--dry-run"];
    let (code, told, error) = at(daemon, token, &[&import[..], &["--confirm"]].concat());
    assert_eq!(code, 1, "a row cannot be used: {error}");
    assert!(error.contains("warning: action 3: "), "{error}");
    let summary = "1 new, 0 changed, 0 known, 1 row says again what another says, 1 row cannot be used; nothing was changed\n";
    assert!(told.ends_with(summary), "{told}");
    std::fs::write(&list, format!("[{row}]")).unwrap();
    let (code, told, _) = at(daemon, token, &import);
    assert_eq!((code, told.contains("left out: action 1: NOSUCHSHARE on 2099-01-05")), (1, true), "{told}");
    said(daemon, token, &[&import[..], &["--confirm"]].concat());
    assert_eq!(said(daemon, token, &["actions", "doubted"]), "no doubted corporate actions\n");
    let (code, _, error) = at(daemon, token, &["actions", "reject", "7", "--reason", "it is wrong"]);
    assert_eq!((code, error.contains("there is no doubted corporate action 7")), (2, true), "{error}");
}

fn grants(daemon: &Serving, token: &str) {
    let shown = said(daemon, token, &["grant", "show", "sell_monitor"]);
    assert!(
        shown.starts_with("sell_monitor, by default\n") && shown.contains("\n  orders_per_day = none\n"),
        "{shown}"
    );
    let set = ["grant", "set", "sell_monitor", "cpu_ms=500", "per_run.decisions=7", "--user", "2"];
    let set = said(daemon, token, &set);
    assert!(set.starts_with("sell_monitor for user 2\n") && set.contains("  cpu_ms = 500\n"), "{set}");
    assert!(set.contains(" decisions=7 "), "{set}");
    let shown = said(daemon, token, &["grant", "show", "sell_monitor", "--user", "2", "--json"]);
    let shown: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!((&shown[0]["allowance"]["cpu_ms"], shown.as_array().unwrap().len()), (&Value::from(500), 1));
    let (code, _, error) = at(daemon, token, &["grant", "show", "sell_monitor", "--user", "99"]);
    assert_eq!((code, error.contains("there is no user 99")), (2, true), "{error}");
    let all = said(daemon, token, &["grant", "show", "sell_monitor"]);
    assert!(all.starts_with("sell_monitor, by default\n"), "the others keep theirs: {all}");
    let (code, _, error) = at(daemon, token, &["grant", "set", "sell_monitor", "cpu=5"]);
    assert_eq!((code, error.contains("cpu: there is no such field")), (2, true), "{error}");
    let (code, _, error) = at(daemon, token, &["grant", "set", "sell_monitor", "cpu_ms=5", "cpu_ms=6"]);
    assert_eq!((code, error.as_str()), (2, "error: cpu_ms is given twice\n"));
    let (code, _, error) = at(daemon, token, &["grant", "set", "sell_monitor", "cpu_ms=0"]);
    assert_eq!((code, error.contains("cpu_ms")), (2, true), "{error}");
    assert_eq!(said(daemon, token, &["grant", "reset", "sell_monitor", "--user", "2", "--json"]), "{}\n");
    assert_eq!(
        at(daemon, token, &["grant", "reset", "sell_monitor", "--user", "2"]).0,
        2,
        "there is none any more"
    );
}

fn users(daemon: &Serving) {
    let added = said(daemon, "", &["user", "add", "asha", "--capital", "250000"]);
    assert!(added.starts_with("user 3 is asha, user\n") && added.contains("/#reset="), "{added}");
    let link = said(daemon, "", &["user", "reset", "asha"]);
    let link = link.trim().rsplit_once("/#reset=").unwrap().1;
    let password = "correct horse battery staple";
    let chosen = serde_json::json!({ "token": link, "password": password });
    let chosen = daemon.post("/api/v1/auth/reset", &chosen);
    assert!((200..300).contains(&chosen.status), "{}", chosen.body);
    let asha = daemon.sign_in("asha", password);
    assert_eq!(daemon.json("/api/v1/user/capital", &asha)["capital_paise"], 25_000_000);
    assert!(said(daemon, "", &["user", "list"]).contains("\n3 asha: user, paper\n"));
    misbehaving_broker(daemon);
    let (code, _, error) = at(daemon, "", &["user", "reset", "nobody"]);
    assert_eq!((code, error.as_str()), (2, "error: there is no user \"nobody\"\n"));
    let (code, _, error) = at(daemon, "", &["user", "list", "--login", "nobody"]);
    assert_eq!(code, 2, "{error}");
}

fn misbehaving_broker(daemon: &Serving) {
    let on = said(daemon, "", &["user", "chaos", "asha", "--lose-every", "3"]);
    assert!(on.starts_with("the paper broker of asha misbehaves on purpose from "), "{on}");
    assert!(on.contains("\n  one answer to an order in 3 is lost; 0 were\n"), "{on}");
    let (code, _, error) = at(daemon, "", &["user", "chaos", "asha", "--lag-ms", "0"]);
    assert_eq!((code, error.as_str()), (2, "error: lag_ms is a whole number from 1 to 300000; this is 0\n"));
    let off = said(daemon, "", &["user", "chaos", "asha", "--off"]);
    assert_eq!(off, "the paper broker of asha is well again\n");
    let (code, _, _) = at(daemon, "", &["user", "chaos", "asha", "--off", "--down"]);
    assert_eq!(code, 2, "both at once");
}

fn schedules(daemon: &Serving, token: &str) {
    let listed = said(daemon, token, &["schedule", "list"]);
    assert_eq!(listed.lines().count(), 7, "{listed}");
    let early = ["schedule", "set", "eod_cleanup", "--at", "12:00"];
    let (code, _, error) = at(daemon, token, &early);
    assert_eq!(
        (code, error.contains("the schedule of eod_cleanup needs a confirmation")),
        (2, true),
        "{error}"
    );
    let (code, set, warned) = at(daemon, token, &[&early[..], &["--confirm"]].concat());
    assert_eq!(code, 0, "{warned}");
    assert!(set.starts_with("eod_cleanup") && set.contains(", set by admin\n"), "{set}");
    assert!(warned.starts_with("warning: eod_cleanup: it is due at 12:00 on "), "{warned}");
    let off = said(daemon, token, &["schedule", "off", "analysis"]);
    assert!(off.contains("at 16:00: off, set by admin"), "{off}");
    assert!(said(daemon, token, &["schedule", "on", "analysis"]).contains("at 16:00: next "));
}

fn services(daemon: &Serving, token: &str) {
    let own = |step: &[&'static str]| [&["service"][..], step, &["--user", "2"]].concat();
    assert_eq!(said(daemon, token, &own(&["stop"])), "the unified service is stopped\n");
    assert_eq!(said(daemon, token, &own(&["stop"])), "the unified service is stopped already\n");
    let start = own(&["start", "--task", "sell_monitor", "--restart", "on-failure"]);
    assert_eq!(said(daemon, token, &start), "the service of sell_monitor is running\n");
    let again = said(daemon, token, &start);
    let unchanged = "the service of sell_monitor is running already\nits restart is on-failure from now on\n";
    assert_eq!(again, unchanged);
    let status = said(daemon, token, &own(&["status"]));
    assert!(status.starts_with("the unified service is stopped\n"), "{status}");
    let line = status.lines().find(|line| line.starts_with("sell_monitor: ")).unwrap();
    assert!(
        line.starts_with("sell_monitor: running as process ") && line.ends_with("; restart: on-failure"),
        "{line}"
    );
    assert!(status.contains("\nbuy_orders: stopped; restart: never\n"), "{status}");
    let set = own(&["set", "--task", "sell_monitor", "--restart", "never"]);
    assert!(said(daemon, token, &set).ends_with("; restart: never\n"));
    let told = said(daemon, token, &[&own(&["status"])[..], &["--json"]].concat());
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told["individual"]["services"]["sell_monitor"]["restart"], "never");
    assert_eq!(told["unified"]["running"], false);
    let stop = own(&["stop", "--task", "sell_monitor"]);
    assert_eq!(said(daemon, token, &stop), "the service of sell_monitor is stopped\n");
    assert_eq!(said(daemon, token, &own(&["start"])), "the unified service is running\n");
    assert_eq!(said(daemon, token, &own(&["restart"])), "the unified service has started again\n");
    let (code, _, error) = at(daemon, token, &start);
    assert_eq!((code, error.contains("the unified service of this user is running")), (2, true), "{error}");
    let (code, _, error) = at(daemon, token, &own(&["start", "--restart", "never"]));
    assert_eq!((code, error.contains("--task")), (2, true), "{error}");
}

/// A database that a daemon uses is not looked at by others, who are told what to do.
fn while_it_runs(db: &str) {
    for (arguments, instead) in [
        (&["replay", "--db", db, "7"][..], "`prahari api post /executions/7/replay --data '{}'`"),
        (
            &["replay", "--db", db, "--day", "2025-03-03"],
            "`prahari api post /replays --data '{\"day\":\"2025-03-03\"}'`",
        ),
        (
            &["shadow", "--db", db, "--module", "sell_monitor=my.wasm"],
            "`prahari module add sell_monitor my.wasm`",
        ),
        (&["token", "new", "local", "--db", db], "by log-in: `prahari token new` with --url"),
    ] {
        let (code, _, error) = answer(&run(arguments));
        assert_eq!((code, error.contains(instead)), (2, true), "{error}");
    }
}

fn without_a_daemon(db: &str) {
    let new = |more: &[&str]| answer(&run(&[&["token", "new", "local", "--db", db], more].concat()));
    let (code, token, error) = new(&["--scope", "admin"]);
    assert_eq!(code, 0, "{error}");
    let (code, _, error) = new(&[]);
    assert_eq!((code, error.contains("you have a token of this name already")), (2, true), "{error}");
    let (code, _, error) = new(&["--scope", "admin", "--login", "user2"]);
    assert_eq!(
        (code, error.as_str()),
        (2, "error: user2: only an admin may make a token of the scope admin\n")
    );
    let (code, _, error) = new(&["--code", "123456"]);
    let no_log_in = "error: --code is for a log-in, and with --db there is none\n";
    assert_eq!((code, error.as_str()), (2, no_log_in));
    let (code, _, error) = new(&["--login", "nobody"]);
    assert_eq!((code, error.as_str()), (2, "error: there is no user \"nobody\" in this database\n"));
    let daemon = demo(&["--speed", "1", "--db", db]);
    let entries = said(&daemon, token.trim(), &["api", "get", "/audit?action=token.create"]);
    assert!(entries.contains("command line"), "{entries}");
}

#[test]
fn without_a_token_or_a_password_one_sentence_says_where_it_is_read_from() {
    let (code, _, error) = answer(&prahari(&["grant", "show"]).env_remove("PRAHARI_TOKEN").output().unwrap());
    let sentence =
        "error: an API token is needed: in --token-file, or in the environment variable PRAHARI_TOKEN\n";
    assert_eq!((code, error.as_str()), (2, sentence));
    let (code, _, error) =
        answer(&prahari(&["user", "list"]).env_remove("PRAHARI_PASSWORD").output().unwrap());
    let sentence =
        "error: a password is needed: in --password-file, or in the environment variable PRAHARI_PASSWORD\n";
    assert_eq!((code, error.as_str()), (2, sentence));
}
