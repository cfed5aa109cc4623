//! What companies did, as the source tells it beside its bars: by what they divided their shares, and dividends.
//!
//! - Whether shares became more by a split or a bonus it does not say: it tells the ratio. As some demergers are told that way
//!   too, in ratios that no company announces, only plain ratios are told on.
//! - A dividend of before a split or its day is left out: whether its amount is of the old shares or the new ones is nowhere said.

use prahari_domain::actions::{
    ActionKind, CorporateAction, Origin, PriceFactor, Provenance, Ratio, TWIN_DAYS,
};
use prahari_domain::instruments::Symbol;
use prahari_domain::money::Paise;
use prahari_domain::time::{Day, Timestamp};
use serde::{Deserialize, Serialize};

use super::SOURCE;
use super::wire::{Chart, ToldSplit};
use crate::csv::row::check_year;

/// The larger one of the two smaller sides of a ratio that a company announces: a bonus of 1 for 20 is 21 for 20.
const PLAIN_PART: u32 = 50;

/// The dearest dividend taken, in rupees a share: beyond what any has been.
const DEAREST: f64 = 1_000_000.0;

/// Something that a company did on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Event {
    pub day: Day,
    pub what: What,
}

/// What it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum What {
    /// So many shares became of so many.
    Shares(Ratio),
    /// It paid so many paise a share.
    Dividend(i64),
}

/// What an answer tells of days up to the one on which it was asked, by day.
pub(super) fn of(chart: &Chart, asked_at: Timestamp) -> Vec<Event> {
    let today = asked_at.ist_day();
    let day = |at: i64| Timestamp(at.saturating_mul(1_000)).ist_day();
    let split = |split: &ToldSplit| Some(Event { day: day(split.at), what: What::Shares(plain(split)?) });
    let mut events: Vec<Event> = chart.splits.iter().filter_map(split).collect();
    let last_split = chart.splits.iter().map(|split| day(split.at)).max();
    for (at, rupees) in &chart.dividends {
        let paid = day(*at);
        if (0.005..=DEAREST).contains(rupees) && last_split.is_none_or(|split| split < paid) {
            events.push(Event { day: paid, what: What::Dividend((rupees * 100.0).round() as i64) });
        }
    }
    events.retain(|event| event.day <= today && check_year(event.day).is_ok());
    events.sort_by_key(|event| event.day);
    events
}

/// The ratio of a split, where a company announces such ones.
fn plain(split: &ToldSplit) -> Option<Ratio> {
    let whole =
        |part: f64| ((1.0..=1_000_000.0).contains(&part) && part.fract() == 0.0).then_some(part as u64);
    let ratio = Ratio::new(whole(split.new)?, whole(split.old)?).ok()?;
    let is_plain = ratio != Ratio::ONE && ratio.new_shares().min(ratio.old_shares()) <= PLAIN_PART;
    is_plain.then_some(ratio)
}

/// Puts what was known together with what was told of the days from one on.
pub(super) fn merge(known: &[Event], told: Vec<Event>, from: Day) -> Vec<Event> {
    known.iter().filter(|event| event.day < from).copied().chain(told).collect()
}

/// Returns whether an action is among these events, perhaps under another name and a date nearby.
pub(super) fn tell(events: &[Event], ex_day: Day, factor: PriceFactor) -> bool {
    let is_near = |day: Day| day.signed_duration_since(ex_day).num_days().abs() <= TWIN_DAYS;
    events.iter().any(|event| match event.what {
        What::Shares(ratio) => is_near(event.day) && PriceFactor::of_shares(ratio) == factor,
        What::Dividend(_) => false,
    })
}

/// The events of a share as corporate actions.
pub(super) fn actions(symbol: &Symbol, events: &[Event]) -> Vec<CorporateAction> {
    let provenance = || Provenance { origin: Origin::Source, teller: SOURCE.to_owned() };
    let action = |event: &Event| {
        let kind = match event.what {
            What::Shares(ratio) if ratio.new_shares() > ratio.old_shares() => ActionKind::Split { ratio },
            What::Shares(ratio) => ActionKind::Consolidation { ratio },
            What::Dividend(paise) => ActionKind::Dividend { per_share: Paise(paise) },
        };
        CorporateAction::new(symbol.clone(), event.day, kind, provenance(), "").ok()
    };
    events.iter().filter_map(action).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 09:15 of a day, in seconds.
    fn stamp(day: &str) -> i64 {
        Timestamp::start_of(day.parse().unwrap()).plus_minutes(9 * 60 + 15).0 / 1_000
    }

    fn told(splits: &[(&str, f64, f64)], dividends: &[(&str, f64)]) -> Vec<String> {
        let splits = splits.iter().map(|(day, new, old)| ToldSplit { at: stamp(day), new: *new, old: *old });
        let dividends = dividends.iter().map(|(day, rupees)| (stamp(day), *rupees));
        let chart = Chart { splits: splits.collect(), dividends: dividends.collect(), ..Chart::default() };
        let events = of(&chart, Timestamp::start_of("2025-01-03".parse().unwrap()));
        actions(&"TCS".parse().unwrap(), &events).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn ratios_become_splits_and_consolidations_and_those_of_demergers_are_left_out() {
        let splits = [
            ("2024-10-28", 2.0, 1.0),
            ("2024-06-03", 1.0, 10.0),
            ("2024-01-05", 21.0, 20.0),
            ("2023-07-20", 1_031.0, 1_000.0),
            ("2023-07-19", 1.05, 1.0),
            ("2023-07-18", 0.0, 1.0),
            ("2023-07-17", f64::NAN, 1.0),
            ("2023-07-14", 3.0, 3.0),
            // Of no day of the exchange.
            ("1925-01-06", 2.0, 1.0),
            // Of a day that has not come.
            ("2025-01-06", 2.0, 1.0),
        ];
        let expected = [
            "TCS on 2024-01-05: split, 21 for 20",
            "TCS on 2024-06-03: consolidation, 1 for 10",
            "TCS on 2024-10-28: split, 2 for 1",
        ];
        assert_eq!(told(&splits, &[]), expected);
    }

    #[test]
    fn a_dividend_is_told_to_the_paisa_unless_the_shares_were_split_since() {
        let dividends =
            [("2024-11-05", 1.47), ("2024-10-28", 9.0), ("2024-08-19", 5.0), ("2024-12-02", -1.0)];
        let expected = ["TCS on 2024-10-28: split, 2 for 1", "TCS on 2024-11-05: dividend of ₹1.47 a share"];
        assert_eq!(told(&[("2024-10-28", 2.0, 1.0)], &dividends), expected);
    }

    #[test]
    fn what_is_told_again_of_days_takes_the_place_of_what_was_known_of_them() {
        let of = |day: &str, paise| Event { day: day.parse().unwrap(), what: What::Dividend(paise) };
        let known = [of("2024-06-03", 100), of("2024-10-28", 200)];
        let merged = merge(&known, vec![of("2024-10-29", 200)], "2024-10-01".parse().unwrap());
        assert_eq!(merged, [of("2024-06-03", 100), of("2024-10-29", 200)]);
    }
}
