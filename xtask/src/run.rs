//! `run`: builds everything, then becomes the daemon.

use std::os::unix::process::CommandExt;

use crate::build::{self, Profile};
use crate::failure::{Failure, Outcome};
use crate::process;

/// What one sees without arguments: a day that passes in minutes, on whatever day it is started.
const DEMONSTRATION: [&str; 3] = ["--demo", "--speed", "60"];

/// The command; `arguments` go to `prahari serve`.
pub fn command(arguments: &[String]) -> Outcome<()> {
    let binary = build::command(Profile::Fast)?;
    let demonstration: &[&str] = if arguments.is_empty() { &DEMONSTRATION } else { &[] };
    // In place of this process, so that signals and the exit code are the daemon's own.
    let error = process::command(&binary).arg("serve").args(demonstration).args(arguments).exec();
    Err(Failure::file("run", &binary, &error))
}
