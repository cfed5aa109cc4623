//! Other programs: started with a clean environment, in the checkout, and with an answer when they fail.

use std::env;
use std::ffi::OsStr;
use std::io::Read;
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use crate::failure::{Failure, Outcome};
use crate::workspace;

/// Variables that cargo sets for the driver itself. Left in place they would reach the builds that the driver
/// starts and make cargo believe that inputs of build scripts changed.
const CARGO_PRIVATE: [&str; 6] =
    ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_PRIMARY_", "OUT_DIR"];

/// A command that runs in the checkout's top folder.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(workspace::root());
    for (name, _) in env::vars_os() {
        let private =
            name.to_str().is_some_and(|name| CARGO_PRIVATE.iter().any(|start| name.starts_with(start)));
        if private {
            command.env_remove(name);
        }
    }
    command
}

/// The cargo that started the driver.
pub fn cargo() -> Command {
    command(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Runs a command to its end, its output going to the terminal; any other end than success is a failure.
pub fn run(command: &mut Command) -> Outcome<()> {
    let status = command.status().map_err(|error| not_started(command, &error))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format!("`{}` ended with {status}", describe(command))))
}

/// Runs a command quietly and gives back what it printed to its standard output.
pub fn output(command: &mut Command) -> Outcome<String> {
    let output = command.output().map_err(|error| not_started(command, &error))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    let last = complaint.lines().last().unwrap_or_default();
    Err(Failure::new(format!("`{}` ended with {}: {last}", describe(command), output.status)))
}

/// As [`run`], but quiet and stopped when `limit` has passed.
pub fn run_within(command: &mut Command, limit: Duration) -> Outcome<()> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| not_started(command, &error))?;
    let (ended, end) = mpsc::channel();
    let stderr = child.stderr.take();
    thread::spawn(move || {
        let mut complaint = String::new();
        if let Some(mut stderr) = stderr {
            // Unreadable words of a program that is about to fail are no failure of their own.
            stderr.read_to_string(&mut complaint).ok();
        }
        // The receiver is gone when the time was up.
        ended.send(complaint).ok();
    });
    let complaint = end.recv_timeout(limit);
    if matches!(complaint, Err(RecvTimeoutError::Timeout)) {
        // It may have ended in this moment; waiting below tells.
        child.kill().ok();
    }
    let status = child.wait().map_err(|error| not_started(command, &error))?;
    match complaint {
        Ok(_) if status.success() => Ok(()),
        Ok(complaint) => {
            let last = complaint.lines().last().unwrap_or_default();
            Err(Failure::new(format!("`{}` ended with {status}: {last}", describe(command))))
        }
        Err(_) => {
            Err(Failure::new(format!("`{}` was stopped after {} s", describe(command), limit.as_secs())))
        }
    }
}

/// Whether a program can be started at all.
pub fn exists(program: &str, probe: &str) -> bool {
    command(program)
        .arg(probe)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|s| s.success())
}

fn not_started(command: &Command, error: &std::io::Error) -> Failure {
    Failure::new(format!("cannot run `{}`: {error}", command.get_program().to_string_lossy()))
}

fn describe(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endless_program_is_stopped_at_its_limit() {
        let failure =
            run_within(command("tail").args(["-f", "Cargo.toml"]), Duration::from_millis(50)).unwrap_err();
        assert!(failure.to_string().contains("was stopped after"), "{failure}");
    }

    #[test]
    fn a_failed_program_is_named_with_its_last_words() {
        let failure =
            run_within(command("ls").arg("no-such-file-here"), Duration::from_secs(60)).unwrap_err();
        assert!(failure.to_string().starts_with("`ls no-such-file-here` ended with"), "{failure}");
        assert!(failure.to_string().contains("no-such-file-here'"), "{failure}");
    }

    #[test]
    fn a_missing_program_is_a_sentence() {
        let failure = run(&mut command("prahari-no-such-program")).unwrap_err();
        assert!(failure.to_string().starts_with("cannot run `prahari-no-such-program`"), "{failure}");
    }

    #[test]
    fn the_output_of_a_program_comes_back() {
        assert_eq!(output(command("echo").arg("hello")).unwrap(), "hello\n");
    }
}
