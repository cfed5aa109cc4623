//! A snapshot of the books leaves nothing out.
//!
//! Its format has no names: a reader takes field after field, so one that is not written shifts all that follow, and the snapshot
//! cannot be read at the next start. In JSON the same attribute is harmless, and tests of JSON say nothing of it. What a snapshot
//! holds is found from the type of the books on, by the names of the types in it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::tidy::finding::Finding;
use crate::tidy::rust;
use crate::tidy::tree::Tree;

/// Where the types are that the books are made of.
const FOLDER: &str = "host/domain/src/";

/// The file that writes snapshots.
const WRITER: &str = "host/domain/src/book/snapshot.rs";

/// The type of which a snapshot is.
const ROOT: &str = "Book";

/// What serde does with these cannot be read back without names.
const BANS: [&str; 4] = ["skip_serializing", "untagged", "flatten", "tag ="];

/// Checks each type that a snapshot holds.
pub fn check(tree: &Tree) -> Vec<Finding> {
    let items = items(tree);
    if tree.find(WRITER).is_some() && !items.contains_key(ROOT) {
        let message =
            format!("writes snapshots of {ROOT}, and no such type is below {FOLDER}: the rule has to follow");
        return vec![Finding::new(WRITER, 1, message)];
    }
    let held = held_by(ROOT, &items);
    let held = held.iter().filter_map(|name| Some((name, items.get(name.as_str())?)));
    held.flat_map(|(name, items)| items.iter().flat_map(move |item| broken(name, item))).collect()
}

/// A struct or an enum, with its attributes.
struct Item {
    path: String,
    /// Number of its first line, from 1.
    line: usize,
    code: String,
}

/// The types of a name, which need not be one in all modules.
type Items = BTreeMap<String, Vec<Item>>;

fn broken(name: &str, item: &Item) -> Vec<Finding> {
    let lines = item.code.lines().enumerate();
    let broken = lines.filter(|(_, line)| BANS.iter().any(|ban| line.contains(ban)));
    let finding = |(index, _)| {
        let message = format!(
            "has a field written only sometimes, or otherwise than its type says: a snapshot of the books holds {name}, and its format has no names"
        );
        Finding::new(&item.path, item.line + index, message)
    };
    broken.map(finding).collect()
}

/// The names of a type and of all that is in it.
fn held_by(root: &str, items: &Items) -> BTreeSet<String> {
    let mut held = BTreeSet::new();
    let mut waiting = vec![root.to_owned()];
    while let Some(name) = waiting.pop() {
        let Some(of_name) = items.get(&name).filter(|_| !held.contains(&name)) else { continue };
        waiting.extend(of_name.iter().flat_map(|item| names(&item.code)));
        held.insert(name);
    }
    held
}

/// The words of a piece of code that may name types.
fn names(code: &str) -> Vec<String> {
    let words = code.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
    words.filter(|word| word.starts_with(char::is_uppercase)).map(str::to_owned).collect()
}

fn items(tree: &Tree) -> Items {
    let mut items = Items::new();
    for file in tree.rust().filter(|file| file.path.starts_with(FOLDER)) {
        let code = rust::parts(&file.text).code;
        for (name, range) in definitions(&code) {
            let line = code.get(..range.start).map_or(0, |before| before.matches('\n').count()) + 1;
            let code = code.get(range).unwrap_or_default().to_owned();
            items.entry(name).or_default().push(Item { path: file.path.clone(), line, code });
        }
    }
    items
}

/// The structs and enums of a source, each with its place, attributes included.
fn definitions(code: &str) -> Vec<(String, Range<usize>)> {
    let mut found = Vec::new();
    for keyword in ["struct ", "enum "] {
        for (at, _) in code.match_indices(keyword) {
            let before = code.get(..at).unwrap_or_default();
            if before.ends_with(|letter: char| letter.is_alphanumeric() || letter == '_') {
                continue;
            }
            let rest = code.get(at + keyword.len()..).unwrap_or_default();
            let name: String =
                rest.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
            let end = at + keyword.len() + length(rest);
            found.push((name, start_of_attributes(before)..end));
        }
    }
    found
}

/// Length of a definition from its name on: to its semicolon, or to where its first bracket is closed.
fn length(code: &str) -> usize {
    let mut depth = 0_usize;
    for (at, letter) in code.char_indices() {
        match letter {
            '{' | '(' => depth += 1,
            '}' | ')' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            ';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    code.len()
}

/// Where the lines begin that stand above a definition without an empty one between; comments are empty ones here.
fn start_of_attributes(before: &str) -> usize {
    let mut start = before.rfind('\n').map_or(0, |end| end + 1);
    while let Some(above) = before.get(..start).and_then(|above| above.strip_suffix('\n')) {
        let line = above.rfind('\n').map_or(0, |end| end + 1);
        if above.get(line..).is_none_or(|text| text.trim().is_empty()) {
            break;
        }
        start = line;
    }
    start
}

#[cfg(test)]
mod tests {
    use super::super::found;
    use super::*;

    const BOOK: (&str, &str) =
        ("host/domain/src/book/mod.rs", "//! Words.\npub struct Book {\n    orders: Vec<Order>,\n}\n");

    #[test]
    fn a_field_that_is_left_out_is_found_in_whatever_the_books_hold() {
        let orders = "//! Words.\n\n/// An order.\n#[derive(Serialize)]\npub struct Order {\n    terms: Terms,\n}\n\n\
                      pub struct Terms {\n    #[serde(default, skip_serializing_if = \"Option::is_none\")]\n    limit: Option<u8>,\n}\n";
        let findings = found(check, &[BOOK, ("host/domain/src/orders/types.rs", orders)]);
        assert_eq!(findings.len(), 1, "{findings:?}");
        let finding = findings.first().unwrap();
        assert!(finding.starts_with("host/domain/src/orders/types.rs:10: "), "{finding}");
        assert!(finding.contains("holds Terms"), "{finding}");
    }

    #[test]
    fn what_the_journal_alone_holds_may_leave_fields_out() {
        let events = "pub struct Order(u8);\npub enum Event {\n    #[serde(skip_serializing_if = \"is_none\")]\n    A,\n}\n";
        assert!(found(check, &[BOOK, ("host/domain/src/orders/types.rs", events)]).is_empty());
    }

    #[test]
    fn an_attribute_of_the_whole_type_is_found_too() {
        let orders =
            "/// Words.\n#[derive(Serialize)]\n#[serde(untagged)]\npub(super) enum Order {\n    A,\n}\n";
        let findings = found(check, &[BOOK, ("host/domain/src/orders/types.rs", orders)]);
        assert!(findings.first().unwrap().starts_with("host/domain/src/orders/types.rs:3: "), "{findings:?}");
    }

    #[test]
    fn books_that_have_moved_away_are_told_of() {
        let findings = found(check, &[(WRITER, "//! Words.\n"), ("host/domain/src/lib.rs", "mod book;\n")]);
        assert_eq!(findings.len(), 1, "{findings:?}");
    }
}
