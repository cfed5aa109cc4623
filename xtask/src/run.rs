//! `run`: builds everything, then becomes the daemon.

use std::os::unix::process::CommandExt;

use crate::build;
use crate::failure::{Failure, Outcome};
use crate::process;
use crate::workspace;

/// What one sees without arguments: a day that passes in minutes, on whatever day it is started.
const DEMONSTRATION: [&str; 3] = ["--demo", "--speed", "60"];

/// The command; `arguments` go to `prahari serve`.
pub fn command(arguments: &[String]) -> Outcome<()> {
    build::command()?;
    let binary = workspace::release_binary();
    let demonstration: &[&str] = if arguments.is_empty() { &DEMONSTRATION } else { &[] };
    // In place of this process, so that signals and the exit code are the daemon's own.
    let error = process::command(&binary).arg("serve").args(demonstration).args(arguments).exec();
    Err(Failure::file("run", &binary, &error))
}
