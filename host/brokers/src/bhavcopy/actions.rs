//! The corporate actions of all lists of a folder. Each list names what lies ahead, so the same action stands in many.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use prahari_domain::actions::{CorporateAction, Origin, Provenance};
use prahari_domain::instruments::Symbol;
use prahari_domain::time::Day;

use super::lists::{ListFile, ListKind};
use crate::announced::{ExchangeList, SourceActions};
use crate::folder::{Notes, files, name_of};

/// Most shares and ex-dates of a folder: those of some sixty years of the exchange.
const MOST_EX_DAYS: usize = 200_000;

/// Most sentences on words that cannot be read which are kept: the report shows fewer.
const MOST_UNREADABLE: usize = 10_000;

/// Actions while lists are read, in the order of their days.
#[derive(Default)]
struct Announced {
    /// What happens to a share on an ex-date, as the last list that names it says.
    actions: BTreeMap<(Day, Symbol), Told>,
    /// What cannot be read, each once.
    unreadable: BTreeSet<String>,
    /// The days of the lists that could be read.
    days: BTreeSet<Day>,
}

struct Told {
    actions: Vec<CorporateAction>,
    /// The day of the last list that told it.
    last: Day,
}

/// Reads the lists of a folder, the oldest first. One that cannot be used takes nobody's prices away: it is noted.
///
/// What a list told and the last one before its ex-date no longer does was withdrawn or put off, and is left out.
pub(super) fn read(lists: &BTreeMap<Day, (ListFile, PathBuf)>, notes: &mut Notes) -> SourceActions {
    let mut announced = Announced::default();
    for (day, (list, file)) in lists {
        let found = match text(file, list) {
            Ok(Some(text)) => ExchangeList::read(&text),
            Ok(None) => Err("it has no list of corporate actions such as bc28102024.csv in it".to_owned()),
            Err(reason) => Err(reason),
        };
        let provenance = Provenance { origin: Origin::File, teller: name_of(file) };
        match found.and_then(|found| announced.add(*day, found, &provenance)) {
            Ok(unreadable) => notes.unreadable_rows(file, &unreadable),
            Err(reason) => notes.leave_out(file, &reason),
        }
    }
    announced.finish(notes)
}

/// The text of a list; none where an archive of reports has no such list in it.
pub(super) fn text(file: &Path, list: &ListFile) -> Result<Option<Vec<u8>>, String> {
    let text = match list.kind {
        ListKind::Reports => files::member_text(file, ListFile::is_actions_member),
        ListKind::Actions | ListKind::Bands => files::text(file, list.packing).map(Some),
    };
    text.map_err(|error| error.reason())
}

impl Announced {
    /// Adds what a list of a day says, and answers which of its rows cannot be used, with line and reason.
    fn add(
        &mut self,
        day: Day,
        list: ExchangeList,
        provenance: &Provenance,
    ) -> Result<Vec<(u64, String)>, String> {
        self.days.insert(day);
        let (told, unreadable) = list.actions(provenance);
        let mut by_share: BTreeMap<(Day, Symbol), Vec<CorporateAction>> = BTreeMap::new();
        for told in told {
            let key = (told.action.ex_day(), told.action.symbol().clone());
            by_share.entry(key).or_default().push(told.action);
        }
        for (key, actions) in by_share {
            self.take(key, actions, day)?;
        }
        for row in unreadable {
            if self.unreadable.len() < MOST_UNREADABLE {
                self.unreadable.insert(row.reason);
            }
        }
        Ok(list.unreadable.into_iter().map(|row| (row.line, row.reason)).collect())
    }

    fn take(&mut self, key: (Day, Symbol), actions: Vec<CorporateAction>, day: Day) -> Result<(), String> {
        if self.actions.len() >= MOST_EX_DAYS && !self.actions.contains_key(&key) {
            return Err(format!("the market folder holds more than {MOST_EX_DAYS} ex-dates of shares"));
        }
        match self.actions.get_mut(&key) {
            // The first list that said so is the one that told it.
            Some(known) if is_same(&known.actions, &actions) => known.last = day,
            _ => _ = self.actions.insert(key, Told { actions, last: day }),
        }
        Ok(())
    }

    fn finish(self, notes: &mut Notes) -> SourceActions {
        let (mut found, mut withdrawn) = (SourceActions::default(), Vec::new());
        for ((ex_day, _), Told { actions, last }) in self.actions {
            let newest_before = self.days.range(..ex_day).next_back();
            if newest_before.is_none_or(|newest| last >= *newest) {
                found.told.extend(actions);
            } else {
                found.withdrawn.extend(actions.iter().map(CorporateAction::key));
                withdrawn.extend(actions.iter().map(|action| format!("{action}, last told on {last}")));
            }
        }
        notes.withdrawn_actions(&withdrawn);
        notes.unreadable_actions(&self.unreadable.into_iter().collect::<Vec<_>>());
        found
    }
}

/// Whether two lists say the same of a share and ex-date, whoever tells it in whichever words.
fn is_same(known: &[CorporateAction], told: &[CorporateAction]) -> bool {
    known.len() == told.len() && known.iter().zip(told).all(|(known, told)| known.kind() == told.kind())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ex_dates_of_a_folder_are_bounded_and_the_same_again_is_no_more() {
        let mut announced = Announced::default();
        let day: Day = "2024-10-25".parse().unwrap();
        let key = |number: usize| (day, Symbol::new(&format!("S{number}")).unwrap());
        for number in 0..MOST_EX_DAYS {
            announced.take(key(number), Vec::new(), day).unwrap();
        }
        assert_eq!(announced.take(key(7), Vec::new(), day), Ok(()));
        let one_more = announced.take(key(MOST_EX_DAYS), Vec::new(), day).unwrap_err();
        assert_eq!(one_more, "the market folder holds more than 200000 ex-dates of shares");
    }
}
