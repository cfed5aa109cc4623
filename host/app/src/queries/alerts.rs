//! Alerts and halts: what stands until somebody deals with it.

use prahari_store::{AlertFilter, AlertRow, HaltFilter, HaltRow};

use super::{Queries, UserQueries};
use crate::error::AppError;

impl UserQueries<'_> {
    /// The alerts about the user that the filter lets through, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn alerts(&self, filter: AlertFilter) -> Result<Vec<AlertRow>, AppError> {
        Ok(self.scope.alerts(filter).await?)
    }

    /// An alert about the user; none when there is no such alert about them.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn alert(&self, id: u64) -> Result<Option<AlertRow>, AppError> {
        Ok(self.scope.find_alert(id).await?)
    }

    /// The halts of the user that the filter lets through, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn halts(&self, filter: HaltFilter) -> Result<Vec<HaltRow>, AppError> {
        Ok(self.scope.halts(filter).await?)
    }
}

impl Queries {
    /// The alerts about everybody and the installation that the filter lets through, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn alerts_of_all(&self, filter: AlertFilter) -> Result<Vec<AlertRow>, AppError> {
        Ok(self.store.system().alerts(filter).await?)
    }

    /// An alert about the installation; none when there is no such alert about it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn installation_alert(&self, id: u64) -> Result<Option<AlertRow>, AppError> {
        Ok(self.store.system().find_installation_alert(id).await?)
    }

    /// The open alerts about the installation, oldest first, `limit` at most. They name no user.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn open_installation_alerts(&self, limit: u32) -> Result<Vec<AlertRow>, AppError> {
        Ok(self.store.system().open_installation_alerts(limit).await?)
    }

    /// The halts of everybody that the filter lets through, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn halts_of_all(&self, filter: HaltFilter) -> Result<Vec<HaltRow>, AppError> {
        Ok(self.store.system().halts(filter).await?)
    }

    /// A halt of whichever user; none when there never was one of this id.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn halt(&self, id: u64) -> Result<Option<HaltRow>, AppError> {
        Ok(self.store.system().find_halt(id).await?)
    }
}
