//! The toolchain in use, and rustup's download of a target for it.

use std::env;
use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::failure::{Failure, Outcome};
use crate::process;
use crate::steps::Stopwatch;

/// The download is about 20 MB. Without a network rustup gives up in seconds, behind a silent firewall it would wait
/// for minutes.
const TIME_LIMIT: Duration = Duration::from_secs(120);

/// Whether the toolchain in use has the standard library of `target`. Asks the compiler, so that toolchains without
/// rustup count as well.
pub fn has(target: &str) -> bool {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let asked =
        process::output(process::command(rustc).args(["--print", "target-libdir", "--target", target]));
    asked.is_ok_and(|folder| holds_std(Path::new(folder.trim())))
}

/// Downloads `target` with rustup, within [`TIME_LIMIT`].
pub fn add(target: &str) -> Outcome<()> {
    if !process::exists("rustup", "--version") {
        return Err(Failure::new("there is no rustup"));
    }
    eprintln!("rustup target add {target} (at most {} s)", TIME_LIMIT.as_secs());
    let watch = Stopwatch::start();
    process::run_within(process::command("rustup").args(["target", "add", target]), TIME_LIMIT)?;
    if !has(target) {
        return Err(Failure::new("rustup added the target to another toolchain than the one in use"));
    }
    eprintln!("rustup added {target} in {}", watch.reading());
    Ok(())
}

/// Whether a library folder holds a compiled `std`.
pub fn holds_std(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return false };
    entries.flatten().any(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        name.starts_with("libstd-") && name.ends_with(".rlib")
    })
}
