//! The text files of the checkout.

use std::fs;
use std::path::Path;

use crate::failure::{Failure, Outcome};

/// One text file.
#[derive(Debug, Clone)]
pub struct TextFile {
    /// Path from the top folder, with `/`.
    pub path: String,
    /// Its content.
    pub text: String,
}

impl TextFile {
    /// Whether the file's name ends with one of `extensions`.
    pub fn has_extension(&self, extensions: &[&str]) -> bool {
        self.path.rsplit_once('.').is_some_and(|(_, extension)| extensions.contains(&extension))
    }

    /// Lines with their numbers, from 1.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }
}

/// All text files, sorted by path.
#[derive(Debug, Default)]
pub struct Tree {
    /// The files.
    pub files: Vec<TextFile>,
}

impl Tree {
    /// Reads the checkout below `root`, without what its `.gitignore` names.
    ///
    /// The folder is walked instead of asking git, so that the rules hold in an unpacked archive as well, and for files
    /// that are not committed yet.
    pub fn load(root: &Path) -> Outcome<Self> {
        let ignored = fs::read_to_string(root.join(".gitignore")).unwrap_or_default();
        let mut ignored: Vec<String> = ignored
            .lines()
            .map(|line| line.trim().trim_matches('/').to_owned())
            .filter(|line| !line.is_empty())
            .collect();
        ignored.push(".git".to_owned());
        let mut tree = Self::default();
        tree.walk(root, "", &ignored)?;
        tree.files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(tree)
    }

    fn walk(&mut self, folder: &Path, prefix: &str, ignored: &[String]) -> Outcome<()> {
        let entries = fs::read_dir(folder).map_err(|error| Failure::file("read", folder, &error))?;
        for entry in entries.flatten() {
            let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if ignored.contains(&path) {
                continue;
            }
            // Links are not followed: what they lead to is checked where it lies.
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() {
                self.walk(&entry.path(), &format!("{path}/"), ignored)?;
            } else if kind.is_file() {
                let content =
                    fs::read(entry.path()).map_err(|error| Failure::file("read", &entry.path(), &error))?;
                // What is not UTF-8 is not text.
                if let Ok(text) = String::from_utf8(content) {
                    self.files.push(TextFile { path, text });
                }
            }
        }
        Ok(())
    }

    /// The Rust sources.
    pub fn rust(&self) -> impl Iterator<Item = &TextFile> {
        self.files.iter().filter(|file| file.has_extension(&["rs"]))
    }

    /// The file at exactly this path.
    pub fn find(&self, path: &str) -> Option<&TextFile> {
        self.files.iter().find(|file| file.path == path)
    }

    /// A checkout of these files, for tests.
    #[cfg(test)]
    pub fn of(files: &[(&str, &str)]) -> Self {
        let files =
            files.iter().map(|(path, text)| TextFile { path: (*path).to_owned(), text: (*text).to_owned() });
        Self { files: files.collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ignored_folders_and_binary_files_are_left_out() {
        let root = tempfile::tempdir().unwrap();
        for folder in ["target", "host/target", ".git"] {
            fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        for (path, content) in [
            (".gitignore", "/target\n".as_bytes()),
            ("target/a.rs", b"x"),
            (".git/config", b"x"),
            ("host/target/kept.rs", b"x"),
            ("picture.png", &[0xff, 0xfe]),
        ] {
            fs::write(root.path().join(path), content).unwrap();
        }
        let tree = Tree::load(root.path()).unwrap();
        let paths: Vec<&str> = tree.files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, [".gitignore", "host/target/kept.rs"]);
    }
}
