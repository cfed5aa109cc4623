//! The wasm target: which compiler on this machine can build task components, and how one gets there.
//!
//! In this order: the toolchain in use already has the target; Debian's prepared packages; rustup downloads it;
//! Debian's packages are installed and prepared; else a message that says what to install.
//! A `rust-toolchain.toml` with a target list is ruled out: it makes every cargo call fail where rustup's servers
//! cannot be reached.

mod debian;
mod rustup;

use std::path::PathBuf;
use std::process::Command;

use clap::ValueEnum;

use crate::failure::{Failure, Outcome};
use crate::lock::Lock;
use crate::process;
use crate::steps::Stopwatch;

pub use rustup::has;

/// The target of the project's own components: no WASI, so a component imports nothing but the task world.
pub const TARGET: &str = "wasm32-unknown-unknown";

const HELP: &str = "no compiler for wasm32-unknown-unknown here. One of these provides it:\n  \
    - with rustup and its servers reachable:  rustup target add wasm32-unknown-unknown\n  \
    - on Debian 12 or later, as root:         cargo xtask wasm-target\n  \
    - elsewhere: the distribution's package of Rust's standard library for wasm32 (such as rust-std-static-wasm32-unknown-unknown)";

/// A way to get the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Way {
    /// The Rust toolchain in use, through rustup where it is missing.
    Rustup,
    /// Debian's newer compiler, installed beside the one in use.
    Debian,
}

/// A toolchain that can build for [`TARGET`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Toolchain {
    /// The one that cargo uses for everything else.
    Own,
    /// Debian's, by the paths of its programs.
    Debian { cargo: PathBuf, rustc: PathBuf },
}

impl Toolchain {
    /// A cargo command of this toolchain.
    pub fn cargo(&self) -> Command {
        match self {
            Self::Own => process::cargo(),
            Self::Debian { cargo, rustc } => debian::cargo(cargo, rustc),
        }
    }

    fn describe(&self) -> String {
        match self {
            Self::Own => "the Rust toolchain in use".to_owned(),
            Self::Debian { cargo, .. } => format!("Debian's toolchain ({})", cargo.display()),
        }
    }
}

/// The command: provides the target and says which toolchain builds for it.
pub fn command(way: Option<Way>) -> Outcome<()> {
    let watch = Stopwatch::start();
    let toolchain = ensure(way)?;
    eprintln!("{TARGET}: ready, built by {} ({})", toolchain.describe(), watch.reading());
    Ok(())
}

/// A toolchain for [`TARGET`], installed when there is none. Without a wish for a `way`, whatever is ready wins.
pub fn ensure(way: Option<Way>) -> Outcome<Toolchain> {
    if let Some(toolchain) = ready(way) {
        return Ok(toolchain);
    }
    // The compilers belong to the machine and not to this checkout, so the lock does as well.
    let _lock =
        Lock::take(&std::env::temp_dir().join("prahari-wasm-target.lock"), "set-up of the wasm target")?;
    if let Some(toolchain) = ready(way) {
        return Ok(toolchain);
    }
    if way != Some(Way::Debian) {
        match rustup::add(TARGET) {
            Ok(()) => return Ok(Toolchain::Own),
            Err(failure) if way.is_some() => return Err(failure),
            Err(failure) => eprintln!("rustup does not provide {TARGET}: {failure}"),
        }
    }
    match debian::prepare(TARGET) {
        Ok(toolchain) => Ok(toolchain),
        Err(failure) => Err(Failure::new(format!("{failure}\n{HELP}"))),
    }
}

fn ready(way: Option<Way>) -> Option<Toolchain> {
    let own = way != Some(Way::Debian) && rustup::has(TARGET);
    let debian = || if way == Some(Way::Rustup) { None } else { debian::ready(TARGET) };
    if own { Some(Toolchain::Own) } else { debian() }
}
