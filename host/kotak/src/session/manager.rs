//! Who logs in, when, and when nobody does.

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use prahari_brokers::{Pace, SessionEnd};
use prahari_domain::ids::UserId;
use prahari_domain::time::{Day, Timestamp};
use prahari_secrets::{Secret, TotpStep};
use tokio::sync::watch;

use super::Session;
use super::login;
use super::state::{SessionState, SessionView};
use crate::client::{ClientFactory, KotakClient, Turns};
use crate::credentials::{CredentialSource, Credentials};
use crate::error::{Call, KotakError, Meaning};
use crate::mask::{Masked, Masker};
use crate::proof::{Next, proof_of};
use crate::settings::{KotakSettings, Outbound};

/// The sessions of all users. One of these exists in a process, and nothing else logs in.
pub struct Sessions {
    parts: Arc<Parts>,
    users: Mutex<HashMap<UserId, Arc<UserSession>>>,
}

/// What the sessions of all users have in common.
struct Parts {
    settings: Arc<KotakSettings>,
    pace: Arc<dyn Pace>,
    credentials: Arc<dyn CredentialSource>,
    clients: ClientFactory,
}

/// One user's session, and the right to log in for them.
pub struct UserSession {
    user: UserId,
    parts: Arc<Parts>,
    masker: Arc<Masker>,
    turns: Arc<Turns>,
    /// Held by the one who logs in; the others find the session afterwards.
    one_login: tokio::sync::Mutex<()>,
    inner: Mutex<Inner>,
    /// Whether prices for everybody are had with it: then it outlives what its user does.
    lent: AtomicBool,
    /// Tells whoever follows a feed that there is another session, or none.
    changed: watch::Sender<()>,
}

#[derive(Default)]
struct Inner {
    current: Option<(Arc<Session>, Arc<KotakClient>)>,
    /// Why there is no session; none before the first.
    over: Option<(Timestamp, Masked)>,
    logging_in: Option<Timestamp>,
    cooling: Option<(Timestamp, Masked)>,
    blocked: Option<Masked>,
    needs_code: bool,
    refusals: u32,
    /// Why the last login failed, as the log was told.
    failure: Option<Masked>,
    /// Logins in a row that were said to be over as soon as they were used.
    fruitless: u32,
    generation: u64,
    /// Grows when the session is forgotten: a login that began before is not kept.
    epoch: u64,
    last_step: Option<TotpStep>,
    /// Day on which a session was doubted: once is enough to find out.
    doubted: Option<Day>,
    logins: Option<(Day, u32)>,
    /// Those of them that do not count any more, because a person allowed further ones.
    forgiven: Option<(Day, u32)>,
    last_answer: Option<Timestamp>,
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
        Ok(Self { parts: Arc::new(Parts { settings, pace, credentials, clients }), users: Mutex::default() })
    }

    /// Returns a user's session, which is not logged in by that.
    pub fn of(&self, user: UserId) -> Arc<UserSession> {
        let mut users = self.users.lock();
        users.entry(user).or_insert_with(|| Arc::new(UserSession::new(user, self.parts.clone()))).clone()
    }

    /// Forgets the sessions of all users, as at the end of the day.
    pub fn forget_all(&self, why: SessionEnd) {
        let users: Vec<_> = self.users.lock().values().cloned().collect();
        for user in users {
            user.forget(why);
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
    pub fn allow_again(&self) {
        let mut inner = self.inner.lock();
        (inner.blocked, inner.cooling) = (None, None);
        (inner.refusals, inner.fruitless, inner.forgiven) = (0, 0, inner.logins);
    }

    /// Says whether prices for everybody are had with this session.
    pub(crate) fn lend(&self, lent: bool) {
        self.lent.store(lent, Ordering::Relaxed);
    }

    /// Forgets the session; at the end of a day, one of another day. One line in the log says so where there was one. A session
    /// with which everybody's prices are had stays when its user stops trading: the next price would log in again.
    pub fn forget(&self, why: SessionEnd) {
        let is_of_trading = matches!(why, SessionEnd::Service | SessionEnd::Broker);
        if is_of_trading && self.lent.load(Ordering::Relaxed) {
            return;
        }
        let now = self.parts.pace.now();
        let mut inner = self.inner.lock();
        let is_of_today = inner.current.as_ref().is_some_and(|(session, _)| session.day == now.ist_day());
        if why == SessionEnd::Day && (is_of_today || inner.current.is_none()) {
            return;
        }
        let had = inner.current.take().is_some();
        inner.epoch += 1;
        if had || inner.logging_in.is_some() {
            inner.over = Some((now, Masked::ours(why.reason())));
        }
        if why == SessionEnd::Credentials {
            inner.needs_code = false;
        }
        drop(inner);
        if why == SessionEnd::Credentials {
            self.allow_again();
        }
        if had {
            self.changed.send_replace(());
            tracing::info!(user = %self.user, why = why.reason(), "the session at the broker was forgotten");
        }
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
            Err(error) if is_over(error) => self.is_over(session.generation, &error.said),
            Err(_) => {}
            Ok(_) => self.answered(session.generation),
        }
        answer
    }

    /// Takes up that a session answers as if there were nothing, although there is something: some do so until the next
    /// login. Answers whether another login may help, which it does once a day.
    pub(crate) fn doubt(&self, session: u64) -> bool {
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
        drop(inner);
        if helps {
            self.is_over(session, &Masked::ours("it answers that there is nothing, and there is something"));
        }
        helps
    }

    /// The generation of the session in use; none where there is no session.
    pub(crate) fn generation(&self) -> Option<u64> {
        self.inner.lock().current.as_ref().map(|(session, _)| session.generation)
    }

    fn answered(&self, generation: u64) {
        let now = self.parts.pace.now();
        let mut inner = self.inner.lock();
        if inner.current.as_ref().is_some_and(|(session, _)| session.generation == generation) {
            inner.fruitless = 0;
            inner.last_answer = Some(now);
        }
    }

    /// Drops a session that the broker calls over, unless another one has taken its place. One that was hardly used is
    /// not helped by another login: the next waits, each time longer.
    fn is_over(&self, generation: u64, said: &Masked) {
        let now = self.parts.pace.now();
        let settings = &self.parts.settings;
        let mut inner = self.inner.lock();
        let Some((session, _)) = inner.current.take_if(|(session, _)| session.generation == generation)
        else {
            return;
        };
        inner.over = Some((now, said.clone()));
        if now.millis_since(session.since) < millis(settings.young) {
            let longer = 1_i64.checked_shl(inner.fruitless).unwrap_or(i64::MAX);
            inner.fruitless = inner.fruitless.saturating_add(1).min(16);
            let wait =
                millis(settings.cool_down).saturating_mul(longer).min(millis(settings.longest_cool_down));
            inner.cooling = Some((now.plus_millis(wait), said.clone()));
        }
        drop(inner);
        self.changed.send_replace(());
        tracing::warn!(user = %self.user, %said, "the broker says that the session is over");
    }

    /// Returns the session of today, and logs in for it if there is none. Whoever gives up waiting ends no login: half a
    /// login is a code used up, and perhaps a session that nobody has.
    async fn acquire(self: &Arc<Self>, code: Option<Secret>) -> Result<InUse, KotakError> {
        if let Some(found) = self.of_today() {
            return Ok(found);
        }
        let this = self.clone();
        let done = tokio::spawn(async move {
            let _one = this.one_login.lock().await;
            match this.of_today() {
                Some(found) => Ok(found),
                None => this.log_in(code).await,
            }
        });
        done.await.unwrap_or_else(|_| Err(KotakError::not_sent(Call::LogIn, "the login was ended")))
    }

    /// The session in use; one of another day is forgotten here.
    fn of_today(&self) -> Option<InUse> {
        let today = self.parts.pace.now().ist_day();
        let current = self.inner.lock().current.clone()?;
        if current.0.day == today {
            return Some(current);
        }
        self.forget(SessionEnd::Day);
        None
    }

    /// Logs in. Only the holder of the one login comes here.
    async fn log_in(&self, typed: Option<Secret>) -> Result<InUse, KotakError> {
        let began = self.parts.pace.now();
        let (epoch, generation, last_step) = self.begin(began, typed.is_some())?;
        let answer = self.both_steps(typed, generation, last_step).await;
        let now = self.parts.pace.now();
        let mut inner = self.inner.lock();
        inner.logging_in = None;
        match answer {
            Ok(_) if inner.epoch != epoch => {
                Err(KotakError::not_sent(Call::LogIn, "the session was forgotten while it was opened"))
            }
            Ok((session, client)) => {
                let logins = inner.logins_on(session.day) + 1;
                inner.logins = Some((session.day, logins));
                inner.current = Some((session.clone(), client.clone()));
                (inner.over, inner.cooling, inner.needs_code) = (None, None, false);
                (inner.refusals, inner.last_answer, inner.failure) = (0, None, None);
                drop(inner);
                self.changed.send_replace(());
                let leaves = client.way_out();
                tracing::info!(user = %self.user, day = %session.day, login = logins, %leaves, "logged in at the broker");
                Ok((session, client))
            }
            Err(error) => {
                let is_news = inner.failure.replace(error.said.clone()).as_ref() != Some(&error.said);
                inner.failed(&error, now, &self.parts.settings);
                drop(inner);
                // What is missing is missing each minute.
                if is_news {
                    tracing::warn!(user = %self.user, %error, "the login at the broker failed");
                } else {
                    tracing::debug!(user = %self.user, %error, "the login at the broker failed again");
                }
                Err(error)
            }
        }
    }

    /// Notes that a login begins.
    ///
    /// # Errors
    /// When none may be tried now.
    fn begin(&self, now: Timestamp, by_hand: bool) -> Result<(u64, u64, Option<TotpStep>), KotakError> {
        let mut inner = self.inner.lock();
        let not_now = |said: String| Err(KotakError::not_sent(Call::LogIn, said));
        if let Some(reason) = &inner.blocked {
            return not_now(format!("nobody logs in until a person allows it: {reason}"));
        }
        if let Some((until, reason)) = inner.cooling.clone().filter(|(until, _)| *until > now) {
            let left = until.millis_since(now).saturating_add(999) / 1_000;
            return not_now(format!("the next login is in {left} s: {reason}"));
        }
        if !by_hand && inner.counted_on(now.ist_day()) >= self.parts.settings.logins_a_day {
            let reason = format!("{} logins on one day", self.parts.settings.logins_a_day);
            inner.blocked = Some(Masked::ours(reason.clone()));
            return not_now(format!("nobody logs in until a person allows it: {reason}"));
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
        &self,
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
        if step.is_some() {
            self.inner.lock().last_step = step;
        }
        let session = login::log_in(&client, &credentials, &code, generation, pace).await?;
        Ok((Arc::new(session), Arc::new(client)))
    }
}

impl Inner {
    fn state(&self, now: Timestamp) -> SessionState {
        if let Some((session, _)) = &self.current {
            return SessionState::Active { since: session.since, day: session.day };
        }
        if let Some(since) = self.logging_in {
            return SessionState::LoggingIn { since };
        }
        if let Some(reason) = &self.blocked {
            return SessionState::Blocked { reason: reason.clone() };
        }
        if let Some((until, reason)) = self.cooling.as_ref().filter(|(until, _)| *until > now) {
            return SessionState::CoolingDown { until: *until, reason: reason.clone() };
        }
        if self.needs_code {
            return SessionState::NeedsCode;
        }
        match &self.over {
            Some((at, reason)) => SessionState::Over { at: *at, reason: reason.clone() },
            None => SessionState::None { reason: Masked::ours("nobody has logged in yet") },
        }
    }

    fn logins_on(&self, day: Day) -> u32 {
        self.logins.filter(|(of, _)| *of == day).map_or(0, |(_, count)| count)
    }

    /// The logins of a day that count towards the most that happen by themselves.
    fn counted_on(&self, day: Day) -> u32 {
        let forgiven = self.forgiven.filter(|(of, _)| *of == day).map_or(0, |(_, count)| count);
        self.logins_on(day).saturating_sub(forgiven)
    }

    /// What a login that failed means for the next.
    fn failed(&mut self, error: &KotakError, now: Timestamp, settings: &KotakSettings) {
        if self.needs_code && error.meaning == Meaning::NotSent {
            return;
        }
        if proof_of(error.call, error.meaning).next == Next::CountRefusal {
            self.refusals += 1;
            if self.refusals >= settings.refusals {
                self.blocked = Some(Masked::ours(format!("refused {} times: {}", self.refusals, error.said)));
            }
        }
        self.cooling = Some((now.plus_millis(millis(settings.cool_down)), error.said.clone()));
    }
}

fn is_over(error: &KotakError) -> bool {
    error.meaning == Meaning::Session
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
impl UserSession {
    pub(super) async fn acquire_for_test(self: &Arc<Self>) -> InUse {
        self.acquire(None).await.unwrap()
    }
}
