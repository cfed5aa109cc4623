//! Differences between what a broker holds and the books, of which a person says what becomes of them.

use std::sync::Arc;

use prahari_domain::ids::UserId;
use prahari_domain::strategies::StrategyName;
use prahari_store::DifferenceRow;

use crate::clock::Clock;
use crate::desk::DifferenceDecision;
use crate::error::AppError;
use crate::halts::Halts;
use crate::tasks::Tasks;
use crate::user::User;

/// Decides differences for people.
pub struct Differences {
    pub(crate) clock: Clock,
    pub(crate) halts: Arc<Halts>,
    pub(crate) tasks: Arc<Tasks>,
}

impl Differences {
    /// Does what `by` decides of a difference of a user, and answers it as it ended.
    ///
    /// # Errors
    /// [`AppError::DifferenceRefused`] with the reason; or when the broker cannot be asked or something cannot be written.
    pub async fn decide(
        &self,
        user: &User,
        id: u64,
        decision: DifferenceDecision,
        by: UserId,
    ) -> Result<DifferenceRow, AppError> {
        if let DifferenceDecision::Adopt { strategy: Some(strategy), .. } = decision {
            self.check_strategy(strategy)?;
        }
        let mut desk = user.desk.lock().await;
        // After the desk was waited for: entries of the journal follow each other in time.
        let now = self.clock.now();
        let decided = desk.decide_difference(id, decision, by, now).await;
        self.halts.leave_desk(desk, decided).await?.map_err(AppError::DifferenceRefused)
    }

    /// Says of which strategy shares become that the user buys outside; none when each purchase is asked about.
    ///
    /// # Errors
    /// [`AppError::DifferenceRefused`] when no task is of the strategy; or when it cannot be written.
    pub async fn adopt_purchases_for(
        &self,
        user: &User,
        strategy: Option<StrategyName>,
    ) -> Result<(), AppError> {
        strategy.map_or(Ok(()), |strategy| self.check_strategy(strategy))?;
        user.desk.lock().await.adopt_purchases_for(strategy).await
    }

    /// Shares of a strategy without tasks would be looked after by nobody.
    fn check_strategy(&self, strategy: StrategyName) -> Result<(), AppError> {
        if self.tasks.current().all().any(|task| task.manifest.strategy == strategy) {
            return Ok(());
        }
        Err(AppError::DifferenceRefused(format!("no task is of the strategy {}", strategy.name())))
    }
}
