//! What runs counted, and what tasks said last about what is held.

use std::collections::BTreeSet;

use prahari_domain::book::Position;
use prahari_domain::strategies::StrategyName;
use prahari_domain::time::{Day, Timestamp};
use prahari_store::{CounterTotals, FoundDecision};

use super::UserQueries;
use crate::desk::Valuation;
use crate::error::AppError;

impl UserQueries<'_> {
    /// What the executions of the user that began on `day` (IST) counted, added up by task, in the order of the tasks.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn counter_totals(&self, day: Day) -> Result<Vec<CounterTotals>, AppError> {
        let until = Timestamp::end_of(day);
        let mut totals = self.scope.counter_totals(Timestamp::start_of(day), until).await?;
        let known = self.all.tasks.current();
        totals.sort_by_key(|of| known.rank(of.task));
        Ok(totals)
    }

    /// Returns, for each of these positions, the last decision about it of each task of its strategy since it was opened, newest
    /// first. Of each task the newest runs are looked at, see [`LOOKED_AT`](prahari_store::LOOKED_AT).
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn verdicts(&self, held: &[Valuation]) -> Result<Vec<Vec<FoundDecision>>, AppError> {
        let Some(first) = held.iter().map(|one| one.position.opened_on).min() else { return Ok(Vec::new()) };
        let symbols: BTreeSet<String> = held.iter().map(|one| one.position.symbol.to_string()).collect();
        let found = self.scope.last_decisions(symbols, Timestamp::start_of(first)).await?;
        let tasks = self.all.tasks.current();
        let about = |position: &Position| {
            let is_about = |one: &&FoundDecision| is_about(one, tasks.strategy(one.task), position);
            found.iter().filter(is_about).cloned().collect()
        };
        Ok(held.iter().map(|one| about(&one.position)).collect())
    }
}

/// Returns whether a decision of a task of this strategy is about this position: not about what another strategy holds of the
/// symbol, and not about an earlier position.
fn is_about(found: &FoundDecision, strategy: StrategyName, position: &Position) -> bool {
    position.symbol.as_str() == found.decision.symbol
        && position.strategy == strategy
        && found.started_at >= Timestamp::start_of(position.opened_on)
}

#[cfg(test)]
mod tests {
    use prahari_domain::ids::RunId;
    use prahari_domain::money::Paise;
    use prahari_domain::tasks::Task;
    use prahari_store::DecisionRow;

    use super::*;

    #[test]
    fn a_decision_is_about_the_position_of_its_own_strategy_since_that_was_opened() {
        let (rebound, other) = (StrategyName::REBOUND, StrategyName::literal("momentum"));
        let opened_on: Day = "2025-01-03".parse().unwrap();
        let position = Position {
            symbol: "INFY".parse().unwrap(),
            strategy: rebound,
            quantity: 1,
            average_price: Paise(100),
            invested: Paise(100),
            opened_on,
            entries: Vec::new(),
        };
        let said = |symbol: &str, started_at| FoundDecision {
            run: RunId(1),
            task: Task::literal("position_monitor"),
            started_at,
            decision: DecisionRow {
                symbol: symbol.to_owned(),
                action: "hold".to_owned(),
                reason: "no_exit".to_owned(),
                evidence: Vec::new(),
            },
        };
        let at = Timestamp::start_of(opened_on);
        assert!(is_about(&said("INFY", at), rebound, &position));
        assert!(!is_about(&said("INFY", at), other, &position));
        assert!(!is_about(&said("TCS", at), rebound, &position));
        assert!(!is_about(&said("INFY", at.plus_millis(-1)), rebound, &position));
    }
}
