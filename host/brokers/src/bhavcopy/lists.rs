//! Files that the exchange brings beside the bars: corporate actions and price bands, told apart by their names.

use prahari_domain::time::Day;

use super::name::{DATE_FIRST, day_of, short_day_of};
use crate::folder::files::{Packing, without_suffix};

/// What a list is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ListKind {
    /// Corporate actions: `bc28102024.csv`, earlier `Bc281024.csv`.
    Actions,
    /// The archive of a day's reports, `PR281024.zip`, of which one is the list of corporate actions.
    Reports,
    /// Price bands: `sec_list_28102024.csv`.
    Bands,
}

/// What the name of a list says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ListFile {
    /// What it is about.
    pub kind: ListKind,
    /// The day that it was published for.
    pub day: Day,
    /// How it is packed; of an archive of reports, how its member is.
    pub packing: Packing,
}

impl ListFile {
    /// Reads the name of a file; `None` when it is none of these lists.
    pub fn of(name: &str) -> Option<Self> {
        let reports = without_suffix(name, ".zip").and_then(|stem| {
            let day = short_day_of(stem.to_ascii_lowercase().strip_prefix("pr")?)?;
            Some(Self { kind: ListKind::Reports, day, packing: Packing::Zip })
        });
        reports.or_else(|| {
            let packed = |(packing, ending): (Packing, &str)| Some((packing, without_suffix(name, ending)?));
            let (packing, stem) = Packing::ENDINGS.into_iter().find_map(packed)?;
            let stem = stem.to_ascii_lowercase();
            let actions = || actions_of(&stem).map(|day| (ListKind::Actions, day));
            let (kind, day) = bands_of(&stem).map(|day| (ListKind::Bands, day)).or_else(actions)?;
            Some(Self { kind, day, packing })
        })
    }

    /// Returns whether a member of an archive of reports is its list of corporate actions, whatever folder it is in.
    pub fn is_actions_member(name: &str) -> bool {
        let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
        Self::of(name).is_some_and(|list| list.kind == ListKind::Actions && list.packing == Packing::Plain)
    }

    /// Which of several lists of a day and subject is taken: the least.
    pub fn rank(&self) -> (ListKind, u8) {
        (self.kind, self.packing.rank())
    }
}

/// `bc28102024`, `bc281024`.
fn actions_of(stem: &str) -> Option<Day> {
    let digits = stem.strip_prefix("bc")?;
    day_of(digits, DATE_FIRST).or_else(|| short_day_of(digits))
}

/// `sec_list_28102024`.
fn bands_of(stem: &str) -> Option<Day> {
    day_of(stem.strip_prefix("sec_list_")?, DATE_FIRST)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_names_of_lists_tell_subject_day_and_packing() {
        let cases = [
            ("bc28102024.csv", ListKind::Actions, "2024-10-28", Packing::Plain),
            ("Bc280119.csv", ListKind::Actions, "2019-01-28", Packing::Plain),
            ("BC28102024.CSV.GZ", ListKind::Actions, "2024-10-28", Packing::Gzip),
            ("bc28102024.csv.zip", ListKind::Actions, "2024-10-28", Packing::Zip),
            ("PR281024.zip", ListKind::Reports, "2024-10-28", Packing::Zip),
            ("pr280119.ZIP", ListKind::Reports, "2019-01-28", Packing::Zip),
            ("sec_list_28102024.csv", ListKind::Bands, "2024-10-28", Packing::Plain),
        ];
        for (name, kind, day, packing) in cases {
            let day = day.parse().unwrap();
            assert_eq!(ListFile::of(name), Some(ListFile { kind, day, packing }), "{name}");
        }
        for name in [
            "bc31022024.csv",
            "bc2810.csv",
            "PR28102024.zip",
            "PR281024.csv",
            "BCL.csv",
            "BC.csv",
            "",
            ".zip",
        ] {
            assert_eq!(ListFile::of(name), None, "{name}");
        }
    }

    #[test]
    fn the_list_of_actions_is_found_in_whatever_folder_of_an_archive() {
        for name in ["bc28102024.csv", "PR281024/Bc281024.csv", "a\\b\\BC281024.CSV"] {
            assert!(ListFile::is_actions_member(name), "{name}");
        }
        for name in ["bh281024.csv", "bc28102024.csv.gz", "bc281024.csv/readme.txt", "sec_list_28102024.csv"]
        {
            assert!(!ListFile::is_actions_member(name), "{name}");
        }
    }

    proptest! {
        #[test]
        fn any_name_is_read_or_not(name in ".{0,40}") {
            let _any = ListFile::of(&name);
            let _member = ListFile::is_actions_member(&name);
        }
    }
}
