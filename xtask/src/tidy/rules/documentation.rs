//! Every Rust file begins with what it is for. The unit tests of a module are excepted: the module says it already.

use crate::tidy::finding::Finding;
use crate::tidy::tree::Tree;

const PLACEHOLDERS: [&str; 3] = ["to be written", "to do", "todo"];

/// Checks the first line of every Rust file.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.rust().filter(|file| !is_unit_test(&file.path)) {
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

/// `tests.rs` or a file of `tests/` within a crate's sources, which is not the folder of whole-crate tests beside them.
fn is_unit_test(path: &str) -> bool {
    let inside = path.split_once("/src/").map(|(_, inside)| format!("/{inside}"));
    inside.is_some_and(|inside| inside.ends_with("/tests.rs") || inside.contains("/tests/"))
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
        let starts = ["a.rs:1", "b.rs:1", "c.rs:1"];
        assert!(findings.iter().zip(starts).all(|(text, start)| text.starts_with(start)), "{findings:?}");
    }

    #[test]
    fn unit_tests_need_no_words_and_tests_of_the_whole_do() {
        let files =
            [("host/src/book/tests.rs", ""), ("host/src/book/tests/lots.rs", ""), ("host/tests/book.rs", "")];
        let findings = found(check, &files);
        assert_eq!(findings.len(), 1);
        assert!(findings.iter().all(|text| text.starts_with("host/tests/book.rs:1")), "{findings:?}");
    }
}
