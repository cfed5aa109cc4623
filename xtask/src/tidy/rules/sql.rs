//! SQL has one home: the store. Whoever wants data asks it, within a user's scope.

use super::{Exception, is_excepted};
use crate::tidy::finding::Finding;
use crate::tidy::rust;
use crate::tidy::tree::Tree;

const EXCEPTIONS: [Exception; 2] = [
    Exception { path: "host/store/", reason: "is the store" },
    Exception { path: "xtask/src/tidy/", reason: "names what it looks for" },
];

/// How a statement begins, and what must follow somewhere for it to be one and not a sentence.
const STATEMENTS: [(&str, &str); 12] = [
    ("select ", " from "),
    ("insert into ", ""),
    ("insert or ", " into "),
    ("replace into ", ""),
    ("update ", " set "),
    ("delete from ", ""),
    ("create table ", ""),
    ("create index ", ""),
    ("drop table ", ""),
    ("alter table ", ""),
    ("pragma ", ""),
    ("with ", " as (select "),
];

/// Checks the texts of every Rust file.
pub fn check_texts(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.rust().filter(|file| !is_excepted(&EXCEPTIONS, &file.path)) {
        let literals = rust::parts(&file.text).literals;
        let statements = literals.iter().filter(|(_, text)| is_statement(text));
        findings.extend(
            statements.map(|(line, _)| Finding::new(&file.path, *line, "SQL outside the store crate")),
        );
    }
    findings
}

/// Checks that no other crate than the store can speak to the database.
pub fn check_manifests(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    // The root manifest names the version for the one crate that may use it.
    let manifests = tree.files.iter().filter(|file| file.path.ends_with("/Cargo.toml"));
    for file in manifests.filter(|file| file.path != "host/store/Cargo.toml") {
        let users = file.lines().filter(|(_, line)| line.trim_start().starts_with("rusqlite"));
        findings.extend(
            users.map(|(line, _)| Finding::new(&file.path, line, "only host/store may depend on rusqlite")),
        );
    }
    findings
}

fn is_statement(text: &str) -> bool {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    STATEMENTS.iter().any(|(start, rest)| text.starts_with(start) && text.contains(rest))
}

#[cfg(test)]
mod tests {
    use super::super::found;
    use super::*;

    #[test]
    fn statements_outside_the_store_are_found() {
        let source = "const A: &str = \"a\";\nconst B: &str = r#\"\n  select *\n  from runs\"#;\nconst C: &str = \"DELETE FROM runs\";";
        let findings = found(check_texts, &[("host/api/src/a.rs", source), ("host/store/src/a.rs", source)]);
        assert_eq!(
            findings,
            [
                "host/api/src/a.rs:2: SQL outside the store crate",
                "host/api/src/a.rs:5: SQL outside the store crate"
            ]
        );
    }

    #[test]
    fn sentences_are_not_statements() {
        let source = "const A: [&str; 3] = [\"select a symbol\", \"update the settings first\", \"the table was created\"];";
        assert!(found(check_texts, &[("a.rs", source)]).is_empty());
    }

    #[test]
    fn a_second_crate_with_a_database_is_found() {
        let files = [
            ("Cargo.toml", "rusqlite = \"0.41\"\n"),
            ("host/store/Cargo.toml", "rusqlite.workspace = true\n"),
            ("host/api/Cargo.toml", "[dependencies]\nrusqlite.workspace = true\n"),
        ];
        assert_eq!(
            found(check_manifests, &files),
            ["host/api/Cargo.toml:2: only host/store may depend on rusqlite"]
        );
    }
}
