//! What the runs of everybody wrote.

use prahari_store::{LogFilter, LogPageOfAll};

use super::Queries;
use crate::error::AppError;

impl Queries {
    /// Log lines of the runs of everybody, newest run first. What is looked at for one page is bounded.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn search_log_of_all(&self, filter: LogFilter) -> Result<LogPageOfAll, AppError> {
        Ok(self.store.system().search_log(filter).await?)
    }
}
