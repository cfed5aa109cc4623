//! The brokers that there are, by name, and the links that users get with them.
//!
//! Which broker a user trades with stands in the user's row, and is decided where their desk is loaded. Nothing
//! else hands out a link, so none goes without deadlines on a clock that runs.

mod blocked_logins;
mod chaos_time;
mod session;
mod unusable;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use prahari_brokers::{
    Broker, BrokerError, BrokerLink, BrokerSession, Brokerage, ChaosLink, ChaosSwitch, ChaosTime, NewLink,
    Pushes, SimulatedAccount, pushes,
};
use prahari_domain::ids::UserId;
use prahari_domain::money::Paise;

pub(crate) use blocked_logins::BlockedLogins;
pub use prahari_brokers::{BrokerSessionState, BrokerSessionView, LoginFailure};

use crate::clock::Clock;
use crate::deadlines::{CallLimiter, Deadlines, TimedAccount, TimedBroker};
use crate::paper_store::PAPER;
use chaos_time::DaemonTime;
use unusable::Unusable;

/// The brokers with which users can be linked.
#[derive(Clone, Default)]
pub struct Brokers {
    by_name: BTreeMap<&'static str, Arc<dyn Brokerage>>,
    deadlines: Option<Deadlines>,
    /// Time by which links with simulated accounts misbehave when they are told to; without it they cannot be told.
    chaos_time: Option<Arc<dyn ChaosTime>>,
}

/// Whether the money of a user is made up, which follows from the broker that they are linked with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TradingMode {
    /// The account is simulated.
    Paper,
    /// The money is real.
    Live,
}

impl TradingMode {
    /// Returns the name in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Paper => "paper",
            Self::Live => "live",
        }
    }

    /// Returns the mode of a user with this broker who has no link: what is not the paper broker counts as live.
    pub fn without_link(broker: &str) -> Self {
        if broker == PAPER { Self::Paper } else { Self::Live }
    }
}

/// A user's link, as their desk has it.
#[derive(Clone)]
pub struct Link {
    /// The broker's name in the registry, or that of one which is not in it.
    pub name: Arc<str>,
    /// Broker that the user's orders are sent to.
    pub broker: Arc<dyn Broker>,
    /// The account, where its money is made up; none where the money is real.
    pub simulated: Option<Arc<dyn SimulatedAccount>>,
    /// The session, where somebody has to log in.
    pub(crate) session: Option<Arc<dyn BrokerSession>>,
    /// Makes the broker misbehave; none where the money is real.
    pub chaos: Option<Arc<ChaosSwitch>>,
    /// How the calls do; none where they have no deadlines.
    limiter: Option<Arc<CallLimiter>>,
    /// Counts of what the broker has pushed.
    pub(crate) pushed: Arc<PushCounts>,
}

/// Counts of what a broker told by itself over one link.
#[derive(Debug, Default)]
pub(crate) struct PushCounts {
    /// Pushed events that were booked.
    pub booked: AtomicU64,
    /// Pushed events that the book already had.
    pub known: AtomicU64,
    /// About orders that are not the user's.
    pub ignored: AtomicU64,
    /// Number of times the broker's book was read because pushes were missing or contradicted ours.
    pub resyncs: AtomicU64,
}

/// Status of a user's link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokerStatus {
    /// Name of the broker: that in the registry, or that of one which is not in it.
    pub name: String,
    /// Whether the money is made up, by the link or, where there is none, by the broker's name.
    pub mode: TradingMode,
    /// Whether the account is simulated.
    pub simulated: bool,
    /// The session; none where nobody has to log in.
    pub session: Option<BrokerSessionView>,
    /// Calls that wait for the broker's answer now.
    pub calls_waiting: u32,
    /// How the calls of the present session leave this machine; none without a session.
    pub way_out: Option<String>,
    /// Whether the last call passed its deadline, so that the next ones fail at once for a while.
    pub silent: bool,
    /// Pushed events that told something new.
    pub pushes_booked: u64,
    /// Pushed events that told what was known.
    pub pushes_known: u64,
    /// Pushed events about orders that are not the user's.
    pub pushes_ignored: u64,
    /// How often the broker's book was asked for because pushes were missing or contradicted ours.
    pub resyncs: u64,
}

/// Reasons why a user has no broker.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// There is no such broker.
    #[error("there is no broker {name:?}; there are: {known}")]
    Unknown {
        /// Name that was asked for.
        name: String,
        /// The names that there are.
        known: String,
    },
    /// Something of the user is missing that trading over the broker takes.
    #[error("user {user} cannot trade over {name:?} yet: {reason}")]
    Missing {
        /// The user.
        user: UserId,
        /// Name of the broker.
        name: String,
        /// What is missing and where it is entered, one sentence.
        reason: String,
    },
    /// The broker has no link for the user.
    #[error(transparent)]
    Refused(#[from] BrokerError),
}

impl Brokers {
    /// Adds a broker under this name.
    #[must_use]
    pub fn with(mut self, name: &'static str, broker: Arc<dyn Brokerage>) -> Self {
        self.by_name.insert(name, broker);
        self
    }

    /// Gives every call over links made from now on a deadline.
    #[must_use]
    pub fn with_deadlines(self, deadlines: Deadlines) -> Self {
        Self { deadlines: Some(deadlines), ..self }
    }

    /// Gives every link with a simulated account that is made from now on a switch that makes it misbehave, by this clock.
    #[must_use]
    pub fn with_chaos(self, clock: &Clock) -> Self {
        Self { chaos_time: Some(Arc::new(DaemonTime(clock.clone()))), ..self }
    }

    /// The names of the brokers, sorted.
    pub fn names(&self) -> Vec<&'static str> {
        self.by_name.keys().copied().collect()
    }

    /// Refuses a name that no broker has.
    ///
    /// # Errors
    /// [`LinkError::Unknown`].
    pub fn check(&self, name: &str) -> Result<(), LinkError> {
        self.find(name).map(|_| ())
    }

    /// Refuses a user of whom something is missing that trading over this broker takes; nobody is asked for it.
    ///
    /// # Errors
    /// [`LinkError::Unknown`], and [`LinkError::Missing`] with the sentence of the broker.
    pub async fn admit(&self, name: &str, user: UserId) -> Result<(), LinkError> {
        let missing = |reason| LinkError::Missing { user, name: name.to_owned(), reason };
        self.find(name)?.admit(user).await.map_err(missing)
    }

    /// Returns the sessions of a user at all brokers, whichever they are linked with.
    pub(crate) fn sessions_of(&self, user: UserId) -> Vec<Arc<dyn BrokerSession>> {
        self.by_name.values().filter_map(|brokerage| brokerage.session(user)).collect()
    }

    fn find(&self, name: &str) -> Result<&Arc<dyn Brokerage>, LinkError> {
        self.by_name
            .get(name)
            .ok_or_else(|| LinkError::Unknown { name: name.to_owned(), known: self.names().join(", ") })
    }

    /// Links a user, into whose account `capital` was paid altogether where it is a simulated one. What the broker
    /// tells by itself comes beside the link.
    ///
    /// # Errors
    /// When there is no broker of this name, or it has no link for the user.
    pub async fn link(&self, name: &str, user: UserId, capital: Paise) -> Result<(Link, Pushes), LinkError> {
        let brokerage = self.find(name)?;
        let (sender, pushes) = pushes();
        let linking = brokerage.link(NewLink { user, capital, pushes: sender });
        let chaos = self.chaos_time.as_ref().map(|time| Arc::new(ChaosSwitch::new(user, time.clone())));
        // Within the deadlines, so that they end what it makes late.
        let switched = |link| match &chaos {
            Some(switch) => ChaosLink::around(link, switch),
            None => link,
        };
        let (link, limiter) = match self.deadlines {
            Some(deadlines) => {
                let limiter = Arc::new(CallLimiter::new(user, deadlines));
                (timed(switched(limiter.link(linking).await?), &limiter), Some(limiter))
            }
            None => (switched(linking.await?), None),
        };
        let BrokerLink { broker, simulated, session } = link;
        let chaos = chaos.filter(|_| simulated.is_some());
        let pushed = Arc::default();
        Ok((Link { name: name.into(), broker, simulated, session, chaos, limiter, pushed }, pushes))
    }
}

impl Link {
    /// Returns a link that refuses every call with the reason and sends nothing, for use when linking has
    /// failed.
    pub fn unusable(name: &str, error: &LinkError) -> Self {
        let broker = Arc::new(Unusable::new(error.to_string()));
        Self {
            name: name.into(),
            broker,
            simulated: None,
            session: None,
            chaos: None,
            limiter: None,
            pushed: Arc::default(),
        }
    }

    /// Returns whether the money is made up. A link that cannot be used has no account, and its broker's name decides.
    pub fn mode(&self) -> TradingMode {
        if self.simulated.is_some() { TradingMode::Paper } else { TradingMode::without_link(&self.name) }
    }

    /// Returns the status of the link.
    pub fn status(&self) -> BrokerStatus {
        let waiting = self.limiter.as_ref().map_or(0, |limiter| limiter.waiting());
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        BrokerStatus {
            name: self.name.to_string(),
            mode: self.mode(),
            session: self.session.as_ref().map(|session| session.view()),
            simulated: self.simulated.is_some(),
            way_out: self.broker.way_out(),
            calls_waiting: u32::try_from(waiting).unwrap_or(u32::MAX),
            silent: self.limiter.as_ref().is_some_and(|limiter| limiter.is_silent()),
            pushes_booked: count(&self.pushed.booked),
            pushes_known: count(&self.pushed.known),
            pushes_ignored: count(&self.pushed.ignored),
            resyncs: count(&self.pushed.resyncs),
        }
    }
}

fn timed(link: BrokerLink, limiter: &Arc<CallLimiter>) -> BrokerLink {
    let account =
        |account| -> Arc<dyn SimulatedAccount> { Arc::new(TimedAccount::new(account, limiter.clone())) };
    BrokerLink {
        broker: Arc::new(TimedBroker::new(link.broker, limiter.clone())),
        simulated: link.simulated.map(account),
        // It bounds its own waits, and a login that was begun goes on.
        session: link.session,
    }
}
