//! The way without rustup's servers: Debian's compiler under the `-web` names, its linker, and a standard library
//! that is built once from Debian's sources and put where the compiler looks for it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::Toolchain;
use super::rustup::holds_std;
use crate::failure::{Failure, Outcome};
use crate::process;
use crate::steps::Stopwatch;

const CARGO: &str = "/usr/bin/cargo";
const RUSTC: &str = "/usr/bin/rustc";
const RUSTLIB: &str = "/usr/lib/rustlib";
/// The linker of the LLVM that Debian's compiler is built with.
const LINKER: &str = "/usr/bin/lld-22";
const PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld-22"];

/// Lies beside the library and names the compiler it was built by: one of another version cannot be used.
const STAMP: &str = "built-by.txt";

/// The crate that is built for the sake of its `std`.
const EMPTY_CRATE: &str = "prahari_empty";

/// A cargo command of Debian's toolchain: by its path, so that rustup's shims stay out of it.
pub fn cargo(cargo: &Path, rustc: &Path) -> Command {
    let mut command = process::command(cargo);
    command
        .env("RUSTC", rustc)
        .env_remove("CARGO")
        .env_remove("RUSTUP_TOOLCHAIN")
        .env_remove("RUSTC_WRAPPER");
    command
}

/// Debian's toolchain, when everything is in place for `target`.
pub fn ready(target: &str) -> Option<Toolchain> {
    let version = compiler_version().ok()?;
    let linked = host_of(&version).is_some_and(|host| linker_link(host).exists());
    let usable = linked && library_is_current(target, &version) && Path::new(CARGO).exists();
    usable.then(toolchain)
}

/// Installs and builds what is missing, as root.
pub fn prepare(target: &str) -> Outcome<Toolchain> {
    install_packages()?;
    let version = compiler_version()?;
    let host = host_of(&version).ok_or_else(|| Failure::new(format!("{RUSTC} does not name its host")))?;
    link_linker(host)?;
    if !library_is_current(target, &version) {
        build_library(target, &version)?;
    }
    Ok(toolchain())
}

fn toolchain() -> Toolchain {
    Toolchain::Debian { cargo: CARGO.into(), rustc: RUSTC.into() }
}

fn compiler_version() -> Outcome<String> {
    process::output(process::command(RUSTC).arg("-vV"))
}

fn host_of(version: &str) -> Option<&str> {
    version.lines().find_map(|line| line.strip_prefix("host: "))
}

fn library_of(target: &str) -> PathBuf {
    Path::new(RUSTLIB).join(target).join("lib")
}

fn library_is_current(target: &str, version: &str) -> bool {
    let folder = library_of(target);
    holds_std(&folder) && fs::read_to_string(folder.join(STAMP)).is_ok_and(|stamp| stamp == version)
}

fn linker_link(host: &str) -> PathBuf {
    Path::new(RUSTLIB).join(host).join("bin").join("rust-lld")
}

fn install_packages() -> Outcome<()> {
    let missing: Vec<&str> = PACKAGES.into_iter().filter(|package| !is_installed(package)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let wanted = missing.join(" ");
    if !process::exists("apt-get", "--version") {
        return Err(Failure::new("this is not a Debian machine: there is no apt-get"));
    }
    if !is_root()? {
        return Err(Failure::new(format!("as root this would install Debian's packages {wanted}")));
    }
    eprintln!("installing Debian's packages {wanted}");
    let watch = Stopwatch::start();
    process::run(apt_get().arg("update"))?;
    process::run(apt_get().args(["install", "-y", "--no-install-recommends"]).args(&missing))?;
    eprintln!("installed in {}", watch.reading());
    Ok(())
}

fn apt_get() -> Command {
    let mut command = process::command("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive").args(["-q", "-o", "DPkg::Lock::Timeout=300"]);
    command
}

fn is_installed(package: &str) -> bool {
    let mut query = process::command("dpkg-query");
    query.args(["--show", "--showformat=${db:Status-Status}", package]);
    process::output(&mut query).is_ok_and(|status| status == "installed")
}

fn is_root() -> Outcome<bool> {
    Ok(process::output(process::command("id").arg("-u"))?.trim() == "0")
}

/// The compiler looks for its own linker under this name; the package does not create it.
fn link_linker(host: &str) -> Outcome<()> {
    let link = linker_link(host);
    if link.exists() {
        return Ok(());
    }
    let folder = link.parent().unwrap_or(&link);
    fs::create_dir_all(folder).map_err(|error| Failure::file("create", folder, &error))?;
    // A link that leads nowhere is left from another version of the linker.
    if link.is_symlink() {
        fs::remove_file(&link).map_err(|error| Failure::file("remove", &link, &error))?;
    }
    symlink(LINKER, &link).map_err(|error| Failure::file("create", &link, &error))?;
    eprintln!("linked {} to {LINKER}", link.display());
    Ok(())
}

fn build_library(target: &str, version: &str) -> Outcome<()> {
    eprintln!("building the standard library for {target} once (about a minute)");
    let watch = Stopwatch::start();
    let scratch =
        tempfile::tempdir().map_err(|error| Failure::new(format!("no temporary folder: {error}")))?;
    write_empty_crate(scratch.path())?;
    let built = scratch.path().join("built");
    let mut build = cargo(Path::new(CARGO), Path::new(RUSTC));
    build.current_dir(scratch.path());
    build.args(["build", "--quiet", "--release", "-Zbuild-std=std,panic_abort", "--target", target]);
    build.arg("--target-dir").arg(&built).stdin(Stdio::null());
    // Building std is an unstable option of an otherwise stable compiler.
    build.env("RUSTC_BOOTSTRAP", "1").env_remove("CARGO_ENCODED_RUSTFLAGS");
    // Components are linked with `lto`, which needs the bitcode of every library.
    build.env("RUSTFLAGS", "-Cembed-bitcode=yes");
    process::run(&mut build)?;
    let count = put_in_place(&built.join(target).join("release").join("deps"), target, version)?;
    eprintln!("built and put {count} libraries into {} in {}", library_of(target).display(), watch.reading());
    Ok(())
}

fn write_empty_crate(folder: &Path) -> Outcome<()> {
    let manifest = format!("[package]\nname = \"{EMPTY_CRATE}\"\nedition = \"2024\"\n\n[workspace]\n");
    let source = folder.join("src");
    fs::create_dir(&source).map_err(|error| Failure::file("create", &source, &error))?;
    for (path, text) in [(folder.join("Cargo.toml"), manifest.as_str()), (source.join("lib.rs"), "")] {
        fs::write(&path, text).map_err(|error| Failure::file("write", &path, &error))?;
    }
    Ok(())
}

/// Copies the libraries to a folder beside the final one and renames it, so that a crash leaves no half of them.
fn put_in_place(built: &Path, target: &str, version: &str) -> Outcome<usize> {
    let library = library_of(target);
    let partial = library.with_extension("partial");
    for stale in [&partial, &library] {
        if stale.exists() {
            fs::remove_dir_all(stale).map_err(|error| Failure::file("remove", stale, &error))?;
        }
    }
    fs::create_dir_all(&partial).map_err(|error| Failure::file("create", &partial, &error))?;
    let entries = fs::read_dir(built).map_err(|error| Failure::file("read", built, &error))?;
    let mut count = 0;
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if !name.ends_with(".rlib") || name.contains(EMPTY_CRATE) {
            continue;
        }
        let copy = partial.join(&*name);
        fs::copy(entry.path(), &copy).map_err(|error| Failure::file("write", &copy, &error))?;
        count += 1;
    }
    let stamp = partial.join(STAMP);
    fs::write(&stamp, version).map_err(|error| Failure::file("write", &stamp, &error))?;
    fs::rename(&partial, &library).map_err(|error| Failure::file("create", &library, &error))?;
    Ok(count)
}
