//! Files stay short enough to have one subject.

use crate::tidy::finding::Finding;
use crate::tidy::tree::Tree;

/// Above this a file is split.
const LIMIT: usize = 600;

/// What people write and read; data and lock files may be as long as they need.
const EXTENSIONS: [&str; 8] = ["rs", "wit", "sql", "ts", "tsx", "css", "py", "sh"];

/// Checks the length of every source file.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let sources = tree.files.iter().filter(|file| file.has_extension(&EXTENSIONS));
    let long = sources.map(|file| (file, file.text.lines().count())).filter(|(_, lines)| *lines > LIMIT);
    long.map(|(file, lines)| {
        Finding::new(&file.path, LIMIT + 1, format!("has {lines} lines: split it at {LIMIT}"))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::super::found;
    use super::*;

    #[test]
    fn only_sources_above_the_limit_are_found() {
        let (fits, long) = ("x\n".repeat(600), "x\n".repeat(601));
        let files = [("a.rs", fits.as_str()), ("b.rs", long.as_str()), ("c.json", long.as_str())];
        assert_eq!(found(check, &files), ["b.rs:601: has 601 lines: split it at 600"]);
    }
}
