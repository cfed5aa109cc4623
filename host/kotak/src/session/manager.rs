//! The sessions of all users, and what there is of each.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;
use prahari_brokers::{Pace, SessionEnd};
use prahari_domain::ids::UserId;
use tokio::sync::{OnceCell, watch};

use super::Session;
use super::inner::Inner;
use super::record::LoginRecords;
use super::state::SessionView;
use crate::client::{ClientFactory, KotakClient, Turns};
use crate::credentials::CredentialSource;
use crate::mask::Masker;
use crate::settings::KotakSettings;

/// The sessions of all users. One of these exists in a process, and nothing else logs in.
pub struct Sessions {
    parts: Arc<Parts>,
    users: Mutex<HashMap<UserId, Arc<UserSession>>>,
}

/// What the sessions of all users have in common.
pub(super) struct Parts {
    pub(super) settings: Arc<KotakSettings>,
    pub(super) pace: Arc<dyn Pace>,
    pub(super) credentials: Arc<dyn CredentialSource>,
    /// Where what outlives the process is kept; without it a restart knows nothing.
    pub(super) records: Option<Arc<dyn LoginRecords>>,
    pub(super) clients: ClientFactory,
}

/// One user's session, and the right to log in for them.
pub struct UserSession {
    pub(super) user: UserId,
    pub(super) parts: Arc<Parts>,
    pub(super) masker: Arc<Masker>,
    pub(super) turns: Arc<Turns>,
    /// Held by the one who logs in; the others find the session afterwards.
    pub(super) one_login: tokio::sync::Mutex<()>,
    /// Held by the one who keeps what the next start has to know.
    pub(super) saving: tokio::sync::Mutex<()>,
    /// Set when what an earlier process has kept is taken up.
    pub(super) taken_up: OnceCell<()>,
    pub(super) inner: Mutex<Inner>,
    /// Whether prices for everybody are had with it: then it outlives what its user does.
    pub(super) lent: AtomicBool,
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

    /// The generation of the session in use; none where there is no session.
    pub(crate) fn generation(&self) -> Option<u64> {
        self.inner.lock().current.as_ref().map(|(session, _)| session.generation)
    }
}
