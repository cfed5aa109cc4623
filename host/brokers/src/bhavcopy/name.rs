//! What the name of a daily file says: its layout, its day, and how it is packed.

use std::ops::Range;

use chrono::NaiveDate;
use prahari_domain::time::Day;

use crate::folder::files::{Packing, without_suffix};

/// Layouts of the exchange's daily files, the one that is taken before the others first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum DayLayout {
    /// The common format of all exchanges (UDiFF), since July 2024.
    Udiff,
    /// The format until July 2024.
    Old,
    /// The one with deliveries.
    Full,
}

/// What the name of a daily file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DayFile {
    /// The trading day.
    pub day: Day,
    /// The layout.
    pub layout: DayLayout,
    /// How it is packed.
    pub packing: Packing,
}

impl DayFile {
    /// Reads the name of a file; `None` when it is not one of the exchange's names of a day's bars.
    pub fn of(name: &str) -> Option<Self> {
        let packed = |(packing, ending): (Packing, &str)| Some((packing, without_suffix(name, ending)?));
        let (packing, stem) = Packing::ENDINGS.into_iter().find_map(packed)?;
        let stem = stem.to_ascii_lowercase();
        let (layout, day) = udiff(&stem)
            .map(|day| (DayLayout::Udiff, day))
            .or_else(|| old(&stem).map(|day| (DayLayout::Old, day)))
            .or_else(|| full(&stem).map(|day| (DayLayout::Full, day)))?;
        Some(Self { day, layout, packing })
    }

    /// Which of several files of a day is taken: the least.
    pub fn rank(&self) -> (DayLayout, u8) {
        (self.layout, self.packing.rank())
    }
}

/// `bhavcopy_nse_cm_0_0_0_20240708_f_0000`.
fn udiff(stem: &str) -> Option<Day> {
    let digits = stem.strip_prefix("bhavcopy_nse_cm_0_0_0_")?.strip_suffix("_f_0000")?;
    day_of(digits, [0..4, 4..6, 6..8])
}

/// `cm05jul2024bhav`.
fn old(stem: &str) -> Option<Day> {
    let day = stem.strip_prefix("cm")?.strip_suffix("bhav")?;
    let is_day = day.len() == 9 && day.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_day { NaiveDate::parse_from_str(day, "%d%b%Y").ok() } else { None }
}

/// `sec_bhavdata_full_05072024`.
fn full(stem: &str) -> Option<Day> {
    day_of(stem.strip_prefix("sec_bhavdata_full_")?, DATE_FIRST)
}

/// Where year, month and day stand in `05072024`.
pub(super) const DATE_FIRST: [Range<usize>; 3] = [4..8, 2..4, 0..2];

/// A day of six digits, `050724`, of this century: the exchange began six years before it, and these names came later.
pub(super) fn short_day_of(digits: &str) -> Option<Day> {
    let (date, year) = digits.split_at_checked(4)?;
    if year.len() == 2 { day_of(&format!("{date}20{year}"), DATE_FIRST) } else { None }
}

/// A day of eight digits with year, month and day at these places.
pub(super) fn day_of(digits: &str, places: [Range<usize>; 3]) -> Option<Day> {
    if digits.len() != 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let [year, month, day] = places.map(|place| digits.get(place).and_then(|part| part.parse::<u32>().ok()));
    NaiveDate::from_ymd_opt(i32::try_from(year?).ok()?, month?, day?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_names_of_the_exchange_tell_layout_day_and_packing() {
        let cases = [
            ("cm05JUL2024bhav.csv.zip", "2024-07-05", DayLayout::Old, Packing::Zip),
            ("CM05Jul2024BHAV.CSV", "2024-07-05", DayLayout::Old, Packing::Plain),
            ("BhavCopy_NSE_CM_0_0_0_20240708_F_0000.csv.zip", "2024-07-08", DayLayout::Udiff, Packing::Zip),
            ("BhavCopy_NSE_CM_0_0_0_20240708_F_0000.csv.gz", "2024-07-08", DayLayout::Udiff, Packing::Gzip),
            ("sec_bhavdata_full_05072024.csv", "2024-07-05", DayLayout::Full, Packing::Plain),
        ];
        for (name, day, layout, packing) in cases {
            let day = day.parse().unwrap();
            assert_eq!(DayFile::of(name), Some(DayFile { day, layout, packing }), "{name}");
        }
    }

    #[test]
    fn other_names_are_none() {
        let names = [
            "RELIANCE.csv",
            "sec_list_05072024.csv",
            "sec_bhavdata_full_31022024.csv",
            "sec_bhavdata_full_5072024.csv",
            "cm05JUL2024bhav.txt",
            "cm05JUX2024bhav.csv",
            "cm5JUL2024bhav.csv",
            "BhavCopy_NSE_CM_0_0_0_20240708_P_0000.csv",
            "BhavCopy_NSE_FO_0_0_0_20240708_F_0000.csv",
            "BhavCopy_NSE_CM_0_0_0_2024०708_F_0000.csv",
            ".csv",
            "",
        ];
        for name in names {
            assert_eq!(DayFile::of(name), None, "{name}");
        }
    }

    proptest! {
        #[test]
        fn any_name_is_read_or_not_and_any_day_is_found_in_each_layout(name in ".{0,60}", days in 0i32..30_000) {
            let _any = DayFile::of(&name);
            let day = prahari_domain::time::day_from_number(days).unwrap();
            let names = [
                format!("BhavCopy_NSE_CM_0_0_0_{}_F_0000.csv", day.format("%Y%m%d")),
                format!("cm{}bhav.csv", day.format("%d%b%Y")),
                format!("sec_bhavdata_full_{}.csv", day.format("%d%m%Y")),
            ];
            for name in names {
                prop_assert_eq!(DayFile::of(&name).map(|file| file.day), Some(day), "{}", name);
            }
        }
    }
}
