//! The examples of docs/SCHEDULES.md, as they stand there: each command is run against a daemon and says what the page says.

use std::path::Path;
use std::process::Command;

use prahari_store::TokenScope;

use crate::support::console::Console;
use crate::support::{ADMIN, MONDAY, at};

/// Where the page stands.
const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/SCHEDULES.md");

/// A block of code of the page: what stands behind the fence, and its lines.
struct Block {
    kind: String,
    text: String,
}

fn blocks(page: &str) -> Vec<Block> {
    // What stands between fences is every second part.
    let fenced = page.split("```").skip(1).step_by(2);
    let of = |part: &str| {
        let (kind, text) = part.split_once('\n').unwrap();
        Block { kind: kind.to_owned(), text: text.to_owned() }
    };
    fenced.map(of).collect()
}

/// Runs a line of the page in a folder, against the daemon at an address.
fn said_by(line: &str, folder: &Path, (url, token): (&str, &str)) -> String {
    // The program by its name, at another address than the usual one.
    let shell = format!("prahari() {{ \"{}\" \"$@\" --url {url}; }}\n{line}", env!("CARGO_BIN_EXE_prahari"));
    let mut command = Command::new("bash");
    let output =
        command.args(["-c", &shell]).current_dir(folder).env("PRAHARI_TOKEN", token).output().unwrap();
    let (said, error) =
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(output.status.success(), "{line}: {error}");
    assert_eq!(error, "", "{line}: nothing is odd about an example");
    said
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_example_of_the_page_about_schedules_does_what_the_page_says() {
    let console = Console::start(at(MONDAY, "08:50")).await;
    let token = console.secret_token(ADMIN, TokenScope::Admin).await;
    let (url, folder) = (format!("http://{}", console.address), tempfile::tempdir().unwrap());
    let page = std::fs::read_to_string(PAGE).unwrap();
    let (mut said, mut compared) = (String::new(), 0);
    for Block { kind, text } in blocks(&page) {
        match kind.split_once(' ') {
            Some(("rhai", file)) => std::fs::write(folder.path().join(file), text).unwrap(),
            None if kind == "sh" => said = said_by(&text, folder.path(), (&url, &token)),
            None if kind == "text" => {
                assert!(said.starts_with(&text), "the page says\n{text}and the program\n{said}");
                compared += 1;
            }
            _ => panic!("a block of an unknown kind: {kind}"),
        }
    }
    assert_eq!(compared, 10);
}
