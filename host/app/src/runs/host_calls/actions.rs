//! `actions`: what corporate actions make of shares.

use prahari_domain::actions::ShareChange;
use prahari_domain::instruments::Symbol;
use prahari_domain::time::{day_from_number, day_number};
use prahari_runtime::HostReply;
use prahari_runtime::abi::latest::actions::{Action, Change, Ratio};

use super::{LiveServices, invalid};

/// Most symbols of one call.
const MOST_SYMBOLS: usize = 1_000;

impl LiveServices<'_> {
    pub(super) fn actions_since(&self, symbols: &[String], day: i32) -> HostReply {
        if symbols.len() > MOST_SYMBOLS {
            return invalid(format!("symbols: {} in one call, allowed are {MOST_SYMBOLS}", symbols.len()));
        }
        let Some(day) = day_from_number(day) else {
            return invalid(format!("day: {day} is no day of the calendar"));
        };
        let (factors, until) = (self.runs.trading.jumps.factors(), self.order_context.day);
        let mut actions = Vec::new();
        for symbol in symbols.iter().filter_map(|symbol| Symbol::new(symbol).ok()) {
            for (ex_day, change) in factors.changes(&symbol, day, until) {
                let change = match change {
                    ShareChange::Prices(factor) => Change::Prices(Ratio {
                        numerator: factor.numerator(),
                        denominator: factor.denominator(),
                    }),
                    ShareChange::Renamed(to) => Change::Renamed(to.to_string()),
                };
                actions.push(Action { symbol: symbol.to_string(), ex_day: day_number(ex_day), change });
            }
        }
        actions.sort_by_key(|action| action.ex_day);
        HostReply::Actions(actions)
    }
}
