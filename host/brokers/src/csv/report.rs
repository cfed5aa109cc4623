//! What was found while a folder of bars was read: the sentences for the operator, and a hash of what was kept.

use std::path::Path;

use prahari_domain::instruments::{Candle, Symbol};
use prahari_domain::price_jump::PriceJump;
use prahari_domain::time::{Day, day_number};

use super::read::FileBars;

/// Largest number of dates or jumps of one file, and of files of one kind, in a sentence.
const NAMED: usize = 5;

/// Largest number of sentences that are shown to a person at once; the report keeps all.
const SHOWN: usize = 20;

/// What a folder of bars holds and what was left out of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BarsReport {
    /// Symbols with at least one bar.
    pub symbols: usize,
    /// One sentence for each thing that an operator should know, at most a few for a file.
    pub notes: Vec<String>,
    /// Hash of every bar that was kept: the same bars give the same one, wherever they lie.
    pub digest: String,
}

impl BarsReport {
    /// The notes as they are shown: the first ones, and how many more there are.
    pub fn shown(&self) -> Vec<String> {
        let mut shown: Vec<String> = self.notes.iter().take(SHOWN).cloned().collect();
        if let Some(more) = self.notes.len().checked_sub(SHOWN).filter(|more| *more > 0) {
            shown.push(format!("and {more} more notes on the bars"));
        }
        shown
    }
}

/// Collects a report while files are read.
#[derive(Default)]
pub(super) struct Notes {
    jumps: Vec<String>,
    closed_days: Vec<String>,
    left_out: Vec<String>,
    without_volume: Vec<(String, usize)>,
    other_series: Vec<(String, usize)>,
    hasher: blake3::Hasher,
}

impl Notes {
    /// Notes a price file that is not read.
    pub fn leave_out(&mut self, file: &Path, reason: &str) {
        self.left_out.push(format!("{} is left out: {reason}", name_of(file)));
    }

    /// Notes what was found in a file.
    pub fn add(&mut self, file: &Path, symbol: &Symbol, found: &FileBars) {
        let name = name_of(file);
        if !found.closed_days.is_empty() {
            let (count, days) = (found.closed_days.len(), first(&found.closed_days, Day::to_string));
            let sentence = format!("{name}: {count} rows on days without a session are left out: {days}");
            self.closed_days.push(sentence);
        }
        let jumps = PriceJump::all_of(symbol, &found.bars);
        if !jumps.is_empty() {
            let listed = first(&jumps, ToString::to_string);
            self.jumps.push(format!(
                "{name}: {listed}; a corporate action for which the prices are not adjusted, or a fault"
            ));
        }
        for (list, count) in
            [(&mut self.without_volume, found.without_volume), (&mut self.other_series, found.other_series)]
        {
            if count > 0 {
                list.push((name.clone(), count));
            }
        }
        self.hasher.update(symbol.as_str().as_bytes());
        found.bars.iter().for_each(|bar| add_bar(&mut self.hasher, bar));
    }

    /// The report on so many symbols.
    pub fn finish(self, symbols: usize) -> BarsReport {
        let counted = [
            ("rows without volume are left out", &self.without_volume),
            ("rows of series other than EQ, BE and BZ are left out", &self.other_series),
        ];
        let counted = counted.into_iter().filter(|(_, files)| !files.is_empty()).map(|(what, files)| {
            let rows: usize = files.iter().map(|(_, count)| count).sum();
            format!("{rows} {what} in {} files: {}", files.len(), first(files, |(name, _)| name.clone()))
        });
        let notes =
            self.jumps.into_iter().chain(self.closed_days).chain(self.left_out).chain(counted).collect();
        BarsReport { symbols, notes, digest: self.hasher.finalize().to_hex().to_string() }
    }
}

fn add_bar(hasher: &mut blake3::Hasher, bar: &Candle) {
    hasher.update(&day_number(bar.day).to_le_bytes());
    for price in [bar.open, bar.high, bar.low, bar.close] {
        hasher.update(&price.0.to_le_bytes());
    }
    hasher.update(&bar.volume.to_le_bytes());
}

fn name_of(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The first few, and how many more.
fn first<T>(items: &[T], text: impl Fn(&T) -> String) -> String {
    let mut listed: Vec<String> = items.iter().take(NAMED).map(text).collect();
    if items.len() > NAMED {
        listed.push(format!("and {} more", items.len() - NAMED));
    }
    listed.join(", ")
}
