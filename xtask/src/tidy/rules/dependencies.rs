//! A dependency that no source names costs every build and is nobody's: each one must be used where it is declared.

use crate::tidy::finding::Finding;
use crate::tidy::rust;
use crate::tidy::tree::{TextFile, Tree};

/// Sources beside a manifest's own that its package builds: the whole-system tests belong to the daemon's package.
const ELSEWHERE: [(&str, &str); 1] = [("host/", "tests/")];

/// Checks the manifest of each package against its sources, and the workspace's list against the manifests.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let manifests: Vec<&TextFile> = tree
        .files
        .iter()
        .filter(|file| file.path.ends_with("Cargo.toml") && !is_template(&file.path))
        .collect();
    let (roots, packages): (Vec<_>, Vec<_>) =
        manifests.into_iter().partition(|file| file.text.contains("[workspace.dependencies]"));
    let mut findings: Vec<Finding> =
        packages.iter().flat_map(|manifest| unused_in_package(tree, manifest)).collect();
    for root in roots {
        let unused = declared(root).filter(|(_, name)| !packages.iter().any(|of| declares(of, name)));
        findings.extend(unused.map(|(line, name)| {
            Finding::new(&root.path, line, format!("no package of the workspace depends on {name}"))
        }));
    }
    findings
}

/// Projects that people copy have no lock file and are built by themselves.
fn is_template(path: &str) -> bool {
    path.starts_with("host/templates/")
}

fn unused_in_package(tree: &Tree, manifest: &TextFile) -> Vec<Finding> {
    let folder = manifest.path.trim_end_matches("Cargo.toml");
    let sources: Vec<String> = tree
        .rust()
        .filter(|file| belongs(folder, &file.path))
        .map(|file| rust::parts(&file.text).code)
        .collect();
    let unused = declared(manifest)
        .filter(|(_, name)| !sources.iter().any(|code| names(code, &name.replace('-', "_"))));
    unused
        .map(|(line, name)| {
            Finding::new(&manifest.path, line, format!("no source of the package uses {name}"))
        })
        .collect()
}

/// Whether the package in `folder` compiles the file.
fn belongs(folder: &str, path: &str) -> bool {
    let own = path.strip_prefix(folder).is_some_and(|rest| {
        rest == "build.rs"
            || ["src/", "tests/", "benches/", "examples/", "fuzz_targets/"]
                .iter()
                .any(|start| rest.starts_with(start))
    });
    own || ELSEWHERE.iter().any(|(package, sources)| *package == folder && path.starts_with(sources))
}

/// The dependencies of a manifest, of whatever kind, with their lines.
fn declared(manifest: &TextFile) -> impl Iterator<Item = (usize, &str)> {
    let mut inside = false;
    manifest.lines().filter_map(move |(line, text)| {
        if let Some(section) = text.strip_prefix('[') {
            inside = section.trim_end_matches(']').ends_with("dependencies");
            return None;
        }
        let name = text.split(['.', ' ', '=']).next().unwrap_or_default();
        (inside && !name.is_empty() && !name.starts_with('#')).then_some((line, name))
    })
}

fn declares(manifest: &TextFile, name: &str) -> bool {
    declared(manifest).any(|(_, other)| other == name)
}

/// Whether the word occurs in the code by itself, not as part of a longer one.
fn names(code: &str, word: &str) -> bool {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    code.match_indices(word).any(|(start, _)| {
        let (before, after) = (code.get(..start), code.get(start + word.len()..));
        !before.is_some_and(|text| text.ends_with(is_word))
            && !after.is_some_and(|text| text.starts_with(is_word))
    })
}

#[cfg(test)]
mod tests {
    use super::super::found;
    use super::*;

    const MANIFEST: &str =
        "[package]\nname = \"a\"\n\n[dependencies]\nserde.workspace = true\nhttp-body = \"1\"\n";

    #[test]
    fn a_dependency_that_no_source_names_is_found() {
        let files =
            [("host/a/Cargo.toml", MANIFEST), ("host/a/src/lib.rs", "use serde::Serialize;\n// http_body\n")];
        assert_eq!(found(check, &files), ["host/a/Cargo.toml:6: no source of the package uses http-body"]);
    }

    #[test]
    fn longer_words_and_other_packages_are_no_use() {
        let source = "fn http_body_of(my_serde: u8) {}";
        let files =
            [("host/a/Cargo.toml", MANIFEST), ("host/a/src/lib.rs", source), ("host/b/src/lib.rs", "serde")];
        assert_eq!(found(check, &files).len(), 2);
    }

    #[test]
    fn tests_and_build_scripts_count_and_the_list_of_the_workspace_is_held_to_the_manifests() {
        let root = "[workspace.dependencies]\nserde = \"1\"\nhttp-body = \"1\"\ncsv = \"1\"\n";
        let files = [
            ("Cargo.toml", root),
            ("host/Cargo.toml", MANIFEST),
            ("host/build.rs", "use serde;"),
            ("tests/all.rs", "use http_body;"),
            ("fuzz/Cargo.toml", "[dependencies]\nlibfuzzer-sys = \"0.4\"\n"),
            ("fuzz/fuzz_targets/a.rs", "libfuzzer_sys::fuzz_target!(|bytes| drop(bytes));"),
        ];
        assert_eq!(found(check, &files), ["Cargo.toml:4: no package of the workspace depends on csv"]);
    }
}
