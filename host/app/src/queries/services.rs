//! What the services of a user say of themselves.

use prahari_store::{ServiceLogFilter, ServiceLogRow};

use super::UserQueries;
use crate::error::AppError;

impl UserQueries<'_> {
    /// Returns what happened to the services of the user, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn service_log(&self, filter: ServiceLogFilter) -> Result<Vec<ServiceLogRow>, AppError> {
        Ok(self.scope.service_log(filter).await?)
    }
}
