//! Who may know of whom: the API asks the application, and never the store behind it; inside the application only
//! the daemon knows all rooms, and no room knows the daemon.

use crate::tidy::finding::Finding;
use crate::tidy::rust;
use crate::tidy::tree::Tree;

const API: &str = "host/api/";

/// Checks that nothing of the API names the store, by which what is read would be typed in two places.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.files.iter().filter(|file| file.path.starts_with(API)) {
        let names =
            |line: &str| line.contains("prahari_store") || line.trim_start().starts_with("prahari-store");
        let users = file.lines().filter(|(_, line)| names(line));
        findings.extend(users.map(|(line, _)| {
            Finding::new(&file.path, line, "host/api asks prahari_app::queries and its rooms, not the store")
        }));
    }
    findings
}

const APP: &str = "host/app/src/";
const DAEMON: &str = "host/app/src/daemon.rs";

/// What stands above the daemon, and drives it as a program does.
const ABOVE: &str = "host/app/src/simulation/";

/// Checks that the daemon composes and nothing more: its methods stand in its own file, and no room names it.
pub fn check_rooms(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.rust().filter(|file| file.path.starts_with("host/") && file.path != DAEMON) {
        let code = rust::parts(&file.text).code;
        let is_room = file.path.starts_with(APP) && !file.path.starts_with(ABOVE);
        for (number, line) in (1..).zip(code.lines()) {
            if line.contains("impl Daemon") {
                findings.push(Finding::new(
                    &file.path,
                    number,
                    "the daemon has methods in its own file only",
                ));
            } else if is_room && line.contains("daemon::Daemon") {
                findings.push(Finding::new(
                    &file.path,
                    number,
                    "no room knows the daemon that it is part of",
                ));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::found;
    use super::*;

    #[test]
    fn an_api_that_knows_the_store_is_found_by_its_manifest_and_its_code() {
        let files = [
            (
                "host/api/Cargo.toml",
                "[dependencies]\nprahari-app.workspace = true\nprahari-store.workspace = true\n",
            ),
            ("host/api/src/a.rs", "use prahari_app::queries::RunRow;\nuse prahari_store::Store;\n"),
            ("host/api/src/b.rs", "fn f() -> prahari_app::error::AppError { prahari_store::x() }\n"),
            ("host/app/Cargo.toml", "prahari-store.workspace = true\n"),
            ("host/app/src/a.rs", "use prahari_store::Store;\n"),
        ];
        let said = "host/api asks prahari_app::queries and its rooms, not the store";
        assert_eq!(
            found(check, &files),
            [
                format!("host/api/Cargo.toml:3: {said}"),
                format!("host/api/src/a.rs:2: {said}"),
                format!("host/api/src/b.rs:1: {said}"),
            ]
        );
    }

    #[test]
    fn a_room_that_knows_the_daemon_is_found() {
        let room = "use crate::daemon::Daemon;\n// impl Daemon\nimpl Daemon {}\n";
        let files = [
            ("host/app/src/daemon.rs", room),
            ("host/app/src/runs/mod.rs", room),
            ("host/app/src/simulation/mod.rs", "use crate::daemon::Daemon;\n"),
        ];
        assert_eq!(
            found(check_rooms, &files),
            [
                "host/app/src/runs/mod.rs:1: no room knows the daemon that it is part of",
                "host/app/src/runs/mod.rs:3: the daemon has methods in its own file only",
            ]
        );
    }
}
