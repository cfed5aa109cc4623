//! The `bhavcopy` source: the daily files of a folder, put together by share.

use std::path::Path;
use std::sync::Arc;

use prahari_domain::time::Day;

use super::histories::Histories;
use super::listing::{DEEPEST, Double, Listing, Named};
use super::name::DayFile;
use super::{actions, bands, deliveries, read};
use crate::fetching::Pace;
use crate::folder::{
    BandHistory, Deliveries, FolderBars, FolderMarket, Layout, Notes, files, passed_over, refuse,
};
use crate::market::MarketError;
use crate::sessions::Sessions;

/// The `bhavcopy` market source: a folder of the exchange's daily files.
#[derive(Debug, Clone, Copy)]
pub struct BhavcopyMarket;

/// How its folder is read.
const LAYOUT: Layout = Layout { source: "bhavcopy", raw: true, fingerprint, read: bars };

/// A file with fewer than this part of the shares of the one before may be half of a file.
const LEAST_PERCENT: usize = 60;

impl BhavcopyMarket {
    /// Reads every daily file of a folder into memory. The seed shapes the minute paths within the bars.
    ///
    /// # Errors
    /// When the folder or a file cannot be read, or a row makes no sense; the message names the file and the line.
    pub fn open(dir: &Path, seed: u64, sessions: Arc<dyn Sessions>) -> Result<FolderMarket, MarketError> {
        FolderMarket::open(dir, LAYOUT, seed, sessions, None)
    }

    /// The same, and a file of a day that has not come by this time is a fault, and is left out.
    ///
    /// # Errors
    /// As [`BhavcopyMarket::open`].
    pub fn open_in_time(
        dir: &Path,
        seed: u64,
        sessions: Arc<dyn Sessions>,
        time: Arc<dyn Pace>,
    ) -> Result<FolderMarket, MarketError> {
        FolderMarket::open(dir, LAYOUT, seed, sessions, Some(time))
    }
}

fn fingerprint(dir: &Path) -> Result<blake3::Hash, MarketError> {
    Ok(Listing::of(dir)?.fingerprint())
}

fn bars(dir: &Path, sessions: &dyn Sessions, last: Day) -> Result<FolderBars, MarketError> {
    let listing = Listing::of(dir)?;
    if listing.days.is_empty() {
        let example = "BhavCopy_NSE_CM_0_0_0_20240708_F_0000.csv.zip";
        let deeper = passed_over(&listing.too_deep, &format!("files may lie {DEEPEST} folders deep"));
        return Err(refuse(dir, format!("it has no daily file of the exchange, such as {example}{deeper}")));
    }
    let mut notes = Notes::default();
    notes.passed_over(&listing.passed_over);
    for (file, kind) in &listing.left_out {
        notes.leave_out(file, kind);
    }
    let reason = format!("files may lie {DEEPEST} folders deep");
    notes.folders_passed_over(&listing.too_deep, &reason);
    listing.doubles().for_each(|double| compare(double, &mut notes));
    let mut histories = Histories::default();
    let mut shares_before = 0;
    for (day, (named, file)) in &listing.days {
        if *day > last {
            notes.file_ahead(file, *day);
            continue;
        }
        // Of days that the calendar does not cover nothing is known, so they are not refused.
        if sessions.is_open(*day) == Some(false) {
            notes.closed_file(file, *day);
            continue;
        }
        let found = read::bars(file, named, &mut histories)?;
        contradicted(&listing, (named, file.as_path()), &histories, &mut notes);
        notes.unreadable_rows(file, &found.elsewhere);
        notes.without_volume(file, found.without_volume);
        if found.shares * 100 < shares_before * LEAST_PERCENT {
            notes.looks_cut_off(file, found.shares, shares_before);
        }
        shares_before = found.shares;
    }
    let (bars, series) = histories.finish();
    if bars.is_empty() {
        return Err(refuse(dir, "no file has a row with volume on a trading day".to_owned()));
    }
    bars.iter().for_each(|(symbol, bars)| notes.bars(None, symbol, bars));
    let actions = actions::read(&listing.actions, &mut notes);
    let (bands, deliveries) = (price_bands(&listing, &mut notes), delivered(&listing, last, &mut notes));
    let (report, fingerprint) = (notes.finish(bars.len(), &actions.told), listing.fingerprint());
    Ok(FolderBars { bars, series, bands, deliveries, actions, report, fingerprint })
}

/// Notes two files of the same name that do not say the same: which one is read is chance.
fn compare(Double { day, named, read, other }: &Double, notes: &mut Notes) {
    let text = |file: &Path| match named {
        Named::Bars(named) => files::text(file, named.packing).map(Some).map_err(|error| error.reason()),
        Named::List(list) => actions::text(file, list),
    };
    // One that is read and cannot be is told when it is.
    match (text(read), text(other)) {
        (_, Err(reason)) => notes.leave_out(other, &reason),
        (Ok(one), Ok(another)) if one != another => notes.differ(*day, read, other),
        _ => {}
    }
}

/// Notes the files with the bars of the day that was read last which have other figures of a share than the one that is read. One
/// that cannot be read is not read either.
fn contradicted(
    listing: &Listing,
    (named, read): (&DayFile, &Path),
    histories: &Histories,
    notes: &mut Notes,
) {
    for (layout, other) in listing.others(named) {
        let mut others = Histories::default();
        let is_read = read::bars(other, layout, &mut others).is_ok();
        if is_read && histories.contradicts(&others) {
            notes.differ(named.day, read, other);
        }
    }
}

/// Reads which part of the trades was delivered. A row that cannot be used is noted, and takes no bar away.
fn delivered(listing: &Listing, last: Day, notes: &mut Notes) -> Deliveries {
    let mut found = Deliveries::default();
    for (named, file) in listing.with_deliveries.range(..=last).map(|(_, found)| found) {
        match deliveries::read(file, named, &mut found) {
            Ok(unreadable) => notes.unreadable_rows(file, &unreadable),
            Err(reason) => notes.leave_out(file, &reason),
        }
    }
    found
}

/// Reads the lists of bands. One that cannot be used leaves the usual band and is noted.
fn price_bands(listing: &Listing, notes: &mut Notes) -> BandHistory {
    let mut history = BandHistory::default();
    for (list, file) in listing.bands.values() {
        match bands::read(file, list, &mut history) {
            Ok(unreadable) => notes.unreadable_rows(file, &unreadable),
            Err(reason) => notes.leave_out(file, &reason),
        }
    }
    history
}
