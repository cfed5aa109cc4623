//! What the runs of everybody wrote.

use prahari_domain::ids::UserId;
use prahari_store::{FoundLine, LogFilter, Looked, NoteCursor};

use super::Queries;
use crate::error::AppError;

impl Queries {
    /// Log lines of the runs of everybody with their users, newest run first. What is looked at for one page is bounded.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn search_log_of_all(
        &self,
        filter: LogFilter,
    ) -> Result<Looked<(UserId, FoundLine), NoteCursor>, AppError> {
        Ok(self.store.system().search_log(filter).await?)
    }
}
