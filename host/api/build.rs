//! Lists the files of the built console, so that the program carries them. Without them, on a machine that has no
//! Node, the list is empty and the program says how to get the console.

use std::collections::hash_map::DefaultHasher;
use std::fmt::Write as _;
use std::fs;
use std::hash::{Hash as _, Hasher as _};
use std::io;
use std::path::{Path, PathBuf};

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=console");
    let console = Path::new(&variable("CARGO_MANIFEST_DIR")?).join("console");
    let mut paths = Vec::new();
    collect(&console, &mut paths)?;
    paths.sort();
    let list = paths.iter().map(|path| entry(&console, path)).collect::<io::Result<String>>()?;
    let source = format!("pub static FILES: &[File] = &[\n{list}];\n");
    fs::write(Path::new(&variable("OUT_DIR")?).join("console.rs"), source)
}

/// Adds the files below a folder, without hidden ones and without the compressed ones, which belong to another file.
fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let hidden = path.file_name().is_none_or(|name| name.as_encoded_bytes().starts_with(b"."));
        if hidden || path.extension().is_some_and(|kind| kind == "br") {
            continue;
        }
        if path.is_dir() {
            collect(&path, paths)?;
        } else {
            paths.push(path);
        }
    }
    Ok(())
}

/// The line of one file in the list.
fn entry(console: &Path, path: &Path) -> io::Result<String> {
    let bytes = fs::read(path)?;
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    let name = path.strip_prefix(console).map_err(io::Error::other)?.display();
    let compressed = PathBuf::from(format!("{}.br", path.display()));
    let brotli = if compressed.is_file() {
        format!("Some(include_bytes!({:?}))", compressed.display().to_string())
    } else {
        "None".to_owned()
    };
    let mut line = String::new();
    writeln!(
        line,
        "    File {{ path: \"/{name}\", kind: {:?}, etag: \"\\\"{:016x}\\\"\", bytes: include_bytes!({:?}), brotli: {brotli} }},",
        kind(path)?,
        hasher.finish(),
        path.display().to_string(),
    )
    .map_err(io::Error::other)?;
    Ok(line)
}

/// The media type by the ending of the name.
fn kind(path: &Path) -> io::Result<&'static str> {
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("html") => Ok("text/html; charset=utf-8"),
        Some("js") => Ok("text/javascript; charset=utf-8"),
        Some("css") => Ok("text/css; charset=utf-8"),
        Some("svg") => Ok("image/svg+xml"),
        Some("png") => Ok("image/png"),
        Some("json") => Ok("application/json"),
        Some("txt") => Ok("text/plain; charset=utf-8"),
        _ => Err(io::Error::other(format!("{}: a file of this kind is not served", path.display()))),
    }
}

fn variable(name: &str) -> io::Result<String> {
    std::env::var(name).map_err(|error| io::Error::other(format!("{name}: {error}")))
}
