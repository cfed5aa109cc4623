//! The entry for what is fuzzed of this source.

use chrono::Datelike;
use prahari_domain::instruments::Symbol;
use prahari_domain::time::Timestamp;

use super::wire::{self, Reply, Trouble};
use super::{daily, events};
use crate::fuzzing::{EveryWeekday, first_line, is_bar};

/// When it is asked: noon of 2 November 2026.
const ASKED_AT: Timestamp = Timestamp(1_793_601_000_000);

/// An answer about DEMO.NS, after a line with its status.
pub fn yahoo_chart(bytes: &[u8]) -> usize {
    let (line, body) = first_line(bytes);
    let status = line.trim().parse().unwrap_or(200);
    let chart = match wire::read(status, body, "DEMO.NS") {
        Ok(Reply::Chart(chart)) => chart,
        Ok(Reply::NotListed) => return 1,
        Err(Trouble::Passing(why) | Trouble::Lasting(why)) => {
            // It quotes some words of an answer, and never the whole.
            assert!(!why.is_empty() && why.chars().count() < 2_000, "{why:?}");
            return 0;
        }
        Err(Trouble::LockedOut) => return 0,
    };
    // Each row and each event has at least a digit and a comma of its own in the answer.
    let told = chart.rows.len() + chart.splits.len() + chart.dividends.len();
    assert!(told <= body.len(), "{told} of {}", body.len());
    let today = ASKED_AT.ist_day();
    let bars = daily::bars(&chart, &EveryWeekday, ASKED_AT);
    assert!(bars.is_sorted_by(|a, b| a.day < b.day));
    for bar in &bars {
        is_bar(bar);
        assert!(bar.day < today && bar.volume > 0, "{bar:?}");
    }
    let found = events::of(&chart, ASKED_AT);
    assert!(found.iter().all(|event| event.day <= today && event.day.year() >= 1990));
    let symbol = Symbol::new("DEMO").ok();
    let actions = symbol.map_or_else(Vec::new, |symbol| events::actions(&symbol, &found));
    assert!(actions.len() <= found.len());
    bars.len() + actions.len()
}
