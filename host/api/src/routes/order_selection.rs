//! Which orders are meant: the same conditions for a user's list, their summary and the list of everybody.

use prahari_app::queries::OrderFilter;
use prahari_domain::ids::RunId;
use prahari_domain::orders::OrderState;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::problem::Problem;
use crate::view::{Date, SideName, StateName, StrategyLabel, TaskName, range, symbol};

/// Query parameters that select the orders. The document refuses other parameters.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct OrderSelection {
    /// Only orders of this trading date or later.
    #[param(inline)]
    from: Option<Date>,
    /// Only orders of this trading date or earlier.
    #[param(inline)]
    through: Option<Date>,
    /// Only orders of this symbol.
    #[param(min_length = 1, max_length = 32, pattern = "^[A-Z0-9&-]+$")]
    symbol: Option<String>,
    /// Of this strategy only.
    #[param(inline)]
    strategy: Option<StrategyLabel>,
    /// Only orders of this side.
    #[param(inline)]
    side: Option<SideName>,
    /// Only orders in this state.
    #[param(inline)]
    state: Option<StateName>,
    /// Only orders in one of these states, with commas between them, such as `sent,accepted`.
    #[param(min_length = 1, max_length = 100, pattern = "^[a-z_]+(,[a-z_]+)*$", example = "sent,accepted")]
    states: Option<String>,
    /// Only orders that this execution decided.
    execution: Option<u64>,
    /// Only orders that an execution of this task decided, as far as executions are kept.
    #[param(inline)]
    task: Option<TaskName>,
    /// Only those to which something can still happen, or only the others.
    active: Option<bool>,
}

impl OrderSelection {
    /// The filter that says this, from the first of the list on.
    ///
    /// # Errors
    /// When the dates are not in order, or a name is none of a state or share.
    pub(super) fn filter(&self) -> Result<OrderFilter, Problem> {
        range(("from", self.from), ("through", self.through))?;
        Ok(OrderFilter {
            from: self.from.map(|day| day.0),
            through: self.through.map(|day| day.0),
            symbol: symbol(self.symbol.as_deref())?,
            strategy: self.strategy.map(|strategy| strategy.0),
            side: self.side.map(|side| side.0),
            states: self.states()?,
            execution: self.execution.map(RunId),
            task: self.task.map(|task| task.0),
            active: self.active,
            ..OrderFilter::default()
        })
    }

    fn states(&self) -> Result<Vec<OrderState>, Problem> {
        let named = self.states.as_deref().map_or_else(Vec::new, |states| states.split(',').collect());
        let mut states = named.into_iter().map(state_named).collect::<Result<Vec<_>, _>>()?;
        states.extend(self.state.map(|state| state.0));
        states.sort_unstable_by_key(|state| state.name());
        states.dedup();
        Ok(states)
    }
}

fn state_named(name: &str) -> Result<OrderState, Problem> {
    let unknown = || {
        let names: Vec<&str> = OrderState::ALL.into_iter().map(OrderState::name).collect();
        Problem::invalid(format!("{name:?} in states is not a state: {}", names.join(", ")))
    };
    OrderState::ALL.into_iter().find(|state| state.name() == name).ok_or_else(unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_named_one_by_one_and_each_once() {
        let of = |state: Option<OrderState>, states: Option<&str>| OrderSelection {
            from: None,
            through: None,
            symbol: None,
            strategy: None,
            side: None,
            state: state.map(StateName),
            states: states.map(str::to_owned),
            execution: None,
            task: None,
            active: None,
        };
        let states = |state, states| of(state, states).filter().unwrap().states;
        assert!(states(None, None).is_empty());
        let both = states(Some(OrderState::Sent), Some("sent,accepted"));
        assert_eq!(both, [OrderState::Accepted, OrderState::Sent]);
        for wrong in ["sent,", "sent, accepted", "SENT", "held"] {
            assert!(of(None, Some(wrong)).filter().is_err(), "{wrong:?}");
        }
    }
}
