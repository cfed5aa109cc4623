//! Prices as they were traded, of a source whose history is adjusted.
//!
//! Such a source multiplies the prices of before an ex-date when it has taken up the action, which may be some days after it.
//! So each price that it has is one of the day itself times the factors of the actions that are in it. Whoever asks on a day
//! wants prices of that day: actions after it are taken out again, and those up to it that are not in yet are put in.

mod seen;

use std::cmp::Ordering;

use prahari_domain::actions::PriceFactor;
use prahari_domain::instruments::Candle;
use prahari_domain::money::Paise;
use prahari_domain::price_jump::is_outside_band;
use prahari_domain::time::Day;

pub(crate) use seen::{LastSeen, Seen, Share};

/// The actions of a share, and which of them are in the prices that a source has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Adjustment {
    /// In the order of the ex-dates, one for each.
    actions: Vec<Known>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Known {
    ex_day: Day,
    factor: PriceFactor,
    is_in: bool,
}

impl Adjustment {
    /// Finds out which of these actions are in the prices of these bars, which are sorted by day, as are the actions. Those
    /// that the source has told itself are, unless the bars show otherwise.
    pub fn of(
        actions: &[(Day, PriceFactor)],
        bars: &[Candle],
        told: impl Fn(Day, PriceFactor) -> bool,
    ) -> Self {
        let known = |(ex_day, factor): &(Day, PriceFactor)| {
            let is_in = is_in(bars, *ex_day, *factor, told(*ex_day, *factor));
            Known { ex_day: *ex_day, factor: *factor, is_in }
        };
        Self { actions: actions.iter().map(known).collect() }
    }

    /// The number of actions up to a day: between two days of the same number prices differ by none.
    pub fn stage(&self, day: Day) -> usize {
        self.actions.partition_point(|known| known.ex_day <= day)
    }

    /// Returns whether prices on a day are not those that the source has.
    pub fn changes(&self, day: Day) -> bool {
        self.actions.iter().any(|known| known.is_in == (known.ex_day > day))
    }

    /// Returns whether prices of a day are computed back: nobody has told what was traded.
    pub fn is_derived(&self, day: Day) -> bool {
        self.actions.iter().any(|known| known.is_in && known.ex_day > day)
    }

    /// A bar that the source has, in the prices of a day.
    pub fn on(&self, day: Day, bar: Candle) -> Candle {
        let factor = self.factor(bar.day, day);
        if factor.is_one() {
            return bar;
        }
        let of = |price: Paise| factor.apply(price).unwrap_or(price).max(Paise(1));
        Candle {
            day: bar.day,
            open: of(bar.open),
            high: of(bar.high),
            low: of(bar.low),
            close: of(bar.close),
            volume: factor.apply_to_volume(bar.volume),
        }
    }

    /// The price of a bar's day as it was traded on that day.
    pub fn as_traded(&self, price: Paise, of: Day) -> Paise {
        self.factor(of, of).apply(price).unwrap_or(price)
    }

    /// What a price that the source has of a day is multiplied by to be one of another day.
    fn factor(&self, of: Day, on: Day) -> PriceFactor {
        let later = self.actions.iter().filter(|known| known.ex_day > of);
        let parts = later.filter_map(|known| match (known.is_in, known.ex_day.cmp(&on)) {
            (true, Ordering::Greater) => Some(known.factor.inverse()),
            (false, Ordering::Less | Ordering::Equal) => Some(known.factor),
            _ => None,
        });
        parts.fold(PriceFactor::ONE, PriceFactor::times_nearly)
    }
}

/// Returns whether the prices before an ex-date are multiplied by a factor already.
///
/// A gap of just that factor is left where they are not. A small one may as well be the market's: there the source's word
/// counts, and of what it has not told that it adjusts its history, as it does for some demergers.
fn is_in(bars: &[Candle], ex_day: Day, factor: PriceFactor, told: bool) -> bool {
    let at = bars.partition_point(|bar| bar.day < ex_day);
    // Without a price of before there is nothing to multiply.
    let Some(before) = at.checked_sub(1).and_then(|at| bars.get(at)) else { return true };
    let Some(after) = bars.get(at) else { return told };
    let is_gap = factor.matches(before.close, after.open);
    if is_outside_band(before.close, after.open) {
        return !is_gap;
    }
    told || !is_gap || PriceFactor::ONE.matches(before.close, after.open)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(number: u32) -> Day {
        Day::from_ymd_opt(2024, 10, number).unwrap()
    }

    fn bar(number: u32, paise: i64, volume: u64) -> Candle {
        let price = Paise(paise);
        Candle { day: day(number), open: price, high: price, low: price, close: price, volume }
    }

    fn half() -> PriceFactor {
        PriceFactor::new(1, 2).unwrap()
    }

    fn of(bars: &[Candle], told: bool) -> Adjustment {
        Adjustment::of(&[(day(28), half())], bars, |_, _| told)
    }

    fn on(adjustment: &Adjustment, bars: &[Candle], number: u32) -> Vec<(i64, u64)> {
        bars.iter().map(|bar| adjustment.on(day(number), *bar)).map(|bar| (bar.close.0, bar.volume)).collect()
    }

    #[test]
    fn an_adjusted_history_is_as_traded_before_the_ex_date_and_as_it_is_from_then_on() {
        let bars = [bar(24, 5_000, 20), bar(25, 5_100, 20), bar(28, 5_050, 10)];
        for told in [true, false] {
            let adjustment = of(&bars, told);
            assert_eq!(on(&adjustment, &bars[..2], 25), [(10_000, 10), (10_200, 10)]);
            assert_eq!(on(&adjustment, &bars, 28), [(5_000, 20), (5_100, 20), (5_050, 10)]);
            assert!(adjustment.is_derived(day(25)) && !adjustment.is_derived(day(28)));
            assert!(adjustment.changes(day(25)) && !adjustment.changes(day(28)));
            assert_eq!(adjustment.as_traded(Paise(5_100), day(25)), Paise(10_200));
            assert_eq!(adjustment.as_traded(Paise(5_050), day(28)), Paise(5_050));
        }
    }

    #[test]
    fn a_history_that_was_fetched_before_the_ex_date_is_adjusted_from_it_on() {
        let bars = [bar(24, 10_000, 10), bar(25, 10_200, 10)];
        let adjustment = of(&bars, false);
        assert_eq!(on(&adjustment, &bars, 25), [(10_000, 10), (10_200, 10)]);
        assert_eq!(on(&adjustment, &bars, 28), [(5_000, 20), (5_100, 20)]);
        assert!(!adjustment.is_derived(day(25)));
        assert_eq!(adjustment.as_traded(Paise(10_200), day(25)), Paise(10_200));
        // Told on the morning of the ex-date, so it was adjusted when it was fetched.
        assert!(of(&bars, true).is_derived(day(25)));
    }

    #[test]
    fn a_gap_that_is_left_says_that_nothing_is_adjusted_whatever_was_told() {
        let bars = [bar(25, 10_200, 10), bar(28, 5_050, 20)];
        for told in [true, false] {
            assert_eq!(on(&of(&bars, told), &bars, 28), [(5_100, 20), (5_050, 20)], "{told}");
        }
    }

    #[test]
    fn a_small_step_is_the_markets_where_the_source_has_told_that_it_adjusts() {
        let factor = PriceFactor::new(10, 11).unwrap();
        let bars = [bar(25, 11_000, 10), bar(28, 10_000, 11)];
        let of = |told| Adjustment::of(&[(day(28), factor)], &bars, |_, _| told).is_derived(day(25));
        assert_eq!((of(true), of(false)), (true, false));
        let steady = [bar(25, 11_000, 10), bar(28, 10_990, 11)];
        assert!(Adjustment::of(&[(day(28), factor)], &steady, |_, _| false).is_derived(day(25)));
    }

    proptest! {
        #[test]
        fn a_bar_of_a_day_on_that_day_is_its_bar_as_traded_and_splits_come_back_exactly(
            prices in prop::collection::vec(1_i64..1_000_000, 4),
            ratios in prop::collection::vec(1_u64..11, 3),
        ) {
            let days = [3, 10, 17, 24];
            let actions: Vec<_> = days[1..].iter().zip(&ratios)
                .map(|(at, ratio)| (day(*at), PriceFactor::new(1, *ratio).unwrap())).collect();
            // What an adjusting source has: each price divided by the later ratios, here without a rest.
            let whole: u64 = ratios.iter().product();
            let traded: Vec<Candle> = days.iter().zip(&prices)
                .map(|(at, price)| bar(*at, price * i64::try_from(whole).unwrap(), whole)).collect();
            let adjusted: Vec<Candle> = traded.iter().map(|of| actions.iter()
                .filter(|(ex_day, _)| *ex_day > of.day)
                .fold(*of, |bar, (_, factor)| {
                    let price = factor.apply(bar.close).unwrap();
                    Candle { open: price, high: price, low: price, close: price,
                             volume: factor.apply_to_volume(bar.volume), ..bar }
                })).collect();
            let adjustment = Adjustment {
                actions: actions.iter().map(|(ex_day, factor)| Known { ex_day: *ex_day, factor: *factor, is_in: true }).collect(),
            };
            for (traded, adjusted) in traded.iter().zip(&adjusted) {
                prop_assert_eq!(adjustment.on(traded.day, *adjusted), *traded);
                prop_assert_eq!(adjustment.as_traded(adjusted.close, adjusted.day), traded.close);
            }
        }
    }
}
