//! The users as an admin looks at them: lists, and how each stands.

use std::collections::BTreeMap;

use prahari_domain::ids::UserId;
use prahari_domain::money::Paise;
use prahari_domain::time::Timestamp;
use prahari_store::{UserFilter, UserRow};

use super::{Queries, UserQueries};
use crate::error::AppError;

/// A user, and what of theirs is kept that an admin looks at first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserGlance {
    /// The user as they are kept.
    pub row: UserRow,
    /// Time at which a session of theirs was last used, in real time to the minute; none when they have no session.
    pub seen_at: Option<Timestamp>,
    /// Open alerts about them.
    pub open_alerts: u32,
    /// Orders of which it is not known whether the broker has them.
    pub unknown_orders: u32,
}

impl UserQueries<'_> {
    /// Returns what today has brought the user by now, in paise: realised and dividends, less charges; none while their desk waits for the
    /// broker, which nobody who only looks waits for.
    pub fn net_today(&self) -> Option<Paise> {
        // A figure that is missing for a moment is shown as missing: nothing is decided by it.
        let desk = self.user.desk.try_lock().ok()?;
        let (book, today) = (desk.book(), self.all.clock.now().ist_day());
        Some(book.realised_on(today) + book.income_on(today) - book.charges_on(today))
    }
}

impl Queries {
    /// The users that the filter lets through, in its order.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn users(&self, filter: UserFilter) -> Result<Vec<UserRow>, AppError> {
        Ok(self.store.system().user_page(filter).await?)
    }

    /// The same users, each with what of theirs is kept: a few queries for all of them.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn users_at_a_glance(&self, filter: UserFilter) -> Result<Vec<UserGlance>, AppError> {
        let system = self.store.system();
        let rows = system.user_page(filter).await?;
        let ids: Vec<UserId> = rows.iter().map(|row| row.id).collect();
        let seen: BTreeMap<_, _> = system.last_seen(&ids).await?.into_iter().collect();
        let alerts: BTreeMap<_, _> = system.open_alerts_by_user().await?.into_iter().collect();
        let unknown: BTreeMap<_, _> = system.unknown_orders_by_user().await?.into_iter().collect();
        let glance = |row: UserRow| UserGlance {
            seen_at: seen.get(&row.id).copied(),
            open_alerts: alerts.get(&row.id).copied().unwrap_or(0),
            unknown_orders: unknown.get(&row.id).copied().unwrap_or(0),
            row,
        };
        Ok(rows.into_iter().map(glance).collect())
    }
}
