//! Decisions of a user over many runs.

use prahari_store::{DecisionLine, DecisionSearch, Looked, NoteCursor};

use super::UserQueries;
use crate::error::AppError;

impl UserQueries<'_> {
    /// The decisions of the user that the search finds, the newest run first and in the run's own order within it. What is
    /// looked at for one page is bounded.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn search_decisions(
        &self,
        search: DecisionSearch,
    ) -> Result<Looked<DecisionLine, NoteCursor>, AppError> {
        Ok(self.scope.search_decisions(search).await?)
    }
}
