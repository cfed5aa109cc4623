//! The corporate actions of all lists of a folder. Each list names what lies ahead, so the same action stands in many.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use prahari_domain::instruments::Symbol;
use prahari_domain::time::Day;

use super::lists::{ListFile, ListKind};
use crate::announced::{AnnouncedAction, AnnouncedList};
use crate::folder::{Notes, files};

/// Most actions of a folder: those of some sixty years of the exchange.
const MOST_ACTIONS: usize = 200_000;

/// What says that two rows are of the same action.
type Key = (Symbol, Day, String);

/// Actions while lists are read, in the order of their days.
#[derive(Default)]
struct Announced {
    /// Each action as it was first told, with the day of the last list that told it.
    actions: HashMap<Key, (AnnouncedAction, Day)>,
}

/// Reads the lists of a folder, the oldest first. One that cannot be used takes nobody's prices away: it is noted.
///
/// What a list told and the last one before its ex-date no longer does was withdrawn or put off, and is left out.
pub(super) fn read(lists: &BTreeMap<Day, (ListFile, PathBuf)>, notes: &mut Notes) -> Vec<AnnouncedAction> {
    let mut announced = Announced::default();
    for (day, (list, file)) in lists {
        let found = match text(file, list) {
            Ok(Some(text)) => AnnouncedList::read(&name_of(file), &text),
            Ok(None) => Err("it has no list of corporate actions such as bc28102024.csv in it".to_owned()),
            Err(reason) => Err(reason),
        };
        match found.and_then(|found| announced.add(*day, found)) {
            Ok(unreadable) => notes.unreadable_rows(file, &unreadable),
            Err(reason) => notes.leave_out(file, &reason),
        }
    }
    announced.finish(lists, notes)
}

fn text(file: &Path, list: &ListFile) -> Result<Option<Vec<u8>>, String> {
    let text = match list.kind {
        ListKind::Reports => files::member_text(file, ListFile::is_actions_member),
        ListKind::Actions | ListKind::Bands => files::text(file, list.packing).map(Some),
    };
    text.map_err(|error| error.reason())
}

fn name_of(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

impl Announced {
    /// Adds the rows of a list of a day, and answers which of its rows cannot be used, with line and reason.
    fn add(&mut self, day: Day, found: AnnouncedList) -> Result<Vec<(u64, String)>, String> {
        for action in found.rows {
            let key = (action.symbol.clone(), action.ex_day, action.purpose.clone());
            if self.actions.len() >= MOST_ACTIONS && !self.actions.contains_key(&key) {
                return Err(format!("the market folder holds more than {MOST_ACTIONS} corporate actions"));
            }
            self.actions.entry(key).or_insert((action, day)).1 = day;
        }
        Ok(found.unreadable.into_iter().map(|row| (row.line, row.reason)).collect())
    }

    fn finish(self, lists: &BTreeMap<Day, (ListFile, PathBuf)>, notes: &mut Notes) -> Vec<AnnouncedAction> {
        let stands = |action: &AnnouncedAction, last_told: Day| {
            let newest_before = lists.range(..action.ex_day).next_back().map(|(day, _)| *day);
            newest_before.is_none_or(|newest| last_told >= newest)
        };
        let told = self.actions.into_values();
        let (mut standing, mut withdrawn): (Vec<_>, Vec<_>) =
            told.partition(|(action, last_told)| stands(action, *last_told));
        for actions in [&mut standing, &mut withdrawn] {
            actions.sort_by(|(a, _), (b, _)| {
                (a.ex_day, &a.symbol, &a.purpose).cmp(&(b.ex_day, &b.symbol, &b.purpose))
            });
        }
        let told = |(action, last_told): &(AnnouncedAction, Day)| {
            format!("{} {} of {} after {last_told}", action.symbol, action.purpose, action.ex_day)
        };
        notes.withdrawn_actions(&withdrawn.iter().map(told).collect::<Vec<_>>());
        standing.into_iter().map(|(action, _)| action).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(rows: usize) -> AnnouncedList {
        let symbol = Symbol::new("ABC").unwrap();
        let ex_day = "2024-10-28".parse().unwrap();
        let action = |number: usize| AnnouncedAction {
            symbol: symbol.clone(),
            ex_day,
            purpose: format!("DIV - RS {number} PER SH"),
            record_day: None,
            list: "bc28102024.csv".into(),
            line: 2,
        };
        AnnouncedList { rows: (0..rows).map(action).collect(), ..AnnouncedList::default() }
    }

    #[test]
    fn actions_of_a_folder_are_bounded_and_the_same_again_is_no_more() {
        let (mut announced, day) = (Announced::default(), "2024-10-25".parse().unwrap());
        assert_eq!(announced.add(day, list(MOST_ACTIONS)), Ok(Vec::new()));
        assert_eq!(announced.add(day, list(MOST_ACTIONS)), Ok(Vec::new()));
        let one_more = announced.add(day, list(MOST_ACTIONS + 1)).unwrap_err();
        assert_eq!(one_more, "the market folder holds more than 200000 corporate actions");
    }
}
