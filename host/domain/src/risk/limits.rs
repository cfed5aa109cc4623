//! The host's limits on a user's orders. No module and no API call passes them by.
//!
//! An admin sets each user's limits; the user may tighten them and never loosen them. What holds is the tighter of the
//! two, for each limit by itself, so a change of one needs no look at the other.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::instruments::Symbol;
use crate::money::Paise;
use crate::settings::{Kind, MOST_MONEY, Setting, SettingsError, Unit, check, to_values};

/// What a user's tasks may do at most. Limits missing from stored JSON take their default.
///
/// Limits on money, on the number of positions and on symbols bind buys only: at a limit it must stay possible to
/// leave a position. Zero is a limit that lets nothing pass. Bounds stand in [`LIMITS`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RiskLimits {
    /// Stops every new order and every change, sells too; only cancellations pass. Default off.
    pub kill_switch: bool,
    /// Most money in one buy. A buy above it is refused. Default Rs 5,00,000, as the strategy's own limit.
    #[serde(rename = "max_order_value_paise", alias = "max_order_value")]
    pub max_order_value: Paise,
    /// Most buys written down per trading date, rejected ones counted. Default 50: several times what a full portfolio
    /// with every re-entry needs, few enough to stop a task that loops.
    pub max_buys_per_day: u32,
    /// Most sells written down per trading date, rejected ones counted. Default 500: a monitor that is refused each
    /// minute of a session does not use it up.
    pub max_sells_per_day: u32,
    /// Loss realised on a trading date, charges included, from which on only sells pass. Default Rs 25,000.
    #[serde(rename = "max_daily_loss_paise", alias = "max_daily_loss")]
    pub max_daily_loss: Paise,
    /// Most money in one symbol: cost of what is held, open buys and the new buy. Default Rs 10,00,000.
    #[serde(rename = "max_position_value_paise", alias = "max_position_value")]
    pub max_position_value: Paise,
    /// Most symbols held or being bought. Default 20, the most that a strategy may ask for.
    pub max_positions: u32,
    /// The only symbols that may be bought; `None` allows all that the exchange lists. What is held of others may
    /// be sold. Default `None`.
    pub allowed_symbols: Option<BTreeSet<Symbol>>,
    /// Why only what lowers a position passes; `None` while the trading state lets more through. It is no limit that is set and
    /// kept with them: it follows from the trading state, so that whatever is checked against limits is checked against it.
    #[serde(skip)]
    pub reduce_only: Option<String>,
}

impl Default for RiskLimits {
    fn default() -> Self {
        Self {
            kill_switch: false,
            max_order_value: Paise::rupees(500_000),
            max_buys_per_day: 50,
            max_sells_per_day: 500,
            max_daily_loss: Paise::rupees(25_000),
            max_position_value: Paise::rupees(1_000_000),
            max_positions: 20,
            allowed_symbols: None,
            reduce_only: None,
        }
    }
}

/// What a user has tightened of their limits; `None` leaves the admin's limit as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OwnLimits {
    /// The user's own kill switch.
    pub kill_switch: bool,
    /// See [`RiskLimits::max_order_value`].
    #[serde(rename = "max_order_value_paise", skip_serializing_if = "Option::is_none")]
    pub max_order_value: Option<Paise>,
    /// See [`RiskLimits::max_buys_per_day`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_buys_per_day: Option<u32>,
    /// See [`RiskLimits::max_sells_per_day`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_sells_per_day: Option<u32>,
    /// See [`RiskLimits::max_daily_loss`].
    #[serde(rename = "max_daily_loss_paise", skip_serializing_if = "Option::is_none")]
    pub max_daily_loss: Option<Paise>,
    /// See [`RiskLimits::max_position_value`].
    #[serde(rename = "max_position_value_paise", skip_serializing_if = "Option::is_none")]
    pub max_position_value: Option<Paise>,
    /// See [`RiskLimits::max_positions`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_positions: Option<u32>,
    /// See [`RiskLimits::allowed_symbols`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed_symbols: Option<BTreeSet<Symbol>>,
}

const fn money(name: &'static str, about: &'static str) -> Setting {
    Setting { name, kind: Kind::Money { least: Paise::ZERO, most: MOST_MONEY }, unit: Unit::Paise, about }
}

const fn count(name: &'static str, unit: Unit, most: i64, about: &'static str) -> Setting {
    Setting { name, kind: Kind::Whole { least: 0, most }, unit, about }
}

/// Every limit of [`RiskLimits`] and [`OwnLimits`].
pub const LIMITS: [Setting; 8] = [
    Setting {
        name: "kill_switch",
        kind: Kind::Switch,
        unit: Unit::None,
        about: "Stops every new order and every change; only cancellations pass.",
    },
    money("max_order_value_paise", "Most money in one buy."),
    count("max_buys_per_day", Unit::Orders, 1_000, "Most buys per trading date, rejected ones counted."),
    count("max_sells_per_day", Unit::Orders, 10_000, "Most sells per trading date, rejected ones counted."),
    money("max_daily_loss_paise", "Loss of a trading date, charges included, from which on only sells pass."),
    money("max_position_value_paise", "Most money in one symbol, open buys counted."),
    count("max_positions", Unit::Symbols, 500, "Most symbols held or being bought."),
    Setting {
        name: "allowed_symbols",
        // NSE lists some 2,500 shares.
        kind: Kind::Symbols { most: 5_000 },
        unit: Unit::Symbols,
        about: "The only symbols that may be bought; while not set, all that the exchange lists.",
    },
];

impl RiskLimits {
    /// Checks every bound.
    ///
    /// # Errors
    /// With the first limit that is outside its bounds.
    pub fn validate(&self) -> Result<(), SettingsError> {
        check(&LIMITS, &to_values(self)?)
    }

    /// The limits that hold for a user: for each the tighter one.
    pub fn tightened(&self, own: &OwnLimits) -> Self {
        fn tighter<T: Ord + Copy>(admin: T, own: Option<T>) -> T {
            own.map_or(admin, |own| own.min(admin))
        }
        let allowed_symbols = match (&self.allowed_symbols, &own.allowed_symbols) {
            (Some(admin), Some(own)) => Some(admin & own),
            (admin, own) => admin.as_ref().or(own.as_ref()).cloned(),
        };
        Self {
            kill_switch: self.kill_switch || own.kill_switch,
            max_order_value: tighter(self.max_order_value, own.max_order_value),
            max_buys_per_day: tighter(self.max_buys_per_day, own.max_buys_per_day),
            max_sells_per_day: tighter(self.max_sells_per_day, own.max_sells_per_day),
            max_daily_loss: tighter(self.max_daily_loss, own.max_daily_loss),
            max_position_value: tighter(self.max_position_value, own.max_position_value),
            max_positions: tighter(self.max_positions, own.max_positions),
            allowed_symbols,
            reduce_only: self.reduce_only.clone(),
        }
    }
}

impl OwnLimits {
    /// Checks every bound, and that nothing is looser than what the admin has set.
    ///
    /// # Errors
    /// With the first limit that is outside its bounds or looser than the admin's.
    pub fn validate(&self, admin: &RiskLimits) -> Result<(), SettingsError> {
        check(&LIMITS, &to_values(self)?)?;
        let numbers = [
            ("max_order_value_paise", self.max_order_value.map(|own| own.0), admin.max_order_value.0),
            ("max_buys_per_day", self.max_buys_per_day.map(i64::from), admin.max_buys_per_day.into()),
            ("max_sells_per_day", self.max_sells_per_day.map(i64::from), admin.max_sells_per_day.into()),
            ("max_daily_loss_paise", self.max_daily_loss.map(|own| own.0), admin.max_daily_loss.0),
            (
                "max_position_value_paise",
                self.max_position_value.map(|own| own.0),
                admin.max_position_value.0,
            ),
            ("max_positions", self.max_positions.map(i64::from), admin.max_positions.into()),
        ];
        for (setting, own, most) in numbers {
            if let Some(own) = own.filter(|own| *own > most) {
                let detail = format!("{own} was asked for, and the admin allows at most {most}");
                return Err(SettingsError::Loosens { setting, detail });
            }
        }
        let (Some(own), Some(admin)) = (&self.allowed_symbols, &admin.allowed_symbols) else { return Ok(()) };
        match own.difference(admin).next() {
            Some(symbol) => Err(SettingsError::Loosens {
                setting: "allowed_symbols",
                detail: format!("{symbol} is not among the symbols that the admin allows"),
            }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Values, from_values};

    fn own(values: serde_json::Value) -> OwnLimits {
        serde_json::from_value(values).unwrap()
    }

    fn symbols(names: &[&str]) -> Option<BTreeSet<Symbol>> {
        Some(names.iter().map(|name| name.parse().unwrap()).collect())
    }

    #[test]
    fn the_list_describes_every_limit_and_the_defaults_are_within_it() {
        let mut listed: Vec<_> = LIMITS.iter().map(|limit| limit.name).collect();
        listed.sort_unstable();
        let values = to_values(&RiskLimits::default()).unwrap();
        assert_eq!(listed, values.keys().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(RiskLimits::default().validate(), Ok(()));
        assert_eq!(from_values::<RiskLimits>(Values::new()).unwrap(), RiskLimits::default());
    }

    #[test]
    fn for_each_limit_the_tighter_one_holds() {
        let admin = RiskLimits { allowed_symbols: symbols(&["INFY", "TCS"]), ..RiskLimits::default() };
        assert_eq!(admin.tightened(&OwnLimits::default()), admin);
        let tighter = own(serde_json::json!({
            "kill_switch": true, "max_order_value_paise": 1, "max_buys_per_day": 2, "max_sells_per_day": 3,
            "max_daily_loss_paise": 4, "max_position_value_paise": 5, "max_positions": 6, "allowed_symbols": ["TCS", "WIPRO"],
        }));
        let held = admin.tightened(&tighter);
        let expected = RiskLimits {
            kill_switch: true,
            max_order_value: Paise(1),
            max_buys_per_day: 2,
            max_sells_per_day: 3,
            max_daily_loss: Paise(4),
            max_position_value: Paise(5),
            max_positions: 6,
            allowed_symbols: symbols(&["TCS"]),
            reduce_only: None,
        };
        assert_eq!(held, expected);
        // An admin who tightens further needs no change of the user's own limits.
        let strict = RiskLimits {
            max_positions: 1,
            allowed_symbols: None,
            kill_switch: true,
            ..RiskLimits::default()
        };
        let held =
            strict.tightened(&own(serde_json::json!({ "max_positions": 6, "allowed_symbols": ["TCS"] })));
        assert_eq!(
            (held.max_positions, held.allowed_symbols, held.kill_switch),
            (1, symbols(&["TCS"]), true)
        );
    }

    #[test]
    fn what_is_looser_than_the_admins_limit_is_refused_and_named() {
        let admin = RiskLimits { allowed_symbols: symbols(&["TCS"]), ..RiskLimits::default() };
        let most = to_values(&admin).unwrap();
        for limit in
            LIMITS.iter().filter(|limit| matches!(limit.kind, Kind::Whole { .. } | Kind::Money { .. }))
        {
            let at_most = most[limit.name].as_i64().unwrap();
            let with = |value: i64| own(serde_json::json!({ limit.name: value }));
            assert_eq!(with(at_most).validate(&admin), Ok(()));
            let refused = with(at_most + 1).validate(&admin).unwrap_err().to_string();
            assert!(refused.starts_with(&format!("{} may only be tightened", limit.name)), "{refused}");
        }
        let refused = own(serde_json::json!({ "allowed_symbols": ["INFY"] })).validate(&admin).unwrap_err();
        assert!(refused.to_string().starts_with("allowed_symbols may only be tightened: INFY"), "{refused}");
    }
}
