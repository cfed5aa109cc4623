//! A user's strategy: every threshold that a task may use, with its default and bounds.
//!
//! Names, defaults and bounds are those of the system this one replaces, so that a user's settings can be taken over. Where
//! it had a fixed number, the number is a setting here, and its bounds are ours.

use serde::{Deserialize, Serialize};

use crate::money::Paise;

/// The thresholds of one user. Settings missing from stored JSON take their default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Strategy {
    /// RSI look-back in sessions. Default 10, from 1 to 50.
    pub rsi_period: u32,
    /// RSI below which a share above its EMA200 counts as oversold. Default 30, from 0 to 50.
    pub rsi_oversold: f64,
    /// The same for a share below its EMA200. Default 20, from 0 to 30.
    pub rsi_extreme_oversold: f64,
    /// RSI below which a share is close to oversold. Default 40, from 30 to 50.
    pub rsi_near_oversold: f64,
    /// RSI above which a position is left. Default 50, from 30 to 100.
    pub rsi_exit: f64,
    /// Money for one position. Default Rs 1,00,000, above 0.
    pub user_capital: Paise,
    /// Most money in one order. Default Rs 5,00,000, above 0.
    pub max_order_value: Paise,
    /// Most symbols held or being bought at once. Default 6, from 1 to 20.
    pub max_portfolio_size: u32,
    /// Largest part of the mean daily volume that one position may be. Default 0.10, from 0 to 1.
    pub max_position_volume_ratio: f64,
    /// Mean daily volume in shares below which a share is too illiquid. Default 10,000.
    pub min_absolute_avg_volume: u64,
    /// Whether shares with rough charts are left out. Default yes.
    pub chart_quality_enabled: bool,
    /// Least chart quality. Default 50, from 0 to 100.
    pub chart_quality_min_score: f64,
    /// Most days with a gap, in percent. Default 25, from 0 to 100.
    pub chart_quality_max_gap_frequency: f64,
    /// Least mean daily range, in percent of the price. Default 1, from 0 to 10.
    pub chart_quality_min_daily_range_pct: f64,
    /// Most days with an extreme candle, in percent. Default 20, from 0 to 100.
    pub chart_quality_max_extreme_candle_frequency: f64,
    /// Combined score below which a candidate is not published and a signal is not bought. Default 25, from 0 to 100.
    pub min_combined_score: f64,
    /// Whether pending buys are re-priced and re-sized before the open. Default yes.
    pub enable_premarket_adjustment: bool,
    /// How far above the pre-market price a limit that stands in for a market order is set, in percent. Default 0.5,
    /// from 0 to 5.
    pub marketable_limit_buffer_pct: f64,
    /// A pre-market price above this part of EMA9 cancels a pending buy. Default 0.99, from 0.5 to 1.5.
    pub premarket_cancel_ema9_ratio: f64,
}

impl Default for Strategy {
    fn default() -> Self {
        Self {
            rsi_period: 10,
            rsi_oversold: 30.0,
            rsi_extreme_oversold: 20.0,
            rsi_near_oversold: 40.0,
            rsi_exit: 50.0,
            user_capital: Paise::rupees(100_000),
            max_order_value: Paise::rupees(500_000),
            max_portfolio_size: 6,
            max_position_volume_ratio: 0.10,
            min_absolute_avg_volume: 10_000,
            chart_quality_enabled: true,
            chart_quality_min_score: 50.0,
            chart_quality_max_gap_frequency: 25.0,
            chart_quality_min_daily_range_pct: 1.0,
            chart_quality_max_extreme_candle_frequency: 20.0,
            min_combined_score: 25.0,
            enable_premarket_adjustment: true,
            marketable_limit_buffer_pct: 0.5,
            premarket_cancel_ema9_ratio: 0.99,
        }
    }
}

/// A setting outside its bounds.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SettingsError {
    /// A number outside its range.
    #[error("{setting} is {value}, but must be from {least} to {most}")]
    OutOfRange {
        /// The setting's name in configuration and API.
        setting: &'static str,
        /// What was given.
        value: f64,
        /// Lowest value allowed.
        least: f64,
        /// Highest value allowed.
        most: f64,
    },
    /// An amount of money that is zero or less.
    #[error("{setting} is {value} rupees, but must be above 0")]
    NotPositive {
        /// The setting's name in configuration and API.
        setting: &'static str,
        /// What was given.
        value: Paise,
    },
}

impl Strategy {
    /// Checks every bound.
    ///
    /// # Errors
    /// With the first setting that is outside its bounds.
    pub fn validate(&self) -> Result<(), SettingsError> {
        let ranges = [
            ("rsi_period", f64::from(self.rsi_period), 1.0, 50.0),
            ("rsi_oversold", self.rsi_oversold, 0.0, 50.0),
            ("rsi_extreme_oversold", self.rsi_extreme_oversold, 0.0, 30.0),
            ("rsi_near_oversold", self.rsi_near_oversold, 30.0, 50.0),
            ("rsi_exit", self.rsi_exit, 30.0, 100.0),
            ("max_portfolio_size", f64::from(self.max_portfolio_size), 1.0, 20.0),
            ("max_position_volume_ratio", self.max_position_volume_ratio, 0.0, 1.0),
            ("chart_quality_min_score", self.chart_quality_min_score, 0.0, 100.0),
            ("chart_quality_max_gap_frequency", self.chart_quality_max_gap_frequency, 0.0, 100.0),
            ("chart_quality_min_daily_range_pct", self.chart_quality_min_daily_range_pct, 0.0, 10.0),
            (
                "chart_quality_max_extreme_candle_frequency",
                self.chart_quality_max_extreme_candle_frequency,
                0.0,
                100.0,
            ),
            ("min_combined_score", self.min_combined_score, 0.0, 100.0),
            ("marketable_limit_buffer_pct", self.marketable_limit_buffer_pct, 0.0, 5.0),
            ("premarket_cancel_ema9_ratio", self.premarket_cancel_ema9_ratio, 0.5, 1.5),
        ];
        for (setting, value, least, most) in ranges {
            // A range contains no NaN, so that is refused too.
            if !(least..=most).contains(&value) {
                return Err(SettingsError::OutOfRange { setting, value, least, most });
            }
        }
        let amounts = [("user_capital", self.user_capital), ("max_order_value", self.max_order_value)];
        match amounts.into_iter().find(|(_, value)| value.0 <= 0) {
            Some((setting, value)) => Err(SettingsError::NotPositive { setting, value }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_within_their_bounds() {
        assert_eq!(Strategy::default().validate(), Ok(()));
        assert_eq!(serde_json::from_str::<Strategy>("{}").unwrap(), Strategy::default());
    }

    #[test]
    fn every_bound_refuses_what_lies_beyond_it_and_names_the_setting() {
        let defaults = serde_json::to_value(Strategy::default()).unwrap();
        let beyond = [
            ("rsi_period", vec![0.0, 51.0]),
            ("rsi_oversold", vec![-0.1, 50.1]),
            ("rsi_extreme_oversold", vec![-0.1, 30.1]),
            ("rsi_near_oversold", vec![29.9, 50.1]),
            ("rsi_exit", vec![29.9, 100.1]),
            ("user_capital", vec![0.0, -1.0]),
            ("max_order_value", vec![0.0, -1.0]),
            ("max_portfolio_size", vec![0.0, 21.0]),
            ("max_position_volume_ratio", vec![-0.1, 1.1]),
            ("chart_quality_min_score", vec![-1.0, 101.0]),
            ("chart_quality_max_gap_frequency", vec![-1.0, 101.0]),
            ("chart_quality_min_daily_range_pct", vec![-1.0, 10.1]),
            ("chart_quality_max_extreme_candle_frequency", vec![-1.0, 101.0]),
            ("min_combined_score", vec![-1.0, 101.0]),
            ("marketable_limit_buffer_pct", vec![-0.1, 5.1]),
            ("premarket_cancel_ema9_ratio", vec![0.4, 1.6]),
        ];
        for (setting, values) in beyond {
            for value in values {
                let mut json = defaults.clone();
                let whole = json[setting].is_i64();
                json[setting] = if whole { (value as i64).into() } else { value.into() };
                let strategy: Strategy = serde_json::from_value(json).unwrap();
                let message = strategy.validate().unwrap_err().to_string();
                assert!(message.starts_with(&format!("{setting} is ")), "{setting} {value}: {message}");
            }
        }
    }

    #[test]
    fn not_a_number_is_refused() {
        let strategy = Strategy { rsi_exit: f64::NAN, ..Strategy::default() };
        assert!(strategy.validate().is_err());
    }
}
