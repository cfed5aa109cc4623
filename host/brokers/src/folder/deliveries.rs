//! Which part of a day's trades was delivered, and not sold again on the same day.

use std::collections::HashMap;

use prahari_domain::instruments::Symbol;
use prahari_domain::time::Day;

/// Most figures of all shares together: as many as there may be bars, which take 45 MB.
const MOST_FIGURES: usize = 5_400_000;

/// The whole of a day's trades, in hundredths of a percent.
const WHOLE: u16 = 10_000;

/// Delivered parts in hundredths of a percent by share, each share's oldest day first. A part and no number, because it
/// stays the same when volumes are adjusted.
#[derive(Default)]
pub(crate) struct Deliveries {
    shares: HashMap<Symbol, Vec<(Day, u16)>>,
    figures: usize,
}

impl Deliveries {
    /// The part that so many delivered of so many traded shares are, in hundredths of a percent, rounded down; `None` where more
    /// were delivered than traded, or nothing was traded.
    pub fn part(delivered: u64, traded: u64) -> Option<u16> {
        let part = (u128::from(delivered) * u128::from(WHOLE)).checked_div(u128::from(traded))?;
        u16::try_from(part).ok().filter(|_| delivered <= traded)
    }

    /// Adds the figure of a day; days come in their order, and of a day the first figure counts.
    ///
    /// # Errors
    /// The reason: there are too many.
    pub fn add(&mut self, symbol: Symbol, day: Day, part: u16) -> Result<(), String> {
        let days = self.shares.entry(symbol).or_default();
        if days.last().is_none_or(|(last, _)| *last < day) {
            if self.figures == MOST_FIGURES {
                return Err(format!(
                    "the market folder holds more than {MOST_FIGURES} figures of deliveries"
                ));
            }
            self.figures += 1;
            days.push((day, part));
        }
        Ok(())
    }

    /// The part of a day's trades that was delivered, in hundredths of a percent; none where no file tells it.
    pub fn of(&self, symbol: &Symbol, day: Day) -> Option<u16> {
        let days = self.shares.get(symbol)?;
        let at = days.binary_search_by_key(&day, |(day, _)| *day).ok()?;
        days.get(at).map(|(_, part)| *part)
    }

    /// Every figure, in no order.
    #[cfg(any(test, feature = "fuzzing"))]
    pub fn parts(&self) -> Vec<u16> {
        self.shares.values().flatten().map(|(_, part)| *part).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_of_what_was_traded_and_never_more() {
        let parts = [(5, 10), (1, 3), (10, 10), (0, 10), (u64::MAX, u64::MAX), (11, 10), (0, 0)];
        let found = parts.map(|(delivered, traded)| Deliveries::part(delivered, traded));
        assert_eq!(found, [Some(5_000), Some(3_333), Some(10_000), Some(0), Some(10_000), None, None]);
    }

    #[test]
    fn the_first_figure_of_a_day_counts_and_they_are_bounded() {
        let (mut deliveries, symbol) = (Deliveries::default(), Symbol::new("ABC").unwrap());
        let day = |text: &str| -> Day { text.parse().unwrap() };
        for (text, part) in [("2024-07-04", 5), ("2024-07-05", 7), ("2024-07-05", 9)] {
            deliveries.add(symbol.clone(), day(text), part).unwrap();
        }
        let found = ["2024-07-03", "2024-07-04", "2024-07-05"].map(|text| deliveries.of(&symbol, day(text)));
        assert_eq!(found, [None, Some(5), Some(7)]);
        deliveries.figures = MOST_FIGURES;
        let one_more = deliveries.add(symbol, day("2024-07-08"), 1).unwrap_err();
        assert_eq!(one_more, "the market folder holds more than 5400000 figures of deliveries");
    }
}
