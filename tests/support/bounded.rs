//! The binary where it must come to an end by itself, whatever it is given to read.

use std::process::{Command, Output, Stdio};

use nix::sys::stat::Mode;

/// A minute, and memory that a program does not need that reads no more than it should. Who does not end at the
/// first signal is killed, which `timeout` tells by its exit code as well.
const BOUNDS: &str = "ulimit -d 2000000; exec timeout --kill-after=5 60 \"$0\" \"$@\"";

/// Runs it to its end and answers the one line that it says when it refuses with exit code 2.
pub fn refusal_in_time(arguments: &[&str]) -> String {
    let Output { status, stdout, stderr } = Command::new("bash")
        .args(["-c", BOUNDS, env!("CARGO_BIN_EXE_prahari")])
        .args(arguments)
        .env_remove("PRAHARI_LOG")
        .env("PRAHARI_TOKEN", "no-token")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&stderr).into_owned();
    assert_eq!((status.code(), said.lines().count()), (Some(2), 1), "{arguments:?}: {said}");
    assert!(stdout.is_empty(), "{arguments:?}");
    said
}

/// Makes a pipe into which nobody writes, and answers its path.
pub fn silent_pipe(folder: &std::path::Path, name: &str) -> String {
    let path = folder.join(name);
    nix::unistd::mkfifo(&path, Mode::S_IRUSR | Mode::S_IWUSR).unwrap();
    path.to_str().unwrap().to_owned()
}
