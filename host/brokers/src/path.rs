//! A day's bar told minute by minute.
//!
//! The path starts at the open, touches the high and the low, ends at the close, and its volumes sum to the day's,
//! more at both ends of the session than in its middle. It is a function of the bar, the number of minutes and a
//! [`SeededHash`] only.

use prahari_domain::instruments::Candle;
use prahari_domain::money::Paise;

use crate::seeded_hash::SeededHash;

/// How far the price wanders in a minute, as a share of the day's range. A random walk of 375 minutes with uniform
/// steps of this size covers about the whole range.
const STEP: f64 = 0.05;

/// The longest shadow of a minute, as a share of the day's range.
const SHADOW: f64 = 0.02;

/// How often a rising day makes its low before its high, and a falling day its high before its low.
const USUAL_ORDER: f64 = 0.7;

/// Steps of the price within a minute, of those that move within it.
pub const STEPS: usize = 12;

/// How much more is traded in the first and last minutes than in the middle of the session.
const EDGE_VOLUME: f64 = 3.0;

/// The minutes of one symbol's day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayPath {
    minutes: Box<[PathMinute]>,
    /// Seed of the steps within minutes.
    steps: SeededHash,
}

/// One minute, with the day as it stood at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PathMinute {
    /// First price of the minute.
    pub open: Paise,
    /// Highest price of the minute.
    pub high: Paise,
    /// Lowest price of the minute.
    pub low: Paise,
    /// Last price of the minute.
    pub close: Paise,
    /// Shares traded in it.
    pub volume: u64,
    /// The day's high up to its end.
    day_high: Paise,
    /// The day's low up to its end.
    day_low: Paise,
    /// The day's volume up to its end.
    day_volume: u64,
}

/// A day's trading up to an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SoFar {
    /// Last price so far.
    pub last: Paise,
    /// First price of the day.
    pub open: Paise,
    /// Highest price so far.
    pub high: Paise,
    /// Lowest price so far.
    pub low: Paise,
    /// Number of shares traded in the minutes that are over.
    pub volume: u64,
}

impl DayPath {
    /// The path of a bar over this many minutes (at least one is made).
    pub fn new(bar: &Candle, minutes: usize, draw: SeededHash) -> Self {
        let minutes = minutes.max(1);
        let shape = Shape::new(bar, minutes, draw.with(1));
        let points = points(bar, &shape, draw.with(2));
        let volumes = volumes(bar.volume, minutes, draw.with(3));
        let mut day = (bar.open, bar.open, 0);
        let bars = points.windows(2).zip(volumes).enumerate().filter_map(|(index, (ends, volume))| {
            let (open, close) = (*ends.first()?, *ends.last()?);
            let (high, low) = shadows(bar, &shape, index, open, close, draw.with(4));
            day = (day.0.max(high), day.1.min(low), day.2 + volume);
            let (day_high, day_low, day_volume) = day;
            Some(PathMinute { open, high, low, close, volume, day_high, day_low, day_volume })
        });
        Self { minutes: bars.collect(), steps: draw.with(5) }
    }

    /// The whole minute with this index.
    pub fn minute(&self, index: usize) -> Option<&PathMinute> {
        self.minutes.get(index)
    }

    /// The day at the beginning of minute `elapsed`, of which only the first price is known; at or past the last
    /// minute, the whole day.
    pub fn so_far(&self, elapsed: usize) -> Option<SoFar> {
        let open = self.minutes.first()?.open;
        let before = elapsed.min(self.minutes.len()).checked_sub(1).and_then(|index| self.minutes.get(index));
        let now = self.minutes.get(elapsed);
        let last = now.map(|minute| minute.open).or_else(|| before.map(|minute| minute.close))?;
        Some(match before {
            None => SoFar { last, open, high: last, low: last, volume: 0 },
            Some(before) => SoFar {
                last,
                open,
                high: before.day_high.max(last),
                low: before.day_low.min(last),
                volume: before.day_volume,
            },
        })
    }

    /// The day at a step of minute `elapsed`, where step 0 is its beginning. Within the minute the price goes to the minute's high and
    /// low, in an order of its own, and then to its close. What is traded in a minute is known when it is over.
    pub fn so_far_within(&self, elapsed: usize, step: usize) -> Option<SoFar> {
        let so_far = self.so_far(elapsed)?;
        let Some(minute) = self.minutes.get(elapsed).filter(|_| step > 0) else { return Some(so_far) };
        let anchors = self.anchors(elapsed, minute);
        let mut seen = so_far;
        for step in 1..=step.min(STEPS - 1) {
            let last = between(&anchors, step).unwrap_or(minute.open);
            seen = SoFar { last, high: seen.high.max(last), low: seen.low.min(last), ..seen };
        }
        Some(seen)
    }

    /// The steps of a minute at which its prices are known, in order: its open, its extremes and its close.
    fn anchors(&self, index: usize, minute: &PathMinute) -> [(usize, Paise); 4] {
        let draw = self.steps.with(index as u64);
        // Neither of them the first or the last step, and not the same.
        let first = 1 + below(draw.with(1), STEPS - 2);
        let second = first + 1 + below(draw.with(2), STEPS - 1 - first);
        let (one, other) =
            if draw.with(3).unit() < 0.5 { (minute.high, minute.low) } else { (minute.low, minute.high) };
        [(0, minute.open), (first, one), (second, other), (STEPS, minute.close)]
    }
}

/// Uniform below a small bound, and 0 for none.
fn below(draw: SeededHash, bound: usize) -> usize {
    usize::try_from(draw.below(bound as u64)).unwrap_or(0)
}

/// The price at a step, evenly between the anchors around it.
fn between(anchors: &[(usize, Paise)], step: usize) -> Option<Paise> {
    anchors.windows(2).find_map(|pair| {
        let [(from, before), (to, after)] = pair else { return None };
        let (passed, whole) = (step.checked_sub(*from)?, to.checked_sub(*from)?);
        if passed >= whole {
            return None;
        }
        let (passed, whole) = (i64::try_from(passed).ok()?, i64::try_from(whole).ok()?);
        Some(*before + (*after - *before).scale(passed, whole)?)
    })
}

/// Where the extremes are reached: the index of a minute, or `minutes`, which stands for the close.
struct Shape {
    minutes: usize,
    high_at: usize,
    low_at: usize,
}

impl Shape {
    fn new(bar: &Candle, minutes: usize, draw: SeededHash) -> Self {
        let pick = |draw: SeededHash, extreme: Paise| match extreme {
            extreme if extreme == bar.open => 0,
            extreme if extreme == bar.close => minutes,
            _ => inner(draw, minutes),
        };
        let (mut high_at, mut low_at) = (pick(draw.with(1), bar.high), pick(draw.with(2), bar.low));
        let is_inner = |at: usize| at > 0 && at < minutes;
        if is_inner(high_at) && is_inner(low_at) {
            let rising = bar.close >= bar.open;
            let usual = (low_at < high_at) == rising;
            if !usual && draw.with(3).unit() < USUAL_ORDER {
                std::mem::swap(&mut high_at, &mut low_at);
            }
            if high_at == low_at {
                low_at = if high_at > 1 { high_at - 1 } else { high_at + 1 };
            }
        }
        Self { minutes, high_at, low_at }
    }
}

/// A minute that is neither the first point nor the last one, if there is any.
fn inner(draw: SeededHash, minutes: usize) -> usize {
    let choices = minutes.saturating_sub(1).max(1) as u64;
    usize::try_from(draw.below(choices)).unwrap_or(0) + 1
}

/// Prices at the minutes' boundaries: one more than there are minutes.
fn points(bar: &Candle, shape: &Shape, draw: SeededHash) -> Vec<Paise> {
    let mut anchors = vec![(0, bar.open), (shape.minutes, bar.close)];
    for (at, price) in [(shape.high_at, bar.high), (shape.low_at, bar.low)] {
        if anchors.iter().all(|(taken, _)| *taken != at) && at < shape.minutes {
            anchors.push((at, price));
        }
    }
    anchors.sort_by_key(|(at, _)| *at);
    let mut points = Vec::with_capacity(shape.minutes + 1);
    for pair in anchors.windows(2) {
        if let [from, to] = pair {
            bridge(bar, *from, *to, draw, &mut points);
        }
    }
    points.push(bar.close);
    points
}

/// A random walk from one anchor to just before the next, bent so that it arrives there.
fn bridge(bar: &Candle, from: (usize, Paise), to: (usize, Paise), draw: SeededHash, points: &mut Vec<Paise>) {
    let step = (bar.high - bar.low).0 as f64 * STEP;
    let steps = to.0 - from.0;
    let drift = |at: usize| at as f64 / steps as f64;
    let noise = |at: usize| draw.with((from.0 + at) as u64).signed() * step;
    let total: f64 = (1..=steps).map(noise).sum();
    points.push(from.1);
    let mut walked = 0.0;
    for at in 1..steps {
        walked += noise(at);
        let straight = from.1.0 as f64 + (to.1 - from.1).0 as f64 * drift(at);
        let price = (straight + walked - total * drift(at)).round() as i64;
        points.push(Paise(price).clamp(bar.low, bar.high));
    }
}

/// High and low of a minute. An extreme whose point fell on another anchor is touched by the shadow of its minute.
fn shadows(
    bar: &Candle,
    shape: &Shape,
    index: usize,
    open: Paise,
    close: Paise,
    draw: SeededHash,
) -> (Paise, Paise) {
    let longest = (bar.high - bar.low).0 as f64 * SHADOW;
    let shadow = |side: u64| Paise((draw.with(index as u64).with(side).unit() * longest) as i64);
    let touches = |at: usize| at.min(shape.minutes - 1) == index;
    let high = (open.max(close) + shadow(0)).min(bar.high);
    let low = (open.min(close) - shadow(1)).max(bar.low);
    (if touches(shape.high_at) { bar.high } else { high }, if touches(shape.low_at) { bar.low } else { low })
}

/// Splits the day's volume over its minutes.
fn volumes(volume: u64, minutes: usize, draw: SeededHash) -> Vec<u64> {
    let weight = |index: usize| {
        let place = (2.0 * index as f64 + 1.0) / minutes as f64 - 1.0;
        let liveliness = draw.with(index as u64).between(0.5, 1.5);
        ((1.0 + EDGE_VOLUME * place * place) * liveliness * 1024.0) as u128
    };
    let total: u128 = (0..minutes).map(weight).sum::<u128>().max(1);
    let share = |weight: u128| u64::try_from(u128::from(volume) * weight / total).unwrap_or(u64::MAX);
    // Differences of running totals, so that the parts sum to the whole.
    let mut weighed = 0;
    (0..minutes)
        .map(|index| {
            let before = share(weighed);
            weighed += weight(index);
            share(weighed) - before
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bar() -> impl Strategy<Value = Candle> {
        (1_i64..50_000_000, 0_i64..5_000, 0_i64..5_000, 0_i64..=1_000, 0_i64..=1_000, 0_u64..1 << 40)
            .prop_map(|(low, body, range, open, close, volume)| {
                let height = body + range;
                let at = |permille: i64| Paise(low + height * permille / 1_000);
                Candle {
                    day: chrono::NaiveDate::from_ymd_opt(2025, 1, 2).unwrap(),
                    open: at(open),
                    high: Paise(low + height),
                    low: Paise(low),
                    close: at(close),
                    volume,
                }
            })
    }

    proptest! {
        #[test]
        fn a_path_tells_its_bar(bar in bar(), minutes in 1_usize..400, seed: u64) {
            let path = DayPath::new(&bar, minutes, SeededHash::new(seed));
            prop_assert_eq!(path.minutes.len(), minutes);
            prop_assert_eq!(path.minutes.first().unwrap().open, bar.open);
            prop_assert_eq!(path.minutes.last().unwrap().close, bar.close);
            prop_assert_eq!(path.minutes.iter().map(|minute| minute.high).max(), Some(bar.high));
            prop_assert_eq!(path.minutes.iter().map(|minute| minute.low).min(), Some(bar.low));
            prop_assert_eq!(path.minutes.iter().map(|minute| minute.volume).sum::<u64>(), bar.volume);
            for pair in path.minutes.windows(2) {
                prop_assert_eq!(pair[0].close, pair[1].open);
            }
            for minute in &path.minutes {
                prop_assert!(minute.low <= minute.open.min(minute.close));
                prop_assert!(minute.high >= minute.open.max(minute.close));
            }
            let end = path.so_far(minutes + 7).unwrap();
            prop_assert_eq!((end.last, end.open, end.high, end.low, end.volume),
                (bar.close, bar.open, bar.high, bar.low, bar.volume));
        }

        #[test]
        fn what_is_known_at_a_minute_is_made_of_the_minutes_before_it(
            bar in bar(), minutes in 1_usize..400, seed: u64, at in 0_usize..400,
        ) {
            let at = at.min(minutes - 1);
            let path = DayPath::new(&bar, minutes, SeededHash::new(seed));
            let known = path.so_far(at).unwrap();
            let before = &path.minutes[..at];
            let first = path.minutes[at].open;
            prop_assert_eq!(known.last, first);
            prop_assert_eq!(known.volume, before.iter().map(|minute| minute.volume).sum::<u64>());
            prop_assert_eq!(known.high, before.iter().map(|minute| minute.high).max().unwrap_or(first).max(first));
            prop_assert_eq!(known.low, before.iter().map(|minute| minute.low).min().unwrap_or(first).min(first));
        }
    }

    proptest! {
        #[test]
        fn within_a_minute_the_price_touches_its_extremes_and_ends_at_its_close(
            bar in bar(), minutes in 1_usize..400, seed: u64, at in 0_usize..400,
        ) {
            let at = at.min(minutes - 1);
            let path = DayPath::new(&bar, minutes, SeededHash::new(seed));
            let minute = path.minutes[at];
            let within: Vec<SoFar> = (0..STEPS).map(|step| path.so_far_within(at, step).unwrap()).collect();
            prop_assert_eq!(within[0], path.so_far(at).unwrap());
            prop_assert_eq!(within.iter().map(|seen| seen.last).max(), Some(minute.high));
            prop_assert_eq!(within.iter().map(|seen| seen.last).min(), Some(minute.low));
            prop_assert_eq!(path.so_far_within(at, usize::MAX).unwrap(), within[STEPS - 1]);
            for (step, seen) in within.iter().enumerate() {
                // Nothing of what comes later within the minute: neither its extremes nor what is traded in it.
                let prices = || within[..=step].iter().map(|seen| seen.last);
                prop_assert_eq!(seen.high, within[0].high.max(prices().max().unwrap()));
                prop_assert_eq!(seen.low, within[0].low.min(prices().min().unwrap()));
                prop_assert_eq!((seen.volume, seen.open), (within[0].volume, within[0].open));
            }
        }
    }

    #[test]
    fn more_is_traded_at_both_ends_than_in_the_middle() {
        let day = chrono::NaiveDate::from_ymd_opt(2025, 1, 2).unwrap();
        let price = Paise(10_000);
        let bar = Candle { day, open: price, high: price, low: price, close: price, volume: 1_000_000 };
        let path = DayPath::new(&bar, 375, SeededHash::new(1));
        let traded = |range: std::ops::Range<usize>| -> u64 {
            path.minutes[range].iter().map(|minute| minute.volume).sum()
        };
        assert!(traded(0..30) > traded(170..200) * 2);
        assert!(traded(345..375) > traded(170..200) * 2);
    }
}
