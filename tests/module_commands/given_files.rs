//! Files that a person names: what is no regular file, or has too much in it, is refused at once.

use std::fs::File;

use super::bounded::{refusal_in_time, silent_pipe};

/// The commands that are given a component, with what they call it.
fn commands(file: &str) -> Vec<(Vec<String>, &'static str)> {
    let own = format!("position_monitor={file}");
    let market = ["--from", "2025-03-10", "--to", "2025-03-10"];
    let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    vec![
        (owned(&["task", "check", file]), "component"),
        (owned(&["task", "run", file, "--day", "2025-03-12"]), "component"),
        (owned(&["module", "add", "position_monitor", file]), "module"),
        (owned(&[&["simulate", "--module", &own], market.as_slice()].concat()), "module"),
    ]
}

fn refused(file: &str, reason: &str) {
    for (arguments, what) in commands(file) {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let sentence = format!("error: cannot read the {what} {file}: {}\n", reason.replace("WHAT", what));
        assert_eq!(refusal_in_time(&arguments), sentence, "{arguments:?}");
    }
}

#[test]
fn a_component_is_a_regular_file_of_a_size_that_is_allowed() {
    let folder = tempfile::tempdir().unwrap();
    refused(&silent_pipe(folder.path(), "pipe.wasm"), "it is a pipe, not a regular file");
    refused("/dev/zero", "it is a device, not a regular file");
    refused(folder.path().to_str().unwrap(), "it is a folder, not a regular file");
    let giant = folder.path().join("giant.wasm");
    File::create(&giant).unwrap().set_len(100 << 30).unwrap();
    refused(giant.to_str().unwrap(), "a WHAT has at most 33554432 bytes");
}

#[test]
fn a_token_file_is_a_regular_file_with_little_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |file: &str, reason: &str| {
        let said = refusal_in_time(&["module", "--token-file", file, "list"]);
        assert_eq!(said, format!("error: cannot read the token {file}: {reason}\n"));
    };
    refused(&silent_pipe(folder.path(), "pipe"), "it is a pipe, not a regular file");
    refused("/dev/zero", "it is a device, not a regular file");
    let other = folder.path().join("other");
    std::fs::write(&other, [b'x'; 4097]).unwrap();
    refused(other.to_str().unwrap(), "a token has at most 4096 bytes");
    std::fs::write(&other, [0xff]).unwrap();
    refused(other.to_str().unwrap(), "it is not text");
}
