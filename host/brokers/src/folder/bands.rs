//! Within how many percent of its previous close a share may be traded, by day, as lists of bands say it.

use std::collections::{BTreeSet, HashMap};

use prahari_domain::instruments::Symbol;
use prahari_domain::time::Day;

use super::SERIES;

/// How many days a list counts where there is no newer one: over the longest break of the exchange.
const COUNTS_FOR_DAYS: i64 = 7;

/// What a list says of one share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Band {
    /// So many percent around the previous close.
    Percent(u8),
    /// None: shares with derivatives have a range that widens during the day.
    Open,
}

/// Bands of shares by series, a place in [`SERIES`]: for each the days on which another one began, oldest first.
#[derive(Default)]
pub(crate) struct BandHistory {
    shares: HashMap<(Symbol, usize), Vec<(Day, Band)>>,
    /// The days of the lists.
    lists: BTreeSet<Day>,
}

impl BandHistory {
    /// Notes that there is a list of a day; lists come in the order of their days.
    pub fn add_list(&mut self, day: Day) {
        self.lists.insert(day);
    }

    /// Notes what the list of a day says of a share.
    ///
    /// # Errors
    /// The reason: the list says two things of it.
    pub fn add(&mut self, symbol: Symbol, series: usize, day: Day, band: Band) -> Result<(), String> {
        let known = self.shares.entry((symbol.clone(), series)).or_default();
        match known.last_mut() {
            Some((from, last)) if *from == day && *last != band => {
                Err(format!("{symbol} is there twice in the series {}", SERIES.get(series).unwrap_or(&"")))
            }
            Some((_, last)) if *last == band => Ok(()),
            _ => {
                known.push((day, band));
                Ok(())
            }
        }
    }

    /// The percent of a share's band on a day; none where no list of the last seven days tells it.
    pub fn of(&self, symbol: &Symbol, series: &str, day: Day) -> Option<i64> {
        let newest = self.lists.range(..=day).next_back()?;
        if (day - *newest).num_days() > COUNTS_FOR_DAYS {
            return None;
        }
        let series = SERIES.iter().position(|known| *known == series)?;
        let history = self.shares.get(&(symbol.clone(), series))?;
        let at = history.partition_point(|(from, _)| from <= newest).checked_sub(1)?;
        match history.get(at)? {
            (_, Band::Percent(percent)) => Some(i64::from(*percent)),
            (_, Band::Open) => None,
        }
    }

    /// Every band that is a percentage, in no order.
    #[cfg(any(test, feature = "fuzzing"))]
    pub fn percents(&self) -> Vec<u8> {
        let percent = |(_, band): &(Day, Band)| match band {
            Band::Percent(percent) => Some(*percent),
            Band::Open => None,
        };
        self.shares.values().flatten().filter_map(percent).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn a_band_holds_until_another_one_and_a_week_beyond_the_last_list() {
        let (mut history, symbol) = (BandHistory::default(), Symbol::new("ABC").unwrap());
        for (text, band) in [
            ("2024-07-01", Band::Percent(20)),
            ("2024-07-02", Band::Percent(20)),
            ("2024-07-03", Band::Percent(5)),
            ("2024-07-04", Band::Open),
        ] {
            history.add_list(day(text));
            history.add(symbol.clone(), 0, day(text), band).unwrap();
        }
        let cases = [
            ("2024-06-30", None),
            ("2024-07-01", Some(20)),
            ("2024-07-02", Some(20)),
            ("2024-07-03", Some(5)),
            ("2024-07-04", None),
        ];
        for (text, expected) in cases {
            assert_eq!(history.of(&symbol, "EQ", day(text)), expected, "{text}");
        }
        assert_eq!(history.of(&symbol, "BE", day("2024-07-01")), None);
        history.add_list(day("2024-07-05"));
        history.add(symbol.clone(), 0, day("2024-07-05"), Band::Percent(10)).unwrap();
        assert_eq!(history.of(&symbol, "EQ", day("2024-07-12")), Some(10));
        assert_eq!(history.of(&symbol, "EQ", day("2024-07-13")), None);
    }

    #[test]
    fn two_bands_of_a_share_in_one_list_are_refused() {
        let (mut history, symbol) = (BandHistory::default(), Symbol::new("ABC").unwrap());
        history.add(symbol.clone(), 1, day("2024-07-01"), Band::Percent(5)).unwrap();
        let twice = history.add(symbol, 1, day("2024-07-01"), Band::Percent(10)).unwrap_err();
        assert_eq!(twice, "ABC is there twice in the series BE");
    }
}
