//! A database that cannot be written any more: the daemon ends at once, with its reason.

use std::process::{Command, Stdio};

use crate::support::stderr;

/// Most kilobytes of a file, as on a disk that is full. The log of the database gets there within seconds.
const MOST: &str = "trap '' XFSZ; ulimit -f 8192; exec \"$0\" \"$@\"";

#[test]
fn a_database_that_cannot_be_written_any_more_ends_the_daemon_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("prahari.db");
    let output = Command::new("bash")
        .args(["-c", MOST, env!("CARGO_BIN_EXE_prahari"), "serve", "--demo", "--listen", "127.0.0.1:0"])
        .args(["--speed", "3600", "--from", "2025-03-03", "--history", "0", "--db"])
        .arg(&db)
        .env_remove("PRAHARI_LOG")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let said = stderr(&output);
    let last = said.lines().last().unwrap_or_default();
    assert!(last.starts_with("error: ") && last.contains("in the database: "), "{said}");
    assert!(said.contains("nothing is written to the database any more"), "also in the log: {said}");
}
