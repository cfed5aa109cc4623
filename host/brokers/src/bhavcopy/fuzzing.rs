//! The entries for what is fuzzed of this source.

use std::path::Path;

use chrono::NaiveDate;
use prahari_domain::time::Day;

use super::histories::Histories;
use super::{bands, deliveries, read};
use crate::folder::{BandHistory, Deliveries};
use crate::fuzzing::{is_bar, is_sentence};

/// The day that every file is of.
fn day() -> Day {
    NaiveDate::from_ymd_opt(2024, 7, 5).unwrap_or_default()
}

/// A file with the bars of 5 July 2024.
pub fn bhavcopy_day(bytes: &[u8]) -> usize {
    let mut histories = Histories::default();
    match read::bars_of(bytes, Path::new("day.csv"), day(), &mut histories) {
        Ok(found) => {
            let (shares, _) = histories.finish();
            assert!(shares.len() <= found.shares, "{} of {}", shares.len(), found.shares);
            for bar in shares.iter().flat_map(|(_, bars)| bars) {
                is_bar(bar);
                assert!(bar.day == day() && bar.volume > 0, "{bar:?}");
            }
            found.elsewhere.iter().for_each(|(_, reason)| is_sentence(reason));
            shares.len()
        }
        Err(error) => {
            is_sentence(&error.to_string());
            0
        }
    }
}

/// A file with the deliveries of that day.
pub fn bhavcopy_deliveries(bytes: &[u8]) -> usize {
    let mut found = Deliveries::default();
    let unreadable = deliveries::read_text(bytes, day(), &mut found);
    let parts = found.parts();
    assert!(parts.iter().all(|part| *part <= 10_000), "{parts:?}");
    tell(unreadable);
    parts.len()
}

/// A list of the price bands of that day.
pub fn bhavcopy_bands(bytes: &[u8]) -> usize {
    let mut found = BandHistory::default();
    let unreadable = bands::read_text(bytes, day(), &mut found);
    let percents = found.percents();
    assert!(percents.iter().all(|percent| (1..=99).contains(percent)), "{percents:?}");
    tell(unreadable);
    percents.len()
}

fn tell(unreadable: Result<Vec<(u64, String)>, String>) {
    match unreadable {
        Ok(rows) => rows.iter().for_each(|(_, reason)| is_sentence(reason)),
        Err(reason) => is_sentence(&reason),
    }
}
