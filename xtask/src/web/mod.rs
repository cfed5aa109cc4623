//! The console: its packages, its build, and the place from which the program embeds it.

mod browser;

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Failure, Outcome};
use crate::steps::Stopwatch;
use crate::{process, workspace};

/// The oldest Node that builds the console, as major and minor version.
const OLDEST_NODE: (u32, u32) = (20, 19);

/// The name of the file beside the built console that says what it was built from.
const SOURCES: &str = ".sources";

/// Builds the console where Node is installed and anything has changed since the last build; elsewhere says so, and
/// the program is built without a console.
pub fn provide() -> Outcome<()> {
    match node() {
        Ok(()) => build(),
        Err(reason) => {
            println!("{reason}: the program is built without the console; its API and commands are complete");
            Ok(())
        }
    }
}

/// Builds the console; fails where it cannot be built.
pub fn command() -> Outcome<()> {
    node().map_err(Failure::new)?;
    build()
}

/// Checks types and style, runs the unit tests and builds, which holds the sizes against their budgets. Without Node
/// the rest of the program is tested without a console, and a line says so.
pub fn test() -> Outcome<()> {
    if let Err(reason) = node() {
        println!("{reason}: the console is left out");
        return Ok(());
    }
    install()?;
    process::run(npm().args(["run", "check"]))?;
    process::run(npm().args(["test"]))?;
    build()
}

/// Runs the tests in a browser, against the daemon that the tests build. Left out without Node.
pub fn browser_tests() -> Outcome<()> {
    if let Err(reason) = node() {
        println!("{reason}: the console is left out");
        return Ok(());
    }
    let browser = browser::provide()?;
    build()?;
    // What the tests build, the daemon and the fake of a broker beside it among it, so that nothing is compiled twice.
    process::run(process::cargo().args(["test", "--locked", "--workspace", "--no-run", "--quiet"]))?;
    let mut tests = npm();
    tests
        .args(["run", "e2e"])
        .env("PRAHARI_BINARY", workspace::debug_binary())
        .env("PRAHARI_CHROMIUM", browser);
    process::run(&mut tests)
}

fn build() -> Outcome<()> {
    let (built, sources) = (console(), sources()?);
    if fs::read_to_string(built.join(SOURCES)).is_ok_and(|from| from == sources) {
        return Ok(());
    }
    let watch = Stopwatch::start();
    install()?;
    process::run(npm().args(["run", "build"]))?;
    process::run(process::command("node").current_dir(folder()).arg("scripts/compress.mjs"))?;
    let made = files(&folder().join("dist"))?;
    replace(&made, &built)?;
    write(&built.join(SOURCES), sources.as_bytes())?;
    println!("the console is built ({})", watch.reading());
    Ok(())
}

/// Installs the packages that the lock file names, unless they are there.
fn install() -> Outcome<()> {
    let lock = read(&folder().join("package-lock.json"))?;
    let installed = folder().join("node_modules/.installed");
    if fs::read(&installed).is_ok_and(|there| there == lock) {
        return Ok(());
    }
    println!("installing the console's packages into web/node_modules (about a minute)");
    process::run(npm().args(["ci", "--no-audit", "--no-fund"]))?;
    write(&installed, &lock)
}

/// Why the console cannot be built on this machine; nothing when it can.
fn node() -> Result<(), String> {
    if !process::exists("npm", "--version") {
        return Err("npm is not installed".to_owned());
    }
    let version = process::output(process::command("node").arg("--version"))
        .map_err(|_| "Node is not installed".to_owned())?;
    let version = version.trim();
    let mut numbers = version.trim_start_matches('v').split('.').map_while(|number| number.parse().ok());
    match (numbers.next(), numbers.next()) {
        (Some(major), Some(minor)) if (major, minor) >= OLDEST_NODE => Ok(()),
        _ => Err(format!("Node {version} is older than {}.{}", OLDEST_NODE.0, OLDEST_NODE.1)),
    }
}

fn npm() -> Command {
    let mut npm = process::command("npm");
    npm.current_dir(folder()).arg("--silent");
    npm
}

fn folder() -> PathBuf {
    workspace::root().join("web")
}

/// Where the build of the host finds the console.
fn console() -> PathBuf {
    workspace::root().join("host/api/console")
}

/// A line for each file that the build reads, with a hash of it.
fn sources() -> Outcome<String> {
    let mut read_by_build = files(&folder().join("src"))?;
    read_by_build.retain(|path, _| path != Path::new("api/schema.d.ts"));
    for name in ["index.html", "package.json", "package-lock.json", "vite.config.ts", "tsconfig.json"] {
        read_by_build.insert(PathBuf::from("..").join(name), read(&folder().join(name))?);
    }
    for part in ["public", "scripts"] {
        let there = files(&folder().join(part))?;
        let beside = |(path, bytes)| (Path::new("..").join(part).join::<PathBuf>(path), bytes);
        read_by_build.extend(there.into_iter().map(beside));
    }
    let description = read(&workspace::root().join("docs/openapi.json"))?;
    read_by_build.insert(PathBuf::from("openapi.json"), description);
    let line = |(path, bytes): (&PathBuf, &Vec<u8>)| {
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        format!("{:016x} {}\n", hasher.finish(), path.display())
    };
    Ok(read_by_build.iter().map(line).collect())
}

/// The files below a folder with their bytes, by their path in it; none when the folder is missing.
fn files(folder: &Path) -> Outcome<BTreeMap<PathBuf, Vec<u8>>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        let Ok(entries) = fs::read_dir(&next) else { continue };
        for entry in entries {
            let path = entry.map_err(|error| Failure::file("read", &next, &error))?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap_or(&path).to_path_buf();
                found.insert(name, read(&path)?);
            }
        }
    }
    Ok(found)
}

/// Makes a folder hold these files and no others, and leaves those alone that hold the same already: cargo builds
/// anew what is newer than its last build. Hidden files stay.
fn replace(wanted: &BTreeMap<PathBuf, Vec<u8>>, folder: &Path) -> Outcome<()> {
    for name in files(folder)?.into_keys() {
        let hidden = name.as_os_str().as_encoded_bytes().starts_with(b".");
        if !hidden && !wanted.contains_key(&name) {
            let path = folder.join(name);
            fs::remove_file(&path).map_err(|error| Failure::file("remove", &path, &error))?;
        }
    }
    for (name, bytes) in
        wanted.iter().filter(|(name, _)| !name.as_os_str().as_encoded_bytes().starts_with(b"."))
    {
        let path = folder.join(name);
        if !fs::read(&path).is_ok_and(|there| there == *bytes) {
            write(&path, bytes)?;
        }
    }
    Ok(())
}

fn read(path: &Path) -> Outcome<Vec<u8>> {
    fs::read(path).map_err(|error| Failure::file("read", path, &error))
}

fn write(path: &Path, bytes: &[u8]) -> Outcome<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| Failure::file("create", folder, &error))?;
    }
    fs::write(path, bytes).map_err(|error| Failure::file("write", path, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_holds_what_was_built_last_and_what_is_the_same_is_not_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let wanted = |files: &[(&str, &str)]| {
            files.iter().map(|(name, text)| (PathBuf::from(name), text.as_bytes().to_vec())).collect()
        };
        fs::write(folder.path().join(".gitignore"), "*").unwrap();
        replace(&wanted(&[("index.html", "one"), ("assets/a.js", "a")]), folder.path()).unwrap();
        let written = fs::metadata(folder.path().join("index.html")).unwrap().modified().unwrap();
        replace(&wanted(&[("index.html", "one"), ("assets/b.js", "b")]), folder.path()).unwrap();
        let names: Vec<_> = files(folder.path()).unwrap().into_keys().collect();
        assert_eq!(names, [".gitignore", "assets/b.js", "index.html"].map(PathBuf::from));
        assert_eq!(fs::metadata(folder.path().join("index.html")).unwrap().modified().unwrap(), written);
    }
}
