//! Alerts about open orders at the broker that the books do not know: one for each, until it has ended.

use prahari_domain::ids::UserId;
use prahari_store::{AlertCode, AlertFilter, NewAlert};

use super::Notices;
use crate::desk::StrayNews;
use crate::error::AppError;

/// Most open alerts that are looked through for those that are over.
const MOST_OPEN: u32 = 10_000;

impl Notices {
    /// Raises an alert for each order that stands and is not known yet, and resolves those of orders that stand no more, also where
    /// a process before this one raised them.
    ///
    /// # Errors
    /// When an alert cannot be read or written down.
    pub(super) async fn tell_of_strays(&self, user: UserId, news: StrayNews) -> Result<(), AppError> {
        let (code, system) = (AlertCode::OrderUnclaimed, self.handles.store.system());
        let filter = AlertFilter { open: Some(true), before: None, limit: MOST_OPEN };
        let alerts = system.alerts(filter).await?.into_iter();
        for alert in alerts.filter(|alert| alert.code == code && alert.user == Some(user)) {
            if news.open.iter().any(|stray| stray.broker_id == alert.subject) {
                continue;
            }
            let ended = news.ended.iter().find(|(number, _)| *number == alert.subject);
            let how = ended.map_or("the order stands at the broker no more", |(_, how)| how);
            self.clear(code, Some(user), &alert.subject, how).await?;
        }
        for stray in news.open {
            let subject = stray.broker_id.clone();
            if system.is_alert_known(code, Some(user), subject.clone()).await? {
                continue;
            }
            let detail = stray.in_words();
            self.raise(NewAlert { code, user: Some(user), subject, detail }).await?;
        }
        Ok(())
    }
}
