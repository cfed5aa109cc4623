//! Who logs in, when, and when nobody does.

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;
use prahari_brokers::{Pace, SessionEnd};
use prahari_domain::ids::UserId;
use prahari_domain::numbers::counted;
use prahari_domain::time::Timestamp;
use prahari_secrets::{Secret, TotpStep};
use tokio::sync::{OnceCell, watch};

use super::Session;
use super::inner::{Inner, millis};
use super::login;
use super::record::LoginRecords;
use super::state::SessionView;
use crate::client::{ClientFactory, KotakClient, Turns};
use crate::credentials::{CredentialSource, Credentials};
use crate::error::{Call, KotakError, Meaning};
use crate::mask::{Masked, Masker};
use crate::settings::{KotakSettings, Outbound};

/// The sessions of all users. One of these exists in a process, and nothing else logs in.
pub struct Sessions {
    parts: Arc<Parts>,
    users: Mutex<HashMap<UserId, Arc<UserSession>>>,
}

/// What the sessions of all users have in common.
pub(super) struct Parts {
    pub(super) settings: Arc<KotakSettings>,
    pub(super) pace: Arc<dyn Pace>,
    credentials: Arc<dyn CredentialSource>,
    /// Where what outlives the process is kept; without it a restart knows nothing.
    pub(super) records: Option<Arc<dyn LoginRecords>>,
    clients: ClientFactory,
}

/// One user's session, and the right to log in for them.
pub struct UserSession {
    pub(super) user: UserId,
    pub(super) parts: Arc<Parts>,
    pub(super) masker: Arc<Masker>,
    turns: Arc<Turns>,
    /// Held by the one who logs in; the others find the session afterwards.
    one_login: tokio::sync::Mutex<()>,
    /// Held by the one who keeps what the next start has to know.
    pub(super) saving: tokio::sync::Mutex<()>,
    /// Set when what an earlier process has kept is taken up.
    pub(super) taken_up: OnceCell<()>,
    pub(super) inner: Mutex<Inner>,
    /// Whether prices for everybody are had with it: then it outlives what its user does.
    lent: AtomicBool,
    /// Tells whoever follows a feed that there is another session, or none.
    pub(super) changed: watch::Sender<()>,
}

/// A session with the connections that belong to it.
pub(crate) type InUse = (Arc<Session>, Arc<KotakClient>);

impl Sessions {
    /// No session of anybody.
    ///
    /// # Errors
    /// One sentence, when the address of the login may not be spoken to.
    pub fn new(
        settings: Arc<KotakSettings>,
        pace: Arc<dyn Pace>,
        credentials: Arc<dyn CredentialSource>,
    ) -> Result<Self, String> {
        let clients = ClientFactory::new(settings.clone(), pace.clone())?;
        let parts = Arc::new(Parts { settings, pace, credentials, records: None, clients });
        Ok(Self { parts, users: Mutex::default() })
    }

    /// The same, which goes on from what an earlier process has kept there.
    ///
    /// # Errors
    /// As [`Sessions::new`].
    pub fn kept(
        settings: Arc<KotakSettings>,
        pace: Arc<dyn Pace>,
        credentials: Arc<dyn CredentialSource>,
        records: Arc<dyn LoginRecords>,
    ) -> Result<Self, String> {
        let clients = ClientFactory::new(settings.clone(), pace.clone())?;
        let parts = Arc::new(Parts { settings, pace, credentials, records: Some(records), clients });
        Ok(Self { parts, users: Mutex::default() })
    }

    /// Returns a user's session, which is not logged in by that.
    pub fn of(&self, user: UserId) -> Arc<UserSession> {
        let mut users = self.users.lock();
        users.entry(user).or_insert_with(|| Arc::new(UserSession::new(user, self.parts.clone()))).clone()
    }

    /// Returns a user's session, if anybody has asked for it since the start.
    pub(crate) fn known(&self, user: UserId) -> Option<Arc<UserSession>> {
        self.users.lock().get(&user).cloned()
    }

    /// Forgets the sessions of all users, as at the end of the day.
    pub async fn forget_all(&self, why: SessionEnd) {
        let users: Vec<_> = self.users.lock().values().cloned().collect();
        for user in users {
            user.forget(why).await;
        }
    }
}

impl UserSession {
    fn new(user: UserId, parts: Arc<Parts>) -> Self {
        let turns = Arc::new(Turns::new(&parts.settings));
        Self {
            user,
            parts,
            masker: Arc::default(),
            turns,
            one_login: tokio::sync::Mutex::default(),
            saving: tokio::sync::Mutex::default(),
            taken_up: OnceCell::new(),
            inner: Mutex::default(),
            lent: AtomicBool::new(false),
            changed: watch::Sender::new(()),
        }
    }

    /// Returns what tells that there is another session, or none.
    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Returns the session of today, if there is one; nobody logs in for it.
    pub(crate) fn in_use(&self) -> Option<InUse> {
        let today = self.parts.pace.now().ist_day();
        self.inner.lock().current.clone().filter(|(session, _)| session.day == today)
    }

    /// Returns the session as it is shown.
    pub fn view(&self) -> SessionView {
        let now = self.parts.pace.now();
        let inner = self.inner.lock();
        SessionView {
            state: inner.state(now),
            logins_today: inner.logins_on(now.ist_day()),
            refusals: inner.refusals,
            last_answer: inner.last_answer,
        }
    }

    /// Lets logins be tried again that were blocked or cool down; a person says so.
    pub async fn allow_again(self: &Arc<Self>) {
        if let Err(error) = self.take_up().await {
            tracing::error!(user = %self.user, why = %error.said, "what is known of logins at the broker cannot be read");
        }
        self.inner.lock().allow_again();
        self.save_or_tell().await;
    }

    /// Says whether prices for everybody are had with this session.
    pub(crate) fn lend(&self, lent: bool) {
        self.lent.store(lent, Ordering::Relaxed);
    }

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

    /// Reads with the session. When the broker says that it is over, somebody logs in once, and it is read once more.
    pub(crate) async fn read<T, F, Fut>(self: &Arc<Self>, call: F) -> Result<T, KotakError>
    where
        F: Fn(Arc<KotakClient>, Arc<Session>) -> Fut + Send + Sync,
        Fut: Future<Output = Result<T, KotakError>> + Send,
    {
        let first = self.once(&call).await;
        match &first {
            Err(error) if is_over(error) => self.once(&call).await,
            _ => first,
        }
    }

    /// Makes a call with the session, once, whatever comes of it: for what trades.
    pub(crate) async fn once<T, F, Fut>(self: &Arc<Self>, call: F) -> Result<T, KotakError>
    where
        F: Fn(Arc<KotakClient>, Arc<Session>) -> Fut + Send + Sync,
        Fut: Future<Output = Result<T, KotakError>> + Send,
    {
        let (session, client) = self.acquire(None).await?;
        let answer = call(client, session.clone()).await;
        match &answer {
            Err(error) if is_over(error) => self.is_over(session.generation, &error.said).await,
            Err(_) => {}
            Ok(_) => self.answered(session.generation).await,
        }
        answer
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

    /// The generation of the session in use; none where there is no session.
    pub(crate) fn generation(&self) -> Option<u64> {
        self.inner.lock().current.as_ref().map(|(session, _)| session.generation)
    }

    async fn answered(self: &Arc<Self>, generation: u64) {
        if self.note_answer(generation) {
            self.save_or_tell().await;
        }
    }

    /// Answers whether the session is the first in a while that helps.
    fn note_answer(&self, generation: u64) -> bool {
        let now = self.parts.pace.now();
        let mut inner = self.inner.lock();
        if inner.current.as_ref().is_none_or(|(session, _)| session.generation != generation) {
            return false;
        }
        inner.last_answer = Some(now);
        std::mem::take(&mut inner.fruitless) > 0
    }

    /// Drops a session that the broker calls over, unless another one has taken its place. One that was hardly used is
    /// not helped by another login: the next waits, each time longer.
    async fn is_over(self: &Arc<Self>, generation: u64, said: &Masked) {
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

    /// Returns the session of today, and logs in for it if there is none. Whoever gives up waiting ends no login: half a
    /// login is a code used up, and perhaps a session that nobody has.
    async fn acquire(self: &Arc<Self>, code: Option<Secret>) -> Result<InUse, KotakError> {
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
            let reason =
                format!("{} on one day", counted(self.parts.settings.logins_a_day, "login", "logins"));
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
    /// [`Meaning::NotSent`] when something is missing, or the user's way out cannot be used.
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

fn is_over(error: &KotakError) -> bool {
    error.meaning == Meaning::Session
}

#[cfg(test)]
impl UserSession {
    pub(super) async fn acquire_for_test(self: &Arc<Self>) -> InUse {
        self.acquire(None).await.unwrap()
    }
}
