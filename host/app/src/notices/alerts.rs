//! Alerts about conditions that last: raised once, told to whoever has to know, cleared when the condition is over.
//!
//! Slots that were not seen are the watchdog's; everything else that somebody has to look at comes through here.

use parking_lot::MutexGuard;
use prahari_domain::ids::{OrderId, UserId};
use prahari_domain::text::into_one_line;
use prahari_store::{AlertCode, AlertRow, NewAlert, Role};

use super::{Gathered, Lines, Notices, words};
use crate::day_log::Kind;
use crate::desk::{FillAlarm, OrderAlarm, UnknownAlarm};
use crate::error::AppError;
use crate::events::{AlertEvent, Audience, Event, Resource};
use crate::user::User;

impl Notices {
    /// Raises an alert, unless one with the same code, user and subject is open; returns whether it is new. A new
    /// one is logged, kept, published, and sent as a message to the user it is about and to every admin.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub async fn raise(&self, alert: NewAlert) -> Result<bool, AppError> {
        let now = self.handles.clock.now();
        // Words of files and guests may stand in it.
        let alert = NewAlert { detail: into_one_line(alert.detail), ..alert };
        let Some(raised) = self.handles.store.system().raise_alert(alert, now).await? else {
            return Ok(false);
        };
        let user = raised.user.map(tracing::field::display);
        tracing::error!(code = %raised.code, user, subject = raised.subject, "{}", raised.detail);
        let audience = raised.user.map_or(Audience::Admins, Audience::User);
        self.handles.events.publish_with(audience, || {
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

    /// Resolves an open alert because its condition is over, with a sentence that says how; returns whether there
    /// was one.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub async fn clear(
        &self,
        code: AlertCode,
        user: Option<UserId>,
        subject: &str,
        resolution: &str,
    ) -> Result<bool, AppError> {
        let now = self.handles.clock.now();
        let key = (code, user, subject.to_owned());
        let cleared = self.handles.store.system().clear_alert(key, resolution.to_owned(), now).await?;
        if let Some(cleared) = &cleared {
            let audience = user.map_or(Audience::Admins, Audience::User);
            self.handles.events.changed(audience, Resource::Alert, cleared.id);
            self.handles.day_log.noted(
                user,
                Kind::Info,
                &format!("an alert is over ({code} {subject}): {resolution}"),
            );
        }
        Ok(cleared.is_some())
    }

    /// Raises and resolves the alerts of a user about orders: of which it is not known what became, and of which executions were
    /// annulled. There is one for an order and kind.
    ///
    /// # Errors
    /// When an alert cannot be written down.
    pub(crate) async fn tell_of_orders(&self, user: UserId, alarms: Vec<OrderAlarm>) -> Result<(), AppError> {
        let of = |code, order: OrderId, detail| NewAlert {
            code,
            user: Some(user),
            subject: order.to_string(),
            detail,
        };
        let (unknown, annulled) = (AlertCode::OrderUnknown, AlertCode::FillWithdrawn);
        for alarm in alarms {
            match alarm {
                OrderAlarm::Unknown(UnknownAlarm::Raised { order, detail }) => {
                    self.raise(of(unknown, order, detail)).await?;
                }
                OrderAlarm::Unknown(UnknownAlarm::Over { order, how }) => {
                    self.clear(unknown, Some(user), &order.to_string(), &how).await?;
                }
                OrderAlarm::Fill(FillAlarm::Gone { order, detail }) => {
                    let alert = of(annulled, order, detail);
                    // What is gone now is news, also while the alert stands.
                    if !self.raise(alert.clone()).await?
                        && let Some(reworded) = self.reword(alert).await?
                    {
                        self.send_alert(annulled, Some(user), &reworded.detail).await?;
                    }
                }
                OrderAlarm::Stray(news) => self.tell_of_strays(user, news).await?,
                OrderAlarm::Fill(FillAlarm::Left { order, detail }) => {
                    self.reword(of(annulled, order, detail)).await?;
                }
                OrderAlarm::Fill(FillAlarm::Settled { order, how }) => {
                    self.clear(annulled, Some(user), &order.to_string(), &how).await?;
                }
            }
        }
        Ok(())
    }

    /// Has an open alert say something else than it does, because its condition has changed; returns it when it does.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub(crate) async fn reword(&self, alert: NewAlert) -> Result<Option<AlertRow>, AppError> {
        let alert = NewAlert { detail: into_one_line(alert.detail), ..alert };
        let reworded = self.handles.store.system().reword_alert(alert).await?;
        if let Some(AlertRow { id, user, code, subject, detail, .. }) = &reworded {
            let audience = user.map_or(Audience::Admins, Audience::User);
            self.handles.events.changed(audience, Resource::Alert, *id);
            self.handles.day_log.noted(
                *user,
                Kind::Info,
                &format!("an alert says something else now ({code} {subject}): {detail}"),
            );
        }
        Ok(reworded)
    }

    /// Sends the sentence of an alert to the user it is about and to every admin, whom it tells which user that is.
    ///
    /// # Errors
    /// When a message cannot be kept.
    async fn send_alert(&self, code: AlertCode, about: Option<UserId>, detail: &str) -> Result<(), AppError> {
        let is_told = |user: &User| about == Some(user.id) || user.access.role() == Role::Admin;
        for user in self.users.all().into_iter().filter(|user| is_told(user)) {
            let other = about.filter(|about| *about != user.id);
            let body = other.map_or_else(|| detail.to_owned(), |about| format!("user {about}: {detail}"));
            // In lockstep there is no while to wait for.
            if self.handles.clock.is_lockstep() {
                self.send_of_alert((user.id, code), body).await?;
            } else {
                self.gathered().add((user.id, code), Lines::one(body), self.handles.clock.now());
            }
        }
        self.send_gathered().await
    }

    /// Sends the gathered messages about alerts that are due: further alerts of the same kind are sent
    /// together, a while after the first.
    ///
    /// # Errors
    /// When a message cannot be kept.
    pub(crate) async fn send_gathered(&self) -> Result<(), AppError> {
        let due = self.gathered().due(self.handles.clock.now());
        for (cause, text) in due {
            self.send_of_alert(cause, text).await?;
        }
        Ok(())
    }

    /// Sends what waits still, because nobody will later.
    pub(crate) async fn send_rest_of_gathered(&self) {
        let rest = self.gathered().rest();
        for (cause, text) in rest {
            if let Err(error) = self.send_of_alert(cause, text).await {
                tracing::error!(%error, "a message about alerts could not be kept");
            }
        }
    }

    async fn send_of_alert(&self, (user, code): (UserId, AlertCode), body: String) -> Result<(), AppError> {
        self.tell(user, words::alerts::raised(code, body), None).await
    }

    fn gathered(&self) -> MutexGuard<'_, Gathered<(UserId, AlertCode)>> {
        self.gathered.lock()
    }
}
