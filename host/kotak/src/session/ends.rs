//! How a session ends: forgotten by the daemon, or called over by the broker.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use prahari_brokers::SessionEnd;

use super::inner::millis;
use super::manager::UserSession;
use crate::mask::Masked;

impl UserSession {
    /// Forgets the session; at the end of a day, one of another day. One line in the log says so where there was one. A session
    /// with which everybody's prices are had stays when its user stops trading: the next price would log in again. When the daemon
    /// stops, what is kept is left to its next start.
    pub async fn forget(self: &Arc<Self>, why: SessionEnd) {
        if self.drop_session(why) {
            self.save_or_tell().await;
        }
    }

    /// Answers whether something has to be kept differently now.
    fn drop_session(&self, why: SessionEnd) -> bool {
        let is_of_trading = matches!(why, SessionEnd::Service | SessionEnd::Broker);
        if is_of_trading && self.lent.load(Ordering::Relaxed) {
            return false;
        }
        let now = self.parts.pace.now();
        let mut inner = self.inner.lock();
        let is_of_today = inner.current.as_ref().is_some_and(|(session, _)| session.day == now.ist_day());
        if why == SessionEnd::Day && (is_of_today || inner.current.is_none()) {
            return false;
        }
        let had = inner.current.take().is_some();
        inner.epoch += 1;
        let is_new_start = why == SessionEnd::Credentials;
        // Why others failed says nothing of the new ones.
        let hides_older = is_new_start && inner.over.is_some();
        if had || inner.logging_in.is_some() || hides_older {
            inner.over = Some((now, Masked::ours(why.reason())));
        }
        if is_new_start {
            (inner.needs_code, inner.failure) = (false, None);
            inner.allow_again();
        }
        inner.is_left = why == SessionEnd::Shutdown;
        let is_left = inner.is_left && inner.stored.is_some();
        let changes = !inner.is_left && (had || is_new_start || inner.stored.is_some());
        drop(inner);
        if had {
            self.changed.send_replace(());
            if is_left {
                tracing::info!(user = %self.user, "the session at the broker is left to the next start of this day");
            } else {
                tracing::info!(user = %self.user, why = why.reason(), "the session at the broker was forgotten");
            }
        }
        changes
    }

    /// Takes up that a session answers as if there were nothing, although there is something: some do so until the next
    /// login. Answers whether another login may help, which it does once a day.
    pub(crate) async fn doubt(self: &Arc<Self>, session: u64) -> bool {
        let helps = self.note_doubt(session);
        if helps {
            let said = Masked::ours("it answers that there is nothing, and there is something");
            self.is_over(session, &said).await;
        }
        helps
    }

    fn note_doubt(&self, session: u64) -> bool {
        let now = self.parts.pace.now();
        let young = millis(self.parts.settings.young);
        let mut inner = self.inner.lock();
        let is_old = inner.current.as_ref().is_some_and(|(current, _)| {
            current.generation == session && now.millis_since(current.since) >= young
        });
        let helps = is_old && inner.doubted != Some(now.ist_day());
        if helps {
            inner.doubted = Some(now.ist_day());
        }
        helps
    }

    /// Drops a session that the broker calls over, unless another one has taken its place. One that was hardly used is
    /// not helped by another login: the next waits, each time longer.
    pub(super) async fn is_over(self: &Arc<Self>, generation: u64, said: &Masked) {
        if self.drop_over(generation, said) {
            self.changed.send_replace(());
            tracing::warn!(user = %self.user, %said, "the broker says that the session is over");
            self.save_or_tell().await;
        }
    }

    fn drop_over(&self, generation: u64, said: &Masked) -> bool {
        let now = self.parts.pace.now();
        let settings = &self.parts.settings;
        let mut inner = self.inner.lock();
        let Some((session, _)) = inner.current.take_if(|(session, _)| session.generation == generation)
        else {
            return false;
        };
        inner.over = Some((now, said.clone()));
        if now.millis_since(session.since) < millis(settings.young) {
            let longer = 1_i64.checked_shl(inner.fruitless).unwrap_or(i64::MAX);
            inner.fruitless = inner.fruitless.saturating_add(1).min(16);
            let wait =
                millis(settings.cool_down).saturating_mul(longer).min(millis(settings.longest_cool_down));
            inner.cooling = Some((now.plus_millis(wait), said.clone()));
        }
        true
    }
}
