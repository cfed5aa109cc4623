//! One line of the answer, and the statistics behind it.

use std::time::Duration;

/// A measured value and its budget.
pub struct Line {
    /// Name of the measured value.
    pub name: &'static str,
    /// The budget, for people.
    pub bar: &'static str,
    /// Measured value, in `unit`.
    pub value: f64,
    /// The least that this machine could do it in, in `unit`, measured in the same run.
    pub raw: Option<f64>,
    /// Unit of `value` and `raw`.
    pub unit: &'static str,
    /// Whether the budget was met.
    pub pass: bool,
}

impl Line {
    /// The line as the build driver reads it.
    pub fn json(&self) -> String {
        serde_json::json!({
            "name": self.name,
            "bar": self.bar,
            "value": self.value,
            "raw": self.raw,
            "unit": self.unit,
            "pass": self.pass,
        })
        .to_string()
    }
}

/// The middle one; zero of none.
pub fn median(times: &mut [Duration]) -> Duration {
    percentile(times, 50)
}

/// The smallest time that this many percent of all do not exceed; zero of none.
pub fn percentile(times: &mut [Duration], percent: usize) -> Duration {
    times.sort_unstable();
    let rank = (times.len() * percent).div_ceil(100);
    times.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

/// Converts a duration to milliseconds.
pub fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Converts a duration to microseconds.
pub fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_measured_time_that_so_many_do_not_exceed() {
        let mut times: Vec<Duration> = (1..=200).rev().map(Duration::from_millis).collect();
        assert_eq!(percentile(&mut times, 99), Duration::from_millis(198));
        assert_eq!(median(&mut times), Duration::from_millis(100));
        assert_eq!(percentile(&mut [], 99), Duration::ZERO);
    }
}
