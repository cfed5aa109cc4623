//! Differences between what a user's broker holds and the books.

use prahari_domain::strategies::StrategyName;
use prahari_store::{DifferenceFilter, DifferenceRow};

use super::UserQueries;
use crate::error::AppError;

impl UserQueries<'_> {
    /// The differences that the filter lets through, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn differences(&self, filter: DifferenceFilter) -> Result<Vec<DifferenceRow>, AppError> {
        Ok(self.scope.differences(filter).await?)
    }

    /// Of which strategy shares become that the user buys outside; none when each purchase is asked about.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn outside_purchases(&self) -> Result<Option<StrategyName>, AppError> {
        Ok(self.scope.outside_purchases().await?)
    }

    /// A difference of the user; none when there is no such one.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn difference(&self, id: u64) -> Result<Option<DifferenceRow>, AppError> {
        Ok(self.scope.find_difference(id).await?)
    }
}
