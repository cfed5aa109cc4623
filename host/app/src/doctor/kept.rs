//! What the doctor found in the mornings, as it is kept and read.

use prahari_brokers::Check;
use prahari_domain::time::{Day, Timestamp};
use prahari_store::{ReadinessOutcome, ReadinessRow};

use super::Doctor;
use crate::error::AppError;
use crate::user::User;

/// Mornings that are shown, and looked through for what should be the same each day.
pub const MORNINGS_SHOWN: u32 = 10;

/// The look of one morning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Morning {
    /// The trading date.
    pub day: Day,
    /// Time at which it was due.
    pub due_at: Timestamp,
    /// Time at which it was made; none when it was missed.
    pub looked_at: Option<Timestamp>,
    /// How it came out.
    pub outcome: ReadinessOutcome,
    /// Why it was late or missed, one sentence; empty when it was in time.
    pub reason: String,
    /// What was looked at; nothing when it was missed.
    pub checks: Vec<Check>,
}

impl Morning {
    /// What a check should be each day, as this morning found it, with its date.
    pub(super) fn steady(&self, name: &str) -> Option<(Day, &str)> {
        let check = self.checks.iter().find(|check| check.name == name)?;
        Some((self.day, check.steady.as_deref()?))
    }

    /// Reads a row; checks that an earlier release wrote otherwise are left out.
    fn of(row: ReadinessRow) -> Self {
        let ReadinessRow { day, due_at, looked_at, outcome, reason, checks } = row;
        let checks = serde_json::from_str(&checks).unwrap_or_else(|error| {
            tracing::warn!(%day, %error, "what the doctor found in a morning cannot be read");
            Vec::new()
        });
        Self { day, due_at, looked_at, outcome, reason, checks }
    }
}

impl Doctor {
    /// The looks at a user of the newest mornings, newest first, `most` of them at most.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn mornings(&self, user: &User, most: u32) -> Result<Vec<Morning>, AppError> {
        let rows = self.handles.store.user(user.id).readiness(most).await?;
        Ok(rows.into_iter().map(Morning::of).collect())
    }

    /// The look at a user of the morning of one date; none before it was made.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn morning_of(&self, user: &User, day: Day) -> Result<Option<Morning>, AppError> {
        Ok(self.handles.store.user(user.id).readiness_of(day).await?.map(Morning::of))
    }
}
