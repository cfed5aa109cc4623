//! `build`: the components, then the release binary that carries them.

use crate::components;
use crate::failure::Outcome;
use crate::process;
use crate::steps::Stopwatch;
use crate::workspace;

/// The command.
pub fn command() -> Outcome<()> {
    components::command(None)?;
    let watch = Stopwatch::start();
    process::run(process::cargo().args(["build", "--locked", "--release", "--package", "prahari"]))?;
    eprintln!("{} is ready ({})", workspace::release_binary().display(), watch.reading());
    Ok(())
}
