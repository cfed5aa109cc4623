//! `build`: the components and the console, then the binary that carries them.

use std::path::PathBuf;

use crate::components;
use crate::failure::Outcome;
use crate::process;
use crate::steps::Stopwatch;
use crate::{web, workspace};

/// How the binary is compiled; the profiles stand in the root manifest.
#[derive(Clone, Copy)]
pub enum Profile {
    /// In half the time, for whoever wants to see it run.
    Fast,
    /// With link-time optimisation: what is installed, and what the benches measure.
    Release,
}

impl Profile {
    /// The name that cargo knows it by, and of its folder in the target folder.
    fn name(self) -> &'static str {
        match self {
            Self::Fast => "fast",
            Self::Release => "release",
        }
    }
}

/// Builds and returns the path of the binary.
pub fn command(profile: Profile) -> Outcome<PathBuf> {
    components::command(None)?;
    web::provide()?;
    let watch = Stopwatch::start();
    process::run(process::cargo().args([
        "build",
        "--locked",
        "--profile",
        profile.name(),
        "--package",
        "prahari",
    ]))?;
    let binary = workspace::binary(profile.name());
    eprintln!("{} is ready ({})", binary.display(), watch.reading());
    Ok(binary)
}
