//! What was found while a folder of bars was read: the sentences for the operator, and a hash of what was kept.

use std::path::{Path, PathBuf};

use prahari_domain::actions::CorporateAction;
use prahari_domain::instruments::{Candle, Symbol};
use prahari_domain::numbers::counted;
use prahari_domain::price_jump::PriceJump;
use prahari_domain::time::{Day, day_number};

use super::jumps::{FoundJumps, tell_jumps};
use crate::bars::Restated;

/// Largest number of dates or jumps of one file, and of files of one kind, in a sentence.
const NAMED: usize = 5;

/// Largest number of sentences that are shown to a person at once; the report keeps all.
const SHOWN: usize = 20;

/// What a folder of bars holds and what was left out of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BarsReport {
    /// Symbols with at least one bar.
    pub symbols: usize,
    /// One sentence for each thing that an operator should know, at most a few for a file.
    pub notes: Vec<String>,
    /// Number of those, the last ones, that tell jumps which a known action explains.
    pub explained: usize,
    /// Hash of every bar that was kept: the same bars give the same one, wherever they lie.
    pub digest: String,
    /// Number of bars of days that were over and say something else than when they were read before.
    pub restated: usize,
    /// Number of rows and files that are what the source is made of and could not be used. Rows without volume, of other series and
    /// of days without a session are none of these.
    pub unusable: usize,
    /// Number of those that are of days that had not come.
    pub ahead: usize,
    /// Where prices left the band, with how they are told; the first notes are about those that nothing explains.
    jumps: Vec<FoundJumps>,
    /// The notes that are about no jump.
    others: Vec<String>,
}

impl BarsReport {
    /// The same report, which is of one folder, with these corporate actions known: jumps that one of them explains are told as such.
    #[must_use]
    pub fn with_actions<'a>(self, actions: impl IntoIterator<Item = &'a CorporateAction>) -> Self {
        let (open, of_actions) = tell_jumps(&self.jumps, actions);
        let explained = of_actions.len();
        let notes = open.into_iter().chain(self.others.iter().cloned()).chain(of_actions).collect();
        Self { notes, explained, ..self }
    }

    /// The notes as they are shown: the first ones, and how many more there are.
    pub fn shown(&self) -> Vec<String> {
        shown(&self.notes)
    }

    /// The same of those that somebody has to look at.
    pub fn open_shown(&self) -> Vec<String> {
        shown(self.parts().0)
    }

    /// The same of those about jumps that a known action explains.
    pub fn explained_shown(&self) -> Vec<String> {
        shown(self.parts().1)
    }

    /// The notes that somebody has to look at, and those about jumps that a known action explains.
    pub(crate) fn parts(&self) -> (&[String], &[String]) {
        let at = self.notes.len().saturating_sub(self.explained);
        self.notes.split_at_checked(at).unwrap_or_default()
    }

    /// Says first which bars were restated since the folder was read before.
    pub(super) fn tell_restated(&mut self, restated: &[Restated], left_out: usize) {
        self.restated = restated.len();
        if !restated.is_empty() {
            let listed = first(restated, ToString::to_string);
            let kept = match left_out {
                0 => String::new(),
                left_out => {
                    let years = counted(left_out, "year of a share", "years of shares");
                    format!("; of {years} what they were is not kept")
                }
            };
            let bars = counted(restated.len(), "bar of a past day was", "bars of past days were");
            let note = format!("{bars} restated: {listed}{kept}");
            self.others.insert(0, note.clone());
            self.notes.insert(0, note);
        }
    }
}

/// Collects a report while files are read.
#[derive(Default)]
pub(crate) struct Notes {
    jumps: Vec<FoundJumps>,
    unusable: usize,
    ahead: usize,
    too_deep: Vec<String>,
    closed_days: Vec<String>,
    cut_off: Vec<String>,
    actions: Vec<String>,
    unreadable: Vec<String>,
    left_out: Vec<String>,
    without_volume: Vec<(String, usize)>,
    other_series: Vec<(String, usize)>,
    hasher: blake3::Hasher,
}

impl Notes {
    /// Notes a price file that is not read.
    pub fn leave_out(&mut self, file: &Path, reason: &str) {
        self.unusable += 1;
        self.left_out.push(format!("{} is left out: {reason}", name_of(file)));
    }

    /// Notes rows of a file that are of days that have not come, each with its line.
    pub fn rows_ahead(&mut self, file: &Path, rows: &[(u64, Day)]) {
        self.ahead += rows.len();
        let rows: Vec<(u64, String)> = rows.iter().map(|(line, day)| (*line, not_come(*day))).collect();
        self.unreadable_rows(file, &rows);
    }

    /// Notes two files of a day that are called the same, or have the same bars, and do not say the same: the first is read.
    pub fn differ(&mut self, day: Day, read: &Path, other: &Path) {
        self.unusable += 1;
        self.left_out.push(format!(
            "{} and {} are both of {day} and differ: the first one is read",
            read.display(),
            other.display()
        ));
    }

    /// Notes a file of a day that has not come.
    pub fn file_ahead(&mut self, file: &Path, day: Day) {
        self.ahead += 1;
        self.leave_out(file, &not_come(day));
    }

    /// Notes a file of a day on which there was no session.
    pub fn closed_file(&mut self, file: &Path, day: Day) {
        self.left_out.push(format!("{} is left out: there was no session on {day}", name_of(file)));
    }

    /// Notes folders in the folder that are not looked into, each by itself: nobody would miss what lies there.
    pub fn folders_passed_over(&mut self, folders: &[PathBuf], reason: &str) {
        let told =
            folders.iter().map(|folder| format!("the folder {} is not read: {reason}", folder.display()));
        self.too_deep.extend(told);
    }

    /// Notes rows of a list that cannot be used, each with its line and the reason.
    pub fn unreadable_rows(&mut self, file: &Path, rows: &[(u64, String)]) {
        self.unusable += rows.len();
        if !rows.is_empty() {
            let listed = first(rows, |(line, reason)| format!("line {line}: {reason}"));
            let rows = counted(rows.len(), "row", "rows");
            self.unreadable.push(format!("{}: {rows} cannot be used: {listed}", name_of(file)));
        }
    }

    /// Notes corporate actions that a later list no longer tells.
    pub fn withdrawn_actions(&mut self, actions: &[String]) {
        if !actions.is_empty() {
            let listed = first(actions, String::clone);
            let actions = counted(actions.len(), "corporate action is", "corporate actions are");
            self.actions.push(format!("{actions} left out, no longer told before the ex-date: {listed}"));
        }
    }

    /// Notes words of lists of corporate actions that cannot be read.
    pub fn unreadable_actions(&mut self, reasons: &[String]) {
        if !reasons.is_empty() {
            let listed = first(reasons, String::clone);
            let say =
                counted(reasons.len(), "row of corporate actions says", "rows of corporate actions say");
            self.actions.push(format!("what {say} cannot be read: {listed}"));
        }
    }

    /// Notes files that are not what the source is made of.
    pub fn passed_over(&mut self, files: &[PathBuf]) {
        if !files.is_empty() {
            let listed = first(files, |file| name_of(file));
            let files = counted(files.len(), "other file is", "other files are");
            self.left_out.push(format!("{files} passed over: {listed}"));
        }
    }

    /// Notes a file of a day that has far fewer shares than the one before.
    pub fn looks_cut_off(&mut self, file: &Path, shares: usize, before: usize) {
        let (name, shares) = (name_of(file), counted(shares, "share", "shares"));
        self.cut_off.push(format!("{name} has {shares} and the file before {before}: it may be half a file"));
    }

    /// Notes rows on days on which there was no session.
    pub fn closed_days(&mut self, file: &Path, days: &[Day]) {
        if !days.is_empty() {
            let (name, listed) = (name_of(file), first(days, Day::to_string));
            let rows = counted(
                days.len(),
                "row on a day without a session is",
                "rows on days without a session are",
            );
            self.closed_days.push(format!("{name}: {rows} left out: {listed}"));
        }
    }

    /// Notes how many rows of a file have no volume.
    pub fn without_volume(&mut self, file: &Path, rows: usize) {
        if rows > 0 {
            self.without_volume.push((name_of(file), rows));
        }
    }

    /// Notes how many rows of a file are of series that are not the share's.
    pub fn other_series(&mut self, file: &Path, rows: usize) {
        if rows > 0 {
            self.other_series.push((name_of(file), rows));
        }
    }

    /// Takes the bars of a share into the hash, and notes where its price left the band; `file` is the one that they all
    /// stand in.
    pub fn bars(&mut self, file: Option<&Path>, symbol: &Symbol, bars: &[Candle]) {
        let jumps = PriceJump::all_of(symbol, bars);
        if !jumps.is_empty() {
            self.jumps.push(FoundJumps { file: file.map(name_of), jumps });
        }
        self.hasher.update(symbol.as_str().as_bytes());
        bars.iter().for_each(|bar| add_bar(&mut self.hasher, bar));
    }

    /// The report on so many symbols, of a source that tells these corporate actions.
    pub fn finish(self, symbols: usize, actions: &[CorporateAction]) -> BarsReport {
        let without_volume = ("row without volume is", "rows without volume are", &self.without_volume);
        let other_series = (
            "row of a series other than EQ, BE and BZ is",
            "rows of series other than EQ, BE and BZ are",
            &self.other_series,
        );
        let rows = [without_volume, other_series].into_iter().filter(|(_, _, files)| !files.is_empty());
        let rows = rows.map(|(one, many, files)| {
            let rows: usize = files.iter().map(|(_, count)| count).sum();
            let (rows, count) = (counted(rows, one, many), counted(files.len(), "file", "files"));
            format!("{rows} left out in {count}: {}", first(files, |(name, _)| name.clone()))
        });
        let others = self.actions.into_iter().chain(self.closed_days).chain(self.cut_off);
        let others = others.chain(self.unreadable).chain(self.left_out).chain(self.too_deep);
        let report = BarsReport {
            symbols,
            digest: self.hasher.finalize().to_hex().to_string(),
            unusable: self.unusable,
            ahead: self.ahead,
            jumps: self.jumps,
            others: others.chain(rows).collect(),
            ..BarsReport::default()
        };
        report.with_actions(actions)
    }
}

/// The first of these notes, and how many more there are.
fn shown(notes: &[String]) -> Vec<String> {
    let mut shown: Vec<String> = notes.iter().take(SHOWN).cloned().collect();
    if let Some(more) = notes.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        shown.push(format!("and {} on the bars", counted(more, "more note", "more notes")));
    }
    shown
}

/// What a sentence on a folder without files adds where folders in it were not looked into; nothing without any.
pub(crate) fn passed_over(folders: &[PathBuf], reason: &str) -> String {
    if folders.is_empty() {
        return String::new();
    }
    let listed = first(folders, |folder| folder.display().to_string());
    format!("; not read are the folders {listed}, because {reason}")
}

/// What is said of a row or a file of a day that has not come.
fn not_come(day: Day) -> String {
    format!("{day} has not come")
}

fn add_bar(hasher: &mut blake3::Hasher, bar: &Candle) {
    hasher.update(&day_number(bar.day).to_le_bytes());
    for price in [bar.open, bar.high, bar.low, bar.close] {
        hasher.update(&price.0.to_le_bytes());
    }
    hasher.update(&bar.volume.to_le_bytes());
}

/// The name of a file without its folders.
pub(crate) fn name_of(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The first few, and how many more.
pub(super) fn first<T>(items: &[T], text: impl Fn(&T) -> String) -> String {
    let mut listed: Vec<String> = items.iter().take(NAMED).map(text).collect();
    if items.len() > NAMED {
        listed.push(format!("and {} more", items.len() - NAMED));
    }
    listed.join(", ")
}
