//! Which calendars were in force, and what opened outside the exchange's band.

use prahari_domain::instruments::Symbol;
use prahari_store::{CalendarRow, PriceJumpRow};

use super::Queries;
use crate::error::AppError;

/// Most price jumps of an answer. There are a few hundred in a year of the whole exchange.
const MOST_JUMPS: u32 = 500;

/// The versions of the calendar that are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarVersions {
    /// The number of the newest, which is in force.
    pub newest: u64,
    /// Versions that can be read, the newest first.
    pub versions: Vec<CalendarRow>,
}

impl Queries {
    /// The versions of the calendar.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn calendar_versions(&self) -> Result<CalendarVersions, AppError> {
        let versions = self.store.system().calendars().await?;
        Ok(CalendarVersions { newest: self.newest_calendar_version().await?, versions })
    }

    /// The number of the newest version of the calendar.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn newest_calendar_version(&self) -> Result<u64, AppError> {
        Ok(self.store.system().newest_calendar_version().await?)
    }

    /// The document of a version of the calendar, as JSON; none when there is no such version.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn calendar_document(&self, version: u64) -> Result<Option<String>, AppError> {
        Ok(self.store.system().calendar(version).await?.map(|(_, text)| text))
    }

    /// The 500 newest opens outside the exchange's band, newest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn price_jumps(&self) -> Result<Vec<PriceJumpRow>, AppError> {
        Ok(self.store.system().price_jumps(MOST_JUMPS).await?)
    }

    /// Returns those of [`Queries::price_jumps`] that are of one share.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn price_jumps_of(&self, symbol: &Symbol) -> Result<Vec<PriceJumpRow>, AppError> {
        let mut jumps = self.price_jumps().await?;
        jumps.retain(|row| row.jump.symbol == *symbol);
        Ok(jumps)
    }
}
