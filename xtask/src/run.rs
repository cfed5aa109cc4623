//! `run`: builds everything, then becomes the daemon.

use std::os::unix::process::CommandExt;

use crate::build;
use crate::failure::{Failure, Outcome};
use crate::process;
use crate::workspace;

/// The command; `arguments` go to `prahari serve`.
pub fn command(arguments: &[String]) -> Outcome<()> {
    build::command()?;
    let binary = workspace::release_binary();
    // In place of this process, so that signals and the exit code are the daemon's own.
    let error = process::command(&binary).arg("serve").args(arguments).exec();
    Err(Failure::file("run", &binary, &error))
}
