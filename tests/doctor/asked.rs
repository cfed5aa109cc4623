//! The doctor as people and programs ask it: over HTTP and from the terminal.

use prahari_brokers::Check;
use prahari_store::TokenScope;
use serde_json::{Value, json};

use crate::pass_until;
use crate::probe::{PROBE, Probe};
use crate::program::prahari;
use crate::support::console::Console;
use crate::support::{ADMIN, MONDAY, OTHER, at};

/// Runs `prahari doctor` against a console; its exit code and what it said.
async fn doctor(console: &Console, arguments: &'static [&'static str]) -> (i32, String) {
    let token = console.secret_token(ADMIN, TokenScope::Admin).await;
    let url = format!("http://{}", console.address);
    let run = move || {
        let mut command = prahari(&["doctor"]);
        command.args(arguments).args(["--url", &url]).env("PRAHARI_TOKEN", token).output().unwrap()
    };
    let output = tokio::task::spawn_blocking(run).await.unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_is_typed_the_terminal_shows_a_table_and_a_failure_is_exit_code_one() {
    let (probe, house) = Probe::in_house(3);
    let console = Console::of(house, at(MONDAY, "08:40")).await;
    console.daemon.users_admin.set_broker(OTHER, PROBE).await.unwrap();
    probe.says(vec![Check::ok("session", "logged in at 08:31:00")]);
    let (user, admin) = (console.user().await, console.admin().await);
    let own = user.get("/api/v1/user/doctor").await.ok();
    assert_eq!((&own["user"], &own["outcome"]), (&json!(2), &json!("warning")));
    let session =
        json!({ "name": "session", "outcome": "ok", "evidence": "logged in at 08:31:00", "advice": "" });
    assert_eq!(own["checks"][0], session);
    assert_eq!(admin.get("/api/v1/users/2/doctor").await.ok(), own, "the same look");

    let (code, said) = doctor(&console, &["--user", "2"]).await;
    assert_eq!(code, 0, "{said}");
    assert!(said.starts_with("session    ok         logged in at 08:31:00\n"), "{said}");
    assert!(said.contains("-> start the user's unified service\n"), "{said}");
    assert!(said.lines().last().unwrap().contains(" at 2025-03-10 08:40:00: 0 failed, "), "{said}");

    probe.says(vec![Check::failed("session", "nobody logs in any more", "allow logins again")]);
    pass_until(&console.daemon, at(MONDAY, "08:41")).await;
    let (code, said) = doctor(&console, &["--user", "2", "--json"]).await;
    let answer: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((code, &answer["outcome"]), (1, &json!("failed")));
    assert_eq!(doctor(&console, &["--user", "99"]).await.0, 2, "there is no such user");
}

#[tokio::test(flavor = "multi_thread")]
async fn mornings_are_listed_with_when_the_next_is_due() {
    let console = Console::start(at(MONDAY, "08:39")).await;
    let user = console.user().await;
    let before = user.get("/api/v1/user/doctor/mornings").await.ok();
    assert_eq!(before, json!({ "due_at": "2025-03-10T08:40:00.000+05:30", "items": [] }));
    pass_until(&console.daemon, at(MONDAY, "08:40")).await;
    console.daemon.doctor.look_at_everybody().await.unwrap();
    let kept = user.get("/api/v1/user/doctor/mornings").await.ok();
    let morning = &kept["items"][0];
    assert_eq!((&morning["day"], &morning["reason"]), (&json!(MONDAY), &json!("")));
    assert_eq!((&morning["outcome"], &morning["looked_at"]), (&json!("warning"), &kept["due_at"]));
    pass_until(&console.daemon, at("2025-03-15", "08:40")).await;
    assert_eq!(user.get("/api/v1/user/doctor/mornings").await.ok()["due_at"], Value::Null);
}
