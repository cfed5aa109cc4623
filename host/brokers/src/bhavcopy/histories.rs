//! The bars of every share, put together day by day.

use std::collections::HashMap;

use prahari_domain::instruments::{Candle, Symbol};
use prahari_domain::time::Day;

use crate::folder::{SERIES, SeriesHistory};

/// Most bars of all shares together: 2,100 shares over ten years, which take 300 MB.
const MOST_BARS: usize = 5_400_000;

/// Most shares. The exchange lists some 2,100 in these series, and has listed fewer than 5,000 ever.
const MOST_SHARES: usize = 10_000;

/// Bars by share while files are read, in the order of their days.
#[derive(Default)]
pub(super) struct Histories {
    index: HashMap<String, usize>,
    shares: Vec<Share>,
    bars: usize,
}

struct Share {
    symbol: Symbol,
    bars: Vec<Candle>,
    /// The days on which the series began, each a place in [`SERIES`].
    series: Vec<(Day, usize)>,
}

impl Histories {
    /// Adds a bar of a share in a series, a place in [`SERIES`]; of several series of a day the first one counts.
    ///
    /// # Errors
    /// The reason: the row is there twice, its symbol is none, or there are too many.
    pub fn add(&mut self, symbol: &str, series: usize, bar: Candle) -> Result<(), String> {
        let at = self.place_of(symbol)?;
        let Some(share) = self.shares.get_mut(at) else { return Ok(()) };
        if share.bars.last().is_none_or(|last| last.day != bar.day) {
            self.bars += 1;
            if self.bars > MOST_BARS {
                return Err(format!("the market folder holds more than {MOST_BARS} bars"));
            }
        }
        share.take(series, bar)
    }

    fn place_of(&mut self, symbol: &str) -> Result<usize, String> {
        if let Some(at) = self.index.get(symbol) {
            return Ok(*at);
        }
        let at = self.shares.len();
        if at == MOST_SHARES {
            return Err(format!("the market folder holds more than {MOST_SHARES} shares"));
        }
        let parsed = Symbol::new(symbol).map_err(|error| error.to_string())?;
        self.shares.push(Share { symbol: parsed, bars: Vec::new(), series: Vec::new() });
        self.index.insert(symbol.to_owned(), at);
        Ok(at)
    }

    /// Returns whether the newest bar of a share is of the same day in both and says something else. Shares that only one of them has
    /// say nothing.
    pub fn contradicts(&self, other: &Self) -> bool {
        other.index.keys().any(|symbol| match (self.newest(symbol), other.newest(symbol)) {
            (Some(one), Some(another)) => one.day == another.day && one != another,
            _ => false,
        })
    }

    fn newest(&self, symbol: &str) -> Option<&Candle> {
        self.shares.get(*self.index.get(symbol)?)?.bars.last()
    }

    /// The bars by symbol, and the series of those that were ever in another one than the first.
    pub fn finish(self) -> (Vec<(Symbol, Vec<Candle>)>, SeriesHistory) {
        let mut shares = self.shares;
        shares.sort_by(|a, b| a.symbol.cmp(&b.symbol));
        let mut history = SeriesHistory::default();
        let mut bars = Vec::with_capacity(shares.len());
        for share in shares {
            if share.series.iter().any(|(_, series)| *series != 0) {
                let named = |(day, series): &(Day, usize)| Some((*day, *SERIES.get(*series)?));
                history.0.insert(share.symbol.clone(), share.series.iter().filter_map(named).collect());
            }
            bars.push((share.symbol, share.bars));
        }
        (bars, history)
    }
}

impl Share {
    fn take(&mut self, series: usize, bar: Candle) -> Result<(), String> {
        let current = self.series.last().map(|(_, current)| *current);
        match (self.bars.last_mut().filter(|last| last.day == bar.day), current) {
            (Some(_), Some(current)) if current == series => {
                Err(format!("{} is there twice in the series {}", self.symbol, name_of(series)))
            }
            (Some(_), Some(current)) if current < series => Ok(()),
            (Some(last), _) => {
                *last = bar;
                self.note_series(bar.day, series);
                Ok(())
            }
            (None, _) => {
                self.bars.push(bar);
                self.note_series(bar.day, series);
                Ok(())
            }
        }
    }

    fn note_series(&mut self, day: Day, series: usize) {
        match self.series.last_mut() {
            Some((from, current)) if *from == day => *current = series,
            Some((_, current)) if *current == series => {}
            _ => self.series.push((day, series)),
        }
    }
}

fn name_of(series: usize) -> &'static str {
    SERIES.get(series).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use prahari_domain::money::Paise;

    use super::*;

    fn bar(day: &str, close: i64) -> Candle {
        let close = Paise(close);
        Candle { day: day.parse().unwrap(), open: close, high: close, low: close, close, volume: 1 }
    }

    #[test]
    fn of_several_series_of_a_day_the_first_counts_whatever_their_order() {
        for rows in [[(0, 100), (1, 200)], [(1, 200), (0, 100)]] {
            let mut histories = Histories::default();
            for (series, close) in rows {
                histories.add("ABC", series, bar("2025-01-01", close)).unwrap();
            }
            let (bars, history) = histories.finish();
            assert_eq!(bars[0].1, [bar("2025-01-01", 100)]);
            assert_eq!(history.before(&bars[0].0, "2025-01-02".parse().unwrap()), "EQ");
        }
    }

    #[test]
    fn a_series_holds_from_the_day_after_its_first_bar_and_twice_is_refused() {
        let mut histories = Histories::default();
        for (day, series) in [("2025-01-01", 0), ("2025-01-02", 1), ("2025-01-03", 1)] {
            histories.add("ABC", series, bar(day, 100)).unwrap();
        }
        let twice = histories.add("ABC", 1, bar("2025-01-03", 100)).unwrap_err();
        assert_eq!(twice, "ABC is there twice in the series BE");
        let (bars, history) = histories.finish();
        let series = |day: &str| history.before(&bars[0].0, day.parse().unwrap());
        assert_eq!(["2025-01-01", "2025-01-02", "2025-01-03"].map(series), ["EQ", "EQ", "BE"]);
    }

    #[test]
    fn shares_and_bars_are_bounded() {
        let mut histories = Histories::default();
        for number in 0..MOST_SHARES {
            histories.add(&format!("S{number}"), 0, bar("2025-01-01", 100)).unwrap();
        }
        let one_more = histories.add("ONEMORE", 0, bar("2025-01-01", 100)).unwrap_err();
        assert_eq!(one_more, format!("the market folder holds more than {MOST_SHARES} shares"));
        histories.bars = MOST_BARS;
        let one_more = histories.add("S1", 0, bar("2025-01-02", 100)).unwrap_err();
        assert_eq!(one_more, format!("the market folder holds more than {MOST_BARS} bars"));
    }
}
