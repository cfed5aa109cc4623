//! `kotak-client`: the broker's own Python client logs in, trades and streams against the fake of the broker, which shares no
//! code with it.
//!
//! The client is installed, with pinned versions, into a folder of its own under `target`. Where Python or the packages cannot be
//! had it is left out with a line that says why: nothing that is built here depends on it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::failure::Outcome;
use crate::{process, python, workspace};

/// Longest time of the whole conversation. It ends itself, and the fake with it, after less.
const LONGEST: Duration = Duration::from_secs(240);

/// The oldest Python for which the pinned packages are, as major and minor version.
const OLDEST_PYTHON: (u32, u32) = (3, 11);

/// The command.
pub fn command() -> Outcome<()> {
    let folder = workspace::root().join("tests/kotak-sim/python");
    let tools = match provide(&folder) {
        Ok(tools) => tools,
        Err(reason) => {
            println!("{reason}: the broker's own client is left out");
            return Ok(());
        }
    };
    // What the tests build, the fake among it, so that nothing is compiled twice.
    process::run(process::cargo().args(["test", "--locked", "--workspace", "--no-run", "--quiet"]))?;
    let mut client = process::command(tools.join("bin/python"));
    client.arg(folder.join("official_client.py")).arg(workspace::debug_program("kotak-sim"));
    process::run_within(&mut client, LONGEST)?;
    println!("the broker's own client logs in, trades and streams");
    Ok(())
}

/// The folder with the client, or why it cannot be had.
fn provide(folder: &Path) -> Result<PathBuf, String> {
    let version = process::output(process::command("python3").arg("--version"));
    usable(&version.map_err(|_| "Python is not installed".to_owned())?)?;
    python::tools("kotak-client", &[&folder.join("requirements.txt")])
        .map_err(|failure| format!("its packages cannot be installed ({failure})"))
}

/// Refuses a Python that is too old, by what it says of itself: `Python 3.11.7`.
fn usable(version: &str) -> Result<(), String> {
    let said = version.trim().trim_start_matches("Python").trim();
    let mut numbers = said.split('.').map_while(|number| number.parse().ok());
    match (numbers.next(), numbers.next()) {
        (Some(major), Some(minor)) if (major, minor) >= OLDEST_PYTHON => Ok(()),
        _ => Err(format!("Python {said} is older than {}.{}", OLDEST_PYTHON.0, OLDEST_PYTHON.1)),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn an_old_python_is_told_from_one_that_does() {
        for good in ["Python 3.11.0\n", "Python 3.12.7", "Python 3.14.0rc1", "Python 4.0.1"] {
            assert_eq!(usable(good), Ok(()), "{good}");
        }
        assert_eq!(usable("Python 3.9.2\n").unwrap_err(), "Python 3.9.2 is older than 3.11");
        assert_eq!(usable("Python 2.7").unwrap_err(), "Python 2.7 is older than 3.11");
        assert!(usable("").is_err());
    }

    #[test]
    fn every_package_is_pinned_and_the_client_is_the_one_of_the_readme() {
        let folder = workspace::root().join("tests/kotak-sim");
        let wanted = fs::read_to_string(folder.join("python/requirements.txt")).unwrap();
        let packages: Vec<&str> = wanted.lines().filter(|line| !line.starts_with('#')).collect();
        assert!(packages.iter().all(|package| package.contains("==")), "{packages:?}");
        let client = packages.iter().find_map(|package| package.strip_prefix("kotakneoapi==")).unwrap();
        let readme = fs::read_to_string(folder.join("README.md")).unwrap();
        assert!(readme.contains(&format!("`kotakneoapi` {client}")), "{client}");
    }
}
