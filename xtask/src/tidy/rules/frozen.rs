//! Released WIT packages never change: old components must keep loading.
//!
//! At a release `cargo xtask freeze-wit` writes every file of every package with a checksum into [`LIST`]; from then on
//! this rule compares. What is new goes into a new version's folder. The checksum guards against accidents; whoever
//! wants to cheat can change the list, in the open.

use std::collections::BTreeMap;

use crate::tidy::finding::Finding;
use crate::tidy::tree::Tree;

/// The list of frozen files: a checksum and a path on each line.
pub const LIST: &str = "wit/FROZEN";

/// Checks each frozen package against the list; without a list nothing was released yet.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let frozen = frozen(tree);
    let packages: Vec<&str> = frozen.keys().filter_map(|path| package(path)).collect();
    let mut findings = Vec::new();
    for (path, sum) in &frozen {
        match tree.find(path) {
            None => findings.push(Finding::new(path, 1, "belongs to a released package and is gone")),
            Some(file) if checksum(&file.text) != *sum => {
                findings.push(Finding::new(
                    path,
                    1,
                    "belongs to a released package and has changed: add a new version",
                ));
            }
            Some(_) => {}
        }
    }
    for file in tree.files.iter().filter(|file| !frozen.contains_key(file.path.as_str())) {
        if package(&file.path).is_some_and(|package| packages.contains(&package)) {
            findings.push(Finding::new(&file.path, 1, "was added to a released package: add a new version"));
        }
    }
    findings
}

/// The list with every package frozen, and how many files that adds. Refused while a frozen package is changed.
pub fn freeze(tree: &Tree) -> Result<(String, usize), String> {
    if let Some(finding) = check(tree).first() {
        return Err(finding.to_string());
    }
    let before = frozen(tree).len();
    let files: Vec<_> = tree.files.iter().filter(|file| package(&file.path).is_some()).collect();
    let list = files.iter().map(|file| format!("{} {}\n", checksum(&file.text), file.path)).collect();
    Ok((list, files.len() - before))
}

fn frozen(tree: &Tree) -> BTreeMap<&str, &str> {
    let list = tree.find(LIST).map_or("", |file| file.text.as_str());
    list.lines().filter_map(|line| line.split_once(' ')).map(|(sum, path)| (path, sum)).collect()
}

/// The folder of the package that a file belongs to, such as `prahari-task@1.0.0`.
fn package(path: &str) -> Option<&str> {
    let (package, _) = path.strip_prefix("wit/")?.split_once('/')?;
    Some(package)
}

/// FNV-1a, 64 bits: stable for ever and written down in two lines.
fn checksum(text: &str) -> String {
    let sum = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
    format!("{sum:016x}")
}

#[cfg(test)]
mod tests {
    use super::super::found;
    use super::*;

    const OLD: (&str, &str) = ("wit/prahari-task@1.0.0/task.wit", "world task {}");
    const NEW: (&str, &str) = ("wit/prahari-task@1.1.0/task.wit", "world task { }");

    fn list() -> String {
        freeze(&Tree::of(&[OLD])).unwrap().0
    }

    #[test]
    fn before_the_first_release_everything_may_change() {
        assert!(found(check, &[OLD]).is_empty());
    }

    #[test]
    fn a_released_file_stays_as_it_is() {
        let list = list();
        assert!(found(check, &[OLD, NEW, (LIST, &list)]).is_empty());
        assert!(
            found(check, &[(OLD.0, "world task;"), (LIST, &list)])
                .iter()
                .any(|text| text.contains("has changed"))
        );
        assert!(found(check, &[(LIST, &list)]).iter().any(|text| text.contains("is gone")));
        let added = ("wit/prahari-task@1.0.0/more.wit", "");
        assert!(found(check, &[OLD, added, (LIST, &list)]).iter().any(|text| text.contains("was added")));
    }

    #[test]
    fn a_release_adds_to_the_list_and_cannot_rewrite_it() {
        let list = list();
        let (longer, added) = freeze(&Tree::of(&[OLD, NEW, (LIST, &list)])).unwrap();
        assert_eq!(added, 1);
        assert!(longer.starts_with(&list));
        assert!(freeze(&Tree::of(&[(OLD.0, "changed"), (LIST, &list)])).is_err());
    }

    #[test]
    fn the_checksum_is_the_published_one() {
        assert_eq!(checksum("foobar"), "85944171f73967e8");
    }
}
