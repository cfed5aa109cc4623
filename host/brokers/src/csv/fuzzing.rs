//! The entry for what is fuzzed of this source.

use std::path::Path;

use prahari_domain::instruments::Symbol;
use prahari_domain::time::Day;

use super::read;
use crate::fuzzing::{EveryWeekday, is_bar, is_sentence};

/// A file with the bars of DEMO.
pub fn csv_bars(bytes: &[u8]) -> usize {
    let Ok(symbol) = Symbol::new("DEMO") else { return 0 };
    match read::bars_of(bytes, Path::new("DEMO.csv"), &symbol, &EveryWeekday, Day::MAX) {
        Ok(found) => {
            assert!(found.bars.is_sorted_by(|a, b| a.day < b.day));
            for bar in &found.bars {
                is_bar(bar);
                assert!(bar.volume > 0, "{bar:?}");
            }
            found.bars.len()
        }
        Err(error) => {
            is_sentence(&error.to_string());
            0
        }
    }
}
