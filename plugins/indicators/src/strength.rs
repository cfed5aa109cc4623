//! The relative strength index: `100 * up / (up + down)` of smoothed gains and losses.

/// What the index is when there was neither a gain nor a loss. TA-Lib says 0 here and pandas-ta says nothing; 0 would read as
/// an extreme fall and buy a share that does not trade, so the neutral reading is used.
const NO_CHANGE: f64 = 50.0;

/// Wilder's index, seeded with the mean of the first `length` changes (Wilder, TA-Lib); the first answer is at index
/// `length`. This is the project's index.
pub fn rsi(closes: &[f64], length: usize) -> Vec<Option<f64>> {
    let mut answers = vec![None; closes.len()];
    let Some(mut state) = closes.get(..=length).and_then(|first| WilderRsi::from_closes(first, length))
    else {
        return answers;
    };
    for (index, (answer, close)) in answers.iter_mut().zip(closes).enumerate().skip(length) {
        *answer = Some(if index == length { state.value() } else { state.step(*close) });
    }
    answers
}

/// The index seeded with the first change alone (pandas-ta where TA-Lib is not installed); the first answer is at index 1.
/// A series of no more than `length` closes has none.
pub fn rsi_from_first_change(closes: &[f64], length: usize) -> Vec<Option<f64>> {
    let mut answers = vec![None; closes.len()];
    let [first, second, rest @ ..] = closes else { return answers };
    if length == 0 || closes.len() <= length {
        return answers;
    }
    let mut state = WilderRsi::seeded(*first, *second, length);
    let following = rest.iter().map(|close| state.step(*close));
    let values = std::iter::once(WilderRsi::seeded(*first, *second, length).value()).chain(following);
    for (answer, value) in answers.iter_mut().skip(1).zip(values) {
        *answer = Some(value);
    }
    answers
}

/// The state of Wilder's index after some close: enough to go on without the history.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WilderRsi {
    /// Smoothed gain per bar.
    pub up: f64,
    /// Smoothed loss per bar, not negative.
    pub down: f64,
    /// The close it stands at.
    pub last_close: f64,
    /// Bars of smoothing, at least 1.
    pub length: usize,
}

impl WilderRsi {
    /// The state after the last close; `None` with fewer than `length + 1` closes or a length of zero.
    pub fn from_closes(closes: &[f64], length: usize) -> Option<Self> {
        if length == 0 {
            return None;
        }
        let changes = closes.get(..=length)?.windows(2).filter_map(change);
        let (up, down) =
            changes.fold((0.0, 0.0), |(up, down), change| (up + change.max(0.0), down + (-change).max(0.0)));
        let bars = length as f64;
        let last_close = *closes.get(length)?;
        let mut state = Self { up: up / bars, down: down / bars, last_close, length };
        for close in closes.iter().skip(length + 1) {
            state.step(*close);
        }
        Some(state)
    }

    /// Takes in one more close and answers the index at it.
    pub fn step(&mut self, close: f64) -> f64 {
        let change = close - self.last_close;
        let bars = self.length.max(1) as f64;
        self.up = (self.up * (bars - 1.0) + change.max(0.0)) / bars;
        self.down = (self.down * (bars - 1.0) + (-change).max(0.0)) / bars;
        self.last_close = close;
        self.value()
    }

    /// What the index would be if the running bar closed here; the state stays as it is.
    pub fn peek(&self, close: f64) -> f64 {
        let mut next = *self;
        next.step(close)
    }

    /// The index at the last close, 0 to 100; 50 when there was no change at all.
    pub fn value(&self) -> f64 {
        let total = self.up + self.down;
        if total > 0.0 { 100.0 * self.up / total } else { NO_CHANGE }
    }

    fn seeded(first: f64, second: f64, length: usize) -> Self {
        let change = second - first;
        Self { up: change.max(0.0), down: (-change).max(0.0), last_close: second, length }
    }
}

fn change(pair: &[f64]) -> Option<f64> {
    match pair {
        [before, after] => Some(after - before),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLOSES: [f64; 8] = [44.0, 44.5, 43.9, 44.2, 45.1, 44.8, 44.4, 44.9];

    #[test]
    fn stepping_gives_the_same_index_as_the_whole_series() {
        let whole = rsi(&CLOSES, 3);
        let mut state = WilderRsi::from_closes(&CLOSES[..5], 3).unwrap();
        for (close, expected) in CLOSES.iter().zip(&whole).skip(5) {
            assert_eq!(Some(state.peek(*close)), *expected);
            assert_eq!(Some(state.step(*close)), *expected);
        }
    }

    #[test]
    fn a_flat_series_is_neutral_and_not_oversold() {
        assert_eq!(rsi(&[100.0; 12], 10)[11], Some(50.0));
        assert_eq!(rsi_from_first_change(&[100.0; 12], 10)[11], Some(50.0));
    }

    #[test]
    fn too_few_closes_or_no_length_give_no_index() {
        assert_eq!(rsi(&CLOSES[..3], 3), [None; 3]);
        assert_eq!(rsi_from_first_change(&CLOSES[..3], 3), [None; 3]);
        assert_eq!(rsi(&CLOSES, 0), [None; 8]);
        assert_eq!(rsi_from_first_change(&CLOSES, 0), [None; 8]);
        assert!(WilderRsi::from_closes(&CLOSES, 0).is_none());
        assert!(WilderRsi::from_closes(&CLOSES, 8).is_none());
        assert!(WilderRsi::from_closes(&[], usize::MAX).is_none());
    }
}
