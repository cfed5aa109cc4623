//! A user's strategy: every threshold that a task may use, with its default and bounds.
//!
//! Names, defaults and bounds are those of the system this one replaces, so that a user's settings can be taken over;
//! where it had a fixed number, the number is a setting here, and its bounds are ours. The settings are exactly the fields
//! of `config.get` and `selection.get`, and each is read by a task. RunFootprint out is what the older system stored and no task of ours reads:
//! - stop losses, targets and risk-reward ratios: positions are held without a stop and left at EMA9 or RSI;
//! - exchange, product, order type, variety and validity: the tasks place what their rule needs;
//! - `allow_duplicate_recommendations_same_day` and `exit_on_ema9_or_rsi50`: it did not read them either;
//! - everything about news and models: their inputs cannot be recorded with a run.

use serde::{Deserialize, Serialize};

use super::merge::{check, to_values};
use super::setting::{Kind, MOST_MONEY, Setting, SettingsError, Unit};
use crate::money::Paise;

/// The thresholds of one user. Settings missing from stored JSON take their default.
///
/// Bounds, units and what each is for stand in [`STRATEGY`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Strategy {
    /// RSI look-back in sessions.
    pub rsi_period: u32,
    /// RSI below which a share above its EMA200 counts as oversold.
    pub rsi_oversold: f64,
    /// RSI below which a share below its EMA200 counts as oversold.
    pub rsi_extreme_oversold: f64,
    /// RSI below which a share is close to oversold.
    pub rsi_near_oversold: f64,
    /// RSI above which a position is left.
    pub rsi_exit: f64,
    /// Money for one position.
    #[serde(rename = "user_capital_paise", alias = "user_capital")]
    pub user_capital: Paise,
    /// Most money in one order.
    #[serde(rename = "max_order_value_paise", alias = "max_order_value")]
    pub max_order_value: Paise,
    /// Most symbols held or being bought at once.
    pub max_portfolio_size: u32,
    /// Largest part of the mean daily volume that one position may be.
    pub max_position_volume_ratio: f64,
    /// Mean daily volume in shares below which a share is too illiquid.
    pub min_absolute_avg_volume: u64,
    /// Whether shares with rough charts are left out.
    pub chart_quality_enabled: bool,
    /// Smallest chart quality score that a share may have, from 0 to 100.
    pub chart_quality_min_score: f64,
    /// Most days with a gap, in percent.
    pub chart_quality_max_gap_frequency: f64,
    /// Least mean daily range, in percent of the price.
    pub chart_quality_min_daily_range_pct: f64,
    /// Most days with an extreme candle, in percent.
    pub chart_quality_max_extreme_candle_frequency: f64,
    /// Whether a buy is ordered only when the past of its share was good enough. Off, every active signal with a verdict to
    /// buy is ordered, as far as limits and capital reach.
    pub past_gate: bool,
    /// Least part of the trades of that past that won, in percent; asked while [`past_gate`](Self::past_gate) is on.
    pub past_gate_min_win_rate_pct: f64,
    /// Least mean gain of its trades, in percent; likewise.
    pub past_gate_min_average_profit_pct: f64,
    /// Least backtest score; likewise.
    pub past_gate_min_score: f64,
    /// Least combined score; likewise. Components of 1.0 and 1.1 know nothing of the gate and ask it always.
    pub min_combined_score: f64,
    /// Whether the buys of a day are ranked by the points of their priority, those for risk and reward and for volume among
    /// them. Otherwise they are ranked by combined score.
    pub rank_by_priority: bool,
    /// Whether pending buys are re-priced and re-sized before the open.
    pub enable_premarket_adjustment: bool,
    /// How far above the pre-market price a limit that stands in for a market order is set, in percent.
    pub marketable_limit_buffer_pct: f64,
    /// A pre-market price above this part of EMA9 cancels a pending buy.
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
            past_gate: false,
            past_gate_min_win_rate_pct: 65.0,
            past_gate_min_average_profit_pct: 1.5,
            past_gate_min_score: 45.0,
            min_combined_score: 25.0,
            rank_by_priority: false,
            enable_premarket_adjustment: true,
            marketable_limit_buffer_pct: 0.5,
            premarket_cancel_ema9_ratio: 0.99,
        }
    }
}

const fn number(name: &'static str, unit: Unit, least: f64, most: f64, about: &'static str) -> Setting {
    Setting { name, kind: Kind::Number { least, most }, unit, about }
}

const fn whole(name: &'static str, unit: Unit, least: i64, most: i64, about: &'static str) -> Setting {
    Setting { name, kind: Kind::Whole { least, most }, unit, about }
}

const fn money(name: &'static str, about: &'static str) -> Setting {
    Setting { name, kind: Kind::Money { least: Paise(1), most: MOST_MONEY }, unit: Unit::Paise, about }
}

const fn switch(name: &'static str, about: &'static str) -> Setting {
    Setting { name, kind: Kind::Switch, unit: Unit::None, about }
}

/// Every setting of a [`Strategy`].
pub const STRATEGY: [Setting; 24] = [
    whole("rsi_period", Unit::Sessions, 1, 50, "Sessions that the RSI looks back."),
    number(
        "rsi_oversold",
        Unit::Points,
        0.0,
        50.0,
        "RSI below which a share above its EMA200 counts as oversold.",
    ),
    number(
        "rsi_extreme_oversold",
        Unit::Points,
        0.0,
        30.0,
        "RSI below which a share below its EMA200 counts as oversold.",
    ),
    number("rsi_near_oversold", Unit::Points, 30.0, 50.0, "RSI below which a share is close to oversold."),
    number("rsi_exit", Unit::Points, 30.0, 100.0, "RSI above which a position is left."),
    money(
        "user_capital_paise",
        "How much is put into one share; the capital of the account is another setting.",
    ),
    money("max_order_value_paise", "Most money in one order."),
    whole("max_portfolio_size", Unit::Symbols, 1, 20, "Most symbols held or being bought at once."),
    number(
        "max_position_volume_ratio",
        Unit::Ratio,
        0.0,
        1.0,
        "Largest part of the mean daily volume that one position may be.",
    ),
    whole(
        "min_absolute_avg_volume",
        Unit::Shares,
        0,
        1_000_000_000,
        "Mean daily volume below which a share is too illiquid.",
    ),
    switch("chart_quality_enabled", "Whether shares with rough charts are left out."),
    number("chart_quality_min_score", Unit::Points, 0.0, 100.0, "Least chart quality."),
    number("chart_quality_max_gap_frequency", Unit::Percent, 0.0, 100.0, "Most days with a gap."),
    number(
        "chart_quality_min_daily_range_pct",
        Unit::Percent,
        0.0,
        10.0,
        "Least mean daily range, in percent of the price.",
    ),
    number(
        "chart_quality_max_extreme_candle_frequency",
        Unit::Percent,
        0.0,
        100.0,
        "Most days with an extreme candle.",
    ),
    switch(
        "past_gate",
        "Whether only shares with a good enough past are bought; off, every active buy is ordered.",
    ),
    number(
        "past_gate_min_win_rate_pct",
        Unit::Percent,
        0.0,
        100.0,
        "Least part of the trades of its past that won; asked while the past gate is on.",
    ),
    number(
        "past_gate_min_average_profit_pct",
        Unit::Percent,
        0.0,
        100.0,
        "Least mean gain of the trades of its past; asked while the past gate is on.",
    ),
    number(
        "past_gate_min_score",
        Unit::Points,
        0.0,
        100.0,
        "Least backtest score; asked while the past gate is on.",
    ),
    number(
        "min_combined_score",
        Unit::Points,
        0.0,
        100.0,
        "Least combined score; asked while the past gate is on.",
    ),
    switch(
        "rank_by_priority",
        "Whether the buys of a day are ranked by priority points instead of combined score.",
    ),
    switch("enable_premarket_adjustment", "Whether pending buys are re-priced and re-sized before the open."),
    number(
        "marketable_limit_buffer_pct",
        Unit::Percent,
        0.0,
        5.0,
        "How far above the pre-market price a limit that stands in for a market order is set.",
    ),
    number(
        "premarket_cancel_ema9_ratio",
        Unit::Ratio,
        0.5,
        1.5,
        "A pre-market price above this part of EMA9 cancels a pending buy.",
    ),
];

impl Strategy {
    /// Checks every bound, and that the thresholds on the RSI keep their order.
    ///
    /// # Errors
    /// With the first setting that is outside its bounds or contradicts another.
    pub fn validate(&self) -> Result<(), SettingsError> {
        // What is not a number is null as JSON, so it is refused as of another kind.
        check(&STRATEGY, &to_values(self)?)?;
        let ladder = [
            ("rsi_extreme_oversold", self.rsi_extreme_oversold, "rsi_oversold", self.rsi_oversold),
            ("rsi_oversold", self.rsi_oversold, "rsi_near_oversold", self.rsi_near_oversold),
        ];
        match ladder.into_iter().find(|(_, lower, _, upper)| lower >= upper) {
            Some((setting, value, above, most)) => Err(SettingsError::Contradiction {
                setting,
                value: value.to_string(),
                relation: format!("below {above}, which is {most}"),
            }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{BoxedStrategy, Just, Strategy as _, any, prop, prop_assert_eq, proptest};

    use super::super::setting::describe;
    use super::super::{Values, from_values, merge};
    use super::*;

    fn defaults() -> Values {
        to_values(&Strategy::default()).unwrap()
    }

    #[test]
    fn the_defaults_are_within_their_bounds() {
        assert_eq!(Strategy::default().validate(), Ok(()));
        assert_eq!(serde_json::from_str::<Strategy>("{}").unwrap(), Strategy::default());
    }

    #[test]
    fn settings_stored_under_their_older_names_are_read() {
        let old = r#"{"user_capital": 500, "max_order_value": 700}"#;
        let strategy: Strategy = serde_json::from_str(old).unwrap();
        assert_eq!((strategy.user_capital, strategy.max_order_value), (Paise(500), Paise(700)));
    }

    #[test]
    fn the_list_describes_every_setting_and_nothing_else() {
        let listed: Vec<_> =
            describe(&STRATEGY, &defaults()).into_iter().map(|setting| setting.name).collect();
        let mut sorted = listed.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, defaults().keys().map(String::as_str).collect::<Vec<_>>());
        assert!(describe(&STRATEGY, &defaults()).iter().all(|setting| !setting.default.is_null()));
    }

    #[test]
    fn thresholds_out_of_order_are_refused_with_both_names() {
        let strategy = Strategy { rsi_extreme_oversold: 30.0, ..Strategy::default() };
        let sentence = "rsi_extreme_oversold is 30, but must be below rsi_oversold, which is 30";
        assert_eq!(strategy.validate().unwrap_err().to_string(), sentence);
        let strategy = Strategy { rsi_oversold: 41.0, ..Strategy::default() };
        let sentence = "rsi_oversold is 41, but must be below rsi_near_oversold, which is 40";
        assert_eq!(strategy.validate().unwrap_err().to_string(), sentence);
    }

    #[test]
    fn not_a_number_is_refused() {
        let strategy = Strategy { rsi_exit: f64::NAN, ..Strategy::default() };
        assert_eq!(strategy.validate().unwrap_err().to_string(), "rsi_exit must be a number");
    }

    /// A value for a setting, mostly within its bounds.
    fn value(setting: &Setting) -> BoxedStrategy<serde_json::Value> {
        match setting.kind {
            Kind::Switch => any::<bool>().prop_map(Into::into).boxed(),
            Kind::Whole { least, most } => (least - 1..=most + 1).prop_map(Into::into).boxed(),
            Kind::Number { least, most } => (least - 0.1..=most + 0.1).prop_map(Into::into).boxed(),
            Kind::Money { least, most } => (least.0 - 1..=most.0 + 1).prop_map(Into::into).boxed(),
            Kind::Symbols { .. } | Kind::Time | Kind::TimeBetween { .. } => {
                Just(serde_json::Value::Null).boxed()
            }
        }
    }

    fn change() -> impl proptest::strategy::Strategy<Value = Values> {
        let choices: Vec<_> =
            STRATEGY.iter().map(|setting| prop::option::weighted(0.3, value(setting))).collect();
        choices.prop_map(|values| {
            let named = STRATEGY.iter().zip(values);
            named.filter_map(|(setting, value)| Some((setting.name.to_owned(), value?))).collect()
        })
    }

    proptest! {
        #[test]
        fn whatever_is_accepted_reads_back_as_it_was_written(change in change()) {
            if let Ok(merged) = merge(&STRATEGY, &defaults(), &change) {
                let strategy: Strategy = from_values(merged.clone()).unwrap();
                prop_assert_eq!(&to_values(&strategy).unwrap(), &merged);
                let text = serde_json::to_string(&strategy).unwrap();
                prop_assert_eq!(serde_json::from_str::<Strategy>(&text).unwrap(), strategy);
            }
        }
    }
}
