//! What every handler can reach.

use std::net::SocketAddr;
use std::sync::Arc;

use prahari_app::accounts::Accounts;
use prahari_app::channels::Channels;
use prahari_app::daemon::Daemon;
use prahari_domain::ids::UserId;

use crate::connections::{ConnectionLimits, Connections};
use crate::hosts::Hosts;
use crate::idempotency::KeyedRequests;
use crate::jobs::Jobs;
use crate::market_reads::MarketReads;
use crate::per_user::PerUser;
use crate::request_counts::RequestCounts;
use crate::service_starts::{STARTS_PER_HOUR, ServiceStarts};

/// Most tables of one user that are written at once: one that downloads, and the next that somebody clicks on meanwhile.
const TABLES_AT_ONCE: u32 = 2;

/// Most uploads of one user at once; each may hold 32 MiB: one that compiles, and the next that arrives meanwhile.
const UPLOADS_AT_ONCE: u32 = 2;

/// The state of the server. Clones share it.
#[derive(Clone)]
pub struct Api {
    /// The running daemon.
    pub daemon: Arc<Daemon>,
    /// Accounts: decides who may log in.
    pub accounts: Arc<Accounts>,
    /// Channels: where messages go beside the console.
    pub channels: Arc<Channels>,
    /// Host names under which the API answers.
    pub hosts: Arc<Hosts>,
    /// Counts service starts, to limit them.
    pub starts: Arc<ServiceStarts>,
    /// Open connections.
    pub connections: Arc<Connections>,
    /// Whether this is a demonstration, whose passwords everybody knows.
    pub demonstration: bool,
    /// Whether browsers may send the session's cookie over TLS only.
    pub secure_cookie: bool,
    pub(crate) exports: Arc<PerUser>,
    pub(crate) uploads: Arc<PerUser>,
    pub(crate) keyed: Arc<KeyedRequests>,
    pub(crate) jobs: Arc<Jobs>,
    pub(crate) requests: Arc<RequestCounts>,
    pub(crate) market_reads: Arc<MarketReads>,
}

impl Api {
    /// Creates the state for a daemon that listens on this machine only, where browsers need no TLS.
    pub fn new(daemon: Arc<Daemon>, accounts: Arc<Accounts>, channels: Arc<Channels>) -> Self {
        Self {
            daemon,
            accounts,
            channels,
            hosts: Arc::new(Hosts::of(SocketAddr::from(([127, 0, 0, 1], 0)), [])),
            starts: Arc::new(ServiceStarts::per_hour(STARTS_PER_HOUR)),
            connections: Connections::new(ConnectionLimits::default()),
            demonstration: false,
            secure_cookie: false,
            exports: PerUser::of(TABLES_AT_ONCE),
            uploads: PerUser::of(UPLOADS_AT_ONCE),
            keyed: Arc::default(),
            jobs: Arc::default(),
            requests: Arc::default(),
            market_reads: Arc::default(),
        }
    }

    /// Returns the name by which a user logs in; `user 7` for one whom the daemon has not loaded.
    pub(crate) fn user_name(&self, id: UserId) -> String {
        self.daemon.users.find(id).map_or_else(|_| format!("user {id}"), |user| user.name.clone())
    }

    /// Returns the name of the user who did something; none for the program itself, and for one whom the daemon has not loaded.
    pub(crate) fn name_of(&self, by: Option<UserId>) -> Option<String> {
        self.daemon.users.find(by?).ok().map(|user| user.name.clone())
    }

    /// Replaces the limits of connections.
    #[must_use]
    pub fn with_limits(self, limits: ConnectionLimits) -> Self {
        Self { connections: Connections::new(limits), ..self }
    }

    /// Replaces the limit of service starts, per user and hour.
    #[must_use]
    pub fn with_starts_per_hour(self, most: u32) -> Self {
        Self { starts: Arc::new(ServiceStarts::per_hour(most)), ..self }
    }

    /// Replaces the host names under which the API answers.
    #[must_use]
    pub fn with_hosts(self, hosts: Hosts) -> Self {
        Self { hosts: Arc::new(hosts), ..self }
    }

    /// Makes browsers send the cookie over TLS only. Needed for every address but this machine's own.
    #[must_use]
    pub fn with_secure_cookie(self) -> Self {
        Self { secure_cookie: true, ..self }
    }

    /// Marks the daemon as a demonstration in its answers.
    #[must_use]
    pub fn as_demonstration(self) -> Self {
        Self { demonstration: true, ..self }
    }
}
