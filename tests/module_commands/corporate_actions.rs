//! `prahari actions` against a running daemon: what something speaks against is taken up with `--confirm` only.

use std::path::Path;

use nix::sys::signal::Signal;
use serde_json::{Value, json};

use super::operate::{at, said};
use crate::serving::{DEMO_PASSWORD, Serving, demo};

/// Of these one is on a Sunday.
const LIST: &str = "symbol,ex_day,kind,per_share_paise\nNOSUCHONE,2025-04-28,dividend,250\nNOSUCHTWO,2025-04-27,dividend,250\n";

/// Imports the list, of which all is taken up or not; the exit code tells the two apart.
fn import(daemon: &Serving, token: &str, list: &Path, flags: &[&str], is_whole: bool) -> String {
    let command = [&["actions", "import", list.to_str().unwrap()], flags].concat();
    let (code, said, error) = at(daemon, token, &command);
    assert_eq!(code, i32::from(!is_whole), "{command:?}: {said}{error}");
    said
}

#[test]
fn what_something_speaks_against_is_taken_up_with_confirm_only() {
    let mut daemon = demo(&["--speed", "1", "--history", "0", "--users", "1", "--from", "2025-03-10"]);
    let admin = daemon.sign_in("admin", DEMO_PASSWORD);
    let made = daemon.post_as(&admin, "/api/v1/auth/tokens", &json!({ "name": "actions", "scope": "admin" }));
    let made: Value = serde_json::from_str(&made.body).unwrap();
    let token = made["token"].as_str().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("actions.csv");
    std::fs::write(&list, LIST).unwrap();
    let known = || said(&daemon, token, &["actions", "list"]);

    let looked = import(&daemon, token, &list, &["--dry-run"], false);
    assert!(looked.contains("\nleft out: line 3: NOSUCHTWO on 2025-04-27: "), "{looked}");
    assert!(looked.contains("\nwith --confirm those that are left out count too\n"), "{looked}");
    assert!(looked.ends_with("; nothing was changed\n"), "{looked}");
    assert_eq!(known(), "no corporate actions\n");
    let all = import(&daemon, token, &list, &["--dry-run", "--confirm"], true);
    assert!(!all.contains("left out") && all.contains("\n2 new, "), "{all}");
    assert_eq!(known(), "no corporate actions\n");

    let brought = import(&daemon, token, &list, &[], false);
    assert!(brought.contains("left out: line 3: NOSUCHTWO ") && brought.contains("\n1 new, "), "{brought}");
    assert!(known().contains("NOSUCHONE 2025-04-28") && !known().contains("NOSUCHTWO"), "{}", known());
    let confirmed = import(&daemon, token, &list, &["--confirm"], true);
    assert!(!confirmed.contains("left out") && confirmed.contains("new: NOSUCHTWO "), "{confirmed}");
    assert!(confirmed.ends_with("1 new, 0 changed, 1 known, 0 rows cannot be used\n"), "{confirmed}");
    assert!(known().contains("NOSUCHTWO 2025-04-27"), "{}", known());

    // By hand as well: refused in a sentence, and taken with the same flag.
    let add = ["actions", "add", "NOSUCHTHREE", "2025-04-27", "dividend", "per_share_paise=250"];
    let (code, _, error) = at(&daemon, token, &add);
    assert_eq!((code, error.contains("2025-04-27 is no trading day")), (2, true), "{error}");
    assert!(!known().contains("NOSUCHTHREE"), "{}", known());
    let added = said(&daemon, token, &[&add[..], &["--confirm"]].concat());
    assert!(added.contains("NOSUCHTHREE 2025-04-27"), "{added}");
    daemon.signal(Signal::SIGTERM);
    assert!(daemon.child.wait().unwrap().success());
}
