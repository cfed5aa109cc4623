//! What runs counted, and what tasks said last about what is held.

use std::collections::BTreeSet;

use chrono::NaiveTime;
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
        let until = day.succ_opt().map_or(Timestamp(i64::MAX), midnight);
        let mut totals = self.scope.counter_totals(midnight(day), until).await?;
        let known = self.all.tasks.current();
        totals.sort_by_key(|of| known.rank(of.task));
        Ok(totals)
    }

    /// The last decision of each task about each of these positions since it was opened, newest first. Of each task the
    /// newest runs are looked at, see [`LOOKED_AT`](prahari_store::LOOKED_AT).
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn verdicts(&self, held: &[Valuation]) -> Result<Vec<FoundDecision>, AppError> {
        let Some(first) = held.iter().map(|one| one.position.opened_on).min() else { return Ok(Vec::new()) };
        let symbols: BTreeSet<String> = held.iter().map(|one| one.position.symbol.to_string()).collect();
        let mut found = self.scope.last_decisions(symbols, midnight(first)).await?;
        found.retain(|one| held.iter().any(|position| is_about(one, position)));
        Ok(found)
    }
}

/// Whether a decision is about this position, and not about an earlier one of the same symbol.
fn is_about(found: &FoundDecision, held: &Valuation) -> bool {
    held.position.symbol.as_str() == found.decision.symbol
        && found.started_at >= midnight(held.position.opened_on)
}

fn midnight(day: Day) -> Timestamp {
    Timestamp::from_ist(day, NaiveTime::MIN)
}
