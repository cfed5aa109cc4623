//! From one start of the daemon to the next: what is kept of logins, and the session of the day.

use std::sync::Arc;

use prahari_domain::time::{Day, Timestamp};
use prahari_secrets::Secret;
use serde_json::{Map, Value, json};
use url::Url;

use super::Session;
use super::manager::{InUse, UserSession};
use super::record::{KeptSession, LoginRecords};
use crate::error::{Call, KotakError};
use crate::http::reach::Reach;

/// Generation of a kept session that nobody can use.
const UNUSABLE: u64 = 0;

impl UserSession {
    /// Takes up what an earlier process has kept, the first time that it is called. Nobody logs in by that.
    ///
    /// # Errors
    /// When it cannot be read; nobody may log in then, and the next call reads again.
    pub(crate) async fn take_up(self: &Arc<Self>) -> Result<(), KotakError> {
        self.taken_up.get_or_try_init(|| self.read_kept()).await.map(|_| ())
    }

    async fn read_kept(self: &Arc<Self>) -> Result<(), KotakError> {
        let Some(records) = &self.parts.records else { return Ok(()) };
        let record = records.record(self.user).await;
        let Some(record) = record.map_err(|why| KotakError::not_sent(Call::LogIn, why))? else {
            return Ok(());
        };
        let was_cut_off = self.inner.lock().restore(record, &self.parts.settings);
        let is_usable = self.take_session(&**records).await;
        if was_cut_off || !is_usable {
            self.save_or_tell().await;
        }
        Ok(())
    }

    /// Takes up the session of today, if one is kept. Answers whether what is kept may stay.
    async fn take_session(&self, records: &dyn LoginRecords) -> bool {
        let today = self.parts.pace.now().ist_day();
        let opened = match records.session(self.user, today).await {
            Ok(None) => return true,
            Ok(Some(text)) => self.reopen(&text, today).await,
            Err(why) => Err(why),
        };
        match opened {
            Ok(in_use) => {
                let (day, since) = (in_use.0.day, in_use.0.since);
                let mut inner = self.inner.lock();
                inner.stored = Some(in_use.0.generation);
                inner.current = Some(in_use);
                drop(inner);
                self.changed.send_replace(());
                tracing::info!(user = %self.user, %day, %since, "took up the session at the broker");
                true
            }
            Err(why) => {
                self.inner.lock().stored = Some(UNUSABLE);
                tracing::warn!(user = %self.user, why, "the kept session at the broker cannot be used: the next call logs in");
                false
            }
        }
    }

    async fn reopen(&self, text: &Secret, today: Day) -> Result<InUse, String> {
        let mut session = Session::from_text(text, &self.parts.settings.login)?;
        if session.day != today {
            return Err(format!("it is of {}", session.day));
        }
        for secret in [&session.token, &session.sid].into_iter().chain(&session.also_secret) {
            self.masker.learn(secret);
        }
        let (_, client) = self.without_session().await.map_err(|error| error.said.to_string())?;
        let mut inner = self.inner.lock();
        inner.generation += 1;
        session.generation = inner.generation;
        drop(inner);
        Ok((Arc::new(session), Arc::new(client)))
    }

    /// Keeps what the next start has to know, and waits until it is durable. It is read when its turn has come, so whoever
    /// comes last writes the newest; whoever gives up waiting ends no write.
    ///
    /// # Errors
    /// When it is not kept.
    pub(super) async fn save(self: &Arc<Self>) -> Result<(), KotakError> {
        let Some(records) = self.parts.records.clone() else { return Ok(()) };
        let this = self.clone();
        let saving = tokio::spawn(async move {
            let _one = this.saving.lock().await;
            let now = this.parts.pace.now();
            let (record, session, stored) = {
                let inner = this.inner.lock();
                let (session, stored) = match &inner.current {
                    _ if inner.is_left => (KeptSession::Same, inner.stored),
                    Some((session, _)) if inner.stored == Some(session.generation) => {
                        (KeptSession::Same, inner.stored)
                    }
                    Some((session, _)) => {
                        let text = session.text(&this.parts.settings.login);
                        (KeptSession::Keep(text), Some(session.generation))
                    }
                    None if inner.stored.is_some() => (KeptSession::Remove, None),
                    None => (KeptSession::Same, None),
                };
                (inner.record(now), session, stored)
            };
            records.save(this.user, record, session).await?;
            this.inner.lock().stored = stored;
            Ok(())
        });
        let saved = saving.await.unwrap_or_else(|_| Err("what is known of logins was not kept".to_owned()));
        saved.map_err(|why| KotakError::not_sent(Call::LogIn, why))
    }

    /// The same for what has happened already: that it is not kept is a line in the log.
    pub(super) async fn save_or_tell(self: &Arc<Self>) {
        if let Err(error) = self.save().await {
            tracing::error!(user = %self.user, why = %error.said, "what is known of logins at the broker is not kept");
        }
    }
}

impl Session {
    /// The whole session as a text, which is as secret as its keys. It belongs to the address of the login: another start may
    /// name another, to which these keys must not go.
    fn text(&self, login: &Url) -> Secret {
        let url = |url: &Option<Url>| url.as_ref().map(Url::as_str).map(str::to_owned);
        let also: Vec<&str> = self.also_secret.iter().map(Secret::expose).collect();
        let text = json!({
            "login": login.as_str(), "since": self.since.0,
            "token": self.token.expose(), "sid": self.sid.expose(), "also_secret": also,
            "base": self.base.as_str(), "feed": url(&self.feed), "orders": url(&self.orders),
            "data_centre": self.data_centre,
        });
        Secret::new(text.to_string())
    }

    /// # Errors
    /// One sentence without secrets, when it is none of this address of the login.
    fn from_text(text: &Secret, login: &Url) -> Result<Self, String> {
        let fields: Map<String, Value> =
            serde_json::from_str(text.expose()).map_err(|_| "it cannot be read".to_owned())?;
        let text = |field: &str| fields.get(field).and_then(Value::as_str);
        if text("login") != Some(login.as_str()) {
            return Err("it is of another address of the login".to_owned());
        }
        let reach = Reach::of(login)?;
        let need = |field: &str| text(field).ok_or_else(|| format!("it lacks {field}"));
        let secret = |text: &str| Secret::new(text.to_owned());
        let since = fields.get("since").and_then(Value::as_i64).map(Timestamp);
        let since = since.ok_or_else(|| "it lacks since".to_owned())?;
        let also = fields.get("also_secret").and_then(Value::as_array).into_iter().flatten();
        Ok(Self {
            generation: UNUSABLE,
            day: since.ist_day(),
            since,
            token: secret(need("token")?),
            sid: secret(need("sid")?),
            also_secret: also.filter_map(Value::as_str).map(secret).collect(),
            base: reach
                .read(need("base")?)
                .ok_or_else(|| "its base is no address of the broker".to_owned())?,
            feed: text("feed").and_then(|url| reach.read(url)),
            orders: text("orders").and_then(|url| reach.read(url)),
            data_centre: text("data_centre").map(str::to_owned),
        })
    }
}
