//! The house rules as an ordinary check: each broken one is printed as `file:line: message`.
//!
//! Clippy holds what it can (panics, the clock); these rules are about the whole checkout: where SQL may stand, how
//! long a file may be, which interface is frozen. A rule's exceptions stand in its own file, each with its reason.

mod finding;
mod rules;
mod rust;
mod tree;

use std::fs;

use crate::failure::{Failure, Outcome};
use crate::steps::Stopwatch;
use crate::workspace;
use finding::Finding;
use rules::frozen;
use tree::Tree;

/// The command: checks the checkout, prints what it finds.
pub fn command() -> Outcome<()> {
    let watch = Stopwatch::start();
    let tree = Tree::load(&workspace::root())?;
    let mut findings: Vec<Finding> = rules::ALL.iter().flat_map(|rule| rule(&tree)).collect();
    findings.sort();
    for finding in &findings {
        eprintln!("{finding}");
    }
    if findings.is_empty() {
        eprintln!("house rules hold in {} files ({})", tree.files.len(), watch.reading());
        return Ok(());
    }
    Err(Failure::new(format!("{} places break the house rules", findings.len())))
}

/// The command that records the released WIT packages; see [`frozen`].
pub fn freeze_wit() -> Outcome<()> {
    let tree = Tree::load(&workspace::root())?;
    let (list, added) = frozen::freeze(&tree).map_err(Failure::new)?;
    let path = workspace::root().join(frozen::LIST);
    fs::write(&path, list).map_err(|error| Failure::file("write", &path, &error))?;
    eprintln!("{} names {added} more frozen files", frozen::LIST);
    Ok(())
}
