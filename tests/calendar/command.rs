//! `prahari calendar` against a running daemon, as an operator uses it, and the routes under it.

use serde_json::json;

use super::LIST_OF_2027;
use super::bounded::{refusal_in_time, silent_pipe};
use super::serving::{DEMO_PASSWORD, Serving, demo};
use super::support::{prahari, stderr};

/// Runs `prahari calendar` against a daemon; its exit code, what it said, and its error.
fn calendar(daemon: &Serving, token: &str, arguments: &[&str]) -> (i32, String, String) {
    let url = format!("http://{}", daemon.address);
    let mut command = prahari(&["calendar", "--url", &url]);
    let output = command.args(arguments).env("PRAHARI_TOKEN", token).output().unwrap();
    let said = String::from_utf8(output.stdout.clone()).unwrap();
    (output.status.code().unwrap(), said, stderr(&output))
}

#[test]
fn an_operator_tries_a_list_out_brings_it_and_sees_the_versions() {
    let daemon = demo(&["--speed", "1", "--from", "2026-12-21", "--history", "0", "--users", "1"]);
    let admin = daemon.sign_in("admin", DEMO_PASSWORD);
    let made =
        daemon.post_as(&admin, "/api/v1/auth/tokens", &json!({ "name": "calendar", "scope": "admin" }));
    let made: serde_json::Value = serde_json::from_str(&made.body).unwrap();
    let token = made["token"].as_str().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("2027.json");
    std::fs::write(&file, LIST_OF_2027).unwrap();
    let file = file.to_str().unwrap();

    let health = daemon.json("/api/v1/system/health", &admin);
    assert!(health["alerts"].to_string().contains("calendar_ends"), "{health}");
    let now = daemon.json("/api/v1/calendar/now", &admin);
    assert_eq!(now["known_through"], "2026-12-31");

    let (code, said, error) = calendar(&daemon, token, &["preview", file]);
    assert_eq!(code, 0, "{error}");
    assert!(
        said.starts_with("holidays are known through 2026-12-31, and would be through 2027-12-31\n"),
        "{said}"
    );
    assert!(said.contains("2027-01-26: open (presumed: no holidays are known after 2026-12-31), would be closed (Republic Day)"), "{said}");
    assert!(said.contains("2027-01-26 buy_orders: not at 2027-01-26T16:05"), "{said}");
    assert!(said.ends_with("2 days and 14 task days differ; nothing was changed\n"), "{said}");

    let odd = "warning: 2027 has 2 holidays on weekdays, and the exchange has 13 to 17 in a year: the list of a year replaces the \
               year as a whole\n";
    assert_eq!(error, odd);

    let (code, said, error) = calendar(&daemon, token, &["import", file]);
    assert_eq!(
        (code, said.as_str()),
        (0, "version 2 of the calendar is in force; its holidays are known through 2027-12-31\n"),
        "{error}"
    );
    assert_eq!(error, odd);
    // The same once more is no new version.
    let (code, said, error) = calendar(&daemon, token, &["import", file]);
    let same = "version 2 of the calendar, which is in force, says the same; nothing was changed\n";
    assert_eq!((code, said.as_str(), error.as_str()), (0, same, ""));
    let (_, said, error) = calendar(&daemon, token, &["preview", file]);
    assert!(said.ends_with("0 days and 0 task days differ; nothing was changed\n"), "{said}");
    assert_eq!(error, "warning: it says the same as the calendar in force: an import would change nothing\n");
    let (_, said, _) = calendar(&daemon, token, &["versions"]);
    assert!(said.starts_with("version 2 (operator, of 2026-12-12), holidays through 2027-12-31"), "{said}");
    assert!(said.lines().nth(1).unwrap().starts_with("version 1 (shipped, of "), "{said}");
    let days = daemon.json("/api/v1/calendar/days?from=2027-01-25&through=2027-01-26", &admin);
    assert_eq!((&days["items"][0]["presumed"], &days["items"][0]["open"]), (&json!(false), &json!(true)));
    assert_eq!(days["items"][1]["note"], "Republic Day");
    assert_eq!(days["items"][0]["settles_on"], "2027-01-27", "not on the holiday");
    assert_eq!(days["items"][1]["settles_on"], json!(null));
    let days = daemon.json("/api/v1/calendar/days?from=2026-02-18&through=2026-02-18", &admin);
    assert_eq!(days["items"][0]["settles_on"], "2026-02-20", "the 19th has a session and no settlement");
    let health = daemon.json("/api/v1/system/health", &admin);
    assert!(!health["alerts"].to_string().contains("calendar_ends"), "{health}");

    // What is shown can be imported again as a whole.
    let (_, shown, _) = calendar(&daemon, token, &["show", "1"]);
    let whole = folder.path().join("whole.json");
    std::fs::write(&whole, shown).unwrap();
    let (code, said, error) = calendar(&daemon, token, &["import", "--whole", whole.to_str().unwrap()]);
    assert_eq!(code, 0, "{error}");
    assert!(said.contains("version 3") && said.ends_with("known through 2026-12-31\n"), "{said}");

    let bad = folder.path().join("bad.json");
    std::fs::write(&bad, LIST_OF_2027.replace("2027-01-26", "2027-02-30")).unwrap();
    let (code, _, error) = calendar(&daemon, token, &["import", bad.to_str().unwrap()]);
    assert_eq!(code, 2);
    assert!(
        error.starts_with("error: the calendar cannot be read at years.2027.holidays[0].date: "),
        "{error}"
    );
    let (_, said, _) = calendar(&daemon, token, &["versions"]);
    assert!(said.starts_with("version 3 "), "nothing was changed: {said}");
    let audit = daemon.json("/api/v1/audit?action=calendar.import", &admin);
    assert_eq!(audit["items"].as_array().unwrap().len(), 2, "{audit}");
}

#[test]
fn a_calendar_is_a_regular_file_of_a_size_that_is_allowed() {
    let folder = tempfile::tempdir().unwrap();
    let giant = folder.path().join("giant.json");
    std::fs::write(&giant, vec![b' '; 40 << 20]).unwrap();
    for (file, reason) in [
        (silent_pipe(folder.path(), "pipe.json").as_str(), "it is a pipe, not a regular file"),
        ("/dev/zero", "it is a device, not a regular file"),
        (giant.to_str().unwrap(), "a calendar has at most 245760 bytes"),
    ] {
        for command in ["preview", "import"] {
            let said = refusal_in_time(&["calendar", command, file]);
            assert_eq!(said, format!("error: cannot read the calendar {file}: {reason}\n"), "{command}");
        }
    }
}
