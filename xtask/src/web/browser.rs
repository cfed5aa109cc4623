//! The browser in which the console is tried: one that is installed, or Debian's.

use std::env;
use std::path::PathBuf;

use crate::failure::{Failure, Outcome};
use crate::process;

/// Programs that do, the smallest installation first that is also complete.
const PROGRAMS: [&str; 4] = ["chromium", "chromium-headless-shell", "google-chrome", "google-chrome-stable"];

/// The path of a browser. On Debian, as root, it is installed when there is none.
pub fn provide() -> Outcome<PathBuf> {
    if let Some(named) = env::var_os("PRAHARI_CHROMIUM") {
        return Ok(named.into());
    }
    if let Some(found) = find() {
        return Ok(found);
    }
    let missing = || {
        Failure::new(
            "there is no Chromium for the tests in a browser: install one (on Debian the package chromium), or name its \
             program in PRAHARI_CHROMIUM",
        )
    };
    if !process::exists("apt-get", "--version") || !is_root() {
        return Err(missing());
    }
    println!("installing Chromium from Debian's packages");
    process::output(process::command("apt-get").args(["update", "--quiet"]))?;
    let install = ["install", "--yes", "--no-install-recommends", "chromium"];
    process::output(process::command("apt-get").args(install).env("DEBIAN_FRONTEND", "noninteractive"))?;
    find().ok_or_else(missing)
}

fn find() -> Option<PathBuf> {
    let folders: Vec<PathBuf> = env::split_paths(&env::var_os("PATH")?).collect();
    let in_folders =
        |program: &&str| folders.iter().map(|folder| folder.join(program)).find(|path| path.is_file());
    PROGRAMS.iter().find_map(in_folders)
}

/// Whether this process may install packages.
fn is_root() -> bool {
    process::output(process::command("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}
