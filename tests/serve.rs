//! The daemon on a socket: its first start, the demonstration, the console, a port in use, an end on request.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "serve/connections.rs"]
mod connections;
#[path = "serve/flood.rs"]
mod flood;
#[path = "serve/full.rs"]
mod full;
#[path = "serve/layers.rs"]
mod layers;
#[path = "serve/log.rs"]
mod log;
#[path = "support/serving.rs"]
mod serving;
#[path = "serve/stop.rs"]
mod stop;
mod support;

use nix::sys::signal::Signal;
use serde_json::{Value, json};
use serving::{DEMO_PASSWORD, Serving, demo, serve};
use support::{run, stderr};

#[test]
fn a_demonstration_says_what_it_is_and_has_a_day_to_look_at() {
    let serving = demo(&["--speed", "60", "--from", "2025-03-20"]);
    assert!(
        serving.said.contains("DEMONSTRATION") && serving.said.contains(DEMO_PASSWORD),
        "{}",
        serving.said
    );
    let health = serving.json("/api/v1/system/health", "");
    assert_eq!(health["status"], "ok");
    assert_eq!(health["demonstration"], true);
    assert_eq!((&health["services_running"], &health["set_up_pending"]), (&json!(4), &json!(false)));
    assert_eq!(serving.get("/api/v1/users", "").status, 401);
    let admin = serving.sign_in("admin", DEMO_PASSWORD);
    assert_eq!(serving.json("/api/v1/users", &admin)["items"].as_array().unwrap().len(), 5);
    // The weeks before the start are simulated, so that there is something to see.
    assert!(!serving.json("/api/v1/orders", &admin)["items"].as_array().unwrap().is_empty());
    // Somebody else sees nothing but their own.
    let user = serving.sign_in("user2", DEMO_PASSWORD);
    assert_eq!(serving.get("/api/v1/users", &user).status, 403);
    assert_eq!(serving.get("/api/v1/orders?user=1", &user).status, 404);
    check_that_users_differ(&serving, &admin);
}

/// One has little money, one has lost, one runs a single task by itself, one is halted.
fn check_that_users_differ(serving: &Serving, admin: &str) {
    let of = |path: &str| serving.json(path, admin);
    let capital =
        |user: u64| of(&format!("/api/v1/user/capital?user={user}"))["capital_paise"].as_i64().unwrap();
    assert_eq!([2, 3].map(capital), [30_000_000, 5_000_000]);
    assert_eq!(of("/api/v1/user/limits?user=2")["in_force"]["max_positions"], 3);
    let funds = of("/api/v1/funds?user=3");
    let paise = |name: &str| funds[name].as_i64().unwrap();
    assert!(paise("realised_paise") < paise("charges_paise"), "{funds}");
    let single = of("/api/v1/service/individual/status?user=4");
    assert_eq!(single["services"]["sell_monitor"]["running"], true, "{single}");
    let halts = of("/api/v1/halts?user=5");
    assert!(halts["items"][0]["reason"].as_str().unwrap().contains("demonstration"), "{halts}");
}

#[test]
fn a_demonstration_that_begins_on_a_holiday_says_when_something_happens_and_gets_there_soon() {
    let serving = demo(&["--from", "2025-03-16", "--users", "1", "--history", "0"]);
    assert!(serving.said.contains("--from 2025-03-16: no session is held on it ("), "{}", serving.said);
    assert!(serving.said.contains("; the first tasks are due on 2025-03-17.\n"), "{}", serving.said);
    assert!(serving.said.contains("the audit log have the real time"), "{}", serving.said);
    // A day at 3,600 times the speed; asking is the only waiting.
    let mut now = String::new();
    while now.as_str() < "2025-03-17 08:50" {
        now = serving.now_ist();
    }
}

#[test]
fn a_demonstration_begins_on_an_ordinary_morning_and_something_happens_within_a_minute() {
    let serving = demo(&["--users", "1", "--history", "0"]);
    let admin = serving.sign_in("admin", DEMO_PASSWORD);
    let health = serving.json("/api/v1/system/health", "");
    let now = health["now"].as_str().unwrap();
    assert!(("08:55".."09:15").contains(&&now[11..16]), "{health}");
    assert_eq!(health["day_note"], "", "an ordinary day: {health}");
    // Minutes are seconds here: the first task is due five of them after the start.
    let ran = || {
        let ran = serving.json("/api/v1/slots?state=ran&limit=1", &admin);
        !ran["items"].as_array().unwrap().is_empty()
    };
    while !ran() {
        let health = serving.json("/api/v1/system/health", "");
        assert!(health["now"].as_str().unwrap()[11..16] < *"09:55", "nothing within a minute: {health}");
    }
}

#[test]
fn what_tasks_counted_and_what_they_said_of_positions_is_answered() {
    let serving = demo(&["--speed", "1", "--from", "2025-05-08"]);
    let list = |value: &Value| value.as_array().unwrap().clone();
    let users = ["admin", "user2", "user3"].map(|name| serving.sign_in(name, DEMO_PASSWORD));
    let latest = serving.json("/api/v1/executions?task=eod_cleanup&limit=1", &users[0])["items"][0].clone();
    assert_eq!(latest["outcome"], "succeeded", "{latest}");
    let details = list(&latest["details"]);
    assert!(details.iter().any(|one| one["name"] == "differences" && one["value"] == 0), "{latest}");
    let totals = serving.json("/api/v1/executions/totals?date=2025-05-07", &users[0]);
    assert_eq!(totals["date"], "2025-05-07");
    let of = |task: &str| list(&totals["tasks"]).into_iter().find(|of| of["task"] == task).unwrap();
    assert_eq!(
        (&of("eod_cleanup")["executions"], &of("eod_cleanup")["details"]),
        (&json!(1), &latest["details"])
    );
    assert_eq!(of("sell_monitor")["executions"], of("sell_monitor")["succeeded"]);
    // Somebody holds something after six weeks, and the monitor has looked at it.
    let held: Vec<Value> =
        users.iter().flat_map(|user| list(&serving.json("/api/v1/positions", user)["items"])).collect();
    assert!(!held.is_empty());
    let verdicts: Vec<Value> = held.iter().flat_map(|position| list(&position["verdicts"])).collect();
    let verdict = verdicts.iter().find(|verdict| verdict["task"] == "position_monitor").unwrap();
    assert!(verdict["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{verdict}");
    assert!(!list(&verdict["evidence"]).is_empty(), "{verdict}");
}

/// Holds for a build with the console and for one without, whose page says how to get it.
#[test]
fn the_console_loads_nothing_from_elsewhere_and_its_pages_have_addresses() {
    let serving = demo(&["--speed", "1", "--history", "0"]);
    let page = serving.get("/", "");
    assert_eq!(page.status, 200);
    assert!(page.head.contains("content-security-policy: default-src 'none'"), "{}", page.head);
    assert!(!page.head.contains("unsafe-inline"), "{}", page.head);
    let named = |attribute: &'static str| {
        page.body.split(attribute).skip(1).map(|rest| rest.split('"').next().unwrap())
    };
    for file in named(" src=\"").chain(named(" href=\"")) {
        assert!(file.starts_with('/') && !file.starts_with("//"), "{file}");
        assert_eq!(serving.get(file, "").status, 200, "{file}");
    }
    let nonce =
        |page: &str| page.split("nonce-").nth(1).map(|rest| rest.split('\'').next().unwrap().to_owned());
    let again = serving.get("/orders?state=open", "accept: text/html,*/*;q=0.8\r\n");
    assert_eq!(again.status, 200);
    if let Some(nonce_of_first) = nonce(&page.head) {
        assert!(page.body.contains(&nonce_of_first), "{}", page.body);
        assert_ne!(nonce(&again.head), Some(nonce_of_first), "each answer has its own");
    }
    for (path, accept) in [("/nowhere", ""), ("/api/v1/nowhere", "accept: text/html\r\n")] {
        let missing = serving.get(path, accept);
        assert_eq!(missing.status, 404, "{path}");
        assert!(missing.body.contains("not_found"), "{}", missing.body);
    }
}

#[test]
fn the_first_start_prints_a_link_that_makes_one_admin_once() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("prahari.db").to_str().unwrap().to_owned();
    let serving = serve(&["--db", &db]);
    let link = serving.said.lines().last().unwrap();
    let token = link.split_once("#setup=").unwrap().1.to_owned();
    assert_eq!(serving.json("/api/v1/system/health", "")["set_up_pending"], true);
    let password = "correct horse battery staple";
    let wanted = json!({ "token": token, "name": "asha", "password": password });
    let made = serving.post("/api/v1/auth/setup", &wanted);
    assert!((200..300).contains(&made.status), "{}", made.body);
    assert!(serving.post("/api/v1/auth/setup", &wanted).status >= 400);
    let asha = serving.sign_in("asha", password);
    assert_eq!(serving.json("/api/v1/system/health", "")["set_up_pending"], false);
    assert_eq!(serving.json("/api/v1/auth/me", &asha)["role"], "admin");
    let entries = serving.json("/api/v1/audit?action=user.create", &asha);
    assert_eq!(entries["items"][0]["via"], "set-up link", "{entries}");
    drop(serving);
    // Later starts have nothing to set up, and the key file is for its owner only.
    assert!(!serve(&["--db", &db]).said.contains("#setup="));
    use std::os::unix::fs::PermissionsExt;
    let key = std::fs::metadata(folder.path().join("prahari.db.key")).unwrap();
    assert_eq!(key.permissions().mode() & 0o777, 0o600);
    // It was begun on the real clock, which no day of a faster one takes back.
    let faster = ["serve", "--listen", "127.0.0.1:0", "--db", &db, "--speed", "60", "--from", "2025-03-03"];
    let output = run(&faster);
    let sentence = "error: --from 2025-03-03: the database was begun on the real clock and goes on by it; ";
    assert_eq!((output.status.code(), stderr(&output).starts_with(sentence)), (Some(2), true), "{output:?}");
}

#[test]
fn what_a_database_was_begun_with_cannot_be_changed_in_silence() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("prahari.db").to_str().unwrap().to_owned();
    let begun = ["--db", &db, "--speed", "1", "--history", "8", "--seed", "7", "--from", "2025-03-12"];
    let prices = |serving: &Serving| {
        let admin = serving.sign_in("admin", DEMO_PASSWORD);
        let day = serving.json("/api/v1/calendar/now", &admin)["today"]["day"].clone();
        (day, serving.json("/api/v1/positions", &admin)["items"].clone())
    };
    let first = prices(&demo(&begun));
    assert_eq!(first.0, "2025-03-12");
    // The same again, and without a word about either, go on with what is there.
    assert_eq!(prices(&demo(&begun)), first);
    assert_eq!(prices(&demo(&["--db", &db, "--speed", "1"])), first);
    let refused = |more: &[&str]| {
        let fixed = ["serve", "--demo", "--listen", "127.0.0.1:0", "--db", &db, "--speed", "1"];
        let output = run(&[&fixed[..], more].concat());
        (output.status.code(), stderr(&output))
    };
    let elsewhere = "leave it out to go on, or name another database to begin anew\n";
    let seed = format!("error: --seed 8: the database was begun with seed 7; {elsewhere}");
    assert_eq!(refused(&["--seed", "8"]), (Some(2), seed));
    let from = format!(
        "error: --from 2025-03-11: the database was begun on 2025-03-12 and goes on where it stopped; {elsewhere}"
    );
    assert_eq!(refused(&["--from", "2025-03-11"]), (Some(2), from));
    let users = format!("error: --users 4: the database was begun with 5 users; {elsewhere}");
    assert_eq!(refused(&["--users", "4"]), (Some(2), users));
    let history = format!("error: --history 9: the database was begun with 8 days of history; {elsewhere}");
    assert_eq!(refused(&["--history", "9"]), (Some(2), history));
}

#[test]
fn what_a_simulation_was_begun_with_holds_for_a_daemon_on_its_database_too() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("simulated.db").to_str().unwrap().to_owned();
    let days = ["simulate", "--from", "2025-03-12", "--to", "2025-03-12", "--seed", "7", "--db", &db];
    assert!(run(&days).status.success());
    let elsewhere = "leave it out to go on, or name another database to begin anew\n";
    for (given, begun) in [
        (&["--seed", "8"][..], "error: --seed 8: the database was begun with seed 7; "),
        (
            &["--speed", "1", "--from", "2025-03-11"],
            "error: --from 2025-03-11: the database was begun on 2025-03-12 and goes on where it stopped; ",
        ),
    ] {
        let output = run(&[&["serve", "--listen", "127.0.0.1:0", "--db", &db], given].concat());
        assert_eq!((output.status.code(), stderr(&output)), (Some(2), format!("{begun}{elsewhere}")));
    }
}

#[test]
fn a_demonstration_is_never_mistaken_for_the_real_thing() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("demo.db").to_str().unwrap().to_owned();
    drop(demo(&["--db", &db, "--speed", "1", "--history", "0"]));
    let output = run(&["serve", "--listen", "127.0.0.1:0", "--db", &db]);
    assert_eq!(output.status.code(), Some(2));
    let expected = "error: the database holds a demonstration with known passwords: serve it with --demo\n";
    assert_eq!(stderr(&output), expected);
    let output = run(&["serve", "--demo", "--listen", "0.0.0.0:0"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("listens on a loopback address only"), "{}", stderr(&output));
}

#[test]
fn the_slots_of_the_day_get_their_outcomes_as_the_clock_passes_them() {
    let serving = demo(&["--speed", "3600", "--from", "2025-03-03", "--users", "1", "--history", "0"]);
    let admin = serving.sign_in("admin", DEMO_PASSWORD);
    // At 3,600 times the speed the hours pass in seconds; asking is the only waiting. Which slots a busy machine is
    // in time for cannot be told: two minutes of lateness are 33 ms here.
    let ran = (0..10_000).any(|_| {
        let ran = serving.json("/api/v1/slots?state=ran&limit=1", &admin);
        !ran["items"].as_array().unwrap().is_empty()
    });
    assert!(ran);
}

#[test]
fn a_fast_clock_goes_on_where_the_last_daemon_stopped_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("daemon.db").to_str().unwrap().to_owned();
    let from = ["--from", "2025-03-03", "--users", "1", "--history", "0", "--db", &db];
    let mut serving = demo(&[&["--speed", "3600"], &from[..]].concat());
    let begins = "The clock begins on 2025-03-03 at 08:55 IST; its speed is 3600.\n";
    assert!(serving.said.contains(begins), "{}", serving.said);
    // After the last instant at which anything is due; asking is the only waiting.
    let mut now = String::new();
    while now.as_str() < "2025-03-03 21:00" {
        now = serving.now_ist();
    }
    serving.signal(Signal::SIGTERM);
    assert!(serving.child.wait().unwrap().success());
    let serving = demo(&[&["--speed", "1"], &from[..]].concat());
    let (_, line) = serving.said.split_once("The clock goes on at ").unwrap();
    assert!(line[..now.len()] >= now[..], "{now}: {line}");
    assert!(line[now.len()..].starts_with(" IST, where the last process was; its speed is 1.\n"), "{line}");
}

#[test]
fn a_fast_clock_never_goes_on_before_what_a_daemon_that_was_killed_has_written_down() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("daemon.db").to_str().unwrap().to_owned();
    let from = ["--from", "2025-03-03", "--users", "2", "--history", "0", "--db", &db];
    let mut serving = demo(&[&["--speed", "60"], &from[..]].concat());
    // Before the first instant at which anything is due; asking is the only waiting.
    let mut now = String::new();
    while now.as_str() < "2025-03-03 08:55:30" {
        now = serving.now_ist();
    }
    let user = serving.sign_in("user2", DEMO_PASSWORD);
    assert_eq!(serving.post_as(&user, "/api/v1/user/service/stop", &json!({})).status, 200);
    // What is read is written.
    let log = serving.json("/api/v1/user/service/logs", &user);
    assert!(log.to_string().contains("stop"), "{log}");
    serving.signal(Signal::SIGKILL);
    serving.child.wait().unwrap();
    let serving = demo(&[&["--speed", "1"], &from[..]].concat());
    let (_, line) = serving.said.split_once("The clock goes on at ").unwrap();
    assert!(line[..now.len()] >= now[..], "{now}: {line}");
    assert!(serving.now_ist() >= now);
}

#[test]
fn a_port_in_use_ends_the_second_daemon_with_one_line() {
    let first = demo(&["--speed", "1", "--history", "0"]);
    let output = run(&["serve", "--listen", &first.address, "--demo", "--speed", "1"]);
    assert_eq!(output.status.code(), Some(2));
    let expected =
        format!("error: cannot listen on {}: Address already in use (os error 98)\n", first.address);
    assert_eq!(stderr(&output), expected);
}

#[test]
fn a_terminated_daemon_ends_well_and_its_database_opens_again() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("daemon.db").to_str().unwrap().to_owned();
    for _ in 0..2 {
        let mut serving = demo(&["--speed", "60", "--from", "2025-03-03", "--db", &db, "--history", "0"]);
        assert_eq!(serving.json("/api/v1/system/health", "")["services_running"], 4);
        serving.signal(Signal::SIGTERM);
        assert!(serving.child.wait().unwrap().success());
    }
}

#[test]
fn a_user_starts_services_so_often_within_an_hour_and_stops_them_whenever_they_like() {
    let serving = demo(&["--speed", "1", "--history", "0", "--service-starts-per-hour", "3"]);
    let user = serving.sign_in("user2", DEMO_PASSWORD);
    let restart = || serving.post_as(&user, "/api/v1/user/service/restart", &json!({}));
    assert_eq!([restart(), restart(), restart()].map(|answer| answer.status), [200; 3]);
    let refused = restart();
    assert_eq!(refused.status, 429, "{}", refused.body);
    assert!(
        refused.body.contains("started_too_often") && refused.body.contains("retry_at"),
        "{}",
        refused.body
    );
    assert_eq!(serving.post_as(&user, "/api/v1/user/service/stop", &json!({})).status, 200);
    assert_eq!(serving.post_as(&user, "/api/v1/user/service/start", &json!({})).status, 429);
    let other = serving.sign_in("user3", DEMO_PASSWORD);
    assert_eq!(serving.post_as(&other, "/api/v1/user/service/restart", &json!({})).status, 200);
}

#[test]
fn an_admin_restarts_all_services_so_often_within_an_hour_whatever_users_do() {
    let serving = demo(&["--speed", "1", "--history", "0", "--service-starts-per-hour", "2"]);
    let (admin, user) = (serving.sign_in("admin", DEMO_PASSWORD), serving.sign_in("user2", DEMO_PASSWORD));
    let restart_own = || serving.post_as(&user, "/api/v1/user/service/restart", &json!({})).status;
    let restart_all = || serving.post_as(&admin, "/api/v1/service/restart", &json!({}));
    assert_eq!([restart_own(), restart_own(), restart_own()], [200, 200, 429]);
    assert_eq!([restart_all(), restart_all()].map(|answer| answer.status), [200; 2]);
    let refused = restart_all();
    assert_eq!(refused.status, 429, "{}", refused.body);
    assert!(
        refused.body.contains("started_too_often") && refused.body.contains("retry_at"),
        "{}",
        refused.body
    );
    // The restarts of everybody are not counted as the admin's own.
    assert_eq!(serving.post_as(&admin, "/api/v1/user/service/restart", &json!({})).status, 200);
}

#[test]
fn a_page_on_another_name_gets_nothing_even_with_the_password() {
    let serving = demo(&["--speed", "1", "--history", "0", "--host", "trading.example"]);
    let log_in = |host: &str| {
        let body = json!({ "name": "admin", "password": DEMO_PASSWORD }).to_string();
        let origin = format!("origin: http://{host}\r\nsec-fetch-site: same-origin\r\n");
        serving.send_under(
            host,
            "POST",
            "/api/v1/auth/login",
            &format!("content-type: application/json\r\n{origin}"),
            &body,
        )
    };
    let refused = log_in("evil.example");
    assert_eq!(refused.status, 421, "{}", refused.body);
    assert!(!refused.head.contains("set-cookie"), "{}", refused.head);
    assert_eq!(log_in("trading.example").status, 200);
    assert_eq!(log_in("localhost").status, 200);
}
