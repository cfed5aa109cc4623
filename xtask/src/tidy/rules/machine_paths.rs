//! No file names a folder of the machine it was written on.

use super::{Exception, is_excepted};
use crate::tidy::finding::Finding;
use crate::tidy::tree::Tree;

const FOLDERS: [&str; 3] = ["/work/", "/tmp/", "/root/"];

const EXCEPTIONS: [Exception; 1] = [Exception { path: "xtask/src/tidy/", reason: "names what it looks for" }];

/// Checks every line of every text file.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.files.iter().filter(|file| !is_excepted(&EXCEPTIONS, &file.path)) {
        for (number, line) in file.lines() {
            let named = FOLDERS.iter().filter(|folder| names(line, folder));
            findings.extend(named.map(|folder| {
                Finding::new(
                    &file.path,
                    number,
                    format!("names a machine's folder: {folder} exists only there"),
                )
            }));
        }
    }
    findings
}

/// Whether the line has `folder` as the start of a path: inside a longer path or an address it is another one.
fn names(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line.get(..at).and_then(|before| before.chars().next_back());
        !before.is_some_and(|before| before.is_alphanumeric() || "._-/~}".contains(before))
    })
}

#[cfg(test)]
mod tests {
    use super::super::found;
    use super::*;

    #[test]
    fn folders_of_a_machine_are_found_anywhere() {
        let files = [("docs/a.md", "run it\nin `/tmp/x`"), ("b.json", "{\"path\": \"/root/.cargo\"}")];
        let findings = found(check, &files);
        assert_eq!(findings.len(), 2);
        assert!(findings.first().unwrap().starts_with("docs/a.md:2: "), "{findings:?}");
    }

    #[test]
    fn parts_of_longer_paths_are_something_else() {
        let files = [("a.md", "https://example.org/work/ host/tmp/ ./root/ ~/work/x ${HOME}/tmp/")];
        assert!(found(check, &files).is_empty());
    }
}
