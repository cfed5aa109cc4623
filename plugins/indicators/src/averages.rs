//! Simple and exponential moving averages.

/// The mean of the last `length` values; the first answer is at index `length - 1`.
pub fn sma(values: &[f64], length: usize) -> Vec<Option<f64>> {
    let mut answers = vec![None; values.len()];
    if length == 0 {
        return answers;
    }
    // Each window is summed afresh: a running sum would carry its rounding error through the whole series.
    for (answer, window) in answers.iter_mut().skip(length - 1).zip(values.windows(length)) {
        *answer = Some(mean(window));
    }
    answers
}

/// The exponential average with weight `2 / (length + 1)`, seeded with the mean of the first `length` values
/// (TA-Lib, pandas-ta); the first answer is at index `length - 1`.
pub fn ema(values: &[f64], length: usize) -> Vec<Option<f64>> {
    let mut answers = vec![None; values.len()];
    let Some(seed) = values.get(..length).filter(|first| !first.is_empty()).map(mean) else {
        return answers;
    };
    let mut average = seed;
    for (index, (answer, value)) in answers.iter_mut().zip(values).enumerate().skip(length - 1) {
        if index >= length {
            average = ema_step(average, *value, length);
        }
        *answer = Some(average);
    }
    answers
}

/// The exponential average seeded with the first value (pandas `ewm(span, adjust=False)`); there is an answer at every
/// index.
pub fn ema_from_first(values: &[f64], length: usize) -> Vec<Option<f64>> {
    let mut average = None;
    let step = |value: &f64| {
        if length == 0 {
            return None;
        }
        average = Some(average.map_or(*value, |previous| ema_step(previous, *value, length)));
        average
    };
    values.iter().map(step).collect()
}

/// The exponential average after one more value. A `length` of zero leaves the average as it was.
pub fn ema_step(previous: f64, value: f64, length: usize) -> f64 {
    if length == 0 {
        return previous;
    }
    let weight = 2.0 / (length as f64 + 1.0);
    weight * value + (1.0 - weight) * previous
}

/// The mean of the values; 0 of none.
pub(crate) fn mean(values: &[f64]) -> f64 {
    if values.is_empty() {
        return 0.0;
    }
    values.iter().sum::<f64>() / values.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_shorter_than_the_length_has_no_average() {
        assert_eq!(sma(&[1.0, 2.0], 3), [None, None]);
        assert_eq!(ema(&[1.0, 2.0], 3), [None, None]);
    }

    #[test]
    fn a_length_of_zero_has_no_average_and_no_step() {
        assert_eq!(sma(&[1.0], 0), [None]);
        assert_eq!(ema(&[1.0], 0), [None]);
        assert_eq!(ema_from_first(&[1.0], 0), [None]);
        assert_eq!(ema_step(5.0, 9.0, 0), 5.0);
    }

    #[test]
    fn stepping_gives_the_same_average_as_the_whole_series() {
        let values = [10.0, 11.0, 9.5, 12.0, 13.0, 12.5];
        let before = ema(&values[..5], 3)[4].unwrap();
        assert_eq!(Some(ema_step(before, values[5], 3)), ema(&values, 3)[5]);
    }
}
