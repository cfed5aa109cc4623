//! Getting a session: the one of today, or one login for everybody who waits for it.

use std::sync::Arc;

use prahari_brokers::SessionEnd;
use prahari_domain::numbers::counted;
use prahari_domain::time::Timestamp;
use prahari_secrets::{Secret, TotpStep};

use super::login;
use super::manager::{InUse, UserSession};
use crate::client::KotakClient;
use crate::credentials::Credentials;
use crate::error::{Call, KotakError};
use crate::mask::Masked;
use crate::settings::Outbound;

impl UserSession {
    /// Logs in with a code that the user typed, unless there is a session.
    ///
    /// # Errors
    /// Those of the login.
    pub async fn log_in_with(self: &Arc<Self>, code: Secret) -> Result<(), KotakError> {
        self.acquire(Some(code)).await.map(|_| ())
    }

    /// Makes sure that there is a session, before something is done that must not end in the middle of a login.
    ///
    /// # Errors
    /// Those of the login.
    pub(crate) async fn ready(self: &Arc<Self>) -> Result<(), KotakError> {
        self.acquire(None).await.map(|_| ())
    }

    /// Returns the session of today, and logs in for it if there is none. Whoever gives up waiting ends no login: half a
    /// login is a code used up, and perhaps a session that nobody has.
    pub(super) async fn acquire(self: &Arc<Self>, code: Option<Secret>) -> Result<InUse, KotakError> {
        if let Some(found) = self.of_today().await {
            return Ok(found);
        }
        let this = self.clone();
        let done = tokio::spawn(async move {
            this.take_up().await?;
            let _one = this.one_login.lock().await;
            match this.of_today().await {
                Some(found) => Ok(found),
                None => this.log_in(code).await,
            }
        });
        done.await.unwrap_or_else(|_| Err(KotakError::not_sent(Call::LogIn, "the login was ended")))
    }

    /// The session in use; one of another day is forgotten here.
    async fn of_today(self: &Arc<Self>) -> Option<InUse> {
        let today = self.parts.pace.now().ist_day();
        let current = self.inner.lock().current.clone()?;
        if current.0.day == today {
            return Some(current);
        }
        self.forget(SessionEnd::Day).await;
        None
    }

    /// Logs in. Only the holder of the one login comes here.
    async fn log_in(self: &Arc<Self>, typed: Option<Secret>) -> Result<InUse, KotakError> {
        let began = self.parts.pace.now();
        let (epoch, generation, last_step) = match self.begin(began, typed.is_some()) {
            Ok(begun) => begun,
            Err(NotNow { error, is_news }) => {
                if is_news {
                    self.save_or_tell().await;
                }
                return Err(error);
            }
        };
        match self.both_steps(typed, generation, last_step).await {
            Ok(in_use) => self.opened(in_use, epoch).await,
            Err(error) => Err(self.failed(error).await),
        }
    }

    /// Takes the session that a login has opened.
    async fn opened(self: &Arc<Self>, in_use: InUse, epoch: u64) -> Result<InUse, KotakError> {
        let (login, is_kept) = self.note_opened(&in_use, epoch);
        // Before anybody uses it: a session of which nobody knows would cost another login.
        self.save_or_tell().await;
        if !is_kept {
            return Err(KotakError::not_sent(
                Call::Validate,
                "the session was forgotten while it was opened",
            ));
        }
        self.changed.send_replace(());
        let (user, day, leaves) = (self.user, in_use.0.day, in_use.1.way_out());
        tracing::info!(%user, %day, login, %leaves, "logged in at the broker");
        Ok(in_use)
    }

    /// Answers which login of its day it was, and whether nobody has forgotten the session meanwhile.
    fn note_opened(&self, in_use: &InUse, epoch: u64) -> (u32, bool) {
        let mut inner = self.inner.lock();
        inner.logging_in = None;
        let login = inner.logged_in(in_use.0.since);
        let is_kept = inner.epoch == epoch;
        if is_kept {
            inner.current = Some(in_use.clone());
            (inner.over, inner.cooling, inner.needs_code) = (None, None, false);
            (inner.refusals, inner.last_answer, inner.failure) = (0, None, None);
            inner.is_left = false;
        }
        (login, is_kept)
    }

    /// Draws what follows from a login that failed.
    async fn failed(self: &Arc<Self>, error: KotakError) -> KotakError {
        let (is_news, had_begun) = self.note_failed(&error);
        // What never began is known to nobody outside, and happens each minute where something is missing.
        if had_begun {
            self.save_or_tell().await;
        }
        if is_news {
            tracing::warn!(user = %self.user, %error, "the login at the broker failed");
        } else {
            tracing::debug!(user = %self.user, %error, "the login at the broker failed again");
        }
        error
    }

    /// Answers whether the log does not know the reason yet, and whether the login had begun.
    fn note_failed(&self, error: &KotakError) -> (bool, bool) {
        let now = self.parts.pace.now();
        let mut inner = self.inner.lock();
        inner.logging_in = None;
        let is_news = inner.failure.replace(error.said.clone()).as_ref() != Some(&error.said);
        (is_news, inner.failed(error, now, &self.parts.settings))
    }

    /// Notes that a login begins.
    ///
    /// # Errors
    /// When none may be tried now.
    fn begin(&self, now: Timestamp, by_hand: bool) -> Result<(u64, u64, Option<TotpStep>), NotNow> {
        let mut inner = self.inner.lock();
        let not_now = |said: String, is_news: bool| {
            Err(NotNow { error: KotakError::not_sent(Call::LogIn, said), is_news })
        };
        if let Some((_, reason)) = &inner.blocked {
            return not_now(format!("nobody logs in until a person allows it: {reason}"), false);
        }
        if let Some((until, reason)) = inner.cooling.clone().filter(|(until, _)| *until > now) {
            // The sentence is shown later, too, so it names the time and not what is left of it.
            let from = until.plus_millis(999).ist_time().format("%H:%M:%S");
            return not_now(format!("the next login is not before {from} IST: {reason}"), false);
        }
        if !by_hand && inner.counted_on(now.ist_day()) >= self.parts.settings.logins_a_day {
            let logins = counted(self.parts.settings.logins_a_day, "login", "logins");
            let reason = format!("{logins} on one day");
            inner.blocked = Some((now, Masked::ours(reason.clone())));
            return not_now(format!("nobody logs in until a person allows it: {reason}"), true);
        }
        inner.generation += 1;
        inner.logging_in = Some(now);
        Ok((inner.epoch, inner.generation, inner.last_step))
    }

    /// Opens the credentials, and connections that belong to no session. Nobody logs in by that.
    ///
    /// # Errors
    /// [`Meaning::NotSent`](crate::error::Meaning::NotSent) when something is missing, or the user's way out cannot be used.
    pub(super) async fn without_session(&self) -> Result<(Credentials, KotakClient), KotakError> {
        let credentials = self.parts.credentials.credentials(self.user).await;
        let credentials = credentials.map_err(|why| KotakError::not_sent(Call::LogIn, why))?;
        for secret in
            [&credentials.access_token, &credentials.mobile, &credentials.client_code, &credentials.pin]
        {
            self.masker.learn(secret);
        }
        if let Outbound::Proxy(proxy) = &credentials.outbound {
            self.masker.learn(proxy);
        }
        let client = self.parts.clients.client(&credentials, self.masker.clone(), self.turns.clone()).await?;
        Ok((credentials, client))
    }

    async fn both_steps(
        self: &Arc<Self>,
        typed: Option<Secret>,
        generation: u64,
        last: Option<TotpStep>,
    ) -> Result<InUse, KotakError> {
        let pace = &*self.parts.pace;
        let (credentials, client) = self.without_session().await?;
        if typed.is_none() && credentials.codes.is_none() {
            self.inner.lock().needs_code = true;
        }
        let (code, step) = login::code(&credentials, typed, last, pace).await?;
        self.inner.lock().begins(pace.now(), step);
        // Durable before anything is sent: what nobody remembers would be tried without end.
        self.save().await?;
        let session = login::log_in(&client, &credentials, &code, generation, pace).await?;
        Ok((Arc::new(session), Arc::new(client)))
    }
}

/// Why no login begins, and whether that has to be kept.
struct NotNow {
    error: KotakError,
    is_news: bool,
}

#[cfg(test)]
impl UserSession {
    pub(super) async fn acquire_for_test(self: &Arc<Self>) -> InUse {
        self.acquire(None).await.unwrap()
    }
}
