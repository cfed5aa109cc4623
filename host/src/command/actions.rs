//! `prahari actions`: the corporate actions that a running daemon knows, over its HTTP interface.

use std::path::Path;
use std::process::ExitCode;

use prahari_brokers::MOST_LIST_BYTES;
use prahari_domain::numbers::counted;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::check_given_once;
use super::query::Query;
use super::remote::Remote;
use crate::cli::{Actions, ActionsCommand};
use crate::exit::{Failure, say};
use crate::given_file;

/// Exit code when something of a list was not taken up.
const INCOMPLETE: u8 = 1;

/// Does what a command says, and tells what became of it.
pub fn actions(options: &Actions) -> Result<ExitCode, Failure> {
    let daemon = Remote::of(&options.daemon, "/api/v1/system/actions")?;
    match &options.command {
        ActionsCommand::List { symbol, state, from, until, limit } => {
            let query = Query::default()
                .with("symbol", symbol.as_ref())
                .with("state", state.map(|state| state.name()))
                .with("from", *from)
                .with("until", *until)
                .with("limit", Some(*limit));
            daemon.show("GET", &query.text(), None, |actions: Page| actions.print())?;
        }
        ActionsCommand::Add { symbol, ex_day, kind, figures, note, confirm } => {
            check_given_once(figures)?;
            let mut body = Map::from_iter([
                ("symbol".to_owned(), json!(symbol)),
                ("ex_day".to_owned(), json!(ex_day)),
                ("kind".to_owned(), json!(kind)),
            ]);
            if *confirm {
                body.insert("confirm".to_owned(), json!(true));
            }
            body.extend(note.iter().map(|note| ("note".to_owned(), json!(note))));
            body.extend(figures.iter().map(|given| (given.field.clone(), value_of(&given.value))));
            daemon.show("POST", "", Some(Value::Object(body)), |action: Action| action.print())?;
        }
        ActionsCommand::Import { file, dry_run, confirm } => {
            let bytes = given_file::read("list of actions", file, MOST_LIST_BYTES)?;
            if bytes.is_empty() {
                return Err(Failure::input(format!("the list of actions {} is empty", file.display())));
            }
            let query = Query::default().with("dry_run", Some(*dry_run)).with("name", name_of(file));
            let query = query.with("confirm", confirm.then_some(true));
            let path = format!("/import{}", query.text());
            let imported = daemon.show_upload_of(&path, "text/csv", &bytes, Imported::print)?;
            if !imported.is_whole() {
                return Ok(ExitCode::from(INCOMPLETE));
            }
        }
        ActionsCommand::Doubted { all, limit } => {
            let query =
                Query::default().with("state", (!all).then_some("pending")).with("limit", Some(*limit));
            let path = format!("/doubted{}", query.text());
            daemon.show("GET", &path, None, |doubted: DoubtedPage| doubted.print())?;
        }
        ActionsCommand::Confirm { doubted } => {
            let path = format!("/doubted/{doubted}/confirm");
            daemon.show("POST", &path, None, |action: Action| action.print())?;
        }
        ActionsCommand::Reject { doubted, reason } => {
            let path = format!("/doubted/{doubted}/reject");
            daemon.show("POST", &path, Some(json!({ "reason": reason })), |row: Doubted| row.print())?;
        }
        ActionsCommand::Undo { action, reason } => {
            let path = format!("/{action}/undo");
            daemon.show("POST", &path, Some(json!({ "reason": reason })), |action: Action| action.print())?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// A number where it is one: symbols and ISINs are not.
fn value_of(text: &str) -> Value {
    text.parse::<i64>().map_or_else(|_| json!(text), |number| json!(number))
}

/// The name of a list as it is kept; none of one that is too long or has characters that cannot be seen.
fn name_of(file: &Path) -> Option<String> {
    let name = file.file_name()?.to_str()?.to_owned();
    (name.chars().count() <= 200 && prahari_domain::text::is_plain(&name)).then_some(name)
}

/// A page of actions.
#[derive(Deserialize)]
struct Page {
    items: Vec<Action>,
}

/// An action, as far as it is shown here.
#[derive(Deserialize)]
struct Action {
    id: u64,
    symbol: String,
    ex_day: String,
    text: String,
    origin: String,
    teller: String,
    state: String,
    reason: String,
    /// What it was before, of one that was entered now.
    #[serde(default)]
    before: Option<String>,
}

/// A page of doubted actions.
#[derive(Deserialize)]
struct DoubtedPage {
    items: Vec<Doubted>,
}

/// A doubted action, as far as it is shown here.
#[derive(Deserialize)]
struct Doubted {
    id: u64,
    symbol: String,
    ex_day: String,
    text: String,
    origin: String,
    teller: String,
    doubt: String,
    state: String,
    decided_by: String,
    reason: String,
}

/// What a list changes, as far as it is shown here.
#[derive(Deserialize)]
struct Imported {
    dry_run: bool,
    new_count: usize,
    new: Vec<Terms>,
    changed_count: usize,
    changed: Vec<Changed>,
    known: u32,
    refused: Vec<String>,
    doubted_count: usize,
    doubted: Vec<String>,
    refused_count: usize,
    unreadable_count: usize,
    unreadable: Vec<Unreadable>,
    repeated: usize,
    places: String,
}

#[derive(Deserialize)]
struct Terms {
    symbol: String,
    ex_day: String,
    text: String,
}

#[derive(Deserialize)]
struct Changed {
    id: u64,
    before: Terms,
    after: Terms,
}

#[derive(Deserialize)]
struct Unreadable {
    line: u64,
    reason: String,
}

impl Page {
    fn print(&self) {
        if self.items.is_empty() {
            say!("no corporate actions");
        }
        self.items.iter().for_each(Action::print);
    }
}

impl Action {
    /// Such as `12 RELIANCE 2024-10-28 bonus of 1 new for 1 held, applied (file bc28102024.csv)`.
    fn print(&self) {
        let Self { id, symbol, ex_day, text, origin, teller, state, reason, before } = self;
        let reason = if reason.is_empty() { String::new() } else { format!(": {reason}") };
        let before = before.as_ref().map_or_else(String::new, |before| format!(", before: {before}"));
        say!("{id} {symbol} {ex_day} {text}, {state} ({origin} {teller}){reason}{before}");
    }
}

impl DoubtedPage {
    fn print(&self) {
        if self.items.is_empty() {
            say!("no doubted corporate actions");
        }
        self.items.iter().for_each(Doubted::print);
    }
}

impl Doubted {
    /// Such as `3 TCS 2024-10-28 bonus of 1 new for 1 held, pending (file bc28102024.csv): TCS opened at ...`.
    fn print(&self) {
        let Self { id, symbol, ex_day, text, origin, teller, doubt, state, decided_by, reason } = self;
        let decided = match (decided_by.as_str(), reason.as_str()) {
            ("", _) => String::new(),
            (by, "") => format!(" by {by}"),
            (by, reason) => format!(" by {by}: {reason}"),
        };
        say!("{id} {symbol} {ex_day} {text}, {state}{decided} ({origin} {teller}): {doubt}");
    }
}

impl Imported {
    /// Returns whether everything that the list says counts now, or would.
    fn is_whole(&self) -> bool {
        [self.unreadable_count, self.doubted_count, self.refused_count] == [0; 3]
    }

    fn print(&self) {
        let Self { dry_run, new_count, new, changed_count, changed, known, refused, .. } = self;
        for Terms { symbol, ex_day, text } in new {
            say!("new: {symbol} {ex_day} {text}");
        }
        tell_more(*new_count, new.len(), ("new one", "new ones"));
        for Changed { id, before, after } in changed {
            say!("changed: {id} {} {} {}, was {}", after.symbol, after.ex_day, after.text, before.text);
        }
        tell_more(*changed_count, changed.len(), ("changed one", "changed ones"));
        refused.iter().for_each(|reason| say!("stays: {reason}"));
        tell_more(self.refused_count, refused.len(), ("one that stays", "ones that stay"));
        self.doubted.iter().for_each(|reason| say!("left out: {reason}"));
        tell_more(self.doubted_count, self.doubted.len(), ("one that is left out", "ones that are left out"));
        for Unreadable { line, reason } in &self.unreadable {
            crate::exit::warn(&format!("{} {line}: {reason}", self.places));
        }
        tell_more(
            self.unreadable_count,
            self.unreadable.len(),
            ("row that cannot be used", "rows that cannot be used"),
        );
        let done = if *dry_run { "; nothing was changed" } else { "" };
        if self.doubted_count > 0 {
            say!("with --confirm those that are left out count too");
        }
        let repeated = match self.repeated {
            0 => String::new(),
            repeated => format!(", {} again what another says", counted(repeated, "row says", "rows say")),
        };
        let unreadable = counted(self.unreadable_count, "row", "rows");
        say!(
            "{new_count} new, {changed_count} changed, {known} known{repeated}, {unreadable} cannot be used{done}"
        );
    }
}

fn tell_more(all: usize, shown: usize, (one, many): (&str, &str)) {
    if all > shown {
        say!("and {}", counted(all - shown, &format!("more {one}"), &format!("more {many}")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_numbers_and_names_are_texts() {
        assert_eq!((value_of("10"), value_of("INE467B01029")), (json!(10), json!("INE467B01029")));
    }

    #[test]
    fn a_list_is_kept_by_the_name_of_its_file_where_that_can_be_shown() {
        assert_eq!(name_of(Path::new("lists/bc28102024.csv")).as_deref(), Some("bc28102024.csv"));
        assert_eq!(name_of(Path::new("lists/a\u{202e}b.csv")), None);
        assert_eq!(name_of(Path::new(&format!("lists/{}", "x".repeat(201)))), None);
    }
}
