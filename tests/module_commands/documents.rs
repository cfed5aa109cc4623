//! The commands of README.md, docs/PLUGIN-GUIDE.md, docs/TROUBLESHOOTING.md and docs/DEPLOYMENT.md, as they stand there, in an
//! empty folder.
//!
//! What stands behind a fence says what its commands need. Left out here are by name: `cargo` (a checkout and a compiler), `tools` (those of
//! a language, and its registry), `component` (one that was built by these), `real` (a daemon that waits for its first admin), and
//! `machine` (systemd, and root).
//!
//! A block `text` shows lines of what the block before it prints, a block `text log` lines of the daemon's log: they are
//! compared, with numbers left out. What the guide shows of a task's run is compared where that task is built, in
//! `cargo xtask examples`.

use std::path::Path;
use std::process::Command;

use nix::sys::signal::Signal;
use serde_json::Value;

use crate::serving::{Serving, serve};

/// The folder with the documents.
const TREE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// What is not run.
const LEFT_OUT: [&str; 5] = ["sh cargo", "sh tools", "sh component", "sh real", "sh machine"];

/// The folder of log files.
const LOGS: &str = "logs";

/// The program by its name, at the address of the daemon that was started.
const SHELL: &str = r#"
set -e
[ ! -e "$STATE" ] || . "$STATE"
prahari() {
    case "$1 $2" in
        "token "*|"user "*|"logs "*|"service "*|"runs "*|"orders "*|"positions "*|"settings "*|"grant "*|"schedule "*|"api "*|"module "*|"calendar "*|"actions "*|"task list"|"task add"|"task settings") set -- "$@" --url "http://$ADDRESS" ;;
    esac
    "$PROGRAM" "$@"
}
"#;

/// A reader of a document: the folder, and what the shell remembers from one block to the next.
struct Reader {
    folder: tempfile::TempDir,
    memory: tempfile::TempDir,
    daemon: Option<Serving>,
}

impl Reader {
    fn new() -> Self {
        let empty = || tempfile::tempdir().unwrap();
        Self { folder: empty(), memory: empty(), daemon: None }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a block; answers what it said.
    fn run(&self, block: &str) -> String {
        let address = self.daemon.as_ref().map_or("", |daemon| daemon.address.as_str());
        let block = block.replace("127.0.0.1:8700", address);
        // Where the unit has the database, and its backups.
        let block = block.replace("/var/lib/prahari/", "").replace("/var/backups/prahari/", "");
        let script = format!("{SHELL}\n{block}\nexport -p > \"$STATE\"\n");
        let mut command = Command::new("bash");
        command.args(["-c", &script]).current_dir(self.folder.path());
        command.env("PROGRAM", env!("CARGO_BIN_EXE_prahari")).env("ADDRESS", address);
        let output = command.env("STATE", self.memory.path().join("state")).output().unwrap();
        let (said, error) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{block}\n{said}\n{error}");
        for refused in ["not_signed_in", "invalid_request", "foreign_origin"] {
            assert!(!said.contains(refused), "{block}\n{said}");
        }
        said.into_owned()
    }

    /// Starts the daemon that a block names, on a free port.
    fn serve(&mut self, block: &str) {
        let words = block.trim().strip_prefix("prahari serve ").unwrap().split_whitespace();
        let in_folder = |word: &str| match word.ends_with(".db") {
            true => self.path(word).to_str().unwrap().to_owned(),
            false if word == LOGS => self.path(word).to_str().unwrap().to_owned(),
            false => word.to_owned(),
        };
        let words: Vec<String> = words.map(in_folder).collect();
        self.daemon = Some(serve(&words.iter().map(String::as_str).collect::<Vec<_>>()));
    }

    fn stop(&mut self) {
        let mut daemon = self.daemon.take().unwrap();
        daemon.signal(Signal::SIGTERM);
        assert!(daemon.child.wait().unwrap().success());
    }
}

/// A line with its numbers left out, the code that each start draws, and the spaces before and behind it.
fn without_numbers(line: &str) -> String {
    let mut plain = String::new();
    let drawn = |word: &str| word.starts_with("tag_code=").then_some("tag_code=#");
    let words: Vec<&str> = line.trim().split(' ').map(|word| drawn(word).unwrap_or(word)).collect();
    for character in words.join(" ").chars() {
        match character.is_ascii_digit() {
            true if plain.ends_with('#') => {}
            true => plain.push('#'),
            false => plain.push(character),
        }
    }
    plain
}

/// Every line that a document shows is one of those that were printed.
fn assert_shown(shown: &str, printed: &str) {
    let lines: Vec<String> = printed.lines().map(without_numbers).collect();
    for line in shown.lines() {
        assert!(lines.contains(&without_numbers(line)), "{line}\n is shown, and this printed:\n{printed}");
    }
}

/// The blocks of a document with what stands behind their fence.
fn blocks(file: &str) -> Vec<(String, String)> {
    let document = std::fs::read_to_string(Path::new(TREE).join(file)).unwrap();
    let fenced = document.split("```").skip(1).step_by(2);
    fenced
        .map(|part| part.split_once('\n').unwrap())
        .map(|(kind, text)| (kind.to_owned(), text.to_owned()))
        .collect()
}

#[test]
fn the_commands_of_the_readme_run_as_they_stand_in_an_empty_folder() {
    let mut reader = Reader::new();
    let (mut said, mut last, mut logged) = (String::new(), String::new(), String::new());
    for (kind, block) in blocks("README.md") {
        match kind.as_str() {
            "sh" => {
                last = reader.run(&block);
                said += &last;
            }
            "text" => assert_shown(&block, &last),
            "text log" => logged += &block,
            "sh serve" => reader.serve(&block),
            "sh stopped" => {
                reader.stop();
                said += &reader.run(&block);
            }
            left_out if LEFT_OUT.contains(&left_out) => {}
            _ => panic!("a block of an unknown kind: {kind}"),
        }
    }
    for expected in
        ["\"running\":true", "next ", "user 6 is asha, user", "the chain is whole", "runs: 0 differ"]
    {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    assert!(!logged.is_empty());
    let files = std::fs::read_dir(reader.path(LOGS)).unwrap();
    let log: String = files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect();
    assert_shown(&logged, &log.replace(&format!("{}/", reader.folder.path().display()), ""));
    let token = std::fs::read_to_string(reader.path("token.json")).unwrap();
    assert!(serde_json::from_str::<Value>(&token).unwrap()["token"].is_string(), "{token}");
    // What is shown as an example trades something.
    let report = std::fs::read_to_string(reader.path("report.json")).unwrap();
    let report: Value = serde_json::from_str(&report).unwrap();
    let fills: u64 = report["fills"].as_object().unwrap().values().filter_map(Value::as_u64).sum();
    assert!(fills > 0, "{report}");
}

#[test]
fn the_commands_of_the_guide_run_as_they_stand_in_an_empty_folder() {
    let mut ran = 0;
    for (kind, block) in blocks("docs/PLUGIN-GUIDE.md") {
        match kind.as_str() {
            // Each language begins with a folder of its own.
            "sh" => {
                let reader = Reader::new();
                reader.run(&block);
                assert!(reader.path("gap_watch/README.md").is_file(), "{block}");
                ran += 1;
            }
            left_out if LEFT_OUT.contains(&left_out) || left_out == "json" || left_out == "text" => {}
            _ => panic!("a block of an unknown kind: {kind}"),
        }
    }
    assert_eq!(ran, 3, "a new project in each language");
}

/// A reader beside a demonstration that has traded for two weeks, with an admin's token.
fn beside_a_demonstration() -> Reader {
    let mut reader = Reader::new();
    reader.serve("prahari serve --demo --db prahari.db --users 3 --history 14 --from 2025-03-10 --speed 1");
    reader.run(
        "export PRAHARI_PASSWORD=prahari-demo\nexport PRAHARI_TOKEN=$(prahari token new t --scope admin --login admin)",
    );
    reader
}

#[test]
fn the_commands_of_the_page_about_troubles_answer_as_they_stand_there() {
    let reader = beside_a_demonstration();
    let mut said = Vec::new();
    for (kind, block) in blocks("docs/TROUBLESHOOTING.md") {
        assert_eq!(kind, "sh", "{block}");
        said.push(reader.run(&block));
    }
    assert_eq!(said.len(), 5, "each day twice, each week, a task that did not run, nothing bought");
    for (part, expected) in [
        (0, "\"status\":\"ok\""),
        (2, "books folded from the journals: 3 looked at"),
        (2, "the chain is whole"),
        (3, "buy_orders"),
        (4, "available_paise"),
    ] {
        assert!(said[part].contains(expected), "{expected}: {}", said[part]);
    }
}

#[test]
fn the_backup_of_the_page_about_deployment_is_made_as_it_stands_there() {
    let reader = beside_a_demonstration();
    let mut kinds = Vec::new();
    for (kind, block) in blocks("docs/DEPLOYMENT.md") {
        match kind.as_str() {
            "sh backup" => {
                let said = reader.run(&block);
                assert!(said.contains("checks of the copy found nothing wrong"), "{said}");
            }
            left_out if LEFT_OUT.contains(&left_out) || left_out == "text" => {}
            _ => panic!("a block of an unknown kind: {kind}"),
        }
        kinds.push(kind);
    }
    assert!(kinds.contains(&"sh backup".to_owned()), "{kinds:?}");
    assert!(reader.path("before-upgrade.db").is_file());
}

#[test]
fn each_state_of_an_order_stands_in_the_table_of_words() {
    let api = std::fs::read_to_string(Path::new(TREE).join("docs/openapi.json")).unwrap();
    let api: Value = serde_json::from_str(&api).unwrap();
    let states = api["components"]["schemas"]["StateName"]["enum"].as_array().unwrap();
    assert!(states.len() > 5, "{states:?}");
    let page = std::fs::read_to_string(Path::new(TREE).join("docs/OPERATIONS.md")).unwrap();
    let (_, words) = page.split_once("## Words of the earlier system").unwrap();
    for state in states {
        let state = state.as_str().unwrap();
        assert!(words.contains(&format!("`{state}`")), "{state}");
    }
}

#[test]
fn the_fields_that_documents_name_of_the_health_route_are_fields_of_it() {
    let read = |page: &str| std::fs::read_to_string(Path::new(TREE).join(page)).unwrap();
    let api: Value = serde_json::from_str(&read("docs/openapi.json")).unwrap();
    let fields = api["components"]["schemas"]["Health"]["properties"].as_object().unwrap();
    let mut named = 0;
    for page in ["docs/OPERATIONS.md", "docs/DEPLOYMENT.md"] {
        // They stand in brackets, which end with the name of the route.
        let text = read(page);
        let mut brackets: Vec<&str> = text.split("the health route)").collect();
        brackets.pop();
        for before in brackets {
            let (_, inside) = before.rsplit_once('(').unwrap();
            for field in inside.split('`').skip(1).step_by(2) {
                assert!(fields.contains_key(field), "{page} names {field}");
                named += 1;
            }
        }
    }
    assert!(named >= 4, "{named}");
}
