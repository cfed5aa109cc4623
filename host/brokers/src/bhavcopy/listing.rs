//! The daily files of a folder: which are read, and what is said of the others.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use prahari_domain::time::Day;

use super::lists::{ListFile, ListKind};
use super::name::{DayFile, DayLayout};
use crate::folder::files::{entries, irregular, note_state};
use crate::folder::refuse;
use crate::market::MarketError;

/// Most days of a folder: the exchange has had fewer trading days since it began in 1994.
const MOST_DAYS: usize = 10_000;

/// Most entries of a folder and those in it that are looked at: five files for each of that many days, and others.
const MOST_ENTRIES: usize = 100_000;

/// How deep files may lie: the exchange keeps them by year and month.
pub(super) const DEEPEST: usize = 3;

/// Two files of the same name in two folders, of which the first is read.
pub(super) struct Double {
    /// The day that both are of.
    pub day: Day,
    /// What their name says.
    pub named: Named,
    /// The one that is read.
    pub read: PathBuf,
    /// The other one.
    pub other: PathBuf,
}

/// What the name of a file of a day says.
#[derive(Clone, Copy)]
pub(super) enum Named {
    /// It has the day's bars.
    Bars(DayFile),
    /// It is a list.
    List(ListFile),
}

/// Daily files of a folder.
#[derive(Default)]
pub(super) struct Listing {
    /// The file of each day that is read, with what its name says.
    pub days: BTreeMap<Day, (DayFile, PathBuf)>,
    /// The file with deliveries of each day that is read for them, whichever is read for the bars.
    pub with_deliveries: BTreeMap<Day, (DayFile, PathBuf)>,
    /// The first file of each layout and packing of a day, with what its name says.
    all: BTreeMap<(Day, (DayLayout, u8)), (DayFile, PathBuf)>,
    /// The list of corporate actions of each day that is read, with what its name says.
    pub actions: BTreeMap<Day, (ListFile, PathBuf)>,
    /// The list of price bands of each day, likewise.
    pub bands: BTreeMap<Day, (ListFile, PathBuf)>,
    /// Files that say the same by their names as one of those above and lie in another folder: layout, day and packing are the same.
    doubles: Vec<Double>,
    /// Files of these names that are no regular files, each with what it is.
    pub left_out: Vec<(PathBuf, &'static str)>,
    /// Folders that lie too deep to be looked into.
    pub too_deep: Vec<PathBuf>,
    /// Files that are none of these.
    pub passed_over: Vec<PathBuf>,
    /// Number of entries that were looked at.
    seen: usize,
    hasher: blake3::Hasher,
}

impl Listing {
    /// Looks at a folder without opening its files.
    ///
    /// # Errors
    /// When the folder or one in it cannot be read, or there is more in it than anybody needs.
    pub fn of(dir: &Path) -> Result<Self, MarketError> {
        let mut listing = Self::default();
        listing.look_into(dir, DEEPEST)?;
        let days = [listing.days.len(), listing.actions.len(), listing.bands.len()];
        if days.iter().any(|days| *days > MOST_DAYS) {
            return Err(refuse(dir, format!("it holds more than {MOST_DAYS} days")));
        }
        Ok(listing)
    }

    /// Hash of the names, sizes and times of the files that are read: another one means that something was changed.
    pub fn fingerprint(&self) -> blake3::Hash {
        self.hasher.finalize()
    }

    fn look_into(&mut self, dir: &Path, deeper: usize) -> Result<(), MarketError> {
        for path in entries(dir)? {
            self.seen += 1;
            if self.seen > MOST_ENTRIES {
                return Err(refuse(dir, format!("the market folder holds more than {MOST_ENTRIES} files")));
            }
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let is_hidden = name.starts_with('.');
            match (DayFile::of(&name), ListFile::of(&name)) {
                (Some(file), _) => self.add(file, path),
                (None, Some(list)) => self.add_list(list, path),
                (None, None) if is_hidden => {}
                (None, None) if path.is_dir() => {
                    if let Some(deeper) = deeper.checked_sub(1) {
                        self.look_into(&path, deeper)?;
                    } else {
                        self.hasher.update(path.as_os_str().as_encoded_bytes());
                        self.too_deep.push(path);
                    }
                }
                (None, None) => self.passed_over.push(path),
            }
        }
        Ok(())
    }

    fn add(&mut self, file: DayFile, path: PathBuf) {
        if !self.takes(&path) {
            return;
        }
        self.all.entry((file.day, file.rank())).or_insert_with(|| (file, path.clone()));
        let for_bars = take_least(&mut self.days, file, path.clone());
        // Those with deliveries are read for them also where the bars come from another file.
        let double = match file.layout {
            DayLayout::Full => take_least(&mut self.with_deliveries, file, path),
            DayLayout::Udiff | DayLayout::Old => for_bars,
        };
        self.note_double(double, file.day, Named::Bars(file));
    }

    fn add_list(&mut self, list: ListFile, path: PathBuf) {
        if !self.takes(&path) {
            return;
        }
        let lists = match list.kind {
            ListKind::Actions | ListKind::Reports => &mut self.actions,
            ListKind::Bands => &mut self.bands,
        };
        let double = take_least(lists, list, path);
        self.note_double(double, list.day, Named::List(list));
    }

    fn note_double(&mut self, double: Option<(PathBuf, PathBuf)>, day: Day, named: Named) {
        self.doubles.extend(double.map(|(read, other)| Double { day, named, read, other }));
    }

    /// The files of which there is another one of the same name elsewhere, as far as they are read.
    pub fn doubles(&self) -> impl Iterator<Item = &Double> {
        self.doubles.iter().filter(|Double { day, read, .. }| {
            let of_bars =
                [&self.days, &self.with_deliveries].map(|files| files.get(day).map(|(_, file)| file));
            let of_lists = [&self.actions, &self.bands].map(|lists| lists.get(day).map(|(_, file)| file));
            of_bars.into_iter().chain(of_lists).flatten().any(|file| file == read)
        })
    }

    /// The files that have the bars of the same day as this one, which is read, in another layout or packing.
    pub fn others(&self, read: &DayFile) -> impl Iterator<Item = &(DayFile, PathBuf)> {
        let (day, rank) = (read.day, read.rank());
        let of_day = (day, (DayLayout::Udiff, u8::MIN))..=(day, (DayLayout::Full, u8::MAX));
        self.all.range(of_day).filter(move |((_, other), _)| *other != rank).map(|(_, file)| file)
    }

    /// Takes a file into the fingerprint; `false` when it is no regular file.
    fn takes(&mut self, path: &Path) -> bool {
        note_state(&mut self.hasher, path);
        let kind = irregular(path);
        self.left_out.extend(kind.map(|kind| (path.to_owned(), kind)));
        kind.is_none()
    }
}

/// A file of which one is taken for each day.
trait OfDay: Copy {
    /// What its files are compared by: the least is taken.
    type Rank: Ord;

    fn day(&self) -> Day;

    fn rank(&self) -> Self::Rank;
}

impl OfDay for DayFile {
    type Rank = (DayLayout, u8);

    fn day(&self) -> Day {
        self.day
    }

    fn rank(&self) -> Self::Rank {
        Self::rank(self)
    }
}

impl OfDay for ListFile {
    type Rank = (ListKind, u8);

    fn day(&self) -> Day {
        self.day
    }

    fn rank(&self) -> Self::Rank {
        Self::rank(self)
    }
}

/// Keeps the file of a day that comes before the others. Where one of the same rank is kept already, answers that one and this.
fn take_least<F: OfDay>(
    days: &mut BTreeMap<Day, (F, PathBuf)>,
    file: F,
    path: PathBuf,
) -> Option<(PathBuf, PathBuf)> {
    let order = days.get(&file.day()).map_or(Ordering::Less, |(kept, _)| file.rank().cmp(&kept.rank()));
    match order {
        Ordering::Less => {
            days.insert(file.day(), (file, path));
            None
        }
        Ordering::Equal => days.get(&file.day()).map(|(_, kept)| (kept.clone(), path)),
        Ordering::Greater => None,
    }
}
