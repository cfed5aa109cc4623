//! The user's thresholds that the analysis reads, as the `config` capability gives them.

/// Thresholds of one run. Meaning, defaults and bounds: see `strategy` in the task boundary's `config` interface.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// RSI look-back in sessions, at least 1.
    pub rsi_period: usize,
    /// RSI below which a share above its EMA200 is oversold.
    pub rsi_oversold: f64,
    /// The same below its EMA200; also what counts as extreme.
    pub rsi_extreme_oversold: f64,
    /// RSI below which a share is near being oversold.
    pub rsi_near_oversold: f64,
    /// RSI above which a position is left.
    pub rsi_exit: f64,
    /// Mean daily volume in shares below which a share is too illiquid.
    pub min_average_volume: f64,
    /// Whether the chart is judged at all.
    pub chart_quality_enabled: bool,
    /// Chart score below which a share is avoided, 0 to 100.
    pub chart_min_score: f64,
    /// Percentage of sessions with a gap above which the chart is too broken.
    pub chart_max_gap_frequency: f64,
    /// Mean daily range in percent of the price below which the chart may be flat.
    pub chart_min_daily_range: f64,
    /// Percentage of extreme candles above which the chart is too erratic.
    pub chart_max_extreme_frequency: f64,
}

impl Default for Settings {
    /// The documented defaults, for tests and for scans outside the daemon; a run reads the user's own.
    fn default() -> Self {
        Self {
            rsi_period: 10,
            rsi_oversold: 30.0,
            rsi_extreme_oversold: 20.0,
            rsi_near_oversold: 40.0,
            rsi_exit: 50.0,
            min_average_volume: 10_000.0,
            chart_quality_enabled: true,
            chart_min_score: 50.0,
            chart_max_gap_frequency: 25.0,
            chart_min_daily_range: 1.0,
            chart_max_extreme_frequency: 20.0,
        }
    }
}
