//! The rules, one file per subject.

mod calls;
mod dependencies;
mod documentation;
pub mod frozen;
mod layers;
mod length;
mod machine_paths;
mod migrations;
mod snapshots;
mod sql;
mod task_names;

use super::finding::Finding;
use super::tree::Tree;

/// A rule: looks at the checkout, tells what breaks it.
pub type Rule = fn(&Tree) -> Vec<Finding>;

/// Every rule.
pub const ALL: [Rule; 13] = [
    calls::check,
    dependencies::check,
    documentation::check,
    frozen::check,
    layers::check,
    layers::check_rooms,
    length::check,
    machine_paths::check,
    migrations::check,
    snapshots::check,
    sql::check_texts,
    sql::check_manifests,
    task_names::check,
];

/// A place where a rule does not hold, and why.
pub struct Exception {
    /// Start of the paths it covers.
    pub path: &'static str,
    /// Why the rule does not hold there; for those who read or extend the list.
    #[allow(dead_code, reason = "read by people, in the lists of the rules")]
    pub reason: &'static str,
}

/// Whether one of `exceptions` covers the file.
pub fn is_excepted(exceptions: &[Exception], path: &str) -> bool {
    exceptions.iter().any(|exception| path.starts_with(exception.path))
}

/// What a rule finds in a checkout of these files, as text.
#[cfg(test)]
pub fn found(rule: Rule, files: &[(&str, &str)]) -> Vec<String> {
    rule(&Tree::of(files)).iter().map(ToString::to_string).collect()
}
