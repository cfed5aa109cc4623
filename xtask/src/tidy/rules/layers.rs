//! Who may know of whom: the API asks the application, and never the store behind it.

use crate::tidy::finding::Finding;
use crate::tidy::tree::Tree;

const API: &str = "host/api/";

/// Checks that nothing of the API names the store, by which what is read would be typed in two places.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.files.iter().filter(|file| file.path.starts_with(API)) {
        let names =
            |line: &str| line.contains("prahari_store") || line.trim_start().starts_with("prahari-store");
        let users = file.lines().filter(|(_, line)| names(line));
        findings.extend(users.map(|(line, _)| {
            Finding::new(&file.path, line, "host/api asks prahari_app::queries and its rooms, not the store")
        }));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::found;
    use super::*;

    #[test]
    fn an_api_that_knows_the_store_is_found_by_its_manifest_and_its_code() {
        let files = [
            (
                "host/api/Cargo.toml",
                "[dependencies]\nprahari-app.workspace = true\nprahari-store.workspace = true\n",
            ),
            ("host/api/src/a.rs", "use prahari_app::queries::RunRow;\nuse prahari_store::Store;\n"),
            ("host/api/src/b.rs", "fn f() -> prahari_app::error::AppError { prahari_store::x() }\n"),
            ("host/app/Cargo.toml", "prahari-store.workspace = true\n"),
            ("host/app/src/a.rs", "use prahari_store::Store;\n"),
        ];
        let said = "host/api asks prahari_app::queries and its rooms, not the store";
        assert_eq!(
            found(check, &files),
            [
                format!("host/api/Cargo.toml:3: {said}"),
                format!("host/api/src/a.rs:2: {said}"),
                format!("host/api/src/b.rs:1: {said}"),
            ]
        );
    }
}
