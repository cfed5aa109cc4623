//! Alerts about conditions that last: raised once, told to whoever has to know, cleared when the condition is over.
//!
//! Slots that were not seen are the watchdog's; everything else that somebody has to look at comes through here.

use prahari_domain::ids::UserId;
use prahari_domain::text::into_one_line;
use prahari_store::{AlertCode, NewAlert, NotificationLevel, NotificationRow, Role};

use crate::daemon::Daemon;
use crate::error::AppError;
use crate::events::{AlertEvent, Audience, Event};

impl Daemon {
    /// Raises an alert, unless one with the same code, user and subject is open; returns whether it is new. A new one is
    /// logged, kept, published, and sent as a message to the user it is about and to every admin.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub async fn raise_alert(&self, alert: NewAlert) -> Result<bool, AppError> {
        let now = self.clock.now();
        // Words of files and guests may stand in it.
        let alert = NewAlert { detail: into_one_line(alert.detail), ..alert };
        let Some(raised) = self.store.system().raise_alert(alert, now).await? else { return Ok(false) };
        tracing::error!(code = %raised.code, user = ?raised.user, subject = raised.subject, "{}", raised.detail);
        let audience = raised.user.map_or(Audience::Admins, Audience::User);
        self.events.publish_with(audience, || {
            Event::Alert(AlertEvent {
                code: raised.code.name().to_owned(),
                task: None,
                due_at: None,
                message: raised.detail.clone(),
            })
        });
        self.send_alert(raised.code, raised.user, &raised.detail).await?;
        Ok(true)
    }

    /// Settles an open alert because its condition is over, with a sentence that says how; returns whether there was one.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub async fn clear_alert(
        &self,
        code: AlertCode,
        user: Option<UserId>,
        subject: &str,
        resolution: &str,
    ) -> Result<bool, AppError> {
        let now = self.clock.now();
        let key = (code, user, subject.to_owned());
        let cleared = self.store.system().clear_alert(key, resolution.to_owned(), now).await?;
        if cleared.is_some() {
            tracing::info!(%code, ?user, subject, "an alert is over: {resolution}");
        }
        Ok(cleared.is_some())
    }

    /// Sends the sentence of an alert to the user it is about and to every admin, whom it tells which user that is.
    ///
    /// # Errors
    /// When a message cannot be kept.
    async fn send_alert(&self, code: AlertCode, about: Option<UserId>, detail: &str) -> Result<(), AppError> {
        let is_told = |user: &crate::user::User| about == Some(user.id) || user.role() == Role::Admin;
        for user in self.users().into_iter().filter(|user| is_told(user)) {
            let other = about.filter(|about| *about != user.id);
            let body = other.map_or_else(|| detail.to_owned(), |about| format!("user {about}: {detail}"));
            let row = NotificationRow {
                id: None,
                at: self.clock.now(),
                level: NotificationLevel::Error,
                title: title(code).to_owned(),
                body,
                run: None,
            };
            self.send_notification(user.id, row).await?;
        }
        Ok(())
    }
}

/// The title of the message about an alert.
fn title(code: AlertCode) -> &'static str {
    match code {
        AlertCode::SlotNotSeen => "A slot was expected and not seen",
        AlertCode::UserHalted => "Trading of a user is halted",
        AlertCode::BarsStale => "The bars are stale",
        AlertCode::PriceMissing => "A held share has no new price",
        AlertCode::CalendarEnds => "The trading calendar ends",
        AlertCode::WriteRefused => "Something could not be written down",
        AlertCode::ClockSetBack => "The clock was set back",
        AlertCode::ClockJumped => "The clock jumped forward",
        AlertCode::SymbolHalted => "Orders of a symbol are halted",
        AlertCode::OrderLost => "An order was closed as lost",
    }
}
