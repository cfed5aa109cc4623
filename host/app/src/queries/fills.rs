//! The fills of a user's orders.

use prahari_store::{FillCursor, FillFilter, FoundFill, Looked};

use super::UserQueries;
use crate::error::AppError;

impl UserQueries<'_> {
    /// The fills of the user that the filter lets through, newest first, each with its order. What is looked at for one
    /// page is bounded.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn fill_page(&self, filter: FillFilter) -> Result<Looked<FoundFill, FillCursor>, AppError> {
        Ok(self.scope.fill_page(filter).await?)
    }
}
