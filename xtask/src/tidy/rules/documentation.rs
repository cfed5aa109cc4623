//! Every Rust file begins with what it is for. A `tests.rs` is excepted: the file beside it says it already.

use crate::tidy::finding::Finding;
use crate::tidy::tree::Tree;

const PLACEHOLDERS: [&str; 3] = ["to be written", "to do", "todo"];

/// Checks the first line of every Rust file.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.rust().filter(|file| !file.path.ends_with("/tests.rs")) {
        let first = file.lines().find(|(_, line)| !line.trim().is_empty());
        let (line, text) = first.unwrap_or((1, ""));
        match text.strip_prefix("//!").map(|words| words.trim().trim_end_matches('.').to_lowercase()) {
            None => findings.push(Finding::new(
                &file.path,
                line,
                "does not begin with `//!` and why the file exists",
            )),
            Some(words) if words.is_empty() || PLACEHOLDERS.contains(&words.as_str()) => {
                findings.push(Finding::new(&file.path, line, "its documentation is a placeholder"));
            }
            Some(_) => {}
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::found;
    use super::*;

    #[test]
    fn a_file_without_words_or_with_a_placeholder_is_found() {
        let files = [
            ("a.rs", "mod b;\n"),
            ("b.rs", "//! To be written.\n"),
            ("c.rs", ""),
            ("d.rs", "\n//! Money in paise.\n"),
        ];
        let findings = found(check, &files);
        assert_eq!(findings.len(), 3);
        assert!(
            findings.iter().zip(["a.rs:1", "b.rs:1", "c.rs:1"]).all(|(text, start)| text.starts_with(start))
        );
    }
}
